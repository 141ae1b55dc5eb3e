//! The probability that a SKU's earlier rate, as far as it is known, brings back as many as were seen: the upper tail of a beta-binomial, or of
//! its limit for many sales and odd numbers, the Gamma-Poisson. Knows one SKU.

use statrs::function::beta::{checked_beta_reg, checked_ln_beta};
use statrs::function::erf::{erfc, erfc_inv};
use statrs::function::gamma::ln_gamma;

use super::Sku;
use super::prior::Rate;

/// Sales up to which the beta-binomial is summed term by term.
const MOST_SUMMED: f64 = 20_000.0;
/// Rates are held below it after a rise.
const MOST_RATE: f64 = 0.98;
/// Terms under this part of the sum so far end it.
const NEGLIGIBLE: f64 = 1e-16;

/// What was to be expected and how likely as many are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tail {
    /// Expected returns.
    pub(super) expected: f64,
    /// P(returns ≥ seen).
    pub(super) probability: f64,
    /// Normal deviate of P(returns > seen) + ½ P(returns = seen): centred at 0 where nothing has changed.
    pub(super) middle_deviate: f64,
}

impl Tail {
    /// Of `sku`, its rate drawn to `prior`, and that times the group's `rise`.
    pub(super) fn of(prior: Rate, sku: &Sku, rise: f64) -> Self {
        let (returned, kept) = prior.after(sku.earlier_sold, sku.earlier_returned);
        let worth = returned + kept;
        let rate = (returned / worth * rise).min(MOST_RATE);
        let (returned, kept) = (rate * worth, (1.0 - rate) * worth);
        let expected = rate * sku.recent_sold;
        let as_many = |seen: f64| {
            if sku.recent_sold <= MOST_SUMMED && sku.recent_returned <= sku.recent_sold {
                beta_binomial(sku.recent_sold.floor(), seen.floor(), returned, kept)
            } else {
                gamma_poisson(seen.floor(), expected, returned)
            }
        };
        let (probability, more) = (as_many(sku.recent_returned), as_many(sku.recent_returned + 1.0));
        Self { expected, probability, middle_deviate: upper_deviate(f64::midpoint(probability, more)) }
    }
}

/// P(count ≥ `seen`) of `sold` trials whose probability is Beta(`returned`, `kept`): the shorter tail, summed from `seen` outwards.
fn beta_binomial(sold: f64, seen: f64, returned: f64, kept: f64) -> f64 {
    if seen <= 0.0 {
        return 1.0;
    }
    if seen > sold {
        return 0.0;
    }
    let mean = sold * returned / (returned + kept);
    let upper = seen > mean;
    let mut at = if upper { seen } else { seen - 1.0 };
    let choose = ln_gamma(sold + 1.0) - ln_gamma(at + 1.0) - ln_gamma(sold - at + 1.0);
    let (Ok(with), Ok(without)) = (checked_ln_beta(at + returned, sold - at + kept), checked_ln_beta(returned, kept)) else {
        return 0.5;
    };
    let mut term = (choose + with - without).exp();
    let mut sum = 0.0;
    while (0.0..=sold).contains(&at) && term > NEGLIGIBLE * sum {
        sum += term;
        if upper {
            term *= (sold - at) / (at + 1.0) * (at + returned) / (sold - at - 1.0 + kept);
            at += 1.0;
        } else {
            term *= at / (sold - at + 1.0) * (sold - at + kept) / (at - 1.0 + returned);
            at -= 1.0;
        }
    }
    (if upper { sum } else { 1.0 - sum }).clamp(0.0, 1.0)
}

/// P(count ≥ `seen`) of a Poisson whose mean is a Gamma of this `shape` about `expected`: a negative binomial.
fn gamma_poisson(seen: f64, expected: f64, shape: f64) -> f64 {
    if seen <= 0.0 {
        return 1.0;
    }
    let share = expected / (expected + shape);
    if !(share > 0.0 && shape > 0.0) {
        return 0.0;
    }
    checked_beta_reg(seen, shape, share).unwrap_or(0.5).clamp(0.0, 1.0)
}

/// The normal deviate that is exceeded with `probability`, held within ± 8.
pub(super) fn upper_deviate(probability: f64) -> f64 {
    let deviate = std::f64::consts::SQRT_2 * erfc_inv(2.0 * probability.clamp(1e-15, 1.0 - 1e-15));
    if deviate.is_finite() { deviate.clamp(-8.0, 8.0) } else { 0.0 }
}

/// The probability that a normal deviate exceeds `deviate`.
pub(super) fn probability_of_deviate(deviate: f64) -> f64 {
    0.5 * erfc(deviate / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_beta_makes_all_counts_alike() {
        for seen in 0..=10_u32 {
            let expected = f64::from(11 - seen) / 11.0;
            assert!((beta_binomial(10.0, f64::from(seen), 1.0, 1.0) - expected).abs() < 1e-12, "{seen}");
        }
        assert_eq!(beta_binomial(10.0, 11.0, 1.0, 1.0), 0.0);
    }

    #[test]
    fn a_firm_rate_makes_a_binomial_and_a_rare_one_its_limit() {
        let binomial = beta_binomial(4.0, 3.0, 5e8, 5e8);
        assert!((binomial - 5.0 / 16.0).abs() < 1e-6, "{binomial}");
        let (exact, limit) =
            (beta_binomial(20_000.0, 30.0, 20.0, 20_000.0), gamma_poisson(30.0, 20_000.0 * 20.0 / 20_020.0, 20.0));
        assert!((exact - limit).abs() < 2e-3, "{exact} and {limit}");
    }

    #[test]
    fn deviates_and_probabilities_are_each_others_inverse() {
        for probability in [1e-9, 0.01, 0.5, 0.9] {
            assert!((probability_of_deviate(upper_deviate(probability)) / probability - 1.0).abs() < 1e-6);
        }
    }
}
