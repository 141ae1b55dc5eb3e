//! What the regression looks at beside the model of buying: one number a thing, of what was known before the cutoff. Knows no outcome.

use super::ledger::Standing;

/// How many there are.
pub(super) const COUNT: usize = 14;
/// Standard deviations beyond which a feature says no more.
const FARTHEST: f64 = 4.0;

/// Places of the features that others speak of; all are listed in [`features`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Feature {
    BuyingModel = 0,
    Recency = 1,
    Returned = 8,
    LateDeliveries = 9,
    Tickets = 10,
    SameWeeksLastYear = 11,
}

/// Days over which returns count.
pub(super) const RETURNS_DAYS: i32 = 365;
/// Days over which late deliveries and tickets count.
pub(super) const TROUBLES_DAYS: i32 = 180;

/// Values of a customer; `buying_log_odds` are those of no order by the models of buying. Whether the same weeks a year ago saw an order is
/// `None` where the shop's own history does not reach as far; who is known from the start of that history most likely ordered before it.
pub(super) fn features(
    of: &Standing<'_>,
    buying_log_odds: f64,
    same_weeks_last_year: Option<bool>,
    known_from_the_start: bool,
) -> [f64; COUNT] {
    let gap = of.usual_gap_days();
    [
        buying_log_odds,
        of.recency_days().ln_1p(),
        of.orders_within(365, 0).ln_1p(),
        of.orders_within(90, 0).ln_1p(),
        of.tenure_days().ln_1p(),
        of.mean_value().ln_1p(),
        gap.map_or(0.0, |gap| ((of.recency_days() + 1.0) / (gap + 1.0)).ln()),
        f64::from(u8::from(gap.is_none())),
        of.returned_share(RETURNS_DAYS),
        of.late_deliveries(TROUBLES_DAYS).ln_1p(),
        of.tickets(TROUBLES_DAYS).ln_1p(),
        same_weeks_last_year.map_or(f64::NAN, |ordered| f64::from(u8::from(ordered))),
        f64::from(u8::from(known_from_the_start)),
        of.months_with_orders().ln_1p(),
    ]
}

/// Sets [`Feature::SameWeeksLastYear`] to its distance from the mean of its cutoff, 0 where it is not known: what all customers of a cutoff share is
/// the season's to say.
pub(super) fn centre(rows: &mut [[f64; COUNT]]) {
    let place = Feature::SameWeeksLastYear as usize;
    let known = rows.iter().map(|row| row[place]).filter(|value| !value.is_nan());
    let (sum, weight) = known.fold((0.0, 0.0), |(sum, weight), value| (sum + value, weight + 1.0));
    for row in rows {
        row[place] = if row[place].is_nan() || weight == 0.0 { 0.0 } else { row[place] - sum / weight };
    }
}

/// Means and deviations by which features come to one scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    means: [f64; COUNT],
    deviations: [f64; COUNT],
}

impl Scale {
    pub(super) fn of<'rows>(rows: impl Iterator<Item = &'rows [f64; COUNT]> + Clone) -> Self {
        let weight = rows.clone().map(|_| 1.0).sum::<f64>().max(1.0);
        let mean = |of: &dyn Fn(&[f64; COUNT]) -> f64| rows.clone().map(of).sum::<f64>() / weight;
        let means = std::array::from_fn(|place| mean(&|row| row[place]));
        let deviations = std::array::from_fn(|place| mean(&|row| (row[place] - means[place]).powi(2)).sqrt());
        Self { means, deviations }
    }

    /// Standard deviations from the mean; 0 for a feature that was the same for all.
    pub(super) fn scaled(&self, row: &[f64; COUNT]) -> [f64; COUNT] {
        std::array::from_fn(|place| {
            let deviation = self.deviations[place];
            if deviation < 1e-9 { 0.0 } else { ((row[place] - self.means[place]) / deviation).clamp(-FARTHEST, FARTHEST) }
        })
    }
}
