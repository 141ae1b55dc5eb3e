//! The level of a series by exponential smoothing at three speeds, weighed by how well each foretold the series a week ahead. Knows no week.

use super::super::numbers::to_f64;
use super::past::Past;

/// Fading of a day's say with each open day after it, and the weight of a level so smoothed before it has shown what it can.
const SPEEDS: [(f64, f64); 3] = [(0.01, 1.0), (0.03, 1.0), (0.15, 0.5)];
/// Open days between a level and the day on which it is judged.
const AHEAD: usize = 7;
/// Open days before judging starts.
const LEARNING_DAYS: usize = 28;
/// How losses fade, by open day.
const FORGETTING: f64 = 0.015;
/// Part of the likelihood that counts: days are not independent of each other (Bayesian averaging, tempered).
const TEMPER: f64 = 0.3;
/// The size of the negative binomial whose likelihood judges; of 0.3 to 20 none was better.
const SIZE: f64 = 1.0;
/// Units at the panel's level that count as seen before the first day. Of 0.3 to 2 the least served items of 1 to 7 sales best.
const BORROWED_UNITS: f64 = 0.3;

/// Units of a mean open day now; `among` is the level of the panel's lower quarter, borrowed from where there is little.
pub(super) fn smoothed(past: &Past, profile: &[f64; 7], cap: f64, among: Option<f64>) -> f64 {
    let borrowed = among.map_or((0.0, 0.0), |level| (BORROWED_UNITS, BORROWED_UNITS / level));
    let mut sums = [(0.0, 0.0); SPEEDS.len()];
    let mut losses = [0.0; SPEEDS.len()];
    let mut levels: Vec<[f64; SPEEDS.len()]> = Vec::with_capacity(past.days.len() + 1);
    levels.push([if borrowed.1 > 0.0 { borrowed.0 / borrowed.1 } else { 0.0 }; SPEEDS.len()]);
    for (at, day) in past.days.iter().enumerate() {
        let (units, expected) = (day.units.min(cap), day.shared * profile[day.weekday]);
        if at >= LEARNING_DAYS {
            for (loss, level) in losses.iter_mut().zip(levels[at + 1 - AHEAD]) {
                *loss = *loss * (1.0 - FORGETTING) + loss_of(level * expected, units);
            }
        }
        for (sum, (alpha, _)) in sums.iter_mut().zip(SPEEDS) {
            *sum = (sum.0 * (1.0 - alpha) + units, sum.1 * (1.0 - alpha) + expected);
        }
        levels.push(sums.map(|(units, expected)| (units + borrowed.0) / (expected + borrowed.1)));
    }
    levels.last().map_or(0.0, |levels| averaged(levels, &losses))
}

/// Units of a day of what was not sold for `days` since it could be.
pub(super) fn waiting(days: usize, among: Option<f64>) -> f64 {
    among.map_or(0.0, |level| BORROWED_UNITS / (BORROWED_UNITS / level + to_f64(days)))
}

fn averaged(levels: &[f64; SPEEDS.len()], losses: &[f64; SPEEDS.len()]) -> f64 {
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let (mut sum, mut weights) = (0.0, 0.0);
    for ((level, loss), (_, before)) in levels.iter().zip(losses).zip(SPEEDS) {
        let weight = before * (-TEMPER * (loss - least)).exp();
        sum += weight * level;
        weights += weight;
    }
    sum / weights
}

/// −ln of a negative binomial's likelihood, less what does not depend on the mean.
fn loss_of(mean: f64, units: f64) -> f64 {
    let mean = mean.max(1e-9);
    (units + SIZE) * (mean + SIZE).ln() - units * mean.ln()
}

#[cfg(test)]
mod tests {
    use super::super::past::Day;
    use super::*;

    fn past(units: impl Iterator<Item = f64>) -> Past {
        Past { days: units.map(|units| Day { age: 0.0, weekday: 0, units, shared: 1.0 }).collect() }
    }

    #[test]
    fn what_stays_is_found() {
        let level = smoothed(&past([2.0, 4.0].into_iter().cycle().take(300)), &[1.0; 7], 100.0, None);
        assert!((level - 3.0).abs() < 0.1, "{level}");
    }

    #[test]
    fn a_step_is_followed_fast() {
        let step = (0..200).map(|day| if day < 160 { 5.0 } else { 20.0 });
        let level = smoothed(&past(step), &[1.0; 7], 100.0, None);
        assert!(level > 18.0, "{level}");
    }

    #[test]
    fn the_others_stand_in_for_nothing() {
        assert_eq!((waiting(0, Some(0.2)), waiting(9, None)), (0.2, 0.0));
        assert!(waiting(100, Some(0.2)) < 0.003);
        assert!(smoothed(&past(std::iter::once(9.0)), &[1.0; 7], 9.0, Some(0.2)) < 5.0);
    }
}
