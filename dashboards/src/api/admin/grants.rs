//! Grants: what partners may see of tenants.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use quarterdeck_control::{Grant, RowFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{administration, domains_of, names_of};
use crate::auth::Asker;
use crate::body::Body;
use crate::problem::{Answer, Problem, Refusals};
use crate::state::Dashboards;

/// Of a table, only the rows whose column holds one of these values.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowFilterView {
    /// Name of the table.
    pub table: String,
    /// Name of the column.
    pub column: String,
    /// What it may hold, as text.
    pub values: Vec<String>,
}

/// What a partner may see of a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GrantEntry {
    /// Who may see.
    pub partner: String,
    /// Whose records.
    pub tenant: String,
    /// Process domains; every one without.
    pub domains: Option<Vec<String>>,
    /// Whether anybody of the partner may see personal data.
    pub personal: bool,
    /// Which rows alone.
    pub row_filters: Vec<RowFilterView>,
}

impl From<Grant> for GrantEntry {
    fn from(grant: Grant) -> Self {
        let view = |filter: RowFilter| RowFilterView {
            table: filter.table,
            column: filter.column,
            values: filter.values.into_iter().collect(),
        };
        Self {
            domains: names_of(&grant.domains),
            row_filters: grant.row_filters.into_iter().map(view).collect(),
            personal: grant.pii,
            partner: grant.partner_id,
            tenant: grant.tenant_id,
        }
    }
}

/// Grants.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GrantList {
    /// By partner and tenant.
    pub grants: Vec<GrantEntry>,
}

/// What a partner is to see of a tenant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantBody {
    /// Process domains; every one without.
    domains: Option<Vec<String>>,
    /// Whether anybody of the partner may see personal data.
    #[serde(default)]
    personal: bool,
    /// Which rows alone; every one without.
    #[serde(default)]
    row_filters: Vec<RowFilterView>,
}

/// What the address of a grant names.
#[derive(Debug, Deserialize)]
pub(crate) struct GrantPath {
    partner: String,
    tenant: String,
}

/// The grants of the places that whoever asks administers.
#[utoipa::path(get, path = "/api/v1/admin/grants", tag = "admin", responses((status = 200, body = GrantList), Refusals))]
pub(crate) async fn list(State(state): State<Dashboards>, asker: Asker) -> Answer<Json<GrantList>> {
    let grants = administration(&state, &asker).grants().await?;
    Ok(Json(GrantList { grants: grants.into_iter().map(GrantEntry::from).collect() }))
}

/// Lets a partner see a tenant, or changes what of it.
#[utoipa::path(
    put, path = "/api/v1/admin/grants/{partner}/{tenant}", tag = "admin", params(("partner" = String, Path), ("tenant" = String, Path)),
    request_body = GrantBody, responses((status = 200, body = GrantEntry), Refusals)
)]
pub(crate) async fn put(
    State(state): State<Dashboards>,
    asker: Asker,
    Path(path): Path<GrantPath>,
    Body(body): Body<GrantBody>,
) -> Answer<Json<GrantEntry>> {
    let filter =
        |view: RowFilterView| RowFilter { table: view.table, column: view.column, values: view.values.into_iter().collect() };
    let grant = Grant {
        pii: body.personal,
        row_filters: body.row_filters.into_iter().map(filter).collect(),
        ..Grant::new(&path.partner, &path.tenant, domains_of(body.domains))
    };
    administration(&state, &asker).put_grant(&grant).await?;
    Ok(Json(grant.into()))
}

/// Takes a tenant out of a partner's sight.
#[utoipa::path(
    delete, path = "/api/v1/admin/grants/{partner}/{tenant}", tag = "admin", params(("partner" = String, Path), ("tenant" = String, Path)),
    responses((status = 204, description = "The partner sees the tenant no more"), Refusals)
)]
pub(crate) async fn remove(State(state): State<Dashboards>, asker: Asker, Path(path): Path<GrantPath>) -> Answer<StatusCode> {
    if administration(&state, &asker).remove_grant(&path.partner, &path.tenant).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found(format!("the tenant `{}` is not granted to `{}`", path.tenant, path.partner)))
}
