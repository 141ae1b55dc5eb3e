//! Mean and variance of daily demand from sales of which some are lower bounds: expectation and maximisation over a negative binomial
//! (after Nahmias 1994, and Agrawal and Smith 1996). Knows no dates.

use statrs::function::beta::beta_reg;
use statrs::function::gamma::gamma_lr;

/// Steps of expectation and maximisation; the estimates hardly move after them.
const STEPS: usize = 8;
/// Bounds above it stay as they are: counts of that size have no grain, and the tail beyond them is thin.
const MOST_CORRECTED: f64 = 1e6;
/// A tail with less chance than this is not the model's to judge.
const LEAST_TAIL: f64 = 1e-9;

/// A day's sales with its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighted {
    /// Units sold, 0 or more.
    pub(super) sold: f64,
    /// Whether demand was at least that, rather than that.
    pub(super) at_least: bool,
    /// Its weight, above 0.
    pub(super) weight: f64,
}

/// What daily demand is thought to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moments {
    /// Mean, units a day.
    pub(super) mean: f64,
    /// Variance of a day.
    pub(super) variance: f64,
}

/// The moments of demand by weight; with lower bounds replaced, step by step, by what demand is expected to have been above them.
pub(super) fn moments(days: &[Weighted]) -> Option<Moments> {
    let mut estimate = average(days, |day| (day.sold, day.sold * day.sold))?;
    if days.iter().all(|day| !day.at_least) {
        return Some(estimate);
    }
    for _ in 0..STEPS {
        estimate = average(days, |day| if day.at_least { above(estimate, day.sold) } else { (day.sold, day.sold * day.sold) })?;
    }
    Some(estimate)
}

fn average(days: &[Weighted], expected: impl Fn(&Weighted) -> (f64, f64)) -> Option<Moments> {
    let (mut weight, mut first, mut second) = (0.0, 0.0, 0.0);
    for day in days {
        let (value, square) = expected(day);
        weight += day.weight;
        first += day.weight * value;
        second += day.weight * square;
    }
    let mean = first / weight;
    let variance = (second / weight - mean * mean).max(mean);
    (mean.is_finite() && variance.is_finite()).then_some(Moments { mean, variance })
}

/// Expected demand and its square, given that it is at least `bound`. From x·P(x; size) = mean·P(x − 1; size + 1), twice.
pub(super) fn above(moments: Moments, bound: f64) -> (f64, f64) {
    let Moments { mean, variance } = moments;
    if bound <= 0.0 || mean <= 0.0 {
        return (mean.max(bound), (variance + mean * mean).max(bound * bound));
    }
    if bound > MOST_CORRECTED {
        return (bound, bound * bound);
    }
    let size = mean * mean / (variance - mean).max(1e-9 * mean);
    let chance = at_least(mean, size, size, bound);
    if chance < LEAST_TAIL {
        return (bound, bound * bound);
    }
    let first = mean * at_least(mean, size, size + 1.0, bound - 1.0) / chance;
    let second = mean * mean * (size + 1.0) / size * at_least(mean, size, size + 2.0, bound - 2.0) / chance;
    let first = first.max(bound);
    (first, (second + first).max(first * first))
}

/// P(count ≥ `bound`) of a negative binomial of size `shape` whose odds are those of `mean` and `size`.
fn at_least(mean: f64, size: f64, shape: f64, bound: f64) -> f64 {
    let bound = bound.ceil();
    if bound <= 0.0 {
        return 1.0;
    }
    if size > 1e6 {
        return gamma_lr(bound, mean);
    }
    beta_reg(bound, shape, mean / (size + mean))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::NegativeBinomial;

    fn by_adding_up(moments: Moments, bound: u64) -> (f64, f64) {
        let counts = NegativeBinomial::of_moments(moments.mean, moments.variance);
        let (mut chance, mut first, mut second) = (0.0, 0.0, 0.0);
        for count in bound..2_000 {
            let (probability, value) = (counts.probability(count), count as f64);
            chance += probability;
            first += probability * value;
            second += probability * value * value;
        }
        (first / chance, second / chance)
    }

    #[test]
    fn what_lies_above_a_bound_is_as_the_sum_says() {
        for (mean, variance, bound) in [(3.0, 9.0, 2_u32), (0.4, 1.5, 3), (6.0, 6.0, 8), (20.0, 300.0, 1)] {
            let moments = Moments { mean, variance };
            let (first, second) = above(moments, f64::from(bound));
            let (sum_first, sum_second) = by_adding_up(moments, u64::from(bound));
            assert!((first / sum_first - 1.0).abs() < 1e-4, "{first} against {sum_first}");
            assert!((second / sum_second - 1.0).abs() < 1e-4, "{second} against {sum_second}");
        }
    }

    #[test]
    fn lower_bounds_raise_demand_and_find_it_again() {
        // Demand of Poisson 6 with 5 on the shelf: raw sales average 4.6.
        let mut chance = super::super::chance::Chance::new(5, 0);
        let days = (0..3_000)
            .map(|_| chance.poisson(6.0))
            .map(|demand| Weighted { sold: demand.min(7.0), at_least: demand >= 7.0, weight: 1.0 })
            .collect::<Vec<_>>();
        let raw = days.iter().map(|day| day.sold).sum::<f64>() / 3_000.0;
        let found = moments(&days).unwrap();
        assert!(raw < 5.6 && (found.mean - 6.0).abs() < 0.25, "raw {raw}, found {}", found.mean);
    }

    #[test]
    fn nothing_is_no_moments() {
        assert_eq!(moments(&[]), None);
        let huge = moments(&[Weighted { sold: 1e15, at_least: true, weight: 1.0 }; 3]).unwrap();
        assert!(huge.mean >= 1e15 && huge.variance.is_finite());
    }
}
