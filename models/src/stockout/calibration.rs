//! Calibration of stock-out chances on forecasts whose day has come: a logistic regression on what was said and how long ahead. Knows no paths
//! and no simulation.
//!
//! What was said enters with a slope that cannot be negative, so a higher chance stays the higher one; what would fall with the horizon is
//! lifted, so chances by day never fall. A cold start is the identity, and says so. Cover, dispersion, the share of sold-out days and overdue
//! orders were tried beside them on the earlier origins of the simulation and made it worse: the paths have them already.

use super::HORIZON_DAYS;
use super::casts::{real, whole};
use super::forecast::{ByDay, StockoutForecast, sound};
use super::outcome::MaturedStockout;

/// Fewer matured forecasts than that, or fewer than [`LEAST_EVENTS`] of either outcome, teach nothing: the start stays cold.
pub const LEAST_MATURED: usize = 200;
/// Least number of forecasts that came true, and of those that did not.
pub const LEAST_EVENTS: usize = 30;
/// Horizons, in days, at which a matured forecast is looked at.
pub const HORIZONS: [usize; 8] = [1, 3, 5, 7, 10, 14, 21, 28];
/// Terms of the regression: a constant, the log odds of what was said, the log of the horizon, its square.
const TERMS: usize = 4;
/// The term that holds what was said.
const SAID: usize = 1;
/// Pull towards the identity, chosen on earlier origins, in looks at matured forecasts (a forecast is looked at once for each of [`HORIZONS`]).
const PULL: f64 = 100.0;
/// Days after which a look counts half: seasons change how demand departs from its past. Chosen on earlier origins, of made-up shops too.
const HALF_AFTER_DAYS: f64 = 20.0;
/// Newton's steps at most; it settles in fewer than ten.
const STEPS: usize = 25;

/// How said chances become those that come true.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Weights of the terms; none for a cold start.
    weights: Option<[f64; TERMS]>,
    matured: usize,
}

impl Calibration {
    /// The identity: nothing has matured.
    pub fn cold() -> Self {
        Self { weights: None, matured: 0 }
    }

    /// From matured forecasts; cold with too few of them, or with hardly any that came true or did not.
    pub fn fit(matured: &[MaturedStockout]) -> Self {
        let ran_out = matured.iter().filter(|one| one.ran_out_on.is_some_and(|day| day <= one.days_passed)).count();
        let judged = matured.iter().filter(|one| one.days_passed > 0).count();
        if judged < LEAST_MATURED || ran_out < LEAST_EVENTS || judged - ran_out < LEAST_EVENTS {
            return Self::cold();
        }
        let looks =
            matured.iter().flat_map(|one| HORIZONS.into_iter().filter_map(|horizon| look(one, horizon))).collect::<Vec<_>>();
        Self { weights: regress(&looks), matured: judged }
    }

    /// Whether nothing has been learnt yet.
    pub fn is_cold(&self) -> bool {
        self.weights.is_none()
    }

    /// Forecasts it was learnt from.
    pub fn matured(&self) -> usize {
        self.matured
    }

    /// Makes the chances of a forecast those that have come true, and reads its dates off them again. An abstention, and a stock that has run
    /// out already, stay as they are. What follows from the paths (units lost, the order suggested, its latest day) stays too.
    pub fn apply(&self, forecast: &mut StockoutForecast) {
        if self.is_cold() || !forecast.may_be_calibrated {
            return;
        }
        forecast.probability = self.chances(&forecast.probability);
        forecast.without_orders = self.chances(&forecast.without_orders);
        forecast.with_suggestion = self.chances(&forecast.with_suggestion);
        let before_receipt = self.chance(forecast.before_next_receipt, HORIZON_DAYS);
        forecast.before_next_receipt = before_receipt.clamp(super::LEAST_CHANCE, forecast.probability[HORIZON_DAYS - 1]);
        forecast.calibrated = true;
        forecast.may_be_calibrated = false;
        forecast.read_dates();
    }

    /// Chances by day, calibrated.
    pub fn chances(&self, said: &ByDay) -> ByDay {
        sound(&std::array::from_fn(|day| self.chance(said[day], day + 1)))
    }

    /// As numbers to be kept; none for a cold start.
    pub fn to_parameters(&self) -> Vec<f64> {
        self.weights.map_or_else(Vec::new, |weights| std::iter::once(real(self.matured)).chain(weights).collect())
    }

    /// From kept numbers; none when they are not such.
    pub fn from_parameters(parameters: &[f64]) -> Option<Self> {
        let Some((matured, weights)) = parameters.split_first() else { return Some(Self::cold()) };
        let weights: [f64; TERMS] = weights.try_into().ok()?;
        let sensible = weights.iter().all(|weight| weight.is_finite()) && weights[SAID] >= 0.0;
        sensible.then(|| Self { weights: Some(weights), matured: whole(*matured) })
    }

    fn chance(&self, said: f64, horizon: usize) -> f64 {
        self.weights.map_or(said, |weights| logistic(dot(&weights, &terms(said, horizon))))
    }
}

/// One horizon of a matured forecast.
#[derive(Debug, Clone, Copy)]
struct Look {
    terms: [f64; TERMS],
    /// 1 when it happened, else 0.
    happened: f64,
    weight: f64,
}

/// A horizon that has matured; none for one that has not.
fn look(one: &MaturedStockout, horizon: usize) -> Option<Look> {
    let ahead = u32::try_from(horizon).ok().filter(|ahead| *ahead <= one.days_passed)?;
    Some(Look {
        terms: terms(one.probability[horizon - 1], horizon),
        happened: f64::from(u8::from(one.ran_out_on.is_some_and(|day| day <= ahead))),
        weight: 0.5_f64.powf(f64::from(one.days_passed - ahead) / HALF_AFTER_DAYS),
    })
}

fn terms(said: f64, horizon: usize) -> [f64; TERMS] {
    let said = if said.is_nan() { 0.5 } else { said.clamp(super::LEAST_CHANCE, 1.0 - super::LEAST_CHANCE) };
    let ahead = (real(horizon) / 14.0).ln();
    [1.0, (said / (1.0 - said)).ln(), ahead, ahead * ahead]
}

fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

fn dot(weights: &[f64; TERMS], terms: &[f64; TERMS]) -> f64 {
    weights.iter().zip(terms).map(|(weight, term)| weight * term).sum()
}

/// Newton's steps for the likelihood with its pull, from the identity; none when they do not settle on numbers.
fn regress(looks: &[Look]) -> Option<[f64; TERMS]> {
    let mut identity = [0.0; TERMS];
    identity[SAID] = 1.0;
    let mut weights = identity;
    for _ in 0..STEPS {
        let step = newton_step(looks, &identity, &weights)?;
        let before = weights;
        weights = std::array::from_fn(|term| weights[term] + step[term]);
        weights[SAID] = weights[SAID].max(0.0);
        if (0..TERMS).all(|term| (weights[term] - before[term]).abs() < 1e-9) {
            break;
        }
    }
    weights.iter().all(|weight| weight.is_finite()).then_some(weights)
}

fn newton_step(looks: &[Look], identity: &[f64; TERMS], weights: &[f64; TERMS]) -> Option<[f64; TERMS]> {
    let mut slope: [f64; TERMS] = std::array::from_fn(|term| PULL * (identity[term] - weights[term]));
    let mut curve: [[f64; TERMS]; TERMS] =
        std::array::from_fn(|row| std::array::from_fn(|column| if row == column { PULL } else { 0.0 }));
    for Look { terms, happened, weight } in looks {
        let chance = logistic(dot(weights, terms));
        for row in 0..TERMS {
            slope[row] += weight * (happened - chance) * terms[row];
            for column in 0..TERMS {
                curve[row][column] += weight * chance * (1.0 - chance) * terms[row] * terms[column];
            }
        }
    }
    solve(curve, slope)
}

/// Solves a positive definite system by elimination.
fn solve(mut curve: [[f64; TERMS]; TERMS], mut right: [f64; TERMS]) -> Option<[f64; TERMS]> {
    for pivot in 0..TERMS {
        if curve[pivot][pivot].is_nan() || curve[pivot][pivot] < 1e-12 {
            return None;
        }
        for row in pivot + 1..TERMS {
            let factor = curve[row][pivot] / curve[pivot][pivot];
            let above = curve[pivot];
            for (value, above) in curve[row].iter_mut().zip(above) {
                *value -= factor * above;
            }
            right[row] -= factor * right[pivot];
        }
    }
    for pivot in (0..TERMS).rev() {
        let known = (pivot + 1..TERMS).map(|column| curve[pivot][column] * right[column]).sum::<f64>();
        right[pivot] = (right[pivot] - known) / curve[pivot][pivot];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::super::chance::Chance;
    use super::*;
    use crate::scores::probability::{Matured, brier, calibration_error};
    use proptest::prelude::*;

    /// Forecasts that shy away from the ends: the square root of the true odds, and more.
    fn shy(count: usize, seed: u64) -> Vec<MaturedStockout> {
        let mut chance = Chance::new(seed, 0);
        (0..count)
            .map(|_| {
                let rate = 0.004 * (1.5 * chance.normal()).exp();
                let ran_out = (-chance.uniform().ln() / rate).ceil();
                let said = |day: usize| {
                    let truth = 1.0 - (-rate * real(day + 1)).exp();
                    logistic(0.5 * (truth / (1.0 - truth)).ln() + 0.5)
                };
                let ran_out_on = (ran_out <= 28.0).then(|| u32::try_from(whole(ran_out)).unwrap());
                MaturedStockout { probability: std::array::from_fn(said), days_passed: 28, ran_out_on }
            })
            .collect()
    }

    fn scored(calibration: &Calibration, matured: &[MaturedStockout]) -> Vec<Matured> {
        let judge = |one: &MaturedStockout| Matured {
            probability: calibration.chances(&one.probability)[13],
            happened: one.ran_out_on.is_some_and(|day| day <= 14),
        };
        matured.iter().map(judge).collect()
    }

    #[test]
    fn what_was_said_wrongly_is_put_right_on_forecasts_not_seen() {
        let calibration = Calibration::fit(&shy(4_000, 1));
        let (cold, trained) = (scored(&Calibration::cold(), &shy(4_000, 2)), scored(&calibration, &shy(4_000, 2)));
        assert!(brier(&trained).unwrap() < brier(&cold).unwrap());
        let (before, after) = (calibration_error(&cold).unwrap(), calibration_error(&trained).unwrap());
        assert!(after < 0.025 && before > 2.0 * after, "{before} before, {after} after");
    }

    #[test]
    fn few_or_one_sided_outcomes_stay_cold() {
        assert!(Calibration::fit(&shy(50, 1)).is_cold());
        let never = shy(600, 1).iter().map(|one| MaturedStockout { ran_out_on: None, ..*one }).collect::<Vec<_>>();
        assert!(Calibration::fit(&never).is_cold());
        assert_eq!(Calibration::cold().to_parameters(), Vec::<f64>::new());
    }

    #[test]
    fn it_can_be_kept() {
        let calibration = Calibration::fit(&shy(1_000, 3));
        assert_eq!(Calibration::from_parameters(&calibration.to_parameters()), Some(calibration));
        assert_eq!(Calibration::from_parameters(&[]), Some(Calibration::cold()));
        assert_eq!(Calibration::from_parameters(&[1.0, 2.0]), None);
        assert_eq!(Calibration::from_parameters(&[900.0, 0.0, f64::NAN, 0.0, 0.0]), None);
    }

    proptest! {
        #[test]
        fn calibrated_chances_never_fall_and_keep_their_order(
            weights in prop::array::uniform4(-3.0..3.0), low in prop::array::uniform28(0.0..1.0_f64), lift in 0.0..0.5_f64,
        ) {
            let calibration = Calibration { weights: Some([weights[0], weights[1].abs(), weights[2], weights[3]]), matured: 900 };
            let (low, high) = (calibration.chances(&low), calibration.chances(&low.map(|chance| f64::min(chance + lift, 1.0))));
            prop_assert!(low.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(low.iter().zip(&high).all(|(low, high)| low <= high && *low > 0.0 && *high < 1.0));
        }
    }
}
