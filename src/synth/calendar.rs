//! When people buy: weekdays, months, holidays, sales days, growth. Shares in thousandths of an ordinary day. Knows no articles.

use super::chance::Chance;
use super::instant::{Day, HOUR, Instant, MINUTE};

/// Monday to Sunday.
const WEEKDAYS: [u64; 7] = [1_090, 1_040, 1_000, 990, 1_010, 880, 990];
/// January to December, before holidays.
const MONTHS: [u64; 12] = [880, 860, 920, 950, 980, 940, 900, 890, 960, 1_020, 1_200, 1_350];
/// What a year adds.
const GROWTH_PER_YEAR: u64 = 90;
/// Orders by hour of the customer's day.
const HOURS: [u32; 24] = [6, 3, 2, 1, 1, 2, 8, 20, 40, 55, 62, 60, 62, 58, 55, 54, 55, 58, 66, 78, 84, 70, 40, 18];

/// Demand of the whole company on `day`, in thousandths of an ordinary day's, when the period began on `from`.
pub(super) fn demand(day: Day, from: Day) -> u64 {
    let (month, _) = day.month_and_day();
    let age = u64::try_from(day.0 - from.0).unwrap_or(0);
    let growth = 1_000 + GROWTH_PER_YEAR * age / 365;
    let season = MONTHS[month as usize - 1] * WEEKDAYS[day.weekday()] / 1_000;
    season * holiday(day) / 1_000 * growth / 1_000
}

/// What holidays and sales days do.
fn holiday(day: Day) -> u64 {
    match day.month_and_day() {
        (1, 1) => 400,
        (1, 2..=8) => 1_120,
        (5, 1) => 750,
        (11, date) if black_week(day, date) => 1_900,
        (12, 1..=17) => 1_250,
        (12, 18..=22) => 900,
        (12, 23 | 27..=31) => 620,
        (12, 24..=26) => 300,
        _ => 1_000,
    }
}

/// From the Thursday before to the Monday after the last Friday but none of November.
fn black_week(day: Day, date: u32) -> bool {
    let fourth_thursday = 22 + (10 - day.plus(1 - date as i32).weekday() as u32) % 7;
    (fourth_thursday..=fourth_thursday + 4).contains(&date)
}

/// Whether offices work.
pub(super) fn is_working(day: Day) -> bool {
    day.weekday() < 5 && !matches!(day.month_and_day(), (1, 1) | (12, 25 | 26))
}

/// The first working day from `day` on.
pub(super) fn next_working(day: Day) -> Day {
    (0..).map(|later| day.plus(later)).find(|day| is_working(*day)).unwrap_or(day)
}

/// A moment within a customer's day whose clock is `ahead` hours before UTC.
pub(super) fn moment(chance: &mut Chance, day: Day, ahead: i64) -> Instant {
    let hour = (chance.weighted(&HOURS) as i64 - ahead).rem_euclid(24);
    day.start() + hour * HOUR + chance.between(0, HOUR - 1)
}

/// A moment of a working day's office hours.
pub(super) fn office_moment(chance: &mut Chance, day: Day) -> Instant {
    day.start() + chance.between(8 * HOUR, 17 * HOUR) + chance.between(0, MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_friday_stands_out_and_christmas_is_quiet() {
        let day = |text: &str| Day::of_date(text.parse().unwrap());
        let from = day("2026-01-01");
        assert!(demand(day("2026-11-27"), from) > 2_000);
        assert!(demand(day("2026-11-20"), from) < 1_400);
        assert!(demand(day("2026-12-25"), from) < 500);
        assert!(!is_working(day("2026-12-25")));
        assert_eq!(next_working(day("2026-12-25")), day("2026-12-28"));
    }
}
