//! How return rates lie within a group: a Beta by its moments, which is what one SKU's rate is drawn to. Knows counts of one group.

/// SKUs with sales that a group needs for a prior of its own.
const LEAST_SKUS: usize = 8;
/// Returns that it needs.
const LEAST_RETURNED: f64 = 20.0;
/// Bounds of the sales that a prior is worth.
const WORTH: (f64, f64) = (5.0, 20_000.0);

/// A Beta distribution of rates by its mean and the sales it is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    mean: f64,
    worth: f64,
}

impl Default for Rate {
    /// One in ten, worth hardly anything: nothing is known.
    fn default() -> Self {
        Self { mean: 0.1, worth: WORTH.0 }
    }
}

impl Rate {
    /// By moments of (sold, returned) (Kleinman 1973, JASA 68:46): what rates differ by beyond chance. None for too few.
    pub(super) fn of(counts: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Self> {
        let counts = counts.filter(|(sold, _)| *sold > 0.0).map(|(sold, returned)| (sold, returned.min(sold)));
        let (mut skus, mut all_sold, mut all_returned, mut squares) = (0_usize, 0.0, 0.0, 0.0);
        for (sold, returned) in counts.clone() {
            skus += 1;
            all_sold += sold;
            all_returned += returned;
            squares += sold * sold;
        }
        if skus < LEAST_SKUS || all_returned < LEAST_RETURNED {
            return None;
        }
        let mean = (all_returned / all_sold).clamp(1e-6, 1.0 - 1e-6);
        let chance = mean * (1.0 - mean);
        let spread = counts.map(|(sold, returned)| sold * (returned / sold - mean).powi(2)).sum::<f64>();
        let beyond = (spread - chance * crate::robust::count(skus - 1)) / (all_sold - squares / all_sold);
        let worth = if beyond > 0.0 { chance / beyond - 1.0 } else { WORTH.1 };
        let worth = if worth.is_finite() { worth.clamp(WORTH.0, WORTH.1) } else { WORTH.1 };
        Some(Self { mean, worth })
    }

    /// Mean rate.
    pub(super) fn mean(self) -> f64 {
        self.mean
    }

    /// The shapes of the posterior after `sold` and `returned`.
    pub(super) fn after(self, sold: f64, returned: f64) -> (f64, f64) {
        let returned = returned.min(sold);
        (self.mean * self.worth + returned, (1.0 - self.mean) * self.worth + sold - returned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_rates_are_worth_much_and_different_ones_little() {
        let alike = Rate::of((0..20).map(|_| (100.0, 10.0))).unwrap();
        assert!((alike.mean - 0.1).abs() < 1e-12 && alike.worth == WORTH.1);
        let different = Rate::of((0..20).map(|at| (100.0, if at % 2 == 0 { 0.0 } else { 40.0 }))).unwrap();
        assert!((different.mean - 0.2).abs() < 1e-12 && different.worth < 6.0, "{different:?}");
        assert_eq!(Rate::of((0..7).map(|_| (100.0, 10.0))), None);
    }
}
