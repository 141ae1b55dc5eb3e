//! Signing in by a partner's identity provider: there, with a state that is bound to this browser by a cookie, and back. What goes wrong is
//! shown by the sign-in page, which knows each outcome by a word.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use quarterdeck_control::{ControlError, HttpRequest, HttpResponse, PROVIDER_SIGN_IN_MINUTES};
use serde::Deserialize;

use super::{note_refused, open, with_cookie};
use crate::client::Client;
use crate::credential::Cookie;
use crate::problem::Answer;
use crate::state::Dashboards;

/// Sends one request to an identity provider: follows no redirect, and bounds time and size of the answer.
pub type ProviderClient = Arc<dyn Fn(HttpRequest) -> ProviderAnswer + Send + Sync>;

/// What a provider answers, in its time.
pub type ProviderAnswer = Pin<Box<dyn Future<Output = std::io::Result<HttpResponse>> + Send>>;

const MEANS: &str = "provider";
const SECONDS_A_MINUTE: i64 = 60;

#[derive(Deserialize)]
pub(crate) struct Wish {
    return_to: Option<String>,
}

/// What a provider has a browser bring back.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Brought {
    state: String,
    code: String,
    error: Option<String>,
}

/// Borrows nothing, so that a handler's future stays one for any thread.
fn asking(state: &Dashboards) -> impl Fn(HttpRequest) -> ProviderAnswer + Send + Sync + 'static {
    let client = Arc::clone(&state.provider_client);
    move |request| client(request)
}

/// `GET /sign-in/provider/{partner}`
pub(crate) async fn begin(
    State(state): State<Dashboards>,
    client: Client,
    Path(partner): Path<String>,
    Query(Wish { return_to }): Query<Wish>,
) -> Answer<Response> {
    let http = asking(&state);
    match state.control.begin_provider_sign_in(&partner, return_to.as_deref(), &http, (state.clock)()).await {
        Ok(start) => {
            let cookie = Cookie::Provider.kept(&start.cookie, PROVIDER_SIGN_IN_MINUTES * SECONDS_A_MINUTE, client.is_https);
            Ok(with_cookie(Redirect::to(&start.url).into_response(), cookie))
        }
        Err(error) => shown(&state, &client, &error).await,
    }
}

/// `GET /sign-in/callback?state=…&code=…`
pub(crate) async fn finish(
    State(state): State<Dashboards>,
    client: Client,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Answer<Response> {
    if let Some(error) = &brought.error {
        let is_theirs = error == "access_denied";
        note_refused(&state, MEANS, if is_theirs { "broken off" } else { "the provider refused" }).await?;
        return Ok(back(&client, if is_theirs { "cancelled" } else { "provider-refused" }));
    }
    let cookie = Cookie::Provider.read(&headers, client.is_https).unwrap_or_default();
    let http = asking(&state);
    let now = (state.clock)();
    let signed_in = match state.control.finish_provider_sign_in(&brought.state, &brought.code, cookie, &http, now).await {
        Ok(signed_in) => signed_in,
        Err(error) => return shown(&state, &client, &error).await,
    };
    match open(&state, &client, &signed_in.person, MEANS).await {
        Ok(opened) => {
            let to = signed_in.return_to.as_deref().unwrap_or("/");
            let response = with_cookie(Redirect::to(to).into_response(), opened.cookie);
            Ok(with_cookie(response, Cookie::Provider.forgotten(client.is_https)))
        }
        Err(problem) if problem.is_unauthorized() => {
            note_refused(&state, MEANS, "no role").await?;
            Ok(back(&client, "provider-refused"))
        }
        Err(problem) => Err(problem),
    }
}

/// Back to the sign-in page, which says in words what the word for the outcome means.
async fn shown(state: &Dashboards, client: &Client, error: &ControlError) -> Answer<Response> {
    let outcome = match error {
        ControlError::SignInRefused => "too-late",
        ControlError::ProviderRefused { .. } => "provider-refused",
        ControlError::NotFound { .. } | ControlError::Invalid { .. } => "no-provider",
        _ => "provider-unavailable",
    };
    // It names no person and repeats nothing that was sent.
    tracing::warn!(%error, "a sign-in by an identity provider came to nothing");
    note_refused(state, MEANS, outcome).await?;
    Ok(back(client, outcome))
}

fn back(client: &Client, outcome: &str) -> Response {
    let response = Redirect::to(&format!("/?sign-in={outcome}")).into_response();
    with_cookie(response, Cookie::Provider.forgotten(client.is_https))
}
