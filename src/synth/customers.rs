//! Who buys: people and companies with how often they order and the chance that an order was their last. Knows no articles.

use super::chance::Chance;
use super::company::Company;
use super::instant::{DAY, Instant, MINUTE, text};
use super::markets::{Channel, MARKET_WEIGHTS, MARKETS, Market};
use super::plan::Plan;
use super::record::{Key, Version};
use super::table::Table;
use super::truth::Sheet;
use super::words;

/// Most places that one customer has among those who may order next: how often it orders.
const MOST_PLACES: u32 = 10;

/// A customer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Customer {
    market: u8,
    pub(super) is_company: bool,
    is_gone: bool,
    /// Chance that an order is the last, in thousandths.
    leaves_per_mille: u16,
    pub(super) orders: u32,
    first_order: Instant,
    /// When the shop first told of it.
    told_at: Instant,
    created_at: Instant,
    phone: u16,
}

impl Customer {
    pub(super) fn market(&self) -> &'static Market {
        &MARKETS[usize::from(self.market)]
    }

    /// Where it places an order.
    pub(super) fn channel(&self, chance: &mut Chance) -> Channel {
        if self.is_company {
            [Channel::Wholesale, Channel::Telephone][chance.weighted(&[85, 15])]
        } else {
            [Channel::Shop, Channel::Marketplace, Channel::Telephone][chance.weighted(&[66, 30, 4])]
        }
    }
}

/// All customers, and those who may order next, each as often as it orders.
#[derive(Debug, Clone)]
pub(super) struct Customers {
    pub(super) all: Vec<Customer>,
    pool: Vec<u32>,
    usual_pool: usize,
}

impl Customers {
    pub(super) fn new(plan: &Plan, chance: &mut Chance) -> Self {
        let mut customers = Self { all: Vec::new(), pool: Vec::new(), usual_pool: 0 };
        let opening = plan.from.start();
        for _ in 0..plan.customers {
            let created_at = opening - chance.between(DAY, 1_100 * DAY);
            customers.join(chance, opening, created_at);
        }
        customers.usual_pool = customers.pool.len();
        customers
    }

    /// The identifier of customer `index`.
    pub(super) fn id(index: usize) -> Key {
        Key("C", index as u64 + 100_001)
    }

    /// Who orders next; none when it is somebody new.
    pub(super) fn choose(&mut self, chance: &mut Chance) -> Option<usize> {
        let newcomers = if self.pool.len() < self.usual_pool { 140 } else { 70 };
        if chance.per_mille(newcomers) {
            return None;
        }
        while !self.pool.is_empty() {
            let place = chance.index(self.pool.len());
            let index = self.pool[place] as usize;
            if !self.all[index].is_gone {
                return Some(index);
            }
            self.pool.swap_remove(place);
        }
        None
    }

    /// Somebody new.
    pub(super) fn join(&mut self, chance: &mut Chance, told_at: Instant, created_at: Instant) -> usize {
        let index = self.all.len();
        let is_company = chance.per_mille(120);
        let places = chance.geometric(600, MOST_PLACES) * if is_company { 2 } else { 1 };
        self.all.push(Customer {
            market: chance.weighted(&MARKET_WEIGHTS) as u8,
            is_company,
            is_gone: false,
            leaves_per_mille: if is_company { chance.between(10, 60) } else { chance.between(40, 260) } as u16,
            orders: 0,
            first_order: told_at,
            told_at,
            created_at,
            phone: chance.below(100) as u16,
        });
        for _ in 0..places {
            self.pool.push(index as u32);
        }
        index
    }
}

/// Tells customers who were there before the period.
pub(super) fn tell_all(company: &mut Company) {
    for index in 0..company.customers.all.len() {
        let version = Version::first(Table::Customers, company.customers.all[index].told_at);
        tell(company, index, version);
    }
}

/// Tells one version of customer `index`.
pub(super) fn tell(company: &mut Company, index: usize, version: Version) -> u64 {
    let customer = &company.customers.all[index];
    let market = customer.market();
    let name = name(index, customer.is_company);
    let email = format!("c{}@{}.example", index + 100_001, if customer.is_company { "trade" } else { "mail" });
    let phone = format!("{}{:02}", market.phone, customer.phone);
    company
        .outbox
        .record(version)
        .key("customer_id", Customers::id(index))
        .text("name", name.as_str())
        .text("email", email.as_str())
        .text("phone", phone.as_str())
        .text("kind", if customer.is_company { "company" } else { "person" })
        .text("segment", if customer.is_company { "trade" } else { "consumer" })
        .text("country", market.country)
        .text("currency", market.currency.code())
        .text("status", "active")
        .instant("created_at", customer.created_at)
        .send()
}

fn name(index: usize, is_company: bool) -> String {
    let part = |words: &[&'static str], step: usize| words[index / step % words.len()];
    if is_company {
        format!("{} {} {}", part(&words::COMPANY_WORDS, 1), part(&words::COMPANY_KINDS, 16), index / 128 + 1)
    } else {
        format!("{} {}", part(&words::FIRST_NAMES, 1), part(&words::LAST_NAMES, 24))
    }
}

/// Counts an order; now and then it was the last, or the customer has a new telephone number.
pub(super) fn after_order(company: &mut Company, index: usize, at: Instant) {
    let customer = &mut company.customers.all[index];
    customer.orders += 1;
    if customer.orders == 1 {
        customer.first_order = at;
    }
    let leaves = u32::from(customer.leaves_per_mille);
    if company.dice.customers.per_mille(leaves) {
        customer.is_gone = true;
        let values = (Customers::id(index), text(customer.first_order), text(at), customer.orders);
        if company.plan.tells(Table::Orders) {
            company.truth.row(Sheet::Churn, &[&values.0, &values.1, &values.2, &values.3]);
        }
    }
    let rework = company.plan.unruliness.rework_per_mille;
    if company.dice.customers.per_million(5 * rework) {
        change_phone(company, index, at + MINUTE);
    } else if company.dice.customers.per_million(rework / 2) {
        contradict(company, index, at + MINUTE);
    }
}

/// Tells a new number, and no other column.
fn change_phone(company: &mut Company, index: usize, at: Instant) {
    let customer = &mut company.customers.all[index];
    customer.phone = (customer.phone + 7) % 100;
    let phone = format!("{}{:02}", customer.market().phone, customer.phone);
    let version = Version::partial(Table::Customers, customer.told_at, at);
    company.outbox.record(version).key("customer_id", Customers::id(index)).text("phone", phone.as_str()).send();
}

/// Tells two contents with one and the same version: the receiver must pick the same one in whatever order they come.
fn contradict(company: &mut Company, index: usize, at: Instant) {
    let version = Version::revision(Table::Customers, company.customers.all[index].told_at, at, 0);
    tell(company, index, version);
    company.customers.all[index].phone = (company.customers.all[index].phone + 13) % 100;
    let message = tell(company, index, version);
    company.outbox.counts.conflicting += 1;
    company.outbox.note_record(&mut company.truth, "conflict", message, version, Customers::id(index));
}
