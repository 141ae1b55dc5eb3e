//! The table for a shop too small for models: customers by how recently and how often they ordered, and the share of each segment that did not order
//! in a horizon that is over, drawn towards the share of all.

use super::ledger::Standing;

/// Days since the last order up to which each row of the table goes; the last row is the rest.
const RECENCY_DAYS: [f64; 3] = [30.0, 90.0, 180.0];
/// Orders up to which each column of the table goes; the last column is the rest.
const ORDERS: [f64; 2] = [1.0, 3.0];
const SEGMENTS: usize = (RECENCY_DAYS.len() + 1) * (ORDERS.len() + 1);
/// Customers of the overall share that are added to each segment.
const DRAWN_TO_ALL: f64 = 10.0;

/// The share without an order by segment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Segments {
    shares: [f64; SEGMENTS],
}

impl Segments {
    /// Learns from pairs of where a customer stood and whether no order came. None for none.
    pub(super) fn of<'all>(matured: impl Iterator<Item = (Standing<'all>, bool)>) -> Option<Self> {
        let (mut counts, mut nones) = ([0.0; SEGMENTS], [0.0; SEGMENTS]);
        for (of, none) in matured {
            counts[segment(&of)] += 1.0;
            nones[segment(&of)] += f64::from(u8::from(none));
        }
        let (all, without) = (counts.iter().sum::<f64>(), nones.iter().sum::<f64>());
        // Half a customer of each kind, so that no share is 0 or 1.
        let share = (without + 0.5) / (all + 1.0);
        let drawn = |place: usize| (nones[place] + DRAWN_TO_ALL * share) / (counts[place] + DRAWN_TO_ALL);
        (all > 0.0).then(|| Self { shares: std::array::from_fn(drawn) })
    }

    pub(super) fn share(&self, of: &Standing<'_>) -> f64 {
        self.shares[segment(of)]
    }
}

fn segment(of: &Standing<'_>) -> usize {
    let row = RECENCY_DAYS.iter().filter(|days| of.recency_days() > **days).count();
    let column = ORDERS.iter().filter(|orders| of.orders() > **orders).count();
    row * (ORDERS.len() + 1) + column
}
