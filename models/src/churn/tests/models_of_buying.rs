//! The models of buying against published fits, against simulation, and against the score that they are not.

use std::io::Read;
use std::path::Path;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::simulated::Shop;
use super::super::{FitError, Summary, bg_nbd, gamma_gamma, ledger::Ledger, pareto_nbd};
use super::{matured, none_after, order};
use crate::churn::{Ask, CustomerHistory, Method, Outcome, forecast_by};
use crate::scores::probability::{Matured, area_under_curve, brier};

fn near(said: f64, published: f64, half_a_last_digit: f64) {
    assert!((said - published).abs() <= half_a_last_digit, "{said} for {published}");
}

/// Fader, Hardie, Lee 2005 and notes 8, 9 and 25, on the 2,357 customers of CDNOW up to 1997-09-30.
#[test]
fn published_parameters_of_cdnow() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/cdnow/CDNOW_sample.txt.gz");
    let Some(summaries) = cdnow(&path) else {
        eprintln!("left out: CDNOW is not at ../shared/data/cdnow (its licence keeps it out of the repository)");
        return;
    };
    assert_eq!(summaries.len(), 2_357);
    let bg = bg_nbd::fit(&summaries, 0.0).unwrap();
    near(bg.parameters.r, 0.243, 0.0005);
    near(bg.parameters.alpha, 4.414, 0.0005);
    near(bg.parameters.a, 0.793, 0.0005);
    near(bg.parameters.b, 2.426, 0.0005);
    near(bg.log_likelihood, -9_582.4, 0.05);
    let pareto = pareto_nbd::fit(&summaries, 0.0).unwrap();
    near(pareto.parameters.r, 0.553, 0.0005);
    near(pareto.parameters.alpha, 10.578, 0.0005);
    near(pareto.parameters.s, 0.606, 0.0005);
    near(pareto.parameters.beta, 11.669, 0.0005);
    near(pareto.log_likelihood, -9_595.0, 0.05);
    let value = gamma_gamma::fit(&summaries, 0.0).unwrap();
    near(value.parameters.p, 6.25, 0.005);
    near(value.parameters.q, 3.74, 0.005);
    near(value.parameters.v, 15.44, 0.005);
    // Conditional sums over 39 weeks as the lifetimes package gives them.
    near(summaries.iter().map(|of| bg_nbd::expected_orders(&bg.parameters, of, 39.0)).sum(), 1_653.0, 1.0);
    near(summaries.iter().map(|of| pareto_nbd::expected_orders(&pareto.parameters, of, 39.0)).sum(), 1_666.0, 1.0);
}

fn cdnow(path: &Path) -> Option<Vec<Summary>> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).ok()?).read_to_string(&mut text).unwrap();
    let mut customers = std::collections::BTreeMap::<&str, std::collections::BTreeMap<i32, f64>>::new();
    for line in text.lines() {
        let [_, customer, day, _, value] = line.split_whitespace().collect::<Vec<_>>()[..] else { continue };
        let day = chrono::NaiveDate::parse_from_str(day, "%Y%m%d").unwrap();
        let days = i32::try_from((day - chrono::NaiveDate::from_ymd_opt(1997, 9, 30).unwrap()).num_days()).unwrap();
        if days <= 0 {
            *customers.entry(customer).or_default().entry(days).or_default() += value.parse::<f64>().unwrap();
        }
    }
    let summary = |days: &std::collections::BTreeMap<i32, f64>| {
        let (first, last) = (f64::from(*days.keys().next().unwrap()), f64::from(*days.keys().last().unwrap()));
        let repeats = days.len() as f64 - 1.0;
        let mean_value = days.values().skip(1).sum::<f64>() / repeats.max(1.0);
        Summary { repeats, recency: (last - first) / 7.0, age: -first / 7.0, mean_value }
    };
    Some(customers.values().map(summary).collect())
}

/// A steady shop that is known from its first day: the BG/NBD is true of it.
fn steady(seed: u64) -> Vec<CustomerHistory> {
    let shop = Shop { customers: 6_000, before_days: 0.0, season: 0.0, year_to_year: 0.0, ticket: 0.0, ..Shop::usual(seed) };
    Shop { first_stays: true, ..shop }.open()
}

fn summaries(customers: &[CustomerHistory], cutoff: i32) -> Vec<Summary> {
    let standing = customers.iter().filter_map(|history| Some(Ledger::before(history, cutoff).standing(cutoff)?.summary()));
    standing.collect()
}

#[test]
fn known_parameters_are_found_again() {
    let summaries = summaries(&steady(3), 600);
    let found = bg_nbd::fit(&summaries, 0.0).unwrap().parameters;
    let close = |said: f64, truth: f64| assert!((said / truth).ln().abs() < 0.2, "{said} for {truth}: {found:?}");
    close(found.r, 0.8);
    close(found.alpha, 55.0 / 7.0);
    close(found.a / (found.a + found.b), 0.6 / 3.6);
    let values = summaries.iter().filter(|of| of.repeats > 0.0).count();
    assert!(values > 2_000 && gamma_gamma::fit(&summaries, 0.0).unwrap().parameters.q > 1.0);
}

/// The probability of no order against simulated ones: by groups of what was seen.
#[test]
fn no_order_comes_as_often_as_said() {
    let customers = steady(4);
    let (cutoff, days) = (500, 90);
    let parameters = bg_nbd::Parameters { r: 0.8, alpha: 55.0 / 7.0, a: 0.6, b: 3.0 };
    let rows = customers.iter().filter_map(|history| {
        let of = Ledger::before(history, cutoff).standing(cutoff)?.summary();
        let said = bg_nbd::probability_of_none(&parameters, &of, f64::from(days) / 7.0);
        let expected = bg_nbd::expected_orders(&parameters, &of, f64::from(days) / 7.0);
        let came = history.orders.iter().filter(|order| (cutoff..cutoff + days).contains(&order.day)).count();
        Some((said, none_after(history, cutoff, days), expected, came as f64))
    });
    let mut rows = rows.collect::<Vec<_>>();
    rows.sort_by(|left, right| left.0.total_cmp(&right.0));
    for group in rows.chunks(rows.len().div_ceil(5)) {
        let size = group.len() as f64;
        let said = group.iter().map(|row| row.0).sum::<f64>() / size;
        let came = group.iter().filter(|row| row.1).count() as f64 / size;
        assert!((said - came).abs() < 0.035, "said {said:.3}, came {came:.3}");
    }
    let (said, came) = rows.iter().fold((0.0, 0.0), |(said, came), row| (said + row.2, came + row.3));
    assert!((said / came - 1.0_f64).abs() < 0.06, "{said} orders said, {came} came");
}

/// Pareto/NBD customers drawn one by one, and what the model says of those that look alike.
#[test]
fn pareto_nbd_says_what_its_own_customers_do() {
    let truth = pareto_nbd::Parameters { r: 1.0, alpha: 6.0, s: 1.0, beta: 20.0 };
    let mut chance = ChaCha8Rng::seed_from_u64(8);
    let mut exponential = |rate: f64| -(1.0 - chance.random::<f64>()).ln() / rate;
    let (age, horizon) = (40.0, 12.0);
    let mut all = Vec::new();
    for _ in 0..20_000 {
        // Shapes of 1: the gamma distributions are exponential.
        let (rate, leaving) = (exponential(6.0), exponential(20.0));
        let gone = exponential(leaving);
        let (mut time, mut times) = (0.0, Vec::new());
        while time < gone.min(age + horizon) {
            times.push(time);
            time += exponential(rate);
        }
        let seen = times.iter().filter(|time| **time <= age).copied().collect::<Vec<_>>();
        let of = Summary { repeats: seen.len() as f64 - 1.0, recency: *seen.last().unwrap(), age, mean_value: 1.0 };
        all.push((of, times.len() - seen.len(), gone > age));
    }
    let found = pareto_nbd::fit(&all.iter().map(|one| one.0).collect::<Vec<_>>(), 0.0).unwrap().parameters;
    assert!((found.r / found.alpha * 6.0).ln().abs() < 0.1 && (found.s / found.beta * 20.0).ln().abs() < 0.3, "{found:?}");
    all.sort_by(|left, right| left.0.recency.total_cmp(&right.0.recency));
    for group in all.chunks(4_000) {
        let mean = |value: &dyn Fn(&(Summary, usize, bool)) -> f64| group.iter().map(value).sum::<f64>() / group.len() as f64;
        let pairs = [
            (mean(&|one| pareto_nbd::probability_of_none(&truth, &one.0, horizon)), mean(&|one| f64::from(one.1 == 0))),
            (mean(&|one| pareto_nbd::probability_alive(&truth, &one.0)), mean(&|one| f64::from(one.2))),
            (mean(&|one| pareto_nbd::expected_orders(&truth, &one.0, horizon)) / 3.0, mean(&|one| one.1 as f64) / 3.0),
        ];
        assert!(pairs.iter().all(|(said, came)| (said - came).abs() < 0.03), "{pairs:?}");
    }
}

/// Sorting by 1 − P(alive) is worse than a coin where many ordered once: the BG/NBD holds all of them alive for certain.
#[test]
fn not_alive_is_no_score_of_churn() {
    let shop = Shop { customers: 4_000, before_days: 0.0, season: 0.0, r: 0.25, alpha: 30.0, ticket: 0.0, ..Shop::usual(6) };
    let shop = Shop { first_stays: true, ..shop };
    let (customers, cutoff) = (shop.open(), 450);
    let known = customers.iter().filter_map(|history| {
        let of = Ledger::before(history, cutoff).standing(cutoff)?.summary();
        Some((of, none_after(history, cutoff, 90)))
    });
    let known = known.collect::<Vec<_>>();
    let once = known.iter().filter(|(of, _)| of.repeats == 0.0).count();
    assert!(once * 2 > known.len(), "{once} of {} ordered once", known.len());
    let parameters = bg_nbd::fit(&known.iter().map(|(of, _)| *of).collect::<Vec<_>>(), 0.0).unwrap().parameters;
    let scores = |score: &dyn Fn(&Summary) -> f64| {
        let pairs = known.iter().map(|(of, none)| Matured { probability: score(of), happened: *none });
        let pairs = pairs.collect::<Vec<_>>();
        (area_under_curve(&pairs).unwrap(), brier(&pairs).unwrap())
    };
    let not_alive = scores(&|of| 1.0 - bg_nbd::probability_alive(&parameters, of));
    let none = scores(&|of| bg_nbd::probability_of_none(&parameters, of, 90.0 / 7.0));
    assert!(not_alive.0 < 0.5 && none.0 > 0.7, "area {not_alive:?} against {none:?}");
    assert!(none.1 + 0.1 < not_alive.1, "Brier {not_alive:?} against {none:?}");
    let ask = Ask { cutoff, horizons_days: vec![90], active_within_days: 365, seed: 1 };
    let Outcome::Forecast(risks) = forecast_by(Method::BgNbd, &customers, &ask) else { panic!("abstained") };
    assert!(area_under_curve(&matured(&risks, &customers, cutoff)).unwrap() > 0.65);
}

#[test]
fn what_cannot_be_is_not_fitted() {
    let fine = Summary { repeats: 2.0, recency: 3.0, age: 9.0, mean_value: 5.0 };
    for (index, wrong) in [
        (0, Summary { age: f64::NAN, ..fine }),
        (0, Summary { recency: 10.0, ..fine }),
        (0, Summary { repeats: -1.0, ..fine }),
        (0, Summary { repeats: 0.0, ..fine }),
    ] {
        assert_eq!(bg_nbd::fit(&[wrong, fine], 0.0), Err(FitError::Impossible { index }));
        assert_eq!(pareto_nbd::fit(&[wrong, fine], 0.0), Err(FitError::Impossible { index }));
        assert_eq!(gamma_gamma::fit(&[wrong, fine], 0.0).map(|_| ()), Err(FitError::Impossible { index }));
    }
    let once = Summary { repeats: 0.0, recency: 0.0, ..fine };
    assert_eq!(bg_nbd::fit(&[once; 5], 0.0), Err(FitError::TooFew { customers: 5, repeaters: 0 }));
    assert_eq!(gamma_gamma::fit(&[], 0.0).map(|_| ()), Err(FitError::TooFew { customers: 0, repeaters: 0 }));
}

#[test]
fn a_customers_own_mean_counts_the_more_the_more_there_is_of_it() {
    let parameters = gamma_gamma::Parameters { p: 6.25, q: 3.74, v: 15.44 };
    let of = |repeats| Summary { repeats, recency: 1.0, age: 9.0, mean_value: 100.0 };
    let everybody = gamma_gamma::expected_value(&parameters, &of(0.0));
    let (few, many) = (gamma_gamma::expected_value(&parameters, &of(1.0)), gamma_gamma::expected_value(&parameters, &of(50.0)));
    assert!((everybody - 35.22).abs() < 0.01 && everybody < few && few < many && many < 100.0);
    let history = CustomerHistory { orders: vec![order(1, 100.0)], ..CustomerHistory::default() };
    assert_eq!(Ledger::before(&history, 5).standing(5).unwrap().mean_value(), 100.0);
}

proptest! {
    #[test]
    fn probabilities_are_ones_for_any_parameters(
        logs in proptest::array::uniform4(-5.0..5.0_f64),
        repeats in 0_u16..400,
        share in 0.0..1.0_f64,
        age in 0.01..500.0_f64,
        time in 0.01..200.0_f64,
    ) {
        let [r, alpha, a, b] = logs.map(f64::exp);
        let recency = if repeats == 0 { 0.0 } else { age * share };
        let of = Summary { repeats: f64::from(repeats), recency, age, mean_value: 1.0 };
        let bg = bg_nbd::Parameters { r, alpha, a, b };
        let pareto = pareto_nbd::Parameters { r, alpha, s: a, beta: b };
        let said = [
            bg_nbd::probability_of_none(&bg, &of, time),
            bg_nbd::probability_alive(&bg, &of),
            pareto_nbd::probability_of_none(&pareto, &of, time),
            pareto_nbd::probability_alive(&pareto, &of),
        ];
        prop_assert!(said.iter().all(|one| (0.0..=1.0).contains(one)), "{said:?}");
        prop_assert!(bg_nbd::probability_of_none(&bg, &of, 2.0 * time) <= said[0] + 1e-12);
        prop_assert!(pareto_nbd::probability_of_none(&pareto, &of, 2.0 * time) <= said[2] + 1e-6);
        let orders = [bg_nbd::expected_orders(&bg, &of, time), pareto_nbd::expected_orders(&pareto, &of, time)];
        prop_assert!(orders.iter().all(|one| one.is_finite() && *one >= 0.0), "{orders:?}");
        // Nobody can be expected to order less than once with the probability of ordering at all.
        prop_assert!(orders[1] >= 1.0 - said[2] - 1e-6, "{} orders, {} of none", orders[1], said[2]);
    }
}
