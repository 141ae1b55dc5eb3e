//! One accepted message, and its encoding: the length of a JSON head (four bytes, big-endian), the head, the body as it is. The head names
//! its version; fields that a version does not know are passed over. Knows no source.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::sources::{Delivery, Headers, Setting};

#[cfg(test)]
mod tests;

/// The encoding's version.
const VERSION: u32 = 1;

/// Bytes before the head.
const LENGTH: usize = size_of::<u32>();

/// One accepted message before it is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The source that sent it, by name.
    pub source: String,
    /// Its headers that matter, without credentials.
    pub headers: Headers,
    /// Its bytes, after any content encoding was taken off.
    pub body: Vec<u8>,
    /// When it arrived, to the microsecond.
    pub received_at: DateTime<Utc>,
    /// SHA-256 of the body, in hexadecimal.
    pub hash: String,
    /// What the sender repeats on a retry, where it sends such a thing.
    pub delivery_id: Option<String>,
    /// What the registration said when it arrived.
    pub setting: Setting,
}

#[derive(Serialize, Deserialize)]
struct Head {
    v: u32,
    source: String,
    received_at_micros: i64,
    hash: String,
    delivery_id: Option<String>,
    setting: Setting,
    headers: Headers,
}

impl Entry {
    /// What arrived at `received_at`.
    pub fn new(source: &str, headers: Headers, body: Vec<u8>, received_at: DateTime<Utc>, setting: Setting) -> Self {
        let hash = hash(&body);
        Self {
            source: source.to_owned(),
            headers,
            body,
            received_at: received_at.trunc_subsecs(6),
            hash,
            delivery_id: None,
            setting,
        }
    }

    /// With what its sender repeats on a retry.
    #[must_use]
    pub fn with_delivery_id(mut self, delivery_id: Option<String>) -> Self {
        self.delivery_id = delivery_id;
        self
    }

    /// As decoders want it.
    pub fn delivery(&self) -> Delivery<'_> {
        Delivery { headers: &self.headers, body: &self.body, received_at: self.received_at }
    }

    /// As bytes.
    ///
    /// # Errors
    /// Says what cannot be written.
    pub(super) fn encode(self) -> Result<Vec<u8>, String> {
        let head = Head {
            v: VERSION,
            source: self.source,
            received_at_micros: self.received_at.timestamp_micros(),
            hash: self.hash,
            delivery_id: self.delivery_id,
            setting: self.setting,
            headers: self.headers,
        };
        let head = serde_json::to_vec(&head).map_err(|error| error.to_string())?;
        let length = u32::try_from(head.len()).map_err(|_| "a head of more than 4 GiB".to_owned())?;
        let mut bytes = Vec::with_capacity(LENGTH + head.len() + self.body.len());
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&self.body);
        Ok(bytes)
    }

    /// From bytes that [`Entry::encode`] made.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let (length, rest) = bytes.split_first_chunk::<LENGTH>().ok_or("shorter than its length field")?;
        let length = u32::from_be_bytes(*length) as usize;
        let (head, body) = rest.split_at_checked(length).ok_or("shorter than its head")?;
        let head: Head = serde_json::from_slice(head).map_err(|error| format!("its head: {error}"))?;
        if head.v != VERSION {
            return Err(format!("version {} of the encoding; this program reads {VERSION}", head.v));
        }
        let received_at = DateTime::from_timestamp_micros(head.received_at_micros).ok_or("an arrival outside of time")?;
        let Head { source, headers, hash, delivery_id, setting, .. } = head;
        Ok(Self { source, headers, body: body.to_vec(), received_at, hash, delivery_id, setting })
    }
}

/// SHA-256 of `bytes`, in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    Sha256::digest(bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
