//! How well data flows: the tenant's sources, the rows set aside; and whether this process lives and is ready.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use quarterdeck_engine::health::{self, SourceHealth};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::records::{Column, columns};
use crate::auth::Asked;
use crate::encode::{self, Encoding};
use crate::problem::{Answer, Problem};
use crate::query::{Question, QuestionParameters};
use crate::state::Dashboards;

/// Health of a tenant's sources.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Each source system and installation.
    pub sources: Vec<SourceHealth>,
    /// The newest landing.
    pub knowledge_time: Option<DateTime<Utc>>,
}

/// Health of a tenant's sources.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/health", tag = "health", params(("tenant" = String, Path)),
    responses((status = 200, body = Health), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn sources(asked: Asked) -> Answer<Json<Health>> {
    let sources = health::sources(&asked.session).await?;
    Ok(Json(Health { sources, knowledge_time: asked.session.knowledge_time() }))
}

/// A page of rows set aside.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantinePage {
    /// The columns of `rows`.
    pub columns: Vec<Column>,
    /// One array a value that did not fit.
    #[schema(value_type = Vec<Vec<serde_json::Value>>)]
    pub rows: Box<RawValue>,
    /// How many there are.
    pub total: u64,
    /// Rows passed over.
    pub offset: usize,
    /// Most rows of this page.
    pub limit: usize,
    /// Whether more follow.
    pub truncated: bool,
}

/// Rows of a page that names no limit.
const DEFAULT_ROWS: usize = 100;

/// Rows that did not fit, with the file, line, column, text and reason.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/quarantine", tag = "health", params(("tenant" = String, Path), QuestionParameters),
    responses((status = 200, body = QuarantinePage), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn quarantine(asked: Asked, question: Question, headers: HeaderMap) -> Answer<Response> {
    let encoding = Encoding::negotiated(question.parameters.format.as_deref(), &headers)?;
    let offset = question.parameters.offset.unwrap_or(0);
    let limit = question.parameters.limit.unwrap_or(DEFAULT_ROWS).min(asked.session.limits().records_page);
    let page = health::quarantine(&asked.session, offset, limit).await?;
    let schema = page.schema();
    if encoding != Encoding::Json {
        return encode::file(encoding, "quarantine", &schema, &page.batches, page.total, page.truncated);
    }
    let page = QuarantinePage {
        columns: columns(&schema),
        rows: encode::json_rows(&page.batches)?,
        total: page.total,
        offset,
        limit,
        truncated: page.truncated,
    };
    Ok(Json(page).into_response())
}

/// The process lives.
#[utoipa::path(get, path = "/health/live", tag = "process", responses((status = 200, body = str)))]
pub(crate) async fn live() -> &'static str {
    "live\n"
}

/// The process can answer: its store is reachable.
#[utoipa::path(get, path = "/health/ready", tag = "process", responses((status = 200, body = str), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn ready(State(state): State<Dashboards>) -> Answer<&'static str> {
    state.control.partners().await?;
    Ok("ready\n")
}
