//! What is to be done when: acts in order of their instants, those of later days kept by day. Knows no act's meaning.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

use super::billing::Invoice;
use super::bills::Bill;
use super::fulfilment::Parcel;
use super::instant::{Day, Instant};
use super::orders::Order;
use super::purchasing::Purchase;
use super::returns::ReturnCase;
use super::tickets::Ticket;
use super::workflows::Run;

/// Something that happens at an instant. What an act needs is in it, and lives as long as acts about it are to come.
#[derive(Debug)]
pub(super) enum Act {
    PlaceOrder,
    CorrectOrder(Rc<Order>),
    DeleteOrder(Rc<Order>),
    CancelOrder(Rc<Order>),
    ShipOrder(Rc<Order>),
    Deliver(Rc<Parcel>),
    BillFreight(Rc<Parcel>),
    InvoiceOrder(Rc<Parcel>),
    FindUnbilled(Rc<Parcel>),
    PayInvoice(Rc<Invoice>),
    FindShortPayment(Rc<Invoice>, i64),
    RequestReturn(Rc<Parcel>),
    ReceiveReturn(Rc<ReturnCase>),
    ResolveReturn(Rc<ReturnCase>),
    RefundWithoutGoods(Rc<Parcel>, bool),
    Purchase,
    Receive(Rc<Purchase>, usize),
    BillPurchase(Rc<Purchase>),
    PayBill(Rc<Bill>, bool),
    CreditRejects(Rc<Purchase>),
    FindUnclaimed(Rc<Purchase>),
    CountStock,
    WriteLevels,
    ChangePrices,
    OpenTicket,
    MoveTicket(Box<Ticket>),
    StartRun(Box<Run>),
    FinishRun(Box<Run>),
}

/// Acts to come.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    today: BinaryHeap<Reverse<Entry>>,
    later: BTreeMap<Day, Vec<Entry>>,
    day: Option<Day>,
    serial: u64,
}

#[derive(Debug)]
struct Entry {
    at: Instant,
    serial: u64,
    act: Act,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.serial) == (other.at, other.serial)
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.serial).cmp(&(other.at, other.serial))
    }
}

impl Agenda {
    /// Turns to `day`, after all acts of the days before are done.
    pub(super) fn turn_to(&mut self, day: Day) {
        self.day = Some(day);
        self.today.extend(self.later.remove(&day).unwrap_or_default().into_iter().map(Reverse));
    }

    /// Puts `act` down for `at`.
    pub(super) fn add(&mut self, at: Instant, act: Act) {
        let entry = Entry { at, serial: self.serial, act };
        self.serial += 1;
        if self.day.is_some_and(|day| Day::of(at) <= day) {
            self.today.push(Reverse(entry));
        } else {
            self.later.entry(Day::of(at)).or_default().push(entry);
        }
    }

    /// The next act of the day.
    pub(super) fn next(&mut self) -> Option<(Instant, Act)> {
        self.today.pop().map(|Reverse(entry)| (entry.at, entry.act))
    }
}
