//! Shipments and moves of stock. A move that is done is the ledger of stock; one that is planned moved nothing yet.

use rust_decimal::Decimal;

use super::super::shape::Kind::{Day, Id, Label, Text, Word};
use super::super::shape::{Field, Record, field};
use super::super::{Decoded, Row, Value, Wrong};
use super::record::TaggedRecord;

const SHIPMENT: &[Field] = &[
    field("customer_id", Id, &["customer"]),
    field("warehouse", Label, &["warehouse"]),
    field("carrier", Label, &["carrier"]),
    field("promised_at", Day, &["planned_date"]),
    field("status", Word(shipment_state), &["state"]),
];

const MOVE: &[Field] = &[
    field("from_warehouse", Text, &["from_location.name", "from_location.rec_name", "from_location"]),
    field("to_warehouse", Text, &["to_location.name", "to_location.rec_name", "to_location"]),
    field("document", Text, &["origin", "shipment"]),
];

fn shipment_state(word: &str) -> Option<&'static str> {
    match word {
        "cancel" | "cancelled" => Some("cancelled"),
        _ => Some("open"),
    }
}

/// Tells `record`, if `model` is one of these.
pub(super) fn tell(model: &str, record: &TaggedRecord<'_>, decoded: &mut Decoded) -> Result<bool, Wrong> {
    match model {
        "stock.shipment.out" => decoded.rows.push(shipment(record)?),
        "stock.move" => decoded.rows.extend(movement(record)?),
        _ => return Ok(false),
    }
    Ok(true)
}

/// It left on its effective date. Tryton does not tell when it arrived.
fn shipment(record: &TaggedRecord<'_>) -> Result<Row, Wrong> {
    let has_left = record.word("state")?.is_some_and(|state| matches!(state.as_ref(), "shipped" | "done"));
    let shipped_at = if has_left { record.first_instant(&["effective_date"])? } else { None };
    Ok(record.row("shipments", "shipment_id", SHIPMENT)?.with("shipped_at", shipped_at).with("currency", record.currency()?))
}

fn movement(record: &TaggedRecord<'_>) -> Result<Option<Row>, Wrong> {
    if record.word("state")?.is_none_or(|state| state != "done") {
        return Ok(None);
    }
    let quantity = record.whole("quantity")?.ok_or_else(|| Wrong::field("quantity", "", "is missing"))?;
    let cost = record.amount("cost_price")?.and_then(|cost| cost.checked_mul(Decimal::from(quantity)));
    let moved_at = record.first_instant(&["effective_date", "write_date", "create_date"])?;
    let row = record
        .row("inventory_movements", "movement_id", MOVE)?
        .with("kind", Value::Text(kind(record)?.to_owned()))
        .with("sku", Some(record.sku()?.ok_or_else(|| Wrong::field("product", "", "is missing"))?))
        .with("quantity", Value::Whole(quantity))
        .with("cost_value", cost.map(|cost| Value::Decimal(cost.round_dp(4))))
        .with("currency", record.currency()?)
        .with("moved_at", Some(moved_at.ok_or_else(|| Wrong::field("effective_date", "", "is missing"))?));
    Ok(Some(row))
}

/// By the places that it left and reached; by the document that asked for it, where the reading does not name them.
fn kind(record: &TaggedRecord<'_>) -> Result<&'static str, Wrong> {
    let (from, to) = (record.word("from_location.type")?, record.word("to_location.type")?);
    let origin = record.word("origin")?.unwrap_or_default();
    Ok(match (from.as_deref(), to.as_deref()) {
        (_, Some("customer")) => "sale",
        (Some("customer"), _) => "return",
        (Some("supplier"), _) => "receipt",
        (Some("lost_found"), _) | (_, Some("lost_found")) => "adjustment",
        (Some(_), Some(_)) => "transfer",
        _ if origin.starts_with("sale.line,") => "sale",
        _ if origin.starts_with("purchase.line,") => "receipt",
        _ if origin.starts_with("stock.inventory.line,") => "adjustment",
        _ => "transfer",
    })
}
