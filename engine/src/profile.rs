//! What the engine must know of a tenant to answer in its terms: zone, week, currency, and its now. Knows nothing of where that is kept.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// A tenant's calendar and conventions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TenantProfile {
    /// Zone of days, weeks and months.
    pub zone: Tz,
    /// First day of the week.
    pub week_start: Weekday,
    /// Reporting currency, ISO 4217.
    pub currency: String,
    /// Below this many records a number is shown as resting on few.
    pub small_n: u64,
    /// The tenant's now: the clock's, or the end of the day that is set as its today.
    pub now: DateTime<Utc>,
}

impl TenantProfile {
    /// A profile of nobody: UTC, weeks from Monday; to plan with.
    pub fn neutral(now: DateTime<Utc>) -> Self {
        Self { zone: Tz::UTC, week_start: Weekday::Mon, currency: "XXX".into(), small_n: 30, now }
    }

    /// The local date that now lies in; the end of a day still counts to that day.
    pub fn today(&self) -> NaiveDate {
        (self.now - TimeDelta::microseconds(1)).with_timezone(&self.zone).date_naive()
    }

    /// The instant at which `date` begins in the tenant's zone.
    pub fn start_of(&self, date: NaiveDate) -> DateTime<Utc> {
        self.instant(date.and_time(chrono::NaiveTime::MIN))
    }

    /// The instant of a local time; the earlier of two when clocks go back, the next that exists when they go forward.
    pub fn instant(&self, local: chrono::NaiveDateTime) -> DateTime<Utc> {
        instant(self.zone, local)
    }
}

/// The instant of a local time in `zone`, as [`TenantProfile::instant`] says.
pub fn instant(zone: Tz, local: chrono::NaiveDateTime) -> DateTime<Utc> {
    // Gaps are at most a day long (Samoa, 2011); quarter hours are the finest that zones have used.
    (0..=96)
        .find_map(|quarters| zone.from_local_datetime(&(local + TimeDelta::minutes(15 * quarters))).earliest())
        .map_or_else(|| local.and_utc(), |instant| instant.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(zone: Tz, now: &str) -> TenantProfile {
        let now = now.parse().unwrap();
        TenantProfile { zone, week_start: Weekday::Mon, currency: "EUR".into(), small_n: 30, now }
    }

    #[test]
    fn end_of_a_day_is_that_day() {
        let profile = profile(chrono_tz::Europe::London, "2011-12-10T00:00:00Z");
        assert_eq!(profile.today().to_string(), "2011-12-09");
    }

    #[test]
    fn days_begin_where_midnight_does_not_exist() {
        let profile = profile(chrono_tz::America::Sao_Paulo, "2018-12-01T00:00:00Z");
        let start = profile.start_of(NaiveDate::from_ymd_opt(2018, 11, 4).unwrap());
        assert_eq!(start.to_rfc3339(), "2018-11-04T03:00:00+00:00");
    }
}
