//! Whether what a model reads still looks like what it learnt from: population stability index and Kolmogorov–Smirnov. Knows values, not what
//! they mean.

use crate::robust::{count, quantile_of_sorted};

/// Bins of the reference, by its deciles.
const BINS: usize = 10;
/// Added to every bin, so that an empty one has a logarithm (half a value: Jeffreys).
const SMOOTHING: f64 = 0.5;
/// From here on watch, from [`ACT`] on act: a convention of credit scoring (Siddiqi 2006), no law.
const WATCH: f64 = 0.1;
/// From here on act.
const ACT: f64 = 0.25;
/// Values on either side below which an index is chance: under none of it drifting its mean is about 9 × (1 ÷ n + 1 ÷ m).
const LEAST_VALUES: usize = 100;

/// What a drift calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drift {
    /// Too few values to say.
    TooFew,
    /// Under 0.1.
    Ok,
    /// 0.1 to 0.25.
    Watch,
    /// Over 0.25.
    Act,
}

impl Drift {
    /// Its word, as shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::TooFew => "too few",
            Self::Ok => "ok",
            Self::Watch => "watch",
            Self::Act => "act",
        }
    }
}

/// The population stability index with its word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stability {
    /// Σ (share now − share then) × ln (share now ÷ share then) over bins of the reference, smoothed; 0 or more.
    pub index: f64,
    /// What it calls for.
    pub drift: Drift,
}

/// How far `current` values have moved from `reference` values. Bins are the reference's deciles, fewer where values repeat, and one for what is
/// no number. None where either side is empty.
pub fn stability(reference: &[f64], current: &[f64]) -> Option<Stability> {
    if reference.is_empty() || current.is_empty() {
        return None;
    }
    let edges = edges(&sorted(reference));
    let (then, now) = (histogram(reference, &edges), histogram(current, &edges));
    let index = then.iter().zip(&now).map(|(then, now)| (now - then) * (now / then).ln()).sum::<f64>();
    let drift = match index {
        _ if reference.len().min(current.len()) < LEAST_VALUES => Drift::TooFew,
        index if index > ACT => Drift::Act,
        index if index > WATCH => Drift::Watch,
        _ => Drift::Ok,
    };
    Some(Stability { index, drift })
}

/// Two samples' largest distance between distribution functions, and the probability that chance alone makes as much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// 0 to 1.
    pub distance: f64,
    /// By Kolmogorov's limit with Stephens' correction (1970, JRSS B 32:115), held within 0.001 to 0.999. Too large where values repeat.
    pub probability: f64,
}

/// Kolmogorov and Smirnov's two-sample test on what is finite; none where either side is empty.
pub fn kolmogorov_smirnov(reference: &[f64], current: &[f64]) -> Option<Distance> {
    let (then, now) = (sorted(reference), sorted(current));
    if then.is_empty() || now.is_empty() {
        return None;
    }
    let (mut left, mut right, mut distance) = (0, 0, 0.0_f64);
    while left < then.len() && right < now.len() {
        let value = then[left].min(now[right]);
        left += then[left..].iter().take_while(|one| **one <= value).count();
        right += now[right..].iter().take_while(|one| **one <= value).count();
        distance = distance.max((count(left) / count(then.len()) - count(right) / count(now.len())).abs());
    }
    let root = (count(then.len()) * count(now.len()) / (count(then.len()) + count(now.len()))).sqrt();
    Some(Distance { distance, probability: kolmogorov_tail((root + 0.12 + 0.11 / root) * distance).clamp(0.001, 0.999) })
}

/// P(Kolmogorov's statistic > `at`): 2 Σ (−1)^(k−1) exp(−2 k² at²), which alternates too slowly for small `at`, where it is 1.
fn kolmogorov_tail(at: f64) -> f64 {
    if at < 0.2 {
        return 1.0;
    }
    let terms = (1..=100_u32).map(|k| {
        let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * (f64::from(k) * at).powi(2)).exp()
    });
    terms.sum()
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut finite = values.iter().copied().filter(|value| value.is_finite()).collect::<Vec<_>>();
    finite.sort_by(f64::total_cmp);
    finite
}

/// Upper edges of all bins but the last: deciles without repetition.
fn edges(sorted: &[f64]) -> Vec<f64> {
    let mut edges = (1..BINS).filter_map(|decile| quantile_of_sorted(sorted, count(decile) / count(BINS))).collect::<Vec<_>>();
    edges.dedup();
    edges
}

/// Smoothed share of values in each bin; the last is of what is no number.
fn histogram(values: &[f64], edges: &[f64]) -> Vec<f64> {
    let mut bins = vec![SMOOTHING; edges.len() + 2];
    let no_number = edges.len() + 1;
    for value in values {
        let bin = if value.is_finite() { edges.partition_point(|edge| edge < value) } else { no_number };
        bins[bin] += 1.0;
    }
    let all = bins.iter().sum::<f64>();
    bins.iter().map(|bin| bin / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ramp(from: usize, to: usize) -> Vec<f64> {
        (from..to).map(count).collect()
    }

    #[test]
    fn alike_is_ok_and_moved_is_not() {
        assert_eq!(stability(&ramp(0, 1000), &ramp(0, 1000)), Some(Stability { index: 0.0, drift: Drift::Ok }));
        assert_eq!(stability(&ramp(0, 1000), &ramp(100, 1100)).unwrap().drift, Drift::Act);
        assert_eq!(stability(&ramp(0, 1000), &ramp(70, 1070)).unwrap().drift, Drift::Watch);
        assert_eq!(stability(&ramp(0, 50), &ramp(500, 550)).unwrap().drift, Drift::TooFew);
        assert_eq!(stability(&[], &[1.0]), None);
    }

    #[test]
    fn values_that_go_missing_are_a_drift() {
        let mut gappy = ramp(0, 1000);
        gappy.iter_mut().step_by(3).for_each(|value| *value = f64::NAN);
        assert_eq!(stability(&ramp(0, 1000), &gappy).unwrap().drift, Drift::Act);
        assert_eq!(stability(&[5.0; 200], &[6.0; 200]).unwrap().drift, Drift::Act);
        assert_eq!(stability(&[5.0; 200], &[5.0; 300]).unwrap().drift, Drift::Ok);
        assert_eq!(stability(&[f64::NAN; 200], &[f64::NAN; 200]).unwrap().drift, Drift::Ok);
    }

    #[test]
    fn kolmogorov_and_smirnov_by_hand() {
        let apart = kolmogorov_smirnov(&[1.0, 2.0, 3.0], &[4.0, 5.0]).unwrap();
        assert_eq!(apart.distance, 1.0);
        let half = kolmogorov_smirnov(&ramp(0, 100), &ramp(50, 150)).unwrap();
        assert!((half.distance - 0.5).abs() < 1e-12 && half.probability == 0.001);
        let same = kolmogorov_smirnov(&ramp(0, 100), &ramp(0, 100)).unwrap();
        assert_eq!((same.distance, same.probability), (0.0, 0.999));
        // Tables: P(K > 1.358) = 0.05.
        assert!((kolmogorov_tail(1.358) - 0.05).abs() < 5e-4);
    }

    proptest! {
        #[test]
        fn no_bits_make_it_panic(then in prop::collection::vec(any::<f64>(), 0..40), now in prop::collection::vec(any::<f64>(), 0..40)) {
            prop_assert!(stability(&then, &now).is_none_or(|stability| stability.index.is_finite() && stability.index >= 0.0));
            prop_assert!(kolmogorov_smirnov(&then, &now).is_none_or(|found| (0.0..=1.0).contains(&found.distance)));
        }
    }
}
