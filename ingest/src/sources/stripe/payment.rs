//! `charge.*` and `payment_intent.*`: money that came in. The charge is the authority: at one second its word counts over the intent's. A
//! refund does not undo a payment (it is a record of its own); a lost dispute does.

use chrono::{DateTime, Utc};

use super::amount::{amount, currency};
use super::{order_id, reference};
use crate::sources::json::Object;
use crate::sources::origin::Origin;
use crate::sources::{Decoded, Row, Wrong};

pub(super) fn charge(charge: &Object<'_>, created: DateTime<Utc>, origin: &Origin, decoded: &mut Decoded) -> Result<(), Wrong> {
    let currency = currency(charge)?;
    let method = charge.object("payment_method_details")?.map(|details| details.text("type")).transpose()?.flatten();
    let (status, rank) = match (charge.text("status")?.as_deref(), charge.truth("captured")?) {
        (Some("succeeded"), Some(false)) => (Some("pending"), 0),
        (Some("succeeded"), _) => (Some("succeeded"), 2),
        (Some("failed"), _) => (Some("failed"), 1),
        (Some("pending"), _) => (Some("pending"), 0),
        _ => (None, 0),
    };
    let captured = amount(charge, "amount_captured", &currency)?.filter(|captured| !captured.is_zero());
    let paid_value = captured.or(amount(charge, "amount", &currency)?);
    let paid_at = charge.seconds("created")?;
    let row = payment(charge, origin.row("payments", created, rank * 2 + 1), payment_id(charge)?)?
        .text("method", method)
        .word("status", status)
        .decimal("paid_value", charge.needed("amount", paid_value)?)
        .text("currency", currency)
        .instant("paid_at", charge.needed("created", paid_at)?);
    decoded.tell(Ok(row.only(&[])));
    Ok(())
}

pub(super) fn intent(intent: &Object<'_>, created: DateTime<Utc>, origin: &Origin, decoded: &mut Decoded) -> Result<(), Wrong> {
    let currency = currency(intent)?;
    let (status, rank) = match intent.text("status")?.as_deref() {
        Some("succeeded") => ("succeeded", 2),
        Some("canceled") => ("failed", 1),
        _ => ("pending", 0),
    };
    let received = amount(intent, "amount_received", &currency)?.filter(|received| !received.is_zero());
    let paid_value = received.or(amount(intent, "amount", &currency)?);
    let id = intent.text("id")?;
    let paid_at = intent.seconds("created")?;
    let row = payment(intent, origin.row("payments", created, rank * 2), intent.needed("id", id)?)?
        .word("status", status)
        .decimal("paid_value", intent.needed("amount", paid_value)?)
        .text("currency", currency)
        .instant("paid_at", intent.needed("created", paid_at)?);
    decoded.tell(Ok(row.only(&[])));
    Ok(())
}

/// A dispute that took the money back, or gave it again.
pub(super) fn dispute(
    dispute: &Object<'_>,
    action: &str,
    created: DateTime<Utc>,
    origin: &Origin,
    decoded: &mut Decoded,
) -> Result<(), Wrong> {
    let status = match (action, dispute.text("status")?.as_deref()) {
        ("funds_withdrawn", _) | ("closed", Some("lost")) => "reversed",
        ("funds_reinstated", _) | ("closed", Some("won" | "warning_closed")) => "succeeded",
        _ => return Ok(()),
    };
    let id = reference(dispute, "payment_intent")?.or(reference(dispute, "charge")?);
    let row = origin.row("payments", created, 7).text("payment_id", dispute.needed("charge", id)?).word("status", status);
    decoded.tell(Ok(row.only(&[])));
    Ok(())
}

/// What names the payment of `resource` (a charge, or what refers to one).
pub(super) fn payment_id(resource: &Object<'_>) -> Result<String, Wrong> {
    let id = reference(resource, "payment_intent")?.or(resource.text("id")?);
    resource.needed("id", id)
}

fn payment(resource: &Object<'_>, row: Row, id: String) -> Result<Row, Wrong> {
    Ok(row
        .text("payment_id", id)
        .word("direction", "in")
        .text("order_id", order_id(resource)?)
        .text("invoice_id", reference(resource, "invoice")?)
        .text("customer_id", reference(resource, "customer")?))
}
