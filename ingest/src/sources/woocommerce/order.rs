//! `order.*`: an order with its lines; products first, then fees, each a line. Shipping stands outside the lines. A status tells all axes at
//! once: an order that is being processed was paid.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{Event, id_at};
use crate::sources::json::{Object, rounded};
use crate::sources::{Decoded, Mark, Row, Wrong};

pub(super) fn tell(order: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    // What the checkout keeps while a customer fills it in is no order yet.
    if matches!(order.text("status")?.as_deref(), Some("checkout-draft" | "auto-draft")) {
        return Ok(());
    }
    let head = Head::read(order, event)?;
    let products = order.objects("line_items")?.unwrap_or_default().into_iter().map(|item| Line::product(&item?));
    let fees = order.objects("fee_lines")?.unwrap_or_default().into_iter().map(|item| Line::fee(&item?));
    let lines: Vec<Result<Line, Wrong>> = products.chain(fees).collect();
    decoded.tell(header(order, event, &head, &lines));
    if order.tells("line_items") {
        let number = |index: usize| i64::try_from(index + 1).unwrap_or(i64::MAX);
        let rows = lines.into_iter().enumerate().map(|(index, line)| Ok(head.line(event, number(index), line?))).collect();
        decoded.tell_set(event.origin.set("order_lines", "order_id", &head.order_id, head.version, head.state.rank), rows);
    }
    for refund in order.list("refunds")? {
        if let Some(refund_id) = id_at(&refund, "id")? {
            decoded.marks.push(Mark::FetchNeeded("refunds", format!("{}/{refund_id}", head.order_id)));
        }
    }
    Ok(())
}

pub(super) fn delete(payload: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let order_id = payload.needed("id", id_at(payload, "id")?)?;
    decoded.tell_set(event.origin.set("order_lines", "order_id", &order_id, event.received_at, 0), Vec::new());
    decoded.tell(Ok(event.origin.row("orders", event.received_at, 0).text("order_id", order_id).gone()));
    Ok(())
}

/// What a status means on each axis, and its rank among those of one second.
#[derive(Clone, Copy)]
struct State {
    status: Option<&'static str>,
    payment: Option<&'static str>,
    fulfilment: Option<&'static str>,
    rank: i64,
}

impl State {
    fn of(status: &str) -> Self {
        let state = |status, payment, fulfilment, rank| Self {
            status: Some(status),
            payment: Some(payment),
            fulfilment: Some(fulfilment),
            rank,
        };
        match status {
            "pending" | "on-hold" => state("open", "open", "open", 1),
            "processing" => state("open", "paid", "open", 2),
            "completed" => state("completed", "paid", "fulfilled", 3),
            "refunded" => Self { fulfilment: None, ..state("completed", "refunded", "open", 4) },
            "failed" => state("cancelled", "voided", "open", 5),
            "cancelled" | "trash" => Self { payment: None, ..state("cancelled", "voided", "open", 5) },
            _ => Self { status: None, payment: None, fulfilment: None, rank: 0 },
        }
    }
}

/// What an order and its lines have in common.
struct Head {
    order_id: String,
    version: DateTime<Utc>,
    state: State,
    ordered_at: DateTime<Utc>,
    customer_id: Option<String>,
    country: Option<String>,
    channel: Option<String>,
    currency: Option<String>,
}

impl Head {
    fn read(order: &Object<'_>, event: &Event) -> Result<Self, Wrong> {
        let country = |name: &str| order.object(name)?.map(|address| address.text("country")).transpose().map(Option::flatten);
        Ok(Self {
            order_id: order.needed("id", id_at(order, "id")?)?,
            version: event.version(order)?,
            state: State::of(&order.text("status")?.unwrap_or_default()),
            ordered_at: order.needed("date_created_gmt", event.instant(order, "date_created")?)?,
            customer_id: id_at(order, "customer_id")?,
            country: country("shipping")?.or(country("billing")?),
            channel: order.text("created_via")?,
            currency: order.text("currency")?.or_else(|| event.currency.clone()),
        })
    }

    fn line(&self, event: &Event, number: i64, line: Line) -> Row {
        let row = event.origin.row("order_lines", self.version, self.state.rank).text("order_id", self.order_id.clone());
        let row = row.whole("line_number", number).word("order_kind", "order").instant("ordered_at", self.ordered_at);
        self.shared(row)
            .word("line_type", line.line_type)
            .text("sku", line.sku)
            .text("product_name", line.name)
            .whole("quantity", line.quantity)
            .decimal("unit_price", line.net_value.checked_div(Decimal::from(line.quantity)).and_then(rounded))
            .decimal("discount_value", line.discount_value)
            .decimal("net_value", line.net_value)
            .text("line_id", line.id)
    }

    fn shared(&self, row: Row) -> Row {
        row.text("customer_id", self.customer_id.clone())
            .text("country", self.country.clone())
            .text("channel", self.channel.clone())
            .text("currency", self.currency.clone())
    }
}

/// One line, without tax.
struct Line {
    id: Option<String>,
    line_type: &'static str,
    sku: Option<String>,
    name: Option<String>,
    quantity: i64,
    net_value: Decimal,
    discount_value: Option<Decimal>,
}

impl Line {
    /// Sold goods; an article goes by its SKU, by its own id where the shop gave it none.
    fn product(item: &Object<'_>) -> Result<Self, Wrong> {
        let net_value = item.needed("total", item.money("total")?)?;
        let full = item.money("subtotal")?;
        Ok(Self {
            id: id_at(item, "id")?,
            line_type: "product",
            sku: item.text("sku")?.or(id_at(item, "variation_id")?).or(id_at(item, "product_id")?),
            name: item.text("name")?,
            quantity: item.needed("quantity", item.whole("quantity")?)?,
            net_value,
            discount_value: full.and_then(|full| full.checked_sub(net_value)).and_then(rounded),
        })
    }

    fn fee(item: &Object<'_>) -> Result<Self, Wrong> {
        let net_value = item.needed("total", item.money("total")?)?;
        let (id, name) = (id_at(item, "id")?, item.text("name")?);
        Ok(Self { id, line_type: "fee", sku: None, name, quantity: 1, net_value, discount_value: None })
    }
}

/// The order's own row; sums over lines are left out when a line does not fit.
fn header(order: &Object<'_>, event: &Event, head: &Head, lines: &[Result<Line, Wrong>]) -> Result<Row, Wrong> {
    let lines: Option<Vec<&Line>> = lines.iter().map(|line| line.as_ref().ok()).collect();
    let total = lines
        .as_ref()
        .and_then(|lines| lines.iter().try_fold(Decimal::ZERO, |sum, line| rounded(sum.checked_add(line.net_value)?)));
    let quantity = lines.as_ref().and_then(|lines| lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.quantity)));
    let row = event.origin.row("orders", head.version, head.state.rank).text("order_id", head.order_id.clone());
    let row = row
        .text("order_number", order.text("number")?)
        .word("kind", "order")
        .word("status", head.state.status)
        .instant("ordered_at", head.ordered_at)
        .whole("line_count", lines.as_ref().and_then(|lines| i64::try_from(lines.len()).ok()))
        .whole("quantity", quantity)
        .decimal("net_value", total)
        .decimal("discount_value", order.money("discount_total")?)
        .decimal("tax_value", order.money("total_tax")?)
        .decimal("shipping_value", order.money("shipping_total")?)
        .word("payment_status", head.state.payment)
        .word("fulfilment_status", head.state.fulfilment);
    Ok(head.shared(row))
}
