//! What can go wrong in `control`, said once. Knows no HTTP status: doors map [`Kind`] to theirs.

use thiserror::Error;

/// Result of `control`'s operations.
pub type Result<T, E = ControlError> = std::result::Result<T, E>;

/// What a caller can do about an error; every door maps it to its own code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The named thing does not exist, or not for this tenant.
    NotFound,
    /// It contradicts what is stored.
    Conflict,
    /// A value is not what it must be; the message says what to write instead.
    Invalid,
    /// The credential is not good. Why is not told, so that nothing can be learnt by trying.
    NotAuthentic,
    /// They are known, and may not do this.
    NotAllowed,
    /// Too many tries: wait as long as the error says.
    TooMany,
    /// The store or an identity provider did not answer, or holds something unreadable.
    Unavailable,
}

/// An error of `control`; each variant says what was being done.
#[derive(Debug, Error)]
pub enum ControlError {
    /// A partner, tenant, brand, calendar or receipt that is not stored.
    #[error("no {what} named `{name}`")]
    NotFound {
        /// The sort of thing.
        what: &'static str,
        /// Its name as asked for.
        name: String,
    },
    /// A write that contradicts what is stored.
    #[error("{context}: {detail}")]
    Conflict {
        /// What was being done.
        context: String,
        /// What stands against it.
        detail: String,
    },
    /// A value that is not what it must be.
    #[error("{what} `{value}` {detail}")]
    Invalid {
        /// The sort of value.
        what: &'static str,
        /// The value, shortened.
        value: String,
        /// What is wrong, and what to write instead.
        detail: String,
    },
    /// A credential that is unknown, wrong, expired, revoked or without any tenant left to see.
    #[error("the token is not valid")]
    NotAuthentic,
    /// A sign-in with a login that is unknown or disabled, a wrong password, or a provider's word that does not count here.
    #[error("the sign-in is not valid")]
    SignInRefused,
    /// Somebody asked for what is not theirs to do.
    #[error("{what}: {detail}")]
    NotAllowed {
        /// What was asked for.
        what: String,
        /// Why it is not theirs, or who may.
        detail: &'static str,
    },
    /// An identity provider knows who it is, and that does not let them in here; said to whom the provider let in, and to the
    /// process log.
    #[error("the sign-in is not valid: {detail}")]
    ProviderRefused {
        /// Why.
        detail: String,
    },
    /// An identity provider does not answer, or not as OpenID Connect has it.
    #[error("{context}: {detail}")]
    ProviderFailed {
        /// What was being done.
        context: String,
        /// What went wrong.
        detail: String,
    },
    /// Too many sign-ins failed, for this login or from this address.
    #[error("too many sign-ins failed: try again in {retry_after_seconds} s")]
    TooManyAttempts {
        /// How long until the next try counts.
        retry_after_seconds: u64,
    },
    /// The store could not be opened, read or written.
    #[error("{context}: {source}")]
    Store {
        /// What was being done.
        context: String,
        /// The library's own error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store holds a value that nothing of ours wrote.
    #[error("the store holds an unreadable {what}: {detail}")]
    Unreadable {
        /// The sort of value.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
}

impl ControlError {
    /// What a caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::NotFound { .. } => Kind::NotFound,
            Self::Conflict { .. } => Kind::Conflict,
            Self::Invalid { .. } => Kind::Invalid,
            Self::NotAuthentic | Self::SignInRefused | Self::ProviderRefused { .. } => Kind::NotAuthentic,
            Self::NotAllowed { .. } => Kind::NotAllowed,
            Self::TooManyAttempts { .. } => Kind::TooMany,
            Self::Store { .. } | Self::Unreadable { .. } | Self::ProviderFailed { .. } => Kind::Unavailable,
        }
    }

    pub(crate) fn not_found(what: &'static str, name: impl Into<String>) -> Self {
        Self::NotFound { what, name: name.into() }
    }

    pub(crate) fn invalid(what: &'static str, value: &str, detail: impl Into<String>) -> Self {
        const SHOWN_CHARACTERS: usize = 80;
        let mut shown: String = value.chars().take(SHOWN_CHARACTERS).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        Self::Invalid { what, value: shown, detail: detail.into() }
    }

    pub(crate) fn store<E>(context: impl Into<String>) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| {
            let source = source.into();
            if source.downcast_ref::<sqlx::Error>().is_some_and(is_of_text) {
                return Self::invalid("text", "…", "may not hold the character 0");
            }
            Self::Store { context: context.into(), source }
        }
    }

    /// Maps an error of a write: a broken reference or a taken key is the caller's matter, all else the store's.
    pub(crate) fn write(context: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| match source.as_database_error() {
            Some(error) if error.is_foreign_key_violation() => Self::Conflict {
                context: context.into(),
                detail: "it names something that is not stored, or is still named".into(),
            },
            Some(error) if error.is_unique_violation() => {
                Self::Conflict { context: context.into(), detail: "it is stored already".into() }
            }
            _ => Self::store(context)(source),
        }
    }
}

/// PostgreSQL's texts hold every character but 0: 22021 is character_not_in_repertoire.
fn is_of_text(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "22021")
}
