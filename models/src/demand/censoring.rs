//! Demand on days that sold out, of which sales tell only that it was no less. Knows no calendar.

use super::numbers::to_f64;
use super::observed::Observed;
use crate::distribution::negative_binomial_quantiles;
use crate::distribution::quantiles::log_probability;

/// Rounds of expectation and maximisation: each leaves about the held share of the way to go.
const ROUNDS: usize = 8;
/// Demand of a day that sold out is taken as at most this many times what was sold, or of the mean if that is more.
const MOST_TIMES: f64 = 5.0;
/// Multiples of it, without their whole part, lie evenly between 0 and 1 however many there are (Weyl's sequence).
const GOLDEN: f64 = 0.618_033_988_749_894_9;
/// Bounds beyond it are counted in larger steps.
const MOST_STEPS: f64 = 1000.0;

/// Puts in place of the sales of days that sold out what demand may have been given that it was no less, under a negative binomial whose moments
/// are those of the whole history so corrected (Agrawal and Smith 1996, NRL 43:839, by expectation–maximisation): evenly spread over what is
/// possible, so that the days keep mean and spread. A history sold out on all its days is left as it is: nothing tells what more was wanted.
pub fn correct(observed: &mut Observed) {
    let held: Vec<(usize, f64)> = observed.seen_days().filter(|(place, _)| observed.bound[*place]).collect();
    if held.is_empty() || held.len() == observed.seen_days().count() {
        return;
    }
    let most_sold = held.iter().map(|(_, sold)| *sold).fold(0.0, f64::max);
    let step = (most_sold / MOST_STEPS).max(1.0);
    let (mut mean, mut variance) = moments(&observed.seen_units(), 0.0);
    for _ in 0..ROUNDS {
        if mean <= 0.0 {
            return;
        }
        let tail = Tail::of(mean / step, variance / (step * step), most_sold / step);
        let mut unknown = 0.0;
        for (place, sold) in &held {
            let (expected, spread) = tail.from(sold / step);
            observed.units[*place] = (expected * step).clamp(*sold, most(*sold, mean));
            unknown += spread * step * step;
        }
        (mean, variance) = moments(&observed.seen_units(), unknown);
    }
    let tail = Tail::of(mean / step, variance / (step * step), most_sold / step);
    for (at, (place, sold)) in held.iter().enumerate() {
        let below = tail.below(sold / step)[0];
        let level = below + (1.0 - below) * (0.5 + to_f64(at) * GOLDEN).fract();
        let [demand] = negative_binomial_quantiles(mean / step, variance / (step * step), &[level]);
        observed.units[*place] = (demand * step).clamp(*sold, most(*sold, mean));
    }
}

fn most(sold: f64, mean: f64) -> f64 {
    (MOST_TIMES * sold.max(mean)).max(sold)
}

/// Mean and variance, where `unknown` is the sum of the variances of values that are only expected.
fn moments(units: &[f64], unknown: f64) -> (f64, f64) {
    let count = to_f64(units.len()).max(1.0);
    let mean = units.iter().sum::<f64>() / count;
    (mean, (units.iter().map(|units| (units - mean).powi(2)).sum::<f64>() + unknown) / count)
}

/// A negative binomial's sums over the counts below each count: of probability, of count × probability, of count² × probability.
struct Tail {
    mean: f64,
    squares: f64,
    below: Vec<[f64; 3]>,
}

impl Tail {
    fn of(mean: f64, variance: f64, most: f64) -> Self {
        let excess = (variance / mean - 1.0).max(0.0);
        let mut below = vec![[0.0; 3]];
        let (mut count, mut sums) = (0.0, [0.0; 3]);
        while count < most {
            let probability = log_probability(mean, excess, count).exp();
            sums = [sums[0] + probability, sums[1] + probability * count, sums[2] + probability * count * count];
            below.push(sums);
            count += 1.0;
        }
        Self { mean, squares: mean * (1.0 + excess) + mean * mean, below }
    }

    /// The sums below `sold`.
    fn below(&self, sold: f64) -> [f64; 3] {
        self.below[ceiling(sold).min(self.below.len() - 1)]
    }

    /// Mean and variance of the count given that it is no less than `sold`.
    fn from(&self, sold: f64) -> (f64, f64) {
        let below = self.below(sold);
        let above = 1.0 - below[0];
        if above < 1e-6 {
            return (sold, 0.0);
        }
        let mean = (self.mean - below[1]) / above;
        (mean, ((self.squares - below[2]) / above - mean * mean).max(0.0))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and saturates")]
fn ceiling(count: f64) -> usize {
    count.ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::super::{Ask, DayStock, DemandSeries};
    use super::*;
    use chrono::NaiveDate;
    use rand::{RngExt, SeedableRng};

    /// A geometric demand of mean 6 whose sales stop at 8, against which the mean of sales is compared.
    fn held_at_eight() -> (Observed, f64) {
        let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let mut demand = || (0..).take_while(|_| chance.random::<f64>() < 6.0 / 7.0).count();
        let demand: Vec<f64> = (0..400).map(|_| to_f64(demand())).collect();
        let first_day = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let series = DemandSeries {
            first_day,
            units: demand.iter().map(|units| units.min(8.0)).collect(),
            stock: demand.iter().map(|units| if *units >= 8.0 { DayStock::SoldOut } else { DayStock::Open }).collect(),
            prices: Vec::new(),
        };
        let ask = Ask { origin: first_day + chrono::Days::new(400), horizon_days: 1, holidays: &[], seed: 0 };
        (Observed::of(&series, &ask), demand.iter().sum::<f64>() / 400.0)
    }

    #[test]
    fn most_of_the_lost_demand_is_found() {
        let (mut observed, truth) = held_at_eight();
        let sold = moments(&observed.seen_units(), 0.0).0;
        correct(&mut observed);
        let found = moments(&observed.seen_units(), 0.0).0;
        assert!(sold < 0.8 * truth, "sold {sold} of {truth}");
        assert!((found / truth - 1.0).abs() < 0.06, "found {found} of {truth}");
    }

    #[test]
    fn nothing_held_is_left_alone() {
        let (mut observed, _) = held_at_eight();
        observed.bound.fill(false);
        let before = observed.units.clone();
        correct(&mut observed);
        assert_eq!(observed.units, before);
    }
}
