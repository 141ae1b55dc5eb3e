//! How widely a series' days spread around its level, beyond a Poisson. Knows no quantile.

use super::past::Past;

/// How a day's say fades with its age.
const FADING_A_DAY: f64 = 0.008;
/// Days for which the panel counts.
const PANEL_DAYS: f64 = 20.0;

/// (variance − mean) ÷ mean² of a day; `excess` is the panel's (variance − mean) ÷ mean, to which it is shrunk. 0 or more.
pub(super) fn dispersion(past: &Past, profile: &[f64; 7], level: f64, excess: Option<f64>) -> f64 {
    let mut beyond = PANEL_DAYS * level * excess.unwrap_or(0.0);
    let mut squared = if excess.is_some() { PANEL_DAYS * level * level } else { 0.0 };
    for day in &past.days {
        let weight = (-FADING_A_DAY * day.age).exp();
        let mean = level * day.shared * profile[day.weekday];
        beyond += weight * ((day.units - mean).powi(2) - mean);
        squared += weight * mean * mean;
    }
    if squared > 0.0 { (beyond / squared).max(0.0) } else { 0.0 }
}
