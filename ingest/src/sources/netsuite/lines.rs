//! Documents with lines: sales orders, purchase orders, returns, receipts. Lines that are told replace those known; lines that are mere links
//! are marked to be fetched.

use rust_decimal::Decimal;

use super::super::json_object::whole;
use super::super::shape::Kind::{Amount, Day, Id, Label, Text, Word};
use super::super::shape::{self, Field, Record, field};
use super::super::{ChildSet, Decoded, Mark, Row, Value, Wrong};
use super::node::Node;
use super::record::{Known, amount, net_value};

const ORDER: &[Field] = &[
    field("order_number", Text, &["tranId"]),
    field("customer_id", Id, &["entity"]),
    field("status", Word(order_status), &["orderStatus", "status"]),
    field("promised_at", Day, &["shipDate"]),
    field("tax_value", Amount, &["taxTotal"]),
    field("shipping_value", Amount, &["shippingCost"]),
];

const PURCHASE: &[Field] = &[
    field("supplier_id", Id, &["entity"]),
    field("supplier", Label, &["entity"]),
    field("buyer", Label, &["employee"]),
    field("incoterm", Label, &["incoterm"]),
    field("promised_at", Day, &["dueDate"]),
    field("status", Word(purchase_status), &["orderStatus", "status"]),
];

const PURCHASE_LINE: &[Field] = &[
    field("sku", Label, &["item"]),
    field("product_name", Text, &["description"]),
    field("unit_price", Amount, &["rate"]),
    field("net_value", Amount, &["amount"]),
    field("promised_at", Day, &["expectedReceiptDate"]),
];

const RECEIPT_LINE: &[Field] = &[
    field("purchase_order_line", Text, &["orderLine"]),
    field("warehouse", Label, &["location"]),
    field("sku", Label, &["item"]),
];

fn order_status(word: &str) -> Option<&'static str> {
    match word {
        "A" | "B" | "D" | "E" | "F" => Some("open"),
        "C" | "Cancelled" | "_cancelled" => Some("cancelled"),
        "G" | "H" | "Billed" | "Closed" | "_fullyBilled" | "_closed" => Some("completed"),
        _ if word.starts_with("Pending") || word.starts_with("_pending") => Some("open"),
        _ => None,
    }
}

fn purchase_status(word: &str) -> Option<&'static str> {
    match word {
        "A" | "B" | "D" | "E" => Some("open"),
        "C" => Some("cancelled"),
        "F" | "G" | "H" => Some("received"),
        _ => None,
    }
}

fn return_status(word: &str) -> Option<&'static str> {
    match word {
        "A" | "B" => Some("requested"),
        "C" => Some("rejected"),
        "D" | "E" | "F" => Some("received"),
        "G" | "H" => Some("resolved"),
        _ => None,
    }
}

/// Tells `record`, if it is one of these.
pub(super) fn tell(kind: &str, record: &Node, known: &Known<'_>, decoded: &mut Decoded) -> Result<bool, Wrong> {
    match kind {
        "salesorder" => order(record, known, decoded)?,
        "purchaseorder" => purchase(record, known, decoded)?,
        "returnauthorization" => returned(record, known, decoded)?,
        "itemreceipt" => receipt(record, known, decoded)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// The lines of `record`; with the mark or the set of children that they are.
fn lines<'a>(
    record: &'a Node,
    (table, column, fetch): (&'static str, &'static str, &'static str),
    known: &Known<'_>,
    decoded: &mut Decoded,
) -> Result<&'a [Node], Wrong> {
    let id = record.id.clone().unwrap_or_default();
    let Some(lines) = record.elements("item") else {
        decoded.marks.push(Mark::FetchNeeded(fetch, id));
        return Ok(&[]);
    };
    let parent = vec![(column, Value::Text(id))];
    decoded.sets.push(ChildSet { table, parent, version: known.version(record)?, sequence: 0, instance: None });
    Ok(lines)
}

fn order(record: &Node, known: &Known<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let made_at = known.made_at(record)?.ok_or_else(|| Wrong::field("tranDate", "", "is missing"))?;
    let lines = lines(record, ("order_lines", "order_id", "salesOrder item"), known, decoded)?;
    let count = if lines.is_empty() { None } else { i64::try_from(lines.len()).ok().map(Value::Whole) };
    let head = known
        .row(record, "orders", "order_id", ORDER)?
        .with("kind", Value::Text("order".to_owned()))
        .with("ordered_at", made_at.clone())
        .with("line_count", count)
        .with("net_value", net_value(record)?.map(Value::Decimal))
        .with("currency", known.currency(record));
    decoded.rows.push(head);
    for line in lines {
        decoded.rows.push(order_line(record, line, known, made_at.clone())?);
    }
    Ok(())
}

fn order_line(record: &Node, line: &Node, known: &Known<'_>, made_at: Value) -> Result<Row, Wrong> {
    let quantity = quantity(line)?.unwrap_or_default();
    let rate = amount(line, "rate")?;
    let worth = rate.and_then(|rate| rate.checked_mul(Decimal::from(quantity)));
    let net = amount(line, "amount")?.or(worth).ok_or_else(|| Wrong::field("amount", "", "is missing"))?;
    let row = line_of(record, "order_lines", "order_id", known)?
        .with("line_number", Value::Whole(line_number(line)?))
        .with("order_kind", Value::Text("order".to_owned()))
        .with("line_type", Value::Text(line_type(line).to_owned()))
        .with("ordered_at", made_at)
        .with("customer_id", record.id("entity")?.map(|id| Value::Text(id.into_owned())))
        .with("quantity", Value::Whole(quantity))
        .with("unit_price", rate.map(Value::Decimal))
        .with("net_value", Value::Decimal(net))
        .with("currency", known.currency(record));
    let fields = &[field("sku", Label, &["item"]), field("product_name", Text, &["description"])];
    shape::tell(row, line, fields, known.setting.zone)
}

fn line_type(line: &Node) -> &'static str {
    let kind = line.child("itemType").and_then(|kind| kind.text.as_deref().or(kind.id.as_deref()));
    match kind {
        Some("Discount") => "discount",
        Some("GiftCert") => "voucher",
        Some("ShipItem") => "postage",
        _ => "product",
    }
}

fn purchase(record: &Node, known: &Known<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let lines = lines(record, ("purchase_order_lines", "purchase_order_id", "purchaseOrder item"), known, decoded)?;
    let sent_at = known.made_at(record)?;
    let count = if lines.is_empty() { None } else { i64::try_from(lines.len()).ok().map(Value::Whole) };
    let head = known
        .row(record, "purchase_orders", "purchase_order_id", PURCHASE)?
        .with("sent_at", sent_at.clone())
        .with("line_count", count)
        .with("net_value", net_value(record)?.map(Value::Decimal))
        .with("currency", known.currency(record));
    decoded.rows.push(head);
    for line in lines {
        let row = line_of(record, "purchase_order_lines", "purchase_order_id", known)?
            .with("line_id", Value::Text(line_number(line)?.to_string()))
            .with("supplier", record.label("entity")?.map(|name| Value::Text(name.into_owned())))
            .with("quantity", quantity(line)?.map(Value::Whole))
            .with("currency", known.currency(record))
            .with("sent_at", sent_at.clone());
        decoded.rows.push(shape::tell(row, line, PURCHASE_LINE, known.setting.zone)?);
    }
    Ok(())
}

/// A return has no head of its own: each line bears what the document says.
fn returned(record: &Node, known: &Known<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let made_at = known.made_at(record)?.ok_or_else(|| Wrong::field("tranDate", "", "is missing"))?;
    let fields = &[
        field("order_id", Id, &["createdFrom"]),
        field("customer_id", Id, &["entity"]),
        field("status", Word(return_status), &["orderStatus", "status"]),
        field("reason", Text, &["memo"]),
    ];
    for line in lines(record, ("returns", "return_id", "returnAuthorization item"), known, decoded)? {
        let row = line_of(record, "returns", "return_id", known)?
            .with("line_number", Value::Whole(line_number(line)?))
            .with("requested_at", made_at.clone())
            .with("quantity", quantity(line)?.map(|units| Value::Whole(units.saturating_abs())))
            .with("net_value", amount(line, "amount")?.map(|net| Value::Decimal(net.abs())))
            .with("currency", known.currency(record));
        let row = shape::tell(row, record, fields, known.setting.zone)?;
        let sku = &[field("sku", Label, &["item"]), field("order_line", shape::Kind::Whole, &["orderLine"])];
        decoded.rows.push(shape::tell(row, line, sku, known.setting.zone)?);
    }
    Ok(())
}

fn receipt(record: &Node, known: &Known<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let received_at = known.made_at(record)?.ok_or_else(|| Wrong::field("tranDate", "", "is missing"))?;
    for line in lines(record, ("receipts", "receipt_id", "itemReceipt item"), known, decoded)? {
        let row = line_of(record, "receipts", "receipt_id", known)?
            .with("line_id", Value::Text(line_number(line)?.to_string()))
            .with("purchase_order_id", record.id("createdFrom")?.map(|id| Value::Text(id.into_owned())))
            .with("supplier", record.label("entity")?.map(|name| Value::Text(name.into_owned())))
            .with("quantity", quantity(line)?.map(Value::Whole))
            .with("received_at", received_at.clone());
        decoded.rows.push(shape::tell(row, line, RECEIPT_LINE, known.setting.zone)?);
    }
    Ok(())
}

fn line_of(record: &Node, table: &'static str, key: &'static str, known: &Known<'_>) -> Result<Row, Wrong> {
    Ok(Row::new(table, known.version(record)?).with(key, record.id.clone().map(Value::Text)))
}

/// The line's own number in its document, which stays when other lines go.
fn line_number(line: &Node) -> Result<i64, Wrong> {
    let number = line.word("line").or_else(|| line.word("orderLine"));
    whole("line", number.ok_or_else(|| Wrong::field("line", "", "is missing"))?)
}

fn quantity(line: &Node) -> Result<Option<i64>, Wrong> {
    line.word("quantity").map(|text| whole("quantity", text)).transpose()
}
