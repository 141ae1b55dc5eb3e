//! Whether, and by when, an item at a location runs out: the chance of nothing being available by day 1 to 28, from draws of demand and of
//! the lateness of open orders; the units and margin at risk; and the order that would prevent it. Knows no table, no currency and no dates:
//! days are counted from the end of today.

use crate::confidence::Confidence;

mod calibration;
mod casts;
mod censoring;
mod chance;
mod demand;
mod forecast;
mod history;
mod lateness;
mod outcome;
mod paths;
mod position;
mod replenishment;
pub mod simulation;
#[cfg(test)]
mod tests;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

pub use calibration::{Calibration, HORIZONS, LEAST_EVENTS, LEAST_MATURED};
pub use demand::{DailyDemand, DayDemand, DemandSettings};
pub use forecast::{ByDay, LEAST_CHANCE, StockoutForecast};
pub use history::{StockDay, StockHistory};
pub use lateness::{Lateness, POOLED_RECEIPTS};
pub use outcome::{DayAfter, MaturedStockout, ran_out_on};
pub use position::{OpenOrder, Position};
pub use replenishment::{ASSUMED_LEAD_TIME_DAYS, REVIEW_DAYS};

/// Days ahead that are judged.
pub const HORIZON_DAYS: usize = 28;
/// Of the model; changes whenever its numbers may.
pub const VERSION: &str = "1";

/// The rate a day at which stocks run out where nothing is known of demand; a convention (half of them within four weeks), and labelled.
const GENERAL_RATE_A_DAY: f64 = 0.025;

/// How paths are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    /// Paths a position, between 16 and 20,000.
    pub paths: usize,
    /// The same seed draws the same.
    pub seed: u64,
}

impl Default for Draws {
    fn default() -> Self {
        Self { paths: 256, seed: 1 }
    }
}

/// What is to be said of one position. `service_level` is the chance of not running out that orders are to hold, 0.5 to 0.999.
pub fn forecast(
    position: &Position,
    demand: &DailyDemand,
    lateness: &Lateness,
    service_level: f64,
    draws: &Draws,
) -> StockoutForecast {
    let service_level = if service_level.is_nan() { 0.95 } else { service_level.clamp(0.5, 0.999) };
    if !demand.known {
        return abstention(position, demand, lateness);
    }
    let suggested_units = replenishment::suggested_units(position, demand, lateness, service_level);
    let (lead_time_days, _) = replenishment::lead_time(position);
    let mut chance = chance::Chance::new(draws.seed, 0);
    let count = paths::bounded(draws.paths);
    let courses = paths::courses(position, demand, lateness, (suggested_units, lead_time_days), count, &mut chance);
    let already_out = position.on_hand() <= 0.0;
    let by_day = |path: fn(&paths::Courses) -> paths::Path| {
        forecast::sound(&if already_out { [1.0; HORIZON_DAYS] } else { paths::by_day(&courses, path) })
    };
    let before = |course: &paths::Courses| course.with_orders.first_empty < course.first_receipt.min(HORIZON_DAYS + 1);
    let before_next_receipt = if already_out { 1.0 } else { paths::share(&courses, before) };
    let lost_units = paths::mean_lost_units(&courses);
    let mut said = StockoutForecast {
        probability: by_day(|course| course.with_orders),
        without_orders: by_day(|course| course.without_orders),
        with_suggestion: by_day(|course| course.with_suggestion),
        before_next_receipt: before_next_receipt.clamp(LEAST_CHANCE, 1.0 - LEAST_CHANCE),
        expected_lost_units: lost_units,
        margin_at_risk: margin_at_risk(position, lost_units),
        latest_order_in_days: paths::latest_order_in_days(&courses, service_level),
        suggested_units,
        ..blank(position, demand, lateness)
    };
    said.read_dates();
    said
}

/// [`forecast`] of many, in parallel; each draws from a seed of its own, by its place.
pub fn forecast_all(
    positions: &[(Position, DailyDemand)],
    lateness: &Lateness,
    service_level: f64,
    draws: &Draws,
) -> Vec<StockoutForecast> {
    let seeded = |stream: usize| Draws { seed: draws.seed.wrapping_add(u64::try_from(stream).unwrap_or(0) << 20), ..*draws };
    positions
        .par_iter()
        .enumerate()
        .map(|(stream, (position, demand))| forecast(position, demand, lateness, service_level, &seeded(stream)))
        .collect()
}

/// Nothing is known of demand: a general rate, called by its name.
fn abstention(position: &Position, demand: &DailyDemand, lateness: &Lateness) -> StockoutForecast {
    let already_out = position.on_hand() <= 0.0;
    let rate = |day: usize| if already_out { 1.0 } else { 1.0 - (-GENERAL_RATE_A_DAY * casts::real(day + 1)).exp() };
    let by_day = forecast::sound(&std::array::from_fn(rate));
    let mut said = StockoutForecast {
        probability: by_day,
        without_orders: by_day,
        with_suggestion: by_day,
        before_next_receipt: by_day[HORIZON_DAYS - 1],
        ..blank(position, demand, lateness)
    };
    said.read_dates();
    said
}

/// None without a margin, and for one that is no number.
fn margin_at_risk(position: &Position, lost_units: f64) -> Option<f64> {
    let margin = position.unit_margin.filter(|margin| margin.is_finite())?;
    Some(margin.max(0.0) * lost_units).filter(|margin| margin.is_finite())
}

/// Everything but the chances and what follows from them.
fn blank(position: &Position, demand: &DailyDemand, lateness: &Lateness) -> StockoutForecast {
    let (_, assumed_lead_time) = replenishment::lead_time(position);
    let ordered = !position.orders.is_empty();
    let stranger = position.orders.iter().any(|order| lateness.receipts(Some(order.supplier)) == 0);
    let fallback = demand
        .fallback
        .or((!position.available.is_finite()).then_some("the stock on hand is no number: taken as none"))
        .or((ordered && lateness.receipts_of_all() == 0).then_some("no receipt was ever seen: lateness is assumed"))
        .or(stranger.then_some("no receipt of a supplier was ever seen: the lateness of all stands in"))
        .or(assumed_lead_time.then_some("no lead time was ever seen: two weeks are assumed"));
    StockoutForecast {
        probability: [LEAST_CHANCE; HORIZON_DAYS],
        without_orders: [LEAST_CHANCE; HORIZON_DAYS],
        with_suggestion: [LEAST_CHANCE; HORIZON_DAYS],
        before_next_receipt: LEAST_CHANCE,
        day_p10: None,
        day_p50: None,
        day_p90: None,
        expected_lost_units: 0.0,
        margin_at_risk: None,
        latest_order_in_days: None,
        suggested_units: 0.0,
        days_observed: demand.days_observed,
        censored_share: demand.censored_share,
        method: demand.method,
        fallback,
        confidence: confidence(demand, fallback),
        calibrated: false,
        may_be_calibrated: demand.known && position.on_hand() > 0.0,
    }
}

/// By convention: high with eight weeks seen, hardly censored, nothing assumed; low with anything missing of demand.
fn confidence(demand: &DailyDemand, fallback: Option<&'static str>) -> Confidence {
    match (demand.fallback, fallback) {
        (Some(_), _) => Confidence::Low,
        _ if demand.censored_share > 0.3 => Confidence::Low,
        (None, None) if demand.days_observed >= 56 && demand.censored_share <= 0.1 && demand.level_variance < 0.5 => {
            Confidence::High
        }
        _ => Confidence::Medium,
    }
}
