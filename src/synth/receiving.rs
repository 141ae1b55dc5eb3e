//! What suppliers bring and bill: receipts short or refused in part, bills that match or do not, credit notes that come or never do.

use std::rc::Rc;

use super::agenda::Act;
use super::bills::{self, Bill};
use super::catalogue::Catalogue;
use super::company::Company;
use super::instant::{DAY, HOUR, Instant, MINUTE};
use super::markets::WAREHOUSES;
use super::money::per_mille;
use super::purchasing::{self, Purchase, PurchaseLine};
use super::record::{Key, Version};
use super::stock::{Movement, Place};
use super::table::Table;
use super::trouble;
use super::truth::Leak;
use super::workflows;

const TERM_DAYS: i64 = 30;
/// Refused goods that nobody has credited within this are a finding.
const CLAIM_DAYS: i64 = 30;

fn received(line: &PurchaseLine) -> i64 {
    line.units() - line.short
}

fn rejected(line: &PurchaseLine) -> i64 {
    line.rejected.min(received(line))
}

/// One line arrives.
pub(super) fn receive(company: &mut Company, purchase: &Rc<Purchase>, index: usize, at: Instant) {
    let line = purchase.lines[index];
    let place = Place { product: line.product, warehouse: purchase.warehouse };
    let (units, refused) = (received(&line), rejected(&line));
    company.stock.level_mut(place).incoming -= line.units();
    if units > 0 {
        tell_receipt(company, purchase, index, at);
    }
    if units > refused {
        let movement = Movement { kind: "receipt", units: units - refused, document: purchase.id(), reason: None };
        let product = &company.catalogue.products[line.product];
        company.stock.move_units(&mut company.outbox, &mut company.truth, place, movement, product, at);
    }
    purchasing::tell_line(company, purchase, index, Some(at), at + MINUTE);
    purchase.lines_received.set(purchase.lines_received.get() + 1);
    if purchase.lines_received.get() == purchase.lines.len() {
        purchasing::tell(company, purchase, Some(at), at + 2 * MINUTE);
        let later = company.dice.purchasing.between(6 * HOUR, 8 * DAY);
        company.agenda.add(at + later, Act::BillPurchase(purchase.clone()));
    }
}

fn receipt_id(purchase: &Purchase) -> Key {
    Key("GR-", 40_000 + purchase.number)
}

fn tell_receipt(company: &mut Company, purchase: &Purchase, index: usize, at: Instant) {
    let line = &purchase.lines[index];
    let (id, line_id) = (receipt_id(purchase), Key("L", index as u64 + 1));
    company
        .outbox
        .record(Version::first(Table::Receipts, at))
        .key("receipt_id", id)
        .key("line_id", line_id)
        .key("purchase_order_id", purchase.id())
        .key("purchase_order_line", line_id)
        .text("supplier", company.catalogue.suppliers[purchase.supplier].name.as_str())
        .text("warehouse", WAREHOUSES[purchase.warehouse])
        .key("sku", Catalogue::sku(line.product))
        .whole("quantity", received(line))
        .whole("rejected_quantity", rejected(line))
        .instant("received_at", at)
        .send();
}

fn bill_of(company: &Company, purchase: &Purchase, id: Key, kind: &'static str, net: i64, at: Instant) -> Bill {
    Bill {
        id,
        number: format!("{}-{:05}", &company.catalogue.suppliers[purchase.supplier].name[..3].to_uppercase(), purchase.number),
        kind,
        supplier: Some(purchase.supplier),
        name: company.catalogue.suppliers[purchase.supplier].name.clone(),
        purchase: Some(purchase.id()),
        shipment: None,
        at,
        due_at: at + TERM_DAYS * DAY,
        net,
        currency: purchase.currency,
    }
}

/// The bill comes: for what was received at the price agreed, or for more.
pub(super) fn bill(company: &mut Company, purchase: &Rc<Purchase>, at: Instant) {
    let matched = purchase.lines.iter().map(|line| received(line) * line.unit_price).sum::<i64>();
    if matched == 0 {
        return;
    }
    let dice = &mut company.dice.purchasing;
    let excess = if dice.per_mille(30) { per_mille(matched, dice.between(30, 180)) } else { 0 };
    let id = Key("VB-", 50_000 + purchase.number);
    let bill = bill_of(company, purchase, id, "bill", matched + excess, at);
    workflows::start_for_bill(company, id, bill.net, bill.currency, excess > 0, at);
    bills::book(company, bill);
    if excess > 0 {
        let (kpi, rule, why) = trouble::MATCH;
        let (table, record, currency) = (Table::Bills, id, purchase.currency);
        let related = Some((Table::PurchaseOrders, purchase.id()));
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
    if entitled(purchase) > 0 {
        let dice = &mut company.dice.purchasing;
        let comes = dice.per_mille(750);
        let later = if comes { dice.between(3, 25) } else { CLAIM_DAYS } * DAY;
        let act = if comes { Act::CreditRejects(purchase.clone()) } else { Act::FindUnclaimed(purchase.clone()) };
        company.agenda.add(at + later, act);
    }
}

/// What refused goods cost.
fn entitled(purchase: &Purchase) -> i64 {
    purchase.lines.iter().map(|line| rejected(line) * line.unit_price).sum()
}

/// The supplier credits what was refused.
pub(super) fn credit(company: &mut Company, purchase: &Purchase, at: Instant) {
    let bill = bill_of(company, purchase, Key("VC-", 50_000 + purchase.number), "credit_note", -entitled(purchase), at);
    bills::tell_credit(company, &bill);
}

/// Nobody asked for the credit.
pub(super) fn find_unclaimed(company: &mut Company, purchase: &Purchase, at: Instant) {
    let (kpi, rule, why) = trouble::VENDOR_CREDIT;
    let (amount, currency) = (entitled(purchase), purchase.currency);
    let related = Some((Table::PurchaseOrders, purchase.id()));
    let (table, record) = (Table::Receipts, receipt_id(purchase));
    company.note_leak(&Leak { kpi, rule, table, record, line: None, related, amount, recoverable: amount, currency, at, why });
}
