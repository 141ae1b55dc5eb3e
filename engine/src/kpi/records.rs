//! The very records behind a number, newest first, page by page; what they add up to is the number. Knows cells and frames.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use chrono::{DateTime, Utc};
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::common::ScalarValue;
use datafusion::functions_aggregate::expr_fn::min;
use datafusion::functions_aggregate::percentile_cont::percentile_cont;
use datafusion::prelude::{cast, col, lit};

use super::amount::{Amount, amounts};
use super::cells::counted;
use super::definition::KpiDefinition;
use super::filter::Filter;
use super::frame::KpiFrame;
use super::measure::{Exact, decimal};
use super::period::Period;
use super::reading::{ReadingRequest, span};
use super::receipt::Receipt;
use crate::error::{EngineError, Result};
use crate::functions::between::{Unit, between};
use crate::session::Session;

/// A page of records.
#[derive(Debug, Clone)]
pub struct Records {
    /// Columns: `at`, `record`, dimensions and measures, as the definition gives them.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// How many records there are.
    pub total: u64,
    /// What all of them add up to: the number itself.
    pub amount: Amount,
    /// Whether records follow after this page.
    pub truncated: bool,
    /// The span.
    pub period: Period,
    /// The newest landing that they are known of.
    pub knowledge_time: Option<DateTime<Utc>>,
    /// The receipt of the number.
    pub receipt: Receipt,
}

/// `limit` records from `offset` on.
///
/// # Errors
/// Those of the period, the filters and the query; [`EngineError::Limit`] for more than an export may hold.
pub async fn records(
    session: &Session,
    kpi: &KpiDefinition,
    request: &ReadingRequest,
    offset: usize,
    limit: usize,
) -> Result<Records> {
    let most = session.limits().records_export;
    if limit > most {
        return Err(EngineError::Limit {
            what: "the number of records asked for".into(),
            limit: u64::try_from(most).unwrap_or(u64::MAX),
            setting: "records_export",
            remedy: "ask for them in several pages".into(),
        });
    }
    let period = Period::resolve(&request.period, session.profile())?;
    let frame = KpiFrame::plan(session, kpi).await?;
    let (from, to) = counted_span(kpi, &period);
    let page = counted(kpi, &frame, &request.filters, from, to)?
        .sort(vec![col("at").sort(false, false), col("record").sort(true, false)])
        .and_then(|sorted| sorted.limit(offset, Some(limit)))
        .map_err(failed(kpi))?;
    let answer = session.collect(page, limit).await?;
    let amount = Amount::whole(&amounts(kpi, &*span(session, kpi, &period, &request.filters).await?));
    let rows: usize = answer.batches.iter().map(RecordBatch::num_rows).sum();
    let schema = answer.batches.first().map_or_else(|| SchemaRef::new(arrow::datatypes::Schema::empty()), RecordBatch::schema);
    Ok(Records {
        schema,
        truncated: u64::try_from(offset + rows).unwrap_or(u64::MAX) < amount.n,
        batches: answer.batches,
        total: amount.n,
        receipt: Receipt::new(session, kpi, &period, &request.filters, &amount)?,
        amount,
        period,
        knowledge_time: session.knowledge_time(),
    })
}

/// A level's records are those open at the end; of other kinds, those between begin and end.
fn counted_span(kpi: &KpiDefinition, period: &Period) -> (DateTime<Utc>, DateTime<Utc>) {
    match kpi.kind {
        super::definition::Kind::Level => (period.to, period.to),
        _ => (period.from, period.to),
    }
}

/// When the first record of the period happened.
///
/// # Errors
/// Those of the filters and the query.
pub async fn first(session: &Session, kpi: &KpiDefinition, period: &Period, filters: &[Filter]) -> Result<Option<DateTime<Utc>>> {
    let frame = KpiFrame::plan(session, kpi).await?;
    let (from, to) = counted_span(kpi, period);
    let earliest = counted(kpi, &frame, filters, from, to)?.aggregate(vec![], vec![min(col("at"))]).map_err(failed(kpi))?;
    let answer = session.collect(earliest, 1).await?;
    let batch = answer.batches.iter().find(|batch| batch.num_rows() > 0);
    let first = batch.and_then(|batch| batch.column(0).as_primitive::<TimestampMicrosecondType>().iter().next().flatten());
    Ok(first.and_then(DateTime::from_timestamp_micros))
}

/// Median and ninth decile, in hours, of how long the records of a level have been open at the period's end.
///
/// # Errors
/// Those of the filters and the query.
pub async fn ages(
    session: &Session,
    kpi: &KpiDefinition,
    period: &Period,
    filters: &[Filter],
) -> Result<(Option<Exact>, Option<Exact>)> {
    let frame = KpiFrame::plan(session, kpi).await?;
    let end = lit(ScalarValue::TimestampMicrosecond(Some(period.to.timestamp_micros()), Some("UTC".into())));
    let age = cast(between(Unit::Hours).call(vec![col("at"), end]), DataType::Float64);
    let percentile = |q: f64| percentile_cont(age.clone().sort(true, true), lit(q));
    let ages = counted(kpi, &frame, filters, period.to, period.to)?
        .aggregate(vec![], vec![percentile(0.5).alias("p50"), percentile(0.9).alias("p90")])
        .map_err(failed(kpi))?;
    let answer = session.collect(ages, 1).await?;
    let Some(batch) = answer.batches.iter().find(|batch| batch.num_rows() > 0) else { return Ok((None, None)) };
    Ok((decimal(batch.column(0), 0)?.map(Exact), decimal(batch.column(1), 0)?.map(Exact)))
}

fn failed(kpi: &KpiDefinition) -> impl FnOnce(datafusion::error::DataFusionError) -> EngineError {
    EngineError::query(format!("listing the records of {}", kpi.id))
}
