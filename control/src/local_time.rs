//! From the clock on a wall to an instant, through the days that a zone skips or repeats. Does not know tenants or calendars.

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The instant at which the clocks of `zone` show `local`: the first of two when they are set back over it, and the moment
/// they are set forward when they skip it.
pub(crate) fn instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => instant.to_utc(),
        LocalResult::None => {
            let before = zone.offset_from_utc_datetime(&(local - TimeDelta::days(1)));
            Utc.from_utc_datetime(&(local - before.fix()))
        }
    }
}

/// The instant at which a local day begins; the day before ends there.
pub(crate) fn start_of_day(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    instant(zone, date.and_time(NaiveTime::MIN))
}

/// The instant at which a local day ends: the next one begins.
pub(crate) fn end_of_day(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    start_of_day(zone, date.checked_add_days(Days::new(1)).unwrap_or(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, date: &str, starts: &str, ends: &str) {
        let zone: Tz = zone.parse().unwrap();
        let date: NaiveDate = date.parse().unwrap();
        assert_eq!(start_of_day(zone, date).to_rfc3339(), format!("{starts}:00+00:00"));
        assert_eq!(end_of_day(zone, date).to_rfc3339(), format!("{ends}:00+00:00"));
    }

    #[test]
    fn days_begin_where_the_zone_says() {
        check("UTC", "2011-12-09", "2011-12-09T00:00", "2011-12-10T00:00");
        check("Europe/London", "2011-07-01", "2011-06-30T23:00", "2011-07-01T23:00");
        check("Asia/Kolkata", "2011-12-09", "2011-12-08T18:30", "2011-12-09T18:30");
    }

    #[test]
    fn days_of_23_and_25_hours() {
        check("Europe/London", "2011-03-27", "2011-03-27T00:00", "2011-03-27T23:00");
        check("Europe/London", "2011-10-30", "2011-10-29T23:00", "2011-10-31T00:00");
    }

    #[test]
    fn midnight_skipped_and_midnight_twice() {
        // Brazil went from 00:00 to 01:00; Cuba goes from 01:00 back to 00:00.
        check("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00", "2018-11-05T02:00");
        check("America/Havana", "2011-11-13", "2011-11-13T04:00", "2011-11-14T05:00");
    }

    #[test]
    fn a_day_that_never_was_is_empty() {
        check("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", "2011-12-30T10:00");
    }
}
