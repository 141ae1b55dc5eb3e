//! How well data flows: the tenant's sources, the rows set aside; and whether this process lives and is ready.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use quarterdeck_engine::health::{self, ErasureHealth, SourceHealth, TableUpkeep, Told};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::records::{Column, columns};
use crate::auth::Asked;
use crate::encode::{self, Encoding};
use crate::expected;
use crate::problem::{Answer, Problem};
use crate::query::{Question, QuestionParameters};
use crate::state::Dashboards;

/// Health of a tenant's data.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Each source system and installation.
    pub sources: Vec<SourceHealth>,
    /// Rows that did not fit, over all sources.
    pub quarantined: u64,
    /// How settled each table is.
    pub upkeep: Vec<TableUpkeep>,
    /// Erasures; none where nothing was ever asked to be erased.
    pub erasures: Option<ErasureHealth>,
    /// The door for live records; none where this process has none.
    pub door: Option<DoorHealth>,
    /// The newest landing.
    pub knowledge_time: Option<DateTime<Utc>>,
}

/// The door for live records, as one tenant stands before it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DoorHealth {
    /// Refusals are counted from then on.
    pub open_since: DateTime<Utc>,
    /// Accepted messages that have not landed; none when the journal cannot be asked.
    pub waiting_entries: Option<u64>,
    /// About how many bytes these are.
    pub waiting_bytes: Option<u64>,
}

/// Health of a tenant's sources.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/health", tag = "health", params(("tenant" = String, Path)),
    responses((status = 200, body = Health), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn sources(State(state): State<Dashboards>, asked: Asked) -> Answer<Json<Health>> {
    let Asked { tenant, session, .. } = &asked;
    let expected = expected::of_late(&state.control, tenant, session).await?;
    let refused = state.live.as_ref().map(|live| live.refused(&tenant.id)).unwrap_or_default();
    let told = Told { expected: &expected, refused: &refused, titles: Some(&state.titles) };
    let sources = health::sources(session, told).await?;
    let quarantined = sources.iter().map(|source| source.quarantined).sum();
    let upkeep = health::upkeep(session);
    let erasures = health::erasures(session).await?;
    let door = door(&state, &tenant.id).await;
    Ok(Json(Health { sources, quarantined, upkeep, erasures, door, knowledge_time: session.knowledge_time() }))
}

async fn door(state: &Dashboards, tenant: &str) -> Option<DoorHealth> {
    let live = state.live.as_ref()?;
    let waiting = live.waiting(tenant).await;
    Some(DoorHealth {
        open_since: live.open_since(),
        waiting_entries: waiting.map(|waiting| waiting.entries),
        waiting_bytes: waiting.map(|waiting| waiting.bytes),
    })
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
    responses((status = 200, body = QuarantinePage), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
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
