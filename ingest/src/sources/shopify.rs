//! Shopify's webhooks. What each topic tells stands in the file of its table below; topics without a table (checkouts, draft orders,
//! fulfilment orders, locations, disputes, transfers, …) are marked unknown and kept. `tender_transactions/*` tell the money of
//! `order_transactions/*` again and are left at that.
//!
//! Identifiers come from the tail of `admin_graphql_api_id` where there is one: the number beside it has often been through JavaScript.
//! The version is `updated_at`; a topic without it is as old as `X-Shopify-Triggered-At`, else as its arrival. It does not know which shops a
//! tenant has: the shop's domain fills `_instance` and nothing else.

mod customer;
mod event;
mod fulfillment;
mod inventory;
mod line;
mod order;
mod product;
mod refund;
mod return_line;
mod transaction;

use chrono::{DateTime, Utc};

use self::event::Event;
use super::json::Object;
use super::{Decoded, Delivery, Headers, Setting, Source, Wrong, captured_json, signature};

/// Shopify.
#[derive(Debug)]
pub struct Shopify;

impl Source for Shopify {
    fn name(&self) -> &'static str {
        "shopify"
    }

    fn title(&self) -> &'static str {
        "Shopify"
    }

    fn about(&self) -> &'static str {
        "Shopify webhooks: orders, refunds, returns, fulfilments, payments, products, stock levels, customers and privacy requests"
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        let signature = delivery.headers.get("x-shopify-hmac-sha256");
        signature.is_some_and(|signature| signature::is_base64_hmac(signature, secret, &[delivery.body]))
    }

    /// An event bears one id in all its topics and subscriptions; deliveries before 2024-10 have an id a webhook instead.
    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        let header = |name: &str| delivery.headers.get(name);
        let id = header("x-shopify-event-id").or_else(|| header("x-shopify-webhook-id"))?;
        Some([header("x-shopify-shop-domain").unwrap_or_default(), event::topic(delivery.headers), id].join(" "))
    }

    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
        let payload = Object::parse(delivery.body)?;
        let event = Event::of(delivery, setting);
        let mut decoded = Decoded::of(event.topic);
        let (resource, action) = event.topic.split_once('/').unwrap_or((event.topic, ""));
        let told = match (resource, action) {
            ("orders", "delete") => order::delete(&payload, &event, &mut decoded),
            ("orders", "edited") => order::edited(&payload, &mut decoded),
            ("orders", "create" | "updated" | "paid" | "cancelled" | "fulfilled" | "partially_fulfilled") => {
                order::tell(&payload, &event, &mut decoded)
            }
            ("refunds", "create") => refund::tell(&payload, &event, &mut decoded),
            ("returns", _) => return_line::tell(&payload, &event, &mut decoded),
            ("fulfillments", "create" | "update") => fulfillment::tell(&payload, &event, &mut decoded),
            ("fulfillment_events", "create") => fulfillment::tell_event(&payload, &event, &mut decoded),
            ("order_transactions", "create") => transaction::tell(&payload, &event, &mut decoded),
            ("products", "delete") => product::delete(&payload, &mut decoded),
            ("products", "create" | "update") => product::tell(&payload, &event, &mut decoded),
            ("inventory_items", "delete") => inventory::delete_item(&payload, &event, &mut decoded),
            ("inventory_items", "create" | "update") => inventory::tell_item(&payload, &event, &mut decoded),
            ("inventory_levels", "connect" | "update") => inventory::tell_level(&payload, &event, &mut decoded),
            ("inventory_levels", "disconnect") => inventory::delete_level(&payload, &event, &mut decoded),
            ("customers", "create" | "update" | "enable" | "disable") => customer::tell(&payload, &event, &mut decoded),
            ("customers", "delete") => customer::delete(&payload, &event, &mut decoded),
            ("customers", "merge") => customer::merge(&payload, &event, &mut decoded),
            ("customers", "redact") => customer::redact(&payload, &event, &mut decoded),
            ("shop", "redact") => customer::redact_shop(&event, &mut decoded),
            _ => return Ok(Decoded::unknown(event.topic)),
        };
        // What is told as a whole or not at all: its one record is set aside.
        if let Err(wrong) = told {
            decoded.tell(Err(wrong));
        }
        Ok(decoded)
    }

    fn deliveries_of_file<'a>(&self, file_name: &str, bytes: &'a [u8]) -> Result<Vec<(Headers, &'a [u8])>, Wrong> {
        captured_json::deliveries(file_name, bytes)
    }
}

#[cfg(test)]
mod tests;
