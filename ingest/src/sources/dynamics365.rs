//! Microsoft Dynamics 365: business events of Finance and Operations, and webhooks of Dataverse.
//!
//! Business events are thin by design: each tells a part of its document, and the document is marked to be fetched. Their order is the
//! event's time and then its ControlNumber, which rises and has gaps. An installation is an organisation and one of its legal entities.
//! A Dataverse update tells only the attributes that changed; a message too large for its attributes is marked to be fetched.
//! 1900-01-01 is how both say "no time".

mod business_event;
mod dataverse;
mod entity_shapes;
mod event_shapes;

use chrono::{DateTime, Utc};

use super::json_object::JsonObject;
use super::{Decoded, Delivery, Mark, Setting, Source, Wrong, static_key};

/// The source.
pub struct Dynamics365;

impl Source for Dynamics365 {
    fn name(&self) -> &'static str {
        "dynamics365"
    }

    fn title(&self) -> &'static str {
        "Microsoft Dynamics 365"
    }

    fn about(&self) -> &'static str {
        "Dynamics 365: Finance and Operations business events, Dataverse webhooks."
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        static_key::borne(delivery.headers, secret)
    }

    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        let message = JsonObject::of_bytes(delivery.body).ok()?;
        if let Some(event) = message.word("EventId").ok()? {
            return Some(event.into_owned());
        }
        let part = |name: &str| message.word(name).ok().flatten();
        Some(format!("{} {} {}", part("OperationId")?, part("PrimaryEntityId")?, part("MessageName")?))
    }

    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
        let message = JsonObject::of_bytes(delivery.body)?;
        let mut decoded = Decoded::default();
        let told = if message.tells("BusinessEventId") {
            decoded.topic = message.word("BusinessEventId")?.unwrap_or_default().into_owned();
            business_event::tell(&message, delivery, setting, &mut decoded)
        } else if message.tells("PrimaryEntityName") {
            let part = |name: &str| message.word(name).ok().flatten().unwrap_or_default();
            decoded.topic = format!("{}/{}", part("PrimaryEntityName"), part("MessageName"));
            dataverse::tell(&message, delivery, setting, &mut decoded)
        } else {
            decoded.marks.push(Mark::Unknown("message that is neither a business event nor of Dataverse".to_owned()));
            Ok(())
        };
        if let Err(wrong) = told {
            decoded.wrong.push(wrong);
        }
        Ok(decoded)
    }
}

/// Whether `text` is how Dynamics says "no time".
fn is_no_time(text: &str) -> bool {
    text == "/Date(-2208988800000)/" || text.starts_with("1900-01-01T00:00:00")
}

#[cfg(test)]
mod tests;
