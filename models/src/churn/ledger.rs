//! What is known of a customer before a day. The one place that cuts histories off: whatever happened on or after the cutoff does not get in.

use super::CustomerHistory;
use super::summary::Summary;

/// Days a unit of time of the models of buying.
pub(super) const DAYS_A_WEEK: f64 = 7.0;

/// A customer's days of orders, each once, with what was ordered up to and with each; and what went wrong.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    days: Vec<i32>,
    values: Vec<f64>,
    returns: Vec<(i32, f64)>,
    late: Vec<i32>,
    tickets: Vec<i32>,
}

impl Ledger {
    /// Everything before `cutoff`, in order of time. Values that are no numbers, or negative, count as 0; their orders count.
    pub(super) fn before(history: &CustomerHistory, cutoff: i32) -> Self {
        let sorted = |events: &[super::CustomerOrder]| {
            let known = events.iter().filter(|event| event.day < cutoff).map(|event| (event.day, worth(event.value)));
            let mut known = known.collect::<Vec<_>>();
            known.sort_by_key(|(day, _)| *day);
            known
        };
        let known = |days: &[i32]| {
            let mut known = days.iter().filter(|day| **day < cutoff).copied().collect::<Vec<_>>();
            known.sort_unstable();
            known
        };
        let mut ledger = Self {
            returns: sorted(&history.returned),
            late: known(&history.late_deliveries),
            tickets: known(&history.tickets),
            ..Self::default()
        };
        for (day, value) in sorted(&history.orders) {
            if ledger.days.last() == Some(&day) {
                if let Some(total) = ledger.values.last_mut() {
                    *total += value;
                }
            } else {
                ledger.values.push(ledger.values.last().copied().unwrap_or(0.0) + value);
                ledger.days.push(day);
            }
        }
        ledger
    }

    /// The same as if nothing were known from before `first_day`.
    pub(super) fn since(&self, first_day: i32) -> Self {
        let dropped = self.days.partition_point(|day| *day < first_day);
        let before = dropped.checked_sub(1).map_or(0.0, |place| self.values[place]);
        Self {
            days: self.days[dropped..].to_vec(),
            values: self.values[dropped..].iter().map(|total| total - before).collect(),
            returns: self.returns.iter().filter(|(day, _)| *day >= first_day).copied().collect(),
            late: self.late.iter().filter(|day| **day >= first_day).copied().collect(),
            tickets: self.tickets.iter().filter(|day| **day >= first_day).copied().collect(),
        }
    }

    pub(super) fn first_day(&self) -> Option<i32> {
        self.days.first().copied()
    }

    /// How the customer stood before `cutoff`; none before the first order.
    pub(super) fn standing(&self, cutoff: i32) -> Option<Standing<'_>> {
        let orders = self.days.partition_point(|day| *day < cutoff);
        (orders > 0).then_some(Standing { ledger: self, cutoff, orders })
    }

    /// Whether an order came from `from` on and before `to`.
    pub(super) fn ordered_between(&self, from: i32, to: i32) -> bool {
        self.days.get(self.days.partition_point(|day| *day < from)).is_some_and(|day| *day < to)
    }
}

/// A ledger read up to a cutoff, with at least one order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing<'ledger> {
    ledger: &'ledger Ledger,
    cutoff: i32,
    orders: usize,
}

impl Standing<'_> {
    /// Days with an order.
    pub(super) fn orders(&self) -> f64 {
        count(self.orders)
    }

    /// Days since the last order; 1 for one on the last known day.
    pub(super) fn recency_days(&self) -> f64 {
        between(self.ledger.days[self.orders - 1], self.cutoff)
    }

    /// Days since the first order.
    pub(super) fn tenure_days(&self) -> f64 {
        between(self.ledger.days[0], self.cutoff)
    }

    /// Mean value of a day with orders.
    pub(super) fn mean_value(&self) -> f64 {
        self.ledger.values[self.orders - 1] / self.orders()
    }

    /// Days with orders among the last `days`, leaving out the `but` last.
    pub(super) fn orders_within(&self, days: i32, but: i32) -> f64 {
        let place = |ago: i32| self.ledger.days.partition_point(|day| *day < self.cutoff.saturating_sub(ago));
        count(place(but).saturating_sub(place(days)))
    }

    /// Of the last twelve spans of 30 days those with an order: buying in clumps tells less of what comes than buying spread out (Zhang, Bradlow,
    /// Small 2015, Marketing Science 34:195).
    pub(super) fn months_with_orders(&self) -> f64 {
        (0..12).map(|month| f64::from(u8::from(self.ordered_ago(30 * (month + 1), 30 * month)))).sum()
    }

    /// Whether an order came between `from` (with) and `to` (without) days ago.
    pub(super) fn ordered_ago(&self, from: i32, to: i32) -> bool {
        self.ledger.ordered_between(self.cutoff.saturating_sub(from), self.cutoff.saturating_sub(to))
    }

    /// The middle of the days between two orders; none before the second.
    pub(super) fn usual_gap_days(&self) -> Option<f64> {
        let mut gaps = self.ledger.days[..self.orders].windows(2).map(|pair| between(pair[0], pair[1])).collect::<Vec<_>>();
        gaps.sort_by(f64::total_cmp);
        let (low, high) = (gaps.get(gaps.len().saturating_sub(1) / 2)?, gaps.get(gaps.len() / 2)?);
        Some((low + high) / 2.0)
    }

    /// Value that came back in the last `days` over the value ordered in them, 0 to 1.
    pub(super) fn returned_share(&self, days: i32) -> f64 {
        let from = self.cutoff.saturating_sub(days);
        let came = self.ledger.returns.iter().filter(|(day, _)| (from..self.cutoff).contains(day));
        let came = came.map(|(_, value)| value).sum::<f64>();
        let before = self.ledger.days.partition_point(|day| *day < from);
        let until_then = before.checked_sub(1).map_or(0.0, |place| self.ledger.values[place]);
        let ordered = self.ledger.values[self.orders - 1] - until_then;
        if came <= 0.0 { 0.0 } else { (came / ordered.max(came)).clamp(0.0, 1.0) }
    }

    /// Deliveries that came late in the last `days`.
    pub(super) fn late_deliveries(&self, days: i32) -> f64 {
        self.within(&self.ledger.late, days)
    }

    /// Tickets in the last `days`.
    pub(super) fn tickets(&self, days: i32) -> f64 {
        self.within(&self.ledger.tickets, days)
    }

    /// For the models of buying, in weeks; the mean value is that of all days with orders.
    pub(super) fn summary(&self) -> Summary {
        let (first, last) = (self.ledger.days[0], self.ledger.days[self.orders - 1]);
        Summary {
            repeats: count(self.orders - 1),
            recency: between(first, last) / DAYS_A_WEEK,
            age: (between(first, self.cutoff) - 1.0) / DAYS_A_WEEK,
            mean_value: self.mean_value(),
        }
    }

    fn within(&self, days: &[i32], last: i32) -> f64 {
        let place = |until: i32| days.partition_point(|day| *day < until);
        count(place(self.cutoff) - place(self.cutoff.saturating_sub(last)))
    }
}

/// Values beyond it are taken as it: sums of them still are numbers.
const LARGEST_VALUE: f64 = 1e15;

fn worth(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, LARGEST_VALUE) }
}

fn between(from: i32, to: i32) -> f64 {
    f64::from(to) - f64::from(from)
}

#[expect(clippy::cast_precision_loss, reason = "orders and customers are far below 2^52")]
pub(super) fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use super::super::CustomerOrder;
    use super::*;

    fn ledger() -> Ledger {
        let order = |day, value| CustomerOrder { day, value };
        let history = CustomerHistory {
            orders: vec![order(100, 10.0), order(100, 5.0), order(130, f64::NAN), order(150, 30.0), order(200, 99.0)],
            returned: vec![order(160, 15.0), order(200, 30.0)],
            late_deliveries: vec![131, 205],
            tickets: vec![10, 140, 141],
        };
        Ledger::before(&history, 200)
    }

    #[test]
    fn a_day_counts_once_and_the_cutoff_is_not_known() {
        let ledger = ledger();
        let standing = ledger.standing(200).unwrap();
        assert_eq!((standing.orders(), standing.recency_days(), standing.tenure_days()), (3.0, 50.0, 100.0));
        assert_eq!((standing.mean_value(), standing.usual_gap_days()), (15.0, Some(25.0)));
        assert_eq!((standing.returned_share(90), standing.late_deliveries(90), standing.tickets(90)), (0.5, 1.0, 2.0));
        assert_eq!((standing.orders_within(90, 0), standing.orders_within(90, 60)), (2.0, 1.0));
        assert_eq!(standing.months_with_orders(), 3.0);
        assert_eq!(standing.summary(), Summary { repeats: 2.0, recency: 50.0 / 7.0, age: 99.0 / 7.0, mean_value: 15.0 });
        assert!(!ledger.ordered_between(200, 300));
    }

    #[test]
    fn a_shortened_ledger_knows_nothing_from_before() {
        let shortened = ledger().since(120);
        let standing = shortened.standing(200).unwrap();
        assert_eq!((standing.orders(), standing.tenure_days(), standing.mean_value()), (2.0, 70.0, 15.0));
        assert_eq!(ledger().since(151).standing(200).map(|of| of.orders()), None);
    }

    #[test]
    fn an_earlier_day_is_read_as_it_was() {
        let ledger = ledger();
        let standing = ledger.standing(140).unwrap();
        assert_eq!((standing.orders(), standing.mean_value(), standing.tickets(90)), (2.0, 7.5, 0.0));
        assert_eq!(standing.returned_share(90), 0.0);
        assert!(ledger.standing(100).is_none());
    }
}
