//! A fulfilment: one consignment. When it left and arrived is when the event told that state; a later event keeps both.

use super::{Event, customer_of, id, id_within};
use crate::sources::json::Object;
use crate::sources::{Decoded, Wrong};

pub(super) fn tell(fulfillment: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let version = event.version(fulfillment)?;
    let state = fulfillment.text("state")?.unwrap_or_default();
    let (status, rank) = match state.as_str() {
        "Shipped" => (Some("open"), 1),
        "Delivered" => (Some("delivered"), 2),
        "Cancelled" => (Some("cancelled"), 3),
        _ => (Some("open"), 0),
    };
    let lines = fulfillment.list("lines")?;
    let mut quantity = Some(0_i64);
    for line in &lines {
        let units = line.whole("quantity")?.unwrap_or_default();
        quantity = quantity.and_then(|sum| sum.checked_add(units));
    }
    let has_lines = fulfillment.tells("lines");
    let row = event
        .origin
        .row("shipments", version, rank)
        .text("shipment_id", id(fulfillment)?)
        .text("order_id", id_within(fulfillment, "order")?)
        .text("customer_id", customer_of(fulfillment)?)
        .text("carrier", fulfillment.text("method")?)
        .instant("shipped_at", (state == "Shipped").then_some(version))
        .instant("delivered_at", (state == "Delivered").then_some(version))
        .word("status", status)
        .whole("line_count", i64::try_from(lines.len()).ok().filter(|_| has_lines))
        .whole("quantity", quantity.filter(|_| has_lines))
        .text("tracking_number", fulfillment.text("trackingCode")?);
    decoded.tell(Ok(row.only(&[])));
    Ok(())
}
