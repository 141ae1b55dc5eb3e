//! Hours, days, weeks, months and quarters of a tenant's zone and week: where they begin, and the edges of a series. Knows no KPI.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{EngineError, Result};
use crate::profile::TenantProfile;

/// The length of a series' buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// A clock hour.
    Hour,
    /// A local day, 23 to 25 hours long.
    Day,
    /// Seven local days from the tenant's first weekday.
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months.
    Quarter,
    /// A calendar year.
    Year,
}

impl Grain {
    /// The grain named `name`.
    ///
    /// # Errors
    /// [`EngineError::Request`] naming the grains that exist.
    pub fn parse(name: &str) -> Result<Self> {
        Ok(match name {
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            other => {
                return Err(EngineError::Request(format!(
                    "no grain `{other}`; there is hour, day, week, month, quarter and year"
                )));
            }
        })
    }

    /// The first local day of the bucket that `date` lies in; the day itself for hours.
    pub fn first_day(self, date: NaiveDate, profile: &TenantProfile) -> NaiveDate {
        let from_first = |month: u32| NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap_or(date);
        match self {
            Self::Hour | Self::Day => date,
            Self::Week => date.week(profile.week_start).checked_first_day().unwrap_or(date),
            Self::Month => from_first(date.month()),
            Self::Quarter => from_first((date.month() - 1) / 3 * 3 + 1),
            Self::Year => from_first(1),
        }
    }

    /// `first`, moved by `steps` buckets.
    pub fn shift_day(self, first: NaiveDate, steps: i32) -> NaiveDate {
        let months = |count: i32| {
            let by = Months::new(count.unsigned_abs());
            if count >= 0 { first.checked_add_months(by) } else { first.checked_sub_months(by) }
        };
        let days = |count: i32| {
            let by = Days::new(u64::from(count.unsigned_abs()));
            if count >= 0 { first.checked_add_days(by) } else { first.checked_sub_days(by) }
        };
        let shifted = match self {
            Self::Hour | Self::Day => days(steps),
            Self::Week => days(steps.saturating_mul(7)),
            Self::Month => months(steps),
            Self::Quarter => months(steps.saturating_mul(3)),
            Self::Year => months(steps.saturating_mul(12)),
        };
        shifted.unwrap_or(first)
    }

    /// Where the bucket of `instant` begins.
    pub fn floor(self, instant: DateTime<Utc>, profile: &TenantProfile) -> DateTime<Utc> {
        let local = instant.with_timezone(&profile.zone);
        if self == Self::Hour {
            let into_hour = TimeDelta::nanoseconds(i64::from(local.minute()) * 60_000_000_000)
                + TimeDelta::nanoseconds(i64::from(local.second()) * 1_000_000_000)
                + TimeDelta::nanoseconds(i64::from(local.nanosecond()));
            return instant - into_hour;
        }
        profile.start_of(self.first_day(local.date_naive(), profile))
    }

    /// Where the bucket that begins at `start` ends and the next begins.
    pub fn next(self, start: DateTime<Utc>, profile: &TenantProfile) -> DateTime<Utc> {
        if self == Self::Hour {
            return start + TimeDelta::hours(1);
        }
        profile.start_of(self.shift_day(start.with_timezone(&profile.zone).date_naive(), 1))
    }

    /// Edges from `from` to `to`: `from` itself, every bucket's begin between, and `to`.
    ///
    /// # Errors
    /// [`EngineError::Limit`] when there would be more than `most` buckets.
    pub fn edges(
        self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        profile: &TenantProfile,
        most: usize,
    ) -> Result<Vec<DateTime<Utc>>> {
        let mut edges = vec![from];
        let mut next = self.next(self.floor(from, profile), profile);
        while next < to {
            if edges.len() > most {
                return Err(EngineError::Limit {
                    what: "the number of points".into(),
                    limit: u64::try_from(most).unwrap_or(u64::MAX),
                    setting: "series_points",
                    remedy: "take a longer grain or a shorter period".into(),
                });
            }
            edges.push(next);
            next = self.next(next, profile);
        }
        edges.push(to);
        Ok(edges)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;

    fn profile() -> TenantProfile {
        TenantProfile {
            zone: chrono_tz::Europe::London,
            week_start: Weekday::Mon,
            currency: "GBP".into(),
            small_n: 30,
            now: at("2011-12-10T00:00:00Z"),
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_follow_the_clock_change() {
        let edges = Grain::Day.edges(at("2011-03-26T00:00:00Z"), at("2011-03-28T23:00:00Z"), &profile(), 10).unwrap();
        assert_eq!(
            edges,
            [at("2011-03-26T00:00:00Z"), at("2011-03-27T00:00:00Z"), at("2011-03-27T23:00:00Z"), at("2011-03-28T23:00:00Z")]
        );
    }

    #[test]
    fn first_bucket_may_be_cut() {
        let edges = Grain::Week.edges(at("2011-12-01T00:00:00Z"), at("2011-12-10T00:00:00Z"), &profile(), 10).unwrap();
        assert_eq!(edges, [at("2011-12-01T00:00:00Z"), at("2011-12-05T00:00:00Z"), at("2011-12-10T00:00:00Z")]);
    }

    #[test]
    fn too_many_points_are_refused() {
        let error = Grain::Hour.edges(at("2011-01-01T00:00:00Z"), at("2011-12-01T00:00:00Z"), &profile(), 100).unwrap_err();
        assert!(error.to_string().contains("series_points"));
    }
}
