//! All quantiles of a count in one pass over its probabilities: a forecast of weeks needs thousands. Knows mean and variance.

use super::LEVELS;
use crate::distribution::NegativeBinomial;

/// Means up to it are summed count by count.
const MOST_SUMMED: f64 = 400.0;
/// Below this first probability the sum would begin with nothing.
const LEAST_FIRST: f64 = 1e-280;
/// Counts that are summed at most.
const MOST_STEPS: u32 = 20_000;
/// From this mean² ÷ variance on a count is as a Gamma, and that as the cube of a normal (Wilson & Hilferty 1931, PNAS 17:684).
const LEAST_SHAPE: f64 = 3.0;
/// Standard deviations are at most so many means: beyond, all but the highest quantiles are 0 anyhow.
const MOST_RELATIVE: f64 = 100.0;
/// Normal deviates of [`LEVELS`].
const DEVIATES: [f64; 7] = [-1.644_853_627, -1.281_551_566, -0.674_489_75, 0.0, 0.674_489_75, 1.281_551_566, 1.644_853_627];

/// Whole counts at [`LEVELS`] of a negative binomial with this mean and variance (a Poisson's where it is not above the mean).
pub(super) fn quantiles(mean: f64, variance: f64) -> [f64; 7] {
    if !(mean.is_finite() && mean > 0.0) {
        return [0.0; 7];
    }
    let variance = if variance.is_finite() { variance.clamp(mean, mean + (MOST_RELATIVE * mean).powi(2)) } else { mean };
    if let Some(summed) = summed(mean, variance) {
        return summed;
    }
    let shape = mean * mean / variance;
    if shape >= LEAST_SHAPE && mean > MOST_SUMMED {
        let cube = |deviate: f64| mean * (1.0 - 1.0 / (9.0 * shape) + deviate / (3.0 * shape.sqrt())).max(0.0).powi(3);
        return DEVIATES.map(|deviate| cube(deviate).round());
    }
    let counts = NegativeBinomial::of_moments(mean, variance);
    LEVELS.map(|level| to_f64(counts.quantile(level)))
}

fn summed(mean: f64, variance: f64) -> Option<[f64; 7]> {
    let excess = variance / mean - 1.0;
    let poisson = excess < 1e-6;
    let first = if poisson { (-mean).exp() } else { (-(mean / excess) * excess.ln_1p()).exp() };
    if mean > MOST_SUMMED || first < LEAST_FIRST {
        return None;
    }
    let (size, failure) = if poisson { (0.0, 0.0) } else { (mean / excess, excess / (1.0 + excess)) };
    let (mut probability, mut sum, mut level) = (first, first, 0);
    let mut quantiles = [0.0; 7];
    for count in 0..MOST_STEPS {
        let value = f64::from(count);
        while level < LEVELS.len() && sum >= LEVELS[level] {
            quantiles[level] = value;
            level += 1;
        }
        if level == LEVELS.len() {
            return Some(quantiles);
        }
        probability *= if poisson { mean / (value + 1.0) } else { (value + size) / (value + 1.0) * failure };
        sum += probability;
    }
    None
}

#[expect(clippy::cast_precision_loss, reason = "counts of that size have no grain")]
fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_as_one_by_one() {
        for (mean, variance) in [(0.02, 0.02), (0.4, 0.9), (3.0, 3.0), (12.0, 90.0), (390.0, 9000.0), (50.0, 40_000.0)] {
            let counts = NegativeBinomial::of_moments(mean, variance);
            assert_eq!(quantiles(mean, variance), LEVELS.map(|level| to_f64(counts.quantile(level))), "{mean} {variance}");
        }
    }

    #[test]
    fn large_counts_are_near_enough() {
        for (mean, variance) in [(500.0, 500.0), (2000.0, 300_000.0), (900_000.0, 9e10)] {
            let counts = NegativeBinomial::of_moments(mean, variance);
            for (quick, level) in quantiles(mean, variance).into_iter().zip(LEVELS) {
                let exact = to_f64(counts.quantile(level));
                assert!((quick - exact).abs() <= 1.0 + 0.02 * variance.sqrt(), "{mean} {variance} {level}: {quick} for {exact}");
            }
        }
    }

    proptest! {
        #[test]
        fn ascending_and_finite(mean in prop_oneof![any::<f64>(), 0.0..1000.0_f64, Just(1e15)], factor in 0.0..1e6_f64) {
            let quantiles = quantiles(mean, mean * factor);
            prop_assert!(quantiles.iter().all(|quantile| quantile.is_finite() && *quantile >= 0.0) && quantiles.is_sorted());
        }
    }
}
