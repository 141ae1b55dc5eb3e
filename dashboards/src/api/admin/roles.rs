//! Roles given and taken.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use quarterdeck_control::{Given, Membership, Place};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{administration, domains_of, names_of};
use crate::auth::Asker;
use crate::body::Body;
use crate::problem::{Answer, Problem, Refusals};
use crate::state::Dashboards;

/// A role in a place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleEntry {
    /// `installation`, `partner:<id>` or `tenant:<id>`.
    pub place: String,
    /// `executive`, `analyst`, `operator`, `partner` or `administrator`.
    pub role: String,
    /// Process domains; every one without.
    pub domains: Option<Vec<String>>,
    /// Whether they see personal data there, unless the grant keeps it back.
    pub personal: bool,
}

impl From<&Membership> for RoleEntry {
    fn from(membership: &Membership) -> Self {
        Self {
            place: membership.place.to_string(),
            role: membership.role.to_string(),
            domains: names_of(&membership.domains),
            personal: membership.pii,
        }
    }
}

/// A role to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleBody {
    /// `executive`, `analyst`, `operator`, `partner` or `administrator`.
    role: String,
    /// Process domains; every one without.
    domains: Option<Vec<String>>,
    /// Whether they see personal data there.
    #[serde(default)]
    personal: bool,
}

impl RoleBody {
    pub(super) fn given(self) -> Answer<Given> {
        Ok(Given { role: self.role.parse()?, domains: domains_of(self.domains), personal: self.personal })
    }
}

/// What the address of a role names.
#[derive(Debug, Deserialize)]
pub(crate) struct RolePath {
    person: String,
    place: String,
}

/// Gives a person a role in a place, or changes it.
#[utoipa::path(
    put, path = "/api/v1/admin/people/{person}/roles/{place}", tag = "admin", params(("person" = String, Path), ("place" = String, Path)),
    request_body = RoleBody, responses((status = 200, body = RoleEntry), Refusals)
)]
pub(crate) async fn give(
    State(state): State<Dashboards>,
    asker: Asker,
    Path(path): Path<RolePath>,
    Body(body): Body<RoleBody>,
) -> Answer<Json<RoleEntry>> {
    let place: Place = path.place.parse()?;
    let membership = administration(&state, &asker).give_role(&path.person, &place, &body.given()?).await?;
    Ok(Json(RoleEntry::from(&membership)))
}

/// Takes a person's role in a place away.
#[utoipa::path(
    delete, path = "/api/v1/admin/people/{person}/roles/{place}", tag = "admin", params(("person" = String, Path), ("place" = String, Path)),
    responses((status = 204, description = "They have no role there any more"), Refusals)
)]
pub(crate) async fn take(State(state): State<Dashboards>, asker: Asker, Path(path): Path<RolePath>) -> Answer<StatusCode> {
    let place: Place = path.place.parse()?;
    if administration(&state, &asker).take_role(&path.person, &place).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found(format!("they have no role in `{place}`")))
}
