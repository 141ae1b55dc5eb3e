//! Adds records up: by bucket of time, by dimension, by currency. The one place where KPIs are aggregated, and where answers are
//! kept as long as no table changes. Knows kinds, not what readers make of the numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::ScalarValue;
use datafusion::functions_aggregate::count::count_distinct;
use datafusion::functions_aggregate::expr_fn::{count, sum};
use datafusion::functions_aggregate::percentile_cont::percentile_cont;
use datafusion::prelude::{DataFrame, Expr, cast, col, lit, when};
use moka::future::Cache;
use rust_decimal::Decimal;

use super::definition::{Kind, KpiDefinition};
use super::filter::{self, Filter};
use super::frame::KpiFrame;
use super::measure::{Measure, decimal};
use crate::error::{EngineError, Result};
use crate::functions::edges::edges_until;
use crate::session::Session;

/// What to add up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CellQuery {
    /// Edges of the buckets, at least two; a record counts in the bucket from one edge (counted) to the next (not counted).
    pub edges: Vec<DateTime<Utc>>,
    /// Only these records.
    pub filters: Vec<Filter>,
    /// Apart for each value of this dimension.
    pub by: Option<String>,
}

/// Where records are added up: bucket, dimension value, currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct CellKey {
    /// Index of the bucket.
    pub bucket: usize,
    /// Value of the dimension asked for; none without one.
    pub slice: Option<String>,
    /// Currency of money; none for other units.
    pub currency: Option<String>,
}

/// Sums by cell; a cell without records is left out, save of levels.
pub type Cells = BTreeMap<CellKey, Measure>;

/// Everything that an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct AnswerKey {
    tenant: crate::scope::TenantId,
    policy: Arc<crate::policy::Policy>,
    fingerprint: crate::lake::snapshot::Fingerprint,
    as_of: Option<DateTime<Utc>>,
    calendars: Arc<crate::calendar::Calendars>,
    now: DateTime<Utc>,
    definition_hash: String,
    query: CellQuery,
}

/// Answers by everything they depend on, the tenant first, within a bound of memory.
#[derive(Clone)]
pub struct Answers(Cache<AnswerKey, Arc<Cells>>);

impl Answers {
    /// A cache that holds about `bytes`; none at all for zero.
    pub fn new(bytes: u64) -> Self {
        let weigh = |_: &AnswerKey, cells: &Arc<Cells>| u32::try_from(512 + cells.len() * 256).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(bytes).weigher(weigh).build())
    }
}

/// Adds up the records of `kpi`.
///
/// # Errors
/// [`EngineError::NotFound`] for an unknown dimension, [`EngineError::Query`] when the plan fails, [`EngineError::Limit`] past a limit.
pub async fn cells(session: &Session, kpi: &KpiDefinition, query: &CellQuery) -> Result<Arc<Cells>> {
    let key = AnswerKey {
        tenant: session.tenant.clone(),
        policy: Arc::clone(&session.policy),
        fingerprint: session.snapshot.fingerprint(),
        as_of: session.as_of,
        calendars: Arc::clone(&session.calendars),
        now: session.profile.now,
        definition_hash: kpi.definition_hash.clone(),
        query: query.clone(),
    };
    if let Some(kept) = session.answers.0.get(&key).await {
        return Ok(kept);
    }
    let frame = KpiFrame::plan(session, kpi).await?;
    let cells = Arc::new(match kpi.kind {
        Kind::Level => levels(session, kpi, &frame, query).await?,
        _ => sums(session, kpi, &frame, query).await?,
    });
    session.answers.0.insert(key, Arc::clone(&cells)).await;
    Ok(cells)
}

/// The records that count between `from` and `to` and pass `filters`.
///
/// # Errors
/// As [`filter::expression`].
pub fn counted(
    kpi: &KpiDefinition,
    frame: &KpiFrame,
    filters: &[Filter],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<DataFrame> {
    let time = match kpi.kind {
        Kind::Level => col("at").lt(instant(to)).and(col("until").is_null().or(col("until").gt_eq(instant(from)))),
        _ => col("at").gt_eq(instant(from)).and(col("at").lt(instant(to))),
    };
    let condition = match filter::expression(filters, frame)? {
        Some(filters) => time.and(filters),
        None => time,
    };
    frame.rows.clone().filter(condition).map_err(failed(kpi))
}

fn instant(at: DateTime<Utc>) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(at.timestamp_micros()), Some("UTC".into())))
}

fn failed(kpi: &KpiDefinition) -> impl FnOnce(datafusion::error::DataFusionError) -> EngineError {
    EngineError::query(format!("adding up {}", kpi.id))
}

fn micros(edges: &[DateTime<Utc>]) -> Vec<i64> {
    edges.iter().map(DateTime::timestamp_micros).collect()
}

async fn sums(session: &Session, kpi: &KpiDefinition, frame: &KpiFrame, query: &CellQuery) -> Result<Cells> {
    let (Some(first), Some(last)) = (query.edges.first(), query.edges.last()) else { return Ok(Cells::new()) };
    let rows = counted(kpi, frame, &query.filters, *first, *last)?;
    // One bucket needs no bucketing: the filter on `at` has done it.
    let bucket = if query.edges.len() > 2 { edges_until(micros(&query.edges), col("at")) } else { lit(1_i64) };
    let groups = groups(frame, query, bucket)?;
    let measures = measures(kpi, frame).map_err(failed(kpi))?;
    let names = measures.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let aggregates = measures.into_iter().map(|(name, measure)| measure.alias(name)).collect();
    let added = rows.aggregate(groups, aggregates).map_err(failed(kpi))?;
    read_cells(session, added, &names, kpi.quantiles.len()).await
}

/// Group expressions: bucket (from 1), slice, currency; those not asked for are left out.
fn groups(frame: &KpiFrame, query: &CellQuery, bucket: Expr) -> Result<Vec<Expr>> {
    let mut groups = vec![bucket.alias(BUCKET)];
    if let Some(by) = &query.by {
        frame.dimension_type(by)?;
        groups.push(cast(datafusion::prelude::ident(by), DataType::Utf8).alias(SLICE));
    }
    if frame.has("currency") {
        groups.push(cast(col("currency"), DataType::Utf8).alias(CURRENCY));
    }
    Ok(groups)
}

const BUCKET: &str = "cell_bucket";
const SLICE: &str = "cell_slice";
const CURRENCY: &str = "cell_currency";
const NUMERATOR: &str = "cell_numerator";
const DENOMINATOR: &str = "cell_denominator";
const DISTINCT: &str = "cell_distinct";
const RECORDS: &str = "cell_records";
const OPEN: &str = "cell_open";
const PERCENTILES: [&str; 8] = ["cell_p0", "cell_p1", "cell_p2", "cell_p3", "cell_p4", "cell_p5", "cell_p6", "cell_p7"];

fn measures(kpi: &KpiDefinition, frame: &KpiFrame) -> datafusion::error::Result<Vec<(&'static str, Expr)>> {
    let mut measures = vec![(RECORDS, count(lit(1_i64)))];
    match kpi.kind {
        Kind::Sum | Kind::Level => measures.push((NUMERATOR, sum(exact(frame, "value")?))),
        Kind::Mean => {
            measures.push((NUMERATOR, sum(exact(frame, "value")?)));
            measures.push((DENOMINATOR, count(col("value"))));
        }
        Kind::Ratio => {
            measures.push((NUMERATOR, sum(exact(frame, "numerator")?)));
            measures.push((DENOMINATOR, sum(exact(frame, "denominator")?)));
        }
        Kind::Distinct => measures.push((DISTINCT, count_distinct(col("value")))),
        Kind::Quantile => {
            let value = cast(col("value"), DataType::Float64);
            let percentile = |quantile: f64| percentile_cont(value.clone().sort(true, true), lit(quantile));
            measures.extend(PERCENTILES.into_iter().zip(kpi.quantiles.iter().map(|quantile| percentile(*quantile))));
        }
    }
    if frame.has("open") {
        measures.push((OPEN, sum(exact(frame, "open")?)));
    }
    Ok(measures)
}

/// A column as a number that adds without overflow: true is 1, null and false are 0.
fn exact(frame: &KpiFrame, column: &str) -> datafusion::error::Result<Expr> {
    match frame.column_type(column) {
        Some(DataType::Boolean) => when(col(column).is_true(), lit(1_i64)).otherwise(lit(0_i64)),
        Some(DataType::Int64) => Ok(cast(col(column), DataType::Decimal128(20, 0))),
        _ => Ok(col(column)),
    }
}

async fn read_cells(session: &Session, added: DataFrame, measures: &[&str], quantiles: usize) -> Result<Cells> {
    let limit = session.limits.query_rows;
    let answer = session.collect(added, limit).await?;
    if answer.truncated {
        return Err(EngineError::Limit {
            what: "the number of cells (points × slices)".into(),
            limit: u64::try_from(limit).unwrap_or(u64::MAX),
            setting: "query_rows",
            remedy: "take a longer grain or another dimension".into(),
        });
    }
    let mut cells = Cells::new();
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            // Without a bucket column value there was nothing to add up.
            let Some(bucket) = whole(batch, BUCKET, row) else { continue };
            let key = CellKey {
                bucket: usize::try_from(bucket - 1).unwrap_or_default(),
                slice: text(batch, SLICE, row),
                currency: text(batch, CURRENCY, row),
            };
            cells.insert(key, measure(batch, measures, quantiles, row)?);
        }
    }
    Ok(cells)
}

fn measure(batch: &RecordBatch, measures: &[&str], quantiles: usize, row: usize) -> Result<Measure> {
    let number = |name: &str| batch.column_by_name(name).map_or(Ok(None), |column| decimal(column, row));
    let counted = |name: &str| Ok::<_, EngineError>(number(name)?.and_then(|value| u64::try_from(value).ok()).unwrap_or(0));
    let percentiles = PERCENTILES.iter().take(quantiles).filter(|name| measures.contains(name));
    Ok(Measure {
        numerator: number(NUMERATOR)?,
        denominator: number(DENOMINATOR)?,
        percentiles: percentiles.map(|name| number(name)).collect::<Result<_>>()?,
        distinct: number(DISTINCT)?,
        n: counted(RECORDS)?,
        open: counted(OPEN)?,
    })
}

fn whole(batch: &RecordBatch, name: &str, row: usize) -> Option<i64> {
    let column = batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()?;
    column.is_valid(row).then(|| column.value(row))
}

fn text(batch: &RecordBatch, name: &str, row: usize) -> Option<String> {
    let column: &ArrayRef = batch.column_by_name(name)?;
    let column = column.as_string_opt::<i32>()?;
    column.is_valid(row).then(|| column.value(row).to_owned())
}

/// Levels at the end of each bucket: what had opened before, less what had closed before.
async fn levels(session: &Session, kpi: &KpiDefinition, frame: &KpiFrame, query: &CellQuery) -> Result<Cells> {
    let ends = query.edges.get(1..).unwrap_or_default();
    let (Some(first), Some(last)) = (ends.first(), ends.last()) else { return Ok(Cells::new()) };
    let rows = counted(kpi, frame, &query.filters, *first, *last)?;
    let measures = measures(kpi, frame).map_err(failed(kpi))?;
    let names = measures.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let aggregates = measures.into_iter().map(|(name, measure)| measure.alias(name)).collect::<Vec<_>>();
    let changes = |rows: DataFrame, at: &str| {
        // `edges_until` counts from 0 before the first end; `read_cells` takes 1 off.
        let bucket = edges_until(micros(ends), col(at)) + lit(1_i64);
        rows.aggregate(groups(frame, query, bucket)?, aggregates.clone()).map_err(failed(kpi))
    };
    let opened = read_cells(session, changes(rows.clone(), "at")?, &names, 0).await?;
    let closing = rows.filter(col("until").is_not_null()).map_err(failed(kpi))?;
    let closed = read_cells(session, changes(closing, "until")?, &names, 0).await?;
    Ok(accumulate(&opened, &closed, ends.len()))
}

fn accumulate(opened: &Cells, closed: &Cells, buckets: usize) -> Cells {
    let mut levels = Cells::new();
    let mut running: BTreeMap<(Option<String>, Option<String>), Measure> = BTreeMap::new();
    for bucket in 0..buckets {
        let here = |cells: &Cells| {
            cells
                .iter()
                .filter(|(key, _)| key.bucket == bucket)
                .map(|(key, measure)| (key.clone(), measure.clone()))
                .collect::<Vec<_>>()
        };
        for (key, measure) in here(opened) {
            running.entry((key.slice, key.currency)).or_insert_with(zero).add(&measure);
        }
        for (key, measure) in here(closed) {
            running.entry((key.slice, key.currency)).or_insert_with(zero).subtract(&measure);
        }
        for ((slice, currency), measure) in &running {
            levels.insert(CellKey { bucket, slice: slice.clone(), currency: currency.clone() }, measure.clone());
        }
    }
    levels
}

fn zero() -> Measure {
    Measure { numerator: Some(Decimal::ZERO), ..Measure::default() }
}
