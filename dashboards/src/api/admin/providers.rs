//! Identity providers of partners. A client secret goes in and does not come out again.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use quarterdeck_control::{FirstSignIn, IdentityProvider};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::administration;
use crate::auth::Asker;
use crate::body::Body;
use crate::problem::{Answer, Problem, Refusals};
use crate::state::Dashboards;

/// Where the people of a partner sign in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderEntry {
    /// Whose people.
    pub partner: String,
    /// The provider's URL, exactly as it calls itself.
    pub issuer: String,
    /// What the provider calls us.
    pub client_id: String,
    /// Whether a client secret is stored.
    pub has_client_secret: bool,
    /// Our URL to which the provider sends people back.
    pub redirect_url: String,
    /// The domains of e-mail addresses that count.
    pub email_domains: Vec<String>,
    /// The role that somebody new gets; none where people must be known before.
    pub new_people_role: Option<String>,
}

impl From<IdentityProvider> for ProviderEntry {
    fn from(provider: IdentityProvider) -> Self {
        Self {
            has_client_secret: provider.client_secret.is_some(),
            new_people_role: match provider.first_sign_in {
                FirstSignIn::KnownPeople => None,
                FirstSignIn::NewPeople(role) => Some(role.to_string()),
            },
            partner: provider.partner_id,
            issuer: provider.issuer,
            client_id: provider.client_id,
            redirect_url: provider.redirect_url,
            email_domains: provider.email_domains.into_iter().collect(),
        }
    }
}

/// Identity providers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderList {
    /// By partner.
    pub providers: Vec<ProviderEntry>,
}

/// Where the people of a partner are to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderBody {
    /// The provider's URL, exactly as it calls itself.
    issuer: String,
    /// What the provider calls us.
    client_id: String,
    /// How the provider knows us; without one the stored one stays for the same client of the same issuer.
    client_secret: Option<String>,
    /// Our URL to which the provider sends people back; it ends with /sign-in/callback.
    redirect_url: String,
    /// The domains of e-mail addresses that count; every one if empty.
    #[serde(default)]
    email_domains: Vec<String>,
    /// The role that somebody new gets; people must be known before without.
    new_people_role: Option<String>,
}

impl ProviderBody {
    fn provider(self, partner: String) -> Answer<IdentityProvider> {
        Ok(IdentityProvider {
            partner_id: partner,
            issuer: self.issuer,
            client_id: self.client_id,
            client_secret: self.client_secret,
            redirect_url: self.redirect_url,
            email_domains: self.email_domains.into_iter().collect(),
            first_sign_in: match self.new_people_role {
                Some(role) => FirstSignIn::NewPeople(role.parse()?),
                None => FirstSignIn::KnownPeople,
            },
        })
    }
}

/// The identity providers of the partners that whoever asks administers.
#[utoipa::path(get, path = "/api/v1/admin/providers", tag = "admin", responses((status = 200, body = ProviderList), Refusals))]
pub(crate) async fn list(State(state): State<Dashboards>, asker: Asker) -> Answer<Json<ProviderList>> {
    let providers = administration(&state, &asker).identity_providers().await?;
    Ok(Json(ProviderList { providers: providers.into_iter().map(ProviderEntry::from).collect() }))
}

/// Stores where the people of a partner sign in.
#[utoipa::path(
    put, path = "/api/v1/admin/providers/{partner}", tag = "admin", params(("partner" = String, Path)), request_body = ProviderBody,
    responses((status = 204, description = "Stored"), Refusals)
)]
pub(crate) async fn put(
    State(state): State<Dashboards>,
    asker: Asker,
    Path(partner): Path<String>,
    Body(body): Body<ProviderBody>,
) -> Answer<StatusCode> {
    administration(&state, &asker).put_identity_provider(&body.provider(partner)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets where the people of a partner sign in.
#[utoipa::path(
    delete, path = "/api/v1/admin/providers/{partner}", tag = "admin", params(("partner" = String, Path)),
    responses((status = 204, description = "They do not sign in there any more"), Refusals)
)]
pub(crate) async fn remove(State(state): State<Dashboards>, asker: Asker, Path(partner): Path<String>) -> Answer<StatusCode> {
    if administration(&state, &asker).remove_identity_provider(&partner).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found(format!("`{partner}` has no identity provider")))
}
