//! A KPI by the values of one dimension, this period beside the one before: where a number, or its change, comes from.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::amount::{Amount, amounts};
use super::cells::{CellQuery, Cells, cells};
use super::definition::{Kind, KpiDefinition};
use super::measure::Exact;
use super::period::Period;
use super::reading::{ReadingRequest, span};
use super::receipt::Receipt;
use crate::error::{EngineError, Result};
use crate::session::Session;

/// One value of the dimension.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Slice {
    /// The value; none for records without one.
    pub key: Option<String>,
    /// The number.
    #[serde(flatten)]
    pub amount: Amount,
    /// Rests on few records.
    pub small: bool,
    /// The number over the span before.
    pub previous: Option<Exact>,
    /// Part of the whole, for kinds that add up.
    pub share: Option<Exact>,
}

/// A KPI by the values of one dimension.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Slices {
    /// The KPI.
    pub kpi: String,
    /// `percent`, `money`, …
    pub unit: String,
    /// Currency of money, if there is but one.
    pub currency: Option<String>,
    /// The dimension.
    pub by: String,
    /// The span.
    pub period: Period,
    /// The largest slices.
    pub slices: Vec<Slice>,
    /// How many slices there are.
    pub total: usize,
    /// Whether some were left out.
    pub truncated: bool,
    /// The newest landing that the numbers know of.
    pub knowledge_time: Option<DateTime<Utc>>,
    /// Identifier of the receipt of the whole.
    pub receipt: String,
}

/// The `most` largest slices of `kpi` by `dimension`, and the receipt of the whole.
///
/// # Errors
/// [`EngineError::NotFound`] for a dimension that the KPI has not; those of the period, the filters and the query.
pub async fn slices(
    session: &Session,
    kpi: &KpiDefinition,
    request: &ReadingRequest,
    dimension: &str,
    most: usize,
) -> Result<(Slices, Receipt)> {
    let limit = session.limits().slices;
    if most > limit {
        return Err(EngineError::Limit {
            what: "the number of slices".into(),
            limit: u64::try_from(limit).unwrap_or(u64::MAX),
            setting: "slices",
            remedy: "ask for fewer, or export the records".into(),
        });
    }
    let period = Period::resolve(&request.period, session.profile())?;
    let before = period.compared(request.compare, session.profile());
    let query = |period: &Period| CellQuery {
        edges: vec![period.from, period.to],
        filters: request.filters.clone(),
        by: Some(dimension.to_owned()),
    };
    let now = cells(session, kpi, &query(&period)).await?;
    let then = match &before {
        Some(before) => Some(cells(session, kpi, &query(before)).await?),
        None => None,
    };
    let whole = amounts(kpi, &*span(session, kpi, &period, &request.filters).await?);
    let small_n = kpi.small_n.unwrap_or(session.profile().small_n);
    let mut found = all_slices(kpi, &now, then.as_deref(), &whole, small_n);
    let total = found.len();
    found.truncate(most);
    let whole = Amount::whole(&whole);
    let receipt = Receipt::new(session, kpi, &period, &request.filters, &whole)?;
    let slices = Slices {
        kpi: kpi.id.clone(),
        unit: kpi.unit.clone(),
        currency: whole.currency,
        by: dimension.to_owned(),
        period,
        truncated: total > found.len(),
        slices: found,
        total,
        knowledge_time: session.knowledge_time(),
        receipt: receipt.id.clone(),
    };
    Ok((slices, receipt))
}

fn all_slices(kpi: &KpiDefinition, now: &Cells, then: Option<&Cells>, whole: &[Amount], small_n: u64) -> Vec<Slice> {
    let earlier: BTreeMap<_, _> = then
        .into_iter()
        .flatten()
        .map(|(key, measure)| ((key.slice.clone(), key.currency.clone()), measure.value(kpi.kind)))
        .collect();
    let share = |amount: &Amount| {
        let total = whole.iter().find(|whole| whole.currency == amount.currency)?.value?.0;
        let adds_up = matches!(kpi.kind, Kind::Sum | Kind::Level) && !total.is_zero();
        adds_up.then(|| amount.value.map(|value| Exact((value.0 / total).round_dp(6)))).flatten()
    };
    let mut slices = now
        .iter()
        .map(|(key, measure)| {
            let amount = Amount::of(kpi, key.currency.clone(), measure);
            let previous = earlier.get(&(key.slice.clone(), key.currency.clone())).copied().flatten();
            Slice { key: key.slice.clone(), small: amount.n < small_n, share: share(&amount), previous, amount }
        })
        .collect::<Vec<_>>();
    // By size where values add up, by weight of evidence where they are ratios or percentiles; names break ties.
    let size = |slice: &Slice| match kpi.kind {
        Kind::Sum | Kind::Level | Kind::Distinct => slice.amount.value.map_or(Decimal::ZERO, |value| value.0.abs()),
        Kind::Ratio | Kind::Mean | Kind::Quantile => Decimal::from(slice.amount.n),
    };
    slices.sort_by(|left, right| size(right).cmp(&size(left)).then_with(|| left.key.cmp(&right.key)));
    slices
}
