//! From a credential to a scope and a tenant's profile. Sign-in itself is in `sign_in`; what a scope may see is the engine's business.

use axum::extract::{FromRequestParts, Path};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use quarterdeck_control::{Identity, Tenant};
use quarterdeck_engine::Session;
use quarterdeck_engine::scope::Scope;
use quarterdeck_wire::{profile_of, scope_of};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::problem::Problem;
use crate::query::AsOf;
use crate::state::Dashboards;

/// Name of the cookie that holds a signed-in browser's token.
pub(crate) const COOKIE_NAME: &str = "quarterdeck_session";

/// Who asks.
pub(crate) struct Asker {
    /// The identity behind the credential.
    pub identity: Identity,
    /// What it may see.
    pub scope: Scope,
}

impl FromRequestParts<Dashboards> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Dashboards) -> Result<Self, Problem> {
        let token = token(parts).ok_or_else(Problem::unauthorized)?;
        let identity = state.control.authenticate(&token, (state.clock)()).await?;
        let scope = scope_of(&identity)?;
        Ok(Self { identity, scope })
    }
}

fn token(parts: &Parts) -> Option<String> {
    let bearer =
        parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
    if let Some(token) = bearer {
        return Some(token.trim().to_owned());
    }
    let cookies = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|cookies| cookies.split(';')).find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == COOKIE_NAME).then(|| value.to_owned())
    })
}

#[derive(Deserialize)]
struct TenantPath {
    tenant: String,
}

/// Who asks, of which tenant, and a session to answer with. Holds a place among the questions answered at once.
pub(crate) struct Asked {
    /// The tenant, as the control store has it.
    pub tenant: Tenant,
    /// The session.
    pub session: Session,
    _place: OwnedSemaphorePermit,
}

impl FromRequestParts<Dashboards> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Dashboards) -> Result<Self, Problem> {
        let asker = Asker::from_request_parts(parts, state).await?;
        let Path(TenantPath { tenant }) =
            Path::from_request_parts(parts, state).await.map_err(|error| Problem::bad_request(error.to_string()))?;
        let as_of = AsOf::from_uri(&parts.uri)?;
        // The scope is asked before the store: a tenant of others is as unknown as one that does not exist.
        let id = asker.scope.tenant(&tenant)?.clone();
        let tenant = state.control.tenant(id.as_str()).await?;
        let place = state.questions.clone().acquire_owned().await.map_err(|error| Problem::internal(&error))?;
        let session = state.engine.session(&asker.scope, id.as_str(), profile_of(&tenant, (state.clock)()), as_of.0).await?;
        Ok(Self { tenant, session, _place: place })
    }
}
