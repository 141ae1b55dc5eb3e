//! A link that holds a token: it is checked, a session of its own begins, and it is gone from the address bar. Without a token it is the web app's address.

use axum::extract::{Query, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use quarterdeck_control::{AuditAction, AuditWho, ControlError, TOKEN_SESSION_MAX_DAYS};
use serde::Deserialize;

use super::{note, note_refused, with_cookie};
use crate::client::Client;
use crate::credential::Cookie;
use crate::problem::Answer;
use crate::state::Dashboards;
use crate::web;

const SECONDS_A_DAY: i64 = 86_400;

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
    let (cookie, identity) = match state.control.create_token_session(token, (state.clock)()).await {
        Ok(begun) => begun,
        Err(ControlError::NotAuthentic) => {
            note_refused(&state, "token", "not good").await?;
            return Ok(Redirect::to("/?sign-in=failed").into_response());
        }
        Err(error) => return Err(error.into()),
    };
    note(&state, AuditWho::from(&identity), AuditAction::SignIn, "token", None).await?;
    let cookie = Cookie::Session.kept(&cookie, TOKEN_SESSION_MAX_DAYS * SECONDS_A_DAY, client.is_https);
    Ok(with_cookie(Redirect::to("/").into_response(), cookie))
}
