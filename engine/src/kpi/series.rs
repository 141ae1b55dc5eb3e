//! A KPI over time, bucket by bucket, beside the period before. Knows grains and cells.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::amount::{Amount, amounts};
use super::cells::{CellQuery, Cells, cells};
use super::definition::{Kind, KpiDefinition};
use super::filter::Filter;
use super::grain::Grain;
use super::measure::{Exact, Measure};
use super::period::Period;
use super::reading::{ReadingRequest, span};
use super::receipt::Receipt;
use super::records;
use crate::error::{EngineError, Result};
use crate::session::Session;

/// One bucket.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Point {
    /// First instant that counts.
    pub from: DateTime<Utc>,
    /// First instant that no longer counts.
    pub to: DateTime<Utc>,
    /// The number.
    #[serde(flatten)]
    pub amount: Amount,
    /// Whether the bucket is whole and over.
    pub complete: bool,
    /// Rests on few records.
    pub small: bool,
}

/// A KPI over time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Series {
    /// The KPI.
    pub kpi: String,
    /// `percent`, `money`, …
    pub unit: String,
    /// How records make it.
    pub kind: Kind,
    /// Currency of money, if there is but one.
    pub currency: Option<String>,
    /// Length of the buckets.
    pub grain: Grain,
    /// The span.
    pub period: Period,
    /// Buckets in order; those without records are there too. With several currencies, one point each.
    pub points: Vec<Point>,
    /// Buckets of the span that it is compared with.
    pub previous: Vec<Point>,
    /// The target in force.
    pub target: Option<Exact>,
    /// The newest landing that the numbers know of.
    pub knowledge_time: Option<DateTime<Utc>>,
    /// Identifier of the receipt of the whole span.
    pub receipt: String,
}

/// The series of `kpi` by `grain`, or by one that suits the period; and the receipt of the whole.
///
/// # Errors
/// Those of the period, the filters and the query; [`EngineError::Limit`] for too many buckets.
pub async fn series(
    session: &Session,
    kpi: &KpiDefinition,
    request: &ReadingRequest,
    grain: Option<Grain>,
) -> Result<(Series, Receipt)> {
    let profile = session.profile();
    let asked = Period::resolve(&request.period, profile)?;
    let period =
        if asked.is_open_ended() { from_first_record(session, kpi, &asked, &request.filters).await? } else { asked.clone() };
    let grain = grain.unwrap_or_else(|| suiting(&period));
    let most = session.limits().series_points;
    let edges = grain.edges(period.from, period.to, profile, most)?;
    let before = asked.compared(request.compare, profile);
    let before_edges = before.as_ref().map(|before| grain.edges(before.from, before.to, profile, most)).transpose()?;
    let (points_now, points_before, whole) = tokio::try_join!(
        points(session, kpi, &edges, grain, &request.filters),
        points_or_none(session, kpi, before_edges.as_deref(), grain, &request.filters),
        span(session, kpi, &asked, &request.filters),
    )?;
    let whole = amounts(kpi, &whole);
    let total = Amount::whole(&whole);
    let receipt = Receipt::new(session, kpi, &asked, &request.filters, &total)?;
    let series = Series {
        kpi: kpi.id.clone(),
        unit: kpi.unit.clone(),
        kind: kpi.kind,
        currency: total.currency,
        grain,
        period,
        points: points_now,
        previous: points_before,
        target: request.target.map(Exact),
        knowledge_time: session.knowledge_time(),
        receipt: receipt.id.clone(),
    };
    Ok((series, receipt))
}

async fn from_first_record(session: &Session, kpi: &KpiDefinition, asked: &Period, filters: &[Filter]) -> Result<Period> {
    let first = records::first(session, kpi, asked, filters).await?;
    Ok(asked.starting_at(first.unwrap_or(asked.to), session.profile()))
}

/// About thirty points or fewer.
fn suiting(period: &Period) -> Grain {
    match (period.to - period.from).num_days() {
        ..=1 => Grain::Hour,
        2..=45 => Grain::Day,
        46..=200 => Grain::Week,
        201..=1_200 => Grain::Month,
        _ => Grain::Quarter,
    }
}

async fn points_or_none(
    session: &Session,
    kpi: &KpiDefinition,
    edges: Option<&[DateTime<Utc>]>,
    grain: Grain,
    filters: &[Filter],
) -> Result<Vec<Point>> {
    match edges {
        Some(edges) => points(session, kpi, edges, grain, filters).await,
        None => Ok(Vec::new()),
    }
}

/// The number of every bucket between `edges`.
///
/// # Errors
/// Those of the filters and the query.
pub async fn points(
    session: &Session,
    kpi: &KpiDefinition,
    edges: &[DateTime<Utc>],
    grain: Grain,
    filters: &[Filter],
) -> Result<Vec<Point>> {
    let query = CellQuery { edges: edges.to_vec(), filters: filters.to_vec(), by: None };
    let cells = cells(session, kpi, &query).await?;
    let small_n = kpi.small_n.unwrap_or(session.profile().small_n);
    let mut points = Vec::with_capacity(edges.len());
    for (bucket, pair) in edges.windows(2).enumerate() {
        let [from, to] = *pair else {
            return Err(EngineError::Internal("a window of two edges holds two".into()));
        };
        let whole = grain.floor(from, session.profile()) == from && grain.next(from, session.profile()) == to;
        for amount in bucket_amounts(kpi, &cells, bucket) {
            points.push(Point { from, to, complete: whole && to <= session.profile().now, small: amount.n < small_n, amount });
        }
    }
    Ok(points)
}

fn bucket_amounts(kpi: &KpiDefinition, cells: &Cells, bucket: usize) -> Vec<Amount> {
    let here = cells.iter().filter(|(key, _)| key.bucket == bucket);
    let amounts = here.map(|(key, measure)| Amount::of(kpi, key.currency.clone(), measure)).collect::<Vec<_>>();
    if amounts.is_empty() { vec![Amount::of(kpi, None, &Measure::default())] } else { amounts }
}
