//! `order_transactions/create`: money of an order. A sale or a capture is money that came in; an authorisation is money that may, until its
//! capture takes its place or a void reverses it. Money that goes back is a refund's, and told there.

use super::event::{Event, id, id_at};
use crate::sources::json::Object;
use crate::sources::{Decoded, Wrong};

pub(super) fn tell(transaction: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let kind = transaction.text("kind")?.unwrap_or_default();
    let status = transaction.text("status")?.unwrap_or_default();
    let parent = id_at(transaction, "parent_id")?;
    let version = event.version(transaction)?;
    match (kind.as_str(), parent) {
        ("sale" | "authorization" | "emv_authorization", _) => money(transaction, event, decoded, word(&kind, &status)),
        ("capture", parent) => {
            money(transaction, event, decoded, word(&kind, &status))?;
            if let Some(authorisation) = parent.filter(|_| status == "success") {
                decoded.tell(Ok(event.origin.row("payments", version, 2).text("payment_id", authorisation).gone()));
            }
            Ok(())
        }
        ("void", Some(authorisation)) if status == "success" => {
            let row = event.origin.row("payments", version, 2).text("payment_id", authorisation).word("status", "reversed");
            decoded.tell(Ok(row.only(&[])));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn money(transaction: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded, status: Option<&'static str>) -> Result<(), Wrong> {
    let paid_at = transaction.instant("processed_at")?.or(transaction.instant("created_at")?);
    let amount = transaction.money("amount")?;
    let row = event
        .origin
        .row("payments", event.version(transaction)?, i64::from(status == Some("succeeded")))
        .text("payment_id", id(transaction)?)
        .word("direction", "in")
        .text("order_id", id_at(transaction, "order_id")?)
        .text("method", transaction.text("gateway")?)
        .word("status", status)
        .decimal("paid_value", transaction.needed("amount", amount)?)
        .text("currency", transaction.text("currency")?.or_else(|| event.currency.clone()))
        .instant("paid_at", transaction.needed("created_at", paid_at)?);
    decoded.tell(Ok(row));
    Ok(())
}

fn word(kind: &str, status: &str) -> Option<&'static str> {
    match status {
        "success" if kind.ends_with("authorization") => Some("pending"),
        "success" => Some("succeeded"),
        "pending" => Some("pending"),
        "failure" | "error" => Some("failed"),
        _ => None,
    }
}
