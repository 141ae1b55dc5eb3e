//! How much to order so that a service level is held until the order after it: order up to a quantile of the demand over lead time and
//! review. Knows no paths.

use super::demand::DailyDemand;
use super::lateness::Lateness;
use super::position::Position;
use crate::distribution::NegativeBinomial;

/// Days until an order could next be placed, and so what an order must last beyond its lead time. A convention: a weekly look.
pub const REVIEW_DAYS: f64 = 7.0;
/// Days from order to promised receipt where none was ever seen. An assumption: two weeks.
pub const ASSUMED_LEAD_TIME_DAYS: i32 = 14;

/// Days from order to promised receipt, and whether they had to be assumed.
pub(super) fn lead_time(position: &Position) -> (i32, bool) {
    match position.lead_time_days {
        Some(days) if (0..=3_650).contains(&days) => (days.max(1), false),
        _ => (ASSUMED_LEAD_TIME_DAYS, true),
    }
}

/// Units that bring stock and open orders up to the quantile `service_level` of demand until the order after this one can arrive, as they can
/// be ordered. The moments are those of a random sum: E(L)·σ² + μ²·Var(L), and the level's own on top.
pub(super) fn suggested_units(position: &Position, demand: &DailyDemand, lateness: &Lateness, service_level: f64) -> f64 {
    if !demand.known {
        return 0.0;
    }
    let (lead_time_days, _) = lead_time(position);
    let (late_days, late_variance) = lateness.moments(position.usual_supplier);
    let days = (f64::from(lead_time_days) + late_days).max(1.0) + REVIEW_DAYS;
    let mean_a_day = demand.mean_a_day();
    let mean = mean_a_day * days;
    let variance =
        demand.variance_a_day() * days + mean_a_day * mean_a_day * late_variance + demand.level_variance() * mean * mean;
    let target = quantile(mean, variance, service_level);
    position.orderable(target - position.on_hand() - position.on_order())
}

/// Of a negative binomial; beyond what it counts exactly, of a normal.
fn quantile(mean: f64, variance: f64, level: f64) -> f64 {
    if mean > 1e6 {
        return mean - std::f64::consts::SQRT_2 * statrs::function::erf::erfc_inv(2.0 * level) * variance.sqrt();
    }
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52 there")]
    let units = NegativeBinomial::of_moments(mean, variance).quantile(level) as f64;
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_fills_up_to_the_quantile() {
        let lateness = Lateness::learn(&[(1, 0); 400]);
        let demand = DailyDemand::of_days(&[(5.0, 5.0); 28], 0.0);
        let position = Position { lead_time_days: Some(13), usual_supplier: Some(1), ..Position::of_stock(60.0) };
        let units = suggested_units(&position, &demand, &lateness, 0.95);
        // 20 days of 5, Poisson: 100 + 1.645·10 and a little for lateness, less the 60 there.
        assert!((55.0..64.0).contains(&units), "{units}");
        assert!(suggested_units(&position, &demand, &lateness, 0.99) > units);
        assert_eq!(suggested_units(&Position { available: 500.0, ..position }, &demand, &lateness, 0.95), 0.0);
    }
}
