//! Tokens, shown once.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use quarterdeck_control::{Token, TokenRequest, TokenScope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::Changed;
use super::{administration, domains_of, names_of};
use crate::auth::Asker;
use crate::body::Body;
use crate::problem::{Answer, Refusals};
use crate::state::Dashboards;

/// A token without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenEntry {
    /// Its public part.
    pub id: String,
    /// Whom or what it is for.
    pub name: String,
    /// What its bearer may do.
    pub role: String,
    /// Whose it is.
    pub partner: String,
    /// The one tenant that it sees; all of the partner's without.
    pub tenant: Option<String>,
    /// Process domains; every one without.
    pub domains: Option<Vec<String>>,
    /// Whether its bearer sees personal data, unless the grant keeps it back.
    pub personal: bool,
    /// Who made it: the id of a person or token; none if it was the command line.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends; never without.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was ended for good.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl From<Token> for TokenEntry {
    fn from(token: Token) -> Self {
        Self {
            partner: token.scope.partner_id().to_owned(),
            tenant: token.scope.tenant_id().map(str::to_owned),
            role: token.role.to_string(),
            domains: names_of(&token.domains),
            personal: token.pii,
            id: token.id,
            name: token.name,
            created_by: token.created_by,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            revoked_at: token.revoked_at,
        }
    }
}

/// The tokens that somebody may end.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenList {
    /// Revoked ones too, oldest first by partner.
    pub tokens: Vec<TokenEntry>,
}

/// A token to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenBody {
    /// Whom or what it is for; the user name at the SQL door.
    name: String,
    /// `executive`, `analyst`, `operator`, `partner` or `administrator`.
    role: String,
    /// Whose it is to be.
    partner: String,
    /// The one tenant that it is to see; all of the partner's without.
    tenant: Option<String>,
    /// Process domains; every one without.
    domains: Option<Vec<String>>,
    /// Whether its bearer sees personal data.
    #[serde(default)]
    personal: bool,
    /// When it ends; never without.
    expires_at: Option<DateTime<Utc>>,
}

/// A token that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeToken {
    /// Its public part.
    pub id: String,
    /// The whole of it; it is not shown again.
    pub token: String,
}

/// The tokens of the places that whoever asks administers.
#[utoipa::path(get, path = "/api/v1/admin/tokens", tag = "admin", responses((status = 200, body = TokenList), Refusals))]
pub(crate) async fn list(State(state): State<Dashboards>, asker: Asker) -> Answer<Json<TokenList>> {
    let tokens = administration(&state, &asker).tokens().await?;
    Ok(Json(TokenList { tokens: tokens.into_iter().map(TokenEntry::from).collect() }))
}

/// Makes a token.
#[utoipa::path(post, path = "/api/v1/admin/tokens", tag = "admin", request_body = TokenBody, responses((status = 201, body = MadeToken), Refusals))]
pub(crate) async fn create(
    State(state): State<Dashboards>,
    asker: Asker,
    Body(body): Body<TokenBody>,
) -> Answer<(StatusCode, Json<MadeToken>)> {
    let TokenBody { name, role, partner: partner_id, tenant, domains, personal, expires_at } = body;
    let scope = match tenant {
        Some(tenant_id) => TokenScope::Tenant { partner_id, tenant_id },
        None => TokenScope::Partner { partner_id },
    };
    let request = TokenRequest::new(name, role.parse()?, scope);
    let request = TokenRequest { domains: domains_of(domains), pii: personal, expires_at, ..request };
    let issued = administration(&state, &asker).create_token(&request).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { id: issued.id, token: issued.token })))
}

/// Ends a token for good.
#[utoipa::path(delete, path = "/api/v1/admin/tokens/{token}", tag = "admin", params(("token" = String, Path)), responses((status = 200, body = Changed), Refusals))]
pub(crate) async fn revoke(State(state): State<Dashboards>, asker: Asker, Path(token): Path<String>) -> Answer<Json<Changed>> {
    Ok(Json(Changed { changed: administration(&state, &asker).revoke_token(&token).await? }))
}
