//! Which article a customer asks for on a day: popularity, season, kind of demand and promotions, made into one table of weights a day.

use super::catalogue::{Catalogue, Demand, Product};
use super::chance::Chance;
use super::instant::Day;
use super::markets::Channel;
use super::pricing::Promotions;

/// Weights of a day.
#[derive(Debug, Clone, Default)]
pub(super) struct Pull {
    /// Sum of the weights up to each article.
    sums: Vec<u64>,
}

impl Pull {
    /// Makes the weights of `day`.
    pub(super) fn turn_to(&mut self, chance: &mut Chance, day: Day, catalogue: &Catalogue, promotions: &Promotions) {
        self.sums.clear();
        let mut sum = 0;
        for product in &catalogue.products {
            let promoted = if promotions.on(product.category, day.start()).is_some() { 1_700 } else { 1_000 };
            sum +=
                product.popularity * product.season.share(day) / 1_000 * today(chance, product.demand) / 1_000 * promoted / 1_000;
            self.sums.push(sum);
        }
    }

    /// An article, in proportion to the weights; none when there is none.
    pub(super) fn choose(&self, chance: &mut Chance) -> Option<usize> {
        let total = *self.sums.last()?;
        if total == 0 {
            return None;
        }
        let drawn = chance.between(0, i64::try_from(total).unwrap_or(i64::MAX) - 1) as u64;
        Some(self.sums.partition_point(|sum| *sum <= drawn))
    }
}

/// What kind of day it is for an article, in thousandths of its usual one.
fn today(chance: &mut Chance, demand: Demand) -> u64 {
    match demand {
        Demand::Smooth => 1_000,
        Demand::Erratic => chance.between(100, 1_900) as u64,
        Demand::Intermittent => u64::from(chance.per_mille(300)) * 3_333,
        Demand::Lumpy => u64::from(chance.per_mille(120)) * 8_333,
    }
}

/// How many units a line asks for.
pub(super) fn quantity(chance: &mut Chance, product: &Product, channel: Channel) -> i64 {
    let units = match product.demand {
        Demand::Smooth => chance.geometric(250, 4),
        Demand::Erratic => chance.geometric(450, 8),
        Demand::Intermittent => chance.geometric(250, 4),
        Demand::Lumpy => chance.between(1, 9) as u32,
    };
    i64::from(units) * if channel == Channel::Wholesale { chance.between(2, 8) } else { 1 }
}
