//! The four kinds of demand by the interval between days with demand and the spread of its size (Syntetos, Boylan, Croston 2005, JORS 56:495).
//! Knows no method.

use super::numbers::to_f64;

/// Intervals from it on are intermittent.
pub const INTERVAL: f64 = 1.32;
/// Squared coefficients of variation from it on are erratic.
pub const SPREAD: f64 = 0.49;
/// Fewer days with demand say too little.
pub const LEAST_SELLING_DAYS: usize = 8;

/// A kind of demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Nearly every day, of much the same size.
    Smooth,
    /// Nearly every day, of changing size.
    Erratic,
    /// With gaps, of much the same size.
    Intermittent,
    /// With gaps, of changing size.
    Lumpy,
    /// Fewer than [`LEAST_SELLING_DAYS`] days with demand: too little to say.
    Sparse,
}

impl Class {
    /// As it is written in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Smooth => "smooth",
            Self::Erratic => "erratic",
            Self::Intermittent => "intermittent",
            Self::Lumpy => "lumpy",
            Self::Sparse => "sparse",
        }
    }
}

/// The class of the days of `units`, with the average demand interval and the squared coefficient of variation by which it was told.
pub fn classify(units: &[f64]) -> (Class, f64, f64) {
    let sizes: Vec<f64> = units.iter().copied().filter(|units| *units > 0.0).collect();
    let selling = to_f64(sizes.len());
    if sizes.is_empty() {
        return (Class::Sparse, to_f64(units.len()), 0.0);
    }
    let interval = to_f64(units.len()) / selling;
    let mean = sizes.iter().sum::<f64>() / selling;
    let spread = sizes.iter().map(|size| (size / mean - 1.0).powi(2)).sum::<f64>() / selling;
    let class = match (sizes.len() < LEAST_SELLING_DAYS, interval >= INTERVAL, spread >= SPREAD) {
        (true, _, _) => Class::Sparse,
        (_, false, false) => Class::Smooth,
        (_, false, true) => Class::Erratic,
        (_, true, false) => Class::Intermittent,
        (_, true, true) => Class::Lumpy,
    };
    (class, interval, spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each() {
        let repeated = |cycle: &[f64]| cycle.iter().copied().cycle().take(70).collect::<Vec<_>>();
        assert_eq!(classify(&repeated(&[4.0, 5.0])).0, Class::Smooth);
        assert_eq!(classify(&repeated(&[1.0, 1.0, 9.0])).0, Class::Erratic);
        assert_eq!(classify(&repeated(&[0.0, 0.0, 5.0])), (Class::Intermittent, 70.0 / 23.0, 0.0));
        assert_eq!(classify(&repeated(&[0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 20.0])).0, Class::Lumpy);
        assert_eq!(classify(&[1.0, 1.0]), (Class::Sparse, 1.0, 0.0));
        assert_eq!(classify(&[0.0; 9]), (Class::Sparse, 9.0, 0.0));
    }
}
