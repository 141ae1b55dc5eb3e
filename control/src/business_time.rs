//! How long a calendar was open between two instants. Pure; does not know where the calendar or the instants come from.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::{Calendar, Opening, local_time};

impl Calendar {
    /// The open time from `from` until `until`, by the hours of this version alone; zero if `until` is not later. Takes a
    /// step a day.
    pub fn open_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> TimeDelta {
        let last = until.with_timezone(&self.zone).date_naive();
        let days = from.with_timezone(&self.zone).date_naive().iter_days().take_while(|day| *day <= last);
        let open_days = days.filter(|day| !self.holidays.contains(day));
        open_days.map(|day| self.open_on(day, from, until)).sum()
    }

    fn open_on(&self, day: NaiveDate, from: DateTime<Utc>, until: DateTime<Utc>) -> TimeDelta {
        let within = |opening: &Opening| {
            let opens = local_time::instant(self.zone, minute_of(day, opening.from_minute()));
            let closes = local_time::instant(self.zone, minute_of(day, opening.to_minute()));
            (closes.min(until) - opens.max(from)).max(TimeDelta::zero())
        };
        self.hours.on(day.weekday()).iter().map(within).sum()
    }
}

/// The clock's reading at a minute of the day; minute 1,440 is the next day's midnight.
fn minute_of(day: NaiveDate, minute: u16) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WeeklyHours;
    use chrono_tz::Tz;

    fn calendar(zone: Tz, hours: WeeklyHours) -> Calendar {
        Calendar {
            tenant_id: "t".into(),
            name: "c".into(),
            effective_from: NaiveDate::MIN,
            zone,
            hours,
            holidays: ["2026-01-01".parse().unwrap()].into(),
        }
    }

    fn office(zone: Tz) -> Calendar {
        calendar(zone, WeeklyHours::monday_to_friday("09:00-17:00".parse().unwrap()))
    }

    #[track_caller]
    fn check(calendar: &Calendar, from: &str, until: &str, minutes: i64) {
        let open = calendar.open_between(from.parse().unwrap(), until.parse().unwrap());
        assert_eq!(open, TimeDelta::minutes(minutes), "{from} to {until}");
    }

    #[test]
    fn counts_open_minutes_alone() {
        let office = office(Tz::UTC);
        check(&office, "2026-01-05T10:00:00Z", "2026-01-05T11:30:00Z", 90);
        check(&office, "2026-01-05T07:00:00Z", "2026-01-05T10:00:00Z", 60);
        check(&office, "2026-01-05T16:00:00Z", "2026-01-06T10:00:00Z", 120);
        check(&office, "2026-01-05T18:00:00Z", "2026-01-06T08:00:00Z", 0);
        // Friday to Monday over a weekend.
        check(&office, "2026-01-09T16:00:00Z", "2026-01-12T10:00:00Z", 120);
    }

    #[test]
    fn nothing_is_open_backwards_or_on_holidays() {
        let office = office(Tz::UTC);
        check(&office, "2026-01-05T11:00:00Z", "2026-01-05T10:00:00Z", 0);
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
        let always = calendar(Tz::Europe__London, WeeklyHours::always());
        check(&always, "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z", 23 * 60);
        check(&always, "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z", 25 * 60);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let office = office(Tz::America__New_York);
        let start: DateTime<Utc> = "2026-02-27T03:17:00Z".parse().unwrap();
        let whole = office.open_between(start, start + TimeDelta::hours(500));
        let parts = (0..50).map(|part| {
            let from = start + TimeDelta::hours(part * 10);
            office.open_between(from, from + TimeDelta::hours(10))
        });
        assert_eq!(parts.sum::<TimeDelta>(), whole);
    }
}
