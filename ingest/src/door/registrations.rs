//! Who may send: what the door needs to know of a registration. Knows not where registrations are kept.

use async_trait::async_trait;
use thiserror::Error;

use crate::sources::Setting;

/// One installation of a source that sends for one tenant.
#[derive(Clone, PartialEq, Eq)]
pub struct Registration {
    /// Whose records these are; no payload ever says so.
    pub tenant: String,
    /// The source's name.
    pub source: String,
    /// What decoders must know of the installation.
    pub setting: Setting,
    /// Live secrets, any of which may have signed; with none the key in the path is the credential.
    pub secrets: Vec<Vec<u8>>,
    /// Refuse when there is no secret to check a signature with: a removed secret must not open the door.
    pub require_signature: bool,
}

/// Where registrations are kept.
#[async_trait]
pub trait Registrations: Send + Sync {
    /// The live registration of `source` with `key`; compares in a time that does not tell how much of a key was right.
    ///
    /// # Errors
    /// [`Unreachable`] when it cannot be said.
    async fn find(&self, source: &str, key: &str) -> Result<Option<Registration>, Unreachable>;

    /// Something of a known sender was refused, for data health: `reason` is one of a few words, as in the meters. Must not wait.
    fn refused(&self, _registration: &Registration, _reason: &'static str) {}
}

/// The store of registrations and control totals cannot be asked just now.
#[derive(Debug, Error)]
#[error("the control store cannot be asked: {0}")]
pub struct Unreachable(pub String);

impl std::fmt::Debug for Registration {
    /// Without secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { tenant, source, secrets, .. } = self;
        write!(formatter, "Registration {{ tenant: {tenant}, source: {source}, secrets: {} }}", secrets.len())
    }
}
