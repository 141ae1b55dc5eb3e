//! What only a process that takes live records knows of their health. Knows neither the door nor the journal.

use std::pin::Pin;

use chrono::{DateTime, Utc};
use quarterdeck_engine::health::Refused;

/// Accepted messages that have not landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub entries: u64,
    /// About how many bytes.
    pub bytes: u64,
}

/// An answer that is waited for; none when it cannot be had just now.
pub type Awaited<'a, T> = Pin<Box<dyn Future<Output = Option<T>> + Send + 'a>>;

/// The live side of data health.
pub trait LiveHealth: Send + Sync {
    /// When counting of refusals began.
    fn open_since(&self) -> DateTime<Utc>;

    /// What the door refused of the tenant's senders since then.
    fn refused(&self, tenant: &str) -> Vec<Refused>;

    /// What waits of the tenant.
    fn waiting<'a>(&'a self, tenant: &'a str) -> Awaited<'a, Waiting>;
}
