//! The open days of a series before the origin, and quantiles of them brought to the level of a day to come. Knows no level of its own.

use super::super::calendar::Calendar;
use super::super::numbers::{after, weekday};
use super::super::observed::Observed;
use super::super::{LEVELS, weighted};

/// How a day's say in quantiles fades with its age.
const FADING_A_DAY: f64 = 0.01;
/// Days older than it have next to no say (e^−4) and are left out.
const OLDEST_DAYS: f64 = 400.0;
/// How much more a day of the same weekday says.
const SAME_WEEKDAY: f64 = 2.0;
/// How far past days are moved to where the level now is: half way, on a logarithm.
const SHIFT: f64 = 0.5;
/// A day is brought to another's level by at most this factor: what sold once on a quiet day is no measure of a busy one.
const MOST_RATIO: f64 = 3.0;
/// Whole units below it are rounded after they were brought to another level: half of one piece is never sold.
const ROUNDED_BELOW: f64 = 20.0;

/// A day the shop was open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    /// Days before the origin.
    pub(super) age: f64,
    pub(super) weekday: usize,
    pub(super) units: f64,
    /// What it shared with the panel beyond its weekday: the general height of demand, a holiday.
    pub(super) shared: f64,
}

/// The days the shop was open and the series was seen, in order.
#[derive(Debug, Clone)]
pub(super) struct Past {
    pub(super) days: Vec<Day>,
}

impl Past {
    pub(super) fn of(series: &Observed, calendar: &Calendar, origin: i32) -> Self {
        let dated = series.seen_days().map(|(place, units)| (after(series.first, place), units));
        let open = dated.filter(|(day, _)| !calendar.was_closed(*day));
        let day = |(day, units)| Day {
            age: f64::from(origin.saturating_sub(day)),
            weekday: weekday(day),
            units,
            shared: calendar.effect(day).factor * calendar.index(day),
        };
        Self { days: open.map(day).collect() }
    }

    /// Units of a mean day; 0 for no days.
    pub(super) fn mean(&self, profile: &[f64; 7]) -> f64 {
        self.ratio(|day| day.shared * profile[day.weekday], f64::INFINITY, 0.0)
    }

    /// Units, each at most `cap`, ÷ what is expected of a level of 1, fading.
    fn ratio(&self, expected: impl Fn(&Day) -> f64, cap: f64, fading: f64) -> f64 {
        let (mut units, mut sum) = (0.0, 0.0);
        for day in &self.days {
            let weight = (-fading * day.age).exp();
            units += weight * day.units.min(cap);
            sum += weight * expected(day);
        }
        if sum > 0.0 { units / sum } else { 0.0 }
    }
}

/// Quantiles of past days, as they would be on days to come.
pub(super) struct Quantiles {
    /// Units, the weekday, what to divide by, and weight.
    days: Vec<(Day, f64, f64)>,
    profile: [f64; 7],
    whole: bool,
    known: Vec<((usize, f64, f64), [f64; LEVELS.len()])>,
}

impl Quantiles {
    pub(super) fn of(past: &Past, profile: &[f64; 7], level: f64, cap: f64, whole: bool) -> Self {
        let before = past.ratio(|day| day.shared * profile[day.weekday], cap, FADING_A_DAY);
        let shift = if before > 0.0 { (level / before).clamp(1.0 / MOST_RATIO, MOST_RATIO).powf(SHIFT) } else { 1.0 };
        let recent = past.days.iter().filter(|day| day.age <= OLDEST_DAYS);
        let days = recent.map(|day| (*day, shift / (day.shared * profile[day.weekday]), (-FADING_A_DAY * day.age).exp()));
        Self { days: days.collect(), profile: *profile, whole, known: Vec::new() }
    }

    /// At `levels`, on a weekday of which `shared` times a mean day is expected.
    pub(super) fn on(&mut self, weekday: usize, shared: f64, levels: &[f64; LEVELS.len()]) -> [f64; LEVELS.len()] {
        let key = (weekday, shared, levels[0]);
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == key) {
            return *known;
        }
        let target = shared * self.profile[weekday];
        let brought = |(day, divided, weight): &(Day, f64, f64)| {
            let units = day.units * (target * divided).min(MOST_RATIO);
            let units = if self.whole && units < ROUNDED_BELOW { units.round() } else { units };
            (units, if day.weekday == weekday { SAME_WEEKDAY * weight } else { *weight })
        };
        let mut values: Vec<(f64, f64)> = self.days.iter().map(brought).collect();
        let quantiles = weighted::quantiles(&mut values, levels);
        self.known.push((key, quantiles));
        quantiles
    }
}
