//! Customers' orders: placed, sometimes typed wrong and corrected, sometimes cancelled, rarely a test that is deleted. Knows baskets and
//! customers; what follows an order is for others.

use std::cell::Cell;
use std::rc::Rc;

use super::agenda::Act;
use super::basket::{self, Buyer, Line};
use super::billing;
use super::catalogue::Catalogue;
use super::company::Company;
use super::customers::{self, Customers};
use super::fulfilment;
use super::instant::{Day, HOUR, Instant, MINUTE, SECOND};
use super::markets::{Channel, Market};
use super::money::{Currency, per_mille};
use super::record::{Change, Key, Version};
use super::stock::Place;
use super::table::Table;
use super::trouble::{self, price_leak};
use super::truth::Leak;
use super::workflows;

/// Beyond 2^53, where neighbours are one and the same to a reader that takes numbers for floats.
const FIRST_ORDER: u64 = 9_007_199_254_740_993;
/// Goods for this much travel free, cents of a euro.
const FREE_FREIGHT_CENTS: i64 = 6_000;

/// An order.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) number: u64,
    pub(super) customer: usize,
    pub(super) market: &'static Market,
    pub(super) channel: Channel,
    pub(super) at: Instant,
    pub(super) promised_at: Instant,
    pub(super) lines: Vec<Line>,
    pub(super) net: i64,
    pub(super) tax: i64,
    pub(super) shipping: i64,
    pub(super) grams: i64,
    /// The line whose quantity was typed ten times too large at first.
    typo: Option<usize>,
    status: Cell<&'static str>,
}

impl Order {
    pub(super) fn id(&self) -> Key {
        Key("", FIRST_ORDER + self.number)
    }

    pub(super) fn currency(&self) -> Currency {
        self.market.currency
    }

    /// Goods, freight and tax.
    pub(super) fn gross(&self) -> i64 {
        self.net + self.shipping + self.tax
    }

    pub(super) fn place(&self, line: &Line) -> Place {
        Place { product: line.product, warehouse: self.market.warehouse }
    }

    fn quantity_told(&self, index: usize, is_corrected: bool) -> i64 {
        self.lines[index].quantity * if self.typo == Some(index) && !is_corrected { 10 } else { 1 }
    }
}

/// Somebody orders.
pub(super) fn place(company: &mut Company, at: Instant) {
    let known = company.customers.choose(&mut company.dice.customers);
    let customer = known.unwrap_or_else(|| company.customers.join(&mut company.dice.customers, at - MINUTE, at - MINUTE));
    if known.is_none() {
        customers::tell(company, customer, Version::first(Table::Customers, at - MINUTE));
    }
    let person = company.customers.all[customer];
    let (market, channel) = (person.market(), person.channel(&mut company.dice.orders));
    let lines = basket::fill(company, Buyer { market, channel, orders_before: person.orders, at });
    if lines.is_empty() {
        return;
    }
    let order = Rc::new(draw_up(company, customer, market, channel, lines, at));
    tell(company, &order, None, at);
    if order.typo.is_none() && company.dice.orders.per_million(company.plan.unruliness.rework_per_mille) {
        // A test, to be deleted: no customer's order, and nothing follows from it.
        let later = company.dice.orders.between(HOUR, 6 * HOUR);
        company.agenda.add(at + later, Act::DeleteOrder(order));
        return;
    }
    customers::after_order(company, customer, at);
    plan_ahead(company, &order);
}

fn draw_up(
    company: &mut Company,
    customer: usize,
    market: &'static Market,
    channel: Channel,
    lines: Vec<Line>,
    at: Instant,
) -> Order {
    let dice = &mut company.dice.orders;
    let net = lines.iter().map(Line::net).sum::<i64>();
    let grams = lines.iter().map(|line| company.catalogue.products[line.product].grams * line.quantity).sum::<i64>();
    let is_free = channel != Channel::Wholesale && market.currency.to_euro_cents(net) >= FREE_FREIGHT_CENTS;
    let shipping = if is_free { 0 } else { market.currency.of_euro_cents(fulfilment::freight_cents(market, grams)) };
    let due = per_mille(net + shipping, market.tax_per_mille);
    let tax = if dice.per_million(1_500) { due / 2 } else { due };
    let days = if channel == Channel::Wholesale {
        7
    } else if market.country == "Japan" {
        6
    } else {
        4
    };
    let typo = dice.per_million(4 * company.plan.unruliness.rework_per_mille).then(|| dice.index(lines.len()));
    let promised_at = Day::of(at).plus(days + 1).start() - SECOND;
    company.next_order += 1;
    let number = company.next_order - 1;
    let status = Cell::new("open");
    Order { number, customer, market, channel, at, promised_at, lines, net, tax, shipping, grams, typo, status }
}

/// Tells the header and its lines, as they were typed first or as they were corrected at `corrected_at`.
fn tell(company: &mut Company, order: &Order, corrected_at: Option<Instant>, at: Instant) {
    let (is_corrected, currency) = (corrected_at.is_some(), order.currency());
    let mut quantity = 0;
    let (mut net, mut net_first, mut discount) = (0, 0, 0);
    for (index, line) in order.lines.iter().enumerate() {
        let told = order.quantity_told(index, is_corrected);
        quantity += told;
        net += told * line.price.unit;
        discount += told * (line.price.list - line.price.unit);
        net_first += order.quantity_told(index, false) * line.price.unit;
    }
    let change = if is_corrected { Change::Revision { was: net_first } } else { Change::First };
    let version = Version { table: Table::Orders, anchor: order.at, at, sequence: u32::from(is_corrected), change };
    let number = Key("SO-", 100_000 + order.number);
    let message = company
        .outbox
        .record(version)
        .key("order_id", order.id())
        .key("order_number", number)
        .text("kind", "order")
        .text("status", order.status.get())
        .key("customer_id", Customers::id(order.customer))
        .text("country", order.market.country)
        .text("channel", order.channel.name())
        .instant("ordered_at", order.at)
        .instant("promised_at", order.promised_at)
        .null("cancelled_at")
        .whole("line_count", order.lines.len() as i64)
        .whole("quantity", quantity)
        .money("net_value", net, currency)
        .money("discount_value", discount, currency)
        .money("tax_value", order.tax, currency)
        .money("shipping_value", order.shipping, currency)
        .currency(currency)
        .send();
    if is_corrected {
        company.outbox.counts.corrected += 1;
        company.outbox.note_record(&mut company.truth, "correction", message, version, order.id());
    }
    for index in 0..order.lines.len() {
        if is_corrected && order.typo != Some(index) {
            continue;
        }
        let was = order.quantity_told(index, false) * order.lines[index].price.unit;
        let change = if is_corrected { Change::Revision { was } } else { Change::First };
        let version = Version { table: Table::OrderLines, change, ..version };
        tell_line(company, order, index, order.quantity_told(index, is_corrected), (order.id(), "order", order.at), version);
    }
}

fn tell_line(
    company: &mut Company,
    order: &Order,
    index: usize,
    quantity: i64,
    document: (Key, &str, Instant),
    version: Version,
) {
    let (line, currency) = (&order.lines[index], order.currency());
    let (id, kind, at) = document;
    company
        .outbox
        .record(version)
        .key("order_id", id)
        .whole("line_number", index as i64 + 1)
        .text("order_kind", kind)
        .text("line_type", "product")
        .instant("ordered_at", at)
        .key("customer_id", Customers::id(order.customer))
        .text("country", order.market.country)
        .text("channel", order.channel.name())
        .key("sku", Catalogue::sku(line.product))
        .text("product_name", company.catalogue.products[line.product].name.as_str())
        .whole("quantity", quantity)
        .money("unit_price", line.price.unit, currency)
        .money("discount_value", quantity * (line.price.list - line.price.unit), currency)
        .money("net_value", quantity * line.price.unit, currency)
        .currency(currency)
        .send();
}

/// Writes down what the order loses by its prices and tax, once it leaves: until then it may be cancelled.
pub(super) fn note_leaks(company: &mut Company, order: &Order) {
    let currency = order.currency();
    for (index, line) in order.lines.iter().enumerate() {
        if let Some((breach, reference)) = line.price.breach {
            let amount = (reference - line.price.unit) * line.quantity;
            let leak = price_leak(breach, order.id(), index, amount, currency, order.at);
            company.note_leak(&leak);
        }
    }
    let due = per_mille(order.net + order.shipping, order.market.tax_per_mille);
    if order.tax < due {
        let (kpi, rule, why) = trouble::TAX;
        let (table, amount, at) = (Table::Orders, due - order.tax, order.at);
        let leak = Leak {
            kpi,
            rule,
            table,
            record: order.id(),
            line: None,
            related: None,
            amount,
            recoverable: amount,
            currency,
            at,
            why,
        };
        company.note_leak(&leak);
    }
}

/// What will become of the order.
fn plan_ahead(company: &mut Company, order: &Rc<Order>) {
    for line in &order.lines {
        if let Some(is_granted) = line.price.approval {
            workflows::ask_for_price(company, order, line, is_granted);
        }
    }
    if order.typo.is_some() {
        let later = company.dice.orders.skewed(20 * HOUR);
        company.agenda.add(order.at + later, Act::CorrectOrder(order.clone()));
    }
    billing::authorise(company, order);
    workflows::start_for_order(company, order);
    if company.dice.orders.per_mille(18) {
        let later = company.dice.orders.between(10 * MINUTE, 5 * HOUR);
        company.agenda.add(order.at + later, Act::CancelOrder(order.clone()));
    } else {
        fulfilment::plan(company, order);
    }
}

/// The quantity that was typed wrong is put right.
pub(super) fn correct(company: &mut Company, order: &Order, at: Instant) {
    tell(company, order, Some(at), at);
}

/// A test order goes, lines and all.
pub(super) fn delete(company: &mut Company, order: &Order, at: Instant) {
    let currency = Some(order.currency());
    let version = Version::removal(Table::Orders, order.at, at, order.net, currency);
    let message = company.outbox.record(version).key("order_id", order.id()).send();
    company.outbox.note_record(&mut company.truth, "delete", message, version, order.id());
    for (index, line) in order.lines.iter().enumerate() {
        let version = Version::removal(Table::OrderLines, order.at, at, line.net(), currency);
        company.outbox.record(version).key("order_id", order.id()).whole("line_number", index as i64 + 1).send();
    }
    release(company, order, at);
}

/// The customer thinks better of it: a document of its own takes the sale back.
pub(super) fn cancel(company: &mut Company, order: &Order, at: Instant) {
    let (currency, id) = (order.currency(), Key("X", FIRST_ORDER + order.number));
    set_status(company, order, "cancelled", at);
    company
        .outbox
        .record(Version::first(Table::Orders, at))
        .key("order_id", id)
        .key("order_number", Key("XO-", 100_000 + order.number))
        .text("kind", "cancellation")
        .text("status", "completed")
        .key("customer_id", Customers::id(order.customer))
        .text("country", order.market.country)
        .text("channel", order.channel.name())
        .instant("ordered_at", at)
        .null("promised_at")
        .null("cancelled_at")
        .whole("line_count", order.lines.len() as i64)
        .whole("quantity", -order.lines.iter().map(|line| line.quantity).sum::<i64>())
        .money("net_value", -order.net, currency)
        .money("discount_value", -order.lines.iter().map(Line::discount).sum::<i64>(), currency)
        .money("tax_value", -order.tax, currency)
        .money("shipping_value", -order.shipping, currency)
        .currency(currency)
        .send();
    for (index, line) in order.lines.iter().enumerate() {
        let version = Version::first(Table::OrderLines, at);
        tell_line(company, order, index, -line.quantity, (id, "cancellation", at), version);
    }
    billing::void(company, order, at);
    release(company, order, at);
}

fn release(company: &mut Company, order: &Order, at: Instant) {
    for line in &order.lines {
        let product = &company.catalogue.products[line.product];
        company.stock.release(&mut company.truth, order.place(line), line.quantity, product, at);
    }
}

/// Tells the order's new status and no other column.
pub(super) fn set_status(company: &mut Company, order: &Order, status: &'static str, at: Instant) {
    order.status.set(status);
    let version = Version::partial(Table::Orders, order.at, at);
    company.outbox.record(version).key("order_id", order.id()).text("status", status).send();
}
