//! The moments at which forecasts of the shop are made: what was known then, and what came of it.

use std::collections::BTreeMap;

use super::super::HORIZON_DAYS;
use super::super::casts::day;
use super::super::history::StockHistory;
use super::super::lateness::Lateness;
use super::super::position::{OpenOrder, Position};
use super::shop::{Shop, Supplied};

/// An item at the end of a day, with stock.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// Its position in the shop.
    pub item: usize,
    /// The day, counted from the first day of the longest series.
    pub date: usize,
    /// The day of the item's own series.
    pub today: usize,
    /// What was known of stock and orders.
    pub position: Position,
    /// Day from 1 of the first end without stock with the orders open then and none placed later; none when it lasted the horizon.
    pub ran_out_on: Option<u32>,
    /// The same as it really went, with orders placed later.
    pub ran_out_in_fact_on: Option<u32>,
}

impl Origin {
    /// Whether stock ran out by day `horizon`.
    pub fn ran_out_by(&self, horizon: usize) -> bool {
        by(self.ran_out_on, horizon)
    }

    /// Whether it did, later orders included.
    pub fn ran_out_in_fact_by(&self, horizon: usize) -> bool {
        by(self.ran_out_in_fact_on, horizon)
    }
}

fn by(ran_out_on: Option<u32>, horizon: usize) -> bool {
    ran_out_on.is_some_and(|day| usize::try_from(day).is_ok_and(|day| day <= horizon))
}

/// All items with stock every `every_days` from `first_today` days into their series on, while the horizon lies within the data.
pub fn origins(shop: &Shop, first_today: usize, every_days: usize) -> Vec<Origin> {
    let mut found = Vec::new();
    for (number, item) in shop.items.iter().enumerate() {
        let offset = shop.last_day + 1 - item.days.len();
        for today in first_today..item.days.len().saturating_sub(HORIZON_DAYS) {
            let date = offset + today;
            if (shop.last_day - date).is_multiple_of(every_days.max(1)) && item.days[today].closing > 0.0 {
                found.push(origin(number, item, today, date));
            }
        }
    }
    found
}

/// The history an origin knew.
pub(super) fn history(shop: &Shop, origin: &Origin) -> StockHistory {
    StockHistory { days: shop.items[origin.item].days[..=origin.today].to_vec() }
}

/// The lateness known at the end of each date of `dates`.
pub(super) fn lateness_by_date(shop: &Shop, dates: impl Iterator<Item = usize>) -> BTreeMap<usize, Lateness> {
    let mut receipts = Vec::new();
    for item in &shop.items {
        let offset = shop.last_day + 1 - item.days.len();
        let came = item.orders.iter().filter(|order| order.received < item.days.len());
        receipts.extend(came.map(|order| (offset + order.received, item.supplier, day(order.received) - day(order.promised))));
    }
    let known = |date: usize| {
        let seen = receipts.iter().filter(|(received, _, _)| *received <= date);
        Lateness::learn(&seen.map(|(_, supplier, late)| (*supplier, *late)).collect::<Vec<_>>())
    };
    let mut by_date = BTreeMap::new();
    for date in dates {
        by_date.entry(date).or_insert_with(|| known(date));
    }
    by_date
}

fn origin(number: usize, item: &Supplied, today: usize, date: usize) -> Origin {
    let open = || item.orders.iter().filter(|order| order.placed <= today && order.received > today);
    let orders = open().map(|order| OpenOrder {
        quantity: order.quantity,
        due_in_days: day(order.promised) - day(today),
        supplier: item.supplier,
    });
    let position = Position {
        orders: orders.collect(),
        usual_supplier: Some(item.supplier),
        lead_time_days: Some(day(item.lead_time_days)),
        ..Position::of_stock(item.days[today].closing)
    };
    let coming = today + 1..=today + HORIZON_DAYS;
    let arriving = |at: usize| open().filter(|order| order.received == at).map(|order| order.quantity).sum::<f64>();
    let mut stock = item.days[today].closing;
    let mut ran_out_on = None;
    for (ahead, at) in coming.clone().enumerate() {
        stock = (stock + arriving(at) - item.demand[at]).max(0.0);
        if stock <= 0.0 && ran_out_on.is_none() {
            ran_out_on = u32::try_from(ahead + 1).ok();
        }
    }
    let in_fact = coming.clone().position(|at| item.days[at].closing <= 0.0);
    let ran_out_in_fact_on = in_fact.and_then(|ahead| u32::try_from(ahead + 1).ok());
    Origin { item: number, date, today, position, ran_out_on, ran_out_in_fact_on }
}

#[cfg(test)]
mod tests {
    use super::super::super::outcome::{DayAfter, ran_out_on};
    use super::super::shop::{World, run};
    use super::*;

    #[test]
    fn an_origin_knows_only_its_past_and_is_judged_by_its_future() {
        let demand =
            (0..20).map(|item| (0..220).map(|day| f64::from((day * 5 + item * 3) % 7)).collect()).collect::<Vec<Vec<f64>>>();
        let shop = run(&demand, &World::default());
        let found = origins(&shop, 84, 7);
        assert!(found.len() > 50);
        for origin in &found {
            let item = &shop.items[origin.item];
            assert_eq!(history(&shop, origin).days.len(), origin.today + 1);
            assert!(origin.position.available > 0.0 && origin.today + HORIZON_DAYS < item.days.len());
            let open = |at: usize| item.orders.iter().filter(move |order| order.placed <= origin.today && order.received == at);
            let after = (origin.today + 1..=origin.today + HORIZON_DAYS).map(|at| DayAfter {
                sold: item.days[at].sold,
                received: open(at).map(|order| order.quantity).sum(),
                closing: item.days[at].closing,
            });
            // What would have happened without later orders is known from what was seen.
            assert_eq!(ran_out_on(origin.position.available, &after.collect::<Vec<_>>()), origin.ran_out_on);
            // Later orders can only help.
            assert!(!origin.ran_out_in_fact_by(28) || origin.ran_out_by(28));
            if let Some(day) = origin.ran_out_in_fact_on {
                assert!(item.days[origin.today + usize::try_from(day).unwrap()].closing <= 0.0);
            }
        }
    }
}
