//! A straight line from the log odds that were said to those that came (Platt 1999), with his targets a little off 0 and 1. It moves the base
//! rate to that of the rows it learnt from: not to be fitted on one season and used in another.

use super::{held, logistic, logit, probability_of};

/// Rows below which nothing is learnt.
pub const LEAST_ROWS: usize = 30;
/// Pull of the slope towards 1, as so many units of curvature.
const RIDGE: f64 = 1.0;

/// A fitted line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Platt {
    intercept: f64,
    slope: f64,
}

impl Platt {
    /// The corrected probability.
    pub fn probability(&self, said: f64) -> f64 {
        held(probability_of(self.intercept + self.slope * logit(said)))
    }
}

/// Learns from pairs of a probability and whether it happened. None below [`LEAST_ROWS`] and where all are alike.
pub fn fit(pairs: &[(f64, bool)]) -> Option<Platt> {
    let happened = pairs.iter().filter(|(_, happened)| *happened).count();
    if pairs.len() < LEAST_ROWS || happened == 0 || happened == pairs.len() {
        return None;
    }
    let (high, low) = targets(happened, pairs.len() - happened);
    let rows = pairs.iter().map(|(said, happened)| {
        let odds = logit(*said);
        logistic::Row { features: vec![odds], offset: odds, outcome: if *happened { high } else { low }, weight: 1.0 }
    });
    let fitted = logistic::fit(&rows.collect::<Vec<_>>(), &[RIDGE])?;
    Some(Platt { intercept: fitted.intercept, slope: (1.0 + fitted.coefficients[0]).max(0.0) })
}

#[expect(clippy::cast_precision_loss, reason = "rows are far below 2^52")]
fn targets(happened: usize, others: usize) -> (f64, f64) {
    ((happened as f64 + 1.0) / (happened as f64 + 2.0), 1.0 / (others as f64 + 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_said_too_much_says_less() {
        let pairs = (0..2000).map(|at| if at % 2 == 0 { (0.95, at % 10 < 7) } else { (0.05, at % 10 < 3) }).collect::<Vec<_>>();
        let fitted = fit(&pairs).unwrap();
        let (high, low) = (share(&pairs, 0.95), share(&pairs, 0.05));
        assert!((fitted.probability(0.95) - high).abs() < 0.01 && (fitted.probability(0.05) - low).abs() < 0.01);
    }

    fn share(pairs: &[(f64, bool)], said: f64) -> f64 {
        let these = pairs.iter().filter(|pair| pair.0 == said).collect::<Vec<_>>();
        these.iter().filter(|pair| pair.1).count() as f64 / these.len() as f64
    }

    #[test]
    fn too_few_or_all_alike_teach_nothing() {
        assert_eq!(fit(&[(0.5, true); 10]), None);
        assert_eq!(fit(&[(0.5, true); 100]), None);
    }
}
