//! `orders/*`: an order with all its lines. The shop's axes of state (payment, fulfilment, closed, cancelled) become `status` and the two
//! columns of their own; none of them goes back, so that their ranks together order versions of one second. `orders/edited` names changed
//! lines by id alone: the order is fetched.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::event::{Event, country, id, id_at, id_within, shop_money};
use super::line::{Line, sum};
use crate::sources::json::{Object, rounded};
use crate::sources::{Decoded, Mark, Row, Wrong};

pub(super) fn tell(order: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let head = Head::read(order, event)?;
    let items = order.objects("line_items")?;
    let taxes_included = order.truth("taxes_included")?.unwrap_or(false);
    let lines: Vec<_> = items.into_iter().flatten().map(|item| Line::read(&item?, taxes_included)).collect();
    decoded.tell(header(order, event, &head, &lines));
    if order.tells("line_items") {
        let number = |index: usize| i64::try_from(index + 1).unwrap_or(i64::MAX);
        let rows = lines.into_iter().enumerate().map(|(index, line)| Ok(head.line(event, number(index), line?))).collect();
        decoded.tell_set(event.origin.set("order_lines", "order_id", &head.order_id, head.version, head.sequence), rows);
    }
    Ok(())
}

/// Nothing is told but the order's id: it and its lines are no more.
pub(super) fn delete(payload: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let order_id = id(payload)?;
    decoded.tell_set(event.origin.set("order_lines", "order_id", &order_id, event.triggered_at, 0), Vec::new());
    decoded.tell(Ok(event.origin.row("orders", event.triggered_at, 0).text("order_id", order_id).gone()));
    Ok(())
}

pub(super) fn edited(payload: &Object<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let edit = payload.object("order_edit")?;
    let edit = payload.needed("order_edit", edit)?;
    decoded.marks.push(Mark::FetchNeeded("orders", edit.needed("order_id", id_at(&edit, "order_id")?)?));
    Ok(())
}

/// What an order and its lines have in common.
struct Head {
    order_id: String,
    version: DateTime<Utc>,
    sequence: i64,
    ordered_at: DateTime<Utc>,
    customer_id: Option<String>,
    country: Option<String>,
    channel: Option<String>,
    currency: Option<String>,
}

impl Head {
    fn read(order: &Object<'_>, event: &Event<'_>) -> Result<Self, Wrong> {
        let customer = order.object("customer")?;
        let home = customer.as_ref().map(|customer| customer.object("default_address")).transpose()?.flatten();
        let placed = order.instant("processed_at")?.or(order.instant("created_at")?);
        Ok(Self {
            order_id: id(order)?,
            version: event.version(order)?,
            sequence: rank(order)?,
            ordered_at: order.needed("created_at", placed)?,
            customer_id: id_within(order, "customer")?,
            country: country(&[order.object("shipping_address")?, order.object("billing_address")?, home])?,
            channel: order.text("source_name")?,
            currency: order.text("currency")?.or_else(|| event.currency.clone()),
        })
    }

    fn line(&self, event: &Event<'_>, number: i64, line: Line) -> Row {
        let row = event.origin.row("order_lines", self.version, self.sequence).text("order_id", self.order_id.clone());
        let row = line.told(row.whole("line_number", number).word("order_kind", "order").instant("ordered_at", self.ordered_at));
        self.shared(row)
    }

    fn shared(&self, row: Row) -> Row {
        row.text("customer_id", self.customer_id.clone())
            .text("country", self.country.clone())
            .text("channel", self.channel.clone())
            .text("currency", self.currency.clone())
    }
}

/// The order's own row; sums over lines are left out when a line does not fit.
fn header(order: &Object<'_>, event: &Event<'_>, head: &Head, lines: &[Result<Line, Wrong>]) -> Result<Row, Wrong> {
    let lines: Option<Vec<&Line>> = lines.iter().map(|line| line.as_ref().ok()).collect();
    let total = |of: fn(&Line) -> Decimal| {
        lines.as_ref()?.iter().try_fold(Decimal::ZERO, |sum, line| rounded(sum.checked_add(of(line))?))
    };
    let quantity = lines.as_ref().and_then(|lines| lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.quantity)));
    let row = event.origin.row("orders", head.version, head.sequence).text("order_id", head.order_id.clone());
    let row = row
        .text("order_number", order.text("name")?)
        .word("kind", "order")
        .word("status", status(order)?)
        .instant("ordered_at", head.ordered_at)
        .instant("cancelled_at", order.instant("cancelled_at")?)
        .whole("line_count", lines.as_ref().and_then(|lines| i64::try_from(lines.len()).ok()))
        .whole("quantity", quantity)
        .decimal("net_value", total(|line| line.net_value))
        .decimal("discount_value", total(|line| line.discount_value))
        .decimal("tax_value", order.money("total_tax")?)
        .decimal("shipping_value", shipping(order)?)
        .word("payment_status", payment_status(order)?.0)
        .word("fulfilment_status", fulfilment_status(order)?.0);
    Ok(head.shared(row))
}

fn shipping(order: &Object<'_>) -> Result<Option<Decimal>, Wrong> {
    if let (Some(shipping), _) = shop_money(order, "total_shipping_price_set")? {
        return Ok(Some(shipping));
    }
    Ok(if order.tells("shipping_lines") { Some(sum(&order.list("shipping_lines")?, "price")?) } else { None })
}

fn status(order: &Object<'_>) -> Result<&'static str, Wrong> {
    if order.raw("cancelled_at").is_some() {
        return Ok("cancelled");
    }
    let is_done = order.raw("closed_at").is_some() || fulfilment_status(order)?.0 == "fulfilled";
    Ok(if is_done { "completed" } else { "open" })
}

/// The canonical word for `financial_status`, and how far it is.
fn payment_status(order: &Object<'_>) -> Result<(Option<&'static str>, i64), Wrong> {
    Ok(match order.text("financial_status")?.as_deref() {
        Some("pending") => (Some("open"), 0),
        Some("authorized") => (Some("authorized"), 1),
        Some("partially_paid") => (Some("partly paid"), 2),
        Some("paid") => (Some("paid"), 3),
        Some("partially_refunded") => (Some("partly refunded"), 4),
        Some("refunded") => (Some("refunded"), 5),
        Some("voided" | "expired") => (Some("voided"), 5),
        _ => (None, 0),
    })
}

/// The canonical word for `fulfillment_status`, and how far it is.
fn fulfilment_status(order: &Object<'_>) -> Result<(&'static str, i64), Wrong> {
    Ok(match order.text("fulfillment_status")?.as_deref() {
        Some("partial") => ("partial", 1),
        Some("fulfilled") => ("fulfilled", 2),
        Some("restocked") => ("returned", 3),
        _ => ("open", 0),
    })
}

/// Order among versions of one second: every step on any axis counts.
fn rank(order: &Object<'_>) -> Result<i64, Wrong> {
    let closed = i64::from(order.raw("closed_at").is_some());
    let cancelled = i64::from(order.raw("cancelled_at").is_some());
    Ok(payment_status(order)?.1 + fulfilment_status(order)?.1 + closed + cancelled)
}
