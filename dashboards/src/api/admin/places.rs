//! The places that whoever asks administers: what forms offer.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::administration;
use crate::auth::Asker;
use crate::problem::{Answer, Refusals};
use crate::state::Dashboards;

/// A place that somebody administers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceEntry {
    /// `installation`, `partner:<id>` or `tenant:<id>`.
    pub place: String,
    /// Its name.
    pub name: String,
}

/// The places that somebody administers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceList {
    /// From the widest to the narrowest, by id.
    pub places: Vec<PlaceEntry>,
}

/// The places that whoever asks administers.
#[utoipa::path(get, path = "/api/v1/admin/places", tag = "admin", responses((status = 200, body = PlaceList), Refusals))]
pub(crate) async fn list(State(state): State<Dashboards>, asker: Asker) -> Answer<Json<PlaceList>> {
    let found = administration(&state, &asker).places().await?;
    let installation = found.installation.then(|| PlaceEntry { place: "installation".into(), name: "Every tenant".into() });
    let partners = found.partners.into_iter().map(|(id, name)| PlaceEntry { place: format!("partner:{id}"), name });
    let tenants = found.tenants.into_iter().map(|(id, name)| PlaceEntry { place: format!("tenant:{id}"), name });
    Ok(Json(PlaceList { places: installation.into_iter().chain(partners).chain(tenants).collect() }))
}
