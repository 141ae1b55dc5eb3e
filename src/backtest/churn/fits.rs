//! The models of buying fitted to the customers of the papers that they come from, beside the parameters published there. Knows no scores.

use std::collections::BTreeMap;
use std::time::Instant;

use quarterdeck_models::churn::{CustomerHistory, Summary, bg_nbd, gamma_gamma, pareto_nbd};

/// Days of a week, in which the papers count.
const WEEK: f64 = 7.0;

/// A fit, and what was published.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fitted {
    /// The model.
    pub(crate) model: &'static str,
    /// Parameters and log likelihood, in words.
    pub(crate) here: String,
    /// The same, as published.
    pub(crate) published: &'static str,
    /// How long the fit took.
    pub(crate) seconds: f64,
}

/// Fits to `customers` as known on the day before `cutoff` (days since 1970).
pub(super) fn fits(customers: &[CustomerHistory], cutoff: i32) -> Vec<Fitted> {
    let summaries = customers.iter().filter_map(|customer| summary(customer, cutoff - 1)).collect::<Vec<_>>();
    let fits = [
        fitted("BG/NBD", "r 0.243, alpha 4.414, a 0.793, b 2.426, LL -9582.4", || {
            let fit = bg_nbd::fit(&summaries, 0.0).ok()?;
            let of = fit.parameters;
            Some(format!("r {:.3}, alpha {:.3}, a {:.3}, b {:.3}, LL {:.1}", of.r, of.alpha, of.a, of.b, fit.log_likelihood))
        }),
        fitted("Pareto/NBD", "r 0.553, alpha 10.578, s 0.606, beta 11.669, LL -9595.0", || {
            let fit = pareto_nbd::fit(&summaries, 0.0).ok()?;
            let of = fit.parameters;
            Some(format!(
                "r {:.3}, alpha {:.3}, s {:.3}, beta {:.3}, LL {:.1}",
                of.r, of.alpha, of.s, of.beta, fit.log_likelihood
            ))
        }),
        fitted("Gamma-Gamma", "p 6.25, q 3.74, v 15.44", || {
            let of = gamma_gamma::fit(&summaries, 0.0).ok()?.parameters;
            Some(format!("p {:.2}, q {:.2}, v {:.2}", of.p, of.q, of.v))
        }),
    ];
    fits.into_iter().flatten().collect()
}

fn fitted(model: &'static str, published: &'static str, fit: impl FnOnce() -> Option<String>) -> Option<Fitted> {
    let started = Instant::now();
    let here = fit()?;
    Some(Fitted { model, here, published, seconds: started.elapsed().as_secs_f64() })
}

/// In weeks, orders of a day as one; none for who had not ordered by `last`.
fn summary(customer: &CustomerHistory, last: i32) -> Option<Summary> {
    let mut days: BTreeMap<i32, f64> = BTreeMap::new();
    for order in customer.orders.iter().filter(|order| order.day <= last) {
        *days.entry(order.day).or_default() += order.value;
    }
    let (first, latest) = (*days.keys().next()?, *days.keys().next_back()?);
    let repeats = f64::from(u32::try_from(days.len() - 1).ok()?);
    let mean_value = days.values().skip(1).sum::<f64>() / repeats.max(1.0);
    let weeks = |days: i32| f64::from(days) / WEEK;
    Some(Summary { repeats, recency: weeks(latest - first), age: weeks(last - first), mean_value })
}
