//! A stock-out forecast: what is said of an item at a location, and what makes it a probability to be believed. Knows no paths.

use super::HORIZON_DAYS;
use crate::confidence::Confidence;

/// Chances are held that far from certainty: no model of the coming weeks knows better.
pub const LEAST_CHANCE: f64 = 0.001;

/// Chances of having run out by day 1, 2 … of the horizon.
pub type ByDay = [f64; HORIZON_DAYS];

/// What is said of a stock.
#[derive(Debug, Clone, PartialEq)]
pub struct StockoutForecast {
    /// P(nothing available at the end of a day, by day h), with the open orders arriving as they may; never falls with h.
    pub probability: ByDay,
    /// The same with nothing arriving.
    pub without_orders: ByDay,
    /// The same with the open orders and the suggested one, ordered today.
    pub with_suggestion: ByDay,
    /// P(nothing available before the first open order arrives, within the horizon).
    pub before_next_receipt: f64,
    /// Day by which the chance reaches a tenth, from 1; none when it does not within the horizon.
    pub day_p10: Option<u32>,
    /// Day by which it reaches a half.
    pub day_p50: Option<u32>,
    /// Day by which it reaches nine tenths.
    pub day_p90: Option<u32>,
    /// Units expected to be asked for and not there within the horizon.
    pub expected_lost_units: f64,
    /// Their margin.
    pub margin_at_risk: Option<f64>,
    /// Days from today on which an order must be placed at the latest to hold the service level; 0 is today, or too late already; none when
    /// stock and open orders hold it over the horizon.
    pub latest_order_in_days: Option<u32>,
    /// Units to order for the service level over lead time and review; 0 when stock and open orders hold it.
    pub suggested_units: f64,
    /// Days that said something of demand.
    pub days_observed: usize,
    /// The share of them that sold out.
    pub censored_share: f64,
    /// How it was come by.
    pub method: &'static str,
    /// What was missing, and what stood in for it.
    pub fallback: Option<&'static str>,
    /// How far it is to be trusted.
    pub confidence: Confidence,
    /// Whether the chances were calibrated on matured forecasts; a cold start is not.
    pub calibrated: bool,
    /// Whether a calibration may still change the chances: not those of an abstention, nor of a stock that has run out.
    pub(super) may_be_calibrated: bool,
}

impl StockoutForecast {
    /// Reads the dates off the chances again, after they were changed.
    pub(super) fn read_dates(&mut self) {
        self.day_p10 = first_day(&self.probability, 0.1);
        self.day_p50 = first_day(&self.probability, 0.5);
        self.day_p90 = first_day(&self.probability, 0.9);
    }
}

/// Chances that are numbers, never certain, and never fall from day to day.
pub(super) fn sound(by_day: &ByDay) -> ByDay {
    let mut most: f64 = LEAST_CHANCE;
    by_day.map(|chance| {
        most = most.max(if chance.is_nan() { 0.5 } else { chance.clamp(LEAST_CHANCE, 1.0 - LEAST_CHANCE) });
        most
    })
}

/// The first day, from 1, by which the chance reaches `level`.
fn first_day(by_day: &ByDay, level: f64) -> Option<u32> {
    by_day.iter().position(|chance| *chance >= level).and_then(|day| u32::try_from(day + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_never_certain_and_never_fall() {
        let mut wild = [0.3; HORIZON_DAYS];
        (wild[3], wild[4], wild[9], wild[10]) = (f64::NAN, 0.1, 1.0, -2.0);
        let sound = sound(&wild);
        assert!(sound.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(sound.iter().all(|chance| (LEAST_CHANCE..=1.0 - LEAST_CHANCE).contains(chance)));
        assert_eq!((first_day(&sound, 0.4), first_day(&sound, 0.9995)), (Some(4), None));
    }
}
