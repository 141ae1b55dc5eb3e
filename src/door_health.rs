//! The live side of data health: refusals since the door opened, and what waits in the journal. Wiring alone.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use quarterdeck_dashboards::live_health::{Awaited, LiveHealth, Waiting};
use quarterdeck_engine::health::Refused;
use quarterdeck_ingest::journal::Journal;

use crate::registrations::KeptRegistrations;

/// The door and the journal, as data health asks them.
pub(crate) struct DoorHealth {
    pub(crate) registrations: Arc<KeptRegistrations>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) open_since: DateTime<Utc>,
}

impl LiveHealth for DoorHealth {
    fn open_since(&self) -> DateTime<Utc> {
        self.open_since
    }

    fn refused(&self, tenant: &str) -> Vec<Refused> {
        self.registrations.refusals().of(tenant)
    }

    fn waiting<'a>(&'a self, tenant: &'a str) -> Awaited<'a, Waiting> {
        Box::pin(async move {
            let waiting = self.journal.waiting(tenant).await;
            let waiting = waiting.inspect_err(|error| tracing::warn!(%error, "the journal cannot say what waits")).ok()?;
            Some(Waiting { entries: waiting.entries, bytes: waiting.bytes })
        })
    }
}
