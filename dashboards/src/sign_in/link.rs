//! A link that holds a token: it is checked, kept in a cookie, and gone from the address bar. Without a token it is the web app's address.

use axum::extract::{Query, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use quarterdeck_control::{AuditAction, AuditWho};
use serde::Deserialize;

use super::{note, note_refused, with_cookie};
use crate::client::Client;
use crate::credential::Cookie;
use crate::problem::Answer;
use crate::state::Dashboards;
use crate::web;

/// How long a browser keeps a token, in seconds.
const COOKIE_SECONDS: i64 = 30 * 86_400;

#[derive(Deserialize)]
pub(crate) struct Link {
    token: Option<String>,
}

/// `GET /sign-in?token=…`
pub(crate) async fn sign_in(
    State(state): State<Dashboards>,
    client: Client,
    uri: Uri,
    Query(Link { token }): Query<Link>,
) -> Answer<Response> {
    let Some(token) = token else { return Ok(web::serve(uri).await) };
    let token = token.trim();
    let Ok(identity) = state.control.authenticate(token, (state.clock)()).await else {
        note_refused(&state, "token", "not good").await?;
        return Ok(Redirect::to("/?sign-in=failed").into_response());
    };
    note(&state, AuditWho::from(&identity), AuditAction::SignIn, "token", None).await?;
    Ok(with_cookie(Redirect::to("/").into_response(), Cookie::Session.kept(token, COOKIE_SECONDS, client.is_https)))
}
