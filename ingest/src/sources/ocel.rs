//! OCEL 2.0 in JSON: object-centric event logs. An object is a run of the workflow that its type names, an event is a step of the run of each
//! object that it relates to: the log seen from every type at once, which makes the numbers of one workflow right and those of several no sum.
//!
//! A log tells of what ended; its last event says how. Objects without events did nothing and are left out. Attributes and the relations of
//! objects to one another are not read. OCEL 1.0 and OCEL in XML are refused with what to do.

mod log;
mod outcome;

use chrono::{DateTime, Utc};

use super::json_object::JsonObject;
use super::{Decoded, Delivery, Setting, Source, Wrong, static_key};

/// The source.
pub struct Ocel;

impl Source for Ocel {
    fn name(&self) -> &'static str {
        "ocel"
    }

    fn title(&self) -> &'static str {
        "OCEL 2.0"
    }

    fn about(&self) -> &'static str {
        "OCEL 2.0 event logs in JSON: objects as runs, events as steps of each object that they relate to."
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        static_key::borne(delivery.headers, secret)
    }

    /// None: a log is a file, known by the hash of its bytes.
    fn delivery_id(&self, _delivery: &Delivery<'_>) -> Option<String> {
        None
    }

    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
        let text = std::str::from_utf8(delivery.body).map_err(|error| Wrong::whole(format!("is not UTF-8: {error}")))?;
        if text.trim_start().starts_with('<') {
            return Err(Wrong::whole("is OCEL in XML, which is not read: export the log as OCEL 2.0 in JSON"));
        }
        let log = JsonObject::read(text)?;
        if log.entries().any(|(name, _)| name.starts_with("ocel:")) {
            return Err(Wrong::whole("is OCEL 1.0: convert it to OCEL 2.0, which has `objects` and `events` as lists"));
        }
        if !log.tells("events") || !log.tells("objects") {
            return Err(Wrong::whole("is no OCEL 2.0: `objects` and `events` are missing"));
        }
        let mut decoded = Decoded { topic: "OCEL 2.0".to_owned(), ..Decoded::default() };
        log::tell(&log, setting, &mut decoded)?;
        Ok(decoded)
    }
}

#[cfg(test)]
mod tests;
