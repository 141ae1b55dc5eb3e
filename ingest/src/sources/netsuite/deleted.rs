//! Deletions: SOAP's `getDeleted` and rows of the table `deletedRecord`. Their date is the version.

use super::super::shape::Record;
use super::super::{ChildSet, Decoded, Mark, Row, Value, Wrong};
use super::node::Node;
use super::record::Known;

/// Table and key of the records of a type; children that go with them.
fn place(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "customer" => ("customers", "customer_id"),
        "vendor" => ("suppliers", "supplier_id"),
        "supportcase" => ("tickets", "ticket_id"),
        "invoice" | "creditmemo" => ("invoices", "invoice_id"),
        "vendorbill" | "vendorcredit" => ("bills", "bill_id"),
        "customerpayment" | "vendorpayment" => ("payments", "payment_id"),
        "itemfulfillment" => ("shipments", "shipment_id"),
        "salesorder" => ("orders", "order_id"),
        "purchaseorder" => ("purchase_orders", "purchase_order_id"),
        _ => return None,
    })
}

/// Lines that a type has, which are no more either: an empty set.
fn lines(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "salesorder" => ("order_lines", "order_id"),
        "purchaseorder" => ("purchase_order_lines", "purchase_order_id"),
        "returnauthorization" => ("returns", "return_id"),
        "itemreceipt" => ("receipts", "receipt_id"),
        _ => return None,
    })
}

/// Tells the deletion that `deletion` is; whether its type is known.
pub(super) fn tell(deletion: &Node, known: &Known<'_>, decoded: &mut Decoded) -> Result<bool, Wrong> {
    let version = known.instant(deletion, "deletedDate")?.ok_or_else(|| Wrong::field("deletedDate", "", "is missing"))?;
    let (kind, id) = match deletion.child("record") {
        Some(record) => (record.word("type").map(str::to_ascii_lowercase), record.id.clone()),
        None => (
            ["type", "recordType", "recordTypeId"].into_iter().find_map(|name| deletion.word(name)).map(str::to_ascii_lowercase),
            Record::id(deletion, "recordId")?.map(|id| id.into_owned()).or_else(|| deletion.id.clone()),
        ),
    };
    let kind = kind.ok_or_else(|| Wrong::field("type", "", "is missing"))?;
    let id = id.ok_or_else(|| Wrong::field("recordId", "", "is missing"))?;
    let (table, children) = (place(&kind), lines(&kind));
    if let Some((table, key)) = table {
        let mut row = Row::new(table, version).with(key, Value::Text(id.clone()));
        row.deleted = true;
        row.occurred_at = Some(version);
        decoded.rows.push(row);
    }
    if let Some((table, column)) = children {
        let parent = vec![(column, Value::Text(id))];
        decoded.sets.push(ChildSet { table, parent, version, sequence: 0, instance: None });
    }
    if table.is_none() && children.is_none() {
        decoded.marks.push(Mark::Unknown(format!("deleted {kind}")));
    }
    Ok(true)
}
