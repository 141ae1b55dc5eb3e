//! The known hours: cleaned, cut to the newest three years, with days of wild totals and holidays set apart. Knows no profile and no level.

use super::{DAY, HourlySeries, WEEK};
use crate::robust::{count, median};

/// Older hours say nothing of the week to come: three years.
const MOST_KNOWN: usize = 156 * WEEK;
/// Counts are held below it.
pub(super) const MOST_COUNT: f64 = 1e15;
/// A day is wild with so many times the median of like days, and more beyond it than that many of its roots.
const WILD: (f64, f64) = (3.0, 6.0);
/// Like days on either side by which a day is judged.
const LIKE_DAYS: usize = 6;

/// The place of an hour in the week, 0 being Monday's first: 1970-01-01 was a Thursday.
pub(super) fn hour_of_week(hour: i64) -> usize {
    usize::try_from(hour.rem_euclid(168)).map_or(0, |hour| (hour + 3 * DAY) % WEEK)
}

/// The known past.
#[derive(Debug, Clone)]
pub(super) struct History {
    /// The first hour that is kept.
    pub(super) first_hour: i64,
    /// Counts; NaN where missing, unusable or a holiday. Wild days are scaled down.
    pub(super) counts: Vec<f64>,
    /// Counts of holidays, elsewhere NaN.
    pub(super) holidays: Vec<f64>,
    /// Hours left out.
    pub(super) left_out: usize,
    known: usize,
    sum: f64,
}

impl History {
    pub(super) fn of(series: &HourlySeries, holidays: &[i64]) -> Self {
        let cut = series.counts.len().saturating_sub(MOST_KNOWN);
        let usable = |value: &f64| if *value >= 0.0 && value.is_finite() { value.min(MOST_COUNT) } else { f64::NAN };
        let mut counts = series.counts[cut..].iter().map(usable).collect::<Vec<_>>();
        let left_out = series.counts.iter().filter(|value| **value < 0.0 || value.is_infinite()).count();
        let first_hour = series.first_hour.saturating_add(i64::try_from(cut).unwrap_or(i64::MAX));
        let (known, sum) =
            counts.iter().filter(|value| !value.is_nan()).fold((0, 0.0), |(known, sum), value| (known + 1, sum + value));
        let mut set_apart = vec![f64::NAN; counts.len()];
        if !holidays.is_empty() {
            for (hour, (value, apart)) in (first_hour..).zip(counts.iter_mut().zip(&mut set_apart)) {
                if holidays.contains(&hour.div_euclid(24)) {
                    std::mem::swap(value, apart);
                }
            }
        }
        let mut history = Self { first_hour, counts, holidays: set_apart, left_out, known, sum };
        history.tame_wild_days();
        history
    }

    /// The hour after the last.
    pub(super) fn next_hour(&self) -> i64 {
        self.first_hour.saturating_add(i64::try_from(self.counts.len()).unwrap_or(i64::MAX))
    }

    /// Known hours.
    pub(super) fn known(&self) -> usize {
        self.known
    }

    /// All that came.
    pub(super) fn sum(&self) -> f64 {
        self.sum
    }

    /// Place in the week of each hour.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let first = hour_of_week(self.first_hour);
        (0..self.counts.len()).map(move |at| (first + at) % WEEK)
    }

    /// Hours of each local day, as ranges of indices.
    pub(super) fn days(&self) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let before = hour_of_week(self.first_hour) % DAY;
        let length = self.counts.len();
        (0..(length + before).div_ceil(DAY))
            .map(move |day| (day * DAY).saturating_sub(before)..(day * DAY + DAY - before).min(length))
    }

    /// A day with far more than like days near it (an outage, a double delivery) counts as the most that is still usual, lest its hours stand out
    /// in the profile for months. A level that rises threefold is followed as soon as it makes half of the days near it.
    fn tame_wild_days(&mut self) {
        let days = self.days().collect::<Vec<_>>();
        let totals = days.iter().map(|day| self.total(day.clone())).collect::<Vec<_>>();
        for (at, day) in days.iter().enumerate() {
            let near = (at % 7..totals.len()).step_by(7).filter(|other| other.abs_diff(at) <= 7 * LIKE_DAYS && *other != at);
            let mut near = near.map(|other| totals[other]).collect::<Vec<_>>();
            near.retain(|total| total.is_finite());
            let Some(usual) = median(&mut near).filter(|_| near.len() >= LIKE_DAYS / 2) else { continue };
            let most = WILD.0 * usual + WILD.1 * (usual + 1.0).sqrt();
            if totals[at] > most {
                self.counts[day.clone()].iter_mut().for_each(|value| *value *= most / totals[at]);
            }
        }
    }

    /// Count of a day, as if its missing hours were like its others; NaN where most are missing.
    fn total(&self, day: std::ops::Range<usize>) -> f64 {
        let known = self.counts[day].iter().copied().filter(|value| !value.is_nan()).collect::<Vec<_>>();
        if known.len() < DAY / 2 { f64::NAN } else { known.iter().sum::<f64>() * count(DAY) / count(known.len()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_begins_on_monday() {
        // 1970-01-05 was a Monday.
        assert_eq!((hour_of_week(4 * 24), hour_of_week(0), hour_of_week(-1)), (0, 72, 71));
    }

    #[test]
    fn days_are_local_and_a_wild_one_is_tamed() {
        let mut counts = vec![2.0; 24 * 60];
        counts[24 * 30..24 * 31].fill(100.0);
        let history = History::of(&HourlySeries { first_hour: 24 * 4 + 20, counts }, &[]);
        assert_eq!((history.days().next(), history.days().nth(1)), (Some(0..4), Some(4..28)));
        assert!(history.counts.iter().all(|value| *value < 60.0));
        assert_eq!(history.sum(), 24.0 * (59.0 * 2.0 + 100.0));
    }
}
