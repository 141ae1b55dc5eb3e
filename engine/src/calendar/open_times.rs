//! How long a calendar is open between two instants: its open times laid out once, with how much came before each, so that a question is
//! two searches however far apart the instants are. Counts in microseconds.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::CalendarVersion;
use crate::profile;

/// The years that are laid out; what lies outside has no answer.
const YEARS: std::ops::Range<i32> = 1970..2100;

/// Open times, in order and apart.
#[derive(Debug)]
pub struct OpenTimes {
    spans: Vec<Span>,
    /// Where they begin and end to be known.
    from: i64,
    until: i64,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    opens: i64,
    closes: i64,
    /// How long it was open before.
    before: i64,
}

impl OpenTimes {
    /// The open times of a calendar's versions, which are in order of their first day: each holds until the next begins.
    pub(super) fn of(versions: &[CalendarVersion]) -> Self {
        let [first_day, last_day] =
            [YEARS.start, YEARS.end].map(|year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN));
        let begins = |version: &CalendarVersion| version.effective_from.clamp(first_day, last_day);
        let start = |version: &CalendarVersion| micros(start_of(version, begins(version)));
        let until = micros(last_day.and_time(NaiveTime::MIN).and_utc());
        let mut times = Self { spans: Vec::new(), from: versions.first().map_or(until, start), until };
        for (index, version) in versions.iter().enumerate() {
            let next = versions.get(index + 1);
            let (from, until) = (start(version), next.map_or(until, start));
            // A day more than its own: the next version's zone may begin its day later.
            let days_end = next.map_or(last_day, |next| begins(next) + TimeDelta::days(2));
            for day in begins(version).iter_days().take_while(|day| *day < days_end) {
                if version.closed.contains(&day) {
                    continue;
                }
                for hours in &version.hours[day.weekday().num_days_from_monday() as usize] {
                    let at = |minute: u16| micros(minute_of(version, day, minute));
                    times.open(at(hours.from_minute).max(from), at(hours.to_minute).min(until));
                }
            }
        }
        times
    }

    /// The open time from `from` until `to`, both in microseconds; negative when `to` is earlier; none where the calendar is not known.
    pub fn between(&self, from: i64, to: i64) -> Option<i64> {
        Some(self.before(to)? - self.before(from)?)
    }

    /// The open time before `instant`.
    fn before(&self, instant: i64) -> Option<i64> {
        if instant < self.from || instant > self.until {
            return None;
        }
        let begun = self.spans.partition_point(|span| span.opens <= instant);
        let last = begun.checked_sub(1).map(|index| self.spans[index]);
        Some(last.map_or(0, |span| span.before + (instant.min(span.closes) - span.opens)))
    }

    fn open(&mut self, opens: i64, closes: i64) {
        if closes <= opens {
            return;
        }
        match self.spans.last_mut() {
            Some(last) if last.closes >= opens => last.closes = last.closes.max(closes),
            last => {
                let before = last.map_or(0, |last| last.before + (last.closes - last.opens));
                self.spans.push(Span { opens, closes, before });
            }
        }
    }
}

fn micros(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros()
}

fn start_of(version: &CalendarVersion, day: NaiveDate) -> DateTime<Utc> {
    minute_of(version, day, 0)
}

/// The instant at a minute of the local day; minute 1,440 is the next day's midnight.
fn minute_of(version: &CalendarVersion, day: NaiveDate, minute: u16) -> DateTime<Utc> {
    profile::instant(version.zone, day.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute)))
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::super::OpenHours;
    use super::*;

    const OFFICE: OpenHours = OpenHours { from_minute: 540, to_minute: 1_020 };
    const ALL_DAY: OpenHours = OpenHours { from_minute: 0, to_minute: 1_440 };

    fn version(zone: Tz, from: &str, hours: OpenHours, days: usize) -> CalendarVersion {
        CalendarVersion {
            name: "c".into(),
            recorded_at: DateTime::UNIX_EPOCH,
            effective_from: from.parse().unwrap(),
            zone,
            hours: std::array::from_fn(|day| if day < days { vec![hours] } else { Vec::new() }),
            closed: ["2026-01-01".parse().unwrap()].into(),
        }
    }

    fn office(zone: Tz) -> OpenTimes {
        OpenTimes::of(&[version(zone, "2000-01-01", OFFICE, 5)])
    }

    fn at(text: &str) -> i64 {
        micros(text.parse().unwrap())
    }

    #[track_caller]
    fn check(times: &OpenTimes, from: &str, until: &str, minutes: i64) {
        assert_eq!(times.between(at(from), at(until)), Some(minutes * 60_000_000), "{from} to {until}");
    }

    #[test]
    fn counts_open_minutes_alone() {
        let office = office(Tz::UTC);
        check(&office, "2026-01-05T10:00:00Z", "2026-01-05T11:30:00Z", 90);
        check(&office, "2026-01-05T07:00:00Z", "2026-01-05T10:00:00Z", 60);
        check(&office, "2026-01-05T16:00:00Z", "2026-01-06T10:00:00Z", 120);
        check(&office, "2026-01-05T18:00:00Z", "2026-01-06T08:00:00Z", 0);
        // Friday to Monday over a weekend, and backwards.
        check(&office, "2026-01-09T16:00:00Z", "2026-01-12T10:00:00Z", 120);
        check(&office, "2026-01-12T10:00:00Z", "2026-01-09T16:00:00Z", -120);
    }

    #[test]
    fn nothing_is_open_on_holidays_and_at_one_instant() {
        let office = office(Tz::UTC);
        check(&office, "2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z", 0);
        check(&office, "2025-12-31T16:00:00Z", "2026-01-02T10:00:00Z", 120);
    }

    #[test]
    fn hours_are_the_zones_own() {
        let office = office(Tz::Asia__Kolkata);
        check(&office, "2026-01-05T00:00:00Z", "2026-01-05T04:00:00Z", 30);
        check(&office, "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z", 480);
    }

    #[test]
    fn a_day_around_the_clock_is_as_long_as_the_zone_makes_it() {
        let always = OpenTimes::of(&[version(Tz::Europe__London, "2000-01-01", ALL_DAY, 7)]);
        check(&always, "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z", 23 * 60);
        check(&always, "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z", 25 * 60);
        // One for the years before the day it is closed, one for those after.
        assert_eq!(always.spans.len(), 2);
    }

    #[test]
    fn each_version_holds_until_the_next() {
        let late = OpenHours { from_minute: 600, to_minute: 660 };
        let times = OpenTimes::of(&[
            version(Tz::Europe__London, "2026-01-01", OFFICE, 7),
            version(Tz::America__New_York, "2026-02-01", late, 7),
        ]);
        check(&times, "2026-01-30T00:00:00Z", "2026-01-31T00:00:00Z", 480);
        // New York's day begins five hours later: until then the old hours would hold, and they are over.
        check(&times, "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", 60);
        check(&times, "2026-02-01T15:00:00Z", "2026-02-01T15:30:00Z", 30);
        assert_eq!(times.between(at("2025-12-31T12:00:00Z"), at("2026-01-02T00:00:00Z")), None, "not known before the first");
        assert_eq!(times.between(at("2026-02-01T12:00:00Z"), at("2101-01-02T00:00:00Z")), None, "nor after the last year");
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(start in 0_i64..2_000_000, parts in prop::collection::vec(0_i64..5_000, 1..20)) {
            let office = office(Tz::America__New_York);
            let minute = |minute: i64| at("2024-01-01T00:00:00Z") + minute * 60_000_000;
            let mut now = start;
            let mut sum = 0;
            for part in parts {
                sum += office.between(minute(now), minute(now + part)).unwrap();
                now += part;
            }
            prop_assert_eq!(office.between(minute(start), minute(now)), Some(sum));
            prop_assert!(sum <= (now - start) * 60_000_000);
        }
    }
}
