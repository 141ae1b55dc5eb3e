//! What is known of a series before its own days are looked at, from the others. Knows no day.

/// Of the panel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prior {
    /// The level a quarter of the series lie below; none where nothing sells.
    pub(super) level: Option<f64>,
    /// The middle series' (variance − mean) ÷ mean.
    pub(super) excess: Option<f64>,
}

impl Prior {
    /// Of levels and dispersions.
    pub(super) fn of(fits: impl Iterator<Item = (f64, f64)>) -> Self {
        let (mut levels, mut excesses): (Vec<f64>, Vec<f64>) =
            fits.filter(|(level, _)| *level > 0.0).map(|(level, dispersion)| (level, level * dispersion)).unzip();
        levels.sort_unstable_by(f64::total_cmp);
        excesses.sort_unstable_by(f64::total_cmp);
        Self { level: levels.get(levels.len() / 4).copied(), excess: excesses.get(excesses.len() / 2).copied() }
    }
}
