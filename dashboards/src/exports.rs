//! Whatever leaves as a file is noted in the audit log before it leaves: who takes it, of which tenant, by which route, and how much. What it
//! was narrowed by is not noted: a filter may name a person.

use axum::body::HttpBody;
use axum::extract::{FromRequestParts, MatchedPath, Path, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use quarterdeck_control::{AuditAction, AuditEntry, AuditWho};

use crate::auth::{Asker, TenantPath};
use crate::encode::TOTAL;
use crate::problem::Problem;
use crate::state::Dashboards;

/// Notes an answer that is a file. Who asks has been let in before.
pub(crate) async fn note(State(state): State<Dashboards>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let asked = asked(&mut parts).await;
    let response = next.run(Request::from_parts(parts, body)).await;
    let is_file = response.headers().contains_key(header::CONTENT_DISPOSITION);
    let Some((who, tenant, route)) = asked.filter(|_| is_file) else { return response };
    let entry = AuditEntry::new((state.clock)(), who, AuditAction::Export, tenant.as_deref());
    let entry = measured(entry.with("door", "http").with("route", route), &response);
    match state.control.append_audit(&[entry]).await {
        Ok(_) => response,
        // What cannot be noted does not leave.
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Who asks, of which tenant, by which route.
async fn asked(parts: &mut Parts) -> Option<(AuditWho, Option<String>, String)> {
    let who = AuditWho::from(&parts.extensions.get::<Asker>()?.identity);
    let route = parts.extensions.get::<MatchedPath>()?.as_str().to_owned();
    let tenant = Path::<TenantPath>::from_request_parts(parts, &()).await.ok();
    Some((who, tenant.map(|Path(path)| path.tenant), route))
}

/// With how many rows there are, and how many bytes leave.
fn measured(entry: AuditEntry, response: &Response) -> AuditEntry {
    let rows = response.headers().get(TOTAL).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    AuditEntry { rows, bytes: response.body().size_hint().exact(), ..entry }
}
