//! `customers/*` and the privacy topics. A redaction is not a deletion: it is marked for erasure. `customers/data_request` asks people to
//! answer a person; no table has it, and it is kept as unknown.

use super::event::{Event, country, gid_tail, id, id_within};
use crate::sources::json::Object;
use crate::sources::{Decoded, Mark, Wrong};

pub(super) fn tell(customer: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let names = [customer.text("first_name")?, customer.text("last_name")?];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let row = event
        .origin
        .row("customers", event.version(customer)?, 0)
        .text("customer_id", id(customer)?)
        .text("name", Some(name).filter(|name| !name.is_empty()))
        .text("email", customer.text("email")?)
        .text("phone", customer.text("phone")?)
        .word("kind", "person")
        .text("segment", customer.text("tags")?)
        .text("country", country(&[customer.object("default_address")?])?)
        .text("currency", customer.text("currency")?)
        .instant("created_at", customer.instant("created_at")?);
    decoded.tell(Ok(row));
    Ok(())
}

pub(super) fn delete(payload: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    decoded.tell(Ok(event.origin.row("customers", event.triggered_at, 0).text("customer_id", id(payload)?).gone()));
    Ok(())
}

/// A merge that was done: one customer is no more, the other must be looked at anew. One under way or failed changes nothing.
pub(super) fn merge(payload: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    if payload.text("status")?.is_none_or(|status| !status.eq_ignore_ascii_case("completed")) {
        return Ok(());
    }
    let gid = |name: &str| {
        let gid = payload.text(name)?;
        payload.needed(name, gid.as_deref().and_then(gid_tail).map(str::to_owned))
    };
    let (kept, deleted) = (gid("admin_graphql_api_customer_kept_id")?, gid("admin_graphql_api_customer_deleted_id")?);
    decoded.tell(Ok(event.origin.row("customers", event.triggered_at, 0).text("customer_id", deleted).gone()));
    decoded.marks.push(Mark::FetchNeeded("customers", kept));
    Ok(())
}

/// The person, and the orders that name them.
pub(super) fn redact(payload: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let erase = |table, key| Mark::Erase { table, key, instance: event.origin.instance.clone() };
    let customer = payload.needed("customer", id_within(payload, "customer")?)?;
    decoded.marks.push(erase("customers", customer));
    for order in payload.ids("orders_to_redact")? {
        decoded.marks.push(erase("orders", order));
    }
    Ok(())
}

pub(super) fn redact_shop(event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    decoded.marks.push(Mark::EraseAll { instance: event.origin.instance.clone() });
    Ok(())
}
