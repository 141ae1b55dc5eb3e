//! `returns/*`: the goods that come back, a row a line. `returns/request` and `returns/approve` tell all lines; the others tell the return's
//! state or single changes, and no line of them can be told without the rest: the return is fetched. Nothing says when the customer asked, so
//! that is when the topic was triggered.

use chrono::{DateTime, Utc};

use super::event::{Event, id, id_at, id_within, shop_money};
use crate::sources::json::Object;
use crate::sources::{Decoded, Mark, Row, Wrong};

pub(super) fn tell(payload: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let return_id = id(payload)?;
    let lines = payload.objects("return_line_items").ok().flatten().unwrap_or_default();
    let told = payload.whole("total_return_line_items")?.is_some_and(|total| i64::try_from(lines.len()) == Ok(total));
    if !told {
        decoded.marks.push(Mark::FetchNeeded("returns", return_id));
        return Ok(());
    }
    let (status, sequence) = status(payload)?;
    let version = event.version(payload)?;
    let order_id = match id_within(payload, "order")? {
        Some(order_id) => Some(order_id),
        None => id_at(payload, "order_id")?,
    };
    let row = |(index, line): (usize, Result<Object<'_>, Wrong>)| {
        let row = event.origin.row("returns", version, sequence).text("return_id", return_id.clone());
        let row =
            row.whole("line_number", i64::try_from(index + 1).ok()).text("order_id", order_id.clone()).word("status", status);
        line_row(&line?, row, event.triggered_at)
    };
    let rows = lines.into_iter().enumerate().map(row).collect();
    decoded.tell_set(event.origin.set("returns", "return_id", &return_id, version, sequence), rows);
    Ok(())
}

fn line_row(line: &Object<'_>, row: Row, requested_at: DateTime<Utc>) -> Result<Row, Wrong> {
    let fulfilled = line.object("fulfillment_line_item")?;
    let order_line = fulfilled.as_ref().map(|fulfilled| id_within(fulfilled, "line_item")).transpose()?.flatten();
    let price = fulfilled.as_ref().map(|fulfilled| shop_money(fulfilled, "discounted_total_set")).transpose()?;
    let (net_value, currency) = price.unwrap_or_default();
    Ok(row
        .whole("quantity", line.whole("quantity")?)
        .decimal("net_value", net_value)
        .text("currency", currency)
        .text("reason", line.text("return_reason")?)
        .instant("requested_at", requested_at)
        .text("order_line_id", order_line))
}

/// The canonical word, and how far it is.
fn status(payload: &Object<'_>) -> Result<(Option<&'static str>, i64), Wrong> {
    Ok(match payload.text("status")?.map(|status| status.to_ascii_lowercase()).as_deref() {
        Some("requested") => (Some("requested"), 0),
        Some("open") => (Some("requested"), 1),
        Some("closed") => (Some("resolved"), 2),
        Some("declined" | "canceled" | "cancelled") => (Some("rejected"), 3),
        _ => (None, 0),
    })
}
