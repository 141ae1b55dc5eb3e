//! What came of a forecast: when stock would have run out with the orders that were open when it was made, and none placed later. Knows no
//! model.

use super::forecast::ByDay;
use super::position::sane;

/// A day after a forecast, as it went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayAfter {
    /// Units sold.
    pub sold: f64,
    /// Units received of orders that were open when the forecast was made.
    pub received: f64,
    /// Units left at the end of the day, later orders included.
    pub closing: f64,
}

/// Day from 1 of the first end without stock, had no later order been placed; none when stock would have lasted these days.
///
/// It is known from what was seen: while there is stock, sales are demand; and when stock ends although later orders came, it would have
/// ended without them at the latest then.
pub fn ran_out_on(available: f64, days: &[DayAfter]) -> Option<u32> {
    let mut stock = sane(available);
    let empty = days.iter().position(|day| {
        stock = (stock + sane(day.received) - sane(day.sold)).max(0.0);
        stock <= 0.0 || day.closing <= 0.0
    })?;
    u32::try_from(empty + 1).ok()
}

/// A forecast as it was made, and when the stock ran out. It need not have matured in full: of one made two weeks ago, the chances of the
/// first 14 days can be judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaturedStockout {
    /// What was said, uncalibrated.
    pub probability: ByDay,
    /// Days since it was made: horizons up to it have matured, and older forecasts count less.
    pub days_passed: u32,
    /// As [`ran_out_on`] says.
    pub ran_out_on: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_orders_do_not_hide_that_stock_would_have_ended() {
        let day = |sold, received, closing| DayAfter { sold, received, closing };
        // 5 there, 4 on order and received on day 2, a later order of 20 on day 3.
        let days = [day(4.0, 0.0, 1.0), day(3.0, 4.0, 2.0), day(3.0, 0.0, 19.0), day(2.0, 0.0, 17.0)];
        assert_eq!(ran_out_on(5.0, &days), Some(3));
        assert_eq!(ran_out_on(5.0, &days[..2]), None);
        assert_eq!(ran_out_on(50.0, &[day(50.0, 0.0, 0.0)]), Some(1));
        assert_eq!(ran_out_on(f64::NAN, &[day(0.0, 0.0, 3.0)]), Some(1));
    }
}
