//! Business calendars: when a tenant is open, by day of the week and holiday, from a date on. Does not know what the open
//! time is measured for; business_time.rs measures it.

use std::collections::BTreeSet;

use chrono::{NaiveDate, Weekday};
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
    zone: String,
    hours: String,
    holidays: String,
}

impl TryFrom<CalendarRow> for Calendar {
    type Error = ControlError;

    fn try_from(row: CalendarRow) -> Result<Self> {
        Ok(Self {
            effective_from: stored::value("date", &row.effective_from)?,
            zone: stored::value("zone", &row.zone)?,
            hours: serde_json::from_str(&row.hours).map_err(stored::unreadable("set of opening hours"))?,
            holidays: serde_json::from_str(&row.holidays).map_err(stored::unreadable("list of holidays"))?,
            tenant_id: row.tenant_id,
            name: row.name,
        })
    }
}

impl Control {
    /// Stores a calendar, or what has changed of the version that begins on the same day.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for overlapping hours, [`ControlError::Conflict`] for an unknown tenant.
    pub async fn ensure_calendar(&self, calendar: &Calendar) -> Result<()> {
        let json = "writing a calendar as JSON";
        check_slug("calendar", &calendar.name)?;
        calendar.hours.check()?;
        let hours = serde_json::to_string(&calendar.hours).map_err(ControlError::store(json))?;
        let holidays = serde_json::to_string(&calendar.holidays).map_err(ControlError::store(json))?;
        let sql = "
            INSERT INTO calendars (tenant_id, name, effective_from, zone, hours, holidays)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (tenant_id, name, effective_from) DO UPDATE SET
                zone = excluded.zone,
                hours = excluded.hours,
                holidays = excluded.holidays";
        let query = sqlx::query(sql).bind(&calendar.tenant_id).bind(&calendar.name).bind(calendar.effective_from.to_string());
        let query = query.bind(calendar.zone.name()).bind(hours).bind(holidays);
        let context = format!("storing calendar `{}` of tenant `{}`", calendar.name, calendar.tenant_id);
        query.execute(&self.pool).await.map_err(ControlError::write(context))?;
        Ok(())
    }

    /// The version of a tenant's calendar that holds on a day.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] when none has begun by then.
    pub async fn calendar(&self, tenant_id: &str, name: &str, on: NaiveDate) -> Result<Calendar> {
        let sql = "
            SELECT tenant_id, name, effective_from, zone, hours, holidays
            FROM calendars
            WHERE tenant_id = $1 AND name = $2 AND effective_from <= $3
            ORDER BY effective_from DESC
            LIMIT 1";
        let query = sqlx::query_as(sql).bind(tenant_id).bind(name).bind(on.to_string());
        let found: Option<CalendarRow> =
            query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a calendar"))?;
        found.ok_or_else(|| ControlError::not_found("calendar", name))?.try_into()
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
            zone: Tz::Europe__London,
            hours: WeeklyHours::monday_to_friday(opening.parse().unwrap()),
            holidays: [date("2016-12-26"), date("2016-12-27")].into(),
        }
    }

    #[tokio::test]
    async fn the_version_that_holds_on_the_day_is_found() {
        for control in fresh_stores().await {
            let tenant = Tenant::new("desk", "Desk", "EUR", Tz::UTC, "en");
            control.ensure_tenant(&tenant).await.unwrap();
            let (early, late) = (calendar("2016-01-01", "09:00-17:00"), calendar("2016-07-01", "08:00-18:00"));
            control.ensure_calendar(&late).await.unwrap();
            control.ensure_calendar(&calendar("2016-01-01", "10:00-11:00")).await.unwrap();
            control.ensure_calendar(&early).await.unwrap();

            assert_eq!(control.calendar("desk", "support", date("2016-06-30")).await.unwrap(), early);
            assert_eq!(control.calendar("desk", "support", date("2016-07-01")).await.unwrap(), late);
            for (tenant, name, day) in
                [("desk", "support", "2015-12-31"), ("desk", "other", "2016-07-01"), ("x", "support", "2016-07-01")]
            {
                let error = control.calendar(tenant, name, date(day)).await.unwrap_err();
                assert_eq!(error.kind(), Kind::NotFound);
            }
        }
    }

    #[tokio::test]
    async fn refuses_hours_that_overlap_and_tenants_that_are_not() {
        for control in fresh_stores().await {
            let mut wrong = calendar("2016-01-01", "09:00-12:00");
            wrong.hours.wednesday.push("11:59-17:00".parse().unwrap());
            let error = control.ensure_calendar(&wrong).await.unwrap_err();
            assert_eq!(error.to_string(), "opening hours `11:59-17:00` must begin after 09:00-12:00 has ended (wednesday)");
            let error = control.ensure_calendar(&calendar("2016-01-01", "09:00-12:00")).await.unwrap_err();
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
