//! The business calendars of tenants, read again after a while. Knows no function that uses them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use moka::future::Cache;

use crate::calendar::Calendars;
use crate::calendar::book::{CalendarBook, CalendarKeeper};
use crate::error::Result;
use crate::limits::EngineLimits;
use crate::scope::TenantId;

/// Books by tenant; cheap to clone.
#[derive(Clone)]
pub(crate) struct KeptCalendars {
    keeper: Option<Arc<dyn CalendarKeeper>>,
    books: Cache<TenantId, Kept>,
    age: Duration,
}

#[derive(Clone)]
struct Kept {
    book: Arc<CalendarBook>,
    read: Instant,
}

impl KeptCalendars {
    /// No calendars at all.
    pub(crate) fn none(limits: &EngineLimits) -> Self {
        let age = Duration::from_millis(limits.calendar_age_ms);
        Self { keeper: None, books: Cache::new(limits.open_tenants), age }
    }

    /// Those that `keeper` keeps.
    pub(crate) fn of(keeper: Arc<dyn CalendarKeeper>, limits: &EngineLimits) -> Self {
        Self { keeper: Some(keeper), ..Self::none(limits) }
    }

    /// A tenant's calendars as known at `as_of`, or now.
    ///
    /// # Errors
    /// The keeper's.
    pub(crate) async fn as_known(&self, tenant: &TenantId, as_of: Option<DateTime<Utc>>) -> Result<Arc<Calendars>> {
        let Some(keeper) = &self.keeper else { return Ok(Arc::default()) };
        let kept = self.books.get(tenant).await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.read.elapsed() < self.age) {
            return Ok(kept.book.as_known(as_of));
        }
        let versions = keeper.versions(tenant).await?;
        // The same book as long as nothing was recorded: what was worked out of it stays, and so do answers.
        let book = match kept {
            Some(kept) if kept.book.holds(&versions) => kept.book,
            _ => Arc::new(CalendarBook::new(versions)),
        };
        self.books.insert(tenant.clone(), Kept { book: Arc::clone(&book), read: Instant::now() }).await;
        Ok(book.as_known(as_of))
    }
}
