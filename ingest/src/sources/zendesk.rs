//! Zendesk's ticket events (`zen:event-type:ticket.*`). Each gives a row of `ticket_events` and what its `detail` tells of the ticket, as a part:
//! nothing is said of what `detail` leaves out. Users, organisations, articles and messages have no table: marked unknown and kept, as are the
//! bodies that an administrator writes for a trigger.
//!
//! Events write their words in capitals and identifiers as text, the REST API in small letters and numbers: words are told in small letters.
//! Signed are the time in `X-Zendesk-Webhook-Signature-Timestamp` and the body.

use chrono::{DateTime, Utc};

use super::json::{Object, micros};
use super::origin::Origin;
use super::{Decoded, Delivery, Row, Setting, Source, Wrong, signature};

/// What comes before the topic in an event's type.
const PREFIX: &str = "zen:event-type:";

/// Zendesk.
#[derive(Debug)]
pub struct Zendesk;

impl Source for Zendesk {
    fn name(&self) -> &'static str {
        "zendesk"
    }

    fn title(&self) -> &'static str {
        "Zendesk"
    }

    fn about(&self) -> &'static str {
        "Zendesk ticket events: each change of a ticket, and the ticket after it"
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        let header = |name: &str| delivery.headers.get(name);
        let (signature, time) = (header("x-zendesk-webhook-signature"), header("x-zendesk-webhook-signature-timestamp"));
        let signed = signature.zip(time);
        signed.is_some_and(|(signature, time)| signature::is_base64_hmac(signature, secret, &[time.as_bytes(), delivery.body]))
    }

    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        Object::parse(delivery.body).ok()?.text("id").ok()?
    }

    fn decode(&self, delivery: &Delivery<'_>, _setting: &Setting) -> Result<Decoded, Wrong> {
        let event = Object::parse(delivery.body)?;
        let kind = event.text("type")?.unwrap_or_default();
        let topic = kind.strip_prefix(PREFIX).unwrap_or(&kind);
        let Some((detail, action)) = event.object("detail")?.zip(topic.strip_prefix("ticket.")) else {
            return Ok(Decoded::unknown(topic));
        };
        let mut decoded = Decoded::of(topic);
        match Told::read(&event, &detail, action, delivery) {
            Ok(told) => {
                decoded.tell(told.event(&detail));
                decoded.tell(told.ticket(&detail));
            }
            Err(wrong) => decoded.tell(Err(wrong)),
        }
        Ok(decoded)
    }
}

/// What both rows of an event have in common.
struct Told<'a> {
    ticket_id: String,
    event_id: String,
    at: DateTime<Utc>,
    state: Option<String>,
    /// Whether this event changed the state.
    changed_state: bool,
    action: &'a str,
    origin: Origin,
}

impl<'a> Told<'a> {
    fn read(event: &Object<'_>, detail: &Object<'_>, action: &'a str, delivery: &Delivery<'_>) -> Result<Self, Wrong> {
        let ticket_id = detail.id("id")?;
        let event_id = event.id("id")?;
        let event_id = event.needed("id", event_id)?;
        Ok(Self {
            ticket_id: detail.needed("id", ticket_id)?,
            at: event.instant("time")?.or(detail.instant("updated_at")?).unwrap_or_else(|| micros(delivery.received_at)),
            state: small(detail, "status")?,
            changed_state: action == "status_changed",
            action,
            origin: Origin { instance: event.id("account_id")?, event_id: Some(event_id.clone()) },
            event_id,
        })
    }

    /// How far the state is: order among events of one instant.
    fn rank(&self) -> i64 {
        match self.state.as_deref() {
            Some("open") => 1,
            Some("pending") => 2,
            Some("hold") => 3,
            Some("solved") => 4,
            Some("closed") => 5,
            _ => 0,
        }
    }

    fn event(&self, detail: &Object<'_>) -> Result<Row, Wrong> {
        let kind = match (self.action, self.state.as_deref()) {
            ("created", _) => "created",
            ("status_changed", Some("solved")) => "resolved",
            ("status_changed", Some("closed")) => "closed",
            _ => "updated",
        };
        Ok(self
            .origin
            .row("ticket_events", self.at, 0)
            .text("event_id", self.event_id.clone())
            .text("ticket_id", self.ticket_id.clone())
            .instant("event_at", self.at)
            .word("kind", kind)
            .text("state", self.state.clone())
            .text("priority", small(detail, "priority")?)
            .text("assignment_group", detail.id("group_id")?)
            .text("assignee", detail.id("assignee_id")?)
            .text("actor", detail.id("actor_id")?))
    }

    /// The ticket as far as `detail` tells it: what stands there as null is cleared, what is absent stays.
    fn ticket(&self, detail: &Object<'_>) -> Result<Row, Wrong> {
        let row = self.origin.row("tickets", self.at, self.rank()).text("ticket_id", self.ticket_id.clone());
        if matches!(self.action, "soft_deleted" | "permanently_deleted") {
            return Ok(row.gone());
        }
        let kind = match small(detail, "type")?.as_deref() {
            Some("incident") => Some("incident"),
            Some("problem") => Some("problem"),
            Some("question" | "task") => Some("request"),
            _ => None,
        };
        let channel = detail.object("via")?.map(|via| via.text("channel")).transpose()?.flatten();
        let is_over = matches!(self.state.as_deref(), Some("solved" | "closed"));
        let row = row
            .word("kind", kind)
            .text("state", self.state.clone())
            .text("priority", small(detail, "priority")?)
            .text("channel", channel)
            .text("assignment_group", detail.id("group_id")?)
            .text("assignee", detail.id("assignee_id")?)
            .text("requester", detail.id("requester_id")?)
            .instant("opened_at", detail.instant("created_at")?)
            .instant("resolved_at", (self.changed_state && self.state.as_deref() == Some("solved")).then_some(self.at))
            .instant("closed_at", (self.changed_state && self.state.as_deref() == Some("closed")).then_some(self.at));
        let told = [
            ("kind", "type"),
            ("state", "status"),
            ("priority", "priority"),
            ("assignment_group", "group_id"),
            ("assignee", "assignee_id"),
            ("requester", "requester_id"),
        ];
        let mut columns: Vec<&'static str> =
            told.iter().filter(|(_, field)| detail.tells(field)).map(|(column, _)| *column).collect();
        if self.changed_state && !is_over {
            columns.push("resolved_at");
        }
        Ok(row.only(&columns))
    }
}

/// A word of the source in small letters.
fn small(detail: &Object<'_>, name: &str) -> Result<Option<String>, Wrong> {
    Ok(detail.text(name)?.map(|word| word.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests;
