//! True demand made up for tests that may need no files: items of very different rates, closed weekdays, a level that wanders, a season.

use super::super::casts::real;
use super::super::chance::Chance;

/// How demand is made up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SyntheticDemand {
    /// Series.
    pub items: usize,
    /// Days of the longest.
    pub days: usize,
    /// The same seed makes the same.
    pub seed: u64,
}

/// Daily demand of each item, in units; all series end on the same day, a third of them start later.
pub fn synthetic_demand(made: &SyntheticDemand) -> Vec<Vec<f64>> {
    (0..made.items).map(|item| series(made, item)).collect()
}

fn series(made: &SyntheticDemand, item: usize) -> Vec<f64> {
    let mut chance = Chance::new(made.seed, u64::try_from(item).unwrap_or(0));
    let mean = 4.0 * (1.1 * chance.normal()).exp();
    let size = 0.15 + chance.gamma(0.8);
    let days = if item.is_multiple_of(3) { made.days - chance.below(made.days / 3 + 1) } else { made.days };
    let season = 0.25 * chance.uniform();
    let mut level: f64 = 0.0;
    (0..days)
        .map(|day| {
            level = 0.995 * level + 0.05 * chance.normal();
            let weekday = if (day + made.days - days) % 7 == 6 { 0.0 } else { 7.0 / 6.0 };
            let wave = 1.0 + season * (std::f64::consts::TAU * real(day + made.days - days) / 182.0).sin();
            chance.negative_binomial(mean * level.exp() * weekday * wave, size)
        })
        .collect()
}
