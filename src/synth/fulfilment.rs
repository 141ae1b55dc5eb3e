//! Goods on their way to customers: shipped from stock, delivered in time or late or never, and the carrier's bill weeks later.

use std::rc::Rc;

use super::agenda::Act;
use super::billing;
use super::bills;
use super::calendar;
use super::company::Company;
use super::customers::Customers;
use super::instant::{DAY, Day, HOUR, Instant, MINUTE, text};
use super::markets::{Market, WAREHOUSES};
use super::money::per_mille;
use super::orders::{self, Order};
use super::record::{Key, Version};
use super::returns;
use super::stock::Movement;
use super::table::Table;
use super::trouble;
use super::truth::{Leak, Sheet};
use super::words::CARRIERS;

/// One consignment.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) order: Rc<Order>,
    pub(super) shipped_at: Instant,
    carrier: usize,
    /// What the carrier will bill, minor units of the order's currency.
    freight_cost: i64,
    /// Nobody will invoice it.
    pub(super) is_forgotten: bool,
}

impl Parcel {
    pub(super) fn id(&self) -> Key {
        Key("DN-", 500_000 + self.order.number)
    }

    fn terms(&self) -> &'static str {
        if self.order.shipping > 0 { "charged" } else { "included in price" }
    }
}

/// Freight of so many grams to `market`, as it is charged, cents of a euro.
pub(super) fn freight_cents(market: &Market, grams: i64) -> i64 {
    market.freight_cents + market.freight_cents * grams / 12_000
}

/// Puts down when the order leaves: within a working day or two.
pub(super) fn plan(company: &mut Company, order: &Rc<Order>) {
    let dice = &mut company.dice.fulfilment;
    let day = calendar::next_working(Day::of(order.at).plus(i32::from(dice.per_mille(650))));
    let leaves_at = calendar::office_moment(dice, day).max(order.at + 6 * HOUR);
    company.agenda.add(leaves_at, Act::ShipOrder(order.clone()));
}

/// The goods leave.
pub(super) fn ship(company: &mut Company, order: &Rc<Order>, at: Instant) {
    let dice = &mut company.dice.fulfilment;
    let usual = order.currency().of_euro_cents(freight_cents(order.market, order.grams));
    let share = if dice.per_million(6_000) { dice.between(1_300, 2_600) } else { dice.between(680, 980) };
    let (shipped_at, carrier, freight_cost) = (at, dice.index(CARRIERS.len()), per_mille(usual, share));
    let is_forgotten = billing::forgets(company, order);
    let parcel = Rc::new(Parcel { order: order.clone(), shipped_at, carrier, freight_cost, is_forgotten });
    tell(company, &parcel);
    orders::note_leaks(company, order);
    for line in &order.lines {
        let movement = Movement { kind: "sale", units: -line.quantity, document: order.id(), reason: None };
        let product = &company.catalogue.products[line.product];
        company.stock.move_units(&mut company.outbox, &mut company.truth, order.place(line), movement, product, at);
    }
    let dice = &mut company.dice.fulfilment;
    let days = match order.market.country {
        "Japan" => dice.between(2, 4),
        _ => dice.between(1, 2),
    } + if dice.per_mille(50) { dice.between(2, 8) } else { 0 };
    let arrives_at = Day::of(at).plus(days as i32).start() + dice.between(7 * HOUR, 19 * HOUR);
    let billed_at = at + dice.between(12, 30) * DAY;
    if company.dice.fulfilment.per_million(1_500) {
        returns::plan_for_lost(company, &parcel);
    } else {
        company.agenda.add(arrives_at, Act::Deliver(parcel.clone()));
    }
    company.agenda.add(billed_at, Act::BillFreight(parcel.clone()));
    company.watch_promise(order, arrives_at);
    billing::plan(company, &parcel);
}

fn tell(company: &mut Company, parcel: &Parcel) {
    let (order, at) = (&parcel.order, parcel.shipped_at);
    company
        .outbox
        .record(Version::first(Table::Shipments, at))
        .key("shipment_id", parcel.id())
        .key("order_id", order.id())
        .null("purchase_order_id")
        .key("customer_id", Customers::id(order.customer))
        .null("supplier")
        .text("warehouse", WAREHOUSES[order.market.warehouse])
        .text("carrier", CARRIERS[parcel.carrier])
        .text("mode", if order.market.country == "Japan" { "Air" } else { "Truck" })
        .text("channel", "from stock")
        .text("country", order.market.country)
        .null("category")
        .instant("ordered_at", order.at)
        .instant("promised_at", order.promised_at)
        .instant("shipped_at", at)
        .null("delivered_at")
        .text("status", "open")
        .whole("line_count", order.lines.len() as i64)
        .whole("quantity", order.lines.iter().map(|line| line.quantity).sum::<i64>())
        .money("goods_value", order.net, order.currency())
        .null("freight_cost")
        .text("freight_terms", parcel.terms())
        .null("insurance_cost")
        .weight("weight", order.grams)
        .currency(order.currency())
        .key("tracking_number", Key("PP", 10_000_000_000 + order.number))
        .send();
}

/// The goods arrive.
pub(super) fn deliver(company: &mut Company, parcel: &Rc<Parcel>, at: Instant) {
    let version = Version::partial(Table::Shipments, parcel.shipped_at, at);
    company.outbox.record(version).key("shipment_id", parcel.id()).instant("delivered_at", at).text("status", "delivered").send();
    orders::set_status(company, &parcel.order, "completed", at + MINUTE);
    returns::plan(company, parcel, at);
}

/// The carrier's bill comes: only now is the cost of freight known.
pub(super) fn bill_freight(company: &mut Company, parcel: &Rc<Parcel>, at: Instant) {
    let (order, currency) = (&parcel.order, parcel.order.currency());
    let version = Version::partial(Table::Shipments, parcel.shipped_at, at).with_sequence(2);
    company.outbox.record(version).key("shipment_id", parcel.id()).money("freight_cost", parcel.freight_cost, currency).send();
    bills::book_freight(company, parcel, CARRIERS[parcel.carrier], parcel.freight_cost, at);
    let excess = parcel.freight_cost - order.shipping;
    if order.shipping > 0 && excess > 0 {
        let (kpi, rule, why) = trouble::FREIGHT;
        let related = Some((Table::Orders, order.id()));
        let (table, record) = (Table::Shipments, parcel.id());
        company.note_leak(&Leak {
            kpi,
            rule,
            table,
            record,
            line: None,
            related,
            amount: excess,
            recoverable: excess,
            currency,
            at,
            why,
        });
    }
}

impl Company {
    /// Writes down the promise if it is missed within the period.
    fn watch_promise(&mut self, order: &Order, arrives_at: Instant) {
        if arrives_at > order.promised_at && order.promised_at < self.plan.end() && self.plan.tells(Table::Shipments) {
            let met = if arrives_at < self.plan.end() { text(arrives_at) } else { String::new() };
            let record = Key("DN-", 500_000 + order.number);
            self.truth.row(Sheet::Breaches, &[&"delivery_promise", &record, &text(order.promised_at), &met]);
        }
    }
}
