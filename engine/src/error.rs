//! What can go wrong in the engine, said once. Knows no HTTP status, SQLSTATE or Flight code: doors map [`Kind`] to theirs.

use datafusion::error::DataFusionError;
use thiserror::Error;

/// Result of the engine's public operations.
pub type Result<T, E = EngineError> = std::result::Result<T, E>;

/// What a caller can do about an error; every door maps it to its own code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The named thing does not exist in this scope.
    NotFound,
    /// The request or a file is wrong; the message names the place and the remedy.
    Invalid,
    /// A named limit was reached.
    Limit,
    /// Storage did not answer or is full; trying again may help.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// An error of the engine; each variant says what was being done.
#[derive(Debug, Error)]
pub enum EngineError {
    /// A KPI, table, view, dimension, receipt or tenant that this scope does not have.
    #[error("no {what} named `{name}`{remedy}")]
    NotFound {
        /// The sort of thing.
        what: &'static str,
        /// Its name as asked for.
        name: String,
        /// What to ask instead; empty, or starts with punctuation.
        remedy: String,
    },
    /// An SQL or TOML file of the library that cannot be used.
    #[error("{path}: {detail}")]
    File {
        /// Path inside the library.
        path: String,
        /// What is wrong, where in the file, and what to write instead.
        detail: String,
    },
    /// A request that cannot be answered as asked.
    #[error("{0}")]
    Request(String),
    /// A named limit was reached.
    #[error("{what} is over the limit of {limit} ({setting}): {remedy}")]
    Limit {
        /// What was counted.
        what: String,
        /// The limit's value.
        limit: u64,
        /// The setting's name.
        setting: &'static str,
        /// What to do.
        remedy: String,
    },
    /// A query that DataFusion could not plan or run.
    #[error("{context}: {}", readable(.cause))]
    Query {
        /// What was being asked.
        context: String,
        /// DataFusion's own error.
        cause: DataFusionError,
    },
    /// Object storage or a Delta log that could not be read or written.
    #[error("{context}: {cause}")]
    Storage {
        /// What was being read or written.
        context: String,
        /// The library's own error.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another process has counted on in the meantime: its landing took the place of ours.
    #[error("{counter} stands at {found} where {expected} was expected: another process has landed in between")]
    Outrun {
        /// Who counts.
        counter: String,
        /// What it was expected to stand at.
        expected: i64,
        /// What it stands at.
        found: i64,
    },
    /// An invariant of ours that does not hold.
    #[error("internal error: {0}")]
    Internal(String),
}

impl EngineError {
    /// What a caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::NotFound { .. } => Kind::NotFound,
            Self::File { .. } | Self::Request(_) => Kind::Invalid,
            Self::Limit { .. } => Kind::Limit,
            Self::Query { cause, .. } => query_kind(cause),
            Self::Storage { .. } | Self::Outrun { .. } => Kind::Unavailable,
            Self::Internal(_) => Kind::Internal,
        }
    }

    pub(crate) fn not_found(what: &'static str, name: impl Into<String>) -> Self {
        Self::NotFound { what, name: name.into(), remedy: String::new() }
    }

    pub(crate) fn file(path: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::File { path: path.into(), detail: detail.into() }
    }

    pub(crate) fn query(context: impl Into<String>) -> impl FnOnce(DataFusionError) -> Self {
        let context = context.into();
        move |cause| Self::Query { context, cause }
    }

    pub(crate) fn storage<E>(context: impl Into<String>) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |cause| Self::Storage { context: context.into(), cause: cause.into() }
    }
}

/// Inside DataFusion's traits an engine error travels as an external one.
impl From<EngineError> for DataFusionError {
    fn from(error: EngineError) -> Self {
        DataFusionError::External(Box::new(error))
    }
}

fn query_kind(source: &DataFusionError) -> Kind {
    match source.find_root() {
        DataFusionError::External(inner) => inner.downcast_ref::<EngineError>().map_or(Kind::Internal, EngineError::kind),
        DataFusionError::ResourcesExhausted(_) => Kind::Limit,
        DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) => Kind::Unavailable,
        DataFusionError::Internal(_) => Kind::Internal,
        _ => Kind::Invalid,
    }
}

/// The root message, without DataFusion's chain of wrappers.
pub fn readable(error: &DataFusionError) -> String {
    match error.find_root() {
        DataFusionError::External(inner) if inner.is::<EngineError>() => inner.to_string(),
        root => root.strip_backtrace(),
    }
}
