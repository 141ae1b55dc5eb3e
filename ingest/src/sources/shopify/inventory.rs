//! `inventory_items/*` and `inventory_levels/*`. A level names its article by the inventory item's id and tells no SKU: it stands under that
//! id, which `products.stock_id` ties to the SKU. `available` null is an article whose stock is not counted, not one that is out of stock.

use rust_decimal::Decimal;

use super::event::{Event, id, id_at};
use crate::sources::json::{Object, rounded};
use crate::sources::{Decoded, Mark, Wrong};

/// What an inventory item adds to the article of its SKU.
pub(super) fn tell_item(item: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let stock_id = id(item)?;
    let Some(sku) = item.text("sku")? else {
        decoded.marks.push(Mark::FetchNeeded("products", format!("inventory_items/{stock_id}")));
        return Ok(());
    };
    let row = event
        .origin
        .row("products", event.version(item)?, 0)
        .text("sku", sku)
        .decimal("cost_price", item.money("cost")?)
        .text("currency", event.currency.clone())
        .decimal("weight", weight(item)?)
        .text("stock_id", stock_id);
    decoded.tell(Ok(row.only(&["cost_price"])));
    Ok(())
}

/// Its levels are no more; its article goes with the product.
pub(super) fn delete_item(item: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    decoded.tell_set(event.origin.set("inventory_levels", "sku", &id(item)?, event.triggered_at, 0), Vec::new());
    Ok(())
}

pub(super) fn tell_level(level: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let version = event.version(level)?;
    let row = event
        .origin
        .row("inventory_levels", version, 0)
        .text("sku", stock_id(level)?)
        .text("warehouse", level.needed("location_id", id_at(level, "location_id")?)?)
        .instant("counted_at", version)
        .whole("available", level.whole("available")?);
    decoded.tell(Ok(row));
    Ok(())
}

pub(super) fn delete_level(level: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let row = event
        .origin
        .row("inventory_levels", event.triggered_at, 0)
        .text("sku", stock_id(level)?)
        .text("warehouse", level.needed("location_id", id_at(level, "location_id")?)?);
    decoded.tell(Ok(row.gone()));
    Ok(())
}

/// The inventory item's id; exact in `gid://shopify/InventoryLevel/24826418?inventory_item_id=271878346596884015`.
fn stock_id(level: &Object<'_>) -> Result<String, Wrong> {
    let gid = level.text("admin_graphql_api_id")?.unwrap_or_default();
    let exact = gid.rsplit_once("inventory_item_id=").map(|(_, id)| id.to_owned());
    if let Some(exact) = exact.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())) {
        return Ok(exact);
    }
    level.needed("inventory_item_id", id_at(level, "inventory_item_id")?)
}

/// Kilograms of one unit; zero is not recorded.
fn weight(item: &Object<'_>) -> Result<Option<Decimal>, Wrong> {
    let Some(weight) = item.decimal("weight_value")?.filter(|weight| !weight.is_zero()) else { return Ok(None) };
    let kilograms = match item.text("weight_unit")?.as_deref() {
        Some("kg") => Decimal::ONE,
        Some("g") => Decimal::new(1, 3),
        Some("lb") => Decimal::new(45_359_237, 8),
        Some("oz") => Decimal::new(28_349_523_125, 12),
        _ => return Ok(None),
    };
    Ok(weight.checked_mul(kilograms).and_then(rounded))
}
