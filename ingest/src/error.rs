//! What can go wrong while a file is read: every variant names the file, the place in it and the remedy.

use quarterdeck_engine::EngineError;
use thiserror::Error;

/// Result of ingest's operations.
pub type Result<T, E = IngestError> = std::result::Result<T, E>;

/// An error that stops a load; rows that merely do not fit are quarantined instead.
#[derive(Debug, Error)]
pub enum IngestError {
    /// No such pack.
    #[error("no mapping pack `{name}`; there is {known}")]
    UnknownPack {
        /// The name asked for.
        name: String,
        /// The packs that there are.
        known: String,
    },
    /// A file of a pack that cannot be used.
    #[error("{path}: {detail}")]
    Pack {
        /// Path in the library.
        path: String,
        /// What is wrong.
        detail: String,
    },
    /// A file that cannot be read to its end; nothing of the load has landed.
    #[error("{file}{}: {detail}", place(.line, .column))]
    File {
        /// The file as it was named.
        file: String,
        /// Line of the fault, from 1.
        line: Option<u64>,
        /// Column (field) of the fault.
        column: Option<String>,
        /// What is wrong and what to do.
        detail: String,
    },
    /// Loading again needs every file that landed together with those given.
    #[error("{missing} more files landed together with these: name them too, since what the batch gave is retracted whole")]
    Again {
        /// How many are missing.
        missing: usize,
    },
    /// The journal cannot be read, or keeps what has landed.
    #[error(transparent)]
    Journal(#[from] crate::journal::JournalError),
    /// A landing that stopped; the next one begins at the same place.
    #[error("a landing stopped: {detail}")]
    Landing {
        /// Why.
        detail: String,
    },
    /// The engine refused.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl IngestError {
    pub(crate) fn file(file: &str, detail: impl Into<String>) -> Self {
        Self::File { file: file.to_owned(), line: None, column: None, detail: detail.into() }
    }

    pub(crate) fn at_line(file: &str, line: u64, detail: impl Into<String>) -> Self {
        Self::File { file: file.to_owned(), line: Some(line), column: None, detail: detail.into() }
    }
}

fn place(line: &Option<u64>, column: &Option<String>) -> String {
    let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
    let column = column.as_ref().map(|column| format!(", column `{column}`")).unwrap_or_default();
    line + &column
}
