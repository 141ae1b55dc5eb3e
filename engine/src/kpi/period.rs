//! The span of time that a number is for, and the span that it is compared with: the period before, cut at the same elapsed point.
//! Knows calendars through [`TenantProfile`], no KPI.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::grain::Grain;
use crate::error::{EngineError, Result};
use crate::profile::TenantProfile;

/// What a caller asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeriodRequest {
    /// A name, such as `month_to_date`.
    Named(String),
    /// Local days or instants, the end not counted; either may be open.
    Between(Option<String>, Option<String>),
}

/// What a period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compare {
    /// Nothing.
    None,
    /// The period before.
    Previous,
    /// The same period a year before.
    Year,
}

impl Compare {
    /// The comparison named `name`.
    ///
    /// # Errors
    /// [`EngineError::Request`] naming those that exist.
    pub fn parse(name: &str) -> Result<Self> {
        match name {
            "none" => Ok(Self::None),
            "previous" => Ok(Self::Previous),
            "year" => Ok(Self::Year),
            other => Err(EngineError::Request(format!("no comparison `{other}`; there is previous, year and none"))),
        }
    }
}

/// A half-open span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Period {
    /// The name it was asked by.
    pub name: Option<String>,
    /// First instant that counts.
    pub from: DateTime<Utc>,
    /// First instant that no longer counts; never after now.
    pub to: DateTime<Utc>,
    /// For readers: `1–9 Dec 2011`.
    pub label: String,
    /// Whether all of it is over.
    pub complete: bool,
    #[serde(skip)]
    #[schema(ignore)]
    shift: Shift,
}

/// How the period before is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shift {
    /// Whole buckets of this grain, so many of them.
    Buckets(Grain, i32),
    /// As many local days.
    Days(i64),
    /// There is none: all of time.
    Never,
}

const NAMES: &str = "today, yesterday, week_to_date, month_to_date, quarter_to_date, year_to_date, last_7_days, last_30_days, \
                     last_90_days, last_week, last_month, last_quarter, last_year and all";

/// Earlier than any record: the begin of a period that is open to the past.
fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(-62_135_596_800, 0).unwrap_or_default()
}

impl Period {
    /// Places `request` in the tenant's calendar.
    ///
    /// # Errors
    /// [`EngineError::Request`] for an unknown name, a date that does not exist or an end before its begin.
    pub fn resolve(request: &PeriodRequest, profile: &TenantProfile) -> Result<Self> {
        match request {
            PeriodRequest::Named(name) => Self::named(name, profile),
            PeriodRequest::Between(from, to) => Self::between(from.as_deref(), to.as_deref(), profile),
        }
    }

    fn named(name: &str, profile: &TenantProfile) -> Result<Self> {
        let today = profile.today();
        let to_date = |grain: Grain| (grain.first_day(today, profile), 1, Shift::Buckets(grain, 1), grain);
        let last = |grain: Grain| (grain.shift_day(grain.first_day(today, profile), -1), 1, Shift::Buckets(grain, 1), grain);
        let days = |count: i32| (Grain::Day.shift_day(today, 1 - count), count, Shift::Days(count.into()), Grain::Day);
        let (first, buckets, shift, grain) = match name {
            "today" => days(1),
            "yesterday" => (Grain::Day.shift_day(today, -1), 1, Shift::Days(1), Grain::Day),
            "last_7_days" => days(7),
            "last_30_days" => days(30),
            "last_90_days" => days(90),
            "week_to_date" => to_date(Grain::Week),
            "month_to_date" => to_date(Grain::Month),
            "quarter_to_date" => to_date(Grain::Quarter),
            "year_to_date" => to_date(Grain::Year),
            "last_week" => last(Grain::Week),
            "last_month" => last(Grain::Month),
            "last_quarter" => last(Grain::Quarter),
            "last_year" => last(Grain::Year),
            "all" => return Ok(Self::all(profile)),
            other => return Err(EngineError::Request(format!("no period `{other}`; there is {NAMES}, or from and to"))),
        };
        let end = profile.start_of(grain.shift_day(first, buckets));
        Ok(Self::new(Some(name), profile.start_of(first), end, shift, profile))
    }

    /// Everything that is known.
    pub fn all(profile: &TenantProfile) -> Self {
        Self::new(Some("all"), beginning(), profile.now, Shift::Never, profile)
    }

    fn between(from: Option<&str>, to: Option<&str>, profile: &TenantProfile) -> Result<Self> {
        let start = from.map(|from| moment("from", from, profile)).transpose()?;
        let end = to.map(|to| moment("to", to, profile)).transpose()?;
        let (Some(start), Some(end)) = (start, end) else {
            let mut period = Self::new(None, start.unwrap_or_else(beginning), end.unwrap_or(profile.now), Shift::Never, profile);
            period.to = period.to.max(period.from);
            return Ok(period);
        };
        if end <= start {
            return Err(EngineError::Request(format!(
                "the period from {} to {} is empty: `to` is the first day that no longer counts",
                from.unwrap_or_default(),
                to.unwrap_or_default()
            )));
        }
        Ok(Self::new(None, start, end, shift_between(start, end, profile), profile))
    }

    fn new(name: Option<&str>, from: DateTime<Utc>, end: DateTime<Utc>, shift: Shift, profile: &TenantProfile) -> Self {
        let to = end.min(profile.now).max(from);
        let complete = end <= profile.now;
        let label = if from == beginning() { label_until(to, profile) } else { label(from, to, profile) };
        Self { name: name.map(str::to_owned), from, to, label, complete, shift }
    }

    /// Whether the begin is open: nothing lies before.
    pub fn is_open_ended(&self) -> bool {
        self.from == beginning()
    }

    /// The same period with its begin moved to `from`, the first record.
    pub fn starting_at(&self, from: DateTime<Utc>, profile: &TenantProfile) -> Self {
        let from = from.min(self.to);
        Self { from, label: label(from, self.to, profile), ..self.clone() }
    }

    /// The period that this one is compared with, cut at the same elapsed local time; none when there is nothing before.
    pub fn compared(&self, compare: Compare, profile: &TenantProfile) -> Option<Self> {
        let back = match (compare, self.shift) {
            (Compare::None, _) | (_, Shift::Never) => return None,
            (Compare::Year, _) => Back::Buckets(Grain::Year, 1),
            (Compare::Previous, Shift::Buckets(grain, count)) => Back::Buckets(grain, count),
            (Compare::Previous, Shift::Days(days)) => Back::Days(days),
        };
        let from = back.from(self.from, profile);
        let to = match self.shift {
            // What is over is compared with all of the period before, however long its months are.
            Shift::Buckets(..) if self.complete && compare == Compare::Previous => self.from,
            _ => elapsed(self, from, profile).min(if compare == Compare::Previous { self.from } else { self.to }),
        };
        let label = label(from, to, profile);
        Some(Self { name: None, from, to, label, complete: true, shift: self.shift })
    }
}

enum Back {
    Buckets(Grain, i32),
    Days(i64),
}

impl Back {
    fn from(&self, from: DateTime<Utc>, profile: &TenantProfile) -> DateTime<Utc> {
        let local = from.with_timezone(&profile.zone).naive_local();
        let date = match self {
            Self::Buckets(grain, count) => grain.shift_day(local.date(), -count),
            Self::Days(days) => local.date() - TimeDelta::days(*days),
        };
        profile.instant(date.and_time(local.time()))
    }
}

/// `from`, plus as much local time as has elapsed in `period`.
fn elapsed(period: &Period, from: DateTime<Utc>, profile: &TenantProfile) -> DateTime<Utc> {
    let local = |instant: DateTime<Utc>| instant.with_timezone(&profile.zone).naive_local();
    profile.instant(local(from) + (local(period.to) - local(period.from)))
}

fn shift_between(start: DateTime<Utc>, end: DateTime<Utc>, profile: &TenantProfile) -> Shift {
    let (first, after) = (start.with_timezone(&profile.zone).naive_local(), end.with_timezone(&profile.zone).naive_local());
    let midnight = chrono::NaiveTime::MIN;
    if first.day() == 1 && after.day() == 1 && first.time() == midnight && after.time() == midnight {
        let months = (after.year() - first.year()) * 12 + i32::try_from(after.month()).unwrap_or(0)
            - i32::try_from(first.month()).unwrap_or(0);
        return Shift::Buckets(Grain::Month, months);
    }
    let length = after - first;
    let days = length.num_days() + i64::from(length > TimeDelta::days(length.num_days()));
    Shift::Days(days)
}

fn moment(name: &str, text: &str, profile: &TenantProfile) -> Result<DateTime<Utc>> {
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(profile.start_of(date));
    }
    text.parse::<DateTime<Utc>>().map_err(|_| {
        EngineError::Request(format!("`{name}` is `{text}`: write a day as 2011-12-09 or an instant as 2011-12-09T12:30:00Z"))
    })
}

/// `1–9 Dec 2011`, `28 Nov – 4 Dec 2011`, `1 Dec 2010 – 9 Dec 2011`: the last day that counts is named.
fn label(from: DateTime<Utc>, to: DateTime<Utc>, profile: &TenantProfile) -> String {
    let first = from.with_timezone(&profile.zone).date_naive();
    let last = (to - TimeDelta::microseconds(1)).max(from).with_timezone(&profile.zone).date_naive();
    if first == last {
        return first.format("%-d %b %Y").to_string();
    }
    if (first.year(), first.month()) == (last.year(), last.month()) {
        return format!("{}–{}", first.format("%-d"), last.format("%-d %b %Y"));
    }
    let opening = if first.year() == last.year() { "%-d %b" } else { "%-d %b %Y" };
    format!("{} – {}", first.format(opening), last.format("%-d %b %Y"))
}

fn label_until(to: DateTime<Utc>, profile: &TenantProfile) -> String {
    let last = (to - TimeDelta::microseconds(1)).with_timezone(&profile.zone).date_naive();
    format!("until {}", last.format("%-d %b %Y"))
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;

    fn profile(now: &str) -> TenantProfile {
        TenantProfile {
            zone: chrono_tz::Europe::London,
            week_start: Weekday::Mon,
            currency: "GBP".into(),
            small_n: 30,
            now: now.parse().unwrap(),
        }
    }

    fn spans(name: &str, now: &str) -> (String, String) {
        let profile = profile(now);
        let period = Period::resolve(&PeriodRequest::Named(name.into()), &profile).unwrap();
        let before = period.compared(Compare::Previous, &profile).unwrap();
        (period.label, before.label)
    }

    #[test]
    fn compares_to_the_same_elapsed_point() {
        assert_eq!(spans("month_to_date", "2011-12-10T00:00:00Z"), ("1–9 Dec 2011".into(), "1–9 Nov 2011".into()));
        assert_eq!(spans("week_to_date", "2011-12-10T00:00:00Z"), ("5–9 Dec 2011".into(), "28 Nov – 2 Dec 2011".into()));
        assert_eq!(spans("year_to_date", "2011-12-10T00:00:00Z"), ("1 Jan – 9 Dec 2011".into(), "1 Jan – 9 Dec 2010".into()));
        assert_eq!(spans("last_7_days", "2011-12-10T00:00:00Z"), ("3–9 Dec 2011".into(), "26 Nov – 2 Dec 2011".into()));
    }

    #[test]
    fn the_31st_is_cut_at_the_end_of_a_shorter_month() {
        assert_eq!(spans("month_to_date", "2011-03-31T23:00:00Z"), ("1–31 Mar 2011".into(), "1–28 Feb 2011".into()));
        assert_eq!(spans("last_month", "2011-12-10T00:00:00Z"), ("1–30 Nov 2011".into(), "1–31 Oct 2011".into()));
    }

    #[test]
    fn whole_months_are_compared_with_whole_months() {
        let profile = profile("2011-12-10T00:00:00Z");
        let request = PeriodRequest::Between(Some("2011-02-01".into()), Some("2011-03-01".into()));
        let period = Period::resolve(&request, &profile).unwrap();
        assert_eq!(period.compared(Compare::Previous, &profile).unwrap().label, "1–31 Jan 2011");
        assert_eq!(period.compared(Compare::Year, &profile).unwrap().label, "1–28 Feb 2010");
    }

    #[test]
    fn an_empty_period_says_so() {
        let request = PeriodRequest::Between(Some("2011-03-01".into()), Some("2011-03-01".into()));
        let error = Period::resolve(&request, &profile("2011-12-10T00:00:00Z")).unwrap_err();
        assert!(error.to_string().contains("no longer counts"));
    }

    #[test]
    fn dates_that_do_not_exist_are_named() {
        let request = PeriodRequest::Between(Some("2011-02-31".into()), None);
        assert!(Period::resolve(&request, &profile("2011-12-10T00:00:00Z")).unwrap_err().to_string().contains("2011-02-31"));
    }
}
