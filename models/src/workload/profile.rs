//! What share of the level each hour of the week has, drawn to its day's share × its hour's share on like days by how few counts speak for it
//! (Gamma-Poisson: Clayton & Kaldor 1987, Biometrics 43:671). Knows the past, not the level to come.

use super::history::History;
use super::{DAY, WEEK};
use crate::robust::count;

/// A week counts half after so many: habits change. A quarter of a year; not tuned.
const HALF_LIFE_WEEKS: f64 = 13.0;
/// Days on either side whose mean is an hour's level.
const LEVEL_DAYS: usize = 14;
/// Bounds of how much more than a Poisson counts vary, for the shrinkage alone.
const EXCESS: (f64, f64) = (1.0, 20.0);
/// A cell's variance about its prior is held within: the least keeps a prior from being certain, the most lets an odd hour speak for itself.
const OWN_VARIANCE: (f64, f64) = (1e-3, 10.0);

/// Shares by hour of the week, with a mean of about 1.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    shares: [f64; WEEK],
    doubts: [f64; WEEK],
}

impl Profile {
    /// Of `history`; `by_week` false knows hours of the day only.
    pub(super) fn of(history: &History, by_week: bool) -> Self {
        let weights = weights(history.counts.len());
        let flat = Self { shares: [1.0; WEEK], doubts: [0.0; WEEK] };
        let first = Cells::of(history, &weights, &flat.levels(history));
        let rough = Self { shares: first.rates(), doubts: [0.0; WEEK] };
        let cells = Cells::of(history, &weights, &rough.levels(history));
        let prior = cells.prior(by_week);
        if by_week {
            cells.drawn_to(&prior)
        } else {
            Self { shares: prior, doubts: [1.0 / cells.came.iter().sum::<f64>().max(1.0); WEEK] }
        }
    }

    /// The share of an hour of the week.
    pub(super) fn share(&self, place: usize) -> f64 {
        self.shares[place]
    }

    /// The squared relative error of the share.
    pub(super) fn doubt(&self, place: usize) -> f64 {
        self.doubts[place]
    }

    /// The level about each hour: what came ÷ shares, over the days on either side.
    fn levels(&self, history: &History) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0)];
        for (value, place) in history.counts.iter().zip(history.places()) {
            let (came, expected) = sums[sums.len() - 1];
            let known = !value.is_nan();
            sums.push(if known { (came + value, expected + self.shares[place]) } else { (came, expected) });
        }
        let overall = ratio(sums[sums.len() - 1], 0.0);
        let reach = LEVEL_DAYS * DAY;
        let length = history.counts.len();
        let about = |at: usize| {
            let (from, to) = (sums[at.saturating_sub(reach)], sums[(at + reach).min(length)]);
            ratio((to.0 - from.0, to.1 - from.1), overall)
        };
        (0..length).map(about).collect()
    }
}

fn ratio((came, expected): (f64, f64), otherwise: f64) -> f64 {
    if expected > 1e-9 { (came / expected).max(0.0) } else { otherwise }
}

fn weights(length: usize) -> Vec<f64> {
    (0..length).map(|at| 0.5_f64.powf(count((length - 1 - at) / WEEK) / HALF_LIFE_WEEKS)).collect()
}

/// Weighted counts and what the level alone would have brought, by hour of the week.
struct Cells {
    came: [f64; WEEK],
    expected: [f64; WEEK],
    /// Σ weight² ÷ Σ weight of all: what a weighted count varies by beyond a plain one.
    grain: f64,
    /// Variance ÷ mean of plain counts about level × rate.
    excess: f64,
}

impl Cells {
    fn of(history: &History, weights: &[f64], levels: &[f64]) -> Self {
        let mut cells = Self { came: [0.0; WEEK], expected: [0.0; WEEK], grain: 1.0, excess: EXCESS.0 };
        let (mut sum, mut squares) = (0.0, 0.0);
        let hours = || {
            history.counts.iter().zip(history.places()).zip(weights.iter().zip(levels)).filter(|((value, _), _)| !value.is_nan())
        };
        for ((value, place), (weight, level)) in hours() {
            cells.came[place] += weight * value;
            cells.expected[place] += weight * level;
            sum += weight;
            squares += weight * weight;
        }
        cells.grain = if sum > 0.0 { squares / sum } else { 1.0 };
        let rates = cells.rates();
        let (mut strays, mut hours_with) = (0.0, 0.0);
        for ((value, place), (weight, level)) in hours() {
            let mean = level * rates[place];
            if mean > 1e-9 {
                strays += weight * ((value - mean).powi(2) / mean).min(EXCESS.1 * 5.0);
                hours_with += weight;
            }
        }
        cells.excess = if hours_with > 0.0 { (strays / hours_with).clamp(EXCESS.0, EXCESS.1) } else { EXCESS.0 };
        cells
    }

    fn rates(&self) -> [f64; WEEK] {
        std::array::from_fn(|place| ratio((self.came[place], self.expected[place]), 0.0))
    }

    fn pooled(&self, places: impl Iterator<Item = usize>) -> f64 {
        let (came, expected) = places.fold((0.0, 0.0), |sum, place| (sum.0 + self.came[place], sum.1 + self.expected[place]));
        ratio((came, expected), 0.0)
    }

    /// Day's rate × hour's share on like days; workdays are like each other, and so are the days of the weekend.
    fn prior(&self, by_week: bool) -> [f64; WEEK] {
        let like = |day: usize| match day {
            _ if !by_week => 0..7,
            0..5 => 0..5,
            _ => 5..7,
        };
        std::array::from_fn(|place| {
            let (day, hour) = (place / DAY, place % DAY);
            let days = like(day);
            let of_days = self.pooled(days.clone().flat_map(|day| day * DAY..(day + 1) * DAY));
            let of_hour = self.pooled(days.map(|day| day * DAY + hour));
            let of_day = if by_week { self.pooled(day * DAY..(day + 1) * DAY) } else { of_days };
            if of_days > 0.0 { of_day * of_hour / of_days } else { 0.0 }
        })
    }

    /// Each cell's rate drawn to its prior: by as many counts as the cells' own variance about their priors is worth.
    fn drawn_to(&self, prior: &[f64; WEEK]) -> Profile {
        let noise = self.excess * self.grain;
        let (mut strays, mut cells, mut all) = (0.0, 0.0, 0.0);
        for (place, rate) in prior.iter().enumerate() {
            let mean = rate * self.expected[place];
            if mean > 1e-9 {
                strays += (self.came[place] - mean).powi(2) / mean;
                cells += 1.0;
                all += mean;
            }
        }
        let own = if all > 0.0 { ((strays - noise * cells) / all).clamp(OWN_VARIANCE.0, OWN_VARIANCE.1) } else { OWN_VARIANCE.0 };
        let worth = noise / own;
        let mut profile = Profile { shares: [0.0; WEEK], doubts: [0.0; WEEK] };
        for (place, rate) in prior.iter().enumerate() {
            let mean = rate * self.expected[place];
            // Closed hours have a prior of 0 and stay there, unless something came.
            let drawn = if mean > 1e-9 { (self.came[place] + worth) / (mean + worth) } else { 1.0 };
            let own_rate = ratio((self.came[place], self.expected[place]), 0.0);
            profile.shares[place] = if mean > 1e-9 { rate * drawn } else { own_rate };
            profile.doubts[place] = noise / (self.came[place].max(0.0) + worth).max(noise);
        }
        profile
    }
}
