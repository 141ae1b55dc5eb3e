//! A tenant's calendars with everything that was ever recorded of them, so that a number reported by an earlier edition can be told again.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{CalendarVersion, Calendars};
use crate::error::Result;
use crate::scope::TenantId;

/// Where calendars are kept.
#[async_trait]
pub trait CalendarKeeper: Send + Sync {
    /// Everything that was recorded of a tenant's calendars; nothing for a tenant without any.
    ///
    /// # Errors
    /// [`crate::EngineError::Storage`] when they cannot be read.
    async fn versions(&self, tenant: &TenantId) -> Result<Vec<CalendarVersion>>;
}

/// What was recorded of one tenant's calendars.
#[derive(Debug)]
pub struct CalendarBook {
    /// By the time of recording.
    versions: Vec<CalendarVersion>,
    /// The calendars when the first, the first two, … of the versions were known.
    known: Vec<OnceLock<Arc<Calendars>>>,
}

impl CalendarBook {
    /// A book of `versions`.
    pub fn new(mut versions: Vec<CalendarVersion>) -> Self {
        versions.sort_by_key(|version| version.recorded_at);
        let known = std::iter::repeat_with(OnceLock::new).take(versions.len() + 1).collect();
        Self { versions, known }
    }

    /// Whether exactly `versions` are in it, whatever their order.
    pub fn holds(&self, versions: &[CalendarVersion]) -> bool {
        self.versions.len() == versions.len() && versions.iter().all(|version| self.versions.contains(version))
    }

    /// The calendars as known at `as_of`, or now.
    pub fn as_known(&self, as_of: Option<DateTime<Utc>>) -> Arc<Calendars> {
        let all = self.versions.len();
        let count = as_of.map_or(all, |as_of| self.versions.partition_point(|version| version.recorded_at <= as_of));
        Arc::clone(self.known[count].get_or_init(|| Arc::new(Calendars::of(&self.versions[..count]))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::OpenHours;

    fn version(recorded: &str, from: &str, to_minute: u16) -> CalendarVersion {
        CalendarVersion {
            name: "support".into(),
            recorded_at: recorded.parse().unwrap(),
            effective_from: from.parse().unwrap(),
            zone: chrono_tz::UTC,
            hours: std::array::from_fn(|_| vec![OpenHours { from_minute: 0, to_minute }]),
            closed: Default::default(),
        }
    }

    #[test]
    fn an_edit_changes_what_is_known_after_it_alone() {
        let (first, edit) = ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
        let book = CalendarBook::new(vec![version(edit, "2026-01-01", 120), version(first, "2026-01-01", 60)]);
        let minutes = |as_of: Option<&str>| {
            let calendars = book.as_known(as_of.map(|text| text.parse().unwrap()));
            let times = calendars.get("support")?.open_times();
            let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap().timestamp_micros();
            times.between(instant("2026-01-05T00:00:00Z"), instant("2026-01-06T00:00:00Z")).map(|micros| micros / 60_000_000)
        };
        assert_eq!(minutes(Some("2026-01-31T00:00:00Z")), None);
        assert_eq!(minutes(Some("2026-02-28T00:00:00Z")), Some(60));
        assert_eq!(minutes(Some(edit)), Some(120));
        assert_eq!(minutes(None), Some(120));
    }
}
