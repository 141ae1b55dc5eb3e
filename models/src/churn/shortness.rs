//! What it does to a cutoff's level that the shop's history behind it was short: customers from before look new, and their odds come out wrong. The
//! year-ago cutoff nearly always has the shorter history, so that its level, taken as it is, mixes season and shortness. Measured without the season:
//! the latest cutoffs that are over are forecast twice, once from all of their history and once from as much as the earlier cutoff had.

use crate::calibration::probability_of;

use super::buying::Buying;
use super::features::COUNT;
use super::ledger::Ledger;
use super::panel::{Frame, Matured};

/// Latest cutoffs that are forecast twice.
const TWICE: usize = 2;
/// Customers forecast twice; where there are more, so many of them.
const MOST_CUSTOMERS: usize = 8_000;
/// Days of history that make no difference.
const NO_DIFFERENCE_DAYS: i32 = 30;
/// Days of history beyond which more of it makes no difference.
const LONG_HISTORY_DAYS: i32 = 730;
/// Shifts beyond it are taken as it.
const LARGEST_SHIFT: f64 = 3.0;

/// For each of `matured`, the log odds by which its level is too high for want of history; `log_odds` are a row's without any level.
pub(super) fn effects(
    frame: Frame<'_>,
    buying: &Buying,
    matured: &[Matured],
    log_odds: impl Fn(&[f64; COUNT]) -> f64,
) -> Vec<f64> {
    let skip = (frame.ledgers.len() / MOST_CUSTOMERS).max(1);
    let some = frame.ledgers.iter().step_by(skip).cloned().collect::<Vec<_>>();
    let latest = matured.iter().rev().take(TWICE).map(|one| one.cohort.cutoff).collect::<Vec<_>>();
    let shift_from = |cutoff: i32, first_day: i32, ledgers: &[Ledger]| {
        let frame = Frame { ledgers, first_day, ..frame };
        shift(&frame.with_outcomes(frame.cohort(cutoff, Some(buying), || true)), &log_odds)
    };
    let whole = latest.iter().map(|cutoff| shift_from(*cutoff, frame.first_day, &some)).collect::<Vec<_>>();
    let effect = |history_days: i32| {
        if history_days >= LONG_HISTORY_DAYS {
            return 0.0;
        }
        let of_latest = latest.iter().zip(&whole).filter_map(|(cutoff, whole)| {
            let first_day = cutoff.saturating_sub(history_days);
            if first_day <= frame.first_day.saturating_add(NO_DIFFERENCE_DAYS) {
                return Some(0.0);
            }
            let shortened = some.iter().map(|ledger| ledger.since(first_day)).collect::<Vec<_>>();
            Some(shift_from(*cutoff, first_day, &shortened)? - (*whole)?)
        });
        let (sum, weight) = of_latest.fold((0.0, 0.0), |(sum, weight), effect| (sum + effect, weight + 1.0));
        if weight > 0.0 { sum / weight } else { 0.0 }
    };
    matured.iter().map(|one| effect(one.cohort.cutoff.saturating_sub(frame.first_day))).collect()
}

/// What must be added to all log odds for their mean probability to be what came; none where nobody or everybody ordered.
pub(super) fn shift(of: &Matured, log_odds: impl Fn(&[f64; COUNT]) -> f64) -> Option<f64> {
    let odds = of.cohort.rows.iter().map(log_odds).collect::<Vec<_>>();
    let none = of.none.iter().filter(|none| **none).map(|_| 1.0).sum::<f64>();
    let all = of.none.iter().map(|_| 1.0).sum::<f64>();
    if none == 0.0 || none == all {
        return None;
    }
    let (mut low, mut high) = (-LARGEST_SHIFT, LARGEST_SHIFT);
    for _ in 0..30 {
        let middle = f64::midpoint(low, high);
        let said = odds.iter().map(|odds| probability_of(odds + middle)).sum::<f64>();
        if said < none { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high))
}
