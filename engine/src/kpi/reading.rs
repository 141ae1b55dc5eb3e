//! One KPI as a tile shows it: the number, what it is compared with, its target, its state in words, its last thirteen buckets.
//! Knows no page and no colour.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::amount::{Amount, amounts};
use super::cells::{CellQuery, Cells, cells};
use super::definition::{Better, Kind, KpiDefinition};
use super::filter::Filter;
use super::grain::Grain;
use super::measure::{Exact, Measure, Percentile};
use super::period::{Compare, Period, PeriodRequest};
use super::receipt::Receipt;
use super::records;
use super::series::{self, Point};
use crate::completeness::InputCompleteness;
use crate::error::Result;
use crate::session::Session;

/// Buckets of a tile's trend.
const TREND_POINTS: i32 = 13;
/// A target missed by no more than this share of itself is near.
const NEAR_PERCENT: i64 = 5;

/// What to read.
#[derive(Debug, Clone)]
pub struct ReadingRequest {
    /// Which span of time.
    pub period: PeriodRequest,
    /// What it is compared with.
    pub compare: Compare,
    /// Which records.
    pub filters: Vec<Filter>,
    /// The target in force at the period's end, if one is set.
    pub target: Option<Decimal>,
}

/// The span before, and its number.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Previous {
    /// First instant that counts.
    pub from: DateTime<Utc>,
    /// First instant that no longer counts.
    pub to: DateTime<Utc>,
    /// For readers.
    pub label: String,
    /// The number.
    #[serde(flatten)]
    pub amount: Amount,
}

/// From the span before to this one.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Change {
    /// This less the one before; points for percentages.
    pub absolute: Exact,
    /// As a share of the one before; none when that is zero.
    pub relative: Option<Exact>,
    /// `better`, `worse`, `same` or `neutral`.
    pub sense: &'static str,
}

/// A target and how far off it the number is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Target {
    /// The target.
    pub value: Exact,
    /// The number less the target.
    pub gap: Option<Exact>,
    /// Whether it is reached.
    pub met: bool,
}

/// How long the records have been open that a level counts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Age {
    /// Median.
    pub p50: Option<Exact>,
    /// Nine of ten are younger.
    pub p90: Option<Exact>,
    /// Always `hours`.
    pub unit: &'static str,
}

/// One KPI over one period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reading {
    /// The KPI.
    pub kpi: String,
    /// Version of its definition.
    pub version: u32,
    /// Its name for readers.
    pub title: String,
    /// `percent`, `money`, …
    pub unit: String,
    /// How records make it.
    pub kind: Kind,
    /// Which direction is good.
    pub better: Better,
    /// The span.
    pub period: Period,
    /// The number.
    #[serde(flatten)]
    pub amount: Amount,
    /// With several currencies: each apart; nothing was added across them.
    pub currencies: Option<Vec<Amount>>,
    /// Records still open, counted as "so far at least".
    pub open: u64,
    /// Percentiles of a quantile KPI.
    pub quantiles: Option<Vec<Percentile>>,
    /// Ages of what a level counts.
    pub age: Option<Age>,
    /// Rests on fewer than `small_n` records.
    pub small: bool,
    /// The guard.
    pub small_n: u64,
    /// What it is compared with.
    pub previous: Option<Previous>,
    /// The difference.
    pub change: Option<Change>,
    /// The target.
    pub target: Option<Target>,
    /// `good`, `watch`, `bad` or `none`.
    pub state: &'static str,
    /// The state in words.
    pub words: &'static str,
    /// The last thirteen buckets.
    pub trend: Vec<Point>,
    /// Their length.
    pub trend_grain: Grain,
    /// How much of what its sources said to hold of the period has arrived; none when they said nothing.
    pub completeness: Option<InputCompleteness>,
    /// The newest landing that the number knows of.
    pub knowledge_time: Option<DateTime<Utc>>,
    /// Identifier of the receipt.
    pub receipt: String,
}

/// Reads `kpi` as asked; answers the reading and its receipt.
///
/// # Errors
/// Those of the period, the filters and the query.
pub async fn read(session: &Session, kpi: &KpiDefinition, request: &ReadingRequest) -> Result<(Reading, Receipt)> {
    let profile = session.profile();
    let period = Period::resolve(&request.period, profile)?;
    let trend_grain = trend_grain(&period);
    let before = period.compared(request.compare, profile);
    let (now, trend, then, age) = tokio::try_join!(
        span(session, kpi, &period, &request.filters),
        trend(session, kpi, &period, trend_grain, &request.filters),
        previous_cells(session, kpi, before.as_ref(), &request.filters),
        age(session, kpi, &period, &request.filters),
    )?;

    let amounts = amounts(kpi, &now);
    let measure = sole(&now);
    let amount = Amount::whole(&amounts);
    let small_n = kpi.small_n.unwrap_or(profile.small_n);
    let previous = previous(kpi, before.as_ref(), then.as_deref(), &amount);
    let change = previous.as_ref().and_then(|previous| change(kpi, &amount, &previous.amount));
    let target = request.target.map(|target| target_of(kpi, &amount, target));
    let small = amount.n < small_n;
    let (state, words) = state(&amount, small, target.as_ref());
    let receipt = Receipt::new(session, kpi, &period, &request.filters, &amount)?;
    let reading = Reading {
        kpi: kpi.id.clone(),
        version: kpi.version,
        title: kpi.title.clone(),
        unit: kpi.unit.clone(),
        kind: kpi.kind,
        better: kpi.better,
        period,
        currencies: (amounts.len() > 1).then_some(amounts),
        open: measure.as_ref().map_or(0, |measure| measure.open),
        quantiles: (kpi.kind == Kind::Quantile).then(|| percentiles(kpi, measure.as_ref())),
        age,
        amount,
        small,
        small_n,
        previous,
        change,
        target,
        state,
        words,
        trend,
        trend_grain,
        completeness: None,
        knowledge_time: session.knowledge_time(),
        receipt: receipt.id.clone(),
    };
    Ok((reading, receipt))
}

pub(crate) async fn span(
    session: &Session,
    kpi: &KpiDefinition,
    period: &Period,
    filters: &[Filter],
) -> Result<std::sync::Arc<Cells>> {
    cells(session, kpi, &CellQuery { edges: vec![period.from, period.to], filters: filters.to_vec(), by: None }).await
}

async fn previous_cells(
    session: &Session,
    kpi: &KpiDefinition,
    before: Option<&Period>,
    filters: &[Filter],
) -> Result<Option<std::sync::Arc<Cells>>> {
    match before {
        Some(before) => span(session, kpi, before, filters).await.map(Some),
        None => Ok(None),
    }
}

async fn age(session: &Session, kpi: &KpiDefinition, period: &Period, filters: &[Filter]) -> Result<Option<Age>> {
    if kpi.kind != Kind::Level {
        return Ok(None);
    }
    let (p50, p90) = records::ages(session, kpi, period, filters).await?;
    Ok(Some(Age { p50, p90, unit: "hours" }))
}

async fn trend(session: &Session, kpi: &KpiDefinition, period: &Period, grain: Grain, filters: &[Filter]) -> Result<Vec<Point>> {
    let profile = session.profile();
    let last = (period.to - chrono::TimeDelta::microseconds(1)).with_timezone(&profile.zone).date_naive();
    let first = grain.shift_day(grain.first_day(last, profile), 1 - TREND_POINTS);
    let edges = grain.edges(profile.start_of(first), period.to, profile, session.limits().series_points)?;
    series::points(session, kpi, &edges, grain, filters).await
}

/// Days for a day, weeks for a week, months for all that is longer.
fn trend_grain(period: &Period) -> Grain {
    match (period.to - period.from).num_hours() {
        ..=36 => Grain::Day,
        37..=200 => Grain::Week,
        _ => Grain::Month,
    }
}

fn sole(cells: &Cells) -> Option<Measure> {
    match cells.values().collect::<Vec<_>>().as_slice() {
        [one] => Some((*one).clone()),
        _ => None,
    }
}

fn percentiles(kpi: &KpiDefinition, measure: Option<&Measure>) -> Vec<Percentile> {
    let value = |index: usize| measure.and_then(|measure| measure.percentiles.get(index).copied().flatten()).map(Exact);
    kpi.quantiles.iter().enumerate().map(|(index, q)| Percentile { q: *q, value: value(index) }).collect()
}

fn previous(kpi: &KpiDefinition, before: Option<&Period>, cells: Option<&Cells>, now: &Amount) -> Option<Previous> {
    let (before, cells) = (before?, cells?);
    let mut amounts = amounts(kpi, cells);
    // Only what is in the same currency can be compared.
    let same = amounts.iter().position(|amount| amount.currency == now.currency || amount.n == 0)?;
    let amount = amounts.swap_remove(same);
    Some(Previous { from: before.from, to: before.to, label: before.label.clone(), amount })
}

fn change(kpi: &KpiDefinition, now: &Amount, before: &Amount) -> Option<Change> {
    if before.n == 0 {
        return None;
    }
    let (now, before) = (now.value?.0, before.value?.0);
    let absolute = now - before;
    let relative = (!before.is_zero()).then(|| (absolute / before.abs()).round_dp(6)).map(Exact);
    let sense = match (kpi.better, absolute.cmp(&Decimal::ZERO)) {
        (_, std::cmp::Ordering::Equal) => "same",
        (Better::Neutral, _) => "neutral",
        (Better::Higher, std::cmp::Ordering::Greater) | (Better::Lower, std::cmp::Ordering::Less) => "better",
        _ => "worse",
    };
    Some(Change { absolute: Exact(absolute), relative, sense })
}

fn target_of(kpi: &KpiDefinition, amount: &Amount, target: Decimal) -> Target {
    let gap = amount.value.map(|value| value.0 - target);
    let met = gap.is_some_and(|gap| match kpi.better {
        Better::Higher => gap >= Decimal::ZERO,
        Better::Lower => gap <= Decimal::ZERO,
        Better::Neutral => gap.is_zero(),
    });
    Target { value: Exact(target), gap: gap.map(Exact), met }
}

fn state(amount: &Amount, small: bool, target: Option<&Target>) -> (&'static str, &'static str) {
    if amount.n == 0 {
        return ("none", "No records");
    }
    if amount.value.is_none() {
        return ("none", "Not one number");
    }
    if small {
        return ("none", "Few records");
    }
    let Some(target) = target else { return ("none", "No target") };
    if target.met {
        return ("good", "On target");
    }
    let near =
        target.gap.is_some_and(|gap| gap.0.abs() * Decimal::ONE_HUNDRED <= target.value.0.abs() * Decimal::from(NEAR_PERCENT));
    if near { ("watch", "Near target") } else { ("bad", "Off target") }
}
