//! Who will not order again soon, and what that puts at stake: for each customer the probability of no order in the days to come, in words too.
//!
//! Two models of buying (BG/NBD and Pareto/NBD) give odds from when each customer ordered; a regression on the outcomes of earlier cutoffs corrects
//! them by value, returns, delays and tickets; the level of the season is that of a year before. The chance of having left for good (1 − P(alive))
//! is a different thing, and no score: it says 0 of everybody who ordered once (`alive` is given to be read, not to be sorted by).
//! Knows no table, no clock and no currency; nothing on or after the cutoff is looked at.

pub mod bg_nbd;
mod buying;
mod descent;
mod features;
mod forecast;
pub mod gamma_gamma;
mod hypergeometric;
mod leaving;
mod ledger;
mod panel;
pub mod pareto_nbd;
mod reasons;
mod regression;
mod season;
mod segments;
mod shortness;
mod source;
mod stake;
mod summary;

#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

pub use crate::confidence::Confidence;
pub use forecast::{LEAST_CUSTOMERS, LEAST_CUSTOMERS_FOR_MODELS, LEAST_REPEATERS_FOR_MODELS, forecast, forecast_by};
pub use summary::{FitError, Summary};

/// Changes with whatever changes a forecast.
pub const VERSION: &str = "1";

/// An order, or what came back of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CustomerOrder {
    /// Days since 1970 on which it was placed (returns: booked).
    pub day: i32,
    /// Net, positive, in the one currency of all.
    pub value: f64,
}

/// What is known of a customer. What lies on or after the cutoff is not looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CustomerHistory {
    /// Orders, ascending; those of one day count as one.
    pub orders: Vec<CustomerOrder>,
    /// What came back or was cancelled, on the day it was booked.
    pub returned: Vec<CustomerOrder>,
    /// Days since 1970 on which a delivery had come, or was overdue, after its promise.
    pub late_deliveries: Vec<i32>,
    /// Days since 1970 on which a ticket was opened.
    pub tickets: Vec<i32>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The first day not known, days since 1970.
    pub cutoff: i32,
    /// Horizons, each from the cutoff on, 1 or more.
    pub horizons_days: Vec<u32>,
    /// Customers whose last order is longer ago are left out.
    pub active_within_days: u32,
    /// For drawing rows to learn from where there are too many.
    pub seed: u64,
}

/// What is said of a customer for a horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerRisk {
    /// Place among the customers given.
    pub customer: usize,
    /// The horizon, days from the cutoff on.
    pub horizon_days: u32,
    /// Of no order in the horizon; never falls below that of a longer horizon.
    pub probability: f64,
    /// Orders (days with one) to expect in the horizon.
    pub expected_orders: f64,
    /// Their value, less the share of the last year's value that went back.
    pub expected_value: f64,
    /// What the customer's usual pace and value would bring in the horizon if still here, less what goes back, times the probability of no order at all.
    pub value_at_risk: f64,
    /// P(has not left for good), by the Pareto/NBD; where there is no model 1 − `probability`, for want of better. No score.
    pub alive: f64,
    /// At most three, plain.
    pub reasons: Vec<String>,
    /// What gave the probability.
    pub method: &'static str,
    /// What was missing for the whole method; none where nothing was.
    pub fallback: Option<&'static str>,
    /// How far to rely on it.
    pub confidence: Confidence,
}

/// Forecasts, horizon by horizon within each customer, or why there are none.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// One a customer and horizon; customers without a recent order are left out.
    Forecast(Vec<CustomerRisk>),
    /// Nothing honest can be said.
    Abstained {
        /// Why.
        reason: String,
    },
}

/// Ways to a probability, for the scorecard; the product uses [`Method::Default`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The share of all customers of earlier cutoffs.
    Constant,
    /// A regression on days since the last order.
    Recency,
    /// BG/NBD as it is.
    BgNbd,
    /// Pareto/NBD as it is.
    ParetoNbd,
    /// A regression on all features without a model of buying, at the mean level of earlier cutoffs.
    Logistic,
    /// The default without the season: at the mean level of earlier cutoffs.
    Unseasonal,
    /// Models of buying, corrected by a regression, at the level of the season.
    Default,
}
