//! A stock movement. An allocation or its release moves a promise and no goods: it is not told.

use super::{Event, id, id_within, sku};
use crate::sources::json::Object;
use crate::sources::{Decoded, Wrong};

pub(super) fn tell(movement: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let quantity = movement.needed("quantity", movement.whole("quantity")?)?;
    let (kind, goes_out) = match movement.text("type")?.as_deref() {
        Some("SALE") => ("sale", true),
        Some("RETURN" | "CANCELLATION") => ("return", false),
        Some("ADJUSTMENT") => ("adjustment", quantity < 0),
        _ => return Ok(()),
    };
    let units = quantity.checked_abs().ok_or_else(|| movement.wrong("quantity", "is too large"))?;
    let sku = sku(movement)?;
    let place = id_within(movement, "stockLocation")?;
    let version = event.version(movement)?;
    let row = event
        .origin
        .row("inventory_movements", version, 0)
        .text("movement_id", id(movement)?)
        .word("kind", kind)
        .text("sku", movement.needed("productVariant", sku)?)
        .text(if goes_out { "from_warehouse" } else { "to_warehouse" }, place)
        .whole("quantity", units)
        .text("document", movement.object("orderLine")?.map(|line| id_within(&line, "order")).transpose()?.flatten())
        .instant("moved_at", movement.instant("createdAt")?.unwrap_or(version));
    decoded.tell(Ok(row));
    Ok(())
}
