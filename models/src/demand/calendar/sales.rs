//! A shop's days, summed over the series of a panel. Knows no calendar.

use super::super::numbers::{place, to_f64};
use super::super::observed::Observed;

/// A day of one series counts for at most this many times its mean, so that no single order moves the shop.
const MOST_TIMES_MEAN: f64 = 4.0;

/// A day, over the series that were sold before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ShopDay {
    /// Series that sold.
    pub(super) sellers: f64,
    /// Series that were expected to, by the share of days on which they do.
    pub(super) expected: f64,
    /// Units in means of the series, weighed by that share: what sells often says more.
    pub(super) sold: f64,
    /// The weights.
    pub(super) weight: f64,
}

/// `days` days of the panel from `first` on.
pub(super) fn by_day(panel: &[Observed], first: i32, days: usize) -> Vec<ShopDay> {
    let mut shop = vec![ShopDay::default(); days];
    for series in panel {
        let seen = to_f64(series.seen_days().count()).max(1.0);
        let share = to_f64(series.selling_days()) / seen;
        let mean = series.seen_days().map(|(_, units)| units).sum::<f64>() / seen;
        if mean <= 0.0 {
            continue;
        }
        let start = place(series.first, first);
        // The first day always sold: it says nothing of the shop.
        for (at, units) in series.seen_days().skip(1) {
            let Some(day) = shop.get_mut(start + at) else { break };
            day.sellers += f64::from(u8::from(units > 0.0));
            day.expected += share;
            day.sold += share * (units / mean).min(MOST_TIMES_MEAN / share);
            day.weight += share;
        }
    }
    shop
}
