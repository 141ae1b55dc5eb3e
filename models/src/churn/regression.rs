//! What matured cohorts teach: a regression on features over the odds of the models of buying, with a level of its own for each cutoff, and the level
//! to expect of the cutoff that is asked for. Few rows leave the models of buying as they are.

use crate::calibration::logistic::{self, Logistic, Row};
use crate::calibration::probability_of;

use super::buying::Buying;
use super::features::{COUNT, Feature, Scale};
use super::panel::{Frame, Matured};
use super::season::{self, Level, YEAR_DAYS};
use super::shortness;

/// Pull of each coefficient towards 0, as so many customers at even odds times four.
const RIDGE: f64 = 20.0;
/// Pull of a cutoff's level towards the mean of all: levels are taken to differ by half a unit of log odds.
const LEVEL_RIDGE: f64 = 4.0;
/// Rows of matured cohorts below which nothing is learnt.
const LEAST_ROWS: usize = 150;

/// What is regressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// All features over the odds of the models of buying, and the level of the season where it is known.
    Seasonal,
    /// The same at the mean level.
    Unseasonal,
    /// All features but the models of buying, at the mean level.
    Features,
    /// Days since the last order alone, at the mean level.
    Recency,
}

/// A fitted regression and the level of the cutoff.
#[derive(Debug, Clone)]
pub(super) struct Regression {
    kind: Kind,
    scale: Scale,
    fitted: Logistic,
    /// Log odds of the season above the mean; none where it is not known.
    pub(super) season: Option<f64>,
    mean_level: f64,
    /// 1 where a whole year has been seen, or this season; less where less was.
    pub(super) trust: f64,
    /// Cutoffs learnt from.
    pub(super) cutoffs: usize,
    /// Rows learnt from.
    pub(super) rows: usize,
}

impl Regression {
    /// None where too little has matured, or all of it alike.
    pub(super) fn fit(matured: &[Matured], frame: Frame<'_>, buying: &Buying, kind: Kind) -> Option<Self> {
        let count = matured.iter().map(|one| one.none.len()).sum::<usize>();
        let none = matured.iter().flat_map(|one| &one.none).filter(|none| **none).count();
        if count < LEAST_ROWS || none == 0 || none == count {
            return None;
        }
        let scale = Scale::of(matured.iter().flat_map(|one| &one.cohort.rows));
        let levels = if kind == Kind::Seasonal || kind == Kind::Unseasonal { matured.len() } else { 0 };
        let rows = matured.iter().enumerate().flat_map(|(at, one)| {
            let level = (at < levels).then_some(at);
            one.cohort.rows.iter().zip(&one.none).map(move |(row, none)| (row, *none, level))
        });
        let rows = rows.map(|(row, none, level)| learnt(kind, &scale, row, none, level, levels)).collect::<Vec<_>>();
        let penalties = [vec![RIDGE; COUNT], vec![LEVEL_RIDGE; levels]].concat();
        let fitted = logistic::fit(&rows, &penalties)?;
        let mut known = known_levels(matured, &rows, &fitted, levels);
        if levels > 0 {
            let plain = |row: &[f64; COUNT]| fitted.log_odds(&seen(kind, &scale, row), offset(kind, row));
            let effects = shortness::effects(frame, buying, matured, plain);
            known.iter_mut().zip(effects).for_each(|(level, effect)| level.shift -= effect);
        }
        let mean_level = known.iter().map(|level| level.shift).sum::<f64>() / known.iter().map(|_| 1.0).sum::<f64>().max(1.0);
        let season = if kind == Kind::Seasonal { season::expected(&known, frame.cutoff) } else { None };
        let trust = if levels > 0 && season.is_none() { share_of_year(matured, frame.horizon_days) } else { 1.0 };
        Some(Self { kind, scale, fitted, season, mean_level, trust, cutoffs: matured.len(), rows: count })
    }

    /// Log odds of no order.
    pub(super) fn log_odds(&self, row: &[f64; COUNT]) -> f64 {
        let level = self.season.unwrap_or(self.mean_level);
        offset(self.kind, row)
            + self.trust.powi(2) * (self.fitted.intercept + level)
            + self.contributions(row).iter().sum::<f64>()
    }

    /// What each feature adds to the log odds of no order, against the mean customer.
    pub(super) fn contributions(&self, row: &[f64; COUNT]) -> [f64; COUNT] {
        let seen = seen(self.kind, &self.scale, row);
        std::array::from_fn(|place| self.trust.sqrt() * seen[place] * self.fitted.coefficients[place])
    }
}

fn learnt(kind: Kind, scale: &Scale, row: &[f64; COUNT], none: bool, level: Option<usize>, levels: usize) -> Row {
    let mut features = seen(kind, scale, row).to_vec();
    features.extend((0..levels).map(|at| f64::from(u8::from(level == Some(at)))));
    Row { features, offset: offset(kind, row), outcome: f64::from(u8::from(none)), weight: 1.0 }
}

fn offset(kind: Kind, row: &[f64; COUNT]) -> f64 {
    if matches!(kind, Kind::Seasonal | Kind::Unseasonal) { row[Feature::BuyingModel as usize] } else { 0.0 }
}

fn seen(kind: Kind, scale: &Scale, row: &[f64; COUNT]) -> [f64; COUNT] {
    let mut seen = scale.scaled(row);
    match kind {
        Kind::Seasonal | Kind::Unseasonal => {}
        Kind::Features => seen[Feature::BuyingModel as usize] = 0.0,
        Kind::Recency => seen = std::array::from_fn(|place| if place == Feature::Recency as usize { seen[place] } else { 0.0 }),
    }
    seen
}

fn known_levels(matured: &[Matured], rows: &[Row], fitted: &Logistic, levels: usize) -> Vec<Level> {
    let mut start = 0;
    let mut known = Vec::new();
    for (one, shift) in matured.iter().zip(fitted.coefficients.iter().skip(COUNT)).take(levels) {
        let these = &rows[start..start + one.none.len()];
        start += one.none.len();
        let information = these.iter().map(|row| {
            let said = probability_of(fitted.log_odds(&row.features, row.offset));
            said * (1.0 - said)
        });
        known.push(Level { cutoff: one.cohort.cutoff, shift: *shift, variance: 1.0 / (information.sum::<f64>() + LEVEL_RIDGE) });
    }
    known
}

/// The share of a year that the outcomes span. The level of a few months says little of the months to come, and features learnt on short histories
/// little of longer ones: levels are held back to what the models of buying say by the square of the share, features by its root. The powers were
/// chosen on simulated shops of 130 to 400 days with seasons of any phase.
fn share_of_year(matured: &[Matured], horizon_days: i32) -> f64 {
    let (Some(first), Some(last)) = (matured.first(), matured.last()) else { return 0.0 };
    let days = f64::from(last.cohort.cutoff) - f64::from(first.cohort.cutoff) + f64::from(horizon_days);
    (days / f64::from(YEAR_DAYS)).min(1.0)
}
