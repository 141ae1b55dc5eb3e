//! The company: its state, and the days that it lives through one after the other. It decides what is done on a day; the files beside it know
//! how.

use std::collections::BTreeMap;

use super::agenda::{Act, Agenda};
use super::catalogue::Catalogue;
use super::chance::Chance;
use super::customers::{self, Customers};
use super::demand::Pull;
use super::instant::{Day, HOUR, Instant, MINUTE};
use super::markets::{MARKET_WEIGHTS, MARKETS};
use super::money::Currency;
use super::outbox::{Arrivals, Outbox};
use super::plan::Plan;
use super::pricing::Promotions;
use super::stock::{self, Stock};
use super::truth::{Leak, Sheet, Truth};
use super::{billing, bills, calendar, fulfilment, orders, purchasing, receiving, returns, tickets, workflows};

/// Tickets for a thousand orders.
const TICKETS_PER_MILLE: u64 = 70;

/// The dice of each domain.
#[derive(Debug, Clone)]
pub(super) struct Dice {
    calendar: Chance,
    pub(super) customers: Chance,
    pub(super) orders: Chance,
    pub(super) pricing: Chance,
    pub(super) fulfilment: Chance,
    pub(super) billing: Chance,
    pub(super) bills: Chance,
    pub(super) returns: Chance,
    pub(super) purchasing: Chance,
    pub(super) stock: Chance,
    pub(super) tickets: Chance,
    pub(super) workflows: Chance,
}

impl Dice {
    fn new(seed: u64) -> Self {
        let dice = |stream: u64| Chance::new(seed, 100 + stream);
        Self {
            calendar: dice(0),
            customers: dice(1),
            orders: dice(2),
            pricing: dice(3),
            fulfilment: dice(4),
            billing: dice(5),
            bills: dice(6),
            returns: dice(7),
            purchasing: dice(8),
            stock: dice(9),
            tickets: dice(10),
            workflows: dice(11),
        }
    }
}

/// What arrives on a day, and what the truth gains.
pub(super) struct DayOutput {
    pub(super) day: Day,
    pub(super) arrivals: Arrivals,
    pub(super) truth: Vec<(Sheet, Vec<u8>)>,
}

/// A company.
pub(super) struct Company {
    pub(super) plan: Plan,
    pub(super) day: Day,
    pub(super) agenda: Agenda,
    pub(super) outbox: Outbox,
    pub(super) truth: Truth,
    pub(super) catalogue: Catalogue,
    pub(super) promotions: Promotions,
    pub(super) customers: Customers,
    pub(super) pull: Pull,
    pub(super) stock: Stock,
    pub(super) dice: Dice,
    /// Findings and money of each rule.
    pub(super) leaks: BTreeMap<(&'static str, Currency), (u64, i64)>,
    pub(super) next_order: u64,
    pub(super) next_purchase: u64,
    pub(super) next_return: u64,
    pub(super) next_ticket: u64,
    pub(super) next_run: u64,
    is_closed: bool,
}

impl Company {
    pub(super) fn new(plan: Plan) -> Self {
        let mut dice = Dice::new(plan.seed);
        let catalogue = Catalogue::new(&plan);
        let mut company = Self {
            day: plan.from,
            agenda: Agenda::default(),
            outbox: Outbox::new(&plan),
            truth: Truth::new(),
            promotions: Promotions::new(&plan),
            customers: Customers::new(&plan, &mut dice.customers),
            pull: Pull::default(),
            stock: Stock::new(catalogue.products.len()),
            catalogue,
            dice,
            leaks: BTreeMap::new(),
            next_order: 0,
            next_purchase: 0,
            next_return: 0,
            next_ticket: 0,
            next_run: 0,
            is_closed: false,
            plan,
        };
        company.open();
        company
    }

    /// What is known when the period begins.
    fn open(&mut self) {
        let at = self.plan.from.start();
        for currency in Currency::ALL {
            let rate = format!("{}.{:04}", currency.rate() / 10_000, currency.rate() % 10_000);
            self.truth.row(Sheet::Rates, &[&currency.code(), &rate]);
        }
        self.promotions.write(&mut self.truth);
        self.catalogue.tell(&mut self.outbox, &mut self.truth, at);
        customers::tell_all(self);
        stock::open(self, at);
    }

    /// The next day on which something arrives; none after the last. The period's days come one after the other, even when nothing arrives;
    /// after it come the days of what is late.
    pub(super) fn next_day(&mut self) -> Option<DayOutput> {
        if self.day.start() < self.plan.end() {
            self.live();
        } else {
            if !std::mem::replace(&mut self.is_closed, true) {
                stock::close(self);
            }
            self.day = self.outbox.next_day()?;
        }
        let day = self.day;
        self.day = day.plus(1);
        self.outbox.note_down(&mut self.truth);
        let truth = Sheet::ALL.into_iter().map(|sheet| (sheet, self.truth.take(sheet))).collect();
        Some(DayOutput { day, arrivals: self.outbox.take(day), truth })
    }

    /// Lives through a day.
    fn live(&mut self) {
        let day = self.day;
        self.agenda.turn_to(day);
        self.pull.turn_to(&mut self.dice.calendar, day, &self.catalogue, &self.promotions);
        self.plan_day(day);
        while let Some((at, act)) = self.agenda.next() {
            self.act(at, act);
        }
    }

    /// Puts down what the day brings from outside, and the company's habits.
    fn plan_day(&mut self, day: Day) {
        let dice = &mut self.dice.calendar;
        let noise = dice.between(940, 1_060) as u64;
        let mean_milli = u64::from(self.plan.orders_per_day) * calendar::demand(day, self.plan.from) * noise / 1_000;
        for _ in 0..dice.poisson(mean_milli) {
            let ahead = MARKETS[dice.weighted(&MARKET_WEIGHTS)].ahead_hours;
            self.agenda.add(calendar::moment(dice, day, ahead), Act::PlaceOrder);
        }
        for _ in 0..dice.poisson(mean_milli * TICKETS_PER_MILLE / 1_000) {
            self.agenda.add(calendar::moment(dice, day, 1), Act::OpenTicket);
        }
        if calendar::is_working(day) {
            self.agenda.add(day.start() + 5 * HOUR + 30 * MINUTE, Act::Purchase);
        }
        if day.weekday() == 0 {
            self.agenda.add(day.start() + 2 * HOUR, Act::ChangePrices);
            self.agenda.add(day.start() + 6 * HOUR, Act::CountStock);
        }
        self.agenda.add(day.start() + 23 * HOUR + 30 * MINUTE, Act::WriteLevels);
    }

    fn act(&mut self, at: Instant, act: Act) {
        self.outbox.now = at;
        match act {
            Act::PlaceOrder => orders::place(self, at),
            Act::CorrectOrder(order) => orders::correct(self, &order, at),
            Act::DeleteOrder(order) => orders::delete(self, &order, at),
            Act::CancelOrder(order) => orders::cancel(self, &order, at),
            Act::ShipOrder(order) => fulfilment::ship(self, &order, at),
            Act::Deliver(parcel) => fulfilment::deliver(self, &parcel, at),
            Act::BillFreight(parcel) => fulfilment::bill_freight(self, &parcel, at),
            Act::InvoiceOrder(parcel) => billing::issue(self, &parcel, at),
            Act::FindUnbilled(parcel) => billing::find_unbilled(self, &parcel, at),
            Act::PayInvoice(invoice) => billing::pay(self, &invoice, at),
            Act::FindShortPayment(invoice, missing) => billing::find_short_payment(self, &invoice, missing, at),
            Act::RequestReturn(parcel) => returns::request(self, &parcel, at),
            Act::ReceiveReturn(case) => returns::receive(self, &case, at),
            Act::ResolveReturn(case) => returns::resolve(self, &case, at),
            Act::RefundWithoutGoods(parcel, is_lost) => returns::refund_without_goods(self, &parcel, is_lost, at),
            Act::Purchase => purchasing::review(self, at),
            Act::Receive(purchase, line) => receiving::receive(self, &purchase, line, at),
            Act::BillPurchase(purchase) => receiving::bill(self, &purchase, at),
            Act::PayBill(bill, is_again) => bills::pay(self, &bill, is_again, at),
            Act::CreditRejects(purchase) => receiving::credit(self, &purchase, at),
            Act::FindUnclaimed(purchase) => receiving::find_unclaimed(self, &purchase, at),
            Act::CountStock => stock::count(self, at),
            Act::WriteLevels => stock::write_levels(self, at),
            Act::ChangePrices => self.catalogue.change_prices(&mut self.outbox, self.plan.from.start(), at),
            Act::OpenTicket => tickets::open(self, at),
            Act::MoveTicket(ticket) => tickets::step(self, ticket, at),
            Act::StartRun(run) => workflows::start(self, run, at),
            Act::FinishRun(run) => workflows::finish(self, run, at),
        }
    }

    /// Writes a loss down, if its records are told.
    pub(super) fn note_leak(&mut self, leak: &Leak) {
        let related = leak.related.is_none_or(|(table, _)| self.plan.tells(table));
        if self.plan.tells(leak.table) && related {
            self.truth.leak(leak);
            let entry = self.leaks.entry((leak.kpi, leak.currency)).or_default();
            entry.0 += 1;
            entry.1 += leak.amount;
        }
    }
}
