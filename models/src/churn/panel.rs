//! Earlier cutoffs whose horizon is over before the cutoff that is asked for: what was known then, and who did not order. Nothing in it happened on or
//! after that cutoff.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::buying::Buying;
use super::features::{COUNT, centre, features};
use super::ledger::{Ledger, Standing, count};
use super::season::YEAR_DAYS;

/// Days from one earlier cutoff to the next.
const STEP_DAYS: i32 = 30;
/// Days of the shop's history that a cutoff should have behind it; the fewer only where no two cutoffs have more.
const HISTORY_DAYS: [i32; 4] = [180, 84, 56, 28];
/// Customers below which a cutoff is left out.
const LEAST_CUSTOMERS: usize = 30;
/// Customers who first ordered in so many days of the shop's history were most likely customers before.
const START_DAYS: f64 = 90.0;
/// Rows learnt from; beyond it they are drawn.
const MOST_ROWS: usize = 60_000;

/// Customers of a cutoff as they stood then.
#[derive(Debug, Clone)]
pub(super) struct Cohort {
    /// The first day not known.
    pub(super) cutoff: i32,
    /// One row a customer.
    pub(super) rows: Vec<[f64; COUNT]>,
    /// Places of the customers among all.
    pub(super) customers: Vec<usize>,
}

/// A cohort whose horizon is over.
#[derive(Debug, Clone)]
pub(super) struct Matured {
    pub(super) cohort: Cohort,
    /// Whether no order came in the horizon, by row.
    pub(super) none: Vec<bool>,
}

/// What cohorts have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'all> {
    pub(super) ledgers: &'all [Ledger],
    /// The first day of the shop's history.
    pub(super) first_day: i32,
    pub(super) cutoff: i32,
    pub(super) horizon_days: i32,
    pub(super) active_within_days: i32,
}

impl<'all> Frame<'all> {
    /// The customers with an order in the last days before `cutoff`.
    pub(super) fn active(self, cutoff: i32) -> impl Iterator<Item = (usize, Standing<'all>)> {
        let standing = self.ledgers.iter().enumerate().filter_map(move |(at, ledger)| Some((at, ledger.standing(cutoff)?)));
        standing.filter(move |(_, of)| of.recency_days() <= f64::from(self.active_within_days))
    }

    /// The customers of `cutoff` with what was known of them; of those for whom `drawn` says so.
    pub(super) fn cohort(self, cutoff: i32, buying: Option<&Buying>, mut drawn: impl FnMut() -> bool) -> Cohort {
        let (mut rows, mut customers) = (Vec::new(), Vec::new());
        let year_known = cutoff.saturating_sub(YEAR_DAYS) >= self.first_day;
        for (at, of) in self.active(cutoff).filter(|_| drawn()) {
            let odds = buying.map_or(0.0, |buying| buying.log_odds_of_none(&of.summary(), f64::from(self.horizon_days)));
            let last_year = year_known.then(|| of.ordered_ago(YEAR_DAYS, YEAR_DAYS.saturating_sub(self.horizon_days).max(0)));
            let from_start = of.tenure_days() > between_days(self.first_day, cutoff) - START_DAYS;
            rows.push(features(&of, odds, last_year, from_start));
            customers.push(at);
        }
        centre(&mut rows);
        Cohort { cutoff, rows, customers }
    }

    /// Earlier cohorts, oldest first; every so many days, one of them a year before the cutoff.
    pub(super) fn matured(self, buying: Option<&Buying>, seed: u64) -> Vec<Matured> {
        let sized = self.cutoffs().into_iter().map(|cutoff| (cutoff, self.active(cutoff).count()));
        let sized = sized.filter(|(_, customers)| *customers >= LEAST_CUSTOMERS).collect::<Vec<_>>();
        let rows = sized.iter().map(|(_, customers)| customers).sum::<usize>();
        let share = count(MOST_ROWS) / count(rows.max(1));
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut drawn = || share >= 1.0 || chance.random::<f64>() < share;
        sized.into_iter().map(|(cutoff, _)| self.with_outcomes(self.cohort(cutoff, buying, &mut drawn))).collect()
    }

    /// What came of a cohort whose horizon is over.
    pub(super) fn with_outcomes(self, cohort: Cohort) -> Matured {
        let end = cohort.cutoff.saturating_add(self.horizon_days);
        let none = cohort.customers.iter().map(|at| !self.ledgers[*at].ordered_between(cohort.cutoff, end)).collect();
        Matured { cohort, none }
    }

    fn cutoffs(self) -> Vec<i32> {
        let latest = self.cutoff.saturating_sub(self.horizon_days);
        let mut known = Vec::new();
        for history in HISTORY_DAYS {
            known = grid(self.cutoff, latest, self.first_day.saturating_add(history));
            if known.len() >= 2 {
                break;
            }
        }
        known
    }
}

/// Days from `first` to `latest` that lie whole steps from a year before `cutoff`.
fn grid(cutoff: i32, latest: i32, first: i32) -> Vec<i32> {
    let year_ago = cutoff.saturating_sub(YEAR_DAYS);
    let steps = latest.saturating_sub(year_ago).div_euclid(STEP_DAYS);
    let mut days = Vec::new();
    let mut day = year_ago.saturating_add(steps.saturating_mul(STEP_DAYS));
    while day >= first && days.len() < 40 {
        days.push(day);
        day = day.saturating_sub(STEP_DAYS);
    }
    days.reverse();
    days
}

fn between_days(from: i32, to: i32) -> f64 {
    f64::from(to) - f64::from(from)
}
