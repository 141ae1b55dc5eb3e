//! What one installation keeps for itself: values made once, whichever node comes first. Does not know what they are for.

use crate::{Control, ControlError, Result, hexadecimal};

impl Control {
    /// A secret of the installation, made when it is first asked for: the same on every node.
    pub(crate) async fn installation_secret(&self, name: &str) -> Result<String> {
        const BYTES: usize = 32;
        let context = "reading a secret of the installation";
        let read = || sqlx::query_scalar("SELECT value FROM installation WHERE name = $1").bind(name.to_owned());
        if let Some(secret) = read().fetch_optional(&self.pool).await.map_err(ControlError::store(context))? {
            return Ok(secret);
        }
        claim(&self.pool, name, &hexadecimal::random::<BYTES>()?).await?;
        read().fetch_one(&self.pool).await.map_err(ControlError::store(context))
    }
}

/// Sets a value that is not set. True for the one who did.
pub(crate) async fn claim<'e>(executor: impl sqlx::AnyExecutor<'e>, name: &str, value: &str) -> Result<bool> {
    let query = sqlx::query("INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING");
    let done = query.bind(name).bind(value).execute(executor).await;
    Ok(done.map_err(ControlError::write("setting a value of the installation"))?.rows_affected() > 0)
}

#[cfg(test)]
mod tests {
    use crate::testing::fresh_stores;

    #[tokio::test]
    async fn a_secret_is_made_once_for_all_nodes() {
        for control in fresh_stores().await {
            let nodes = control.nodes(4).await;
            let asking = nodes.into_iter().map(|node| tokio::spawn(async move { node.installation_secret("key").await }));
            let mut secrets = Vec::new();
            for asked in asking.collect::<Vec<_>>() {
                secrets.push(asked.await.unwrap().unwrap());
            }
            secrets.push(control.installation_secret("key").await.unwrap());
            secrets.dedup();
            assert_eq!(secrets.len(), 1);
            assert_ne!(control.installation_secret("other").await.unwrap(), secrets[0]);
        }
    }
}
