//! Signing a browser in with a token: it is checked, kept in a cookie that scripts cannot read, and gone from the address bar.

use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::auth::COOKIE_NAME;
use crate::state::Dashboards;

/// How long a browser stays signed in, in seconds.
const COOKIE_SECONDS: u32 = 30 * 86_400;

#[derive(Deserialize)]
pub(crate) struct Token {
    #[serde(default)]
    token: String,
}

/// `GET /sign-in?token=…`
pub(crate) async fn sign_in(State(state): State<Dashboards>, Query(Token { token }): Query<Token>) -> Response {
    let token = token.trim();
    if state.control.authenticate(token, (state.clock)()).await.is_err() {
        return Redirect::to("/?sign-in=failed").into_response();
    }
    with_cookie(Redirect::to("/").into_response(), token, COOKIE_SECONDS)
}

/// `GET /sign-out`
pub(crate) async fn sign_out() -> Response {
    with_cookie(Redirect::to("/").into_response(), "", 0)
}

fn with_cookie(mut response: Response, token: &str, seconds: u32) -> Response {
    let cookie = format!("{COOKIE_NAME}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
