//! A payment of an order, and a refund of a payment. Vendure does not split a refund's tax off: all of it stands in `net_value`.

use super::{Event, amount, customer_of, id, id_within};
use crate::sources::json::Object;
use crate::sources::{Decoded, Wrong};

pub(super) fn tell(payment: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let (status, rank) = match payment.text("state")?.as_deref() {
        Some("Created") => (Some("pending"), 0),
        Some("Authorized") => (Some("pending"), 1),
        Some("Settled") => (Some("succeeded"), 2),
        Some("Declined" | "Error") => (Some("failed"), 2),
        Some("Cancelled") => (Some("reversed"), 3),
        _ => (None, 0),
    };
    let version = event.version(payment)?;
    let row = event
        .origin
        .row("payments", version, rank)
        .text("payment_id", id(payment)?)
        .word("direction", "in")
        .text("order_id", id_within(payment, "order")?)
        .text("customer_id", customer_of(payment)?)
        .text("method", payment.text("method")?)
        .word("status", status)
        .decimal("paid_value", amount(payment, "amount")?)
        .text("currency", event.currency(payment)?)
        .instant("paid_at", payment.instant("createdAt")?.unwrap_or(version));
    decoded.tell(Ok(row));
    Ok(())
}

pub(super) fn tell_refund(refund: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let (status, rank) = match refund.text("state")?.as_deref() {
        Some("Pending") => (Some("pending"), 0),
        Some("Settled") => (Some("succeeded"), 1),
        Some("Failed") => (Some("failed"), 2),
        _ => (None, 0),
    };
    let version = event.version(refund)?;
    let row = event
        .origin
        .row("refunds", version, rank)
        .text("refund_id", id(refund)?)
        .text("order_id", id_within(refund, "order")?)
        .text("payment_id", refund.id("paymentId")?)
        .text("customer_id", customer_of(refund)?)
        .text("reason", refund.text("reason")?)
        .decimal("net_value", amount(refund, "total")?)
        .text("currency", event.currency(refund)?)
        .word("status", status)
        .instant("refunded_at", refund.instant("createdAt")?.unwrap_or(version));
    decoded.tell(Ok(row));
    Ok(())
}
