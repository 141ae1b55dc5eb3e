//! How far counts lie from what was expected a week or so before: variance = a × mean + b × mean², by the past's own errors. Knows no hour.

use super::history::History;
use super::level::Level;
use super::profile::Profile;
use crate::robust::{count, quantile_of_sorted};

/// Days ahead at which errors are taken: the middle of two weeks.
const LEAD_DAYS: usize = 7;
/// Days of the past by which.
const DAYS: usize = 182;
/// Means below it say nothing of spread.
const LEAST_MEAN: f64 = 0.02;
/// Squared errors ÷ mean are held at this quantile: an outage is no spread.
const WILD: f64 = 0.995;
/// Errors below which the prior (a = 1.2, b = 0.05) speaks too, by so many.
const PRIOR: (f64, f64, f64) = (1.2, 0.05, 50.0);
/// Bounds of a and b.
const MOST: (f64, f64) = (50.0, 4.0);

/// Variance by mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    by_mean: f64,
    by_square: f64,
}

impl Spread {
    pub(super) fn of(history: &History, profile: &Profile, level: &Level) -> Self {
        let levels = level.by_day();
        let places = history.places().collect::<Vec<_>>();
        let days = history.days().collect::<Vec<_>>();
        let newest = days.iter().enumerate().skip(days.len().saturating_sub(DAYS).max(LEAD_DAYS));
        let mut errors = Vec::new();
        for (day, hours) in newest {
            for at in hours.clone().filter(|at| !history.counts[*at].is_nan()) {
                let mean = levels[day - LEAD_DAYS] * profile.share(places[at]);
                if mean > LEAST_MEAN {
                    errors.push((mean, (history.counts[at] - mean).powi(2) / mean));
                }
            }
        }
        Self::fitted(errors)
    }

    /// Least squares of squared error ÷ mean on 1 and mean, weighted by 1 ÷ (what it varies by)², a and b within their bounds.
    fn fitted(mut errors: Vec<(f64, f64)>) -> Self {
        let mut sorted = errors.iter().map(|error| error.1).collect::<Vec<_>>();
        sorted.sort_by(f64::total_cmp);
        let wild = quantile_of_sorted(&sorted, WILD).unwrap_or(0.0);
        errors.iter_mut().for_each(|error| error.1 = error.1.min(wild));
        let (mut w, mut wx, mut wxx, mut wy, mut wxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (mean, error) in &errors {
            let weight = (PRIOR.0 + PRIOR.1 * mean + 1.0 / mean).powi(-2);
            w += weight;
            wx += weight * mean;
            wxx += weight * mean * mean;
            wy += weight * error;
            wxy += weight * mean * error;
        }
        let determinant = w * wxx - wx * wx;
        let by_square = if determinant > 1e-9 * w * wxx { ((w * wxy - wx * wy) / determinant).clamp(0.0, MOST.1) } else { 0.0 };
        let by_mean = if w > 0.0 { ((wy - by_square * wx) / w).clamp(1.0, MOST.0) } else { PRIOR.0 };
        // With a at its lower bound b takes what is left.
        let by_square = if by_mean == 1.0 && wxx > 0.0 { ((wxy - wx) / wxx).clamp(0.0, MOST.1) } else { by_square };
        let own = count(errors.len()) / (count(errors.len()) + PRIOR.2);
        let finite = |value: f64, prior: f64| if value.is_finite() { own * value + (1.0 - own) * prior } else { prior };
        Self { by_mean: finite(by_mean, PRIOR.0), by_square: finite(by_square, PRIOR.1) }
    }

    /// The variance about `mean`, whose squared relative error is `doubt`.
    pub(super) fn variance(&self, mean: f64, doubt: f64) -> f64 {
        mean * self.by_mean + mean * mean * (self.by_square + doubt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_made_the_errors_is_found() {
        let error = |at: usize| {
            let mean = 1.0 + count(at % 40);
            (mean, (1.5 * mean + 0.1 * mean * mean) / mean)
        };
        let spread = Spread::fitted((0..4000).map(error).collect());
        assert!((spread.by_mean - 1.5).abs() < 0.05 && (spread.by_square - 0.1).abs() < 0.01, "{spread:?}");
        assert_eq!(Spread::fitted(vec![]), Spread { by_mean: PRIOR.0, by_square: PRIOR.1 });
    }
}
