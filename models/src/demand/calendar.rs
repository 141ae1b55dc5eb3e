//! What the series of one shop share: days it was closed, the profile of its week, its holidays, and its general rise and fall. Learnt over a
//! panel; knows no single series' level.

mod height;
mod sales;

use super::Ask;
use super::numbers::{after, day_number, place, weekday};
use super::observed::Observed;
use height::Heights;
use sales::ShopDay;

/// A day without a sale counts as closed where at least this many series were expected to sell: chance leaves such a day once in e^6.
const CLOSED_EXPECTED_SELLERS: f64 = 6.0;
/// A weekday on which nothing ever sells is closed where this many sales were expected over all its days.
const CLOSED_WEEKDAY_EXPECTED_SALES: f64 = 12.0;
/// Weekdays are judged over this many days.
const PROFILE_DAYS: usize = 182;
/// A weekday that is open more often than this counts as always open: what else is closed is a holiday or an accident.
const OPEN_ENOUGH: f64 = 0.8;
/// Days for which a holiday, and a weekday, count as any other before one was seen.
const BORROWED_DAYS: f64 = 2.0;
/// Around Christmas and New Year (days of the year's turn, from 24 December to 3 January) a day closed last year is likely closed again.
const TURN_OF_YEAR_DAYS: i32 = 10;
/// How likely it is open all the same, by Laplace's rule for one closed day.
const OPEN_AGAIN: f64 = 1.0 / 3.0;

/// What a day has of its own beyond its weekday and the general height of demand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayEffect {
    /// The probability that the shop is open.
    pub open: f64,
    /// Demand ÷ that of the same weekday without a holiday, if open.
    pub factor: f64,
}

/// What a panel's series share.
#[derive(Debug, Clone)]
pub struct Calendar {
    first: i32,
    closed: Vec<bool>,
    holidays: Vec<i32>,
    /// By weekday, Monday first: the probability of being open.
    pub open: [f64; 7],
    /// By weekday: demand ÷ that of a mean open day.
    pub profile: [f64; 7],
    holiday: DayEffect,
    heights: Heights,
}

impl Calendar {
    /// Of `panel` as known at the origin.
    pub fn learn(panel: &[Observed], ask: &Ask) -> Self {
        let origin = day_number(ask.origin);
        let first = panel.iter().filter(|series| series.days() > 0).map(|series| series.first).min().unwrap_or(origin);
        let shop = sales::by_day(panel, first, place(origin, first));
        let mut holidays: Vec<i32> = ask.holidays.iter().map(|day| day_number(*day)).collect();
        holidays.sort_unstable();
        let mut calendar = Self {
            first,
            closed: closed(first, &shop),
            holidays,
            open: [1.0; 7],
            profile: [1.0; 7],
            holiday: DayEffect { open: 1.0, factor: 1.0 },
            heights: Heights::flat(first),
        };
        calendar.open = calendar.open_shares();
        calendar.profile = calendar.profile_of(&shop);
        calendar.heights = Heights::of(first, &calendar.without_week(&shop));
        calendar.holiday = calendar.holiday_of(&shop);
        calendar
    }

    /// Whether the shop was closed on a day of the history.
    pub fn was_closed(&self, day: i32) -> bool {
        day >= self.first && self.closed.get(place(day, self.first)).copied().unwrap_or(false)
    }

    /// Whether the day is a holiday.
    pub fn is_holiday(&self, day: i32) -> bool {
        self.holidays.binary_search(&day).is_ok()
    }

    /// The general height of demand around a day of the history, 1 on average.
    pub fn index(&self, day: i32) -> f64 {
        self.heights.around(day)
    }

    /// The general height of demand expected on a day after the history.
    pub fn index_to_come(&self, day: i32) -> f64 {
        self.heights.expected(day)
    }

    /// What a day has of its own.
    pub fn effect(&self, day: i32) -> DayEffect {
        let open = self.open[weekday(day)];
        let usual = DayEffect { open, factor: 1.0 };
        let effect = if self.is_holiday(day) { DayEffect { open: open * self.holiday.open, ..self.holiday } } else { usual };
        if self.likely_closed(day) { DayEffect { open: effect.open.min(OPEN_AGAIN), ..effect } } else { effect }
    }

    /// By what the shop did on the same day a year ago; a first 25 December that is a holiday is taken to be like most.
    fn likely_closed(&self, day: i32) -> bool {
        let date = chrono::NaiveDate::from_num_days_from_ce_opt(day);
        let Some(last) = date.and_then(|date| date.checked_sub_months(chrono::Months::new(12))) else {
            return false;
        };
        let after_24_december = chrono::Datelike::ordinal0(&(last + chrono::Days::new(8))).cast_signed();
        let last = day_number(last);
        if last < self.first {
            return self.is_holiday(day) && after_24_december == 1;
        }
        after_24_december <= TURN_OF_YEAR_DAYS && self.was_closed(last) && self.open[weekday(last)] == 1.0
    }

    fn days(&self) -> impl DoubleEndedIterator<Item = (usize, i32)> + ExactSizeIterator + use<> {
        let first = self.first;
        (0..self.closed.len()).map(move |at| (at, after(first, at)))
    }

    fn recent_ordinary_days(&self) -> impl Iterator<Item = (usize, i32)> + '_ {
        self.days().rev().take(PROFILE_DAYS).filter(|(_, day)| !self.is_holiday(*day))
    }

    fn open_shares(&self) -> [f64; 7] {
        let (mut days, mut open) = ([0.0; 7], [0.0; 7]);
        for (at, day) in self.recent_ordinary_days() {
            days[weekday(day)] += 1.0;
            open[weekday(day)] += f64::from(u8::from(!self.closed[at]));
        }
        // A quarter of a day beside what was seen: a weekday never open may open yet.
        std::array::from_fn(|at| if open[at] >= OPEN_ENOUGH * days[at] { 1.0 } else { (open[at] + 0.25) / (days[at] + 1.0) })
    }

    /// Sales of an open day relative to a mean day; none of a closed one.
    fn relative(&self, shop: &[ShopDay], at: usize) -> Option<f64> {
        (shop[at].weight > 0.0 && !self.closed[at]).then(|| shop[at].sold / shop[at].weight)
    }

    fn profile_of(&self, shop: &[ShopDay]) -> [f64; 7] {
        let (mut sums, mut counts) = ([0.0; 7], [0.0; 7]);
        for (at, day) in self.recent_ordinary_days() {
            if let Some(relative) = self.relative(shop, at) {
                sums[weekday(day)] += relative;
                counts[weekday(day)] += 1.0;
            }
        }
        let mean = sums.iter().sum::<f64>() / counts.iter().sum::<f64>();
        if !(mean > 0.0 && mean.is_finite()) {
            return [1.0; 7];
        }
        std::array::from_fn(|at| ((sums[at] / mean + BORROWED_DAYS) / (counts[at] + BORROWED_DAYS)).max(0.01))
    }

    fn without_week(&self, shop: &[ShopDay]) -> Vec<Option<f64>> {
        let of = |(at, day): (usize, i32)| {
            let relative = self.relative(shop, at).filter(|_| !self.is_holiday(day));
            relative.map(|value| value / self.profile[weekday(day)])
        };
        self.days().map(of).collect()
    }

    fn holiday_of(&self, shop: &[ShopDay]) -> DayEffect {
        let (mut days, mut open, mut sold) = (0.0, 0.0, 0.0);
        for (at, day) in self.days().filter(|(_, day)| self.is_holiday(*day) && self.open[weekday(*day)] == 1.0) {
            days += 1.0;
            if let Some(relative) = self.relative(shop, at) {
                open += 1.0;
                sold += relative / (self.profile[weekday(day)] * self.index(day));
            }
        }
        DayEffect { open: (open + 1.0) / (days + 1.0), factor: (sold + BORROWED_DAYS) / (open + BORROWED_DAYS) }
    }
}

/// Which of the shop's days, from `first` on, it was closed.
fn closed(first: i32, shop: &[ShopDay]) -> Vec<bool> {
    let (mut sellers, mut expected) = ([0.0; 7], [0.0; 7]);
    for (at, day) in shop.iter().enumerate().rev().take(PROFILE_DAYS) {
        sellers[weekday(after(first, at))] += day.sellers;
        expected[weekday(after(first, at))] += day.expected;
    }
    let never: [bool; 7] = std::array::from_fn(|at| sellers[at] == 0.0 && expected[at] >= CLOSED_WEEKDAY_EXPECTED_SALES);
    let of = |(at, day): (usize, &ShopDay)| {
        day.sellers == 0.0 && (day.expected >= CLOSED_EXPECTED_SELLERS || never[weekday(after(first, at))])
    };
    shop.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests;
