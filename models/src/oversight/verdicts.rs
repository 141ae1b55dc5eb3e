//! What people said of a rule's alerts: how precise it is, and whether its threshold should rise. Knows no alert.

use crate::interval::{Interval, flat_posterior};

/// Mass of the interval that is shown and judged.
const MASS: f64 = 0.9;

/// What a rule's alerts turned out to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdicts {
    /// Alerts said to be true.
    pub true_alerts: usize,
    /// Alerts said to be false.
    pub false_alerts: usize,
}

/// What follows from the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Nothing to change.
    Keep,
    /// Too few alerts are true, beyond doubt: raise the threshold.
    RaiseThreshold,
}

/// Precision with its interval, and what to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// Posterior mean under a flat prior, Beta(1, 1): (true + 1) ÷ (all + 2), never 0 or 1.
    pub mean: f64,
    /// Its central 90 % posterior interval.
    pub interval: Interval,
    /// Verdicts it rests on.
    pub verdicts: usize,
    /// Raise when even the upper bound lies under the target.
    pub advice: Advice,
}

/// Judges `verdicts` by the `target` precision (0 to 1).
pub fn precision(verdicts: Verdicts, target: f64) -> Precision {
    let (right, wrong) = (crate::robust::count(verdicts.true_alerts), crate::robust::count(verdicts.false_alerts));
    let interval = flat_posterior(right, wrong, MASS).unwrap_or(Interval { low: 0.0, high: 1.0 });
    let advice = if interval.high < target { Advice::RaiseThreshold } else { Advice::Keep };
    let verdicts = verdicts.true_alerts.saturating_add(verdicts.false_alerts);
    Precision { mean: (right + 1.0) / (right + wrong + 2.0), interval, verdicts, advice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_verdicts_raise_nothing() {
        let none = precision(Verdicts { true_alerts: 0, false_alerts: 0 }, 0.8);
        assert_eq!((none.mean, none.advice), (0.5, Advice::Keep));
        assert!((none.interval.low - 0.05).abs() < 1e-9 && (none.interval.high - 0.95).abs() < 1e-9);
        assert_eq!(precision(Verdicts { true_alerts: 2, false_alerts: 1 }, 0.8).advice, Advice::Keep);
    }

    #[test]
    fn beyond_doubt_too_few_are_true() {
        assert_eq!(precision(Verdicts { true_alerts: 10, false_alerts: 10 }, 0.8).advice, Advice::RaiseThreshold);
        assert_eq!(precision(Verdicts { true_alerts: 16, false_alerts: 4 }, 0.8).advice, Advice::Keep);
        let many = precision(Verdicts { true_alerts: usize::MAX, false_alerts: usize::MAX }, 0.8);
        assert!(many.mean.is_finite() && many.interval.low.is_finite());
    }
}
