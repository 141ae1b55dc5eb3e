//! Simulated shops with a season, out of sample: where last year is known the default is calibrated when a quarter comes that no recent one resembles.

use super::super::buying::{Buying, By};
use super::super::ledger::Ledger;
use super::super::panel::Frame;
use super::super::shortness;
use super::super::simulated::Shop;
use super::matured;
use crate::churn::{Ask, Confidence, CustomerHistory, Method, Outcome, forecast_by};
use crate::scores::probability::{area_under_curve, base_rate, brier, calibration_error};

/// Ten weeks before the top of the season, one and three quarter years into the history.
const BEFORE_THE_TOP: i32 = 648;

struct Scored {
    brier: f64,
    area: f64,
    calibration_error: f64,
    base_rate: f64,
}

fn scored(method: Method, customers: &[CustomerHistory], cutoff: i32) -> Scored {
    let ask = Ask { cutoff, horizons_days: vec![90], active_within_days: 365, seed: 1 };
    let Outcome::Forecast(risks) = forecast_by(method, customers, &ask) else { panic!("abstained") };
    let matured = matured(&risks, customers, cutoff);
    Scored {
        brier: brier(&matured).unwrap(),
        area: area_under_curve(&matured).unwrap(),
        calibration_error: calibration_error(&matured).unwrap(),
        base_rate: base_rate(&matured).unwrap(),
    }
}

#[test]
fn the_season_of_last_year_corrects_this_years() {
    for seed in [21, 22, 23] {
        let customers = Shop { customers: 6_000, season: 0.5, ..Shop::usual(seed) }.open();
        let score = |method| scored(method, &customers, BEFORE_THE_TOP);
        let (default, unseasonal, bg_nbd) = (score(Method::Default), score(Method::Unseasonal), score(Method::BgNbd));
        assert!((0.5..0.7).contains(&default.base_rate));
        assert!(default.calibration_error < 0.04, "seed {seed}: {}", default.calibration_error);
        assert!(
            unseasonal.calibration_error > default.calibration_error + 0.015,
            "seed {seed}: {}",
            unseasonal.calibration_error
        );
        assert!(default.brier < unseasonal.brier && default.brier < bg_nbd.brier, "seed {seed}");
        assert!(default.area > bg_nbd.area, "seed {seed}: tickets are seen");
    }
}

#[test]
fn where_there_is_no_season_none_is_made_up() {
    for seed in [31, 32] {
        let customers = Shop { customers: 6_000, season: 0.0, year_to_year: 0.0, ..Shop::usual(seed) }.open();
        for cutoff in [547, BEFORE_THE_TOP] {
            let (default, bg_nbd) = (scored(Method::Default, &customers, cutoff), scored(Method::BgNbd, &customers, cutoff));
            assert!(default.calibration_error < 0.04, "seed {seed}, day {cutoff}: {}", default.calibration_error);
            assert!(default.brier < bg_nbd.brier + 0.001, "seed {seed}, day {cutoff}");
        }
    }
}

#[test]
fn without_last_year_it_says_so_and_stays_near_the_models_of_buying() {
    let mut customers = Shop { customers: 6_000, ..Shop::usual(41) }.open();
    for history in &mut customers {
        history.orders.retain(|order| order.day >= 365);
        history.tickets.retain(|day| *day >= 365);
    }
    let ask = Ask { cutoff: BEFORE_THE_TOP, horizons_days: vec![90], active_within_days: 365, seed: 1 };
    let Outcome::Forecast(risks) = forecast_by(Method::Default, &customers, &ask) else { panic!("abstained") };
    assert!(risks.iter().all(|risk| risk.fallback.is_some_and(|text| text.contains("season"))));
    assert!(risks.iter().all(|risk| risk.confidence != Confidence::High));
    let (default, bg_nbd) =
        (scored(Method::Default, &customers, BEFORE_THE_TOP), scored(Method::BgNbd, &customers, BEFORE_THE_TOP));
    assert!(default.brier < bg_nbd.brier + 0.002, "{} against {}", default.brier, bg_nbd.brier);
}

/// In a shop without a season the early cutoffs, with half a year behind them, seem to lie in another one; that is measured.
#[test]
fn a_short_history_is_told_from_a_season() {
    let customers = Shop { customers: 6_000, season: 0.0, year_to_year: 0.0, ..Shop::usual(61) }.open();
    let cutoff = 648;
    let ledgers = customers.iter().map(|history| Ledger::before(history, cutoff)).collect::<Vec<_>>();
    let buying = Buying::fit(&ledgers, cutoff, By::Both).unwrap();
    let frame = Frame { ledgers: &ledgers, first_day: 0, cutoff, horizon_days: 90, active_within_days: 365 };
    let matured = frame.matured(Some(&buying), 1);
    let effects = shortness::effects(frame, &buying, &matured, |row| row[0]);
    let shifts = matured.iter().map(|one| shortness::shift(one, |row| row[0]).unwrap()).collect::<Vec<_>>();
    let (first, last) = (effects[0], effects[effects.len() - 1]);
    assert!(first < -0.08 && last == 0.0, "{effects:?}");
    let (raw, mended) = (shifts[0] - shifts[shifts.len() - 1], shifts[0] - first - shifts[shifts.len() - 1]);
    assert!(raw < -0.1 && mended.abs() < raw.abs() / 2.0, "{raw} without, {mended} with");
}
