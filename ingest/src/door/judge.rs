//! Whether the bytes that came are what the registration and the contract ask for, and the journal entry they make. No waiting, no network:
//! bytes and headers in, an entry or a refusal out.

use chrono::{DateTime, Utc};

use super::contract::{Contract, Signal};
use super::headers::kept;
use super::limits::DoorLimits;
use super::refusal::Refusal;
use super::registrations::Registration;
use super::unpack::{Packing, gunzip};
use crate::journal::Entry;
use crate::sources::delivery::TOPIC;
use crate::sources::otlp::Response as Reply;
use crate::sources::{Delivery, Headers, Source, Wrong};

/// A message as it came, and who says to have sent it.
pub(super) struct Message {
    pub source: &'static dyn Source,
    pub registration: Registration,
    pub contract: Contract,
    /// All of its headers.
    pub headers: Headers,
    pub packing: Packing,
    /// Its exact bytes.
    pub packed: Vec<u8>,
    pub received_at: DateTime<Utc>,
    pub limits: DoorLimits,
}

/// What is to be kept.
pub(super) struct Judged {
    pub entry: Entry,
    /// What the contract answers when it is kept.
    pub reply: Option<Reply>,
}

impl Message {
    pub(super) fn judge(self) -> Result<Judged, Refusal> {
        if !self.is_authentic() {
            return Err(Refusal::NotAuthentic);
        }
        let Self { source, registration, contract, headers, packing, packed, received_at, limits } = self;
        let headers = match contract {
            Contract::Otlp(signal, _) => kept(&headers).with(TOPIC, Signal::topic(signal)),
            Contract::Webhook | Contract::CloudEvents => kept(&headers),
        };
        let body = match packing {
            Packing::None => packed,
            Packing::Gzip => gunzip(&packed, &limits)?,
        };
        let delivery = Delivery { headers: &headers, body: &body, received_at };
        let mut reply = None;
        if contract.decodes_first() {
            let decoded = source.decode(&delivery, &registration.setting).map_err(|wrong| malformed(&wrong))?;
            contract.fault(&decoded).map_or(Ok(()), |wrong| Err(malformed(wrong)))?;
            reply = contract.reply(&delivery, &decoded);
        }
        let delivery_id = source.delivery_id(&delivery);
        let entry = Entry::new(source.name(), headers, body, received_at, registration.setting).with_delivery_id(delivery_id);
        Ok(Judged { entry, reply })
    }

    /// Whether one of the live secrets signed the exact bytes; all are tried, whichever fits.
    pub(super) fn is_authentic(&self) -> bool {
        let registration = &self.registration;
        if registration.secrets.is_empty() {
            return !registration.require_signature;
        }
        let delivery = Delivery { headers: &self.headers, body: &self.packed, received_at: self.received_at };
        let signed = |secret: &Vec<u8>| self.source.authentic(&delivery, secret, self.received_at);
        registration.secrets.iter().fold(false, |authentic, secret| authentic | signed(secret))
    }
}

fn malformed(wrong: &Wrong) -> Refusal {
    let field = if wrong.field.is_empty() { String::new() } else { format!("`{}`: ", wrong.field) };
    Refusal::Malformed { detail: format!("{field}{wrong}") }
}
