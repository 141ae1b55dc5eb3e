//! `product.*`: an article (a variation is one of its own) and what is on hand of it. An article goes by its SKU, by its id where the shop gave
//! it none. A shop has one place for its goods, `shop`. A deleted product is named by its id alone: it is fetched, so that its articles
//! (`products.product_id`) are found gone.

use super::{Event, id_at};
use crate::sources::json::Object;
use crate::sources::{Decoded, Mark, Row, Wrong};

/// The one place of a shop's goods.
const WAREHOUSE: &str = "shop";

pub(super) fn tell(product: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let id = product.needed("id", id_at(product, "id")?)?;
    let sku = product.text("sku")?.unwrap_or_else(|| id.clone());
    decoded.tell(article(product, event, &id, &sku));
    if product.tells("manage_stock") {
        decoded.tell(stock(product, event, sku));
    }
    Ok(())
}

pub(super) fn delete(payload: &Object<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let id = payload.needed("id", id_at(payload, "id")?)?;
    decoded.marks.push(Mark::FetchNeeded("products", id));
    Ok(())
}

fn article(product: &Object<'_>, event: &Event, id: &str, sku: &str) -> Result<Row, Wrong> {
    let categories = product.list("categories")?;
    let category = |place: usize| categories.get(place).map(|category| category.text("name")).transpose().map(Option::flatten);
    let is_service = product.truth("virtual")?.unwrap_or(false);
    let status = match product.text("status")?.as_deref() {
        Some("publish") => Some("active"),
        Some("trash") => Some("discontinued"),
        _ => None,
    };
    Ok(event
        .origin
        .row("products", event.version(product)?, 0)
        .text("sku", sku.to_owned())
        .text("name", product.text("name")?)
        .word("kind", if is_service { "service" } else { "product" })
        .text("category", category(0)?)
        .text("subcategory", category(1)?)
        .decimal("list_price", product.money("regular_price")?.or(product.money("price")?))
        .text("currency", event.currency.clone())
        .word("status", status)
        .text("product_id", id_at(product, "parent_id")?.unwrap_or_else(|| id.to_owned())))
}

/// Counted units; null where the shop does not count them, or counts them at the parent.
fn stock(product: &Object<'_>, event: &Event, sku: String) -> Result<Row, Wrong> {
    // `true`, `false` or, of a variation, "parent".
    let is_counted = product.raw("manage_stock").is_some_and(|counted| counted.get() == "true");
    let units = if is_counted { product.whole("stock_quantity")? } else { None };
    let version = event.version(product)?;
    Ok(event
        .origin
        .row("inventory_levels", version, 0)
        .text("sku", sku)
        .word("warehouse", WAREHOUSE)
        .instant("counted_at", version)
        .whole("on_hand", units)
        .whole("available", units)
        .whole("reorder_point", product.whole("low_stock_amount")?))
}
