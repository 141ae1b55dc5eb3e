//! Receipts: kept when a number is given, opened by their identifier.

use axum::Json;
use axum::extract::{Path, State};
use quarterdeck_engine::kpi::receipt::Receipt;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::auth::Asked;
use crate::problem::{Answer, Problem};
use crate::state::Dashboards;

/// What the address of a receipt names beside the tenant.
#[derive(Debug, Deserialize)]
pub(crate) struct ReceiptPath {
    receipt: String,
}

/// Keeps a receipt, once.
pub(crate) async fn keep(state: &Dashboards, receipt: &Receipt) -> Answer<()> {
    let body = serde_json::to_string(receipt).map_err(|error| Problem::internal(&error))?;
    state.control.keep_receipt(&receipt.tenant, &receipt.id, &body, (state.clock)()).await?;
    Ok(())
}

/// A receipt: definition, period, filters, knowledge time, versions of tables, and the number as it was given.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/receipts/{receipt}", tag = "receipts",
    params(("tenant" = String, Path), ("receipt" = String, Path)),
    responses((status = 200, body = Receipt), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn one(
    State(state): State<Dashboards>,
    asked: Asked,
    Path(path): Path<ReceiptPath>,
) -> Answer<Json<Box<RawValue>>> {
    let receipt = state.control.receipt(&asked.tenant.id, &path.receipt).await?;
    RawValue::from_string(receipt.body).map(Json).map_err(|error| Problem::internal(&error))
}
