//! A series' own week, shrunk to the panel's. Knows no level.

use super::past::Past;

/// Days of each weekday that the panel's week counts for: one series' own days say little (of 5 to 200, more was better up to here).
const PANEL_DAYS: f64 = 60.0;
/// How a day's say fades with its age.
const FADING_A_DAY: f64 = 0.01;

/// Demand by weekday ÷ that of a mean day, of a series of `mean` units a day; days count for `cap` units at most.
pub(super) fn shrunk(past: &Past, mean: f64, cap: f64, panel: &[f64; 7]) -> [f64; 7] {
    let (mut units, mut expected) = ([0.0; 7], [0.0; 7]);
    for day in &past.days {
        let weight = (-FADING_A_DAY * day.age).exp();
        units[day.weekday] += weight * day.units.min(cap);
        expected[day.weekday] += weight * day.shared * mean;
    }
    let borrowed = PANEL_DAYS * mean;
    std::array::from_fn(
        |at| if borrowed > 0.0 { (units[at] + borrowed * panel[at]) / (expected[at] + borrowed) } else { panel[at] },
    )
}
