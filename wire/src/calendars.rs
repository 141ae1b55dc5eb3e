//! Business calendars on their way from the control store to the engine. Knows no hours.

use async_trait::async_trait;
use chrono::Weekday;
use quarterdeck_control::{Calendar, Control, ControlError};
use quarterdeck_engine::calendar::book::CalendarKeeper;
use quarterdeck_engine::calendar::{CalendarVersion, OpenHours};
use quarterdeck_engine::scope::TenantId;
use quarterdeck_engine::{EngineError, Result};

const WEEK: [Weekday; 7] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Calendars as the control store keeps them.
pub struct ControlCalendars(pub Control);

#[async_trait]
impl CalendarKeeper for ControlCalendars {
    async fn versions(&self, tenant: &TenantId) -> Result<Vec<CalendarVersion>> {
        let unread = |error: ControlError| EngineError::Storage {
            context: "cannot read business calendars".into(),
            cause: error.to_string().into(),
        };
        let calendars = self.0.calendars(tenant.as_str()).await.map_err(unread)?;
        Ok(calendars.into_iter().map(version).collect())
    }
}

fn version(calendar: Calendar) -> CalendarVersion {
    let open_on = |day: Weekday| {
        let hours = calendar.hours.on(day).iter();
        hours.map(|opening| OpenHours { from_minute: opening.from_minute(), to_minute: opening.to_minute() }).collect()
    };
    CalendarVersion {
        hours: WEEK.map(open_on),
        name: calendar.name,
        recorded_at: calendar.recorded_at,
        effective_from: calendar.effective_from,
        zone: calendar.zone,
        closed: calendar.holidays,
    }
}
