//! The general height of a shop's demand, day by day without its week: around each day of the history, now, and, where the same days of past
//! years are known, on days to come. Knows no series.

use super::super::numbers::{place, to_f64};

/// Days either side of a day that make the height around it.
const REACH_DAYS: usize = 10;
/// The weight of a new open day in the height at a point in time.
const ALPHA: f64 = 0.05;
/// Days of height 1 that count beside those around a day.
const BORROWED_DAYS: f64 = 3.0;
/// No height is below it.
const LEAST: f64 = 0.05;
/// A year that keeps the weekday.
const YEAR_DAYS: i32 = 364;
/// Days that a past year must have had before it, to know its height from.
const BEFORE_DAYS: usize = 56;
/// The part of a past year's rise or fall that is expected again, on a logarithm. By prudence, not by trial: no data here have two years.
const SAME_AGAIN: f64 = 0.5;
/// The furthest rise or fall that is expected.
const MOST_RATIO: f64 = 2.0;

/// Heights, 1 on average.
#[derive(Debug, Clone)]
pub(super) struct Heights {
    first: i32,
    days: Vec<Option<f64>>,
    around: Vec<f64>,
    now: f64,
}

impl Heights {
    /// Of no day: 1 throughout.
    pub(super) fn flat(first: i32) -> Self {
        Self { first, days: Vec::new(), around: Vec::new(), now: 1.0 }
    }

    /// Of open days that are no holiday, without their week, from `first` on.
    pub(super) fn of(first: i32, days: &[Option<f64>]) -> Self {
        let around = (0..days.len()).map(|at| {
            let (sum, count) = window(days, at, REACH_DAYS);
            ((sum + BORROWED_DAYS) / (count + BORROWED_DAYS)).max(LEAST)
        });
        let now = smoothed(days).unwrap_or(1.0).max(LEAST);
        Self { first, days: days.to_vec(), around: around.collect(), now }
    }

    /// Around a day of the history.
    pub(super) fn around(&self, day: i32) -> f64 {
        self.around.get(place(day, self.first)).copied().unwrap_or(self.now)
    }

    /// Expected on a day after the history.
    pub(super) fn expected(&self, day: i32) -> f64 {
        let ratios: Vec<f64> = (1..).map_while(|years| self.log_change(day, years)).collect();
        if ratios.is_empty() {
            return self.now;
        }
        let again = SAME_AGAIN * ratios.iter().sum::<f64>() / to_f64(ratios.len());
        self.now * again.exp().clamp(1.0 / MOST_RATIO, MOST_RATIO)
    }

    /// ln of the height around the day `years` before `day` ÷ the height as it stood `years` before the origin; none where either is not known.
    fn log_change(&self, day: i32, years: i32) -> Option<f64> {
        let back = YEAR_DAYS.checked_mul(years)?;
        let then = self.days.len().checked_sub(place(back, 0)).filter(|then| *then >= BEFORE_DAYS)?;
        let at = day.checked_sub(back)?.checked_sub(self.first)?;
        let (sum, count) = window(&self.days, usize::try_from(at).ok()?, REACH_DAYS);
        let before = smoothed(&self.days[..then])?;
        (count > 0.0 && sum > 0.0 && before > LEAST).then(|| (sum / count / before).ln())
    }
}

/// Sum and count of the open days within `reach` of `at`.
fn window(days: &[Option<f64>], at: usize, reach: usize) -> (f64, f64) {
    let end = (at + reach + 1).min(days.len());
    let near = &days[at.saturating_sub(reach).min(end)..end];
    near.iter().flatten().fold((0.0, 0.0), |(sum, count), height| (sum + height, count + 1.0))
}

/// The height after the last of `days`, by exponential smoothing over the open ones.
fn smoothed(days: &[Option<f64>]) -> Option<f64> {
    let (mut sum, mut weights, mut weight) = (0.0, 0.0, 1.0);
    for height in days.iter().rev().flatten() {
        sum += weight * height;
        weights += weight;
        weight *= 1.0 - ALPHA;
    }
    (weights > 0.0).then(|| sum / weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_last_years_rise_is_expected_again() {
        // Twice as high in the last 60 days of each year.
        let height = |day: i32| if day.rem_euclid(YEAR_DAYS) >= 304 { 2.0 } else { 1.0 };
        let days: Vec<Option<f64>> = (0..364 + 290).map(|day| Some(height(day))).collect();
        let heights = Heights::of(0, &days);
        assert!((heights.expected(364 + 320) - 2.0_f64.sqrt()).abs() < 1e-6, "{}", heights.expected(364 + 320));
        assert!((heights.expected(364 + 292) - 1.0).abs() < 0.05);
    }

    #[test]
    fn without_a_year_it_stays() {
        let heights = Heights::of(5, &[Some(1.0), None, Some(3.0), Some(3.0)]);
        assert_eq!(heights.expected(40), heights.expected(9));
        assert_eq!((Heights::flat(5).around(9), Heights::flat(5).expected(500)), (1.0, 1.0));
        assert_eq!(Heights::of(5, &[None; 800]).expected(806), 1.0);
    }
}
