//! Instants as senders write them: ISO 8601 with or without an offset, `/Date(ms)/`, milliseconds and nanoseconds. To the microsecond.
//! A year that has not four digits is no time. Knows no source.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::Wrong;
use super::json_object::excerpt;

/// `text` of `field` as an instant; without an offset, in `zone`.
pub(crate) fn required(field: &str, text: &str, zone: Tz) -> Result<DateTime<Utc>, Wrong> {
    instant(text, zone).ok_or_else(|| Wrong::field(field, excerpt(text), "is no time"))
}

/// `text` as an instant; without an offset, in `zone`; a day is its first instant.
pub(crate) fn instant(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if text.starts_with("/Date(") {
        return of_json_date(text);
    }
    let exact = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    if let Ok(exact) = exact {
        return to_the_microsecond(exact.to_utc());
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
        .or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|day| day.and_time(NaiveTime::MIN)));
    local.ok().filter(has_four_digits).and_then(|local| in_zone(local, zone)).and_then(to_the_microsecond)
}

/// `local` of `zone` as an instant: the first of two where the clock is set back, an hour later where it is set forward.
pub(crate) fn in_zone(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let found = zone.from_local_datetime(&local).earliest();
    let later = || zone.from_local_datetime(&local.checked_add_signed(TimeDelta::hours(1))?).earliest();
    found.or_else(later).map(|found| found.to_utc())
}

/// Milliseconds since 1970.
pub(crate) fn of_milliseconds(milliseconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(milliseconds).filter(has_four_digits)
}

/// Nanoseconds since 1970; none for 0, which stands for "not told" where they are used.
pub(crate) fn of_nanoseconds(nanoseconds: u64) -> Option<DateTime<Utc>> {
    let microseconds = i64::try_from(nanoseconds / 1_000).ok().filter(|microseconds| *microseconds > 0)?;
    DateTime::from_timestamp_micros(microseconds)
}

/// `/Date(1506384247000)/` or `/Date(1506409448000-0700)/`: milliseconds of UTC; the offset only tells where it was written.
fn of_json_date(text: &str) -> Option<DateTime<Utc>> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let digits_end = inner.char_indices().skip(1).find(|(_, letter)| matches!(letter, '+' | '-')).map(|(index, _)| index);
    let milliseconds = digits_end.and_then(|end| inner.get(..end)).unwrap_or(inner);
    of_milliseconds(milliseconds.parse().ok()?)
}

fn to_the_microsecond(instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).filter(has_four_digits)
}

/// Within the years that ISO 8601 writes, so that no zone and no table overflows.
fn has_four_digits(time: &impl Datelike) -> bool {
    (1..=9999).contains(&time.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        instant(text, chrono_tz::Europe::Berlin).map(|instant| instant.to_rfc3339())
    }

    #[test]
    fn each_way_of_writing_an_instant() {
        assert_eq!(shown("2026-11-22T04:30:41.367+00:00").as_deref(), Some("2026-11-22T04:30:41.367+00:00"));
        assert_eq!(shown("2011-12-15T16:54:12.000-08:00").as_deref(), Some("2011-12-16T00:54:12+00:00"));
        assert_eq!(shown("2023-10-16T15:42:46.3440655Z").as_deref(), Some("2023-10-16T15:42:46.344065+00:00"));
        assert_eq!(shown("2020-07-29").as_deref(), Some("2020-07-28T22:00:00+00:00"));
        assert_eq!(shown("2020-6-15").as_deref(), Some("2020-06-14T22:00:00+00:00"));
        assert_eq!(shown("2017-05-07 0:00:00").as_deref(), Some("2017-05-06T22:00:00+00:00"));
        assert_eq!(shown("/Date(1506384247000)/").as_deref(), Some("2017-09-26T00:04:07+00:00"));
        assert_eq!(shown("/Date(1506409448000-0700)/").as_deref(), Some("2017-09-26T07:04:08+00:00"));
        assert_eq!(shown("/Date(-2208988800000)/").as_deref(), Some("1900-01-01T00:00:00+00:00"));
        assert_eq!(shown("/Date(-2208988800000+0100)/").as_deref(), Some("1900-01-01T00:00:00+00:00"));
        assert_eq!(shown("yesterday"), None);
        assert_eq!(shown("/Date()/"), None);
        assert_eq!(shown("/Date(8210266876799999)/"), None);
        assert_eq!(shown("+262142-12-31 23:59:59"), None);
    }

    #[test]
    fn an_hour_that_the_clock_skips_is_the_next() {
        assert_eq!(shown("2026-03-29T02:30:00").as_deref(), Some("2026-03-29T01:30:00+00:00"));
        assert_eq!(shown("2026-10-25T02:30:00").as_deref(), Some("2026-10-25T00:30:00+00:00"));
    }
}
