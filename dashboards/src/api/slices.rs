//! A KPI by the values of one dimension.

use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use arrow::error::ArrowError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use quarterdeck_engine::kpi::slices::{self, Slice, Slices};

use super::kpis::KpiPath;
use super::series::{amount_columns, decimals};
use super::{reading, receipts};
use crate::auth::Asked;
use crate::encode::{self, Encoding};
use crate::problem::{Answer, Problem};
use crate::query::{Question, QuestionParameters};
use crate::state::Dashboards;

/// Slices of an answer that names no limit.
const DEFAULT_SLICES: usize = 20;

/// A KPI by the values of one dimension, the largest first, beside the span before.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/kpis/{kpi}/slices", tag = "kpis",
    params(
        ("tenant" = String, Path),
        ("kpi" = String, Path),
        ("where" = Option<Vec<String>>, Query, description = "Filters as `dimension:value`; several of one dimension widen it"),
        QuestionParameters
    ),
    responses((status = 200, body = Slices), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn read(
    State(state): State<Dashboards>,
    asked: Asked,
    question: Question,
    Path(path): Path<KpiPath>,
    headers: HeaderMap,
) -> Answer<Response> {
    let kpi = asked.session.kpi(&path.kpi)?;
    let request = reading::request(&state, &asked, &kpi, &question).await?;
    let by = question.parameters.by.as_deref().ok_or_else(|| {
        let dimensions = state.dimensions.get(&kpi.id).map(|names| names.join(", ")).unwrap_or_default();
        Problem::bad_request(format!("name a dimension as `by`; {} has {dimensions}", kpi.id))
    })?;
    let encoding = Encoding::negotiated(question.parameters.format.as_deref(), &headers)?;
    let limit = question.parameters.limit.unwrap_or(DEFAULT_SLICES);
    let (slices, receipt) = slices::slices(&asked.session, &kpi, &request, by, limit).await?;
    receipts::keep(&state, &receipt).await?;
    if encoding == Encoding::Json {
        return Ok(Json(slices).into_response());
    }
    let table = table(&slices.slices).map_err(|error| Problem::internal(&error))?;
    encode::file(encoding, &kpi.id, &table.schema(), std::slice::from_ref(&table), slices.total as u64, slices.truncated)
}

fn table(slices: &[Slice]) -> Result<RecordBatch, ArrowError> {
    let keys = slices.iter().map(|slice| slice.key.as_deref()).collect::<StringArray>();
    let mut columns = vec![("key", Arc::new(keys) as _, true)];
    columns.extend(amount_columns(slices.iter().map(|slice| &slice.amount))?);
    columns.push(("previous", decimals(slices.iter().map(|slice| slice.previous))?, true));
    columns.push(("share", decimals(slices.iter().map(|slice| slice.share))?, true));
    RecordBatch::try_from_iter_with_nullable(columns)
}
