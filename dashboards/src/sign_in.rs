//! Signing in and out: what each way has in common. A session is opened and kept in a cookie that scripts cannot read; who came in, and who
//! was not let in, stands in the audit log. Does not know how somebody showed who they are.

pub(crate) mod link;
pub(crate) mod password;
pub(crate) mod provider;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use quarterdeck_control::{AuditAction, AuditEntry, AuditWho, Identity, IssuedSession, Person, SESSION_MAX_DAYS, csrf_token};

use crate::auth::Asker;
use crate::client::Client;
use crate::credential::Cookie;
use crate::problem::Answer;
use crate::state::Dashboards;

const SECONDS_A_DAY: i64 = 86_400;

/// A session that has begun.
pub(crate) struct Opened {
    /// For the browser.
    pub cookie: Option<HeaderValue>,
    /// For its pages.
    pub csrf: String,
}

/// Begins a session for a person who has shown who they are, by `means`.
pub(crate) async fn open(state: &Dashboards, client: &Client, person: &Person, means: &str) -> Answer<Opened> {
    let now = (state.clock)();
    let IssuedSession { cookie, .. } = state.control.create_session(&person.id, client.agent.as_deref(), now).await?;
    // Somebody without a role anywhere is nobody here.
    let (_, identity) = state.control.session(&cookie, now).await?;
    note(state, AuditWho::from(&identity), AuditAction::SignIn, means, None).await?;
    let csrf = csrf_token(&cookie)?;
    Ok(Opened { cookie: Cookie::Session.kept(&cookie, SESSION_MAX_DAYS * SECONDS_A_DAY, client.is_https), csrf })
}

/// Ends the session, if it is one, and has the browser forget it.
pub(crate) async fn close(state: &Dashboards, client: &Client, asker: &Asker) -> Answer<Option<HeaderValue>> {
    if let Some(session) = &asker.session_id {
        state.control.end_session(&asker.identity.subject.id, session, (state.clock)()).await?;
    }
    if let (None, Some(cookie)) = (&asker.session_id, &asker.cookie) {
        state.control.end_token_session(cookie).await?;
    }
    note_signed_out(state, &asker.identity).await?;
    Ok(Cookie::Session.forgotten(client.is_https))
}

async fn note_signed_out(state: &Dashboards, identity: &Identity) -> Answer<()> {
    note(state, AuditWho::from(identity), AuditAction::SignOut, "session", None).await
}

/// Notes that somebody was not let in. What they typed is not kept: it may be a password.
pub(crate) async fn note_refused(state: &Dashboards, means: &str, why: &str) -> Answer<()> {
    note(state, AuditWho::Nobody, AuditAction::SignInRefused, means, Some(why)).await
}

pub(crate) async fn note(state: &Dashboards, who: AuditWho, action: AuditAction, means: &str, why: Option<&str>) -> Answer<()> {
    let mut entry = AuditEntry::new((state.clock)(), who, action, None).with("door", "http").with("means", means);
    if let Some(why) = why {
        entry = entry.with("why", why);
    }
    state.control.append_audit(&[entry]).await?;
    Ok(())
}

/// Adds a cookie to an answer.
pub(crate) fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    let headers: &mut HeaderMap = response.headers_mut();
    if let Some(cookie) = cookie {
        headers.append(header::SET_COOKIE, cookie);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
