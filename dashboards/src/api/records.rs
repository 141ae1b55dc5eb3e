//! The very records behind a number.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use quarterdeck_engine::kpi::amount::Amount;
use quarterdeck_engine::kpi::records;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::kpis::KpiPath;
use super::{reading, receipts};
use crate::auth::Asked;
use crate::encode::{self, Encoding};
use crate::problem::{Answer, Problem};
use crate::query::{Question, QuestionParameters};
use crate::state::Dashboards;

/// Records of a page that names no limit.
const DEFAULT_RECORDS: usize = 100;

/// A column of rows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Column {
    /// Its name.
    pub name: String,
    /// Its Arrow type.
    #[serde(rename = "type")]
    pub data_type: String,
}

pub(crate) fn columns(schema: &arrow::datatypes::Schema) -> Vec<Column> {
    let column =
        |field: &arrow::datatypes::FieldRef| Column { name: field.name().clone(), data_type: field.data_type().to_string() };
    schema.fields().iter().map(column).collect()
}

/// A page of records.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordPage {
    /// The KPI.
    pub kpi: String,
    /// The columns of `rows`.
    pub columns: Vec<Column>,
    /// One array a record, newest first.
    #[schema(value_type = Vec<Vec<serde_json::Value>>)]
    pub rows: Box<RawValue>,
    /// How many records there are.
    pub total: u64,
    /// Records passed over.
    pub offset: usize,
    /// Most records of this page.
    pub limit: usize,
    /// Whether more follow.
    pub truncated: bool,
    /// What all of them add up to.
    #[serde(flatten)]
    pub amount: Amount,
    /// The newest landing that they are known of.
    pub knowledge_time: Option<DateTime<Utc>>,
    /// Identifier of the receipt.
    pub receipt: String,
}

/// The records that add up to a number, page by page, or all of them as CSV or Arrow.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/kpis/{kpi}/records", tag = "kpis",
    params(
        ("tenant" = String, Path),
        ("kpi" = String, Path),
        ("where" = Option<Vec<String>>, Query, description = "Filters as `dimension:value`; several of one dimension widen it"),
        QuestionParameters
    ),
    responses((status = 200, body = RecordPage), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
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
    let encoding = Encoding::negotiated(question.parameters.format.as_deref(), &headers)?;
    let limits = asked.session.limits();
    let (most, usual) = match encoding {
        Encoding::Json => (limits.records_page, DEFAULT_RECORDS),
        Encoding::Csv | Encoding::Arrow => (limits.records_export, limits.records_export),
    };
    let limit = question.parameters.limit.unwrap_or(usual).min(most);
    let offset = question.parameters.offset.unwrap_or(0);
    let found = records::records(&asked.session, &kpi, &request, offset, limit).await?;
    receipts::keep(&state, &found.receipt).await?;
    if encoding != Encoding::Json {
        return encode::file(
            encoding,
            &format!("{}-records", kpi.id),
            &found.schema,
            &found.batches,
            found.total,
            found.truncated,
        );
    }
    let page = RecordPage {
        kpi: kpi.id.clone(),
        columns: columns(&found.schema),
        rows: encode::json_rows(&found.batches)?,
        total: found.total,
        offset,
        limit,
        truncated: found.truncated,
        amount: found.amount,
        knowledge_time: found.knowledge_time,
        receipt: found.receipt.id,
    };
    Ok(Json(page).into_response())
}
