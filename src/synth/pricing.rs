//! What a line costs its buyer: list price, the discount that policy gives, and the ways in which policy is broken. Knows no stock.

use super::catalogue::Product;
use super::chance::Chance;
use super::instant::{DAY, Instant, text};
use super::markets::Channel;
use super::money::{Currency, per_mille};
use super::plan::Plan;
use super::truth::{Sheet, Truth};
use super::words::CATEGORIES;

/// Days after its end on which an expired promotion may still be honoured by mistake.
const HONOURED_DAYS: i64 = 4;

/// A category whose prices are cut for a time.
#[derive(Debug, Clone, Copy)]
struct Promotion {
    category: usize,
    from: Instant,
    until: Instant,
    per_mille: i64,
}

/// The promotions of the period.
#[derive(Debug, Clone)]
pub(super) struct Promotions {
    all: Vec<Promotion>,
}

impl Promotions {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut chance = Chance::new(plan.seed, 3);
        let mut all = Vec::new();
        let mut from = plan.from.start() + chance.between(3, 12) * DAY;
        while from < plan.end() {
            let until = from + chance.between(5, 10) * DAY;
            all.push(Promotion {
                category: chance.index(CATEGORIES.len()),
                from,
                until,
                per_mille: *chance.pick(&[150, 200, 250]),
            });
            from = until + chance.between(8, 25) * DAY;
        }
        Self { all }
    }

    /// The cut of `category`'s prices at an instant, in thousandths.
    pub(super) fn on(&self, category: usize, at: Instant) -> Option<i64> {
        let holds = |promotion: &&Promotion| promotion.category == category && (promotion.from..promotion.until).contains(&at);
        self.all.iter().find(holds).map(|promotion| promotion.per_mille)
    }

    /// The cut that held until shortly before.
    fn expired(&self, category: usize, at: Instant) -> Option<i64> {
        self.on(category, at - HONOURED_DAYS * DAY).filter(|_| self.on(category, at).is_none())
    }

    pub(super) fn write(&self, truth: &mut Truth) {
        for (number, promotion) in self.all.iter().enumerate() {
            let category = CATEGORIES[promotion.category].0;
            let span = (text(promotion.from), text(promotion.until));
            truth.row(Sheet::Promotions, &[&(number + 1), &category, &span.0, &span.1, &promotion.per_mille]);
        }
    }
}

/// How a price breaks policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breach {
    DiscountAnomaly,
    BelowCost,
    RefusedOverride,
    ExpiredPromotion,
}

/// The price of one unit, minor units of the sale's currency.
#[derive(Debug, Clone, Copy)]
pub(super) struct Price {
    pub(super) list: i64,
    pub(super) unit: i64,
    /// What it should be by policy, when it is not.
    pub(super) breach: Option<(Breach, i64)>,
    /// Somebody was asked for a special price, and said yes or no.
    pub(super) approval: Option<bool>,
}

/// What a price depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sale<'a> {
    pub(super) product: &'a Product,
    pub(super) currency: Currency,
    pub(super) channel: Channel,
    pub(super) quantity: i64,
    /// Orders that the customer placed before.
    pub(super) orders_before: u32,
    pub(super) at: Instant,
}

/// Discount by policy, in thousandths: the best of promotion, trade terms and loyalty; they do not stack.
fn policy(sale: &Sale<'_>, promotions: &Promotions) -> i64 {
    let promotion = promotions.on(sale.product.category, sale.at).unwrap_or(0);
    let trade = match (sale.channel, sale.quantity) {
        (Channel::Wholesale, 24..) => 200,
        (Channel::Wholesale, 10..) => 150,
        (Channel::Wholesale, _) => 100,
        _ => 0,
    };
    let loyalty = if sale.orders_before >= 10 { 50 } else { 0 };
    promotion.max(trade).max(loyalty)
}

/// The price of a sale.
pub(super) fn price(chance: &mut Chance, sale: &Sale<'_>, promotions: &Promotions) -> Price {
    let list = sale.currency.of_euro_cents(sale.product.list_cents).max(1);
    let cost = sale.currency.of_euro_cents(sale.product.cost_cents).max(1);
    let cut = |share: i64| (list - per_mille(list, share)).max(cost + 1);
    let due = cut(policy(sale, promotions));
    let lowered = |unit: i64, share: i64| (unit - per_mille(unit, share)).max(cost + 1);
    let plain = Price { list, unit: due, breach: None, approval: None };
    let broken = |unit: i64, breach: Breach, reference: i64, approval: Option<bool>| {
        if unit >= reference { plain } else { Price { list, unit, breach: Some((breach, reference)), approval } }
    };
    if let Some(expired) = promotions.expired(sale.product.category, sale.at)
        && chance.per_mille(25)
    {
        return broken(cut(expired), Breach::ExpiredPromotion, due, None);
    }
    match chance.below(1_000_000) {
        0..1_200 => broken(lowered(due, chance.between(250, 450)), Breach::DiscountAnomaly, due, None),
        1_200..1_700 => broken(per_mille(cost, chance.between(600, 950)).max(1), Breach::BelowCost, cost, None),
        1_700..2_200 => broken(lowered(due, chance.between(100, 300)), Breach::RefusedOverride, due, Some(false)),
        2_200..3_200 => Price { unit: lowered(due, chance.between(100, 250)), approval: Some(true), ..plain },
        _ => plain,
    }
}
