//! `customer.*`: people who have an account; guests are in no webhook of their own.

use super::{Event, id_at};
use crate::sources::json::Object;
use crate::sources::{Decoded, Wrong};

pub(super) fn tell(customer: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let billing = customer.object("billing")?;
    let billed = |name: &str| billing.as_ref().map(|billing| billing.text(name)).transpose().map(Option::flatten);
    let names = [customer.text("first_name")?, customer.text("last_name")?];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let row = event
        .origin
        .row("customers", event.version(customer)?, 0)
        .text("customer_id", customer.needed("id", id_at(customer, "id")?)?)
        .text("name", Some(name).filter(|name| !name.is_empty()))
        .text("email", customer.text("email")?)
        .text("phone", billed("phone")?)
        .text("segment", customer.text("role")?)
        .text("country", billed("country")?)
        .instant("created_at", event.instant(customer, "date_created")?);
    decoded.tell(Ok(row));
    Ok(())
}

pub(super) fn delete(payload: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let id = payload.needed("id", id_at(payload, "id")?)?;
    decoded.tell(Ok(event.origin.row("customers", event.received_at, 0).text("customer_id", id).gone()));
    Ok(())
}
