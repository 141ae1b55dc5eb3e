//! Instants in milliseconds UTC and days since 1970, and how both are written. Knows no clock.

use chrono::{Datelike, NaiveDate, TimeDelta};

pub(super) const SECOND: i64 = 1_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub(super) type Instant = i64;

/// A calendar day, UTC: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub(super) i32);

impl Day {
    /// The day of a date.
    pub(super) fn of_date(date: NaiveDate) -> Self {
        Self(i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(0))
    }

    /// The day that holds `instant`.
    pub(super) fn of(instant: Instant) -> Self {
        Self(instant.div_euclid(DAY) as i32)
    }

    /// Its first instant.
    pub(super) fn start(self) -> Instant {
        i64::from(self.0) * DAY
    }

    /// The day `days` later.
    pub(super) fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// Its date.
    pub(super) fn date(self) -> NaiveDate {
        NaiveDate::default() + TimeDelta::days(i64::from(self.0))
    }

    /// 0 on Mondays, 6 on Sundays.
    pub(super) fn weekday(self) -> usize {
        (self.0 + 3).rem_euclid(7) as usize
    }

    /// Month from 1 and day of the month from 1.
    pub(super) fn month_and_day(self) -> (u32, u32) {
        let date = self.date();
        (date.month(), date.day())
    }

    /// Writes it as 2026-01-31.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        let date = self.date();
        digits(out, u32::try_from(date.year()).unwrap_or(0), 4);
        out.push(b'-');
        digits(out, date.month(), 2);
        out.push(b'-');
        digits(out, date.day(), 2);
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.date().fmt(formatter)
    }
}

/// Writes instants as RFC 3339 in UTC; remembers the day written last, since most are of one day.
#[derive(Debug, Clone)]
pub(super) struct InstantWriter {
    day: Day,
    text: Vec<u8>,
}

impl InstantWriter {
    pub(super) fn new() -> Self {
        let mut text = Vec::with_capacity(10);
        Day(0).write(&mut text);
        Self { day: Day(0), text }
    }

    /// Writes 2026-01-31T23:59:59.999Z.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, instant: Instant) {
        let day = Day::of(instant);
        if day != self.day {
            self.day = day;
            self.text.clear();
            day.write(&mut self.text);
        }
        out.extend_from_slice(&self.text);
        let millisecond = instant.rem_euclid(DAY) as u32;
        let second = millisecond / 1_000;
        let mut time = *b"T00:00:00.000Z";
        two(&mut time, 1, second / 3_600);
        two(&mut time, 4, second / 60 % 60);
        two(&mut time, 7, second % 60);
        two(&mut time, 10, millisecond % 1_000 / 10);
        time[12] = b'0' + (millisecond % 10) as u8;
        out.extend_from_slice(&time);
    }
}

fn two(text: &mut [u8], at: usize, value: u32) {
    text[at] = b'0' + (value / 10) as u8;
    text[at + 1] = b'0' + (value % 10) as u8;
}

/// `value` in decimal, filled to `width` with zeros.
fn digits(out: &mut Vec<u8>, value: u32, width: usize) {
    let from = out.len();
    out.resize(from + width, b'0');
    let mut left = value;
    for place in (from..from + width).rev() {
        out[place] = b'0' + (left % 10) as u8;
        left /= 10;
    }
}

/// `instant` as text.
pub(super) fn text(instant: Instant) -> String {
    let mut out = Vec::new();
    InstantWriter::new().write(&mut out, instant);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_rfc_3339() {
        for (instant, written) in [(0, "1970-01-01T00:00:00.000Z"), (1_767_225_599_987, "2025-12-31T23:59:59.987Z")] {
            assert_eq!(text(instant), written);
        }
        assert_eq!(Day::of(1_767_225_600_000).weekday(), 3, "2026-01-01 is a Thursday");
    }
}
