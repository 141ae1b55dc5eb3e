//! Secrets by which senders sign: added, retired, several live at once while one takes over from another. They are kept
//! readable, in a table of their own, because a signature (HMAC) is checked by making it again: whoever can read the store's
//! file can sign, so it belongs to the service's user alone (store.rs makes it so). A retired secret is erased, its row
//! stays. Does not know how a signature is made.

use std::fmt;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::ID_BYTES;
use crate::{Control, ControlError, Result, hexadecimal, stored};

/// The most live secrets of one registration: each is tried on every message.
pub const LIVE_SECRETS_MAX: usize = 4;

/// A secret that a sender signs with; never printed, never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(String);

impl SigningSecret {
    /// A secret, exactly as the source's own pages show it (Standard Webhooks': with `whsec_`).
    ///
    /// # Errors
    /// [`ControlError::Invalid`], which does not repeat the secret.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        const MAX_BYTES: usize = 1024;
        let text = text.into();
        let has_blank_ends = text.trim().len() < text.len();
        if text.is_empty() || text.len() > MAX_BYTES || has_blank_ends || text.chars().any(char::is_control) {
            let detail = format!("must be one line of 1 to {MAX_BYTES} bytes, without blanks at its ends: copy it again");
            return Err(ControlError::invalid("secret", "…", detail));
        }
        Ok(Self(text))
    }

    /// The bytes that sign.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    pub(super) fn stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningSecret(…)")
    }
}

/// A secret that signs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSecret {
    /// Its public name, for [`Control::retire_secret`].
    pub id: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// The secret itself.
    pub secret: SigningSecret,
}

/// That there is, or was, a secret; not what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSecret {
    /// Its public name, for [`Control::retire_secret`].
    pub id: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it ceased to count, and was erased.
    pub retired_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct KeptRow {
    id: String,
    created_at: String,
    retired_at: Option<String>,
}

impl TryFrom<KeptRow> for KeptSecret {
    type Error = ControlError;

    fn try_from(row: KeptRow) -> Result<Self> {
        Ok(Self {
            created_at: stored::instant(&row.created_at)?,
            retired_at: row.retired_at.as_deref().map(stored::instant).transpose()?,
            id: row.id,
        })
    }
}

impl Control {
    /// Adds a live secret beside those there are, and returns its id. From then on the registration asks for signatures, also
    /// when its last secret is retired.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for a registration that is unknown or revoked; [`ControlError::Conflict`] if the secret is
    /// live in it already, or [`LIVE_SECRETS_MAX`] are.
    pub async fn add_secret(&self, registration_id: &str, secret: &SigningSecret, now: DateTime<Utc>) -> Result<String> {
        let context = || context(registration_id);
        // The first statement writes, so that the transaction waits for its turn instead of failing to get a lock later; the
        // count below then cannot be overtaken.
        let mut transaction = self.begin(&context()).await?;
        let sql = "UPDATE registrations SET require_signature = TRUE WHERE id = $1 AND revoked_at IS NULL";
        let query = sqlx::query(sql).bind(registration_id);
        let done = query.execute(&mut *transaction).await.map_err(ControlError::write(context()))?;
        if done.rows_affected() == 0 {
            return Err(ControlError::not_found("live registration", registration_id));
        }
        let sql = "SELECT count(*) FROM registration_secrets WHERE registration_id = $1 AND retired_at IS NULL";
        let query = sqlx::query_scalar(sql).bind(registration_id);
        let live: i64 = query.fetch_one(&mut *transaction).await.map_err(ControlError::store(context()))?;
        if usize::try_from(live).is_ok_and(|live| live >= LIVE_SECRETS_MAX) {
            let detail = format!("{live} secrets are live, the most there may be: retire one first");
            return Err(ControlError::Conflict { context: context(), detail });
        }
        let id = insert(&mut *transaction, registration_id, secret, now).await?;
        transaction.commit().await.map_err(ControlError::store(context()))?;
        Ok(id)
    }

    /// Ends a secret for good and erases it. The id of its registration, or None if no such secret was live.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn retire_secret(&self, id: &str, now: DateTime<Utc>) -> Result<Option<String>> {
        let sql = "
            UPDATE registration_secrets
            SET retired_at = $2, secret = NULL
            WHERE id = $1 AND retired_at IS NULL
            RETURNING registration_id";
        let query = sqlx::query_scalar(sql).bind(id).bind(stored::instant_text(now));
        query.fetch_optional(&self.pool).await.map_err(ControlError::write("retiring a secret"))
    }

    /// That a registration has, or had, which secrets, oldest first; not what they are.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn secrets(&self, registration_id: &str) -> Result<Vec<KeptSecret>> {
        let sql = "
            SELECT id, created_at, retired_at
            FROM registration_secrets
            WHERE registration_id = $1
            ORDER BY created_at, id";
        let query = sqlx::query_as(sql).bind(registration_id);
        let rows: Vec<KeptRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("listing secrets"))?;
        rows.into_iter().map(KeptSecret::try_from).collect()
    }
}

pub(super) async fn insert<'e>(
    executor: impl sqlx::AnyExecutor<'e>,
    registration_id: &str,
    secret: &SigningSecret,
    now: DateTime<Utc>,
) -> Result<String> {
    let id = hexadecimal::random::<ID_BYTES>()?;
    let sql = "INSERT INTO registration_secrets (id, registration_id, secret, created_at) VALUES ($1, $2, $3, $4)";
    let query = sqlx::query(sql).bind(&id).bind(registration_id).bind(&secret.0).bind(stored::instant_text(now));
    query.execute(executor).await.map_err(ControlError::write(context(registration_id)))?;
    Ok(id)
}

pub(super) async fn retire_all<'e>(
    executor: impl sqlx::AnyExecutor<'e>,
    registration_id: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "
        UPDATE registration_secrets
        SET retired_at = $2, secret = NULL
        WHERE registration_id = $1 AND retired_at IS NULL";
    let query = sqlx::query(sql).bind(registration_id).bind(stored::instant_text(now));
    query.execute(executor).await.map_err(ControlError::write("retiring the secrets of a registration"))?;
    Ok(())
}

fn context(registration_id: &str) -> String {
    format!("adding a secret to registration `{registration_id}`")
}
