//! A KPI over time.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Decimal128Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array};
use arrow::error::ArrowError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use quarterdeck_engine::kpi::amount::Amount;
use quarterdeck_engine::kpi::grain::Grain;
use quarterdeck_engine::kpi::measure::Exact;
use quarterdeck_engine::kpi::series::{self, Point, Series};

use super::kpis::KpiPath;
use super::{reading, receipts};
use crate::auth::Asked;
use crate::encode::{self, Encoding};
use crate::problem::{Answer, Problem};
use crate::query::{Question, QuestionParameters};
use crate::state::Dashboards;

/// A KPI by hour, day, week, month, quarter or year.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/kpis/{kpi}/series", tag = "kpis",
    params(
        ("tenant" = String, Path),
        ("kpi" = String, Path),
        ("where" = Option<Vec<String>>, Query, description = "Filters as `dimension:value`; several of one dimension widen it"),
        QuestionParameters
    ),
    responses((status = 200, body = Series), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
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
    let grain = question.parameters.grain.as_deref().map(Grain::parse).transpose()?;
    let encoding = Encoding::negotiated(question.parameters.format.as_deref(), &headers)?;
    let (series, receipt) = series::series(&asked.session, &kpi, &request, grain).await?;
    receipts::keep(&state, &receipt).await?;
    if encoding == Encoding::Json {
        return Ok(Json(series).into_response());
    }
    let table = table(&series.points).map_err(|error| Problem::internal(&error))?;
    encode::file(encoding, &kpi.id, &table.schema(), std::slice::from_ref(&table), series.points.len() as u64, false)
}

fn table(points: &[Point]) -> Result<RecordBatch, ArrowError> {
    let times = |time: fn(&Point) -> chrono::DateTime<chrono::Utc>| {
        let micros = points.iter().map(|point| time(point).timestamp_micros());
        Arc::new(TimestampMicrosecondArray::from_iter_values(micros).with_timezone("UTC")) as ArrayRef
    };
    let mut columns = vec![("from", times(|point| point.from), false), ("to", times(|point| point.to), false)];
    columns.extend(amount_columns(points.iter().map(|point| &point.amount))?);
    columns.push(("complete", Arc::new(BooleanArray::from_iter(points.iter().map(|point| Some(point.complete)))), false));
    RecordBatch::try_from_iter_with_nullable(columns)
}

/// The columns that every table of amounts has.
pub(crate) fn amount_columns<'a>(
    amounts: impl Iterator<Item = &'a Amount> + Clone,
) -> Result<Vec<(&'static str, ArrayRef, bool)>, ArrowError> {
    let currencies = amounts.clone().map(|amount| amount.currency.as_deref()).collect::<StringArray>();
    Ok(vec![
        ("value", decimals(amounts.clone().map(|amount| amount.value))?, true),
        ("currency", Arc::new(currencies), true),
        ("numerator", decimals(amounts.clone().map(|amount| amount.numerator))?, true),
        ("denominator", decimals(amounts.clone().map(|amount| amount.denominator))?, true),
        ("n", Arc::new(UInt64Array::from_iter_values(amounts.map(|amount| amount.n))), false),
    ])
}

/// Digits after the point in tables: as many as a divided number has.
const SCALE: i8 = 12;

pub(crate) fn decimals(values: impl Iterator<Item = Option<Exact>>) -> Result<ArrayRef, ArrowError> {
    let units = |exact: Exact| {
        let mut value = exact.0;
        value.rescale(SCALE.unsigned_abs().into());
        value.mantissa()
    };
    let column = values.map(|value| value.map(units)).collect::<Decimal128Array>();
    Ok(Arc::new(column.with_precision_and_scale(38, SCALE)?))
}
