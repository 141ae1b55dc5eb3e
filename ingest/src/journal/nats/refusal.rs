//! Why a stream did not take a message, in the journal's words. The server tells its limits by text alone.

use std::error::Error as _;

use async_nats::jetstream::context::{PublishError, PublishErrorKind};

use super::super::{JournalError, JournalLimits};

pub(super) fn reason(error: &PublishError, tenant: &str, limits: &JournalLimits) -> JournalError {
    let told = error.source().map(ToString::to_string).unwrap_or_default();
    match error.kind() {
        PublishErrorKind::MaxPayloadExceeded => {
            JournalError::TooLarge { bytes: limits.entry_bytes.saturating_add(1), limit_bytes: limits.entry_bytes }
        }
        PublishErrorKind::MaxAckPending => JournalError::Busy { setting: "queue_entries" },
        _ if told.contains("maximum messages per subject exceeded") => JournalError::Full {
            tenant: tenant.to_owned(),
            waiting: limits.tenant_waiting_entries.saturating_add(1),
            limit: limits.tenant_waiting_entries,
            unit: "entries",
            setting: "tenant_waiting_entries",
        },
        _ if told.contains("maximum bytes exceeded") => JournalError::Busy { setting: "waiting_bytes" },
        kind => JournalError::Unavailable { detail: format!("publishing: {kind}; {told}") },
    }
}
