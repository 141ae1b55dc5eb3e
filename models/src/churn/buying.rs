//! The two models of buying as one: fitted to all customers once, asked for the odds of nothing in a horizon as it stands at any cutoff.

use crate::calibration::{logit, probability_of};

use super::ledger::{DAYS_A_WEEK, Ledger, count};
use super::summary::{FitError, Summary};
use super::{bg_nbd, gamma_gamma, pareto_nbd};

/// Keeps thin data from running off, whatever their size: logarithms of parameters are taken to lie around 0 with a deviation of one and a half, which
/// a few thousand customers overrule.
const PENALTY_OF_ALL: f64 = 0.5 / (1.5 * 1.5);

/// Which model gives the odds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    BgNbd,
    ParetoNbd,
    Both,
}

/// Fitted models. Where only one could be fitted it speaks for both.
#[derive(Debug, Clone)]
pub(super) struct Buying {
    bg_nbd: Option<bg_nbd::Parameters>,
    pareto_nbd: Option<pareto_nbd::Parameters>,
    value: Option<gamma_gamma::Parameters>,
}

impl Buying {
    /// Fits to everybody who ordered before `cutoff`.
    pub(super) fn fit(ledgers: &[Ledger], cutoff: i32, by: By) -> Result<Self, FitError> {
        let summaries = ledgers.iter().filter_map(|ledger| ledger.standing(cutoff)).map(|of| of.summary()).collect::<Vec<_>>();
        let penalty = PENALTY_OF_ALL / count(summaries.len().max(1));
        let bg_nbd = (by != By::ParetoNbd).then(|| bg_nbd::fit(&summaries, penalty));
        let pareto_nbd = (by != By::BgNbd).then(|| pareto_nbd::fit(&summaries, penalty));
        if let (Some(Err(error)), None | Some(Err(_))) | (None, Some(Err(error))) = (&bg_nbd, &pareto_nbd) {
            return Err(error.clone());
        }
        let values = summaries.iter().map(valued).collect::<Vec<_>>();
        Ok(Self {
            bg_nbd: bg_nbd.and_then(Result::ok).map(|fit| fit.parameters),
            pareto_nbd: pareto_nbd.and_then(Result::ok).map(|fit| fit.parameters),
            value: gamma_gamma::fit(&values, penalty).ok().map(|fit| fit.parameters),
        })
    }

    /// Log odds of no order in `days`: the mean of the models'.
    pub(super) fn log_odds_of_none(&self, of: &Summary, days: f64) -> f64 {
        let weeks = days / DAYS_A_WEEK;
        self.mean(
            |model| logit(bg_nbd::probability_of_none(model, of, weeks)),
            |model| logit(pareto_nbd::probability_of_none(model, of, weeks)),
        )
    }

    /// Orders to expect in `days`.
    pub(super) fn expected_orders(&self, of: &Summary, days: f64) -> f64 {
        let weeks = days / DAYS_A_WEEK;
        self.mean(|model| bg_nbd::expected_orders(model, of, weeks), |model| pareto_nbd::expected_orders(model, of, weeks))
    }

    /// Orders to expect in `days` of somebody who has not left: the usual pace.
    pub(super) fn usual_orders(&self, of: &Summary, days: f64) -> f64 {
        let usual = self.mean(|model| bg_nbd::usual_rate(model, of), |model| (model.r + of.repeats) / (model.alpha + of.age));
        usual * days / DAYS_A_WEEK
    }

    /// P(has not left), by the Pareto/NBD where there is one: the BG/NBD holds everybody alive who came once.
    pub(super) fn alive(&self, of: &Summary) -> f64 {
        match (&self.pareto_nbd, &self.bg_nbd) {
            (Some(model), _) => pareto_nbd::probability_alive(model, of),
            (None, Some(model)) => bg_nbd::probability_alive(model, of),
            (None, None) => 0.5,
        }
    }

    /// Value of an order to come: Gamma-Gamma's, one's own mean where that could not be fitted.
    pub(super) fn order_value(&self, of: &Summary) -> f64 {
        let expected = self.value.as_ref().map_or(of.mean_value, |model| gamma_gamma::expected_value(model, &valued(of)));
        if expected.is_finite() { expected } else { of.mean_value }
    }

    fn mean(&self, bg: impl Fn(&bg_nbd::Parameters) -> f64, pareto: impl Fn(&pareto_nbd::Parameters) -> f64) -> f64 {
        match (&self.bg_nbd, &self.pareto_nbd) {
            (Some(left), Some(right)) => f64::midpoint(bg(left), pareto(right)),
            (Some(model), None) => bg(model),
            (None, Some(model)) => pareto(model),
            (None, None) => 0.0,
        }
    }
}

/// Every day with orders counts for the value, the first too.
fn valued(of: &Summary) -> Summary {
    Summary { repeats: of.repeats + 1.0, ..*of }
}

/// A probability of log odds, for those who ask only for that.
pub(super) fn probability(log_odds: f64) -> f64 {
    crate::calibration::held(probability_of(log_odds))
}
