//! Goods that come back and money that goes back: returns with their refunds and credit notes, and refunds without goods, some by policy and
//! some not.

use std::rc::Rc;

use super::agenda::Act;
use super::basket::Line;
use super::billing;
use super::catalogue::Catalogue;
use super::company::Company;
use super::customers::Customers;
use super::fulfilment::Parcel;
use super::instant::{DAY, HOUR, Instant, MINUTE};
use super::money::per_mille;
use super::record::{Change, Key, Version};
use super::stock::Movement;
use super::table::Table;
use super::trouble;
use super::truth::Leak;
use super::words::AGENTS;

const REASONS: [&str; 5] = ["changed_mind", "does_not_fit", "damaged", "wrong_item", "arrived_late"];

/// One line that comes back.
#[derive(Debug)]
pub(super) struct ReturnCase {
    parcel: Rc<Parcel>,
    number: u64,
    line: usize,
    quantity: i64,
    reason: &'static str,
    requested_at: Instant,
    received_at: Option<Instant>,
}

impl ReturnCase {
    fn id(&self) -> Key {
        Key("RMA-", 300_000 + self.number)
    }

    fn line(&self) -> &Line {
        &self.parcel.order.lines[self.line]
    }

    fn net(&self) -> i64 {
        self.quantity * self.line().price.unit
    }
}

/// After delivery: a return, money back without goods, or, mostly, nothing.
pub(super) fn plan(company: &mut Company, parcel: &Rc<Parcel>, at: Instant) {
    if parcel.is_forgotten {
        return;
    }
    let dice = &mut company.dice.returns;
    let share = if parcel.order.channel.is_on_account() { 20 } else { 75 };
    if dice.per_mille(share) {
        let later = dice.between(8 * HOUR, 20 * DAY);
        company.agenda.add(at + later, Act::RequestReturn(parcel.clone()));
    } else if !parcel.order.channel.is_on_account() && dice.per_million(2_500) {
        let later = dice.between(DAY, 20 * DAY);
        company.agenda.add(at + later, Act::RefundWithoutGoods(parcel.clone(), false));
    }
}

/// A parcel that never arrives is paid back by policy.
pub(super) fn plan_for_lost(company: &mut Company, parcel: &Rc<Parcel>) {
    if !parcel.order.channel.is_on_account() {
        let later = company.dice.returns.between(15 * DAY, 25 * DAY);
        company.agenda.add(parcel.shipped_at + later, Act::RefundWithoutGoods(parcel.clone(), true));
    }
}

/// The customer asks.
pub(super) fn request(company: &mut Company, parcel: &Rc<Parcel>, at: Instant) {
    let dice = &mut company.dice.returns;
    let line = dice.index(parcel.order.lines.len());
    let quantity = dice.between(1, parcel.order.lines[line].quantity);
    let reason = REASONS[dice.weighted(&[40, 25, 15, 10, 10])];
    let later = if dice.per_mille(940) { Some(dice.between(2 * DAY, 12 * DAY)) } else { None };
    company.next_return += 1;
    let number = company.next_return;
    let case = ReturnCase { parcel: parcel.clone(), number, line, quantity, reason, requested_at: at, received_at: None };
    tell(company, &case, "requested", None, None, at);
    if let Some(later) = later {
        company.agenda.add(at + later, Act::ReceiveReturn(Rc::new(case)));
    }
}

/// The goods are back.
pub(super) fn receive(company: &mut Company, case: &Rc<ReturnCase>, at: Instant) {
    let case = ReturnCase { parcel: case.parcel.clone(), received_at: Some(at), ..**case };
    tell(company, &case, "received", None, None, at);
    let later = company.dice.returns.between(2 * HOUR, 6 * DAY);
    company.agenda.add(at + later, Act::ResolveReturn(Rc::new(case)));
}

/// Goods are looked at, shelved or thrown away, and money goes back.
pub(super) fn resolve(company: &mut Company, case: &ReturnCase, at: Instant) {
    let order = &case.parcel.order;
    let dice = &mut company.dice.returns;
    let is_refused = dice.per_mille(40);
    let is_sound = case.reason != "damaged" && dice.per_mille(880);
    let disposition = if is_sound { "restocked" } else { "scrapped" };
    tell(
        company,
        case,
        if is_refused { "rejected" } else { "resolved" },
        Some(at),
        Some(disposition).filter(|_| !is_refused),
        at,
    );
    if is_refused {
        return;
    }
    if is_sound {
        let movement = Movement { kind: "return", units: case.quantity, document: case.id(), reason: Some(case.reason) };
        let product = &company.catalogue.products[case.line().product];
        company.stock.move_units(&mut company.outbox, &mut company.truth, order.place(case.line()), movement, product, at);
    }
    refund(company, &case.parcel, Some(case.id()), case.net(), case.reason, case.number, at);
}

/// Money back and no goods: by policy for a lost parcel or a kindness, or a leak.
pub(super) fn refund_without_goods(company: &mut Company, parcel: &Rc<Parcel>, is_lost: bool, at: Instant) {
    let dice = &mut company.dice.returns;
    let is_leak = !is_lost && dice.per_mille(700);
    let reason = match (is_lost, is_leak) {
        (true, _) => "lost_in_transit",
        (false, true) => *dice.pick(&["changed_mind", "does_not_fit"]),
        (false, false) => "goodwill_keep_it",
    };
    let order = &parcel.order;
    let net = if is_lost { order.net } else { order.lines[0].net() };
    company.next_return += 1;
    let number = company.next_return;
    refund(company, parcel, None, net, reason, number, at);
    if is_leak {
        let (kpi, rule, why) = trouble::REFUND;
        let (table, record, currency) = (Table::Refunds, Key("RF-", 400_000 + number), order.currency());
        let related = Some((Table::Orders, order.id()));
        company.note_leak(&Leak {
            kpi,
            rule,
            table,
            record,
            line: None,
            related,
            amount: net,
            recoverable: 0,
            currency,
            at,
            why,
        });
    }
}

fn tell(
    company: &mut Company,
    case: &ReturnCase,
    status: &str,
    resolved_at: Option<Instant>,
    disposition: Option<&str>,
    at: Instant,
) {
    let (order, currency) = (&case.parcel.order, case.parcel.order.currency());
    let change = if status == "requested" { Change::First } else { Change::Revision { was: case.net() } };
    company
        .outbox
        .record(Version { table: Table::Returns, anchor: case.requested_at, at, sequence: 0, change })
        .key("return_id", case.id())
        .whole("line_number", 1)
        .key("order_id", order.id())
        .whole("order_line", case.line as i64 + 1)
        .key("customer_id", Customers::id(order.customer))
        .text("country", order.market.country)
        .text("channel", order.channel.name())
        .key("sku", Catalogue::sku(case.line().product))
        .whole("quantity", case.quantity)
        .money("net_value", case.net(), currency)
        .currency(currency)
        .text("reason", case.reason)
        .text("disposition", disposition)
        .text("status", status)
        .instant("requested_at", case.requested_at)
        .instant("received_at", case.received_at)
        .instant("resolved_at", resolved_at)
        .send();
}

/// The refund and its credit note.
fn refund(company: &mut Company, parcel: &Parcel, return_id: Option<Key>, net: i64, reason: &str, number: u64, at: Instant) {
    let (order, currency) = (&parcel.order, parcel.order.currency());
    let tax = per_mille(net, order.market.tax_per_mille).min(order.tax);
    let agent = AGENTS[(number % AGENTS.len() as u64) as usize];
    let payment = Some(billing::card_payment_id(order)).filter(|_| !order.channel.is_on_account());
    company
        .outbox
        .record(Version::first(Table::Refunds, at))
        .key("refund_id", Key("RF-", 400_000 + number))
        .key("order_id", order.id())
        .key("return_id", return_id)
        .key("payment_id", payment)
        .key("customer_id", Customers::id(order.customer))
        .text("country", order.market.country)
        .text("channel", order.channel.name())
        .text("reason", reason)
        .text("agent", agent)
        .money("net_value", net, currency)
        .money("tax_value", tax, currency)
        .currency(currency)
        .text("status", "succeeded")
        .instant("refunded_at", at)
        .send();
    let noted_at = at + 5 * MINUTE;
    company
        .outbox
        .record(Version::first(Table::Invoices, noted_at))
        .key("invoice_id", Key("CN-", 400_000 + number))
        .key("invoice_number", Key("G-", 400_000 + number))
        .text("kind", "credit_note")
        .key("order_id", order.id())
        .key("customer_id", Customers::id(order.customer))
        .text("country", order.market.country)
        .instant("issued_at", noted_at)
        .instant("due_at", noted_at)
        .instant("closed_at", noted_at)
        .money("net_value", -net, currency)
        .money("tax_value", -tax, currency)
        .money("open_value", 0, currency)
        .currency(currency)
        .text("status", "paid")
        .send();
}
