//! Business calendars: when a tenant is open, by day of the week and holiday, from a date on, with everything that was ever recorded of them.
//! Does not measure open time.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::slug::check_slug;
use crate::tenant::weekday_name;
use crate::{Control, ControlError, Opening, Result, stored};

/// A tenant's opening hours under a name, valid from a date until the next version of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Whose calendar.
    pub tenant_id: String,
    /// Which of its calendars, such as `support`.
    pub name: String,
    /// First day of this version.
    pub effective_from: NaiveDate,
    /// When it was recorded: of two versions of one first day the later holds.
    pub recorded_at: DateTime<Utc>,
    /// Where its clock hangs.
    pub zone: Tz,
    /// When it is open.
    pub hours: WeeklyHours,
    /// Days on which it is closed whatever the hours say.
    pub holidays: BTreeSet<NaiveDate>,
}

/// Opening hours of each day of the week, in order and apart; a day without any is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "a field a day")]
pub struct WeeklyHours {
    pub monday: Vec<Opening>,
    pub tuesday: Vec<Opening>,
    pub wednesday: Vec<Opening>,
    pub thursday: Vec<Opening>,
    pub friday: Vec<Opening>,
    pub saturday: Vec<Opening>,
    pub sunday: Vec<Opening>,
}

impl WeeklyHours {
    /// The same hours from Monday to Friday, closed at the weekend.
    pub fn monday_to_friday(opening: Opening) -> Self {
        let day = vec![opening];
        Self {
            monday: day.clone(),
            tuesday: day.clone(),
            wednesday: day.clone(),
            thursday: day.clone(),
            friday: day,
            ..Self::default()
        }
    }

    /// Open around the clock, every day.
    pub fn always() -> Self {
        let day = vec![Opening::ALL_DAY];
        Self { saturday: day.clone(), sunday: day, ..Self::monday_to_friday(Opening::ALL_DAY) }
    }

    /// The hours of a day of the week.
    pub fn on(&self, day: Weekday) -> &[Opening] {
        match day {
            Weekday::Mon => &self.monday,
            Weekday::Tue => &self.tuesday,
            Weekday::Wed => &self.wednesday,
            Weekday::Thu => &self.thursday,
            Weekday::Fri => &self.friday,
            Weekday::Sat => &self.saturday,
            Weekday::Sun => &self.sunday,
        }
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, day: Weekday) -> &mut Vec<Opening> {
        match day {
            Weekday::Mon => &mut self.monday,
            Weekday::Tue => &mut self.tuesday,
            Weekday::Wed => &mut self.wednesday,
            Weekday::Thu => &mut self.thursday,
            Weekday::Fri => &mut self.friday,
            Weekday::Sat => &mut self.saturday,
            Weekday::Sun => &mut self.sunday,
        }
    }

    fn check(&self) -> Result<()> {
        let mut day = Weekday::Mon;
        loop {
            let overlapping = self.on(day).windows(2).find(|pair| pair[0].to_minute() > pair[1].from_minute());
            if let Some(pair) = overlapping {
                let detail = format!("must begin after {} has ended ({})", pair[0], weekday_name(day));
                return Err(ControlError::invalid("opening hours", &pair[1].to_string(), detail));
            }
            day = day.succ();
            if day == Weekday::Mon {
                return Ok(());
            }
        }
    }
}

#[derive(FromRow)]
struct CalendarRow {
    tenant_id: String,
    name: String,
    effective_from: String,
    recorded_at: String,
    zone: String,
    hours: String,
    holidays: String,
}

impl TryFrom<CalendarRow> for Calendar {
    type Error = ControlError;

    fn try_from(row: CalendarRow) -> Result<Self> {
        Ok(Self {
            effective_from: stored::value("date", &row.effective_from)?,
            recorded_at: stored::instant(&row.recorded_at)?,
            zone: stored::value("zone", &row.zone)?,
            hours: serde_json::from_str(&row.hours).map_err(stored::unreadable("set of opening hours"))?,
            holidays: serde_json::from_str(&row.holidays).map_err(stored::unreadable("list of holidays"))?,
            tenant_id: row.tenant_id,
            name: row.name,
        })
    }
}

/// Most versions that a tenant's calendars may have together.
const VERSIONS_MAX: usize = 10_000;

impl Control {
    /// Records a version of a calendar, unless the one that holds from its first day on says the same. Nothing that was recorded is changed.
    /// Returns whether it was recorded.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for overlapping hours or too many versions, [`ControlError::Conflict`] for an unknown tenant.
    pub async fn record_calendar(&self, calendar: &Calendar) -> Result<bool> {
        let json = "writing a calendar as JSON";
        check_slug("calendar", &calendar.name)?;
        calendar.hours.check()?;
        let versions = self.calendars(&calendar.tenant_id).await?;
        let of_its_day = |known: &&Calendar| known.name == calendar.name && known.effective_from == calendar.effective_from;
        if versions.iter().rfind(of_its_day).is_some_and(|known| known.says_as(calendar)) {
            return Ok(false);
        }
        if versions.len() >= VERSIONS_MAX {
            let detail = format!("has {VERSIONS_MAX} versions of calendars, as many as a tenant may have");
            return Err(ControlError::invalid("tenant", &calendar.tenant_id, detail));
        }
        let hours = serde_json::to_string(&calendar.hours).map_err(ControlError::store(json))?;
        let holidays = serde_json::to_string(&calendar.holidays).map_err(ControlError::store(json))?;
        let sql = "
            INSERT INTO calendar_versions (tenant_id, name, effective_from, recorded_at, zone, hours, holidays)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let query = sqlx::query(sql).bind(&calendar.tenant_id).bind(&calendar.name).bind(calendar.effective_from.to_string());
        let query = query.bind(stored::instant_text(calendar.recorded_at));
        let query = query.bind(calendar.zone.name()).bind(hours).bind(holidays);
        let context = format!("storing calendar `{}` of tenant `{}`", calendar.name, calendar.tenant_id);
        query.execute(&self.pool).await.map_err(ControlError::write(context))?;
        Ok(true)
    }

    /// Everything that was recorded of a tenant's calendars: by name and first day, the earlier recorded before the later.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn calendars(&self, tenant_id: &str) -> Result<Vec<Calendar>> {
        let sql = "
            SELECT tenant_id, name, effective_from, recorded_at, zone, hours, holidays
            FROM calendar_versions
            WHERE tenant_id = $1
            ORDER BY name, effective_from, recorded_at";
        let query = sqlx::query_as(sql).bind(tenant_id);
        let rows: Vec<CalendarRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading calendars"))?;
        rows.into_iter().map(Calendar::try_from).collect()
    }
}

impl Calendar {
    /// Whether both have the same hours from the same day on.
    fn says_as(&self, other: &Self) -> bool {
        Self { recorded_at: other.recorded_at, ..self.clone() } == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fresh_stores;
    use crate::{Kind, Tenant};

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn calendar(effective_from: &str, opening: &str) -> Calendar {
        Calendar {
            tenant_id: "desk".into(),
            name: "support".into(),
            effective_from: date(effective_from),
            recorded_at: DateTime::UNIX_EPOCH,
            zone: Tz::Europe__London,
            hours: WeeklyHours::monday_to_friday(opening.parse().unwrap()),
            holidays: [date("2016-12-26"), date("2016-12-27")].into(),
        }
    }

    #[tokio::test]
    async fn every_edition_is_kept_and_the_same_is_recorded_once() {
        for control in fresh_stores().await {
            let tenant = Tenant::new("desk", "Desk", "EUR", Tz::UTC, "en");
            control.ensure_tenant(&tenant).await.unwrap();
            let later =
                |calendar: Calendar, recorded_at: &str| Calendar { recorded_at: recorded_at.parse().unwrap(), ..calendar };
            let first = calendar("2016-01-01", "10:00-11:00");
            let edited = later(calendar("2016-01-01", "09:00-17:00"), "2016-02-01T00:00:00Z");
            let next = later(calendar("2016-07-01", "08:00-18:00"), "2016-01-15T00:00:00Z");
            for version in [&next, &first, &edited] {
                assert!(control.record_calendar(version).await.unwrap());
            }
            assert!(!control.record_calendar(&later(edited.clone(), "2016-03-01T00:00:00Z")).await.unwrap());
            assert_eq!(control.calendars("desk").await.unwrap(), [first.clone(), edited, next]);
            assert!(control.record_calendar(&later(first, "2016-03-01T00:00:00Z")).await.unwrap(), "what was before holds again");
            assert!(control.calendars("other").await.unwrap().is_empty());
        }
    }

    #[tokio::test]
    async fn refuses_hours_that_overlap_and_tenants_that_are_not() {
        for control in fresh_stores().await {
            let mut wrong = calendar("2016-01-01", "09:00-12:00");
            wrong.hours.wednesday.push("11:59-17:00".parse().unwrap());
            let error = control.record_calendar(&wrong).await.unwrap_err();
            assert_eq!(error.to_string(), "opening hours `11:59-17:00` must begin after 09:00-12:00 has ended (wednesday)");
            let error = control.record_calendar(&calendar("2016-01-01", "09:00-12:00")).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Conflict);
        }
    }

    #[test]
    fn hours_are_written_as_people_write_them() {
        let hours: WeeklyHours = serde_json::from_str(r#"{"monday": ["09:00-12:00", "13:00-17:00"]}"#).unwrap();
        assert_eq!(hours.on(Weekday::Mon).len(), 2);
        assert!(hours.on(Weekday::Sun).is_empty());
        for wrong in [r#"{"mon": []}"#, r#"{"monday": ["9-5"]}"#] {
            assert!(serde_json::from_str::<WeeklyHours>(wrong).is_err(), "{wrong}");
        }
    }
}
