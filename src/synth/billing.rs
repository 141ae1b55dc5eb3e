//! Money with customers: cards are authorised with the order and charged with the invoice, companies pay by transfer weeks
//! later, some of them too little. Knows no suppliers.

use std::rc::Rc;

use super::agenda::Act;
use super::calendar;
use super::company::Company;
use super::customers::Customers;
use super::fulfilment::Parcel;
use super::instant::{DAY, Day, HOUR, Instant, MINUTE, SECOND};
use super::money::per_mille;
use super::orders::Order;
use super::record::{Change, Key, Version};
use super::table::Table;
use super::trouble;
use super::truth::Leak;
use super::workflows;

const TERM_DAYS: i64 = 30;
/// A customer who paid too little and disputes nothing within this is a finding.
const DISPUTE_DAYS: i64 = 10;
/// Goods shipped and not invoiced within this are a finding.
const UNBILLED_DAYS: i64 = 14;
/// Share of a card payment that its provider keeps.
const FEE_PER_MILLE: i64 = 15;

/// An invoice.
#[derive(Debug)]
pub(super) struct Invoice {
    parcel: Rc<Parcel>,
    issued_at: Instant,
    due_at: Instant,
}

impl Invoice {
    fn order(&self) -> &Order {
        &self.parcel.order
    }

    fn id(&self) -> Key {
        invoice_id(self.order())
    }
}

fn invoice_id(order: &Order) -> Key {
    Key("INV-", 700_000 + order.number)
}

/// A card is authorised with the order.
pub(super) fn authorise(company: &mut Company, order: &Order) {
    if !order.channel.is_on_account() {
        tell_card_payment(company, order, None, order.at + 5 * SECOND);
    }
}

/// The card payment: pending until it is charged for an invoice.
fn tell_card_payment(company: &mut Company, order: &Order, invoice: Option<Key>, at: Instant) {
    let (currency, anchor) = (order.currency(), order.at + 5 * SECOND);
    let change = if invoice.is_some() { Change::Moved { was: order.gross() } } else { Change::First };
    let usual = per_mille(order.gross(), FEE_PER_MILLE);
    let is_dear = order.number % 400 == 17;
    let fee = if is_dear { usual * 2 } else { usual };
    let method = ["card", "wallet", "card"][(order.number % 3) as usize];
    company
        .outbox
        .record(Version { table: Table::Payments, anchor, at, sequence: u32::from(invoice.is_some()), change })
        .key("payment_id", card_payment_id(order))
        .text("direction", "in")
        .key("order_id", order.id())
        .key("invoice_id", invoice)
        .null("bill_id")
        .key("customer_id", Customers::id(order.customer))
        .null("supplier_id")
        .text("method", method)
        .text("status", if invoice.is_some() { "succeeded" } else { "pending" })
        .money("paid_value", order.gross(), currency)
        .money("fee_value", if invoice.is_some() { fee } else { 0 }, currency)
        .currency(currency)
        .instant("paid_at", at)
        .send();
    if is_dear && invoice.is_some() && usual > 0 {
        let (kpi, rule, why) = trouble::FEE;
        let (table, record) = (Table::Payments, card_payment_id(order));
        company.note_leak(&Leak {
            kpi,
            rule,
            table,
            record,
            line: None,
            related: None,
            amount: usual,
            recoverable: usual,
            currency,
            at,
            why,
        });
    }
}

pub(super) fn card_payment_id(order: &Order) -> Key {
    Key("PAY-", 800_000 + order.number)
}

/// The order was cancelled before its card was charged.
pub(super) fn void(company: &mut Company, order: &Order, at: Instant) {
    if !order.channel.is_on_account() {
        let version = Version::partial(Table::Payments, order.at + 5 * SECOND, at);
        company.outbox.record(version).key("payment_id", card_payment_id(order)).text("status", "reversed").send();
    }
}

/// Whether the invoice of an order on account will be forgotten.
pub(super) fn forgets(company: &mut Company, order: &Order) -> bool {
    order.channel.is_on_account() && company.dice.billing.per_mille(12)
}

/// Puts down the invoice of what was shipped; now and then it is forgotten.
pub(super) fn plan(company: &mut Company, parcel: &Rc<Parcel>) {
    if parcel.is_forgotten {
        company.agenda.add(parcel.shipped_at + UNBILLED_DAYS * DAY, Act::FindUnbilled(parcel.clone()));
        return;
    }
    let later = company.dice.billing.between(10 * MINUTE, 10 * HOUR);
    company.agenda.add(parcel.shipped_at + later, Act::InvoiceOrder(parcel.clone()));
}

/// Goods were shipped on account, and no invoice came.
pub(super) fn find_unbilled(company: &mut Company, parcel: &Parcel, at: Instant) {
    let (kpi, rule, why) = trouble::UNBILLED;
    let (order, record) = (&parcel.order, parcel.id());
    let (amount, currency) = (order.net, order.currency());
    let related = Some((Table::Orders, order.id()));
    company.note_leak(&Leak {
        kpi,
        rule,
        table: Table::Shipments,
        record,
        line: None,
        related,
        amount,
        recoverable: amount,
        currency,
        at,
        why,
    });
}

/// The invoice goes out; a card is charged at once.
pub(super) fn issue(company: &mut Company, parcel: &Rc<Parcel>, at: Instant) {
    let is_on_account = parcel.order.channel.is_on_account();
    let due_at = if is_on_account { at + TERM_DAYS * DAY } else { at };
    let invoice = Rc::new(Invoice { parcel: parcel.clone(), issued_at: at, due_at });
    tell_invoice(company, &invoice, if is_on_account { 0 } else { parcel.order.gross() }, at);
    workflows::start_for_invoice(company, &parcel.order, at);
    if is_on_account {
        let dice = &mut company.dice.billing;
        let late_days = if dice.per_mille(300) { dice.between(1, 35) } else { dice.between(-12, 0) };
        let day = calendar::next_working(Day::of(due_at + late_days * DAY));
        let pays_at = calendar::office_moment(dice, day);
        company.agenda.add(pays_at, Act::PayInvoice(invoice));
    } else {
        tell_card_payment(company, &parcel.order, Some(invoice.id()), at + MINUTE);
    }
}

/// The invoice, of which `paid` has come in.
fn tell_invoice(company: &mut Company, invoice: &Invoice, paid: i64, at: Instant) {
    let (order, currency) = (invoice.order(), invoice.order().currency());
    let open = order.gross() - paid;
    let net = order.net + order.shipping;
    let change = if at == invoice.issued_at { Change::First } else { Change::Revision { was: net } };
    company
        .outbox
        .record(Version { table: Table::Invoices, anchor: invoice.issued_at, at, sequence: 0, change })
        .key("invoice_id", invoice.id())
        .key("invoice_number", Key("R-", 700_000 + order.number))
        .text("kind", "invoice")
        .key("order_id", order.id())
        .key("customer_id", Customers::id(order.customer))
        .text("country", order.market.country)
        .instant("issued_at", invoice.issued_at)
        .instant("due_at", invoice.due_at)
        .instant("closed_at", (open == 0).then_some(at))
        .money("net_value", net, currency)
        .money("tax_value", order.tax, currency)
        .money("open_value", open, currency)
        .currency(currency)
        .text("status", if open == 0 { "paid" } else { "open" })
        .send();
}

/// A company pays, in full or too little.
pub(super) fn pay(company: &mut Company, invoice: &Rc<Invoice>, at: Instant) {
    let order = invoice.order();
    let dice = &mut company.dice.billing;
    let missing = if dice.per_mille(22) { per_mille(order.gross(), dice.between(15, 150)) } else { 0 };
    let (currency, paid) = (order.currency(), order.gross() - missing);
    company
        .outbox
        .record(Version::first(Table::Payments, at))
        .key("payment_id", Key("TRF-", 900_000 + order.number))
        .text("direction", "in")
        .key("order_id", order.id())
        .key("invoice_id", invoice.id())
        .null("bill_id")
        .key("customer_id", Customers::id(order.customer))
        .null("supplier_id")
        .text("method", "transfer")
        .text("status", "succeeded")
        .money("paid_value", paid, currency)
        .money("fee_value", 0, currency)
        .currency(currency)
        .instant("paid_at", at)
        .send();
    tell_invoice(company, invoice, paid, at + HOUR);
    if missing > 0 {
        company.agenda.add(at + DISPUTE_DAYS * DAY, Act::FindShortPayment(invoice.clone(), missing));
    }
}

/// Nobody disputed what was not paid.
pub(super) fn find_short_payment(company: &mut Company, invoice: &Invoice, missing: i64, at: Instant) {
    let (kpi, rule, why) = trouble::SHORT;
    let (record, currency) = (invoice.id(), invoice.order().currency());
    let related = Some((Table::Payments, Key("TRF-", 900_000 + invoice.order().number)));
    let (table, amount) = (Table::Invoices, missing);
    company.note_leak(&Leak { kpi, rule, table, record, line: None, related, amount, recoverable: amount, currency, at, why });
}
