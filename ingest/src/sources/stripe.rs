//! Stripe's events: `charge.*`, `payment_intent.*`, `refund.*`, `invoice.*`, `credit_note.*`, `customer.*`. A payment goes by its intent's id
//! where it has one, so that intent and charge tell one record; each tells its own columns. Checkout sessions, subscriptions, prices and
//! payouts have no table: marked unknown and kept. Thin events (`v2.core.event`) name a record to fetch.
//!
//! Amounts are whole numbers of a currency's smallest unit as Stripe counts it. `created` of the event is the version, in seconds; ranks of
//! states order the many events of one second.

mod amount;
mod customer;
mod invoice;
mod payment;
mod refund;

use chrono::{DateTime, Utc};

use super::json::Object;
use super::origin::Origin;
use super::{Decoded, Delivery, Headers, Mark, Setting, Source, Wrong, captured_json, signature};

/// Stripe.
#[derive(Debug)]
pub struct Stripe;

impl Source for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn title(&self) -> &'static str {
        "Stripe"
    }

    fn about(&self) -> &'static str {
        "Stripe events: payments, refunds, invoices, credit notes and customers"
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], now: DateTime<Utc>) -> bool {
        let header = delivery.headers.get("stripe-signature");
        header.is_some_and(|header| signature::is_stripe_signature(header, delivery.body, secret, now))
    }

    /// The event's id, the same in every attempt.
    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        Object::parse(delivery.body).ok()?.text("id").ok()?
    }

    fn decode(&self, delivery: &Delivery<'_>, _setting: &Setting) -> Result<Decoded, Wrong> {
        let event = Object::parse(delivery.body)?;
        let topic = event.text("type")?.unwrap_or_default();
        let mut decoded = Decoded::of(topic.as_str());
        if event.text("object")?.as_deref() == Some("v2.core.event") {
            thin(&event, &mut decoded)?;
            return Ok(decoded);
        }
        let Some(resource) = event.object("data")?.map(|data| data.object("object")).transpose()?.flatten() else {
            return Ok(Decoded::unknown(&topic));
        };
        let created = event.needed("created", event.seconds("created")?)?;
        let origin = Origin { instance: event.text("account")?, event_id: event.text("id")? };
        let told = match topic.rsplit_once('.').unwrap_or((topic.as_str(), "")) {
            ("charge.dispute", action) => payment::dispute(&resource, action, created, &origin, &mut decoded),
            ("refund" | "charge.refund", _) => refund::tell(&resource, created, &origin, &mut decoded),
            ("charge", _) => payment::charge(&resource, created, &origin, &mut decoded),
            ("payment_intent", _) => payment::intent(&resource, created, &origin, &mut decoded),
            ("invoice", "upcoming") => return Ok(Decoded::unknown(&topic)),
            ("invoice", action) => invoice::invoice(&resource, action, created, &origin, &mut decoded),
            ("credit_note", _) => invoice::credit_note(&resource, created, &origin, &mut decoded),
            ("customer", action) => customer::tell(&resource, action, created, &origin, &mut decoded),
            _ => return Ok(Decoded::unknown(&topic)),
        };
        if let Err(wrong) = told {
            decoded.tell(Err(wrong));
        }
        Ok(decoded)
    }

    fn deliveries_of_file<'a>(&self, file_name: &str, bytes: &'a [u8]) -> Result<Vec<(Headers, &'a [u8])>, Wrong> {
        captured_json::deliveries(file_name, bytes)
    }
}

/// An event that names its record and tells nothing of it.
fn thin(event: &Object<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let related = event.object("related_object")?;
    let kind = related.as_ref().map(|related| related.text("type")).transpose()?.flatten();
    let table = match kind.as_deref() {
        Some("charge" | "payment_intent") => Some("payments"),
        Some("refund") => Some("refunds"),
        Some("invoice" | "credit_note") => Some("invoices"),
        Some("customer") => Some("customers"),
        _ => None,
    };
    let id = related.as_ref().map(|related| related.text("id")).transpose()?.flatten();
    decoded.marks.push(match (table, id) {
        (Some(table), Some(id)) => Mark::FetchNeeded(table, id),
        _ => Mark::Unknown(decoded.topic.clone()),
    });
    Ok(())
}

/// The id of what `name` refers to: the id itself, or the object that was put in its place.
fn reference(resource: &Object<'_>, name: &str) -> Result<Option<String>, Wrong> {
    match resource.raw(name) {
        Some(raw) if raw.get().starts_with('{') => {
            resource.object(name)?.map(|inner| inner.text("id")).transpose().map(Option::flatten)
        }
        _ => resource.text(name),
    }
}

/// What the merchant calls the order, where it left it with Stripe (`metadata.order_id`).
fn order_id(resource: &Object<'_>) -> Result<Option<String>, Wrong> {
    resource.object("metadata")?.map(|metadata| metadata.text("order_id")).transpose().map(Option::flatten)
}

#[cfg(test)]
mod tests;
