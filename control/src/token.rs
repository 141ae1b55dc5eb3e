//! Tokens: secrets that say who asks. Only a hash of a secret is stored, so a token can be shown once. Does not know how a
//! token travels (cookie, header, password), nor what a role may do.

mod secret;

use std::fmt;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use self::secret::{Presented, Secret};
use crate::slug::check_name;
use crate::{Control, ControlError, Result, Role, stored};

/// What a token is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// Whom or what it is for; tokens of one name and scope replace each other in [`Control::replace_token`].
    pub name: String,
    /// What its bearer may do.
    pub role: Role,
    /// What its bearer may see.
    pub scope: TokenScope,
    /// When it ends; never, if absent.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What the bearer of a token may see. Both stop at the partner's grants, as they are when it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenScope {
    /// Every tenant that is granted to the partner.
    Partner {
        /// The partner.
        partner_id: String,
    },
    /// One tenant, under the brand of the partner that looks after it.
    Tenant {
        /// The partner.
        partner_id: String,
        /// The tenant.
        tenant_id: String,
    },
}

impl TokenScope {
    fn partner_id(&self) -> &str {
        match self {
            Self::Partner { partner_id } | Self::Tenant { partner_id, .. } => partner_id,
        }
    }

    fn tenant_id(&self) -> Option<&str> {
        match self {
            Self::Partner { .. } => None,
            Self::Tenant { tenant_id, .. } => Some(tenant_id),
        }
    }
}

/// A new token: the only time that its secret is to be seen.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// Its public part, for [`Control::revoke_token`].
    pub id: String,
    /// The whole token: `qd_<id>_<secret>`.
    pub token: String,
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IssuedToken").field("id", &self.id).field("token", &"…").finish()
    }
}

/// Who asks, as their token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The public part of the token that said so.
    pub token_id: String,
    /// The token's name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The partner whose service and brand they use.
    pub partner_id: String,
    /// The tenants they may see, by id.
    pub tenants: Vec<String>,
}

#[derive(FromRow)]
struct TokenRow {
    secret_hash: String,
    name: String,
    role: String,
    partner_id: String,
    tenant_id: Option<String>,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

impl Control {
    /// Makes a token.
    ///
    /// # Errors
    /// [`ControlError::Conflict`] if the partner is unknown or not granted the tenant, [`ControlError::Invalid`] for a blank
    /// name or an end that has passed.
    pub async fn create_token(&self, request: &TokenRequest, now: DateTime<Utc>) -> Result<IssuedToken> {
        self.check_request(request, now).await?;
        self.insert_token(&self.pool, request, now).await
    }

    /// Makes a token and revokes those of the same name and scope, so that one is good at a time.
    ///
    /// # Errors
    /// Those of [`Control::create_token`]; the old tokens then stay good.
    pub async fn replace_token(&self, request: &TokenRequest, now: DateTime<Utc>) -> Result<IssuedToken> {
        self.check_request(request, now).await?;
        let context = "replacing a token";
        // The first statement writes, so that the transaction waits for its turn instead of failing to get a lock later.
        let mut transaction = self.pool.begin().await.map_err(ControlError::store(context))?;
        let sql = "
            UPDATE tokens
            SET revoked_at = $1
            WHERE revoked_at IS NULL AND name = $2 AND partner_id = $3 AND coalesce(tenant_id, '') = $4";
        let query = sqlx::query(sql).bind(stored::instant_text(now)).bind(&request.name).bind(request.scope.partner_id());
        let query = query.bind(request.scope.tenant_id().unwrap_or_default());
        query.execute(&mut *transaction).await.map_err(ControlError::write(context))?;
        let issued = self.insert_token(&mut *transaction, request, now).await?;
        transaction.commit().await.map_err(ControlError::store(context))?;
        Ok(issued)
    }

    /// Ends a token for good. True if it was good until now.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn revoke_token(&self, id: &str, now: DateTime<Utc>) -> Result<bool> {
        let query = sqlx::query("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL").bind(id);
        let query = query.bind(stored::instant_text(now));
        let done = query.execute(&self.pool).await.map_err(ControlError::write("revoking a token"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Who the bearer of a token is, and what they may see now.
    ///
    /// # Errors
    /// [`ControlError::NotAuthentic`] alike for a token that is malformed, unknown, wrong, expired, revoked, or for a tenant
    /// that its partner is no longer granted.
    pub async fn authenticate(&self, token: &str, now: DateTime<Utc>) -> Result<Identity> {
        let presented = Presented::parse(token).ok_or(ControlError::NotAuthentic)?;
        let row = self.token_row(presented.id).await?.ok_or(ControlError::NotAuthentic)?;
        let expires_at = row.expires_at.as_deref().map(stored::instant).transpose()?;
        let is_over = row.revoked_at.is_some() || expires_at.is_some_and(|end| end <= now);
        if !presented.matches(&row.secret_hash) || is_over {
            return Err(ControlError::NotAuthentic);
        }
        let mut tenants: Vec<String> = self.grants(&row.partner_id).await?.into_iter().map(|grant| grant.tenant_id).collect();
        if let Some(only) = &row.tenant_id {
            tenants.retain(|tenant| tenant == only);
            if tenants.is_empty() {
                return Err(ControlError::NotAuthentic);
            }
        }
        let role = stored::value("role", &row.role)?;
        Ok(Identity { token_id: presented.id.to_owned(), name: row.name, role, partner_id: row.partner_id, tenants })
    }

    async fn check_request(&self, request: &TokenRequest, now: DateTime<Utc>) -> Result<()> {
        check_name("token name", &request.name)?;
        if let Some(end) = request.expires_at.filter(|end| *end <= now) {
            return Err(ControlError::invalid("expiry", &stored::instant_text(end), "has passed: choose a later one"));
        }
        let Some(tenant_id) = request.scope.tenant_id() else { return Ok(()) };
        let partner_id = request.scope.partner_id();
        let granted = self.grants(partner_id).await?.into_iter().any(|grant| grant.tenant_id == tenant_id);
        if granted {
            return Ok(());
        }
        let context = format!("making a token of partner `{partner_id}` for tenant `{tenant_id}`");
        Err(ControlError::Conflict { context, detail: "the tenant is not granted to the partner".into() })
    }

    async fn insert_token<'e>(
        &self,
        executor: impl sqlx::SqliteExecutor<'e>,
        request: &TokenRequest,
        now: DateTime<Utc>,
    ) -> Result<IssuedToken> {
        let secret = Secret::generate()?;
        let sql = "
            INSERT INTO tokens (id, secret_hash, name, role, partner_id, tenant_id, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let query = sqlx::query(sql).bind(&secret.id).bind(secret.hash()).bind(&request.name).bind(request.role.as_str());
        let query = query.bind(request.scope.partner_id()).bind(request.scope.tenant_id());
        let query = query.bind(stored::instant_text(now)).bind(request.expires_at.map(stored::instant_text));
        query.execute(executor).await.map_err(ControlError::write(format!("storing token `{}`", request.name)))?;
        Ok(IssuedToken { token: secret.token(), id: secret.id })
    }

    async fn token_row(&self, id: &str) -> Result<Option<TokenRow>> {
        let sql = "
            SELECT secret_hash, name, role, partner_id, tenant_id, expires_at, revoked_at
            FROM tokens
            WHERE id = $1";
        let query = sqlx::query_as(sql).bind(id);
        query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a token"))
    }
}

#[cfg(test)]
mod tests;
