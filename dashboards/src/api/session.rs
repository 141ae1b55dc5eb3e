//! Signing in and out over the API, and choosing another password.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Asker;
use crate::body::Body;
use crate::client::Client;
use crate::problem::{Answer, Refusals};
use crate::sign_in::password::{self, Entered};
use crate::sign_in::{close, with_cookie};
use crate::state::Dashboards;

/// A login and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    /// The login, in whatever case.
    login: String,
    /// The password.
    password: String,
}

/// A login, its password, and another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    /// The login, in whatever case.
    login: String,
    /// The password until now, or the one that was given to sign in once.
    password: String,
    /// The new one: 12 characters or more.
    new_password: String,
}

/// What a right password opened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// Nobody is signed in yet: the password is good for choosing another alone.
    pub password_must_change: bool,
    /// What pages send along as `x-csrf-token` with whatever changes something.
    pub csrf: Option<String>,
}

/// A way to sign in at a partner's own identity provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderWay {
    /// The partner's id.
    pub partner: String,
    /// The partner's name.
    pub name: String,
    /// Where to send the browser.
    pub path: String,
}

/// The ways to sign in beside login and password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInWays {
    /// Identity providers, by partner.
    pub providers: Vec<ProviderWay>,
}

/// The ways to sign in beside login and password.
#[utoipa::path(get, path = "/api/v1/sign-in", tag = "who", responses((status = 200, body = SignInWays)))]
pub(crate) async fn ways(State(state): State<Dashboards>) -> Answer<Json<SignInWays>> {
    let mut providers = Vec::new();
    for partner in state.control.partners_with_identity_provider().await? {
        let name = state.control.partner(&partner).await?.name;
        providers.push(ProviderWay { path: format!("/sign-in/provider/{partner}"), partner, name });
    }
    Ok(Json(SignInWays { providers }))
}

/// Signs a person in by login and password; the session is a cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "who", request_body = SignInBody, responses((status = 200, body = SignedIn), Refusals))]
pub(crate) async fn sign_in(State(state): State<Dashboards>, client: Client, Body(body): Body<SignInBody>) -> Answer<Response> {
    match password::enter(&state, &client, &body.login, &body.password).await? {
        Entered::MustChange => Ok(Json(SignedIn { password_must_change: true, csrf: None }).into_response()),
        Entered::Session(opened) => {
            let signed_in = SignedIn { password_must_change: false, csrf: Some(opened.csrf) };
            Ok(with_cookie(Json(signed_in).into_response(), opened.cookie))
        }
    }
}

/// Ends the session, and has the browser forget it.
#[utoipa::path(delete, path = "/api/v1/session", tag = "who", responses((status = 204, description = "Signed out"), Refusals))]
pub(crate) async fn sign_out(State(state): State<Dashboards>, client: Client, asker: Asker) -> Answer<Response> {
    let forgotten = close(&state, &client, &asker).await?;
    Ok(with_cookie(StatusCode::NO_CONTENT.into_response(), forgotten))
}

/// Replaces a person's password and signs them in by the new one; their other sessions end.
#[utoipa::path(post, path = "/api/v1/password", tag = "who", request_body = PasswordBody, responses((status = 200, body = SignedIn), Refusals))]
pub(crate) async fn change_password(
    State(state): State<Dashboards>,
    client: Client,
    Body(body): Body<PasswordBody>,
) -> Answer<Response> {
    let opened = password::change(&state, &client, &body.login, &body.password, &body.new_password).await?;
    let signed_in = SignedIn { password_must_change: false, csrf: Some(opened.csrf) };
    Ok(with_cookie(Json(signed_in).into_response(), opened.cookie))
}
