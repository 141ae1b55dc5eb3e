//! EasyPost's events: `tracker.*`, one parcel on its way. Batches, insurances, refunds of postage and reports have no table: marked unknown
//! and kept. `tracking_number` ties a tracker to the shop's own shipment.
//!
//! The tracker's estimate moves with every scan; the first promise is the first estimate a scan bears, else that of `tracker.created`, and no
//! later event touches it. Signatures are `X-Hmac-Signature: hmac-sha256-hex=…` over the body; EasyPost brings the secret into Unicode's NFKD
//! form first, which leaves ASCII alone: secrets beyond ASCII are not supported.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::json::{Object, micros, rounded};
use super::origin::Origin;
use super::{Decoded, Delivery, Headers, Row, Setting, Source, Wrong, captured_json, signature};

/// EasyPost.
#[derive(Debug)]
pub struct EasyPost;

impl Source for EasyPost {
    fn name(&self) -> &'static str {
        "easypost"
    }

    fn title(&self) -> &'static str {
        "EasyPost"
    }

    fn about(&self) -> &'static str {
        "EasyPost tracker events: when a parcel was promised, left and arrived"
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        let signature = delivery.headers.get("x-hmac-signature").and_then(|header| header.strip_prefix("hmac-sha256-hex="));
        signature.is_some_and(|signature| signature::is_hex_hmac(signature, secret, &[delivery.body]))
    }

    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        Object::parse(delivery.body).ok()?.text("id").ok()?
    }

    fn decode(&self, delivery: &Delivery<'_>, _setting: &Setting) -> Result<Decoded, Wrong> {
        let event = Object::parse(delivery.body)?;
        let topic = event.text("description")?.unwrap_or_default();
        let Some(tracker) = event.object("result")?.filter(|_| topic.starts_with("tracker.")) else {
            return Ok(Decoded::unknown(&topic));
        };
        let origin = Origin { instance: None, event_id: event.text("id")? };
        let changed = tracker.instant("updated_at").ok().flatten().or(event.instant("created_at").ok().flatten());
        let version = changed.unwrap_or_else(|| micros(delivery.received_at));
        let mut decoded = Decoded::of(topic.as_str());
        decoded.tell(shipment(&tracker, topic == "tracker.created", version, &origin));
        Ok(decoded)
    }

    fn deliveries_of_file<'a>(&self, file_name: &str, bytes: &'a [u8]) -> Result<Vec<(Headers, &'a [u8])>, Wrong> {
        captured_json::deliveries(file_name, bytes)
    }
}

fn shipment(tracker: &Object<'_>, is_first: bool, version: DateTime<Utc>, origin: &Origin) -> Result<Row, Wrong> {
    let scans = tracker.list("tracking_details")?.iter().map(Scan::read).collect::<Result<Vec<_>, _>>()?;
    let first =
        |status: &str| scans.iter().filter(|scan| scan.status.as_deref() == Some(status)).filter_map(|scan| scan.at).min();
    let promised = scans.iter().filter(|scan| scan.estimate.is_some()).min_by_key(|scan| scan.at).and_then(|scan| scan.estimate);
    let (status, sequence) = status(tracker.text("status")?.as_deref());
    let id = tracker.text("shipment_id")?.or(tracker.text("id")?);
    let row = origin
        .row("shipments", version, sequence)
        .text("shipment_id", tracker.needed("id", id)?)
        .text("carrier", tracker.text("carrier")?)
        .text("country", destination(tracker)?)
        .instant("promised_at", promised.or(if is_first { tracker.instant("est_delivery_date")? } else { None }))
        .instant("shipped_at", first("in_transit"))
        .instant("delivered_at", first("delivered"))
        .word("status", status)
        .decimal("weight", weight(tracker)?)
        .text("tracking_number", tracker.text("tracking_code")?);
    // Whole, the row would take the first promise away.
    Ok(row.only(&["carrier", "country", "shipped_at", "delivered_at", "status", "weight", "tracking_number"]))
}

/// One scan of the parcel.
struct Scan {
    status: Option<String>,
    at: Option<DateTime<Utc>>,
    estimate: Option<DateTime<Utc>>,
}

impl Scan {
    fn read(scan: &Object<'_>) -> Result<Self, Wrong> {
        Ok(Self { status: scan.text("status")?, at: scan.instant("datetime")?, estimate: scan.instant("est_delivery_date")? })
    }
}

/// The canonical word, and how far it is. A parcel that goes back to its sender is not delivered.
fn status(status: Option<&str>) -> (&'static str, i64) {
    match status {
        Some("delivered") => ("delivered", 4),
        Some("cancelled" | "return_to_sender") => ("cancelled", 4),
        Some("out_for_delivery" | "available_for_pickup") => ("open", 3),
        Some("in_transit" | "failure" | "error") => ("open", 2),
        Some("pre_transit") => ("open", 1),
        _ => ("open", 0),
    }
}

fn destination(tracker: &Object<'_>) -> Result<Option<String>, Wrong> {
    let Some(detail) = tracker.object("carrier_detail")? else { return Ok(None) };
    detail.object("destination_tracking_location")?.map(|place| place.text("country")).transpose().map(Option::flatten)
}

/// Kilograms of what EasyPost tells in ounces.
fn weight(tracker: &Object<'_>) -> Result<Option<Decimal>, Wrong> {
    let ounces = tracker.decimal("weight")?.filter(|ounces| !ounces.is_zero());
    Ok(ounces.and_then(|ounces| ounces.checked_mul(Decimal::new(28_349_523_125, 12))).and_then(rounded))
}

#[cfg(test)]
mod tests;
