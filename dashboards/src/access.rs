//! What each route of the API asks of whoever comes: one table, and the gate that holds every request to it. A route that the table does
//! not name answers nobody. Does not know how somebody showed who they are, nor what they see of a tenant.

use axum::extract::{FromRequestParts, MatchedPath, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use quarterdeck_control::{Permission, csrf_token_matches};

use crate::auth::{Asker, TenantPath};
use crate::problem::{Answer, Problem};
use crate::state::Dashboards;

/// What a route asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Nothing: anybody may come.
    Nothing,
    /// Somebody who is known.
    Somebody,
    /// A permission in the tenant that the path names; a tenant that they do not see is unknown to them.
    InTenant(Permission),
    /// A permission in one place at least; which places it reaches is looked at where they are named.
    Somewhere(Permission),
}

use Needs::{InTenant, Nothing, Somebody, Somewhere};

const ROUTES: [(&str, &str, Needs); 40] = [
    ("GET", "/health/live", Nothing),
    ("GET", "/health/ready", Nothing),
    ("GET", "/api/v1/brand", Nothing),
    ("GET", "/api/v1/sign-in", Nothing),
    ("POST", "/api/v1/session", Nothing),
    ("DELETE", "/api/v1/session", Somebody),
    ("POST", "/api/v1/password", Nothing),
    ("GET", "/api/v1/me", Somebody),
    ("GET", "/api/v1/tenants", Somebody),
    ("GET", "/api/v1/tenants/{tenant}/pages", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/pages/{page}", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/kpis", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/kpis/{kpi}", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/kpis/{kpi}/reading", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/kpis/{kpi}/series", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/kpis/{kpi}/slices", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/kpis/{kpi}/records", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/receipts/{receipt}", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/lists/{list}", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/health", InTenant(Permission::Dashboards)),
    ("GET", "/api/v1/tenants/{tenant}/quarantine", InTenant(Permission::Sources)),
    // The tenant stands in the body: the door for analysts asks for the permission there.
    ("POST", "/api/v1/sql", Somewhere(Permission::Sql)),
    ("GET", "/api/v1/admin/places", Somewhere(Permission::Administration)),
    ("GET", "/api/v1/admin/people", Somewhere(Permission::Administration)),
    ("POST", "/api/v1/admin/people", Somewhere(Permission::Administration)),
    ("POST", "/api/v1/admin/people/{person}/disable", Somewhere(Permission::Administration)),
    ("POST", "/api/v1/admin/people/{person}/enable", Somewhere(Permission::Administration)),
    ("POST", "/api/v1/admin/people/{person}/reset-password", Somewhere(Permission::Administration)),
    ("PUT", "/api/v1/admin/people/{person}/roles/{place}", Somewhere(Permission::Administration)),
    ("DELETE", "/api/v1/admin/people/{person}/roles/{place}", Somewhere(Permission::Administration)),
    ("GET", "/api/v1/admin/tokens", Somewhere(Permission::Administration)),
    ("POST", "/api/v1/admin/tokens", Somewhere(Permission::Administration)),
    ("DELETE", "/api/v1/admin/tokens/{token}", Somewhere(Permission::Administration)),
    ("GET", "/api/v1/admin/grants", Somewhere(Permission::Administration)),
    ("PUT", "/api/v1/admin/grants/{partner}/{tenant}", Somewhere(Permission::Administration)),
    ("DELETE", "/api/v1/admin/grants/{partner}/{tenant}", Somewhere(Permission::Administration)),
    ("GET", "/api/v1/admin/providers", Somewhere(Permission::Administration)),
    ("PUT", "/api/v1/admin/providers/{partner}", Somewhere(Permission::Administration)),
    ("DELETE", "/api/v1/admin/providers/{partner}", Somewhere(Permission::Administration)),
    ("GET", "/api/v1/admin/audit", Somewhere(Permission::Administration)),
];

/// Where a page of a session puts what shows that it is ours.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";

/// Lets through whom the route may be asked by, with who they are; answers all others.
pub(crate) async fn gate(State(state): State<Dashboards>, request: Request, next: Next) -> Response {
    match admitted(&state, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn admitted(state: &Dashboards, request: Request) -> Answer<Request> {
    let needs = needs(&request).ok_or_else(Problem::method_not_allowed)?;
    if needs == Nothing {
        return Ok(request);
    }
    let (mut parts, body) = request.into_parts();
    let asker = Asker::known(state, &parts).await?;
    if !parts.method.is_safe() {
        check_csrf(&asker, &parts.headers)?;
    }
    let may = match needs {
        Nothing | Somebody => true,
        Somewhere(permission) => asker.identity.may(permission),
        InTenant(permission) => {
            let Path(TenantPath { tenant }) = parts_path(&mut parts).await?;
            // The scope is asked before the role: a tenant of others is as unknown as one that does not exist.
            asker.scope.tenant(&tenant)?;
            asker.identity.may_in(&tenant, permission)
        }
    };
    if !may {
        return Err(Problem::forbidden(format!(
            "Your role, {}, does not reach this; ask an administrator.",
            asker.identity.role
        )));
    }
    parts.extensions.insert(asker);
    Ok(Request::from_parts(parts, body))
}

async fn parts_path(parts: &mut Parts) -> Answer<Path<TenantPath>> {
    Path::from_request_parts(parts, &()).await.map_err(|error| Problem::bad_request(error.to_string()))
}

fn needs(request: &Request) -> Option<Needs> {
    let path = request.extensions().get::<MatchedPath>()?;
    let method = if request.method() == Method::HEAD { "GET" } else { request.method().as_str() };
    let found = ROUTES.iter().find(|(named, route, _)| *named == method && *route == path.as_str());
    found.map(|(_, _, needs)| *needs)
}

/// Whatever changes something and comes with a cookie, which a browser sends along by itself, must show that a page of ours sent it.
fn check_csrf(asker: &Asker, headers: &HeaderMap) -> Answer<()> {
    let Some(cookie) = &asker.cookie else { return Ok(()) };
    let token = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if csrf_token_matches(cookie, token) {
        return Ok(());
    }
    Err(Problem::forbidden(format!(
        "Send the `csrf` of /api/v1/me as the header {CSRF_HEADER} along with whatever changes something."
    )))
}
