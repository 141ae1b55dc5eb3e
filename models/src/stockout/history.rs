//! What was sold day by day, and what there was to sell: sales are demand only while stock lasts. Knows no dates and no forecast.

/// One day of an item at a location, in units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StockDay {
    /// Sold.
    pub sold: f64,
    /// There to be sold: opening stock and the day's receipts.
    pub opening: f64,
    /// Left at the end of the day.
    pub closing: f64,
}

/// The days of an item, oldest first, the last one yesterday, none missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StockHistory {
    /// Its days.
    pub days: Vec<StockDay>,
}

/// What a day says of demand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Observed {
    /// Units sold.
    pub(super) sold: f64,
    /// Whether demand may have been more: the item sold out.
    pub(super) at_least: bool,
    /// Days before the end of the history, from 0.
    pub(super) age_days: usize,
}

impl StockHistory {
    /// Days of which the stock is not known: every day counts as fully served.
    pub fn of_sales(sold: &[f64]) -> Self {
        let day = |sold: &f64| StockDay { sold: *sold, opening: f64::INFINITY, closing: f64::INFINITY };
        Self { days: sold.iter().map(day).collect() }
    }

    /// The days that say something of demand, oldest first: not those with nothing available, nor those without a number.
    pub(super) fn observed(&self) -> Vec<Observed> {
        let last = self.days.len();
        let seen = self.days.iter().enumerate().filter(|(_, day)| day.sold.is_finite() && !day.opening.is_nan());
        seen.filter(|(_, day)| day.opening > 0.0 || day.sold > 0.0)
            .map(|(position, day)| Observed {
                sold: day.sold.max(0.0),
                at_least: day.closing <= 0.0,
                age_days: last - 1 - position,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_shelves_say_nothing_and_a_sell_out_a_lower_bound() {
        let day = |sold, opening, closing| StockDay { sold, opening, closing };
        let history =
            StockHistory { days: vec![day(2.0, 5.0, 3.0), day(3.0, 3.0, 0.0), day(0.0, 0.0, 0.0), day(f64::NAN, 9.0, 9.0)] };
        let observed = history.observed();
        assert_eq!(
            observed.iter().map(|day| (day.sold, day.at_least, day.age_days)).collect::<Vec<_>>(),
            vec![(2.0, false, 3), (3.0, true, 2)]
        );
    }
}
