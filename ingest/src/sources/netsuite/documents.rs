//! Documents that are told by their heads alone: invoices, bills and their credits, payments, shipments.

use super::super::shape::Kind::{Amount, Day, Id, Label, Text, Word};
use super::super::shape::{Field, field};
use super::super::{Decoded, Row, Value, Wrong};
use super::node::Node;
use super::record::{Known, net_value};

const INVOICE: &[Field] = &[
    field("invoice_number", Text, &["tranId"]),
    field("order_id", Id, &["createdFrom"]),
    field("customer_id", Id, &["entity"]),
    field("due_at", Day, &["dueDate"]),
    field("closed_at", Day, &["closeDate", "closedDate"]),
    field("tax_value", Amount, &["taxTotal"]),
    field("open_value", Amount, &["amountRemaining"]),
    field("status", Word(payable_status), &["status"]),
];

const BILL: &[Field] = &[
    field("bill_number", Text, &["tranId"]),
    field("supplier_id", Id, &["entity"]),
    field("supplier", Label, &["entity"]),
    field("purchase_order_id", Id, &["createdFrom"]),
    field("due_at", Day, &["dueDate"]),
    field("closed_at", Day, &["closeDate", "closedDate"]),
    field("tax_value", Amount, &["taxTotal"]),
    field("open_value", Amount, &["amountRemaining"]),
    field("status", Word(payable_status), &["status"]),
];

const PAYMENT: &[Field] =
    &[field("method", Label, &["paymentMethod"]), field("paid_value", Amount, &["payment", "total", "amount"])];

const SHIPMENT: &[Field] = &[
    field("order_id", Id, &["createdFrom"]),
    field("customer_id", Id, &["entity"]),
    field("carrier", Label, &["shipMethod", "shipCarrier"]),
    field("freight_cost", Amount, &["shippingCost"]),
    field("delivered_at", Day, &["actualDeliveryDate"]),
];

/// REST tells a code, SOAP a word.
fn payable_status(word: &str) -> Option<&'static str> {
    match word {
        "A" | "Open" | "open" | "Pending Approval" => Some("open"),
        "B" | "Paid In Full" | "paidInFull" | "Fully Applied" => Some("paid"),
        "V" | "Voided" | "Rejected" => Some("cancelled"),
        _ => None,
    }
}

/// Tells `record`, if it is one of these.
pub(super) fn tell(kind: &str, record: &Node, known: &Known<'_>, decoded: &mut Decoded) -> Result<bool, Wrong> {
    let row = match kind {
        "invoice" => receivable(record, known, "invoice")?,
        "creditmemo" => receivable(record, known, "credit_note")?,
        "vendorbill" => payable(record, known, "bill")?,
        "vendorcredit" => payable(record, known, "credit_note")?,
        "customerpayment" => payment(record, known, "in", "customer_id")?,
        "vendorpayment" => payment(record, known, "out", "supplier_id")?,
        "itemfulfillment" => shipment(record, known)?,
        _ => return Ok(false),
    };
    decoded.rows.push(row);
    Ok(true)
}

fn receivable(record: &Node, known: &Known<'_>, kind: &str) -> Result<Row, Wrong> {
    let row = known.row(record, "invoices", "invoice_id", INVOICE)?;
    let row = row.with("kind", Value::Text(kind.to_owned())).with("issued_at", day(record, known)?);
    Ok(row.with("net_value", signed_net_value(record, kind)?).with("currency", known.currency(record)))
}

fn payable(record: &Node, known: &Known<'_>, kind: &str) -> Result<Row, Wrong> {
    let row = known.row(record, "bills", "bill_id", BILL)?;
    let row = row.with("kind", Value::Text(kind.to_owned())).with("billed_at", day(record, known)?);
    Ok(row.with("net_value", signed_net_value(record, kind)?).with("currency", known.currency(record)))
}

fn signed_net_value(record: &Node, kind: &str) -> Result<Option<Value>, Wrong> {
    let net = net_value(record)?;
    let net = if kind == "credit_note" { net.map(|net| -net.abs()) } else { net };
    Ok(net.map(Value::Decimal))
}

fn payment(record: &Node, known: &Known<'_>, direction: &str, party: &'static str) -> Result<Row, Wrong> {
    let row = known.row(record, "payments", "payment_id", PAYMENT)?;
    let status = if record.is_true("voided") { "reversed" } else { "succeeded" };
    let row = row
        .with("direction", Value::Text(direction.to_owned()))
        .with("status", Value::Text(status.to_owned()))
        .with("paid_at", day(record, known)?)
        .with("currency", known.currency(record));
    super::super::shape::tell(row, record, &[field(party, Id, &["customer", "entity"])], known.setting.zone)
}

/// A fulfilment is picked (A), packed (B), then shipped (C): it left on its date once it is shipped.
fn shipment(record: &Node, known: &Known<'_>) -> Result<Row, Wrong> {
    let status = record.child("shipStatus").or_else(|| record.child("status"));
    let word = status.and_then(|status| status.text.as_deref().or(status.id.as_deref())).unwrap_or_default();
    let has_left = matches!(word, "C" | "Shipped" | "shipped" | "_shipped");
    let row = known.row(record, "shipments", "shipment_id", SHIPMENT)?;
    let status = if row.values.iter().any(|(column, _)| column == "delivered_at") { "delivered" } else { "open" };
    let shipped_at = if has_left { day(record, known)? } else { None };
    Ok(row.with("shipped_at", shipped_at).with("status", Value::Text(status.to_owned())).with("currency", known.currency(record)))
}

/// The document's own date, which must be there.
fn day(record: &Node, known: &Known<'_>) -> Result<Option<Value>, Wrong> {
    let date = known.instant(record, "tranDate")?.or(known.instant(record, "createdDate")?);
    date.map(|date| Some(Value::Instant(date))).ok_or_else(|| Wrong::field("tranDate", "", "is missing"))
}
