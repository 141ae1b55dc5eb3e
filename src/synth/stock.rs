//! What lies where: units on hand and promised, honest to the piece. Sales stop at zero, and what was asked beyond is written down as lost.
//! Knows no orders; documents are keys to it.

use super::catalogue::{Catalogue, Product};
use super::company::Company;
use super::instant::{Instant, text};
use super::markets::WAREHOUSES;
use super::money::{Currency, text as money_text};
use super::outbox::Outbox;
use super::record::{Change, Key, Version};
use super::table::Table;
use super::truth::{Sheet, Truth};

/// An article in a warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) product: usize,
    pub(super) warehouse: usize,
}

/// Its stock.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Level {
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) incoming: i64,
    pub(super) reorder_point: i64,
    /// Units that a usual day asks for, in thousandths, as the planners see it.
    pub(super) mean_milli: i64,
    asked_today: i64,
    ran_out_today: bool,
    is_told: bool,
    is_changed: bool,
    out_since: Option<Instant>,
    lost_orders: i64,
    lost_units: i64,
}

impl Level {
    pub(super) fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }
}

/// All stock.
#[derive(Debug, Clone, Default)]
pub(super) struct Stock {
    levels: Vec<Level>,
    next_movement: u64,
}

/// Why units move.
#[derive(Debug, Clone, Copy)]
pub(super) struct Movement {
    pub(super) kind: &'static str,
    /// Units; negative when they leave.
    pub(super) units: i64,
    pub(super) document: Key,
    pub(super) reason: Option<&'static str>,
}

impl Stock {
    pub(super) fn new(products: usize) -> Self {
        Self { levels: vec![Level::default(); products * WAREHOUSES.len()], next_movement: 0 }
    }

    pub(super) fn level(&self, place: Place) -> &Level {
        &self.levels[place.product * WAREHOUSES.len() + place.warehouse]
    }

    pub(super) fn level_mut(&mut self, place: Place) -> &mut Level {
        let level = &mut self.levels[place.product * WAREHOUSES.len() + place.warehouse];
        level.is_changed = true;
        level
    }

    /// Where the planners order again.
    pub(super) fn set_reorder_point(&mut self, place: Place, reorder_point: i64) {
        self.levels[place.product * WAREHOUSES.len() + place.warehouse].reorder_point = reorder_point;
    }

    /// Every place.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> + use<> {
        let count = WAREHOUSES.len();
        (0..self.levels.len()).map(move |index| Place { product: index / count, warehouse: index % count })
    }

    /// Promises up to `wanted` units; gives how many.
    pub(super) fn promise(&mut self, truth: &mut Truth, place: Place, wanted: i64, at: Instant) -> i64 {
        let level = self.level_mut(place);
        level.asked_today += wanted;
        let sold = wanted.min(level.available());
        level.reserved += sold;
        if level.available() == 0 {
            level.ran_out_today = true;
            level.out_since.get_or_insert(at);
        }
        if sold < wanted {
            level.lost_orders += 1;
            level.lost_units += wanted - sold;
            let values = (text(at), Catalogue::sku(place.product), WAREHOUSES[place.warehouse]);
            truth.row(Sheet::LostDemand, &[&values.0, &values.1, &values.2, &wanted, &sold]);
        }
        sold
    }

    /// Takes a promise back.
    pub(super) fn release(&mut self, truth: &mut Truth, place: Place, units: i64, product: &Product, at: Instant) {
        self.level_mut(place).reserved -= units;
        self.end_stockout(truth, place, product, Some(at));
    }

    /// Moves units in or out and tells it; what was promised leaves with its promise.
    pub(super) fn move_units(
        &mut self,
        outbox: &mut Outbox,
        truth: &mut Truth,
        place: Place,
        movement: Movement,
        product: &Product,
        at: Instant,
    ) {
        let level = self.level_mut(place);
        level.on_hand += movement.units;
        if movement.kind == "sale" {
            level.reserved += movement.units;
        }
        let number = self.next_movement;
        self.next_movement += 1;
        let warehouse = Some(WAREHOUSES[place.warehouse]);
        let leaves = movement.units < 0;
        outbox
            .record(Version::first(Table::InventoryMovements, at))
            .key("movement_id", Key("MV", 1_000_000 + number))
            .text("kind", movement.kind)
            .key("sku", Catalogue::sku(place.product))
            .text("from_warehouse", warehouse.filter(|_| leaves))
            .text("to_warehouse", warehouse.filter(|_| !leaves))
            .whole("quantity", movement.units.abs())
            .money("cost_value", product.cost_cents * movement.units.abs(), Currency::Eur)
            .currency(Currency::Eur)
            .key("document", movement.document)
            .text("reason", movement.reason)
            .instant("moved_at", at)
            .send();
        if !leaves {
            self.end_stockout(truth, place, product, Some(at));
        }
    }

    /// Writes down a span without stock that ends now, or is still open when `until` is none.
    fn end_stockout(&mut self, truth: &mut Truth, place: Place, product: &Product, until: Option<Instant>) {
        let level = self.level_mut(place);
        if until.is_some() && level.available() <= 0 {
            return;
        }
        let Some(since) = level.out_since.take() else { return };
        let (orders, units) = (std::mem::take(&mut level.lost_orders), std::mem::take(&mut level.lost_units));
        let value = money_text(units * product.list_cents, Currency::Eur);
        let until = until.map(text).unwrap_or_default();
        let values = (Catalogue::sku(place.product), WAREHOUSES[place.warehouse], text(since));
        truth.row(Sheet::Stockouts, &[&values.0, &values.1, &values.2, &until, &orders, &units, &value]);
    }
}

/// Fills the shelves before the period: what the planners expect, for some weeks.
pub(super) fn open(company: &mut Company, at: Instant) {
    for place in company.stock.places() {
        let mean = super::purchasing::expected_mean(company, place);
        company.stock.level_mut(place).mean_milli = mean;
        let target = super::purchasing::target(company, place);
        company.stock.level_mut(place).reorder_point = target.reorder_point;
        let movement = Movement {
            kind: "adjustment",
            units: target.reorder_point + target.quantity / 2 + 1,
            document: Key("OPENING-", 1),
            reason: Some("opening balance"),
        };
        let product = &company.catalogue.products[place.product];
        company.stock.move_units(&mut company.outbox, &mut company.truth, place, movement, product, at);
    }
    write_levels(company, at);
}

/// Tells the level of every place that changed since last time, and lets the planners learn from the day.
pub(super) fn write_levels(company: &mut Company, at: Instant) {
    let opening = company.plan.from.start();
    for place in company.stock.places() {
        let is_changed = company.stock.level(place).is_changed;
        let level = company.stock.level_mut(place);
        level.is_changed = false;
        learn(level);
        if !is_changed {
            continue;
        }
        let change = if level.is_told { Change::Revision { was: 0 } } else { Change::First };
        level.is_told = true;
        let level = *level;
        company
            .outbox
            .record(Version { table: Table::InventoryLevels, anchor: opening, at, sequence: 0, change })
            .key("sku", Catalogue::sku(place.product))
            .text("warehouse", WAREHOUSES[place.warehouse])
            .instant("counted_at", at)
            .whole("on_hand", level.on_hand)
            .whole("available", level.available())
            .whole("reserved", level.reserved)
            .whole("incoming", level.incoming)
            .whole("reorder_point", level.reorder_point)
            .send();
    }
}

/// Moves the mean towards what the day asked for; a day that ran out tells too little and counts only when it is more.
fn learn(level: &mut Level) {
    let asked = std::mem::take(&mut level.asked_today) * 1_000;
    if !std::mem::take(&mut level.ran_out_today) || asked > level.mean_milli {
        level.mean_milli += (asked - level.mean_milli) / 28;
    }
}

/// A count of some shelves finds units gone or broken, never those that are promised.
pub(super) fn count(company: &mut Company, at: Instant) {
    for place in company.stock.places() {
        let available = company.stock.level(place).available();
        if available < 5 || !company.dice.stock.per_mille(8) {
            continue;
        }
        let units = -company.dice.stock.between(1, (available / 10).clamp(1, 12));
        let found = company.dice.stock.per_mille(250);
        let movement = Movement {
            kind: if found { "adjustment" } else { "write_off" },
            units: if found { -units } else { units },
            document: Key("COUNT-", u64::try_from(company.day.0).unwrap_or(0)),
            reason: Some(if found { "found in count" } else { "missing or broken" }),
        };
        let product = &company.catalogue.products[place.product];
        company.stock.move_units(&mut company.outbox, &mut company.truth, place, movement, product, at);
    }
}

/// Writes down the spans without stock that are open when the period ends.
pub(super) fn close(company: &mut Company) {
    for place in company.stock.places() {
        let product = &company.catalogue.products[place.product];
        company.stock.end_stockout(&mut company.truth, place, product, None);
    }
}
