//! The end of a whole tenant: everything of it leaves the store at once, and its id is kept with the proof, so that nobody bears it again. Does
//! not know the lake and the journal; whoever empties those says here what they found.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::store::Transaction;
use crate::{Control, ControlError, Result, stored};

/// Characters of a reason, and of who asked.
const WORDS_MAX: usize = 500;

/// What a tenant had here, children before their parents. `$1` is its id.
const ROWS: [&str; 18] = [
    "DELETE FROM targets WHERE tenant_id = $1",
    "DELETE FROM calendar_versions WHERE tenant_id = $1",
    "DELETE FROM receipts WHERE tenant_id = $1",
    "DELETE FROM control_totals WHERE tenant_id = $1",
    "DELETE FROM registration_secrets WHERE registration_id IN (SELECT id FROM registrations WHERE tenant_id = $1)",
    "DELETE FROM registrations WHERE tenant_id = $1",
    "DELETE FROM scram_secrets WHERE subject_id IN (SELECT id FROM tokens WHERE tenant_id = $1)",
    "DELETE FROM token_sessions WHERE token_id IN (SELECT id FROM tokens WHERE tenant_id = $1)",
    "DELETE FROM tokens WHERE tenant_id = $1",
    "DELETE FROM scram_secrets WHERE subject_id IN (SELECT id FROM people WHERE tenant_id = $1)",
    "DELETE FROM provider_subjects WHERE person_id IN (SELECT id FROM people WHERE tenant_id = $1)",
    "DELETE FROM sessions WHERE person_id IN (SELECT id FROM people WHERE tenant_id = $1)",
    "DELETE FROM passwords WHERE person_id IN (SELECT id FROM people WHERE tenant_id = $1)",
    "DELETE FROM memberships WHERE person_id IN (SELECT id FROM people WHERE tenant_id = $1)",
    "DELETE FROM memberships WHERE tenant_id = $1",
    "DELETE FROM people WHERE tenant_id = $1",
    "DELETE FROM grants WHERE tenant_id = $1",
    "DELETE FROM tenants WHERE id = $1",
];

/// What there is to say of a tenant that was ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TenantErasure {
    /// The id that it had.
    pub tenant_id: String,
    /// Who asked for it.
    pub asked_by: String,
    /// Why, in words that name nobody.
    pub reason: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// What went until now.
    pub gone: Gone,
    /// When everything had gone and was looked for again in vain; None until then.
    pub proven_at: Option<DateTime<Utc>>,
}

/// What went, or what a round has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Gone {
    /// Rows of the control store.
    pub control_rows: u64,
    /// Objects of the lake.
    pub files: u64,
    /// Their size, in bytes.
    pub file_bytes: u64,
    /// Messages that waited in the journal.
    pub messages: u64,
}

impl Gone {
    /// Whether there was nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(FromRow)]
struct TenantErasureRow {
    tenant_id: String,
    asked_by: String,
    reason: String,
    asked_at: String,
    control_rows: i64,
    files: i64,
    file_bytes: i64,
    messages: i64,
    proven_at: Option<String>,
}

impl TryFrom<TenantErasureRow> for TenantErasure {
    type Error = ControlError;

    fn try_from(row: TenantErasureRow) -> Result<Self> {
        let count = |count: i64| u64::try_from(count).map_err(stored::unreadable("count"));
        Ok(Self {
            gone: Gone {
                control_rows: count(row.control_rows)?,
                files: count(row.files)?,
                file_bytes: count(row.file_bytes)?,
                messages: count(row.messages)?,
            },
            asked_at: stored::instant(&row.asked_at)?,
            proven_at: row.proven_at.as_deref().map(stored::instant).transpose()?,
            tenant_id: row.tenant_id,
            asked_by: row.asked_by,
            reason: row.reason,
        })
    }
}

impl Control {
    /// Ends a tenant: from here on nobody sees it, nobody sends to it, and nobody bears its id again. Asked again, it goes on with the first
    /// asker's words.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for a tenant that is not and was not there, [`ControlError::Invalid`] for words that are too long.
    pub async fn begin_tenant_erasure(
        &self,
        tenant_id: &str,
        by: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<TenantErasure> {
        for (what, words) in [("asker", by), ("reason", reason)] {
            if words.trim().is_empty() || words.chars().count() > WORDS_MAX {
                return Err(ControlError::invalid(what, words, format!("must have 1 to {WORDS_MAX} characters")));
            }
        }
        let context = format!("ending tenant `{tenant_id}`");
        let mut transaction = self.begin(&context).await?;
        let sql = "
            INSERT INTO tenant_erasures (tenant_id, asked_by, reason, asked_at, control_rows, files, file_bytes, messages)
            SELECT id, $2, $3, $4, 0, 0, 0, 0 FROM tenants WHERE id = $1
            ON CONFLICT (tenant_id) DO NOTHING";
        let query = sqlx::query(sql).bind(tenant_id).bind(by).bind(reason).bind(stored::instant_text(now));
        query.execute(&mut *transaction).await.map_err(ControlError::write(&context))?;
        let rows = delete_rows(&mut transaction, tenant_id, &context).await?;
        let query = sqlx::query("UPDATE tenant_erasures SET control_rows = control_rows + $2 WHERE tenant_id = $1");
        let query = query.bind(tenant_id).bind(whole(rows));
        let done = query.execute(&mut *transaction).await.map_err(ControlError::write(&context))?;
        if done.rows_affected() == 0 {
            return Err(ControlError::not_found("tenant", tenant_id));
        }
        transaction.commit().await.map_err(ControlError::store(&context))?;
        self.tenant_erasure(tenant_id).await
    }

    /// Notes what a round has found in the lake and the journal and removed, after it has looked here too; a round that finds nothing anywhere
    /// proves the end, when it `may_prove`.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for a tenant that was not ended.
    pub async fn note_tenant_erasure(
        &self,
        tenant_id: &str,
        found: Gone,
        may_prove: bool,
        now: DateTime<Utc>,
    ) -> Result<TenantErasure> {
        let context = format!("ending tenant `{tenant_id}`");
        let mut transaction = self.begin(&context).await?;
        // The erasure's row first: two rounds at once wait for each other.
        let sql = "
            UPDATE tenant_erasures SET files = files + $2, file_bytes = file_bytes + $3, messages = messages + $4
            WHERE tenant_id = $1";
        let query = sqlx::query(sql).bind(tenant_id).bind(whole(found.files)).bind(whole(found.file_bytes));
        let done = query.bind(whole(found.messages)).execute(&mut *transaction).await;
        if done.map_err(ControlError::write(&context))?.rows_affected() == 0 {
            return Err(ControlError::not_found("ended tenant", tenant_id));
        }
        let control_rows = delete_rows(&mut transaction, tenant_id, &context).await?;
        let found = Gone { control_rows, ..found };
        let sql = "
            UPDATE tenant_erasures SET control_rows = control_rows + $2, proven_at = CASE WHEN $3 = '' THEN NULL ELSE coalesce(proven_at, $3) END
            WHERE tenant_id = $1";
        let proven_at = if found.is_nothing() && may_prove { stored::instant_text(now) } else { String::new() };
        let query = sqlx::query(sql).bind(tenant_id).bind(whole(control_rows)).bind(proven_at);
        query.execute(&mut *transaction).await.map_err(ControlError::write(&context))?;
        transaction.commit().await.map_err(ControlError::store(&context))?;
        self.tenant_erasure(tenant_id).await
    }

    /// All tenants that were ended, by id.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn tenant_erasures(&self) -> Result<Vec<TenantErasure>> {
        let sql = "
            SELECT tenant_id, asked_by, reason, asked_at, control_rows, files, file_bytes, messages, proven_at
            FROM tenant_erasures
            ORDER BY tenant_id";
        let rows: Vec<TenantErasureRow> =
            sqlx::query_as(sql).fetch_all(&self.pool).await.map_err(ControlError::store("reading ended tenants"))?;
        rows.into_iter().map(TenantErasure::try_from).collect()
    }

    async fn tenant_erasure(&self, tenant_id: &str) -> Result<TenantErasure> {
        let ended = self.tenant_erasures().await?.into_iter().find(|erasure| erasure.tenant_id == tenant_id);
        ended.ok_or_else(|| ControlError::not_found("ended tenant", tenant_id))
    }
}

async fn delete_rows(transaction: &mut Transaction, tenant_id: &str, context: &str) -> Result<u64> {
    let mut rows = 0;
    for sql in ROWS {
        let done = sqlx::query(sql).bind(tenant_id).execute(&mut **transaction).await;
        rows += done.map_err(ControlError::write(context))?.rows_affected();
    }
    Ok(rows)
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
