//! How late suppliers deliver against what they promised, and when an open order is likely to arrive. Knows no stock and no demand.
//!
//! Each supplier's own days count in full, with [`POOLED_RECEIPTS`] receipts' worth of all suppliers' days beside them, so that one with few
//! receipts is judged by the others and one with many by its own. All of them hold a little of a prior, so that no day is impossible.

use std::collections::BTreeMap;

use super::casts::{day, index, real, whole};

/// All suppliers' days weigh in a supplier's own as that many receipts.
pub const POOLED_RECEIPTS: f64 = 10.0;
/// The prior weighs in all suppliers' days as that many receipts.
const PRIOR_RECEIPTS: f64 = 2.0;
/// Receipts earlier or later than these count as that early or late.
const EARLIEST: i32 = -60;
const LATEST: i32 = 240;
/// Days of the prior: a tenth early by one to five days, four tenths on the day, half late by a week on average, with a long tail.
/// An assumption, not a measurement: it rules only while no receipt was ever seen.
const PRIOR_EARLY: f64 = 0.1;
const PRIOR_ON_THE_DAY: f64 = 0.4;
const PRIOR_LATE_DAYS: f64 = 7.0;
/// Below that chance a wait was never seen nor foreseen.
const LEAST_CHANCE: f64 = 1e-9;

/// Lateness, in days, by supplier.
#[derive(Debug, Clone, PartialEq)]
pub struct Lateness {
    pooled: Days,
    suppliers: BTreeMap<usize, Days>,
}

/// A distribution over days late.
#[derive(Debug, Clone, PartialEq)]
struct Days {
    /// P(late by ≤ [`EARLIEST`] + position).
    cumulative: Vec<f64>,
    receipts: usize,
}

impl Lateness {
    /// From receipts: who delivered, and how many days after (negative: before) the promised day.
    pub fn learn(receipts: &[(usize, i32)]) -> Self {
        let mut by_supplier: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
        for (supplier, late_days) in receipts {
            by_supplier.entry(*supplier).or_default().push(*late_days);
        }
        let all = receipts.iter().map(|(_, late_days)| *late_days).collect::<Vec<_>>();
        let pooled = blend(&all, &prior(), PRIOR_RECEIPTS);
        let suppliers =
            by_supplier.iter().map(|(supplier, days)| (*supplier, Days::new(&blend(days, &pooled, POOLED_RECEIPTS), days.len())));
        Self { suppliers: suppliers.collect(), pooled: Days::new(&pooled, all.len()) }
    }

    /// Receipts seen of `supplier`.
    pub fn receipts(&self, supplier: Option<usize>) -> usize {
        supplier.and_then(|supplier| self.suppliers.get(&supplier)).map_or(0, |days| days.receipts)
    }

    /// Receipts seen of anybody.
    pub fn receipts_of_all(&self) -> usize {
        self.pooled.receipts
    }

    /// Mean and variance of a supplier's days late.
    pub fn moments(&self, supplier: Option<usize>) -> (f64, f64) {
        let days = self.days(supplier);
        let (mut mean, mut square, mut before) = (0.0, 0.0, 0.0);
        for (position, cumulative) in days.cumulative.iter().enumerate() {
            let late = f64::from(EARLIEST) + real(position);
            mean += (cumulative - before) * late;
            square += (cumulative - before) * late * late;
            before = *cumulative;
        }
        (mean, (square - mean * mean).max(0.0))
    }

    /// Days from today (1 or more) until what was promised in `due_in_days` arrives, given that it has not; `uniform` (0 to 1) says which of
    /// the possible days, the larger the later.
    pub fn arrival_in_days(&self, supplier: Option<usize>, due_in_days: i32, uniform: f64) -> usize {
        let cumulative = &self.days(supplier).cumulative;
        let least_late = 1_i32.saturating_sub(due_in_days);
        let passed = index(least_late.saturating_sub(EARLIEST));
        let before = if passed == 0 { 0.0 } else { cumulative.get(passed - 1).copied().unwrap_or(1.0) };
        if 1.0 - before < LEAST_CHANCE {
            return 1 + whole(-PRIOR_LATE_DAYS * (1.0 - uniform.clamp(0.0, 0.999)).ln());
        }
        let wanted = before + uniform.clamp(0.0, 1.0) * (1.0 - before);
        let position = cumulative.partition_point(|cumulative| *cumulative < wanted).clamp(passed, cumulative.len() - 1);
        index(day(position).saturating_add(EARLIEST).saturating_add(due_in_days)).max(1)
    }

    fn days(&self, supplier: Option<usize>) -> &Days {
        supplier.and_then(|supplier| self.suppliers.get(&supplier)).unwrap_or(&self.pooled)
    }
}

impl Days {
    fn new(chances: &[f64], receipts: usize) -> Self {
        let total = chances.iter().sum::<f64>();
        let mut sum = 0.0;
        let cumulative = chances.iter().map(|chance| {
            sum += chance;
            (sum / total).min(1.0)
        });
        Self { cumulative: cumulative.collect(), receipts }
    }
}

/// The chances of each day late: the receipts' days, and `other` as if it were `weight` receipts more.
fn blend(late_days: &[i32], other: &[f64], weight: f64) -> Vec<f64> {
    let mut chances = other.iter().map(|chance| chance * weight).collect::<Vec<_>>();
    for late in late_days {
        chances[index(late.clamp(&EARLIEST, &LATEST) - EARLIEST)] += 1.0;
    }
    let total = real(late_days.len()) + weight;
    chances.iter().map(|chance| chance / total).collect()
}

fn prior() -> Vec<f64> {
    let stay = (-1.0 / PRIOR_LATE_DAYS).exp();
    let chance = |late: i32| match late {
        -5..=-1 => PRIOR_EARLY / 5.0,
        0 => PRIOR_ON_THE_DAY,
        1.. => (1.0 - PRIOR_EARLY - PRIOR_ON_THE_DAY) * (1.0 - stay) * stay.powi(late - 1),
        _ => 0.0,
    };
    (EARLIEST..=LATEST).map(chance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mean_arrival(lateness: &Lateness, supplier: usize, due: i32) -> f64 {
        (0..1_000).map(|draw| real(lateness.arrival_in_days(Some(supplier), due, (real(draw) + 0.5) / 1_000.0))).sum::<f64>()
            / 1_000.0
    }

    #[test]
    fn suppliers_with_many_receipts_are_judged_by_their_own() {
        let receipts = (0..200).map(|count| if count % 2 == 0 { (1, 0) } else { (2, 10) }).chain([(3, 10)]).collect::<Vec<_>>();
        let lateness = Lateness::learn(&receipts);
        assert!(mean_arrival(&lateness, 1, 5) < 6.0 && mean_arrival(&lateness, 2, 5) > 14.0);
        let (few, _) = lateness.moments(Some(3));
        let (pooled, _) = lateness.moments(None);
        assert!((few - pooled).abs() < 1.0, "one receipt moves little: {few} against {pooled}");
        assert_eq!((lateness.receipts(Some(3)), lateness.receipts(Some(9)), lateness.receipts_of_all()), (1, 0, 201));
    }

    #[test]
    fn an_overdue_order_is_drawn_on_condition_that_it_has_not_come() {
        let receipts = (0..100).map(|count| (1, if count < 90 { 0 } else { 20 })).collect::<Vec<_>>();
        let lateness = Lateness::learn(&receipts);
        assert!(mean_arrival(&lateness, 1, 3) < 6.5);
        // Five days overdue: those that come on the day have come.
        assert!((mean_arrival(&lateness, 1, -5) - 15.0).abs() < 2.5);
    }

    proptest! {
        #[test]
        fn arrivals_lie_ahead_and_grow_with_the_draw(
            receipts in prop::collection::vec((0_usize..4, -400_i32..400), 0..40), due in any::<i32>(), low in 0.0..1.0, high in 0.0..1.0,
        ) {
            let lateness = Lateness::learn(&receipts);
            let (low, high) = if low < high { (low, high) } else { (high, low) };
            let early = lateness.arrival_in_days(Some(1), due, low);
            prop_assert!(early >= 1 && early <= lateness.arrival_in_days(Some(1), due, high));
        }
    }
}
