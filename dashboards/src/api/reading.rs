//! One KPI as a tile shows it.

use axum::Json;
use axum::extract::{Path, State};
use quarterdeck_engine::completeness;
use quarterdeck_engine::kpi::definition::KpiDefinition;
use quarterdeck_engine::kpi::reading::{self, Reading, ReadingRequest};
use rust_decimal::Decimal;

use super::kpis::KpiPath;
use super::receipts;
use crate::auth::Asked;
use crate::expected;
use crate::problem::{Answer, Problem};
use crate::query::{Question, QuestionParameters};
use crate::state::Dashboards;

/// The engine's request for a question, with the target that the tenant has set.
pub(crate) async fn request(
    state: &Dashboards,
    asked: &Asked,
    kpi: &KpiDefinition,
    question: &Question,
) -> Answer<ReadingRequest> {
    let slice = match question.parameters.r#where.as_slice() {
        [] => None,
        [one] => Some(one.as_str()),
        // A target is set for the whole or for one slice.
        _ => return Ok(without_target(question)),
    };
    let today = asked.session.profile().today();
    let target = state.control.target(&asked.tenant.id, &kpi.id, slice, today).await?;
    let target = target.map(|target| target.value.parse::<Decimal>()).transpose().map_err(|error| Problem::internal(&error))?;
    Ok(ReadingRequest { target, ..without_target(question) })
}

fn without_target(question: &Question) -> ReadingRequest {
    ReadingRequest { period: question.period.clone(), compare: question.compare, filters: question.filters.clone(), target: None }
}

/// A number, what it is compared with, its target and its trend.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/kpis/{kpi}/reading", tag = "kpis",
    params(
        ("tenant" = String, Path),
        ("kpi" = String, Path),
        ("where" = Option<Vec<String>>, Query, description = "Filters as `dimension:value`; several of one dimension widen it"),
        QuestionParameters
    ),
    responses((status = 200, body = Reading), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn read(
    State(state): State<Dashboards>,
    asked: Asked,
    question: Question,
    Path(path): Path<KpiPath>,
) -> Answer<Json<Reading>> {
    let kpi = asked.session.kpi(&path.kpi)?;
    let request = request(&state, &asked, &kpi, &question).await?;
    let (mut reading, receipt) = reading::read(&asked.session, &kpi, &request).await?;
    let expected = expected::of_kpi(&state.control, &asked.tenant, &asked.session, &kpi, &reading.period).await?;
    reading.completeness = completeness::of_kpi(&asked.session, &kpi, &reading.period, &expected).await?;
    receipts::keep(&state, &receipt).await?;
    Ok(Json(reading))
}
