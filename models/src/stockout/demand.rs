//! Demand of the coming days: a negative binomial each day, and a level that is itself uncertain and common to all days of a path. Knows
//! nothing of stock on hand or orders.

use super::HORIZON_DAYS;
use super::casts::{real, whole};
use super::censoring::{Moments, Weighted, moments};
use super::history::{Observed, StockHistory};

/// A level that is known as badly as one event in a time without any (Jeffreys' prior of a Poisson rate).
const LEAST_LEVEL_SHAPE: f64 = 0.5;
/// Days of the week are drawn towards their mean as if by that many weeks alike.
const ALIKE_WEEKS: f64 = 4.0;

/// With a larger share of sold-out days nobody knows how much more would have been sold.
const MOST_CENSORED: f64 = 0.8;

/// How demand is learnt from a history. The defaults were chosen on the earlier origins of the simulation (`Span::Earlier`), never on those
/// that are reported.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DemandSettings {
    /// A day that is so old counts half, one twice as old a third, and so on: demand remembers both its last weeks and its last year.
    pub half_after_days: f64,
    /// Days beyond which nothing counts.
    pub window_days: usize,
    /// A day counts at most as that many usual days with sales: one wholesale order is not the item's demand.
    pub most_usual_sales: f64,
    /// Relative variance of the level of the coming month against the past's, beside what comes of having seen few days.
    pub level_drift: f64,
}

impl Default for DemandSettings {
    fn default() -> Self {
        Self { half_after_days: 14.0, window_days: 365, most_usual_sales: 5.0, level_drift: 0.1 }
    }
}

/// Mean and variance of the demand of one day at the expected level.
pub type DayDemand = (f64, f64);

/// Demand of the next [`HORIZON_DAYS`] days.
#[derive(Debug, Clone, PartialEq)]
pub struct DailyDemand {
    pub(super) days: [DayDemand; HORIZON_DAYS],
    /// Relative variance of the common level.
    pub(super) level_variance: f64,
    /// Days that said something of demand.
    pub(super) days_observed: usize,
    /// The share of them that sold out.
    pub(super) censored_share: f64,
    pub(super) method: &'static str,
    pub(super) fallback: Option<&'static str>,
    /// Whether anything at all is known of demand.
    pub(super) known: bool,
}

impl DailyDemand {
    /// From sales and stock: weights by age, lower bounds where an item sold out, the shape of its week.
    pub fn of_history(history: &StockHistory, settings: &DemandSettings) -> Self {
        let observed = history.observed().into_iter().filter(|day| day.age_days < settings.window_days).collect::<Vec<_>>();
        let weighted = weigh(&observed, settings);
        let Some(moments) = moments(&weighted) else { return Self::unknown("no day with stock to sell: demand is unknown") };
        let weight = weighted.iter().map(|day| day.weight).sum::<f64>();
        let effective_days = weight * weight / weighted.iter().map(|day| day.weight * day.weight).sum::<f64>();
        let mut demand = if moments.mean > 0.0 {
            Self::of_moments(moments, &week(&observed, &weighted, moments), effective_days, settings.level_drift)
        } else {
            Self::of_silence(effective_days)
        };
        demand.days_observed = observed.len();
        demand.censored_share = real(observed.iter().filter(|day| day.at_least).count()) / real(observed.len());
        demand.fallback = demand
            .fallback
            .or((observed.len() < HORIZON_DAYS).then_some("fewer days seen than the horizon has"))
            .or((demand.censored_share > MOST_CENSORED)
                .then_some("nearly every day sold out: demand is little more than a lower bound"));
        demand
    }

    /// From a demand forecast: mean and variance of each coming day (the last one stands for those beyond it), and the relative variance of
    /// the level that they share.
    pub fn of_days(days: &[DayDemand], level_uncertainty: f64) -> Self {
        let sound = |(mean, variance): &DayDemand| mean.is_finite() && *mean >= 0.0 && variance.is_finite();
        if days.is_empty() || !days.iter().all(sound) {
            return Self::unknown("the demand forecast has days without a number");
        }
        let day = |position: usize| days[position.min(days.len() - 1)];
        Self {
            days: std::array::from_fn(|position| (day(position).0, day(position).1.max(day(position).0))),
            level_variance: bounded_level(level_uncertainty),
            days_observed: days.len(),
            censored_share: 0.0,
            method: "demand forecast and lateness, simulated",
            fallback: (days.len() < HORIZON_DAYS).then_some("the demand forecast ends before the horizon: its last day goes on"),
            known: true,
        }
    }

    /// Mean demand of a day over the horizon, at the expected level.
    pub fn mean_a_day(&self) -> f64 {
        self.days.iter().map(|(mean, _)| mean).sum::<f64>() / real(HORIZON_DAYS)
    }

    /// Mean variance of a day over the horizon, at the expected level.
    pub fn variance_a_day(&self) -> f64 {
        self.days.iter().map(|(_, variance)| variance).sum::<f64>() / real(HORIZON_DAYS)
    }

    /// The relative variance of the level that all days share.
    pub fn level_variance(&self) -> f64 {
        self.level_variance
    }

    pub(super) fn unknown(why: &'static str) -> Self {
        Self {
            days: [(0.0, 0.0); HORIZON_DAYS],
            level_variance: 1.0 / LEAST_LEVEL_SHAPE,
            days_observed: 0,
            censored_share: 0.0,
            method: "abstained: a general rate of running out",
            fallback: Some(why),
            known: false,
        }
    }

    fn of_moments(moments: Moments, week: &[f64; 7], effective_days: f64, drift: f64) -> Self {
        let Moments { mean, variance } = moments;
        let between = week.iter().map(|share| (mean * (share - 1.0)).powi(2)).sum::<f64>() / 7.0;
        let excess = (variance - between - mean).max(0.0) / (mean * mean);
        let day = |position: usize| {
            // The day after the last is of the weekday that was 6 days before the last.
            let mean = mean * week[6 - position % 7];
            (mean, mean + excess * mean * mean)
        };
        Self {
            days: std::array::from_fn(day),
            level_variance: bounded_level(drift + variance / (mean * mean * effective_days)),
            days_observed: 0,
            censored_share: 0.0,
            method: "censored negative binomial and lateness, simulated",
            fallback: None,
            known: true,
        }
    }

    /// Nothing was ever asked for: the next unit is as likely as half an event in that time.
    fn of_silence(effective_days: f64) -> Self {
        let mean = LEAST_LEVEL_SHAPE / effective_days.max(1.0);
        Self {
            days: [(mean, mean); HORIZON_DAYS],
            level_variance: 1.0 / LEAST_LEVEL_SHAPE,
            days_observed: 0,
            censored_share: 0.0,
            method: "no demand seen: Jeffreys' rate, simulated",
            fallback: Some("no demand was ever seen"),
            known: true,
        }
    }
}

/// Days by age, none above the most that counts.
fn weigh(observed: &[Observed], settings: &DemandSettings) -> Vec<Weighted> {
    let half_after_days = if settings.half_after_days > 0.0 { settings.half_after_days } else { 1.0 };
    let weight = |day: &Observed| 1.0 / (1.0 + real(day.age_days) / half_after_days);
    let selling = || observed.iter().filter(|day| day.sold > 0.0);
    let usual =
        selling().map(|day| weight(day) * day.sold).sum::<f64>() / selling().map(weight).sum::<f64>().max(f64::MIN_POSITIVE);
    let most = (usual * settings.most_usual_sales).max(1.0);
    observed.iter().map(|day| Weighted { sold: day.sold.min(most), at_least: day.at_least, weight: weight(day) }).collect()
}

/// The share of each weekday in the mean, by age modulo 7, from the days that were fully served.
fn week(observed: &[Observed], weighted: &[Weighted], moments: Moments) -> [f64; 7] {
    let (mut sold, mut weights) = ([0.0; 7], [0.0; 7]);
    for (day, with) in observed.iter().zip(weighted) {
        let expected = if day.at_least { with.sold.max(moments.mean) } else { with.sold };
        sold[day.age_days % 7] += with.weight * expected;
        weights[day.age_days % 7] += with.weight;
    }
    let raw: [f64; 7] =
        std::array::from_fn(|weekday| (sold[weekday] / moments.mean + ALIKE_WEEKS) / (weights[weekday] + ALIKE_WEEKS));
    let mean = raw.iter().sum::<f64>() / 7.0;
    raw.map(|share| if mean > 0.0 && mean.is_finite() { share / mean } else { 1.0 })
}

fn bounded_level(variance: f64) -> f64 {
    if variance.is_finite() { variance.clamp(0.0, 1.0 / LEAST_LEVEL_SHAPE) } else { 1.0 / LEAST_LEVEL_SHAPE }
}

/// Levels of `count` paths, of mean 1 and the given variance: a gamma's quantiles at even steps (Wilson and Hilferty 1931).
pub(super) fn levels(variance: f64, count: usize) -> Vec<f64> {
    if variance <= 0.0 || count == 0 {
        return vec![1.0; count];
    }
    let quantile = |path: usize| {
        let deviations = -std::f64::consts::SQRT_2 * statrs::function::erf::erfc_inv(2.0 * (real(path) + 0.5) / real(count));
        (1.0 - variance / 9.0 + deviations * variance.sqrt() / 3.0).max(0.0).powi(3)
    };
    let raw = (0..count).map(quantile).collect::<Vec<_>>();
    let mean = raw.iter().sum::<f64>() / real(count);
    raw.iter().map(|level| level / mean).collect()
}

/// The path whose level is drawn `position`-th: steps of the golden ratio through the levels, so that neighbours differ.
pub(super) fn uniform_of(position: usize, shift: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let at = real(position) * GOLDEN + shift;
    at - real(whole(at))
}

#[cfg(test)]
mod tests {
    use super::super::history::StockDay;
    use super::*;
    use proptest::prelude::*;

    fn sold(days: &[f64]) -> StockHistory {
        StockHistory::of_sales(days)
    }

    #[test]
    fn a_closed_weekday_is_learnt() {
        let days = (0..140).map(|day| if day % 7 == 2 { 0.0 } else { 7.0 }).collect::<Vec<_>>();
        let demand = DailyDemand::of_history(&sold(&days), &DemandSettings::default());
        // Day 140 is of weekday 0, so day 142 is the closed one.
        assert!(demand.days[2].0 < 3.0 && demand.days[3].0 > 6.5, "{:?}", &demand.days[..7]);
        assert!((demand.mean_a_day() - 6.0).abs() < 0.2);
    }

    #[test]
    fn selling_out_is_not_a_lack_of_demand() {
        let day = |position: usize| if position.is_multiple_of(2) { (0.0, 0.0, 0.0) } else { (4.0, 4.0, 0.0) };
        let days = (0..80).map(day).map(|(sold, opening, closing)| StockDay { sold, opening, closing }).collect();
        let demand = DailyDemand::of_history(&StockHistory { days }, &DemandSettings::default());
        assert!(demand.mean_a_day() >= 4.0 && demand.censored_share == 1.0 && demand.days_observed == 40);
    }

    #[test]
    fn thin_or_missing_histories_are_labelled() {
        let settings = DemandSettings::default();
        assert!(!DailyDemand::of_history(&sold(&[]), &settings).known);
        assert!(!DailyDemand::of_days(&[(f64::NAN, 1.0)], 0.1).known);
        assert!(DailyDemand::of_history(&sold(&[0.0; 60]), &settings).mean_a_day() > 0.0);
        assert!(DailyDemand::of_history(&sold(&[3.0]), &settings).fallback.is_some());
        assert!(DailyDemand::of_days(&[(2.0, 3.0); 7], 0.1).fallback.is_some());
    }

    #[test]
    fn levels_have_the_variance_asked_for() {
        for variance in [0.05, 0.3, 1.0] {
            let levels = levels(variance, 2_000);
            let found = levels.iter().map(|level| (level - 1.0).powi(2)).sum::<f64>() / 2_000.0;
            assert!((found / variance - 1.0).abs() < 0.1, "{found} for {variance}");
        }
    }

    proptest! {
        #[test]
        fn any_history_gives_finite_days(days in prop::collection::vec(prop_oneof![Just(f64::NAN), Just(1e15), Just(-3.0), 0.0..50.0], 0..60)) {
            let demand = DailyDemand::of_history(&sold(&days), &DemandSettings::default());
            prop_assert!(demand.days.iter().all(|(mean, variance)| mean.is_finite() && variance.is_finite() && *mean >= 0.0 && variance >= mean));
            prop_assert!(demand.level_variance.is_finite());
        }
    }
}
