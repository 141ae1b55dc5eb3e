//! The tenants that may be seen.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use quarterdeck_control::{Tenant, weekday_name};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Asker;
use crate::problem::{Answer, Problem};
use crate::state::Dashboards;

/// A tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TenantView {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Reporting currency, ISO 4217.
    pub currency: String,
    /// IANA time zone.
    pub zone: String,
    /// BCP 47 locale of numbers and dates.
    pub locale: String,
    /// First day of the week.
    pub week_start: String,
    /// Its local date.
    pub today: NaiveDate,
    /// Its now: periods to date end here.
    pub now: DateTime<Utc>,
}

impl TenantView {
    fn new(tenant: Tenant, clock: DateTime<Utc>) -> Self {
        Self {
            today: tenant.current_date(clock),
            now: tenant.now(clock),
            zone: tenant.zone.to_string(),
            week_start: weekday_name(tenant.week_start).to_owned(),
            id: tenant.id,
            name: tenant.name,
            currency: tenant.currency,
            locale: tenant.locale,
        }
    }
}

/// The tenants that may be seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tenants {
    /// In order of their identifiers.
    pub tenants: Vec<TenantView>,
}

pub(crate) async fn tenants_of(state: &Dashboards, asker: &Asker) -> Answer<Vec<TenantView>> {
    let mut tenants = Vec::new();
    for id in asker.scope.tenants() {
        tenants.push(TenantView::new(state.control.tenant(id.as_str()).await?, (state.clock)()));
    }
    Ok(tenants)
}

/// The tenants that may be seen.
#[utoipa::path(get, path = "/api/v1/tenants", tag = "tenants", responses((status = 200, body = Tenants), (status = 401, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn tenants(State(state): State<Dashboards>, asker: Asker) -> Answer<Json<Tenants>> {
    Ok(Json(Tenants { tenants: tenants_of(&state, &asker).await? }))
}
