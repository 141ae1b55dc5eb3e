//! What the company sells and from whom: articles with list price, cost, season and kind of demand; suppliers with lead time and lateness.

use super::chance::Chance;
use super::instant::{Day, Instant};
use super::money::{Currency, per_mille, rounded};
use super::outbox::Outbox;
use super::plan::Plan;
use super::record::{Key, Version};
use super::table::Table;
use super::truth::{Sheet, Truth};
use super::words;

/// How demand comes (Syntetos and Boylan's four kinds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    Smooth,
    Erratic,
    Intermittent,
    Lumpy,
}

impl Demand {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Smooth => "smooth",
            Self::Erratic => "erratic",
            Self::Intermittent => "intermittent",
            Self::Lumpy => "lumpy",
        }
    }
}

/// When in the year an article sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Season {
    Flat,
    Summer,
    Winter,
    Christmas,
}

impl Season {
    fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Summer => "summer",
            Self::Winter => "winter",
            Self::Christmas => "christmas",
        }
    }

    /// Its demand on `day` in thousandths of its year's average; straight lines between the middles of months.
    pub(super) fn share(self, day: Day) -> u64 {
        let months: [u64; 12] = match self {
            Self::Flat => [1_000; 12],
            Self::Summer => [400, 500, 800, 1_200, 1_600, 1_800, 1_800, 1_500, 1_000, 600, 400, 400],
            Self::Winter => [1_700, 1_500, 1_100, 800, 500, 400, 400, 500, 900, 1_200, 1_400, 1_600],
            Self::Christmas => [500, 600, 700, 700, 700, 700, 700, 800, 900, 1_300, 2_000, 2_400],
        };
        let (month, date) = day.month_and_day();
        let (month, date) = (month as usize - 1, u64::from(date));
        let (before, after, steps) =
            if date < 15 { ((month + 11) % 12, month, date + 15) } else { (month, (month + 1) % 12, date - 15) };
        (months[before] * (30 - steps.min(30)) + months[after] * steps.min(30)) / 30
    }
}

/// An article.
#[derive(Debug, Clone)]
pub(super) struct Product {
    pub(super) name: String,
    pub(super) category: usize,
    subcategory: usize,
    brand: usize,
    pub(super) supplier: usize,
    /// Cents of a euro.
    pub(super) list_cents: i64,
    pub(super) cost_cents: i64,
    pub(super) grams: i64,
    pub(super) pack: i64,
    pub(super) demand: Demand,
    pub(super) season: Season,
    /// Weight among all articles.
    pub(super) popularity: u64,
}

/// A supplier.
#[derive(Debug, Clone)]
pub(super) struct Supplier {
    pub(super) name: String,
    pub(super) country: &'static str,
    pub(super) currency: Currency,
    pub(super) lead_days: i64,
    pub(super) late_per_mille: u32,
}

/// All articles and suppliers.
#[derive(Debug, Clone)]
pub(super) struct Catalogue {
    pub(super) products: Vec<Product>,
    pub(super) suppliers: Vec<Supplier>,
    chance: Chance,
}

impl Catalogue {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut chance = Chance::new(plan.seed, 2);
        let supplier_count = (plan.skus / 30).clamp(4, 400) as usize;
        let suppliers = (0..supplier_count).map(|number| supplier(&mut chance, number)).collect::<Vec<_>>();
        let products = (0..plan.skus as usize).map(|number| product(&mut chance, number, supplier_count)).collect();
        Self { products, suppliers, chance }
    }

    /// The article code of product `index`.
    pub(super) fn sku(index: usize) -> Key {
        Key("SKU-", index as u64 + 1_001)
    }

    /// The identifier of supplier `index`.
    pub(super) fn supplier_id(index: usize) -> Key {
        Key("V", index as u64 + 501)
    }

    /// Tells all of it, as of `at`.
    pub(super) fn tell(&self, outbox: &mut Outbox, truth: &mut Truth, at: Instant) {
        for (index, supplier) in self.suppliers.iter().enumerate() {
            let email = format!("orders@{}.example", Self::supplier_id(index).to_string().to_lowercase());
            outbox
                .record(Version::first(Table::Suppliers, at))
                .key("supplier_id", Self::supplier_id(index))
                .text("name", supplier.name.as_str())
                .text("email", email.as_str())
                .text("country", supplier.country)
                .currency(supplier.currency)
                .text("status", "active")
                .send();
        }
        for (index, product) in self.products.iter().enumerate() {
            product.tell(outbox, index, Version::first(Table::Products, at));
            let (demand, season) = (product.demand.name(), product.season.name());
            truth.row(Sheet::Products, &[&Self::sku(index), &demand, &season, &product.popularity]);
        }
    }

    /// Suppliers raise prices now and then, and list prices follow, once in a while a few weeks late.
    pub(super) fn change_prices(&mut self, outbox: &mut Outbox, anchor: Instant, at: Instant) {
        for index in 0..self.products.len() {
            if !self.chance.per_million(10_000) {
                continue;
            }
            let change = self.chance.between(-30, 70);
            let product = &mut self.products[index];
            product.cost_cents = (product.cost_cents + per_mille(product.cost_cents, change)).max(1);
            product.list_cents = pleasant(product.list_cents + per_mille(product.list_cents, change)).max(product.cost_cents + 1);
            let version = Version::revision(Table::Products, anchor, at, 0);
            self.products[index].tell(outbox, index, version);
        }
    }
}

impl Product {
    fn tell(&self, outbox: &mut Outbox, index: usize, version: Version) {
        let (category, subcategories, _) = words::CATEGORIES[self.category];
        outbox
            .record(version)
            .key("sku", Catalogue::sku(index))
            .text("name", self.name.as_str())
            .text("kind", "product")
            .text("category", category)
            .text("subcategory", subcategories[self.subcategory])
            .text("brand", words::BRANDS[self.brand])
            .key("supplier_id", Catalogue::supplier_id(self.supplier))
            .text("unit", "piece")
            .money("list_price", self.list_cents, Currency::Eur)
            .money("cost_price", self.cost_cents, Currency::Eur)
            .currency(Currency::Eur)
            .weight("weight", self.grams)
            .text("status", "active")
            .send();
    }
}

fn supplier(chance: &mut Chance, number: usize) -> Supplier {
    let (country, currency) = *chance.pick(&[
        ("Portugal", Currency::Eur),
        ("Poland", Currency::Eur),
        ("Italy", Currency::Eur),
        ("United Kingdom", Currency::Gbp),
        ("Vietnam", Currency::Usd),
        ("India", Currency::Usd),
        ("Japan", Currency::Jpy),
    ]);
    let far = matches!(country, "Vietnam" | "India" | "Japan");
    let word = words::SUPPLIER_WORDS[number % words::SUPPLIER_WORDS.len()];
    Supplier {
        name: if number < words::SUPPLIER_WORDS.len() { format!("{word} Works") } else { format!("{word} Works {}", number + 1) },
        country,
        currency,
        lead_days: if far { chance.between(18, 32) } else { chance.between(5, 14) },
        late_per_mille: *chance.pick(&[50, 80, 120, 150, 200, 350]),
    }
}

fn product(chance: &mut Chance, number: usize, suppliers: usize) -> Product {
    let category = chance.index(words::CATEGORIES.len());
    let (name, _, things) = words::CATEGORIES[category];
    let demand = [Demand::Smooth, Demand::Erratic, Demand::Intermittent, Demand::Lumpy][chance.weighted(&[35, 20, 30, 15])];
    let season = match name {
        "Garden" | "Outdoor" => [Season::Summer, Season::Flat][chance.weighted(&[80, 20])],
        "Gifts" => [Season::Christmas, Season::Flat][chance.weighted(&[80, 20])],
        "Living" | "Bath" => [Season::Winter, Season::Flat][chance.weighted(&[40, 60])],
        _ => Season::Flat,
    };
    let list_cents =
        pleasant(*chance.pick(&[390, 690, 990, 1_290, 1_990, 2_490, 3_990, 5_990, 8_990, 14_990]) + chance.between(0, 400));
    // Popularity falls with rank; slow kinds of demand are slow articles.
    let rank = chance.between(1, 1_000) as u64;
    let slow = if matches!(demand, Demand::Intermittent | Demand::Lumpy) { 5 } else { 1 };
    Product {
        name: format!("{} {} {}", capital(chance.pick::<&str>(&words::MATERIALS)), *chance.pick(&things), number + 1),
        category,
        subcategory: chance.index(2),
        brand: chance.index(words::BRANDS.len()),
        supplier: chance.index(suppliers),
        list_cents,
        cost_cents: per_mille(list_cents, chance.between(380, 560)),
        grams: chance.between(80, 4_000),
        pack: *chance.pick(&[1, 6, 10, 12, 24]),
        demand,
        season,
        popularity: (1_000_000 / (rank + 60) / slow).max(1),
    }
}

/// A price as shops write it: ending in 90 cents, or in 9 when small.
fn pleasant(cents: i64) -> i64 {
    if cents < 1_000 { rounded(cents, 10) * 10 - 1 } else { rounded(cents, 100) * 100 - 10 }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
