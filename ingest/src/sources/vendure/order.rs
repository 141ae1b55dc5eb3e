//! An order with its lines, once it was placed. Line prices are those after all discounts, the order's own spread over its lines.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{Event, amount, id, id_within, sku};
use crate::sources::json::{Object, rounded};
use crate::sources::{Decoded, Row, Wrong};

pub(super) fn tell(order: &Object<'_>, event: &Event, decoded: &mut Decoded) -> Result<(), Wrong> {
    let order_id = id(order)?;
    let version = event.version(order)?;
    if event.deletes(order) {
        decoded.tell_set(event.origin.set("order_lines", "order_id", &order_id, version, 0), Vec::new());
        decoded.tell(Ok(event.origin.row("orders", version, 0).text("order_id", order_id).gone()));
        return Ok(());
    }
    let Some(ordered_at) = order.instant("orderPlacedAt")? else { return Ok(()) };
    let head = Head::read(order, event, order_id, version, ordered_at)?;
    let lines: Vec<Result<Line, Wrong>> =
        order.objects("lines")?.unwrap_or_default().into_iter().map(|line| Line::read(&line?)).collect();
    decoded.tell(header(order, event, &head, &lines));
    if order.tells("lines") {
        let number = |index: usize| i64::try_from(index + 1).unwrap_or(i64::MAX);
        let rows = lines.into_iter().enumerate().map(|(index, line)| Ok(head.line(event, number(index), line?))).collect();
        decoded.tell_set(event.origin.set("order_lines", "order_id", &head.order_id, version, head.state.rank), rows);
    }
    Ok(())
}

/// What a state means on each axis, and its rank among those of one instant.
#[derive(Clone, Copy)]
struct State {
    status: Option<&'static str>,
    payment: Option<&'static str>,
    fulfilment: Option<&'static str>,
    rank: i64,
}

impl State {
    fn of(state: &str) -> Self {
        let told = |status, payment, fulfilment, rank| Self {
            status: Some(status),
            payment: Some(payment),
            fulfilment: Some(fulfilment),
            rank,
        };
        match state {
            "ArrangingPayment" => told("open", "open", "open", 1),
            "PaymentAuthorized" => told("open", "authorized", "open", 2),
            "PaymentSettled" => told("open", "paid", "open", 3),
            "ArrangingAdditionalPayment" => told("open", "partly paid", "open", 3),
            "PartiallyShipped" => told("open", "paid", "partial", 4),
            "Shipped" => told("completed", "paid", "fulfilled", 5),
            "PartiallyDelivered" => told("open", "paid", "partial", 6),
            "Delivered" => told("completed", "paid", "fulfilled", 7),
            "Cancelled" => Self { status: Some("cancelled"), payment: None, fulfilment: None, rank: 8 },
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
    fn read(
        order: &Object<'_>,
        event: &Event,
        order_id: String,
        version: DateTime<Utc>,
        ordered_at: DateTime<Utc>,
    ) -> Result<Self, Wrong> {
        let country =
            |name: &str| order.object(name)?.map(|address| address.text("countryCode")).transpose().map(Option::flatten);
        let channels = order.list("channels")?;
        Ok(Self {
            order_id,
            version,
            state: State::of(&order.text("state")?.unwrap_or_default()),
            ordered_at,
            customer_id: id_within(order, "customer")?,
            country: country("shippingAddress")?.or(country("billingAddress")?),
            channel: channels.first().map(|channel| channel.text("code")).transpose()?.flatten(),
            currency: event.currency(order)?,
        })
    }

    fn line(&self, event: &Event, number: i64, line: Line) -> Row {
        let row = event.origin.row("order_lines", self.version, self.state.rank).text("order_id", self.order_id.clone());
        let row = row.whole("line_number", number).word("order_kind", "order").instant("ordered_at", self.ordered_at);
        self.shared(row)
            .word("line_type", "product")
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
    id: String,
    sku: Option<String>,
    name: Option<String>,
    quantity: i64,
    net_value: Decimal,
    discount_value: Option<Decimal>,
}

impl Line {
    fn read(line: &Object<'_>) -> Result<Self, Wrong> {
        let full = amount(line, "linePrice")?;
        let net_value = amount(line, "proratedLinePrice")?.or(amount(line, "discountedLinePrice")?).or(full);
        let net_value = line.needed("linePrice", net_value)?;
        Ok(Self {
            id: id(line)?,
            sku: sku(line)?,
            name: line.object("productVariant")?.map(|variant| variant.text("name")).transpose()?.flatten(),
            quantity: line.needed("quantity", line.whole("quantity")?)?,
            net_value,
            discount_value: full.and_then(|full| full.checked_sub(net_value)).and_then(rounded),
        })
    }
}

/// The order's own row; sums over lines are left out when a line does not fit.
fn header(order: &Object<'_>, event: &Event, head: &Head, lines: &[Result<Line, Wrong>]) -> Result<Row, Wrong> {
    let lines: Option<Vec<&Line>> = lines.iter().map(|line| line.as_ref().ok()).collect();
    let total = |of: fn(&Line) -> Decimal| {
        lines.as_ref()?.iter().try_fold(Decimal::ZERO, |sum, line| rounded(sum.checked_add(of(line))?))
    };
    let quantity = lines.as_ref().and_then(|lines| lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.quantity)));
    let tax = amount(order, "totalWithTax")?
        .zip(amount(order, "total")?)
        .and_then(|(with, without)| with.checked_sub(without))
        .and_then(rounded);
    let row = event.origin.row("orders", head.version, head.state.rank).text("order_id", head.order_id.clone());
    let row = row
        .text("order_number", order.text("code")?)
        .word("kind", "order")
        .word("status", head.state.status)
        .instant("ordered_at", head.ordered_at)
        .whole("line_count", lines.as_ref().and_then(|lines| i64::try_from(lines.len()).ok()))
        .whole("quantity", quantity)
        .decimal("net_value", total(|line| line.net_value))
        .decimal("discount_value", total(|line| line.discount_value.unwrap_or_default()))
        .decimal("tax_value", tax)
        .decimal("shipping_value", amount(order, "shipping")?)
        .word("payment_status", head.state.payment)
        .word("fulfilment_status", head.state.fulfilment);
    Ok(head.shared(row))
}
