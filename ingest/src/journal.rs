//! The journal: accepted messages wait here, durable, until they have landed. What is acknowledged to a sender was appended here first. It
//! knows no source's format and no table; what an entry holds is the message as it came.

pub mod entry;
pub mod error;
pub mod limits;
pub mod local;
#[cfg(feature = "nats")]
pub mod nats;

#[cfg(test)]
mod tests;

use async_trait::async_trait;

pub use entry::Entry;
pub use error::{JournalError, JournalKind};
pub use limits::JournalLimits;
pub use local::LocalJournal;
#[cfg(feature = "nats")]
pub use nats::{NatsJournal, NatsSetting};

/// Where an entry stands among its tenant's entries: increases, never repeats, may have gaps; 0 is before the first.
pub type Position = u64;

/// What of a tenant has been appended and not yet forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Waiting {
    /// How many entries.
    pub entries: u64,
    /// About how many bytes.
    pub bytes: u64,
}

/// A place that keeps accepted messages until they have landed.
///
/// An append that fails may still be there afterwards (the answer got lost, not the entry): its sender sends again, and landing knows it
/// by its delivery id or hash. An entry that was forgotten may come back after a crash: landing knows it by its position.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Its name, which no other journal ever bears: what has landed is counted by it and the position.
    fn name(&self) -> &str;

    /// Appends `entry`; durable when it answers.
    ///
    /// # Errors
    /// [`JournalError`] when the tenant has too much waiting, or the entry cannot be made durable.
    async fn append(&self, tenant: &str, entry: Entry) -> Result<Position, JournalError>;

    /// Entries after `after` in order: at most `most`, and no more once they are `bytes` in total; at least one where there is one.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] when the first entry cannot be read (those before an unreadable one are answered first), and others when
    /// the journal cannot be reached.
    async fn read(
        &self,
        tenant: &str,
        after: Position,
        most: usize,
        bytes: usize,
    ) -> Result<Vec<(Position, Entry)>, JournalError>;

    /// Tenants that may have entries, in order.
    ///
    /// # Errors
    /// [`JournalError`] when the journal cannot be reached.
    async fn tenants(&self) -> Result<Vec<String>, JournalError>;

    /// Forgets entries up to and with `through`; called once they have landed.
    ///
    /// # Errors
    /// [`JournalError`] when the journal cannot be reached; forgetting again is harmless.
    async fn forget(&self, tenant: &str, through: Position) -> Result<(), JournalError>;

    /// Leaves no byte of forgotten entries on its own disk. A journal of several nodes keeps what its servers keep.
    ///
    /// # Errors
    /// [`JournalError`] when bytes may be left: try again.
    async fn scrub(&self) -> Result<(), JournalError> {
        Ok(())
    }

    /// What waits of `tenant`: for limits and data health.
    ///
    /// # Errors
    /// [`JournalError`] when the journal cannot be reached.
    async fn waiting(&self, tenant: &str) -> Result<Waiting, JournalError>;
}

/// Whether `tenant` can name entries: lower-case letters, digits, `_` and `-`, as everywhere in the product.
fn named(tenant: &str) -> Result<(), JournalError> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    if tenant.is_empty() || tenant.len() > 255 || !tenant.bytes().all(allowed) {
        return Err(JournalError::NotATenant { tenant: tenant.chars().take(80).collect() });
    }
    Ok(())
}

/// The decoded entries up to the first that cannot be read; an error only when that is the very first.
fn readable(
    decoded: impl Iterator<Item = Result<(Position, Entry), JournalError>>,
) -> Result<Vec<(Position, Entry)>, JournalError> {
    let mut entries = Vec::new();
    for entry in decoded {
        match entry {
            Ok(entry) => entries.push(entry),
            Err(error) if entries.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(entries)
}
