//! Calibration of stock-out chances on forecasts whose day has come: a ridge logistic regression on what was said, how long ahead, and what
//! was known. Knows no paths and no simulation.
//!
//! What was said enters with a slope that cannot be negative, so a higher chance stays the higher one; what is left that falls with the
//! horizon is lifted, so chances by day never fall. A cold start is the identity, and says so.

use super::HORIZON_DAYS;
use super::casts::real;
use super::forecast::{ByDay, Features, StockoutForecast, sound};

/// Fewer matured forecasts than that, or fewer than [`LEAST_EVENTS`] of either outcome, teach nothing: the start stays cold.
pub const LEAST_MATURED: usize = 400;
/// Least number of forecasts that came true, and of those that did not.
pub const LEAST_EVENTS: usize = 50;
/// Horizons, in days, at which a matured forecast is looked at.
pub const HORIZONS: [usize; 8] = [1, 3, 5, 7, 10, 14, 21, 28];
/// Terms of the regression.
const TERMS: usize = 14;
/// Strength of the pull towards the identity, in matured forecasts.
const RIDGE: f64 = 20.0;
const STEPS: usize = 25;

/// A forecast as it was made, and when the stock ran out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaturedStockout {
    /// What was said, uncalibrated.
    pub probability: ByDay,
    /// What was known.
    pub features: Features,
    /// Day of the first end without stock, from 1; none when it lasted the horizon.
    pub ran_out_on: Option<u32>,
}

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
        let ran_out = matured.iter().filter(|one| one.ran_out_on.is_some()).count();
        if matured.len() < LEAST_MATURED || ran_out < LEAST_EVENTS || matured.len() - ran_out < LEAST_EVENTS {
            return Self::cold();
        }
        let mut rows = Vec::with_capacity(matured.len() * HORIZONS.len());
        for one in matured {
            for horizon in HORIZONS {
                let happened = one.ran_out_on.is_some_and(|day| usize::try_from(day).is_ok_and(|day| day <= horizon));
                rows.push((terms(one.probability[horizon - 1], horizon, &one.features), f64::from(u8::from(happened))));
            }
        }
        Self { weights: regress(&rows), matured: matured.len() }
    }

    /// Whether nothing has been learnt yet.
    pub fn is_cold(&self) -> bool {
        self.weights.is_none()
    }

    /// Forecasts it was learnt from.
    pub fn matured(&self) -> usize {
        self.matured
    }

    /// Makes the chances of a forecast those that have come true, and reads its dates off them again. An abstention stays as it is.
    pub fn apply(&self, forecast: &mut StockoutForecast) {
        if self.weights.is_none() || forecast.days_observed == 0 {
            return;
        }
        let features = forecast.features;
        forecast.probability = self.chances(&forecast.probability, &features);
        forecast.without_orders = self.chances(&forecast.without_orders, &features);
        forecast.with_suggestion = self.chances(&forecast.with_suggestion, &features);
        forecast.before_next_receipt = self.chance(forecast.before_next_receipt, HORIZON_DAYS, &features).min(forecast.probability[HORIZON_DAYS - 1]);
        forecast.calibrated = true;
        forecast.read_dates();
    }

    /// Chances by day, calibrated.
    pub fn chances(&self, said: &ByDay, features: &Features) -> ByDay {
        sound(&std::array::from_fn(|day| self.chance(said[day], day + 1, features)))
    }

    /// As numbers to be kept; empty for a cold start.
    pub fn to_parameters(&self) -> Vec<f64> {
        self.weights.map_or_else(Vec::new, |weights| std::iter::once(real(self.matured)).chain(weights).collect())
    }

    /// From kept numbers; none when they are not such.
    pub fn from_parameters(parameters: &[f64]) -> Option<Self> {
        let Some((matured, weights)) = parameters.split_first() else { return Some(Self::cold()) };
        let weights: [f64; TERMS] = weights.try_into().ok()?;
        let known = weights.iter().all(|weight| weight.is_finite()) && weights[SAID] >= 0.0;
        known.then(|| Self { weights: Some(weights), matured: super::casts::whole(*matured) })
    }

    fn chance(&self, said: f64, horizon: usize, features: &Features) -> f64 {
        self.weights.map_or(said, |weights| logistic(dot(&weights, &terms(said, horizon, features))))
    }
}

/// The position of the term that holds what was said.
const SAID: usize = 1;

fn terms(said: f64, horizon: usize, features: &Features) -> [f64; TERMS] {
    let said = said.clamp(0.001, 0.999);
    let odds = (said / (1.0 - said)).ln();
    let ahead = (real(horizon) / 14.0).ln();
    let cover = log_of(features.cover_days / real(horizon));
    let on_hand = log_of(features.cover_on_hand_days / real(horizon));
    let spread = features.variation.clamp(0.0, 9.0).sqrt() - 1.0;
    let sold_out = features.censored_share.clamp(0.0, 1.0);
    let overdue = features.overdue_share.clamp(0.0, 1.0);
    [
        1.0,
        odds,
        ahead,
        ahead * ahead,
        cover,
        cover * cover,
        on_hand,
        on_hand * on_hand,
        spread,
        sold_out,
        sold_out * on_hand,
        overdue,
        spread * on_hand,
        ahead * on_hand,
    ]
}

fn log_of(ratio: f64) -> f64 {
    if ratio.is_finite() { ratio.clamp(0.05, 20.0).ln() } else { 20.0_f64.ln() }
}

fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

fn dot(weights: &[f64; TERMS], terms: &[f64; TERMS]) -> f64 {
    weights.iter().zip(terms).map(|(weight, term)| weight * term).sum()
}

/// Newton's steps for the penalised likelihood, from the identity; none when they do not settle.
fn regress(rows: &[([f64; TERMS], f64)]) -> Option<[f64; TERMS]> {
    let mut identity = [0.0; TERMS];
    identity[SAID] = 1.0;
    let mut weights = identity;
    for _ in 0..STEPS {
        let mut slope: [f64; TERMS] = std::array::from_fn(|term| RIDGE * (identity[term] - weights[term]));
        let mut curve = [[0.0; TERMS]; TERMS];
        for (terms, happened) in rows {
            let chance = logistic(dot(&weights, terms));
            let weight = (chance * (1.0 - chance)).max(1e-6);
            for row in 0..TERMS {
                slope[row] += (happened - chance) * terms[row];
                for column in 0..=row {
                    curve[row][column] += weight * terms[row] * terms[column];
                }
            }
        }
        for row in 0..TERMS {
            curve[row][row] += RIDGE;
            for column in 0..row {
                curve[column][row] = curve[row][column];
            }
        }
        let step = solve(curve, slope)?;
        let mut largest: f64 = 0.0;
        for term in 0..TERMS {
            weights[term] += step[term];
            largest = largest.max(step[term].abs());
        }
        weights[SAID] = weights[SAID].max(0.0);
        if largest < 1e-8 {
            break;
        }
    }
    weights.iter().all(|weight| weight.is_finite()).then_some(weights)
}

/// Solves a positive definite system by elimination.
fn solve(mut curve: [[f64; TERMS]; TERMS], mut right: [f64; TERMS]) -> Option<[f64; TERMS]> {
    for pivot in 0..TERMS {
        if curve[pivot][pivot].abs() < 1e-12 {
            return None;
        }
        for row in pivot + 1..TERMS {
            let factor = curve[row][pivot] / curve[pivot][pivot];
            for column in pivot..TERMS {
                curve[row][column] -= factor * curve[pivot][column];
            }
            right[row] -= factor * right[pivot];
        }
    }
    for pivot in (0..TERMS).rev() {
        for column in pivot + 1..TERMS {
            right[pivot] -= curve[pivot][column] * right[column];
        }
        right[pivot] /= curve[pivot][pivot];
    }
    Some(right)
}
