//! What is at stake with a customer: orders to expect and orders usual, in number and value. Takes the probability as given.

use super::buying::{self, Buying};
use super::features::RETURNS_DAYS;
use super::ledger::Standing;

/// Orders and their value over a horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stake {
    pub(super) expected_orders: f64,
    pub(super) usual_orders: f64,
    pub(super) order_value: f64,
    pub(super) alive: f64,
}

/// Orders to expect, such that those who order at all order as often as the models of buying say; without models at the pace since the first order.
pub(super) fn stake(of: &Standing<'_>, days: f64, buying: Option<&Buying>, probability: f64) -> Stake {
    let summary = of.summary();
    // What goes back is no value: an order of 77,000 that was credited the same day is nothing to lose.
    let kept = 1.0 - of.returned_share(RETURNS_DAYS);
    let Some(buying) = buying else {
        let usual_orders = of.orders() / (of.tenure_days() + days) * days;
        let expected_orders = (1.0 - probability) * usual_orders.max(1.0);
        return Stake { expected_orders, usual_orders, order_value: kept * of.mean_value(), alive: 1.0 - probability };
    };
    let any = 1.0 - buying::probability(buying.log_odds_of_none(&summary, days));
    let each = (buying.expected_orders(&summary, days) / any).clamp(1.0, days.max(1.0));
    Stake {
        expected_orders: (1.0 - probability) * each,
        usual_orders: buying.usual_orders(&summary, days),
        order_value: kept * buying.order_value(&summary),
        alive: buying.alive(&summary),
    }
}
