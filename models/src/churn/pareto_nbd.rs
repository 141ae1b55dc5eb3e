//! Pareto/NBD (Schmittlein, Morrison, Colombo 1987, Management Science 33:1): while alive a customer orders at a steady rate, rates differ by a gamma
//! distribution; one may leave at any time, at a rate that differs by another. Its likelihood is taken as an integral over the time of leaving, which
//! stays exact where the usual pair of hypergeometric functions cancels. Knows no calendar.

use statrs::function::gamma::{digamma, ln_gamma};

use super::descent;
use super::leaving::leaving;
use super::summary::{FitError, Summary, by_repeats, distinct, mean_age, weight_of};

/// Logarithms of parameters beyond it are not searched.
const FARTHEST: f64 = 14.0;

/// Rates of orders: gamma with shape `r` and rate `alpha`; rates of leaving: gamma with shape `s` and rate `beta` (in units of time).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// Shape of the rates of orders.
    pub r: f64,
    /// Rate of the rates of orders, in the unit of time of the summaries.
    pub alpha: f64,
    /// Shape of the rates of leaving.
    pub s: f64,
    /// Rate of the rates of leaving, in the unit of time of the summaries.
    pub beta: f64,
}

/// Parameters and how likely they make what was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Where the (penalised) likelihood is highest.
    pub parameters: Parameters,
    /// The log-likelihood there, without the penalty.
    pub log_likelihood: f64,
}

/// Fits by maximum likelihood, less `penalty` × customers × Σ ln(parameter)², `alpha` and `beta` as shares of the mean age: 0 for none, 0.001 keeps
/// thin data from running off.
pub fn fit(summaries: &[Summary], penalty: f64) -> Result<Fit, FitError> {
    let distinct = distinct(summaries)?;
    let (repeats, weight, scale) = (by_repeats(&distinct), weight_of(&distinct), mean_age(&distinct));
    let loss = |logs: &[f64; 4]| {
        if logs.iter().any(|log| log.abs() > FARTHEST) {
            return (f64::INFINITY, [0.0; 4]);
        }
        let parameters = of_logs(logs, scale);
        let (likelihood, slope) = likelihood(&distinct, &repeats, &parameters);
        let sizes = [parameters.r, parameters.alpha, parameters.s, parameters.beta];
        let ridge = logs.iter().map(|log| log * log).sum::<f64>();
        let slope = std::array::from_fn(|part| -slope[part] * sizes[part] / weight + 2.0 * penalty * logs[part]);
        (-likelihood / weight + penalty * ridge, slope)
    };
    let starts = [[-0.7, -0.7, -0.7, -0.7], [0.0, 0.0, 0.0, 0.0], [-1.0, -2.0, -2.0, 0.0]];
    let (logs, _) = starts.into_iter().find_map(|start| descent::lowest(start, loss)).ok_or(FitError::NoTop)?;
    let parameters = of_logs(&logs, scale);
    Ok(Fit { parameters, log_likelihood: likelihood(&distinct, &repeats, &parameters).0 })
}

fn of_logs(logs: &[f64; 4], scale: f64) -> Parameters {
    Parameters { r: logs[0].exp(), alpha: logs[1].exp() * scale, s: logs[2].exp(), beta: logs[3].exp() * scale }
}

/// The log-likelihood and its slope by r, alpha, s and beta.
fn likelihood(distinct: &[(Summary, f64)], repeats: &[(f64, f64)], of: &Parameters) -> (f64, [f64; 4]) {
    let Parameters { r, alpha, s, beta } = *of;
    let mut sum = 0.0;
    let mut slope = [0.0; 4];
    for (x, weight) in repeats {
        sum += weight * (ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln() + s * beta.ln());
        slope[0] += weight * (digamma(r + x) - digamma(r) + alpha.ln());
        slope[1] += weight * r / alpha;
        slope[2] += weight * beta.ln();
        slope[3] += weight * s / beta;
    }
    for (customer, weight) in distinct {
        let x = customer.repeats;
        let until = customer.age;
        let left = leaving(of, customer, until);
        let stayed = stayed(of, customer, until);
        let total = stayed + s * left.chance;
        let (alive, gone) = (stayed / total, s * left.chance / total);
        sum += weight * (total.ln() + reference(of, customer));
        let orders = |stayed: f64, left: f64| alive * stayed + gone * left;
        slope[0] -= weight * orders((alpha + until).ln(), left.log_of_orders);
        slope[1] -= weight * (r + x) * orders(1.0 / (alpha + until), left.inverse_of_orders);
        slope[2] += weight * (gone / s - orders((beta + until).ln(), left.log_of_leaving));
        slope[3] -= weight * (s * alive / (beta + until) + (s + 1.0) * gone * left.inverse_of_leaving);
    }
    (sum, slope)
}

/// The logarithm of the density at the last order, by which all others are measured.
pub(super) fn reference(of: &Parameters, customer: &Summary) -> f64 {
    -(of.r + customer.repeats) * (of.alpha + customer.recency).ln() - of.s * (of.beta + customer.recency).ln()
}

/// Likelihood of being here until `until` without an order since the last, over the reference.
fn stayed(of: &Parameters, customer: &Summary, until: f64) -> f64 {
    let density = -(of.r + customer.repeats) * (of.alpha + until).ln() - of.s * (of.beta + until).ln();
    (density - reference(of, customer)).exp()
}

/// Likelihood of nothing between the last order and `until`, over the reference.
fn nothing(of: &Parameters, customer: &Summary, until: f64) -> f64 {
    stayed(of, customer, until) + of.s * leaving(of, customer, until).chance
}

/// P(has not left by the end of `customer.age`); not the chance of an order.
pub fn probability_alive(of: &Parameters, customer: &Summary) -> f64 {
    let alive = stayed(of, customer, customer.age) / nothing(of, customer, customer.age);
    if alive.is_finite() { alive.clamp(0.0, 1.0) } else { 0.0 }
}

/// P(no order in the next `time`): the likelihood of nothing until then over that of nothing until now.
pub fn probability_of_none(of: &Parameters, customer: &Summary, time: f64) -> f64 {
    let none = nothing(of, customer, customer.age + time.max(0.0)) / nothing(of, customer, customer.age);
    if none.is_finite() { none.clamp(0.0, 1.0) } else { 1.0 }
}

/// Orders to expect in the next `time` (Fader and Hardie 2005, note on the Pareto/NBD, equation 41).
pub fn expected_orders(of: &Parameters, customer: &Summary, time: f64) -> f64 {
    let here = of.beta + customer.age;
    let power = of.s - 1.0;
    let grown = (time.max(0.0) / here).ln_1p();
    // Time alive among those that are: (1 − e^(−power × grown)) ÷ power, which is `grown` where power is 0.
    let lived = here * if power.abs() < 1e-9 { grown } else { -(-power * grown).exp_m1() / power };
    let rate = (of.r + customer.repeats) / (of.alpha + customer.age);
    rate * lived * probability_alive(of, customer)
}
