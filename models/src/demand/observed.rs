//! A history as methods see it: cleaned, from its first sale to the day before the origin, with what stock held down marked. Knows no method.

use super::numbers::{after, day_number, place, to_f64};
use super::{Ask, DayStock, DemandSeries};

/// Units a day beyond it are held there.
const MOST_UNITS: f64 = 1e12;

/// A cleaned history.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The number of the day of the first of `units`.
    pub first: i32,
    /// Units a day, 0 or more; 0 where not seen.
    pub units: Vec<f64>,
    /// Whether the units of the day say anything.
    pub seen: Vec<bool>,
    /// Whether the units of the day are a lower bound.
    pub bound: Vec<bool>,
    /// Days known before the first sale.
    pub waited_days: usize,
    /// Share of days whose sales were held down by stock.
    pub censored_share: f64,
}

impl Observed {
    /// Of `series` before the origin of `ask`, from the first day with sales on.
    pub fn of(series: &DemandSeries, ask: &Ask) -> Self {
        let first = day_number(series.first_day);
        let days = series.units.len().min(place(day_number(ask.origin), first));
        let units = &series.units[..days];
        let start = units.iter().position(|units| units.is_finite() && *units > 0.0).unwrap_or(days);
        let stock = |day: usize| series.stock.get(day).copied().unwrap_or(DayStock::Open);
        let kept = start..days;
        let held = kept.clone().filter(|day| stock(*day) != DayStock::Open).count();
        Self {
            first: after(first, start),
            units: units[start..]
                .iter()
                .map(|units| if units.is_finite() { units.clamp(0.0, MOST_UNITS) } else { 0.0 })
                .collect(),
            seen: kept.clone().map(|day| units[day].is_finite() && stock(day) != DayStock::Unavailable).collect(),
            bound: kept.map(|day| stock(day) == DayStock::SoldOut).collect(),
            waited_days: start,
            censored_share: if days > start { to_f64(held) / to_f64(days - start) } else { 0.0 },
        }
    }

    /// Days from the first sale on.
    pub fn days(&self) -> usize {
        self.units.len()
    }

    /// Days whose units say something, with their place.
    pub fn seen_days(&self) -> impl DoubleEndedIterator<Item = (usize, f64)> + '_ {
        self.units.iter().copied().enumerate().filter(|(place, _)| self.seen[*place])
    }

    /// Units of the days that say something, in order.
    pub fn seen_units(&self) -> Vec<f64> {
        self.seen_days().map(|(_, units)| units).collect()
    }

    /// Days with demand.
    pub fn selling_days(&self) -> usize {
        self.seen_days().filter(|(_, units)| *units > 0.0).count()
    }
}
