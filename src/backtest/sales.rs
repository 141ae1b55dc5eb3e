//! Sales by item and day, from lines in any order to series without gaps. Knows no file.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use quarterdeck_models::demand::DemandSeries;

/// Units and value sold, by item and day.
#[derive(Debug, Default)]
pub(crate) struct DailySales {
    items: BTreeMap<String, BTreeMap<NaiveDate, (f64, f64)>>,
    lines: BTreeMap<NaiveDate, usize>,
}

/// A shop's items, by key, with their daily sales up to the day before `end`.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) items: Vec<(String, DemandSeries)>,
    /// The first day of which nothing is known.
    pub(crate) end: NaiveDate,
    pub(crate) holidays: Vec<NaiveDate>,
}

impl DailySales {
    pub(crate) fn add(&mut self, item: &str, day: NaiveDate, units: f64, value: f64) {
        *self.lines.entry(day).or_default() += 1;
        if !self.items.contains_key(item) {
            self.items.insert(item.to_owned(), BTreeMap::new());
        }
        if let Some(days) = self.items.get_mut(item) {
            let sold = days.entry(day).or_default();
            *sold = (sold.0 + units, sold.1 + value);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Series from each item's first sale on. A last day with less than a third of the lines of a middling day is half a day and left out.
    pub(crate) fn shop(self, holidays: Vec<NaiveDate>) -> Shop {
        let mut counts: Vec<usize> = self.lines.values().copied().collect();
        counts.sort_unstable();
        let middling = counts.get(counts.len() / 2).copied().unwrap_or(0);
        let full = self.lines.iter().rev().find(|(_, lines)| **lines * 3 >= middling).map(|(day, _)| *day);
        let end = full.and_then(|day| day.succ_opt()).unwrap_or_default();
        let items = self.items.into_iter().filter_map(|(item, days)| Some((item, series(&days, end)?))).collect();
        Shop { items, end, holidays }
    }
}

fn series(days: &BTreeMap<NaiveDate, (f64, f64)>, end: NaiveDate) -> Option<DemandSeries> {
    let first_day = *days.keys().next().filter(|day| **day < end)?;
    let sold: Vec<Option<(f64, f64)>> =
        first_day.iter_days().take_while(|day| *day < end).map(|day| days.get(&day).copied()).collect();
    let price = |sold: &Option<(f64, f64)>| sold.map_or(f64::NAN, |(units, value)| value / units);
    let prices = sold.iter().map(price).collect();
    Some(DemandSeries {
        first_day,
        units: sold.iter().map(|sold| sold.map_or(0.0, |(units, _)| units)).collect(),
        stock: Vec::new(),
        prices,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_days_without_sales_and_half_a_day_is_none() {
        let day = |day| NaiveDate::from_ymd_opt(2024, 5, day).unwrap();
        let mut sales = DailySales::default();
        for of in [1, 2, 4] {
            for _ in 0..6 {
                sales.add("tea", day(of), 2.0, 5.0);
            }
        }
        sales.add("jam", day(5), 1.0, 3.0);
        let shop = sales.shop(Vec::new());
        assert_eq!((shop.end, shop.items.len()), (day(5), 1));
        let (item, series) = &shop.items[0];
        assert_eq!(
            (item.as_str(), series.first_day, series.units.as_slice()),
            ("tea", day(1), [12.0, 12.0, 0.0, 12.0].as_slice())
        );
        assert!(series.prices[0] == 2.5 && series.prices[2].is_nan());
    }
}
