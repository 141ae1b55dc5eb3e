//! Gamma-Gamma (Fader, Hardie, Lee 2005, JMR 42:415; note 25): a customer's orders spread by a gamma distribution around a mean of one's own, and
//! the means differ by an inverse gamma. Supposes that the mean has nothing to do with how often one orders. Knows no currency.

use statrs::function::gamma::{digamma, ln_gamma};

use super::descent;
use super::summary::{FitError, Summary};

/// Logarithms of parameters beyond it are not searched.
const FARTHEST: f64 = 14.0;

/// Shape `p` of a customer's orders; shape `q` and rate `v` of the rates among customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// Shape of a customer's orders.
    pub p: f64,
    /// Shape of the rates among customers.
    pub q: f64,
    /// Rate of the rates among customers, in units of value.
    pub v: f64,
}

/// Parameters and how likely they make what was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Where the (penalised) likelihood is highest.
    pub parameters: Parameters,
    /// The log-likelihood there, without the penalty.
    pub log_likelihood: f64,
}

/// Fits to those with a repeat and a mean value above 0, by maximum likelihood less `penalty` × customers × Σ ln(parameter)², `v` as a share of the
/// mean value.
pub fn fit(summaries: &[Summary], penalty: f64) -> Result<Fit, FitError> {
    if let Some(index) = summaries.iter().position(|summary| !summary.is_possible()) {
        return Err(FitError::Impossible { index });
    }
    let seen = summaries.iter().filter(|of| of.repeats > 0.0 && of.mean_value > 0.0).map(|of| (of.repeats, of.mean_value));
    let mut seen = seen.collect::<Vec<_>>();
    if seen.len() < 3 {
        return Err(FitError::TooFew { customers: summaries.len(), repeaters: seen.len() });
    }
    seen.sort_by(|left, right| left.0.total_cmp(&right.0));
    let weight = seen.iter().map(|_| 1.0).sum::<f64>();
    let scale = (seen.iter().map(|(_, value)| value.ln()).sum::<f64>() / weight).exp();
    let loss = |logs: &[f64; 3]| {
        if logs.iter().any(|log| log.abs() > FARTHEST) {
            return (f64::INFINITY, [0.0; 3]);
        }
        let parameters = of_logs(logs, scale);
        let (likelihood, slope) = likelihood(&seen, &parameters);
        let sizes = [parameters.p, parameters.q, parameters.v];
        let ridge = logs.iter().map(|log| log * log).sum::<f64>();
        let slope = std::array::from_fn(|part| -slope[part] * sizes[part] / weight + 2.0 * penalty * logs[part]);
        (-likelihood / weight + penalty * ridge, slope)
    };
    let starts = [[1.0, 1.0, 0.0], [0.0, 0.5, 0.0], [2.0, 2.0, 1.0]];
    let (logs, _) = starts.into_iter().find_map(|start| descent::lowest(start, loss)).ok_or(FitError::NoTop)?;
    let parameters = of_logs(&logs, scale);
    Ok(Fit { parameters, log_likelihood: likelihood(&seen, &parameters).0 })
}

fn of_logs(logs: &[f64; 3], scale: f64) -> Parameters {
    Parameters { p: logs[0].exp(), q: logs[1].exp(), v: logs[2].exp() * scale }
}

/// The log-likelihood and its slope by p, q and v. `seen` holds repeats and mean value, by repeats.
fn likelihood(seen: &[(f64, f64)], of: &Parameters) -> (f64, [f64; 3]) {
    let Parameters { p, q, v } = *of;
    let mut sum = 0.0;
    let mut slope = [0.0; 3];
    for alike in seen.chunk_by(|left, right| left.0 == right.0) {
        let repeats = alike[0].0;
        let shape = p * repeats;
        let constant = ln_gamma(shape + q) - ln_gamma(shape) - ln_gamma(q) + q * v.ln() + shape * repeats.ln();
        let both = digamma(shape + q);
        let by_shape = repeats * (both - digamma(shape) + repeats.ln());
        let by_q = both - digamma(q) + v.ln();
        for (_, value) in alike {
            let total = v + repeats * value;
            sum += constant + (shape - 1.0) * value.ln() - (shape + q) * total.ln();
            slope[0] += by_shape + repeats * (value.ln() - total.ln());
            slope[1] += by_q - total.ln();
            slope[2] += q / v - (shape + q) / total;
        }
    }
    (sum, slope)
}

/// Mean value of the orders to come: between the customer's own mean and everybody's, the nearer to one's own the more orders there were. Everybody's
/// mean has no end for q ≤ 1: it is then taken as if q were 1.05.
pub fn expected_value(of: &Parameters, customer: &Summary) -> f64 {
    let q = of.q.max(1.05);
    let everybody = of.p * of.v / (q - 1.0);
    let own = of.p * customer.repeats / (of.p * customer.repeats + q - 1.0);
    own * customer.mean_value + (1.0 - own) * everybody
}
