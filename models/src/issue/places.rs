//! Daily series of articles at places, from frames that tell only the days on which something was. Knows no model.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};

use crate::demand::{DayStock, DemandSeries};
use crate::frame::{Frame, days_of};
use crate::model::{Given, ModelError};

/// Series longer than this begin later: older days say little of those to come.
const MOST_DAYS: i32 = 1_461;

/// An article at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) sku: String,
    pub(super) location: String,
}

/// Demand by place, each from its first day with demand to the day before the origin, days without a row as zeros.
pub(super) fn demand(given: &Given<'_>) -> Result<BTreeMap<Place, DemandSeries>, ModelError> {
    let frame = Frame::of(given, "daily_demand")?;
    let (skus, locations, days) = (frame.texts("sku")?, frame.texts("location")?, frame.days("day")?);
    let (units, prices) = (frame.numbers("units")?, frame.numbers("mean_price")?);
    let mut told: BTreeMap<Place, Vec<(NaiveDate, f64, f64)>> = BTreeMap::new();
    let earliest = given.origin - TimeDelta::days(i64::from(MOST_DAYS));
    for (row, (sku, location)) in skus.into_iter().zip(locations).enumerate() {
        let Some(day) = days[row].filter(|day| *day < given.origin && *day >= earliest) else { continue };
        told.entry(Place { sku, location }).or_default().push((day, units[row], prices[row]));
    }
    Ok(told.into_iter().filter_map(|(place, told)| Some((place, series(&told, given.origin)?))).collect())
}

fn series(told: &[(NaiveDate, f64, f64)], origin: NaiveDate) -> Option<DemandSeries> {
    let first_day = told.iter().map(|(day, ..)| *day).min()?;
    let length = between(first_day, origin)?;
    let (mut units, mut prices) = (vec![0.0; length], vec![f64::NAN; length]);
    for (day, asked, price) in told {
        let index = between(first_day, *day)?;
        if let Some(unit) = units.get_mut(index) {
            *unit += if asked.is_finite() { asked.max(0.0) } else { 0.0 };
            prices[index] = *price;
        }
    }
    Some(DemandSeries { first_day, units, stock: Vec::new(), prices })
}

/// What was available at the end of each day, from the first day that was told to the day before the origin.
#[derive(Debug)]
pub(super) struct Closings {
    pub(super) first: NaiveDate,
    pub(super) available: Vec<f64>,
}

impl Closings {
    /// At the end of `day`; none outside the days that are known.
    pub(super) fn on(&self, day: NaiveDate) -> Option<f64> {
        between(self.first, day).and_then(|index| self.available.get(index)).copied()
    }
}

/// What was available, by place. A day that nothing was told of is as the day before.
pub(super) fn closings(given: &Given<'_>) -> Result<BTreeMap<Place, Closings>, ModelError> {
    let frame = Frame::of(given, "stock_days")?;
    let (skus, locations) = (frame.texts("sku")?, frame.texts("location")?);
    let (days, available) = (frame.days("day")?, frame.numbers("available")?);
    let mut told: BTreeMap<Place, BTreeMap<NaiveDate, f64>> = BTreeMap::new();
    for (row, (sku, location)) in skus.into_iter().zip(locations).enumerate() {
        let Some(day) = days[row].filter(|day| *day < given.origin) else { continue };
        told.entry(Place { sku, location }).or_default().insert(day, available[row]);
    }
    Ok(told.into_iter().filter_map(|(place, told)| Some((place, carried(told, given.origin)?))).collect())
}

fn carried(told: BTreeMap<NaiveDate, f64>, origin: NaiveDate) -> Option<Closings> {
    let first = *told.keys().next()?;
    let mut told = told.into_iter().peekable();
    let mut last = 0.0;
    let days = first.iter_days().take(between(first, origin)?);
    let available = days.map(|day| {
        while let Some((_, available)) = told.next_if(|(told, _)| *told <= day) {
            last = available;
        }
        last
    });
    Some(Closings { first, available: available.collect() })
}

/// Whether more may have been asked for than was there, on each day of `series`: days of which nothing is known count as open.
pub(super) fn stock_of(series: &DemandSeries, closings: Option<&Closings>) -> Vec<DayStock> {
    let Some(closings) = closings else { return Vec::new() };
    let stock = |(day, units): (NaiveDate, &f64)| {
        let before = day.pred_opt().and_then(|before| closings.on(before));
        match (before, closings.on(day)) {
            (_, Some(after)) if after <= 0.0 && *units > 0.0 => DayStock::SoldOut,
            (Some(before), Some(after)) if before <= 0.0 && after <= 0.0 => DayStock::Unavailable,
            _ => DayStock::Open,
        }
    };
    series.first_day.iter_days().zip(&series.units).map(stock).collect()
}

/// Days from `first` to `day`; none when it is before.
pub(super) fn between(first: NaiveDate, day: NaiveDate) -> Option<usize> {
    usize::try_from(days_of(day) - days_of(first)).ok()
}
