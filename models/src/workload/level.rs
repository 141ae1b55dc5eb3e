//! How much comes, whatever the hour: what came ÷ what the profile expects, older days discounted (the steady model of counts: Harvey &
//! Fernandes 1989, JBES 7:407), at the discount that would have served best on the series' own past; with two years known, the turn of the year.

use super::history::History;
use super::profile::Profile;
use super::{DAY, WEEK};
use crate::robust::count;

/// Half-lives of a day's say, among which the past chooses.
const HALF_LIVES_DAYS: [f64; 5] = [7.0, 14.0, 28.0, 56.0, 112.0];
/// Days of the past on which it is chosen.
const CHOICE_DAYS: usize = 182;
/// Every how many days of it.
const CHOICE_STEP: usize = 2;
/// Holiday hours' worth of "a holiday is as any day", in expected counts.
const HOLIDAY_PRIOR: f64 = 3.0;
/// Days of a year of whole weeks.
const YEAR_DAYS: usize = 364;
/// Days on either side that make the year's turn smooth.
const YEAR_REACH: usize = 10;
/// Of the year before's turn so much may be followed; the past chooses.
const YEAR_SHARES: [f64; 3] = [0.0, 0.5, 1.0];
/// Bounds of what a year's turn may do.
const YEAR_BOUNDS: (f64, f64) = (0.4, 2.5);
/// A share of a year's turn must beat none by so much.
const YEAR_GAIN: f64 = 0.9;

/// The level now and how it turns with the year.
#[derive(Debug, Clone)]
pub(super) struct Level {
    days: Vec<(f64, f64)>,
    first_day: i64,
    discount: f64,
    now: f64,
    year_share: f64,
}

impl Level {
    /// Of `history` for the next `hours`.
    pub(super) fn of(history: &History, profile: &Profile, hours: usize) -> Self {
        let places = history.places().collect::<Vec<_>>();
        let day = |day: std::ops::Range<usize>| {
            let known = day.filter(|at| !history.counts[*at].is_nan());
            known.fold((0.0, 0.0), |sum, at| (sum.0 + history.counts[at], sum.1 + profile.share(places[at])))
        };
        let days = history.days().map(day).collect::<Vec<_>>();
        let ahead = hours.div_ceil(DAY).clamp(1, 28);
        let discounts = HALF_LIVES_DAYS.map(|half_life| 0.5_f64.powf(1.0 / half_life));
        let loss = |discount: &f64| choice_loss(&days, *discount, ahead);
        // Where the past says nothing all losses are 0 and the first is as good: take the middle one then.
        let best = discounts.iter().copied().min_by(|left, right| loss(left).total_cmp(&loss(right)));
        let discount = if days.len() < 2 * ahead.max(7) { discounts[2] } else { best.unwrap_or(discounts[2]) };
        let now = discounted(&days, discount).last().copied().unwrap_or(0.0);
        let first_day = history.first_hour.div_euclid(24);
        let mut level = Self { days, first_day, discount, now, year_share: 0.0 };
        level.year_share = level.choose_year_share(ahead);
        level
    }

    /// The level after the last known day.
    pub(super) fn now(&self) -> f64 {
        self.now
    }

    /// The level at an hour to come.
    pub(super) fn ahead(&self, hour: i64) -> f64 {
        if self.year_share == 0.0 {
            return self.now;
        }
        let day = usize::try_from(hour.div_euclid(24) - self.first_day).unwrap_or(0);
        self.now * self.turn(self.days.len(), day).powf(self.year_share)
    }

    /// The level by days before each day, and at last after all.
    pub(super) fn by_day(&self) -> Vec<f64> {
        discounted(&self.days, self.discount)
    }

    /// What holidays did to the usual count, drawn to 1.
    pub(super) fn holiday(&self, history: &History, profile: &Profile, holidays: &[i64]) -> f64 {
        if holidays.is_empty() {
            return 1.0;
        }
        let levels = self.by_day();
        let places = history.places().collect::<Vec<_>>();
        let (mut came, mut expected) = (HOLIDAY_PRIOR, HOLIDAY_PRIOR);
        for (day, hours) in history.days().enumerate() {
            for at in hours.filter(|at| !history.holidays[*at].is_nan()) {
                came += history.holidays[at];
                expected += levels[day] * profile.share(places[at]);
            }
        }
        (came / expected).clamp(0.0, 10.0)
    }

    /// How the level of `day` stood to that before `origin`, a year (and two) before.
    fn turn(&self, origin: usize, day: usize) -> f64 {
        let (mut sum, mut years) = (0.0, 0.0);
        for year in 1..=2 {
            let back = year * YEAR_DAYS;
            if day < back + YEAR_REACH || origin < back + 4 * 7 {
                continue;
            }
            let then = rate(&self.days, day - back - YEAR_REACH, day - back + YEAR_REACH + 1);
            let before = rate(&self.days, origin - back - 28, origin - back);
            if let (Some(then), Some(before)) = (then, before.filter(|before| *before > 0.0)) {
                sum += (then / before).clamp(YEAR_BOUNDS.0, YEAR_BOUNDS.1).ln();
                years += 1.0;
            }
        }
        if years > 0.0 { (sum / years).exp() } else { 1.0 }
    }

    /// The share of the turn a year before that would have served best in the last year; none with under two years.
    fn choose_year_share(&self, ahead: usize) -> f64 {
        let length = self.days.len();
        if length < 2 * YEAR_DAYS + 28 + ahead {
            return 0.0;
        }
        let origins = (length - YEAR_DAYS..=length - ahead).step_by(7).collect::<Vec<_>>();
        let levels = self.by_day();
        let loss = |share: f64| {
            let one = |origin: &usize| {
                let (came, expected) = total(&self.days, *origin, origin + ahead);
                let middle = origin + ahead / 2;
                // Only what was known at the origin: the turn of the year before, not what came.
                let said = levels[*origin] * self.turn(*origin, middle).powf(share) * expected;
                (came - said).abs()
            };
            origins.iter().map(one).sum::<f64>()
        };
        let none = loss(0.0);
        let best = YEAR_SHARES.into_iter().map(|share| (loss(share), share)).min_by(|left, right| left.0.total_cmp(&right.0));
        best.filter(|(loss, _)| *loss < YEAR_GAIN * none).map_or(0.0, |(_, share)| share)
    }
}

/// What was forecast too high or low for the next `ahead` days, over the days on which the discount is chosen.
fn choice_loss(days: &[(f64, f64)], discount: f64, ahead: usize) -> f64 {
    let levels = discounted(days, discount);
    let last = days.len().saturating_sub(ahead);
    let from = last.saturating_sub(CHOICE_DAYS).max(7.min(last));
    let one = |origin: usize| {
        let (came, expected) = total(days, origin, origin + ahead);
        (came - levels[origin] * expected).abs()
    };
    (from..=last).rev().step_by(CHOICE_STEP).map(one).sum()
}

fn total(days: &[(f64, f64)], from: usize, to: usize) -> (f64, f64) {
    days[from..to.min(days.len())].iter().fold((0.0, 0.0), |sum, day| (sum.0 + day.0, sum.1 + day.1))
}

fn rate(days: &[(f64, f64)], from: usize, to: usize) -> Option<f64> {
    let (came, expected) = total(days, from.min(days.len()), to);
    (expected > count(WEEK) / 7.0).then(|| came / expected)
}

/// The level before each day and after the last.
fn discounted(days: &[(f64, f64)], discount: f64) -> Vec<f64> {
    let (mut came, mut expected) = (0.0, 0.0);
    let first = days.iter().find(|day| day.1 > 0.0).map_or(0.0, |day| day.0 / day.1);
    let mut levels = Vec::with_capacity(days.len() + 1);
    levels.push(first);
    for (day_came, day_expected) in days {
        came = discount * came + day_came;
        expected = discount * expected + day_expected;
        levels.push(if expected > 1e-9 { came / expected } else { first });
    }
    levels
}
