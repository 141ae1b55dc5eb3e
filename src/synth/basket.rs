//! What a customer takes: articles that the day pulls, as many as there are. Knows stock and prices, no documents.

use super::company::Company;
use super::demand;
use super::instant::Instant;
use super::markets::{Channel, Market};
use super::pricing::{self, Price, Sale};
use super::stock::Place;

const MOST_LINES: u32 = 6;

/// One line of an order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) product: usize,
    pub(super) quantity: i64,
    pub(super) price: Price,
}

impl Line {
    /// Quantity times unit price.
    pub(super) fn net(&self) -> i64 {
        self.quantity * self.price.unit
    }

    /// What was taken off the list price.
    pub(super) fn discount(&self) -> i64 {
        self.quantity * (self.price.list - self.price.unit)
    }
}

/// Who buys, where and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Buyer {
    pub(super) market: &'static Market,
    pub(super) channel: Channel,
    pub(super) orders_before: u32,
    pub(super) at: Instant,
}

/// Lines of one order; what is not there is lost. The units are promised from here on.
pub(super) fn fill(company: &mut Company, buyer: Buyer) -> Vec<Line> {
    let wanted = company.dice.orders.geometric(450, MOST_LINES);
    let mut lines: Vec<Line> = Vec::with_capacity(wanted as usize);
    for _ in 0..wanted {
        let Some(product) = company.pull.choose(&mut company.dice.orders) else { break };
        if lines.iter().any(|line| line.product == product) {
            continue;
        }
        lines.extend(take(company, buyer, product));
    }
    lines
}

fn take(company: &mut Company, buyer: Buyer, product: usize) -> Option<Line> {
    let article = &company.catalogue.products[product];
    let asked = demand::quantity(&mut company.dice.orders, article, buyer.channel);
    let place = Place { product, warehouse: buyer.market.warehouse };
    let quantity = company.stock.promise(&mut company.truth, place, asked, buyer.at);
    if quantity == 0 {
        return None;
    }
    let Buyer { market, channel, orders_before, at } = buyer;
    let sale = Sale { product: article, currency: market.currency, channel, quantity, orders_before, at };
    let price = pricing::price(&mut company.dice.pricing, &sale, &company.promotions);
    Some(Line { product, quantity, price })
}
