//! Bills of suppliers and carriers: booked, paid when due, now and then paid twice. Knows no customers' money.

use std::rc::Rc;

use super::agenda::Act;
use super::calendar;
use super::catalogue::Catalogue;
use super::company::Company;
use super::fulfilment::Parcel;
use super::instant::{DAY, Day, HOUR, Instant, MINUTE};
use super::money::Currency;
use super::record::{Change, Key, Version};
use super::table::Table;
use super::trouble;
use super::truth::Leak;

/// A bill of a supplier or carrier.
#[derive(Debug, Clone)]
pub(super) struct Bill {
    pub(super) id: Key,
    pub(super) number: String,
    pub(super) kind: &'static str,
    pub(super) supplier: Option<usize>,
    pub(super) name: String,
    pub(super) purchase: Option<Key>,
    pub(super) shipment: Option<Key>,
    pub(super) at: Instant,
    pub(super) due_at: Instant,
    pub(super) net: i64,
    pub(super) currency: Currency,
}

/// Books the carrier's bill.
pub(super) fn book_freight(company: &mut Company, parcel: &Parcel, carrier: &str, cost: i64, at: Instant) {
    let number = parcel.order.number;
    let bill = Bill {
        id: Key("FB-", 600_000 + number),
        number: format!("F{:07}", number + 31),
        kind: "bill",
        supplier: None,
        name: carrier.to_owned(),
        purchase: None,
        shipment: Some(parcel.id()),
        at,
        due_at: at + 14 * DAY,
        net: cost,
        currency: parcel.order.currency(),
    };
    book(company, bill);
}

/// Tells a bill and puts its payment down.
pub(super) fn book(company: &mut Company, bill: Bill) {
    tell(company, &bill, None);
    let day = calendar::next_working(Day::of(bill.due_at));
    let pays_at = calendar::office_moment(&mut company.dice.bills, day).max(bill.at + HOUR);
    company.agenda.add(pays_at, Act::PayBill(Rc::new(bill), false));
}

/// The bill, paid at `paid_at`.
fn tell(company: &mut Company, bill: &Bill, paid_at: Option<Instant>) {
    let at = paid_at.unwrap_or(bill.at);
    let change = if paid_at.is_some() { Change::Revision { was: bill.net } } else { Change::First };
    let open = if paid_at.is_some() { 0 } else { bill.net };
    company
        .outbox
        .record(Version { table: Table::Bills, anchor: bill.at, at, sequence: u32::from(paid_at.is_some()), change })
        .key("bill_id", bill.id)
        .text("bill_number", bill.number.as_str())
        .text("kind", bill.kind)
        .key("supplier_id", bill.supplier.map(Catalogue::supplier_id))
        .text("supplier", bill.name.as_str())
        .key("purchase_order_id", bill.purchase)
        .key("shipment_id", bill.shipment)
        .instant("billed_at", bill.at)
        .instant("due_at", bill.due_at)
        .instant("closed_at", paid_at)
        .money("net_value", bill.net, bill.currency)
        .money("tax_value", 0, bill.currency)
        .money("open_value", open, bill.currency)
        .currency(bill.currency)
        .text("status", if paid_at.is_some() { "paid" } else { "open" })
        .send();
}

/// A credit note: it is settled with the next bill.
pub(super) fn tell_credit(company: &mut Company, bill: &Bill) {
    tell(company, bill, None);
}

fn payment_id(bill: &Bill, is_again: bool) -> Key {
    let prefix = match (bill.supplier.is_some(), is_again) {
        (true, false) => "OUT-",
        (true, true) => "OUT-AGAIN-",
        (false, false) => "OUT-F-",
        (false, true) => "OUT-F-AGAIN-",
    };
    Key(prefix, bill.id.1)
}

/// A supplier's bill is paid; `is_again` when it had been paid before.
pub(super) fn pay(company: &mut Company, bill: &Rc<Bill>, is_again: bool, at: Instant) {
    let id = payment_id(bill, is_again);
    company
        .outbox
        .record(Version::first(Table::Payments, at))
        .key("payment_id", id)
        .text("direction", "out")
        .null("order_id")
        .null("invoice_id")
        .key("bill_id", bill.id)
        .null("customer_id")
        .key("supplier_id", bill.supplier.map(Catalogue::supplier_id))
        .text("method", "transfer")
        .text("status", "succeeded")
        .money("paid_value", bill.net, bill.currency)
        .money("fee_value", 0, bill.currency)
        .currency(bill.currency)
        .instant("paid_at", at)
        .send();
    if is_again {
        let (kpi, rule, why) = trouble::DUPLICATE;
        let related = Some((Table::Payments, payment_id(bill, false)));
        let (table, amount, currency) = (Table::Payments, bill.net, bill.currency);
        company.note_leak(&Leak {
            kpi,
            rule,
            table,
            record: id,
            line: None,
            related,
            amount,
            recoverable: amount,
            currency,
            at,
            why,
        });
        return;
    }
    tell(company, bill, Some(at + MINUTE));
    let dice = &mut company.dice.bills;
    if dice.per_mille(9) {
        let again_at = at + dice.between(2, 25) * DAY;
        company.agenda.add(again_at, Act::PayBill(bill.clone(), true));
    }
}
