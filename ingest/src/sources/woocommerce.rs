//! WooCommerce's webhooks (REST API v3 shapes): `order.*`, `product.*`, `customer.*`. Coupons and actions of plugins have no table: marked
//! unknown and kept. Times stand there twice, as the shop's wall clock and as UTC without an offset (`…_gmt`); the latter is read, the
//! former only where it stands alone. Totals of lines are without tax whatever the shop's prices are. It does not know the unit of a weight
//! (a shop's setting), so weights are not told, nor when a refund was given: an order names its refunds, and they are fetched.

mod customer;
mod order;
mod product;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::delivery::TOPIC;
use super::json::{Object, micros};
use super::origin::Origin;
use super::{Decoded, Delivery, Headers, Mark, Setting, Source, Wrong, captured_json, signature};

/// WooCommerce.
#[derive(Debug)]
pub struct WooCommerce;

impl Source for WooCommerce {
    fn name(&self) -> &'static str {
        "woocommerce"
    }

    fn title(&self) -> &'static str {
        "WooCommerce"
    }

    fn about(&self) -> &'static str {
        "WooCommerce webhooks: orders with their lines, products with their stock, and customers"
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        let signature = delivery.headers.get("x-wc-webhook-signature");
        signature.is_some_and(|signature| signature::is_base64_hmac(signature, secret, &[delivery.body]))
    }

    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        delivery.headers.get("x-wc-webhook-delivery-id").map(str::to_owned)
    }

    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
        let topic = topic(delivery.headers);
        // A form instead of JSON: what a new webhook sends to see whether somebody is there.
        if delivery.body.starts_with(b"webhook_id=") {
            return Ok(Decoded { marks: vec![Mark::Ping], ..Decoded::of(topic) });
        }
        let payload = Object::parse(delivery.body)?;
        let event = Event::of(delivery, setting);
        let mut decoded = Decoded::of(topic.as_str());
        let told = match topic.split_once('.').unwrap_or((topic.as_str(), "")) {
            ("order", "deleted") => order::delete(&payload, &event, &mut decoded),
            ("order", "created" | "updated" | "restored") => order::tell(&payload, &event, &mut decoded),
            ("product", "deleted") => product::delete(&payload, &mut decoded),
            ("product", "created" | "updated" | "restored") => product::tell(&payload, &event, &mut decoded),
            ("customer", "deleted") => customer::delete(&payload, &event, &mut decoded),
            ("customer", "created" | "updated") => customer::tell(&payload, &event, &mut decoded),
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

/// `order.updated`; of a captured file by its name, which gives `order/updated`.
fn topic(headers: &Headers) -> String {
    let named = || headers.get(TOPIC).map(|topic| topic.replace('/', "."));
    headers.get("x-wc-webhook-topic").map(str::to_owned).or_else(named).unwrap_or_default()
}

/// What a delivery says besides its resource.
struct Event {
    received_at: DateTime<Utc>,
    zone: Tz,
    currency: Option<String>,
    origin: Origin,
}

impl Event {
    fn of(delivery: &Delivery<'_>, setting: &Setting) -> Self {
        let header = |name: &str| delivery.headers.get(name);
        let shop = header("x-wc-webhook-source").map(|address| {
            let address = address.split_once("://").map_or(address, |(_, address)| address);
            address.trim_end_matches('/').to_owned()
        });
        let origin = Origin {
            instance: shop.filter(|shop| !shop.is_empty()),
            event_id: header("x-wc-webhook-delivery-id").map(str::to_owned),
        };
        Self { received_at: micros(delivery.received_at), zone: setting.zone, currency: setting.currency.clone(), origin }
    }

    /// The instant at `name`: in UTC where `…_gmt` stands, else by the shop's clock.
    fn instant(&self, resource: &Object<'_>, name: &str) -> Result<Option<DateTime<Utc>>, Wrong> {
        Ok(match resource.local_instant(&format!("{name}_gmt"), Tz::UTC)? {
            Some(instant) => Some(instant),
            None => resource.local_instant(name, self.zone)?,
        })
    }

    /// When `resource` changed; its arrival where it does not say.
    fn version(&self, resource: &Object<'_>) -> Result<DateTime<Utc>, Wrong> {
        Ok(self.instant(resource, "date_modified")?.unwrap_or(self.received_at))
    }
}

/// The identifier at `name`; 0 is Woo's word for none.
fn id_at(resource: &Object<'_>, name: &str) -> Result<Option<String>, Wrong> {
    Ok(resource.id(name)?.filter(|id| id != "0"))
}

#[cfg(test)]
mod tests;
