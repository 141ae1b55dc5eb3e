//! Tokens: secrets that say who asks. Only a hash of a secret is stored, so a token can be shown once; beside it stands what
//! the SQL door needs (scram.rs). Does not know how a token travels (cookie, header, password), nor what a role may do.

mod secret;

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, FromRow};

use self::secret::{ID_BYTES, Presented, Secret};
use crate::hexadecimal::is_hexadecimal;
use crate::identity::Claim;
use crate::scram::{self, ScramSecret};
use crate::slug::check_name;
use crate::{Control, ControlError, Domains, Identity, Place, Result, Role, Subject, SubjectKind, stored};

/// How exactly a token's last use is known: a program that asks all day writes once a minute.
pub const TOKEN_USED_SECONDS: i64 = 60;

const COLUMNS: &str = "id, secret_hash, name, role, partner_id, tenant_id, domains, pii, created_by, created_at, expires_at,
    last_used_at, revoked_at";

/// What a token is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// Whom or what it is for; tokens of one name and scope replace each other in [`Control::replace_token`].
    pub name: String,
    /// What its bearer may do.
    pub role: Role,
    /// What its bearer may see.
    pub scope: TokenScope,
    /// Over which part of the records.
    pub domains: Domains,
    /// Whether its bearer sees personal data, unless the partner may not.
    pub pii: bool,
    /// When it ends; never, if absent.
    pub expires_at: Option<DateTime<Utc>>,
    /// Who made it: the id of a person or token.
    pub created_by: Option<String>,
}

impl TokenRequest {
    /// A token without end over every domain, without personal data.
    pub fn new(name: impl Into<String>, role: Role, scope: TokenScope) -> Self {
        Self { name: name.into(), role, scope, domains: Domains::All, pii: false, expires_at: None, created_by: None }
    }
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
    /// Whose token it is.
    pub fn partner_id(&self) -> &str {
        match self {
            Self::Partner { partner_id } | Self::Tenant { partner_id, .. } => partner_id,
        }
    }

    /// The one tenant that it sees, if it is but one.
    pub fn tenant_id(&self) -> Option<&str> {
        match self {
            Self::Partner { .. } => None,
            Self::Tenant { tenant_id, .. } => Some(tenant_id),
        }
    }

    fn home(&self) -> Place {
        match self {
            Self::Partner { partner_id } => Place::Partner(partner_id.clone()),
            Self::Tenant { tenant_id, .. } => Place::Tenant(tenant_id.clone()),
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

/// A token as it is listed: everything but its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its public part.
    pub id: String,
    /// Whom or what it is for.
    pub name: String,
    /// What its bearer may do.
    pub role: Role,
    /// What its bearer may see.
    pub scope: TokenScope,
    /// Over which part of the records.
    pub domains: Domains,
    /// Whether its bearer sees personal data, unless the partner may not.
    pub pii: bool,
    /// Who made it: the id of a person or token.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends; never, if absent.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was ended for good.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Token {
    fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }
}

#[derive(FromRow)]
struct TokenRow {
    id: String,
    secret_hash: String,
    name: String,
    role: String,
    partner_id: String,
    tenant_id: Option<String>,
    domains: String,
    pii: i64,
    created_by: Option<String>,
    created_at: String,
    expires_at: Option<String>,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
}

impl TryFrom<TokenRow> for Token {
    type Error = ControlError;

    fn try_from(row: TokenRow) -> Result<Self> {
        let partner_id = row.partner_id;
        Ok(Self {
            role: stored::value("role", &row.role)?,
            scope: match row.tenant_id {
                Some(tenant_id) => TokenScope::Tenant { partner_id, tenant_id },
                None => TokenScope::Partner { partner_id },
            },
            domains: Domains::read(&row.domains)?,
            pii: row.pii != 0,
            created_at: stored::instant(&row.created_at)?,
            expires_at: row.expires_at.as_deref().map(stored::instant).transpose()?,
            last_used_at: row.last_used_at.as_deref().map(stored::instant).transpose()?,
            revoked_at: row.revoked_at.as_deref().map(stored::instant).transpose()?,
            id: row.id,
            name: row.name,
            created_by: row.created_by,
        })
    }
}

/// Whether a text has the form of a token.
pub(crate) fn is_token(text: &str) -> bool {
    Presented::parse(text).is_some()
}

impl Control {
    /// Makes a token.
    ///
    /// # Errors
    /// [`ControlError::Conflict`] if the partner is unknown or not granted the tenant, [`ControlError::Invalid`] for a blank
    /// name, an end that has passed, or an empty list of domains.
    pub async fn create_token(&self, request: &TokenRequest, now: DateTime<Utc>) -> Result<IssuedToken> {
        self.make_token(request, false, now).await
    }

    /// Makes a token and revokes those of the same name and scope, so that one is good at a time.
    ///
    /// # Errors
    /// Those of [`Control::create_token`]; the old tokens then stay good.
    pub async fn replace_token(&self, request: &TokenRequest, now: DateTime<Utc>) -> Result<IssuedToken> {
        self.make_token(request, true, now).await
    }

    async fn make_token(&self, request: &TokenRequest, replace: bool, now: DateTime<Utc>) -> Result<IssuedToken> {
        self.check_request(request, now).await?;
        let secret = Secret::generate()?;
        let token = secret.token();
        let scram = self.off_the_runtime(move || ScramSecret::new(&token)).await?;
        let context = format!("storing token `{}`", request.name);
        let mut transaction = self.begin(&context).await?;
        if replace {
            // Whoever replaces takes the partner's row first: two at once would not see each other's new token.
            let query = sqlx::query("UPDATE partners SET name = name WHERE id = $1").bind(request.scope.partner_id());
            query.execute(&mut *transaction).await.map_err(ControlError::write(&context))?;
            revoke_namesakes(&mut transaction, request, now).await.map_err(ControlError::write(&context))?;
        }
        insert(&mut *transaction, &secret, request, now).await.map_err(ControlError::write(&context))?;
        scram::keep(&mut *transaction, &secret.id, &scram).await?;
        transaction.commit().await.map_err(ControlError::store(context))?;
        Ok(IssuedToken { token: secret.token(), id: secret.id })
    }

    /// Ends a token for good. True if it was good until now.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn revoke_token(&self, id: &str, now: DateTime<Utc>) -> Result<bool> {
        let context = "revoking a token";
        let mut transaction = self.begin(context).await?;
        let query = sqlx::query("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL").bind(id);
        let query = query.bind(stored::instant_text(now));
        let done = query.execute(&mut *transaction).await.map_err(ControlError::write(context))?;
        scram::erase(&mut *transaction, id).await?;
        transaction.commit().await.map_err(ControlError::store(context))?;
        Ok(done.rows_affected() > 0)
    }

    /// All tokens of a partner, revoked ones too, oldest first; of one tenant alone with `tenant_id`.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn tokens(&self, partner_id: &str, tenant_id: Option<&str>) -> Result<Vec<Token>> {
        let sql = format!(
            "
            SELECT {COLUMNS}
            FROM tokens
            WHERE partner_id = $1 AND ($2 = '' OR tenant_id = $2)
            ORDER BY created_at, id"
        );
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(partner_id).bind(tenant_id.unwrap_or_default());
        let rows: Vec<TokenRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading tokens"))?;
        rows.into_iter().map(Token::try_from).collect()
    }

    /// One token by its public part.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub async fn token(&self, id: &str) -> Result<Token> {
        self.token_row(id).await?.ok_or_else(|| ControlError::not_found("token", id))?.try_into()
    }

    /// Who the bearer of a token is, and what they may see now.
    ///
    /// # Errors
    /// [`ControlError::NotAuthentic`] alike for a token that is malformed, unknown, wrong, expired, revoked, or for a tenant
    /// that its partner is no longer granted.
    pub async fn authenticate(&self, token: &str, now: DateTime<Utc>) -> Result<Identity> {
        let presented = Presented::parse(token).ok_or(ControlError::NotAuthentic)?;
        let row = self.token_row(presented.id).await?.ok_or(ControlError::NotAuthentic)?;
        if !presented.matches(&row.secret_hash) {
            return Err(ControlError::NotAuthentic);
        }
        self.identity_of_token(&row.try_into()?, now).await
    }

    /// Who the bearer of a token is that was shown to be right; notes that it was used.
    pub(crate) async fn identity_of_token(&self, token: &Token, now: DateTime<Utc>) -> Result<Identity> {
        if !token.is_live(now) {
            return Err(ControlError::NotAuthentic);
        }
        let partner_id = token.scope.partner_id();
        let claim = Claim { role: token.role, domains: &token.domains, pii: token.pii };
        let grants = self.grants(partner_id).await?;
        let seen = grants.iter().filter(|grant| token.scope.tenant_id().is_none_or(|only| grant.tenant_id == only));
        let tenants = self.with_limits(seen.map(|grant| claim.under(grant)).collect()).await?;
        if token.scope.tenant_id().is_some() && tenants.is_empty() {
            return Err(ControlError::NotAuthentic);
        }
        if token.last_used_at.is_none_or(|used| now - used >= TimeDelta::seconds(TOKEN_USED_SECONDS)) {
            self.use_token(&token.id, now).await?;
        }
        Ok(Identity {
            subject: Subject { kind: SubjectKind::Token, id: token.id.clone() },
            name: token.name.clone(),
            role: token.role,
            partner_id: Some(partner_id.to_owned()),
            home: token.scope.home(),
            widest: token.scope.home(),
            locale: None,
            tenants,
        })
    }

    async fn use_token(&self, id: &str, now: DateTime<Utc>) -> Result<()> {
        let sql = "UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
        let query = sqlx::query(sql).bind(id).bind(stored::instant_text(now));
        query.execute(&self.pool).await.map(drop).map_err(ControlError::write("noting a token's use"))
    }

    /// The live token that a user name means in a tenant: the one with that public part, or with that name. Of several with
    /// one name the partner that had the name first keeps it, so that no other partner of a shared tenant can take it; of that
    /// partner's own the newest counts, as whoever has just made one expects. The others go by their public part.
    pub(crate) async fn token_by_user(&self, user: &str, tenant_id: &str, now: DateTime<Utc>) -> Result<Option<Token>> {
        if is_hexadecimal(user, ID_BYTES)
            && let Some(row) = self.token_row(user).await?
        {
            return Ok(Some(Token::try_from(row)?).filter(|token| token.is_live(now)));
        }
        let sql = format!(
            "
            SELECT {COLUMNS}
            FROM tokens
            WHERE name = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
                AND (tenant_id IS NULL OR tenant_id = $3)
                AND partner_id IN (SELECT partner_id FROM grants WHERE tenant_id = $3)
            ORDER BY created_at, id"
        );
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(user).bind(stored::instant_text(now)).bind(tenant_id);
        let rows: Vec<TokenRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("looking for a token"))?;
        let first = rows.first().map(|row| row.partner_id.clone());
        rows.into_iter().rev().find(|row| Some(&row.partner_id) == first.as_ref()).map(Token::try_from).transpose()
    }

    async fn check_request(&self, request: &TokenRequest, now: DateTime<Utc>) -> Result<()> {
        check_name("token name", &request.name)?;
        request.domains.check()?;
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

    async fn token_row(&self, id: &str) -> Result<Option<TokenRow>> {
        let query = sqlx::query_as(AssertSqlSafe(format!("SELECT {COLUMNS} FROM tokens WHERE id = $1"))).bind(id);
        query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a token"))
    }
}

async fn insert<'e>(
    executor: impl sqlx::AnyExecutor<'e>,
    secret: &Secret,
    request: &TokenRequest,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let sql = "
        INSERT INTO tokens
            (id, secret_hash, name, role, partner_id, tenant_id, domains, pii, created_by, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let domains = request.domains.text().map_err(|error| sqlx::Error::Encode(error.into()))?;
    let query = sqlx::query(sql).bind(&secret.id).bind(secret.hash()).bind(&request.name).bind(request.role.as_str());
    let query = query.bind(request.scope.partner_id()).bind(request.scope.tenant_id());
    let query = query.bind(domains).bind(i64::from(request.pii)).bind(request.created_by.as_deref());
    let query = query.bind(stored::instant_text(now)).bind(request.expires_at.map(stored::instant_text));
    query.execute(executor).await.map(drop)
}

/// Revokes the live tokens of the same name and scope, and erases what the SQL door knew of them.
async fn revoke_namesakes(
    transaction: &mut sqlx::AnyConnection,
    request: &TokenRequest,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let revoke = "
        UPDATE tokens
        SET revoked_at = $1
        WHERE revoked_at IS NULL AND name = $2 AND partner_id = $3 AND coalesce(tenant_id, '') = $4";
    let query = sqlx::query(revoke).bind(stored::instant_text(now)).bind(&request.name).bind(request.scope.partner_id());
    query.bind(request.scope.tenant_id().unwrap_or_default()).execute(&mut *transaction).await?;
    let erase = "
        DELETE FROM scram_secrets
        WHERE subject_id IN (SELECT id FROM tokens WHERE revoked_at IS NOT NULL AND name = $1 AND partner_id = $2)";
    let query = sqlx::query(erase).bind(&request.name).bind(request.scope.partner_id());
    query.execute(transaction).await.map(drop)
}

#[cfg(test)]
mod tests;
