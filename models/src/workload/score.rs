//! What workload forecasts were worth on a series' own past, beside the count of the same hour a week before. Knows forecasts by their figures.

use super::history::MOST_COUNT;
use super::{DAY, HourlySeries, LEVELS, WEEK, forecast};
use crate::oversight::backtest::{origins, roll};
use crate::robust::count;
use crate::scores::quantile::pinball;

/// Known hours before the first origin, at least: the whole model's.
const LEAST_KNOWN: usize = 2 * WEEK;
/// Weeks back in which the naive forecast looks for the same hour, where the last is missing.
const NAIVE_WEEKS: usize = 4;

/// The mean over all scored hours of all origins.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WorkloadScore {
    /// Origins.
    pub origins: usize,
    /// Hours that came and were scored.
    pub hours: usize,
    /// Mean absolute error of the median.
    pub absolute_error: f64,
    /// That of the same hour last week.
    pub naive_absolute_error: f64,
    /// Mean pinball loss over [`LEVELS`].
    pub pinball: f64,
    /// That of the same hour last week, taken for every quantile.
    pub naive_pinball: f64,
    /// Mean of forecast − actual ÷ mean actual; 0 where nothing came.
    pub bias: f64,
    /// Share of hours within the quantiles of 0.1 and 0.9.
    pub within_80: f64,
    /// Share of hours within the quantiles of 0.05 and 0.95.
    pub within_90: f64,
}

/// The count of the same hour a week before the first hour to come, or up to four weeks where it is missing, or 0.
pub fn naive(series: &HourlySeries, hours: usize) -> Vec<f64> {
    let length = series.counts.len();
    let same_hour = |ahead: usize| {
        let weeks = (1..=NAIVE_WEEKS).filter_map(|week| (length + ahead % WEEK).checked_sub(week * WEEK));
        weeks.map(|at| series.counts[at]).find(|value| value.is_finite() && *value >= 0.0).unwrap_or(0.0).min(MOST_COUNT)
    };
    (0..hours).map(same_hour).collect()
}

/// Forecasts of `hours` from up to `most_origins` earlier times, a day and a week apart (so that origins meet all days of the week), scored by
/// what came. None where the series is too short or nothing came.
pub fn score(series: &HourlySeries, hours: usize, most_origins: usize) -> Option<WorkloadScore> {
    let counts = &series.counts;
    let origins = origins(counts.len(), LEAST_KNOWN, hours, WEEK + DAY, most_origins);
    let before = |known: &[f64]| HourlySeries { first_hour: series.first_hour, counts: known.to_vec() };
    let said = |known: &[f64]| (forecast(&before(known), hours), naive(&before(known), hours));
    let sums = roll(counts, &origins, hours, said, |(said, naive), came| {
        let mut sums = Sums::default();
        for ((demand, naive), actual) in
            said.hours.iter().zip(naive).zip(came).filter(|(_, actual)| actual.is_finite() && **actual >= 0.0)
        {
            sums.add(demand.mean, &demand.quantiles, *naive, actual.min(MOST_COUNT));
        }
        sums
    });
    let all = sums.iter().fold(Sums::default(), |all, one| all.and(&one.score));
    (all.hours > 0.0).then(|| all.score(sums.len()))
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    hours: f64,
    actual: f64,
    error: f64,
    absolute: f64,
    naive_absolute: f64,
    pinball: f64,
    naive_pinball: f64,
    within_80: f64,
    within_90: f64,
}

impl Sums {
    fn add(&mut self, mean: f64, quantiles: &[f64; 7], naive: f64, actual: f64) {
        let levels = count(LEVELS.len());
        let within = |low: usize, high: usize| f64::from(u8::from(quantiles[low] <= actual && actual <= quantiles[high]));
        self.hours += 1.0;
        self.actual += actual;
        self.error += mean - actual;
        self.absolute += (quantiles[3] - actual).abs();
        self.naive_absolute += (naive - actual).abs();
        self.pinball += LEVELS.iter().zip(quantiles).map(|(level, said)| pinball(*level, *said, actual)).sum::<f64>() / levels;
        self.naive_pinball += LEVELS.iter().map(|level| pinball(*level, naive, actual)).sum::<f64>() / levels;
        self.within_80 += within(1, 5);
        self.within_90 += within(0, 6);
    }

    fn and(self, other: &Self) -> Self {
        Self {
            hours: self.hours + other.hours,
            actual: self.actual + other.actual,
            error: self.error + other.error,
            absolute: self.absolute + other.absolute,
            naive_absolute: self.naive_absolute + other.naive_absolute,
            pinball: self.pinball + other.pinball,
            naive_pinball: self.naive_pinball + other.naive_pinball,
            within_80: self.within_80 + other.within_80,
            within_90: self.within_90 + other.within_90,
        }
    }

    fn score(self, origins: usize) -> WorkloadScore {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of hours")]
        let hours = self.hours as usize;
        WorkloadScore {
            origins,
            hours,
            absolute_error: self.absolute / self.hours,
            naive_absolute_error: self.naive_absolute / self.hours,
            pinball: self.pinball / self.hours,
            naive_pinball: self.naive_pinball / self.hours,
            bias: if self.actual > 0.0 { self.error / self.actual } else { 0.0 },
            within_80: self.within_80 / self.hours,
            within_90: self.within_90 / self.hours,
        }
    }
}
