//! Partners: the companies that run the service under their own brand. Does not know which tenants they may see (grant.rs).

use sqlx::FromRow;

use crate::slug::{check_name, check_slug};
use crate::{Control, ControlError, Result};

/// A company that runs the service for its customers, the tenants.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Partner {
    /// Chosen once: see [`crate::check_slug`].
    pub id: String,
    /// For people.
    pub name: String,
}

impl Control {
    /// Stores a partner, or its new name.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for an id or name of the wrong form.
    pub async fn ensure_partner(&self, partner: &Partner) -> Result<()> {
        check_slug("partner id", &partner.id)?;
        check_name("partner name", &partner.name)?;
        let sql = "
            INSERT INTO partners (id, name)
            VALUES ($1, $2)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name";
        let query = sqlx::query(sql).bind(&partner.id).bind(&partner.name);
        query.execute(&self.pool).await.map_err(ControlError::write(format!("storing partner `{}`", partner.id)))?;
        Ok(())
    }

    /// One partner.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub async fn partner(&self, id: &str) -> Result<Partner> {
        let query = sqlx::query_as("SELECT id, name FROM partners WHERE id = $1").bind(id);
        let found: Option<Partner> = query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a partner"))?;
        found.ok_or_else(|| ControlError::not_found("partner", id))
    }

    /// All partners, by id.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn partners(&self) -> Result<Vec<Partner>> {
        let query = sqlx::query_as("SELECT id, name FROM partners ORDER BY id");
        query.fetch_all(&self.pool).await.map_err(ControlError::store("reading the partners"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;
    use crate::testing::fresh_stores;

    #[tokio::test]
    async fn is_stored_renamed_and_listed() {
        for control in fresh_stores().await {
            for (id, name) in [("south", "South"), ("north", "North"), ("north", "Northern Lights")] {
                control.ensure_partner(&Partner { id: id.into(), name: name.into() }).await.unwrap();
            }
            let names: Vec<String> = control.partners().await.unwrap().into_iter().map(|partner| partner.name).collect();
            assert_eq!(names, ["Northern Lights", "South"]);
            assert_eq!(control.partner("south").await.unwrap().name, "South");
        }
    }

    #[tokio::test]
    async fn refuses_bad_ids_and_says_when_there_is_none() {
        for control in fresh_stores().await {
            let error = control.ensure_partner(&Partner { id: "North!".into(), name: "N".into() }).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid);
            let error = control.partner("nobody").await.unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (Kind::NotFound, "no partner named `nobody`"));
        }
    }
}
