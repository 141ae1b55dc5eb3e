//! Business calendars: when somebody is open, in versions that begin on a day, each recorded at an instant. Knows nothing of where they are
//! kept; `open_times.rs` counts by them.

pub mod book;
pub mod open_times;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use self::open_times::OpenTimes;

/// Opening hours of a name, from a day on until the next version of the name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CalendarVersion {
    /// The calendar's name, such as `support`.
    pub name: String,
    /// Since when this is known; of two versions of the same first day the later recorded holds.
    pub recorded_at: DateTime<Utc>,
    /// First local day of this version.
    pub effective_from: NaiveDate,
    /// Where its clock hangs.
    pub zone: Tz,
    /// Hours of each day of the week, Monday first: in order and apart.
    pub hours: [Vec<OpenHours>; 7],
    /// Days on which it is closed whatever the hours say.
    pub closed: BTreeSet<NaiveDate>,
}

/// Open from a minute of the local day until another; 1,440 is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "said above")]
pub struct OpenHours {
    pub from_minute: u16,
    pub to_minute: u16,
}

/// A calendar as it is known at some time: its versions by first day.
#[derive(Debug)]
pub struct Calendar {
    versions: Vec<CalendarVersion>,
    open: OnceLock<OpenTimes>,
}

impl Calendar {
    /// When it is open; worked out when it is first asked for.
    pub fn open_times(&self) -> &OpenTimes {
        self.open.get_or_init(|| OpenTimes::of(&self.versions))
    }
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.versions == other.versions
    }
}

impl Eq for Calendar {}

impl Hash for Calendar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.versions.hash(state);
    }
}

/// A tenant's calendars by name, as known at some time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Calendars(BTreeMap<String, Arc<Calendar>>);

impl Calendars {
    /// The calendars that `versions` make.
    pub fn of(versions: &[CalendarVersion]) -> Self {
        let mut by_name: BTreeMap<&str, BTreeMap<NaiveDate, &CalendarVersion>> = BTreeMap::new();
        for version in versions {
            let days = by_name.entry(&version.name).or_default();
            let kept = days.entry(version.effective_from).or_insert(version);
            if version.recorded_at >= kept.recorded_at {
                *kept = version;
            }
        }
        let calendars = by_name.into_iter().map(|(name, days)| {
            let versions = days.into_values().cloned().collect();
            (name.to_owned(), Arc::new(Calendar { versions, open: OnceLock::new() }))
        });
        Self(calendars.collect())
    }

    /// The calendar of this name.
    pub fn get(&self, name: &str) -> Option<&Calendar> {
        self.0.get(name).map(Arc::as_ref)
    }

    /// Days on which every calendar is closed whatever its hours say: days on which nobody of the tenant works.
    pub fn closed_days(&self) -> BTreeSet<NaiveDate> {
        let closed =
            |calendar: &Arc<Calendar>| calendar.versions.iter().flat_map(|version| version.closed.iter().copied()).collect();
        self.0.values().map(closed).reduce(|one: BTreeSet<NaiveDate>, other| &one & &other).unwrap_or_default()
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
