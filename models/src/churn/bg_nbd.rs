//! BG/NBD (Fader, Hardie, Lee 2005, Marketing Science 24:275): while alive a customer orders at a steady rate, rates differ by a gamma distribution;
//! after each order one may leave for good, with a chance that differs by a beta distribution. Knows no calendar.

use statrs::function::gamma::{digamma, ln_gamma};

use super::descent;
use super::hypergeometric::hypergeometric;
use super::summary::{FitError, Summary, by_repeats, distinct, mean_age, weight_of};

/// Logarithms of parameters beyond it are not searched.
const FARTHEST: f64 = 14.0;

/// Rates: gamma with shape `r` and rate `alpha` (in units of time); chances of leaving after an order: beta with `a` and `b`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// Shape of the rates.
    pub r: f64,
    /// Rate of the rates, in the unit of time of the summaries.
    pub alpha: f64,
    /// First parameter of the chance of leaving.
    pub a: f64,
    /// Second parameter of the chance of leaving.
    pub b: f64,
}

/// Parameters and how likely they make what was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Where the (penalised) likelihood is highest.
    pub parameters: Parameters,
    /// The log-likelihood there, without the penalty.
    pub log_likelihood: f64,
}

/// Fits by maximum likelihood, less `penalty` × customers × Σ ln(parameter)², `alpha` as a share of the mean age: 0 for none, 0.001 keeps thin data
/// from running off.
pub fn fit(summaries: &[Summary], penalty: f64) -> Result<Fit, FitError> {
    let distinct = distinct(summaries)?;
    let (repeats, weight, scale) = (by_repeats(&distinct), weight_of(&distinct), mean_age(&distinct));
    let loss = |logs: &[f64; 4]| {
        if logs.iter().any(|log| log.abs() > FARTHEST) {
            return (f64::INFINITY, [0.0; 4]);
        }
        let parameters = of_logs(logs, scale);
        let (likelihood, slope) = likelihood(&distinct, &repeats, &parameters);
        let sizes = [parameters.r, parameters.alpha, parameters.a, parameters.b];
        let ridge = logs.iter().map(|log| log * log).sum::<f64>();
        let slope = std::array::from_fn(|part| -slope[part] * sizes[part] / weight + 2.0 * penalty * logs[part]);
        (-likelihood / weight + penalty * ridge, slope)
    };
    let starts = [[-0.7, -0.7, -0.2, 0.7], [0.0, 0.0, 0.0, 0.0], [-1.5, -2.0, -1.5, 1.0]];
    let (logs, _) = starts.into_iter().find_map(|start| descent::lowest(start, loss)).ok_or(FitError::NoTop)?;
    let parameters = of_logs(&logs, scale);
    Ok(Fit { parameters, log_likelihood: likelihood(&distinct, &repeats, &parameters).0 })
}

fn of_logs(logs: &[f64; 4], scale: f64) -> Parameters {
    Parameters { r: logs[0].exp(), alpha: logs[1].exp() * scale, a: logs[2].exp(), b: logs[3].exp() }
}

/// The log-likelihood and its slope by r, alpha, a and b.
fn likelihood(distinct: &[(Summary, f64)], repeats: &[(f64, f64)], of: &Parameters) -> (f64, [f64; 4]) {
    let Parameters { r, alpha, a, b } = *of;
    let mut sum = 0.0;
    let mut slope = [0.0; 4];
    for (x, weight) in repeats {
        let beta = ln_gamma(b + x) - ln_gamma(a + b + x) - ln_gamma(b) + ln_gamma(a + b);
        sum += weight * (ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln() + beta);
        let shared = digamma(a + b) - digamma(a + b + x);
        slope[0] += weight * (digamma(r + x) - digamma(r) + alpha.ln());
        slope[1] += weight * r / alpha;
        slope[2] += weight * shared;
        slope[3] += weight * (digamma(b + x) - digamma(b) + shared);
    }
    for (customer, weight) in distinct {
        let x = customer.repeats;
        let (stayed, left) = stayed_and_left(of, customer, customer.age);
        let total = either(stayed, left);
        let gone = (left - total).exp();
        sum += weight * total;
        let (until, to_last) = (alpha + customer.age, alpha + customer.recency);
        slope[0] -= weight * ((1.0 - gone) * until.ln() + gone * to_last.ln());
        slope[1] -= weight * (r + x) * ((1.0 - gone) / until + gone / to_last);
        if x > 0.0 {
            slope[2] += weight * gone / a;
            slope[3] -= weight * gone / (b + x - 1.0);
        }
    }
    (sum, slope)
}

/// Logarithms of the two ways in which nothing came between the last order and `until`: still here, or left after the last order.
fn stayed_and_left(of: &Parameters, customer: &Summary, until: f64) -> (f64, f64) {
    let x = customer.repeats;
    let stayed = -(of.r + x) * (of.alpha + until).ln();
    if x <= 0.0 {
        return (stayed, f64::NEG_INFINITY);
    }
    (stayed, (of.a / (of.b + x - 1.0)).ln() - (of.r + x) * (of.alpha + customer.recency).ln())
}

fn either(left: f64, right: f64) -> f64 {
    let most = left.max(right);
    most + (-(left - right).abs()).exp().ln_1p()
}

/// P(has not left by the end of `customer.age`). 1 for whoever never came again, by the model: **not a score of churn**.
pub fn probability_alive(of: &Parameters, customer: &Summary) -> f64 {
    let (stayed, left) = stayed_and_left(of, customer, customer.age);
    (stayed - either(stayed, left)).exp()
}

/// P(no order in the next `time`), exactly: the likelihood of nothing until then over that of nothing until now.
pub fn probability_of_none(of: &Parameters, customer: &Summary, time: f64) -> f64 {
    let (stayed, left) = stayed_and_left(of, customer, customer.age);
    let (stays, leaves) = stayed_and_left(of, customer, customer.age + time.max(0.0));
    (either(stays, leaves) - either(stayed, left)).exp().clamp(0.0, 1.0)
}

/// Orders to expect in the next `time` (equation 10 of the paper, the hypergeometric function by Euler's transform).
pub fn expected_orders(of: &Parameters, customer: &Summary, time: f64) -> f64 {
    let (r, b, x) = (of.r, of.b, customer.repeats);
    // At a = 1 the formula is 0/0: its value there is that of its neighbours.
    let a = if (of.a - 1.0).abs() < 1e-5 { 1.0 + 1e-5 } else { of.a };
    let (now, then) = (of.alpha + customer.age, of.alpha + customer.age + time.max(0.0));
    let below = a + b + x - 1.0;
    let below = if below.abs() < 1e-6 { 1e-6 } else { below };
    let series = hypergeometric(below - r - x, a - 1.0, below, (then - now) / then);
    let while_alive = below / (a - 1.0) * (1.0 - (now / then).powf(a - 1.0) * series);
    let expected = while_alive * probability_alive(of, customer);
    if expected.is_finite() { expected.clamp(0.0, usual_rate(of, customer) * (then - now)) } else { 0.0 }
}

/// Orders a unit of time while alive.
pub fn usual_rate(of: &Parameters, customer: &Summary) -> f64 {
    (of.r + customer.repeats) / (of.alpha + customer.age)
}
