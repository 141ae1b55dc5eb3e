//! What the planners buy: each working day they look at every shelf and order what falls below its reorder point, a purchase order a supplier
//! and warehouse. Knows no receipts.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::agenda::Act;
use super::calendar;
use super::catalogue::{Catalogue, Demand};
use super::company::Company;
use super::instant::{DAY, Day, HOUR, Instant};
use super::markets::WAREHOUSES;
use super::money::Currency;
use super::record::{Change, Key, Version};
use super::stock::Place;
use super::table::Table;
use super::words::CATEGORIES;
use super::workflows;

/// Days of demand that one order brings.
const ORDER_DAYS: i64 = 14;
/// Days between two looks at a shelf, at worst.
const REVIEW_DAYS: i64 = 3;
/// Purchases above this need somebody's approval, cents of a euro.
const APPROVAL_CENTS: i64 = 500_000;

/// A line of a purchase order.
#[derive(Debug, Clone, Copy)]
pub(super) struct PurchaseLine {
    pub(super) product: usize,
    pub(super) packs: i64,
    pub(super) per_pack: i64,
    /// Minor units of the supplier's currency, of one unit.
    pub(super) unit_price: i64,
    pub(super) arrives_at: Instant,
    /// Units that do not come.
    pub(super) short: i64,
    /// Units that come and are refused.
    pub(super) rejected: i64,
}

impl PurchaseLine {
    pub(super) fn units(&self) -> i64 {
        self.packs * self.per_pack
    }

    pub(super) fn net(&self) -> i64 {
        self.units() * self.unit_price
    }
}

/// A purchase order.
#[derive(Debug)]
pub(super) struct Purchase {
    pub(super) number: u64,
    pub(super) supplier: usize,
    pub(super) warehouse: usize,
    pub(super) currency: Currency,
    pub(super) sent_at: Instant,
    pub(super) promised_at: Instant,
    pub(super) lines: Vec<PurchaseLine>,
    pub(super) lines_received: Cell<usize>,
}

impl Purchase {
    pub(super) fn id(&self) -> Key {
        Key("PO-", 40_000 + self.number)
    }

    pub(super) fn net(&self) -> i64 {
        self.lines.iter().map(PurchaseLine::net).sum()
    }
}

/// When to order and how much.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) reorder_point: i64,
    pub(super) quantity: i64,
}

/// What a place will sell a day, in thousandths of a unit, before anything is known of it.
pub(super) fn expected_mean(company: &Company, place: Place) -> i64 {
    let day = company.plan.from;
    let weight = |product: &super::catalogue::Product| product.popularity * product.season.share(day) / 1_000;
    let all = company.catalogue.products.iter().map(weight).sum::<u64>().max(1);
    let product = &company.catalogue.products[place.product];
    let units_milli = match product.demand {
        Demand::Smooth | Demand::Intermittent => 2_200,
        Demand::Erratic => 2_900,
        Demand::Lumpy => 8_000,
    };
    let lines_milli = u64::from(company.plan.orders_per_day) * 1_750 * weight(product) / all;
    let share = if place.warehouse == 0 { 760 } else { 240 };
    (lines_milli * units_milli / 1_000 * share / 1_000) as i64
}

/// The reorder point covers lead time and review at the demand to come, and a margin that grows with how unsteady it is.
pub(super) fn target(company: &Company, place: Place) -> Target {
    let product = &company.catalogue.products[place.product];
    let supplier = &company.catalogue.suppliers[product.supplier];
    let mean = company.stock.level(place).mean_milli;
    let today = company.day;
    let ahead = today.plus(supplier.lead_days as i32);
    let season = (product.season.share(ahead) * 1_000 / product.season.share(today).max(1)).clamp(500, 2_200) as i64;
    let to_come = mean * season / 1_000;
    let span = supplier.lead_days + REVIEW_DAYS;
    let spread = match product.demand {
        Demand::Smooth => 7,
        Demand::Erratic => 13,
        Demand::Intermittent => 22,
        Demand::Lumpy => 70,
    };
    // Standard deviation of the span's demand: the root of its mean times what a lumpy demand adds.
    let variance = (to_come * span * spread).max(0) as u64 / 1_000;
    let margin = variance.isqrt() as i64 * 16 / 10;
    let least = if product.demand == Demand::Lumpy { 9 } else { 3 };
    Target { reorder_point: (to_come * span / 1_000 + margin).max(least), quantity: (to_come * ORDER_DAYS / 1_000).max(least) }
}

/// The planners' look at every shelf.
pub(super) fn review(company: &mut Company, at: Instant) {
    let mut baskets: BTreeMap<(usize, usize), Vec<PurchaseLine>> = BTreeMap::new();
    for place in company.stock.places() {
        let target = target(company, place);
        company.stock.set_reorder_point(place, target.reorder_point);
        let level = company.stock.level(place);
        let position = level.available() + level.incoming;
        if position > target.reorder_point {
            continue;
        }
        let supplier = company.catalogue.products[place.product].supplier;
        let line = draw_line(company, place, target.reorder_point + target.quantity - position, at);
        baskets.entry((supplier, place.warehouse)).or_default().push(line);
    }
    for ((supplier, warehouse), lines) in baskets {
        send(company, supplier, warehouse, lines, at);
    }
}

fn draw_line(company: &mut Company, place: Place, needed: i64, at: Instant) -> PurchaseLine {
    let product = &company.catalogue.products[place.product];
    let supplier = &company.catalogue.suppliers[product.supplier];
    let packs = ((needed + product.pack - 1) / product.pack).max(1);
    let units = packs * product.pack;
    let dice = &mut company.dice.purchasing;
    let late_days = if dice.per_mille(supplier.late_per_mille) { dice.between(2, 16) } else { dice.between(-2, 0) };
    let day = calendar::next_working(Day::of(at + (supplier.lead_days + late_days).max(1) * DAY));
    PurchaseLine {
        product: place.product,
        packs,
        per_pack: product.pack,
        unit_price: supplier.currency.of_euro_cents(product.cost_cents).max(1),
        arrives_at: calendar::office_moment(dice, day),
        short: if dice.per_mille(25) { dice.between(1, (units / 4).max(1)).min(units) } else { 0 },
        rejected: if dice.per_mille(30) { dice.between(1, (units / 6).max(1)) } else { 0 },
    }
}

fn send(company: &mut Company, supplier: usize, warehouse: usize, lines: Vec<PurchaseLine>, at: Instant) {
    let from = &company.catalogue.suppliers[supplier];
    let promised_at = calendar::next_working(Day::of(at + from.lead_days * DAY)).start() + 20 * HOUR;
    let currency = from.currency;
    company.next_purchase += 1;
    let number = company.next_purchase;
    let purchase = Rc::new(Purchase {
        number,
        supplier,
        warehouse,
        currency,
        sent_at: at,
        promised_at,
        lines,
        lines_received: Cell::new(0),
    });
    tell(company, &purchase, None, at);
    for index in 0..purchase.lines.len() {
        tell_line(company, &purchase, index, None, at);
        let line = purchase.lines[index];
        company.stock.level_mut(Place { product: line.product, warehouse }).incoming += line.units();
        company.agenda.add(line.arrives_at, Act::Receive(purchase.clone(), index));
    }
    if currency.to_euro_cents(purchase.net()) > APPROVAL_CENTS {
        workflows::ask_for_purchase(company, &purchase);
    }
}

/// The header: open, or received at `received_at`.
pub(super) fn tell(company: &mut Company, purchase: &Purchase, received_at: Option<Instant>, at: Instant) {
    let supplier = &company.catalogue.suppliers[purchase.supplier];
    let net = purchase.net();
    let change = if received_at.is_some() { Change::Revision { was: net } } else { Change::First };
    company
        .outbox
        .record(Version { table: Table::PurchaseOrders, anchor: purchase.sent_at, at, sequence: 0, change })
        .key("purchase_order_id", purchase.id())
        .null("project")
        .key("supplier_id", Catalogue::supplier_id(purchase.supplier))
        .text("supplier", supplier.name.as_str())
        .text("buyer", if purchase.supplier.is_multiple_of(2) { "Buying A" } else { "Buying B" })
        .text("channel", "from stock")
        .text("country", country(purchase.warehouse))
        .text("incoterm", if supplier.lead_days > 16 { "FOB" } else { "DAP" })
        .null("quoted_at")
        .instant("sent_at", purchase.sent_at)
        .instant("promised_at", purchase.promised_at)
        .instant("received_at", received_at)
        .text("status", if received_at.is_some() { "received" } else { "open" })
        .whole("line_count", purchase.lines.len() as i64)
        .money("net_value", net, purchase.currency)
        .currency(purchase.currency)
        .send();
}

/// A line: open, or received at `received_at`.
pub(super) fn tell_line(company: &mut Company, purchase: &Purchase, index: usize, received_at: Option<Instant>, at: Instant) {
    let (line, currency) = (&purchase.lines[index], purchase.currency);
    let product = &company.catalogue.products[line.product];
    let supplier = &company.catalogue.suppliers[purchase.supplier];
    let change = if received_at.is_some() { Change::Revision { was: line.net() } } else { Change::First };
    company
        .outbox
        .record(Version { table: Table::PurchaseOrderLines, anchor: purchase.sent_at, at, sequence: 0, change })
        .key("purchase_order_id", purchase.id())
        .key("line_id", Key("L", index as u64 + 1))
        .null("shipment_id")
        .text("supplier", supplier.name.as_str())
        .text("manufacturer", supplier.country)
        .text("country", country(purchase.warehouse))
        .text("category", CATEGORIES[product.category].0)
        .null("subcategory")
        .key("sku", Catalogue::sku(line.product))
        .text("product_name", product.name.as_str())
        .null("first_line")
        .whole("quantity", line.packs)
        .whole("units_per_pack", line.per_pack)
        .money("pack_price", line.unit_price * line.per_pack, currency)
        .money("unit_price", line.unit_price, currency)
        .money("net_value", line.net(), currency)
        .null("insurance_cost")
        .currency(currency)
        .instant("sent_at", purchase.sent_at)
        .instant("promised_at", purchase.promised_at)
        .instant("received_at", received_at)
        .send();
}

fn country(warehouse: usize) -> &'static str {
    if WAREHOUSES[warehouse] == "Memphis" { "United States" } else { "Netherlands" }
}
