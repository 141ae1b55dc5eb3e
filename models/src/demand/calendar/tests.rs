//! A shop of twenty items that never opens on Saturdays and closes on holidays.

use chrono::{Days, NaiveDate};

use super::super::DemandSeries;
use super::*;

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn learnt(first: NaiveDate, days: u64, holidays: &[NaiveDate], sold: impl Fn(NaiveDate) -> f64) -> Calendar {
    let units: Vec<f64> = (0..days).map(|day| sold(first + Days::new(day))).collect();
    let series = DemandSeries { first_day: first, units, stock: Vec::new(), prices: Vec::new() };
    let ask = Ask { origin: first + Days::new(days), horizon_days: 28, holidays, seed: 0 };
    let panel: Vec<Observed> = (0..20).map(|_| Observed::of(&series, &ask)).collect();
    Calendar::learn(&panel, &ask)
}

fn is_saturday(day: NaiveDate) -> bool {
    weekday(day_number(day)) == 5
}

#[test]
fn closed_weekdays_and_the_week_are_learnt() {
    let first = date(2024, 1, 1);
    let calendar = learnt(first, 210, &[], |day| match weekday(day_number(day)) {
        5 => 0.0,
        1 => 8.0,
        _ => 4.0,
    });
    assert!(calendar.open[5] < 0.02 && calendar.open[0] == 1.0, "{:?}", calendar.open);
    assert!((calendar.profile[1] / calendar.profile[0] - 2.0).abs() < 0.15, "{:?}", calendar.profile);
    assert!(calendar.was_closed(day_number(date(2024, 3, 2))) && !calendar.was_closed(day_number(date(2024, 3, 1))));
}

#[test]
fn one_item_is_enough_to_tell_a_weekday() {
    let first = date(2024, 1, 1);
    let units = (0..200).map(|day| if is_saturday(first + Days::new(day)) { 0.0 } else { 2.0 }).collect();
    let series = DemandSeries { first_day: first, units, stock: Vec::new(), prices: Vec::new() };
    let ask = Ask { origin: first + Days::new(200), horizon_days: 28, holidays: &[], seed: 0 };
    let calendar = Calendar::learn(&[Observed::of(&series, &ask)], &ask);
    assert!(calendar.open[5] < 0.02 && calendar.open[6] == 1.0, "{:?}", calendar.open);
}

#[test]
fn holidays_that_were_closed_will_be() {
    let holidays = [date(2024, 1, 15), date(2024, 3, 4), date(2024, 5, 1), date(2024, 8, 5)];
    let calendar = learnt(date(2024, 1, 1), 200, &holidays, |day| if holidays.contains(&day) { 0.0 } else { 3.0 });
    assert_eq!(calendar.effect(day_number(holidays[3])), DayEffect { open: 0.25, factor: 1.0 });
    assert_eq!(calendar.effect(day_number(date(2024, 8, 6))), DayEffect { open: 1.0, factor: 1.0 });
}

#[test]
fn holidays_that_sold_twice_will_again() {
    let holidays = [date(2024, 1, 15), date(2024, 3, 4), date(2024, 5, 1), date(2024, 8, 5)];
    let calendar = learnt(date(2024, 1, 1), 200, &holidays, |day| if holidays.contains(&day) { 6.0 } else { 3.0 });
    let effect = calendar.effect(day_number(holidays[3]));
    assert!(effect.open == 1.0 && effect.factor > 1.5, "{effect:?}");
}

#[test]
fn the_days_after_christmas_are_closed_again() {
    let closed = |day: NaiveDate| is_saturday(day) || (date(2023, 12, 24)..date(2024, 1, 3)).contains(&day);
    let calendar = learnt(date(2023, 6, 1), 560, &[], |day| if closed(day) { 0.0 } else { 3.0 });
    let open = |month, day| calendar.effect(day_number(date(2024, month, day))).open;
    assert_eq!((open(12, 27), open(12, 23)), (OPEN_AGAIN, 1.0));
    assert_eq!(calendar.effect(day_number(date(2025, 1, 2))).open, OPEN_AGAIN);
    assert_eq!(calendar.effect(day_number(date(2025, 1, 7))).open, 1.0);
}

#[test]
fn a_first_christmas_is_like_most() {
    let christmas = [date(2024, 12, 25)];
    let calendar = learnt(date(2024, 6, 1), 190, &christmas, |_| 3.0);
    assert_eq!(calendar.effect(day_number(christmas[0])).open, OPEN_AGAIN);
    assert_eq!(calendar.effect(day_number(date(2024, 12, 26))).open, 1.0);
    let calendar = learnt(date(2023, 6, 1), 555, &christmas, |_| 3.0);
    assert_eq!(calendar.effect(day_number(christmas[0])).open, 1.0);
}

#[test]
fn nothing_is_an_ordinary_shop() {
    let calendar = Calendar::learn(&[], &Ask { origin: date(2024, 1, 1), horizon_days: 1, holidays: &[], seed: 0 });
    assert_eq!(calendar.effect(day_number(date(2024, 1, 1))), DayEffect { open: 1.0, factor: 1.0 });
    assert_eq!((calendar.profile, calendar.index_to_come(739_000)), ([1.0; 7], 1.0));
}
