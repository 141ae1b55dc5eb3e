//! A customer.

use super::{Event, id};
use crate::sources::json::Object;
use crate::sources::{Decoded, Wrong};

pub(super) fn tell(customer: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let row = event.origin.row("customers", event.version(customer)?, 0).text("customer_id", id(customer)?);
    if event.deletes(customer) {
        decoded.tell(Ok(row.gone()));
        return Ok(());
    }
    let names = [customer.text("firstName")?, customer.text("lastName")?];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let groups = customer.list("groups")?;
    let addresses = customer.list("addresses")?;
    let home = addresses.iter().find(|address| matches!(address.truth("defaultShippingAddress"), Ok(Some(true))));
    let country = home.map(|address| address.object("country")).transpose()?.flatten();
    let row = row
        .text("name", Some(name).filter(|name| !name.is_empty()))
        .text("email", customer.text("emailAddress")?)
        .text("phone", customer.text("phoneNumber")?)
        .text("segment", groups.first().map(|group| group.text("name")).transpose()?.flatten())
        .text("country", country.map(|country| country.text("code")).transpose()?.flatten())
        .instant("created_at", customer.instant("createdAt")?);
    decoded.tell(Ok(row));
    Ok(())
}
