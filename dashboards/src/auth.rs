//! From a credential to who asks, and to a tenant's session. How a credential is come by is `sign_in`'s business, which routes it opens
//! `access`'s; what a scope may see is the engine's.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use quarterdeck_control::{Identity, Tenant};
use quarterdeck_engine::Session;
use quarterdeck_engine::scope::Scope;
use quarterdeck_wire::{profile_of, scope_of};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::client::Client;
use crate::credential::Credential;
use crate::problem::Problem;
use crate::query::AsOf;
use crate::state::Dashboards;

/// Who asks.
#[derive(Clone)]
pub(crate) struct Asker {
    /// The identity behind the credential.
    pub identity: Identity,
    /// What it may see.
    pub scope: Scope,
    /// The cookie that it came by, if it is a browser's.
    pub cookie: Option<String>,
    /// The id of the session, if it is a person's.
    pub session_id: Option<String>,
}

impl Asker {
    /// Who sent a request.
    ///
    /// # Errors
    /// 401 without a credential, or with one that is not good.
    pub(crate) async fn known(state: &Dashboards, parts: &Parts) -> Result<Self, Problem> {
        let is_https = Client::of(state, parts).is_https;
        let credential = Credential::of(&parts.headers, is_https).ok_or_else(Problem::unauthorized)?;
        let now = (state.clock)();
        let (identity, session_id) = match &credential {
            Credential::Session(cookie) => {
                let (session, identity) = state.control.session(cookie, now).await?;
                (identity, Some(session.id))
            }
            Credential::TokenSession(cookie) => (state.control.token_session(cookie, now).await?, None),
            Credential::Token(token) => (state.control.authenticate(token, now).await?, None),
        };
        let scope = scope_of(&identity)?;
        Ok(Self { identity, scope, cookie: credential.into_cookie(), session_id })
    }
}

impl FromRequestParts<Dashboards> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Dashboards) -> Result<Self, Problem> {
        // Put there by the gate, which every route of the API stands behind.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}

/// The tenant that an address names.
#[derive(Deserialize)]
pub(crate) struct TenantPath {
    pub(crate) tenant: String,
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
