//! Sales, purchases, invoices, payments, parties and products.

use rust_decimal::Decimal;

use super::super::shape::Kind::{Amount, Day, Id, Label, Text, Time, Word};
use super::super::shape::{Field, Record, field};
use super::super::{Decoded, Row, Value, Wrong};
use super::record::TaggedRecord;

const SALE: &[Field] = &[
    field("order_number", Text, &["number"]),
    field("status", Word(sale_state), &["state"]),
    field("customer_id", Id, &["party"]),
    field("country", Text, &["shipment_address.country"]),
    field("promised_at", Day, &["shipping_date"]),
    field("net_value", Amount, &["untaxed_amount"]),
    field("tax_value", Amount, &["tax_amount"]),
];

const PURCHASE: &[Field] = &[
    field("supplier_id", Id, &["party"]),
    field("supplier", Label, &["party"]),
    field("sent_at", Day, &["purchase_date"]),
    field("promised_at", Day, &["delivery_date"]),
    field("status", Word(purchase_state), &["state"]),
    field("net_value", Amount, &["untaxed_amount"]),
];

const INVOICE: &[Field] = &[
    field("invoice_number", Text, &["number"]),
    field("customer_id", Id, &["party"]),
    field("net_value", Amount, &["untaxed_amount"]),
    field("tax_value", Amount, &["tax_amount"]),
    field("open_value", Amount, &["amount_to_pay"]),
    field("status", Word(invoice_state), &["state"]),
];

const BILL: &[Field] = &[
    field("bill_number", Text, &["reference", "number"]),
    field("supplier_id", Id, &["party"]),
    field("supplier", Label, &["party"]),
    field("net_value", Amount, &["untaxed_amount"]),
    field("tax_value", Amount, &["tax_amount"]),
    field("open_value", Amount, &["amount_to_pay"]),
    field("status", Word(invoice_state), &["state"]),
];

const PAYMENT: &[Field] = &[
    field("paid_value", Amount, &["amount"]),
    field("method", Label, &["journal"]),
    field("status", Word(payment_state), &["state"]),
];

const PARTY: &[Field] = &[
    field("name", Text, &["name", "rec_name"]),
    field("email", Text, &["email"]),
    field("phone", Text, &["phone", "mobile"]),
    field("created_at", Time, &["create_date"]),
];

const PRODUCT: &[Field] = &[
    field("name", Text, &["template.name", "name", "rec_name"]),
    field("unit", Label, &["default_uom"]),
    field("list_price", Amount, &["list_price"]),
    field("cost_price", Amount, &["cost_price"]),
    field("kind", Word(product_type), &["type"]),
];

fn sale_state(word: &str) -> Option<&'static str> {
    match word {
        "draft" | "quotation" | "confirmed" | "processing" => Some("open"),
        "done" => Some("completed"),
        "cancel" | "cancelled" => Some("cancelled"),
        _ => None,
    }
}

fn purchase_state(word: &str) -> Option<&'static str> {
    match word {
        "done" => Some("received"),
        other => sale_state(other),
    }
}

fn invoice_state(word: &str) -> Option<&'static str> {
    match word {
        "draft" | "validated" => Some("draft"),
        "posted" => Some("open"),
        "paid" => Some("paid"),
        "cancel" | "cancelled" => Some("cancelled"),
        _ => None,
    }
}

fn payment_state(word: &str) -> Option<&'static str> {
    match word {
        "draft" | "submitted" | "approved" | "processing" => Some("pending"),
        "succeeded" => Some("succeeded"),
        "failed" => Some("failed"),
        _ => None,
    }
}

fn product_type(word: &str) -> Option<&'static str> {
    match word {
        "goods" | "assets" => Some("product"),
        "service" => Some("service"),
        _ => None,
    }
}

/// Tells `record`, if `model` is one of these.
pub(super) fn tell(model: &str, record: &TaggedRecord<'_>, decoded: &mut Decoded) -> Result<bool, Wrong> {
    let row = match model {
        "sale.sale" => Some(sale(record)?),
        "sale.line" => sale_line(record)?,
        "purchase.purchase" => {
            Some(record.row("purchase_orders", "purchase_order_id", PURCHASE)?.with("currency", record.currency()?))
        }
        "purchase.line" => purchase_line(record)?,
        "account.invoice" => Some(invoice(record)?),
        "account.payment" => Some(payment(record)?),
        "party.party" => {
            Some(record.row("customers", "customer_id", PARTY)?.with("status", activity(record, "active", "closed")?))
        }
        "product.product" => Some(product(record)?),
        _ => return Ok(false),
    };
    decoded.rows.extend(row);
    Ok(true)
}

/// A sale of a negative amount takes goods back: Tryton credits by document.
fn sale(record: &TaggedRecord<'_>) -> Result<Row, Wrong> {
    let is_credit = record.amount("untaxed_amount")?.is_some_and(|net| net.is_sign_negative() && !net.is_zero());
    let kind = if is_credit { "cancellation" } else { "order" };
    Ok(record
        .row("orders", "order_id", SALE)?
        .with("kind", Value::Text(kind.to_owned()))
        .with("ordered_at", made_at(record, &["sale_date", "create_date"])?)
        .with("currency", record.currency()?))
}

/// A line that sells something; titles, comments and subtotals are none.
fn sale_line(record: &TaggedRecord<'_>) -> Result<Option<Row>, Wrong> {
    if record.word("type")?.is_some_and(|kind| kind != "line") {
        return Ok(None);
    }
    let (quantity, net) = worth(record)?;
    let order = record.id("sale")?.ok_or_else(|| Wrong::field("sale", "", "is missing"))?;
    let row = Row::new("order_lines", record.version()?)
        .with("order_id", Value::Text(order.into_owned()))
        .with("line_number", record.whole("id")?.map(Value::Whole))
        .with("order_kind", Value::Text(if quantity < 0 { "cancellation" } else { "order" }.to_owned()))
        .with("line_type", Value::Text("product".to_owned()))
        .with("ordered_at", made_at(record, &["sale.sale_date", "create_date"])?)
        .with("customer_id", record.id("sale.party")?.map(|party| Value::Text(party.into_owned())))
        .with("sku", record.sku()?)
        .with("product_name", record.label("product")?.map(|name| Value::Text(name.into_owned())))
        .with("quantity", Value::Whole(quantity))
        .with("unit_price", record.amount("unit_price")?.map(Value::Decimal))
        .with("net_value", net.map(Value::Decimal))
        .with("currency", record.currency()?);
    Ok(Some(row))
}

fn purchase_line(record: &TaggedRecord<'_>) -> Result<Option<Row>, Wrong> {
    if record.word("type")?.is_some_and(|kind| kind != "line") {
        return Ok(None);
    }
    let (quantity, net) = worth(record)?;
    let order = record.id("purchase")?.ok_or_else(|| Wrong::field("purchase", "", "is missing"))?;
    let row = record
        .row("purchase_order_lines", "line_id", &[field("promised_at", Day, &["delivery_date"])])?
        .with("purchase_order_id", Value::Text(order.into_owned()))
        .with("sku", record.sku()?)
        .with("quantity", Value::Whole(quantity))
        .with("unit_price", record.amount("unit_price")?.map(Value::Decimal))
        .with("net_value", net.map(Value::Decimal))
        .with("currency", record.currency()?);
    Ok(Some(row))
}

/// Units, and what they are worth: the amount that is told, else units times price.
fn worth(record: &TaggedRecord<'_>) -> Result<(i64, Option<Decimal>), Wrong> {
    let quantity = record.whole("quantity")?.ok_or_else(|| Wrong::field("quantity", "", "is missing"))?;
    let price = record.amount("unit_price")?;
    let worth = price.and_then(|price| price.checked_mul(Decimal::from(quantity)));
    Ok((quantity, record.amount("amount")?.or(worth).or(Some(Decimal::ZERO))))
}

fn invoice(record: &TaggedRecord<'_>) -> Result<Row, Wrong> {
    let is_credit = record.amount("untaxed_amount")?.is_some_and(|net| net.is_sign_negative() && !net.is_zero());
    let made_at = made_at(record, &["invoice_date", "create_date"])?;
    let (row, kind, column) = match record.word("type")?.as_deref() {
        Some("in" | "in_invoice" | "in_credit_note") => (record.row("bills", "bill_id", BILL)?, "bill", "billed_at"),
        Some("out" | "out_invoice" | "out_credit_note") => {
            (record.row("invoices", "invoice_id", INVOICE)?, "invoice", "issued_at")
        }
        other => return Err(Wrong::field("type", other.unwrap_or_default(), "is neither in nor out")),
    };
    let kind = if is_credit { "credit_note" } else { kind };
    Ok(row.with("kind", Value::Text(kind.to_owned())).with(column, made_at).with("currency", record.currency()?))
}

fn payment(record: &TaggedRecord<'_>) -> Result<Row, Wrong> {
    let is_receivable = record.word("kind")?.is_some_and(|kind| kind == "receivable");
    let (direction, party) = if is_receivable { ("in", "customer_id") } else { ("out", "supplier_id") };
    Ok(record
        .row("payments", "payment_id", PAYMENT)?
        .with("direction", Value::Text(direction.to_owned()))
        .with(party, record.id("party")?.map(|party| Value::Text(party.into_owned())))
        .with("paid_at", made_at(record, &["date", "create_date"])?)
        .with("currency", record.currency()?))
}

fn product(record: &TaggedRecord<'_>) -> Result<Row, Wrong> {
    let sku = record.word("code")?.or(record.word("id")?).ok_or_else(|| Wrong::field("id", "", "is missing"))?;
    let row = Row::new("products", record.version()?).with("sku", Value::Text(sku.into_owned()));
    let row = super::super::shape::tell(row, record, PRODUCT, record.setting.zone)?;
    Ok(row.with("currency", record.currency()?).with("status", activity(record, "active", "discontinued")?))
}

fn activity(record: &TaggedRecord<'_>, active: &str, inactive: &str) -> Result<Option<Value>, Wrong> {
    let told = record.word("active")?;
    Ok(told.map(|word| Value::Text(if word == "true" { active } else { inactive }.to_owned())))
}

fn made_at(record: &TaggedRecord<'_>, names: &[&str]) -> Result<Value, Wrong> {
    let missing = || Wrong::field(names.first().copied().unwrap_or_default(), "", "is missing");
    record.first_instant(names)?.ok_or_else(missing)
}
