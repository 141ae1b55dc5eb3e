//! `fulfillments/*` and `fulfillment_events/create`: one consignment. The fulfilment says what is in it and who carries it, the events when
//! it arrived; each tells its own columns, so that neither undoes the other. No promise to the customer is in either.

use rust_decimal::Decimal;

use super::event::{Event, country, id, id_at, shop_money};
use crate::sources::json::{Object, rounded};
use crate::sources::{Decoded, Row, Wrong};

/// What a fulfilment tells; null where it has no value.
const COLUMNS: [&str; 9] =
    ["order_id", "warehouse", "carrier", "country", "status", "line_count", "quantity", "goods_value", "tracking_number"];

pub(super) fn tell(fulfillment: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let goods = Goods::read(fulfillment)?;
    let (status, sequence) = status(fulfillment)?;
    let row = event
        .origin
        .row("shipments", event.version(fulfillment)?, sequence)
        .text("shipment_id", id(fulfillment)?)
        .text("order_id", id_at(fulfillment, "order_id")?)
        .text("warehouse", id_at(fulfillment, "location_id")?)
        .text("carrier", fulfillment.text("tracking_company")?)
        .text("country", country(&[fulfillment.object("destination")?])?)
        .instant("shipped_at", fulfillment.instant("created_at")?)
        .word("status", status)
        .whole("line_count", goods.lines)
        .whole("quantity", goods.quantity)
        .decimal("goods_value", goods.value)
        .text("currency", goods.currency.or_else(|| event.currency.clone()))
        .text("tracking_number", fulfillment.text("tracking_number")?);
    decoded.tell(Ok(row.only(&COLUMNS)));
    Ok(())
}

/// A step on the way. Its version is when it happened: carriers report late and out of order.
pub(super) fn tell_event(step: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let happened_at = step.instant("happened_at")?.or(step.instant("created_at")?).unwrap_or(event.triggered_at);
    let is_delivered = step.text("status")?.as_deref() == Some("delivered");
    let row = event.origin.row("shipments", happened_at, if is_delivered { 2 } else { 1 });
    let row = row
        .text("shipment_id", step.needed("fulfillment_id", id_at(step, "fulfillment_id")?)?)
        .text("order_id", id_at(step, "order_id")?)
        .word("status", if is_delivered { "delivered" } else { "open" })
        .instant("delivered_at", is_delivered.then_some(happened_at));
    decoded.tell(Ok(Row { occurred_at: Some(happened_at), ..row.only(&[]) }));
    Ok(())
}

/// The goods in a consignment, at the price of their lines before discounts.
struct Goods {
    lines: Option<i64>,
    quantity: Option<i64>,
    value: Option<Decimal>,
    currency: Option<String>,
}

impl Goods {
    fn read(fulfillment: &Object<'_>) -> Result<Self, Wrong> {
        let items = fulfillment.list("line_items")?;
        let mut goods =
            Self { lines: i64::try_from(items.len()).ok(), quantity: Some(0), value: Some(Decimal::ZERO), currency: None };
        for item in &items {
            let units = item.whole("quantity")?.unwrap_or_default();
            let value = item.money("price")?.and_then(|price| price.checked_mul(Decimal::from(units)));
            goods.quantity = goods.quantity.and_then(|sum| sum.checked_add(units));
            goods.value = goods.value.zip(value).and_then(|(sum, value)| sum.checked_add(value)).and_then(rounded);
            goods.currency = goods.currency.or(shop_money(item, "price_set")?.1);
        }
        Ok(goods)
    }
}

/// The canonical word, and how far it is.
fn status(fulfillment: &Object<'_>) -> Result<(&'static str, i64), Wrong> {
    if matches!(fulfillment.text("status")?.as_deref(), Some("cancelled" | "error" | "failure")) {
        return Ok(("cancelled", 3));
    }
    let is_delivered = fulfillment.text("shipment_status")?.as_deref() == Some("delivered");
    Ok(if is_delivered { ("delivered", 2) } else { ("open", 0) })
}
