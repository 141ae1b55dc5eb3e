//! `customer.created`, `customer.updated`, `customer.deleted`; what hangs on a customer (subscriptions, sources) has three parts to its name
//! and another first one.

use chrono::{DateTime, Utc};

use crate::sources::json::Object;
use crate::sources::origin::Origin;
use crate::sources::{Decoded, Wrong};

pub(super) fn tell(
    customer: &Object<'_>,
    action: &str,
    created: DateTime<Utc>,
    origin: &Origin,
    decoded: &mut Decoded,
) -> Result<(), Wrong> {
    let id = customer.text("id")?;
    let row = origin.row("customers", created, i64::from(action != "created")).text("customer_id", customer.needed("id", id)?);
    if action == "deleted" {
        decoded.tell(Ok(row.gone()));
        return Ok(());
    }
    let address = customer.object("address")?;
    let row = row
        .text("name", customer.text("name")?)
        .text("email", customer.text("email")?)
        .text("phone", customer.text("phone")?)
        .text("country", address.map(|address| address.text("country")).transpose()?.flatten())
        .text("currency", customer.text("currency")?.map(|currency| currency.to_ascii_uppercase()))
        .instant("created_at", customer.seconds("created")?);
    decoded.tell(Ok(row));
    Ok(())
}
