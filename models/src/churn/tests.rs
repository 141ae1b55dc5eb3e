//! Churn as a whole: published parameters, known truths of simulated shops, what is not known stays unknown, and bad input.

mod models_of_buying;
mod robustness;
mod seasons;

use super::{CustomerHistory, CustomerOrder};
use crate::scores::probability::Matured;

/// Whether no order came in the days after the cutoff.
fn none_after(history: &CustomerHistory, cutoff: i32, days: i32) -> bool {
    !history.orders.iter().any(|order| (cutoff..cutoff + days).contains(&order.day))
}

/// Forecasts beside what came.
fn matured(risks: &[super::CustomerRisk], customers: &[CustomerHistory], cutoff: i32) -> Vec<Matured> {
    let pairs = risks.iter().map(|risk| Matured {
        probability: risk.probability,
        happened: none_after(&customers[risk.customer], cutoff, i32::try_from(risk.horizon_days).unwrap()),
    });
    pairs.collect()
}

fn order(day: i32, value: f64) -> CustomerOrder {
    CustomerOrder { day, value }
}
