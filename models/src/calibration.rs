//! Probabilities that come true as often as they say: logistic regression, and two ways to correct scores by what happened. Knows neither what is
//! forecast nor which rows may be learnt from: whoever calls sees to it that nothing of the future is among them.

pub mod isotonic;
pub mod logistic;
pub mod platt;

/// No probability is said to be nearer to certainty than this.
pub const EDGE: f64 = 0.001;

/// ln (p ÷ (1 − p)), `probability` held [`EDGE`] from certainty; what is no number is even odds.
pub fn logit(probability: f64) -> f64 {
    let probability = held(probability);
    (probability / (1.0 - probability)).ln()
}

/// The probability of log odds.
pub fn probability_of(log_odds: f64) -> f64 {
    if log_odds >= 0.0 { 1.0 / (1.0 + (-log_odds).exp()) } else { log_odds.exp() / (1.0 + log_odds.exp()) }
}

/// `probability`, held [`EDGE`] from certainty; what is no number is even odds.
pub fn held(probability: f64) -> f64 {
    if probability.is_nan() { 0.5 } else { probability.clamp(EDGE, 1.0 - EDGE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_and_back() {
        for probability in [0.001, 0.2, 0.5, 0.97] {
            assert!((probability_of(logit(probability)) - probability).abs() < 1e-12);
        }
        assert_eq!((held(f64::NAN), held(-3.0), held(f64::INFINITY)), (0.5, EDGE, 1.0 - EDGE));
        assert_eq!((probability_of(f64::NEG_INFINITY), probability_of(1e4)), (0.0, 1.0));
    }
}
