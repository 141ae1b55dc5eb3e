//! `refund.*` and `charge.refund.updated`: money given back. Stripe does not know the tax in it: all of it stands in `net_value`.

use chrono::{DateTime, Utc};

use super::amount::{amount, currency};
use super::{order_id, reference};
use crate::sources::json::Object;
use crate::sources::origin::Origin;
use crate::sources::{Decoded, Wrong};

pub(super) fn tell(refund: &Object<'_>, created: DateTime<Utc>, origin: &Origin, decoded: &mut Decoded) -> Result<(), Wrong> {
    let currency = currency(refund)?;
    let (status, rank) = match refund.text("status")?.as_deref() {
        Some("pending" | "requires_action") => (Some("pending"), 0),
        Some("succeeded") => (Some("succeeded"), 1),
        // A refund that succeeded may still come back from the bank.
        Some("failed" | "canceled") => (Some("failed"), 2),
        _ => (None, 0),
    };
    let (id, given, refunded_at) = (refund.text("id")?, amount(refund, "amount", &currency)?, refund.seconds("created")?);
    let row = origin
        .row("refunds", created, rank)
        .text("refund_id", refund.needed("id", id)?)
        .text("order_id", order_id(refund)?)
        .text("payment_id", reference(refund, "payment_intent")?.or(reference(refund, "charge")?))
        .text("customer_id", reference(refund, "customer")?)
        .text("reason", refund.text("reason")?)
        .decimal("net_value", refund.needed("amount", given)?)
        .text("currency", currency)
        .word("status", status)
        .instant("refunded_at", refund.needed("created", refunded_at)?);
    decoded.tell(Ok(row));
    Ok(())
}
