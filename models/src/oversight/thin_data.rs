//! How much history a forecast needs before it may speak for itself: the ladder from a prior to an own model. Knows counts of what is known,
//! never the values.

/// Periods with demand below which a series borrows its category's rate.
const LEAST_PERIODS_WITH_DEMAND: usize = 8;
/// Seasons below which a series borrows its group's season.
const LEAST_SEASONS: usize = 2;
/// Days below which the nearest like item speaks.
const LEAST_DAYS: usize = 28;
/// Customers below which churn is a table of segments.
pub const LEAST_CUSTOMERS: usize = 200;
/// Customers that bought again below which churn is a table of segments.
pub const LEAST_REPEATERS: usize = 100;

/// What is known of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Days since its first value.
    pub days: usize,
    /// Periods in which it was not 0.
    pub periods_with_demand: usize,
    /// Whole seasons (years, or weeks, of the season in question).
    pub seasons: usize,
}

/// From nothing to an own model; what a forecast rests on, to be shown beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Nothing is known: the prior of all.
    Prior,
    /// Under 28 days: the history of an item like it.
    AnalogousItem,
    /// Under eight periods with demand: its category's rate × its share (empirical Bayes).
    CategoryRate,
    /// Under two seasons: its own level, its group's season.
    GroupSeason,
    /// Its own model.
    Own,
}

impl Rung {
    /// The rung on which a series stands.
    pub fn of(known: Known) -> Self {
        match known {
            Known { days: 0, .. } | Known { periods_with_demand: 0, .. } => Self::Prior,
            Known { days, .. } if days < LEAST_DAYS => Self::AnalogousItem,
            Known { periods_with_demand, .. } if periods_with_demand < LEAST_PERIODS_WITH_DEMAND => Self::CategoryRate,
            Known { seasons, .. } if seasons < LEAST_SEASONS => Self::GroupSeason,
            _ => Self::Own,
        }
    }

    /// Its label, as shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Prior => "nothing known: prior",
            Self::AnalogousItem => "under 28 days: analogous item",
            Self::CategoryRate => "under 8 periods with demand: category rate",
            Self::GroupSeason => "under 2 seasons: season of its group",
            Self::Own => "own model",
        }
    }

    /// Whether something other than its own model speaks.
    pub fn is_fallback(self) -> bool {
        self != Self::Own
    }
}

/// Whether a churn model may be fitted; otherwise a table of segments speaks.
pub fn enough_for_churn(customers: usize, repeaters: usize) -> bool {
    customers >= LEAST_CUSTOMERS && repeaters >= LEAST_REPEATERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_is_climbed_rung_by_rung() {
        let known = [(0, 0, 0), (20, 20, 0), (40, 5, 0), (200, 90, 0), (800, 300, 2)];
        let rungs = known.map(|(days, periods_with_demand, seasons)| Rung::of(Known { days, periods_with_demand, seasons }));
        assert_eq!(rungs, [Rung::Prior, Rung::AnalogousItem, Rung::CategoryRate, Rung::GroupSeason, Rung::Own]);
        assert!(rungs.is_sorted() && rungs.iter().filter(|rung| rung.is_fallback()).count() == 4);
    }

    #[test]
    fn churn_needs_customers_and_repeaters() {
        assert!(enough_for_churn(200, 100) && !enough_for_churn(199, 100) && !enough_for_churn(1000, 99));
    }
}
