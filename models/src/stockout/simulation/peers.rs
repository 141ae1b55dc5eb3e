//! The plain methods that a model has to beat: cover as a rule, and a negative binomial of the last 56 days' sales, raw or corrected.

use super::super::casts::{index, real};
use super::super::censoring::{Moments, Weighted, moments};
use super::super::history::StockHistory;
use super::super::lateness::Lateness;
use super::super::position::Position;
use crate::distribution::NegativeBinomial;

/// Days of sales that they look at.
const WINDOW_DAYS: usize = 56;

/// Which days a method learns demand from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sales {
    /// All, as they are.
    Raw,
    /// Those with something available.
    Available,
    /// Those, a sell-out counting as a lower bound.
    Censored,
}

/// Mean and variance of a day's demand.
pub(super) fn demand(history: &StockHistory, sales: Sales) -> Moments {
    let recent = StockHistory { days: history.days[history.days.len().saturating_sub(WINDOW_DAYS)..].to_vec() };
    let raw = || recent.days.iter().map(|day| Weighted { sold: day.sold, at_least: false, weight: 1.0 }).collect::<Vec<_>>();
    let seen = recent.observed();
    let corrected = || {
        seen.iter()
            .map(|day| Weighted { sold: day.sold, at_least: day.at_least && sales == Sales::Censored, weight: 1.0 })
            .collect()
    };
    let days = if sales == Sales::Raw { raw() } else { corrected() };
    moments(&days).unwrap_or(Moments { mean: 0.0, variance: 0.0 })
}

/// 1 when what is there and due within the horizon lasts less than the horizon at mean raw sales, else 0.
pub(super) fn rule(position: &Position, raw: Moments, horizon: usize) -> f64 {
    let due = position.orders.iter().filter(|order| index(order.due_in_days) <= horizon).map(|order| order.quantity).sum::<f64>();
    if position.available + due < raw.mean * real(horizon) { 1.0 } else { 0.0 }
}

/// The largest chance, over the days before each expected receipt and the horizon itself, that demand until then reaches what is there by
/// then. Receipts are expected at their promised day and the supplier's mean lateness, tomorrow at the earliest.
pub(super) fn checkpoints(position: &Position, lateness: &Lateness, day: Moments, horizon: usize) -> f64 {
    let expected = |supplier: usize, due: i32| (f64::from(due) + lateness.moments(Some(supplier)).0).round().max(1.0);
    let receipts =
        position.orders.iter().map(|order| (expected(order.supplier, order.due_in_days), order.quantity)).collect::<Vec<_>>();
    let until = real(horizon);
    let before_receipts = receipts.iter().map(|(day, _)| day - 1.0).filter(|day| *day > 0.0 && *day < until);
    let chances = before_receipts.chain([until]).map(|at| {
        let there = position.available + receipts.iter().filter(|(day, _)| *day <= at).map(|(_, units)| units).sum::<f64>();
        reaches(NegativeBinomial::of_moments(day.mean * at, day.variance * at), there)
    });
    chances.fold(0.0, f64::max)
}

/// P(count ≥ `units`).
fn reaches(counts: NegativeBinomial, units: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and saturates")]
    let below = (units.ceil().max(1.0) as u64) - 1;
    1.0 - counts.cdf(below)
}
