//! Daily demand of items at places: a distribution for each day of a horizon, from daily sales, what is known of stock, and the calendar.
//! Knows no item, no place and no table: a series is numbers by day.

pub mod backtest;
mod blend;
pub mod calendar;
pub mod censoring;
pub mod class;
pub mod method;
mod numbers;
pub mod observed;
pub mod smoothing;
mod weighted;

use chrono::NaiveDate;

pub use crate::confidence::Confidence;
pub use backtest::{BacktestScore, score};
pub use class::Class;
pub use method::Method;

/// The levels at which quantiles are given; M5's nine and 0.05, 0.1, 0.9, 0.95.
pub const LEVELS: [f64; 13] = [0.005, 0.025, 0.05, 0.1, 0.165, 0.25, 0.5, 0.75, 0.835, 0.9, 0.95, 0.975, 0.995];
/// Raised when forecasts from the same numbers change.
pub const VERSION: &str = "1";

/// What was on the shelf on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayStock {
    /// Something was left at the end: sales are demand.
    Open,
    /// Sold until nothing was left: sales are a lower bound of demand.
    SoldOut,
    /// Nothing to sell all day: sales say nothing.
    Unavailable,
}

/// The history of one item at one place, by day without gaps.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandSeries {
    /// The day of the first of `units`.
    pub first_day: NaiveDate,
    /// Units sold a day; what is not a number was not observed.
    pub units: Vec<f64>,
    /// As long as `units`, or empty: stock is unknown and every day counts as open.
    pub stock: Vec<DayStock>,
    /// Mean price a day, not a number where none was sold; or empty: unknown. Kept for challengers: without the prices to come, levels
    /// corrected by past prices were worse on the Complete Journey (elasticities of 0.3 to 1.5), so the default does not look at them.
    pub prices: Vec<f64>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The first day to forecast; nothing from it on is looked at.
    pub origin: NaiveDate,
    /// Days to forecast.
    pub horizon_days: usize,
    /// Public holidays, of the history as well as of the horizon.
    pub holidays: &'a [NaiveDate],
    /// Of chance, where a method has any.
    pub seed: u64,
}

/// Demand of one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayDemand {
    /// Expected units.
    pub mean: f64,
    /// Units at each of [`LEVELS`], ascending.
    pub quantiles: [f64; 13],
}

/// Demand of one series over the horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandForecast {
    /// By the gaps between days with demand and the spread of its size.
    pub class: Class,
    /// Average demand interval: days for each day with demand.
    pub adi: f64,
    /// Squared coefficient of variation of the units on days with demand.
    pub cv2: f64,
    /// What made it.
    pub method: &'static str,
    /// Why something simpler than the method stands here, if so.
    pub fallback: Option<&'static str>,
    /// How far it can be leant on.
    pub confidence: Confidence,
    /// Share of days whose sales were held down by stock.
    pub censored_share: f64,
    /// A distribution for each day from the origin on.
    pub days: Vec<DayDemand>,
}

/// Forecasts of all series by the default method, in the order of `panel`. What series share (weekdays, closed days, holidays, the general
/// rise and fall) is learnt over the panel, so give together what is sold by one shop.
pub fn forecast(panel: &[DemandSeries], ask: &Ask) -> Vec<DemandForecast> {
    forecast_by(Method::Default, panel, ask)
}

/// Forecasts of all series by `method`, in the order of `panel`.
pub fn forecast_by(method: Method, panel: &[DemandSeries], ask: &Ask) -> Vec<DemandForecast> {
    method::forecast_by(method, panel, ask)
}

#[cfg(test)]
mod tests;
