//! What can go wrong in the journal, and whether trying again helps. Knows nothing of HTTP.

use thiserror::Error;

use super::Position;

/// Why the journal did not do what was asked; one may be told to many who wait.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JournalError {
    /// One tenant has too much waiting; others are not affected.
    #[error("{waiting} {unit} of `{tenant}` wait to land, {limit} may (`{setting}`)")]
    Full {
        /// Whose.
        tenant: String,
        /// How much waits.
        waiting: u64,
        /// How much may.
        limit: u64,
        /// Of what: bytes or entries.
        unit: &'static str,
        /// The limit's name in the configuration.
        setting: &'static str,
    },
    /// More wants to be written at this moment than may queue.
    #[error("too much waits to be written at this moment (`{setting}`)")]
    Busy {
        /// The limit's name in the configuration.
        setting: &'static str,
    },
    /// The entry alone is too large.
    #[error("a message of {bytes} bytes; the journal takes {limit_bytes}")]
    TooLarge {
        /// Its size, encoded.
        bytes: u64,
        /// What fits.
        limit_bytes: u64,
    },
    /// Not for now: no space, no connection. It tries again by itself.
    #[error("the journal cannot be written or read just now: {detail}")]
    Unavailable {
        /// What happened.
        detail: String,
    },
    /// Not before someone has looked at the disk and started the process again.
    #[error("the journal is closed until the disk was checked and the process is started again: {detail}")]
    Closed {
        /// What happened.
        detail: String,
    },
    /// An entry cannot be read back.
    #[error("entry {position} of `{tenant}` cannot be read: {detail}")]
    Corrupt {
        /// Whose.
        tenant: String,
        /// Where.
        position: Position,
        /// What is wrong with it.
        detail: String,
    },
    /// A name that no tenant bears.
    #[error("`{tenant}` is no tenant's name: lower-case letters, digits, `_`, `-`")]
    NotATenant {
        /// The name.
        tenant: String,
    },
}

/// Sorts of [`JournalError`], for the doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalKind {
    /// Send again later: 429.
    Full,
    /// Never send this: 413.
    TooLarge,
    /// The fault is here: 503.
    Unavailable,
    /// The fault is in our data or our code: 500.
    Internal,
}

impl JournalError {
    /// Which sort it is.
    pub fn kind(&self) -> JournalKind {
        match self {
            Self::Full { .. } | Self::Busy { .. } => JournalKind::Full,
            Self::TooLarge { .. } => JournalKind::TooLarge,
            Self::Unavailable { .. } | Self::Closed { .. } => JournalKind::Unavailable,
            Self::Corrupt { .. } | Self::NotATenant { .. } => JournalKind::Internal,
        }
    }

    pub(super) fn unavailable(what: &str, error: impl std::fmt::Display) -> Self {
        Self::Unavailable { detail: format!("{what}: {error}") }
    }
}
