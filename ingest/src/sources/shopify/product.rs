//! `products/*`: an article a variant. An article goes by its SKU, by its variant's id where the shop gave it none. A deleted product is
//! named by its own id alone, which is no article's: it is fetched, so that its articles (`products.product_id`) are found gone.

use super::event::{Event, id, id_at};
use crate::sources::json::Object;
use crate::sources::{Decoded, Mark, Row, Wrong};
use rust_decimal::Decimal;

pub(super) fn tell(product: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let shared = Shared {
        product_id: id(product)?,
        title: product.text("title")?,
        category: product.text("product_type")?,
        brand: product.text("vendor")?,
        status: match product.text("status")?.as_deref() {
            Some("active") => Some("active"),
            Some("archived") => Some("discontinued"),
            _ => None,
        },
    };
    let version = event.version(product)?;
    for variant in product.objects("variants")?.unwrap_or_default() {
        decoded.tell(variant.and_then(|variant| article(&variant, &shared, event.origin.row("products", version, 0), event)));
    }
    Ok(())
}

pub(super) fn delete(payload: &Object<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    decoded.marks.push(Mark::FetchNeeded("products", id(payload)?));
    Ok(())
}

/// What all variants of a product have in common.
struct Shared {
    product_id: String,
    title: Option<String>,
    category: Option<String>,
    brand: Option<String>,
    status: Option<&'static str>,
}

fn article(variant: &Object<'_>, shared: &Shared, row: Row, event: &Event<'_>) -> Result<Row, Wrong> {
    let sku = match variant.text("sku")? {
        Some(sku) => sku,
        None => id(variant)?,
    };
    // The only variant of a product without options bears this name.
    let title = variant.text("title")?.filter(|title| title != "Default Title");
    let name = [shared.title.clone(), title].into_iter().flatten().collect::<Vec<_>>().join(" - ");
    Ok(row
        .text("sku", sku)
        .text("name", Some(name).filter(|name| !name.is_empty()))
        .text("category", shared.category.clone())
        .text("brand", shared.brand.clone())
        .decimal("list_price", variant.money("compare_at_price")?.or(variant.money("price")?))
        .text("currency", event.currency.clone())
        .decimal("weight", variant.whole("grams")?.filter(|grams| *grams > 0).map(|grams| Decimal::new(grams, 3)))
        .word("status", shared.status)
        .text("product_id", shared.product_id.clone())
        .text("stock_id", id_at(variant, "inventory_item_id")?)
        // Cost is the inventory item's to tell.
        .only(&["name", "category", "brand", "list_price", "status"]))
}
