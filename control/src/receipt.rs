//! Receipts: what a number was made of, kept under the id that was shown with it. Knows them as JSON text, not what it says.

use chrono::{DateTime, Utc};
use serde::de::IgnoredAny;
use sqlx::FromRow;

use crate::{Control, ControlError, Result, stored};

/// The longest receipt that is kept. The records are not in it: they are found again by what it says.
pub const RECEIPT_BODY_MAX_BYTES: usize = 256 * 1024;

/// What a number was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The id that was shown with the number.
    pub id: String,
    /// Whose number.
    pub tenant_id: String,
    /// JSON, exactly as it was given: no digit of a number is lost.
    pub body: String,
    /// When it was first kept.
    pub created_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct ReceiptRow {
    id: String,
    tenant_id: String,
    body: String,
    created_at: String,
}

impl TryFrom<ReceiptRow> for Receipt {
    type Error = ControlError;

    fn try_from(row: ReceiptRow) -> Result<Self> {
        Ok(Self { created_at: stored::instant(&row.created_at)?, id: row.id, tenant_id: row.tenant_id, body: row.body })
    }
}

impl Control {
    /// Keeps a receipt, unless its id is kept already: the first one stays. True if it was new.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] if `body` is not JSON or too long; [`ControlError::Conflict`] if another tenant has the id,
    /// or the tenant is unknown.
    pub async fn keep_receipt(&self, tenant_id: &str, id: &str, body: &str, now: DateTime<Utc>) -> Result<bool> {
        check(id, body)?;
        // Numbers are shown far more often than they change: look first, since looking takes no lock.
        let mut owner = self.owner_of_receipt(id).await?;
        if owner.is_none() {
            if self.insert_receipt(tenant_id, id, body, now).await? {
                return Ok(true);
            }
            owner = self.owner_of_receipt(id).await?;
        }
        if owner.as_deref() == Some(tenant_id) {
            return Ok(false);
        }
        Err(ControlError::Conflict { context: format!("keeping receipt `{id}`"), detail: "the id is taken".into() })
    }

    /// One receipt of a tenant; another tenant's is not found.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub async fn receipt(&self, tenant_id: &str, id: &str) -> Result<Receipt> {
        let sql = "SELECT id, tenant_id, body, created_at FROM receipts WHERE id = $1 AND tenant_id = $2";
        let query = sqlx::query_as(sql).bind(id).bind(tenant_id);
        let found: Option<ReceiptRow> =
            query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a receipt"))?;
        found.ok_or_else(|| ControlError::not_found("receipt", id))?.try_into()
    }

    /// False if somebody else kept the id in the meantime.
    async fn insert_receipt(&self, tenant_id: &str, id: &str, body: &str, now: DateTime<Utc>) -> Result<bool> {
        let sql = "
            INSERT INTO receipts (id, tenant_id, body, created_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (id) DO NOTHING";
        let query = sqlx::query(sql).bind(id).bind(tenant_id).bind(body).bind(stored::instant_text(now));
        let context = format!("keeping a receipt of tenant `{tenant_id}`");
        let done = query.execute(&self.pool).await.map_err(ControlError::write(context))?;
        Ok(done.rows_affected() > 0)
    }

    async fn owner_of_receipt(&self, id: &str) -> Result<Option<String>> {
        let query = sqlx::query_scalar("SELECT tenant_id FROM receipts WHERE id = $1").bind(id);
        query.fetch_optional(&self.pool).await.map_err(ControlError::store("looking for a receipt"))
    }
}

fn check(id: &str, body: &str) -> Result<()> {
    const ID_MAX_BYTES: usize = 128;
    if id.is_empty() || id.len() > ID_MAX_BYTES {
        return Err(ControlError::invalid("receipt id", id, "must be 1 to 128 bytes"));
    }
    if body.len() > RECEIPT_BODY_MAX_BYTES {
        return Err(ControlError::invalid("receipt", body, format!("is longer than {RECEIPT_BODY_MAX_BYTES} bytes")));
    }
    serde_json::from_str::<IgnoredAny>(body)
        .map(drop)
        .map_err(|error| ControlError::invalid("receipt", body, format!("is not JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fresh, fresh_stores};
    use crate::{Kind, Tenant};

    fn now() -> DateTime<Utc> {
        "2026-11-22T08:00:00.123456Z".parse().unwrap()
    }

    async fn with_two_tenants() -> [Fresh; 2] {
        let stores = fresh_stores().await;
        for control in &stores {
            for id in ["gifts", "desk"] {
                control.ensure_tenant(&Tenant::new(id, id, "EUR", chrono_tz::UTC, "en")).await.unwrap();
            }
        }
        stores
    }

    #[tokio::test]
    async fn the_first_body_stays_digit_for_digit() {
        for control in with_two_tenants().await {
            let body = r#"{"value": 9747747.93400000000000000001}"#;
            assert!(control.keep_receipt("gifts", "r1", body, now()).await.unwrap());
            let later = now() + chrono::TimeDelta::days(1);
            assert!(!control.keep_receipt("gifts", "r1", "{}", later).await.unwrap());
            let kept = control.receipt("gifts", "r1").await.unwrap();
            assert_eq!((kept.body.as_str(), kept.created_at), (body, now()));
        }
    }

    #[tokio::test]
    async fn another_tenants_receipt_is_not_found_and_not_taken_over() {
        for control in with_two_tenants().await {
            control.keep_receipt("gifts", "r1", "{}", now()).await.unwrap();
            assert_eq!(control.receipt("desk", "r1").await.unwrap_err().kind(), Kind::NotFound);
            assert_eq!(control.receipt("desk", "r2").await.unwrap_err().to_string(), "no receipt named `r2`");
            assert_eq!(control.keep_receipt("desk", "r1", "{}", now()).await.unwrap_err().kind(), Kind::Conflict);
            assert_eq!(control.keep_receipt("nobody", "r3", "{}", now()).await.unwrap_err().kind(), Kind::Conflict);
        }
    }

    #[tokio::test]
    async fn refuses_what_is_no_receipt() {
        for control in with_two_tenants().await {
            let long = format!("\"{}\"", "x".repeat(RECEIPT_BODY_MAX_BYTES));
            for (id, body) in [("r", "{"), ("r", ""), ("r", long.as_str()), ("", "{}"), (&*"r".repeat(129), "{}")] {
                let error = control.keep_receipt("gifts", id, body, now()).await.unwrap_err();
                assert_eq!(error.kind(), Kind::Invalid);
                assert!(error.to_string().len() < 300, "the error does not repeat the body");
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_keepers_of_one_receipt_leave_one() {
        let folder = tempfile::tempdir().unwrap();
        let location = folder.path().join("control.db").to_str().unwrap().to_owned();
        let handles = [Control::open(&location).await.unwrap(), Control::open(&location).await.unwrap()];
        handles[0].ensure_tenant(&Tenant::new("gifts", "g", "EUR", chrono_tz::UTC, "en")).await.unwrap();
        let mut keepers = Vec::new();
        for turn in 0..40 {
            let control = handles[turn % 2].clone();
            keepers.push(tokio::spawn(async move {
                let id = format!("r{}", turn / 8);
                control.keep_receipt("gifts", &id, &format!("{{\"turn\": {turn}}}"), now()).await.unwrap()
            }));
        }
        let mut new = 0;
        for keeper in keepers {
            new += usize::from(keeper.await.unwrap());
        }
        assert_eq!(new, 5);
    }
}
