//! Registrations of live sources: whose records come by the path `/ingest/{source}/{key}`, and how they are to be read. Only
//! a hash of a key is stored, so a key can be shown once. Does not know which sources there are, what they send, how a key
//! travels, nor how a signature is made.

mod secret;

use std::fmt;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::FromRow;

use crate::slug::{check_name, check_slug};
use crate::tenant::check_currency;
use crate::{Control, ControlError, Result, hexadecimal, stored};

pub use self::secret::{KeptSecret, LIVE_SECRETS_MAX, LiveSecret, SigningSecret};

const ID_BYTES: usize = 8;
/// 256 random bits: nobody meets another's key by chance, and the store refuses a hash that it has.
const KEY_BYTES: usize = 32;

/// One row for each live secret of a live registration; one row without a secret if there is none.
const FIND: &str = "
    SELECT registrations.id, tenant_id, source, instance, zone, currency,
        CASE WHEN require_signature THEN 1 ELSE 0 END AS require_signature, registrations.created_at, revoked_at,
        registration_secrets.id AS secret_id, secret, registration_secrets.created_at AS secret_created_at
    FROM registrations
    LEFT JOIN registration_secrets ON registration_secrets.registration_id = registrations.id AND retired_at IS NULL
    WHERE key_hash = $1 AND source = $2 AND revoked_at IS NULL
    ORDER BY registration_secrets.created_at, registration_secrets.id";

/// What a registration is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationRequest {
    /// Whose records will come.
    pub tenant_id: String,
    /// Name of the source, such as `shopify`; whether there is such a source is the caller's question.
    pub source: String,
    /// Which installation of the source sends, such as `gifts.myshopify.com`.
    pub instance: String,
    /// Zone of times that come without an offset.
    pub zone: Tz,
    /// ISO 4217 code of amounts that come without one.
    pub currency: Option<String>,
    /// Refuse messages that no live secret signed, also while there is no secret. With a `secret` this is so in any case.
    pub require_signature: bool,
    /// The first secret of its signatures.
    pub secret: Option<SigningSecret>,
}

impl RegistrationRequest {
    fn check(&self) -> Result<()> {
        check_slug("source", &self.source)?;
        check_name("instance", &self.instance)?;
        self.currency.as_deref().map_or(Ok(()), check_currency)
    }
}

/// A new registration: the only time that its key is to be seen.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedRegistration {
    /// Its public name, for [`Control::revoke_registration`].
    pub id: String,
    /// The secret part of its path.
    pub key: String,
    /// The name of its first secret, if it was given one.
    pub secret_id: Option<String>,
}

impl fmt::Debug for IssuedRegistration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, key: _, secret_id } = self;
        formatter.debug_struct("IssuedRegistration").field("id", id).field("key", &"…").field("secret_id", secret_id).finish()
    }
}

/// One installation of a source that sends, or sent, for one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Its public name.
    pub id: String,
    /// Whose records come by it.
    pub tenant_id: String,
    /// Name of the source.
    pub source: String,
    /// Which installation of the source.
    pub instance: String,
    /// Zone of times that come without an offset.
    pub zone: Tz,
    /// ISO 4217 code of amounts that come without one.
    pub currency: Option<String>,
    /// Refuse messages that no live secret signed, also when no secret is left: retiring the last one must not open the door.
    pub require_signature: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ended; from then on it is never found by its key.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A registration as the door needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRegistration {
    /// The registration, which is not revoked.
    pub registration: Registration,
    /// Its live secrets, oldest first; any of them may have signed.
    pub secrets: Vec<LiveSecret>,
}

#[derive(FromRow)]
struct RegistrationRow {
    id: String,
    tenant_id: String,
    source: String,
    instance: String,
    zone: String,
    currency: Option<String>,
    require_signature: i64,
    created_at: String,
    revoked_at: Option<String>,
}

impl TryFrom<RegistrationRow> for Registration {
    type Error = ControlError;

    fn try_from(row: RegistrationRow) -> Result<Self> {
        Ok(Self {
            zone: stored::value("zone", &row.zone)?,
            created_at: stored::instant(&row.created_at)?,
            revoked_at: row.revoked_at.as_deref().map(stored::instant).transpose()?,
            id: row.id,
            tenant_id: row.tenant_id,
            source: row.source,
            instance: row.instance,
            currency: row.currency,
            require_signature: row.require_signature != 0,
        })
    }
}

/// A registration beside one of its live secrets, or beside none.
#[derive(FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    registration: RegistrationRow,
    secret_id: Option<String>,
    secret: Option<String>,
    secret_created_at: Option<String>,
}

impl Control {
    /// Makes a registration, with its first secret if one is given: both or none.
    ///
    /// # Errors
    /// [`ControlError::Conflict`] for an unknown tenant, [`ControlError::Invalid`] for a property of the wrong form.
    pub async fn create_registration(&self, request: &RegistrationRequest, now: DateTime<Utc>) -> Result<IssuedRegistration> {
        request.check()?;
        let id = hexadecimal::random::<ID_BYTES>()?;
        let key = hexadecimal::random::<KEY_BYTES>()?;
        let key_hash = hexadecimal::hash(&key);
        let context = format!("registering source `{}` for tenant `{}`", request.source, request.tenant_id);
        let mut transaction = self.begin(&context).await?;
        let insert = insert_registration(&mut *transaction, &id, &key_hash, request, now);
        insert.await.map_err(ControlError::write(&context))?;
        let secret_id = match &request.secret {
            Some(secret) => Some(secret::insert(&mut *transaction, &id, secret, now).await?),
            None => None,
        };
        transaction.commit().await.map_err(ControlError::store(&context))?;
        Ok(IssuedRegistration { id, key, secret_id })
    }

    /// The live registration of a source with that key, and its live secrets, as they are at one moment. None alike for a key
    /// that is malformed, unknown, of another source or revoked.
    ///
    /// The key is looked up by its hash, so the time of an answer tells nothing of how much of a key was right.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn find_registration(&self, source: &str, key: &str) -> Result<Option<LiveRegistration>> {
        if !hexadecimal::is_hexadecimal(key, KEY_BYTES) {
            return Ok(None);
        }
        let query = sqlx::query_as(FIND).bind(hexadecimal::hash(key)).bind(source);
        let rows: Vec<FoundRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("looking for a registration"))?;
        let mut found = None;
        for row in rows {
            let registration = Registration::try_from(row.registration)?;
            let live = found.get_or_insert(LiveRegistration { registration, secrets: Vec::new() });
            if let (Some(id), Some(secret), Some(created_at)) = (row.secret_id, row.secret, row.secret_created_at) {
                let created_at = stored::instant(&created_at)?;
                live.secrets.push(LiveSecret { id, created_at, secret: SigningSecret::stored(secret) });
            }
        }
        Ok(found)
    }

    /// All registrations of a tenant, revoked ones too, oldest first.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn registrations(&self, tenant_id: &str) -> Result<Vec<Registration>> {
        let sql = "
            SELECT id, tenant_id, source, instance, zone, currency,
                CASE WHEN require_signature THEN 1 ELSE 0 END AS require_signature, created_at, revoked_at
            FROM registrations
            WHERE tenant_id = $1
            ORDER BY created_at, id";
        let query = sqlx::query_as(sql).bind(tenant_id);
        let rows: Vec<RegistrationRow> =
            query.fetch_all(&self.pool).await.map_err(ControlError::store("reading registrations"))?;
        rows.into_iter().map(Registration::try_from).collect()
    }

    /// Ends a registration for good, and erases its secrets. True if it was live until now.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn revoke_registration(&self, id: &str, now: DateTime<Utc>) -> Result<bool> {
        let context = "revoking a registration";
        // The first statement writes, so that the transaction waits for its turn instead of failing to get a lock later.
        let mut transaction = self.begin(context).await?;
        let sql = "UPDATE registrations SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        let query = sqlx::query(sql).bind(id).bind(stored::instant_text(now));
        let done = query.execute(&mut *transaction).await.map_err(ControlError::write(context))?;
        secret::retire_all(&mut *transaction, id, now).await?;
        transaction.commit().await.map_err(ControlError::store(context))?;
        Ok(done.rows_affected() > 0)
    }
}

async fn insert_registration<'e>(
    executor: impl sqlx::AnyExecutor<'e>,
    id: &str,
    key_hash: &str,
    request: &RegistrationRequest,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let sql = "
        INSERT INTO registrations
            (id, tenant_id, source, key_hash, require_signature, instance, zone, currency, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let query = sqlx::query(sql).bind(id).bind(&request.tenant_id).bind(&request.source).bind(key_hash);
    let query = query.bind(request.require_signature || request.secret.is_some()).bind(&request.instance);
    let query = query.bind(request.zone.name()).bind(request.currency.as_deref()).bind(stored::instant_text(now));
    query.execute(executor).await.map(drop)
}

#[cfg(test)]
mod tests;
