//! `invoice.*` and `credit_note.*`: documents to a customer. A credit note's values are negative. An invoice that will never be paid (void,
//! uncollectible) is closed and cancelled.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::amount::{amount, currency};
use super::{order_id, reference};
use crate::sources::json::{Object, rounded};
use crate::sources::origin::Origin;
use crate::sources::{Decoded, Wrong};

pub(super) fn invoice(
    invoice: &Object<'_>,
    action: &str,
    created: DateTime<Utc>,
    origin: &Origin,
    decoded: &mut Decoded,
) -> Result<(), Wrong> {
    let id = invoice.text("id")?;
    let invoice_id = invoice.needed("id", id)?;
    if action == "deleted" {
        decoded.tell(Ok(origin.row("invoices", created, 0).text("invoice_id", invoice_id).gone()));
        return Ok(());
    }
    let currency = currency(invoice)?;
    let (status, rank) = match invoice.text("status")?.as_deref() {
        Some("draft") => (Some("draft"), 0),
        Some("open") => (Some("open"), 1),
        Some("uncollectible") => (Some("cancelled"), 2),
        Some("paid") => (Some("paid"), 3),
        Some("void") => (Some("cancelled"), 3),
        _ => (None, 0),
    };
    let steps = invoice.object("status_transitions")?;
    let step = |name: &str| steps.as_ref().map(|steps| steps.seconds(name)).transpose().map(Option::flatten);
    let address = invoice.object("customer_address")?;
    let (net_value, tax_value) = values(invoice, &currency)?;
    let issued_at = step("finalized_at")?.or(invoice.seconds("created")?);
    let row = origin
        .row("invoices", created, rank)
        .text("invoice_id", invoice_id)
        .text("invoice_number", invoice.text("number")?)
        .word("kind", "invoice")
        .text("order_id", order_id(invoice)?)
        .text("customer_id", reference(invoice, "customer")?)
        .text("country", address.map(|address| address.text("country")).transpose()?.flatten())
        .instant("issued_at", invoice.needed("created", issued_at)?)
        .instant("due_at", invoice.seconds("due_date")?)
        .instant("closed_at", step("paid_at")?.or(step("voided_at")?).or(step("marked_uncollectible_at")?))
        .decimal("net_value", net_value)
        .decimal("tax_value", tax_value)
        .decimal(
            "open_value",
            if status == Some("cancelled") { Some(Decimal::ZERO) } else { amount(invoice, "amount_remaining", &currency)? },
        )
        .text("currency", currency)
        .word("status", status);
    decoded.tell(Ok(row));
    Ok(())
}

pub(super) fn credit_note(
    note: &Object<'_>,
    created: DateTime<Utc>,
    origin: &Origin,
    decoded: &mut Decoded,
) -> Result<(), Wrong> {
    let currency = currency(note)?;
    let is_void = note.text("status")?.as_deref() == Some("void");
    let (net_value, tax_value) = values(note, &currency)?;
    let (id, issued_at) = (note.text("id")?, note.seconds("effective_at")?.or(note.seconds("created")?));
    let row = origin
        .row("invoices", created, i64::from(is_void))
        .text("invoice_id", note.needed("id", id)?)
        .text("invoice_number", note.text("number")?)
        .word("kind", "credit_note")
        .text("order_id", order_id(note)?)
        .text("customer_id", reference(note, "customer")?)
        .instant("issued_at", note.needed("created", issued_at)?)
        .decimal("net_value", net_value.map(|value| Decimal::ZERO - value))
        .decimal("tax_value", tax_value.map(|value| Decimal::ZERO - value))
        .text("currency", currency)
        .word("status", is_void.then_some("cancelled"));
    decoded.tell(Ok(row));
    Ok(())
}

/// Value before tax, and tax; what the older versions tell as `tax`, the newer ones tell as the difference.
fn values(document: &Object<'_>, currency: &str) -> Result<(Option<Decimal>, Option<Decimal>), Wrong> {
    let total = amount(document, "total", currency)?;
    let net = amount(document, "total_excluding_tax", currency)?;
    let tax = match (total, net) {
        (Some(total), Some(net)) => total.checked_sub(net).and_then(rounded),
        _ => amount(document, "tax", currency)?,
    };
    let without_tax = total.zip(tax).and_then(|(total, tax)| total.checked_sub(tax)).and_then(rounded);
    Ok((net.or(without_tax).or(total), tax))
}
