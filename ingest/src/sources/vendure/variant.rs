//! A product variant: an article, and what is on hand of it at each place. A variant whose stock is not counted has levels without numbers.

use chrono::{DateTime, Utc};

use super::{Event, amount, id, id_within};
use crate::sources::json::Object;
use crate::sources::{Decoded, Row, Wrong};

/// The place of a variant that tells one number for all places.
const ALL_PLACES: &str = "all";

pub(super) fn tell(variant: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let version = event.version(variant)?;
    let sku = match variant.text("sku")? {
        Some(sku) => sku,
        None => id(variant)?,
    };
    let levels = event.origin.set("inventory_levels", "sku", &sku, version, 0);
    if event.deletes(variant) {
        decoded.tell(Ok(event.origin.row("products", version, 0).text("sku", sku).gone()));
        decoded.tell_set(levels, Vec::new());
        return Ok(());
    }
    decoded.tell(article(variant, event, version, &sku));
    let row = || event.origin.row("inventory_levels", version, 0).text("sku", sku.clone()).instant("counted_at", version);
    let is_counted = variant.text("trackInventory").ok().flatten().is_none_or(|tracks| tracks != "FALSE");
    if let Some(places) = variant.objects("stockLevels")? {
        let rows = places.into_iter().map(|place| {
            let place = place?;
            let warehouse = place.id("stockLocationId")?.or(id_within(&place, "stockLocation")?);
            level(&place, row().text("warehouse", place.needed("stockLocationId", warehouse)?), is_counted)
        });
        decoded.tell_set(levels, rows.collect());
    } else if variant.tells("stockOnHand") {
        decoded.tell(level(variant, row().word("warehouse", ALL_PLACES), is_counted));
    }
    Ok(())
}

fn article(variant: &Object<'_>, event: &Event, version: DateTime<Utc>, sku: &str) -> Result<Row, Wrong> {
    let status = variant.truth("enabled")?.map(|enabled| if enabled { "active" } else { "discontinued" });
    Ok(event
        .origin
        .row("products", version, 0)
        .text("sku", sku.to_owned())
        .text("name", variant.text("name")?)
        .decimal("list_price", amount(variant, "price")?)
        .text("currency", event.currency(variant)?)
        .word("status", status)
        .text("product_id", id_within(variant, "product")?))
}

fn level(place: &Object<'_>, row: Row, is_counted: bool) -> Result<Row, Wrong> {
    if !is_counted {
        return Ok(row);
    }
    let (on_hand, reserved) = (place.whole("stockOnHand")?, place.whole("stockAllocated")?);
    let available = on_hand.and_then(|units| units.checked_sub(reserved.unwrap_or_default()));
    Ok(row.whole("on_hand", on_hand).whole("available", available).whole("reserved", reserved))
}
