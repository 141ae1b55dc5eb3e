//! Intervals of a share, from how often it happened in how many trials. Knows nothing of what the trials are.

use statrs::function::beta::checked_beta_reg;

/// Halvings of the unit interval by which a quantile of a Beta is found: to 1e-15.
const HALVINGS: usize = 50;
/// Two-sided normal deviate of 90 %.
pub const DEVIATE_90: f64 = 1.644_853_626_951_472_2;
/// Two-sided normal deviate of 95 %.
pub const DEVIATE_95: f64 = 1.959_963_984_540_054;

/// A share with its lower and upper bound, each within 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Interval {
    /// Whether `share` lies within.
    pub fn contains(&self, share: f64) -> bool {
        self.low <= share && share <= self.high
    }
}

/// Wilson's score interval (1927, JASA 22:209) of `happened` in `trials` at a two-sided normal `deviate`; none without trials.
pub fn wilson(happened: f64, trials: f64, deviate: f64) -> Option<Interval> {
    if !(trials.is_finite() && trials > 0.0 && happened.is_finite() && deviate.is_finite()) {
        return None;
    }
    let share = (happened / trials).clamp(0.0, 1.0);
    let pull = deviate * deviate / trials;
    let centre = (share + pull / 2.0) / (1.0 + pull);
    let half = deviate.abs() * (share * (1.0 - share) / trials + pull / (4.0 * trials)).sqrt() / (1.0 + pull);
    Some(Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) })
}

/// The quantile at `level` (0 to 1) of a Beta distribution with `successes` and `failures` as its shapes (above 0); none for others.
pub fn beta_quantile(successes: f64, failures: f64, level: f64) -> Option<f64> {
    if !(successes.is_finite() && failures.is_finite() && successes > 0.0 && failures > 0.0 && (0.0..=1.0).contains(&level)) {
        return None;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        let below = checked_beta_reg(successes, failures, middle).ok()?;
        if below < level { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high))
}

/// The central posterior interval of a share after `happened` and `not_happened` with a flat prior (Beta(1, 1)), holding `mass` of it.
pub fn flat_posterior(happened: f64, not_happened: f64, mass: f64) -> Option<Interval> {
    let (successes, failures) = (1.0 + happened.max(0.0), 1.0 + not_happened.max(0.0));
    let tail = (1.0 - mass) / 2.0;
    Some(Interval { low: beta_quantile(successes, failures, tail)?, high: beta_quantile(successes, failures, 1.0 - tail)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wilson_by_hand() {
        let interval = wilson(8.0, 10.0, DEVIATE_95).unwrap();
        assert!((interval.low - 0.4902).abs() < 1e-4 && (interval.high - 0.9433).abs() < 1e-4, "{interval:?}");
        assert_eq!(wilson(0.0, 0.0, DEVIATE_95), None);
    }

    #[test]
    fn beta_quantiles_of_known_shapes() {
        assert!((beta_quantile(1.0, 1.0, 0.3).unwrap() - 0.3).abs() < 1e-12);
        assert!((beta_quantile(2.0, 1.0, 0.25).unwrap() - 0.5).abs() < 1e-12);
        assert!((beta_quantile(1.0, 3.0, 0.5).unwrap() - (1.0 - 0.5_f64.cbrt())).abs() < 1e-12);
        assert_eq!(beta_quantile(0.0, 1.0, 0.5), None);
        assert_eq!(beta_quantile(1.0, 1.0, f64::NAN), None);
    }

    proptest! {
        #[test]
        fn intervals_are_within_the_unit_and_ordered(happened in 0.0..1e6_f64, others in 0.0..1e6_f64) {
            let wilson = wilson(happened, happened + others, DEVIATE_90);
            prop_assert_eq!(wilson.is_some(), happened + others > 0.0);
            for interval in wilson.into_iter().chain(flat_posterior(happened, others, 0.9)) {
                prop_assert!(0.0 <= interval.low && interval.low <= interval.high && interval.high <= 1.0);
            }
        }

        #[test]
        fn no_bits_make_it_panic(happened in any::<f64>(), trials in any::<f64>(), level in any::<f64>()) {
            for interval in wilson(happened, trials, DEVIATE_95).into_iter().chain(flat_posterior(happened, trials, 0.9)) {
                prop_assert!(interval.low.is_finite() && interval.high.is_finite());
            }
            prop_assert!(beta_quantile(happened, trials, level).is_none_or(f64::is_finite));
        }
    }
}
