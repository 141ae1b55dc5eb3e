//! Customers, suppliers, articles and support cases: records without lines.

use super::super::shape::Kind::{Amount, Id, Label, Text, Time, Word};
use super::super::shape::{Field, field};
use super::super::{Decoded, Row, Value, Wrong};
use super::node::Node;
use super::record::Known;

const CUSTOMER: &[Field] = &[
    field("name", Text, &["companyName", "altName", "entityId"]),
    field("email", Text, &["email"]),
    field("phone", Text, &["phone"]),
    field("segment", Label, &["category"]),
    field("created_at", Time, &["dateCreated"]),
];

const SUPPLIER: &[Field] = &[field("name", Text, &["companyName", "altName", "entityId"]), field("email", Text, &["email"])];

const ARTICLE: &[Field] = &[
    field("sku", Text, &["itemId"]),
    field("name", Text, &["displayName", "salesDescription", "itemId"]),
    field("category", Label, &["class"]),
    field("subcategory", Label, &["department"]),
    field("supplier_id", Id, &["vendor", "preferredVendor"]),
    field("unit", Label, &["stockUnit", "unitsType"]),
    field("list_price", Amount, &["basePrice"]),
    field("cost_price", Amount, &["averageCost", "cost"]),
    field("weight", Amount, &["weight"]),
];

const CASE: &[Field] = &[
    field("state", Label, &["status"]),
    field("priority", Label, &["priority"]),
    field("channel", Label, &["origin"]),
    field("category", Label, &["category"]),
    field("subcategory", Label, &["issue"]),
    field("assignee", Label, &["assigned"]),
    field("requester", Id, &["company"]),
    field("opened_at", Time, &["startDate", "createdDate"]),
    field("closed_at", Time, &["endDate"]),
];

const KIND: Field = field("kind", Word(item_kind), &["itemType"]);

fn item_kind(word: &str) -> Option<&'static str> {
    match word {
        "InvtPart" | "NonInvtPart" | "Assembly" | "Kit" => Some("product"),
        "Service" => Some("service"),
        "GiftCert" => Some("voucher"),
        _ => None,
    }
}

/// Tells `record`, if it is one of these.
pub(super) fn tell(kind: &str, record: &Node, known: &Known<'_>, decoded: &mut Decoded) -> Result<bool, Wrong> {
    let row = match kind {
        "customer" => {
            let row = known.row(record, "customers", "customer_id", CUSTOMER)?;
            let kind = record.word("isPerson").map(|_| if record.is_true("isPerson") { "person" } else { "company" });
            inactive(row, record, "blocked").with("kind", kind.map(|kind| Value::Text(kind.to_owned())))
        }
        "vendor" => inactive(known.row(record, "suppliers", "supplier_id", SUPPLIER)?, record, "blocked"),
        "supportcase" => known.row(record, "tickets", "ticket_id", CASE)?.with("kind", Value::Text("incident".to_owned())),
        "inventoryitem" | "noninventorysaleitem" | "noninventoryresaleitem" | "noninventorypurchaseitem" => {
            article(record, known, "product")?
        }
        "assemblyitem" | "kititem" | "lotnumberedinventoryitem" | "serializedinventoryitem" => article(record, known, "product")?,
        "servicesaleitem" | "serviceresaleitem" | "servicepurchaseitem" => article(record, known, "service")?,
        "giftcertificateitem" => article(record, known, "voucher")?,
        _ => return Ok(false),
    };
    decoded.rows.push(row);
    Ok(true)
}

/// An article is known by the code that people give it, which lines and searches name too.
fn article(record: &Node, known: &Known<'_>, kind: &str) -> Result<Row, Wrong> {
    record.word("itemId").ok_or_else(|| Wrong::field("itemId", "", "is missing"))?;
    let row = Row::new("products", known.version(record)?);
    let row = super::super::shape::tell(row, record, ARTICLE, known.setting.zone)?;
    let told = super::super::shape::value(record, &KIND, known.setting.zone)?;
    let row = row.with("kind", told.unwrap_or_else(|| Value::Text(kind.to_owned())));
    Ok(inactive(row.with("currency", known.currency(record)), record, "discontinued"))
}

fn inactive(row: Row, record: &Node, word: &str) -> Row {
    let status = record.word("isInactive").map(|_| if record.is_true("isInactive") { word } else { "active" });
    row.with("status", status.map(|status| Value::Text(status.to_owned())))
}
