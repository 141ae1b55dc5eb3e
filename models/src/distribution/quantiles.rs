//! Many quantiles of one count distribution in a single walk over its probabilities. Knows no series.

use statrs::function::erf::erfc_inv;
use statrs::function::gamma::ln_gamma;

/// Means beyond it are walked in coarser steps: what is lost is a thousandth of the mean.
const MOST_STEPS_MEAN: f64 = 1000.0;
/// Standard deviations beyond it likewise.
const MOST_STEPS_DEVIATION: f64 = 2000.0;
/// A step is at most this part of variance ÷ mean, so that the counts keep their shape.
const LEAST_GRAIN: f64 = 0.05;
/// Shapes (mean² ÷ variance) beyond it are a normal's to the eye.
const NORMAL_SHAPE: f64 = 400.0;
/// The walk starts this many standard deviations below the mean.
const START_DEVIATIONS: f64 = 9.0;
/// Excess variance below it is a Poisson's.
const LEAST_EXCESS: f64 = 1e-6;

/// The least counts whose probability of not being exceeded reaches each of `levels` (ascending, each within 0 to 1), for a negative binomial
/// of `mean` and `variance` (a Poisson where the variance is not above the mean). Levels of 0 or below give 0.
pub fn negative_binomial_quantiles<const LEVELS: usize>(mean: f64, variance: f64, levels: &[f64; LEVELS]) -> [f64; LEVELS] {
    if !(mean > 0.0 && mean.is_finite()) {
        return [0.0; LEVELS];
    }
    let variance = if variance.is_finite() { variance.max(mean) } else { mean };
    if mean * mean / variance > NORMAL_SHAPE {
        return levels
            .map(|level| if level <= 0.0 { 0.0 } else { (mean + normal_quantile(level) * variance.sqrt()).round().max(0.0) });
    }
    let wide = (variance.sqrt() / MOST_STEPS_DEVIATION).min(LEAST_GRAIN * variance / mean);
    let step = (mean / MOST_STEPS_MEAN).max(wide).max(1.0);
    walk(mean / step, (variance / (step * step)).max(mean / step), levels).map(|count| count * step)
}

/// The standard normal's quantile at `level`, held within 1e-9 of certainty.
pub fn normal_quantile(level: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * level.clamp(1e-9, 1.0 - 1e-9))
}

fn walk<const LEVELS: usize>(mean: f64, variance: f64, levels: &[f64; LEVELS]) -> [f64; LEVELS] {
    let excess = variance / mean - 1.0;
    let mut count = (mean - START_DEVIATIONS * variance.sqrt()).floor().max(0.0);
    let mut probability = log_probability(mean, excess, count).exp();
    let most = mean + 40.0 * variance.sqrt() + 40.0;
    let mut sum = probability;
    levels.map(|level| {
        if level <= 0.0 {
            return 0.0;
        }
        while sum < level && count < most {
            probability *= ratio(mean, excess, count);
            count += 1.0;
            sum += probability;
        }
        count
    })
}

/// P(count + 1) ÷ P(count).
fn ratio(mean: f64, excess: f64, count: f64) -> f64 {
    (mean + count * excess) / ((1.0 + excess) * (count + 1.0))
}

/// ln P(count) of a negative binomial of `mean` (above 0) and variance mean × (1 + `excess`).
pub(crate) fn log_probability(mean: f64, excess: f64, count: f64) -> f64 {
    if excess <= LEAST_EXCESS {
        return count * mean.ln() - mean - ln_gamma(count + 1.0);
    }
    let size = mean / excess;
    let log_start = -size * excess.ln_1p();
    if count == 0.0 {
        return log_start;
    }
    ln_gamma(count + size) - ln_gamma(size) - ln_gamma(count + 1.0) + log_start + count * (excess / (1.0 + excess)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::NegativeBinomial;

    #[test]
    fn as_one_at_a_time() {
        let levels = [0.005, 0.25, 0.5, 0.9, 0.995];
        for (mean, variance) in [(0.02, 0.05), (0.3, 0.9), (4.0, 4.0), (12.0, 90.0), (90.0, 9000.0), (300.0, 4000.0)] {
            let counts = NegativeBinomial::of_moments(mean, variance);
            let expected = levels.map(|level| counts.quantile(level) as f64);
            assert_eq!(negative_binomial_quantiles(mean, variance, &levels), expected, "mean {mean}, variance {variance}");
        }
    }

    #[test]
    fn large_means_are_near() {
        let levels = [0.1, 0.5, 0.975];
        let counts = NegativeBinomial::of_moments(50_000.0, 1e9);
        for (quantile, level) in negative_binomial_quantiles(50_000.0, 1e9, &levels).iter().zip(levels) {
            let exact = counts.quantile(level) as f64;
            assert!((quantile / exact - 1.0).abs() < 0.01, "{quantile} is not {exact} at {level}");
        }
    }

    #[test]
    fn nonsense_is_nothing() {
        assert_eq!(negative_binomial_quantiles(f64::NAN, 1.0, &[0.5]), [0.0]);
        assert_eq!(negative_binomial_quantiles(0.0, f64::INFINITY, &[0.5, 1.0]), [0.0, 0.0]);
        assert!(negative_binomial_quantiles(1e15, 1e31, &[0.999])[0].is_finite());
    }
}
