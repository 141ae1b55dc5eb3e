//! What holds of every forecast, and what the default must do on a shop that was made up.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 1, 2).unwrap()
}

fn ask(days: u64) -> Ask<'static> {
    Ask { origin: first() + Days::new(days), horizon_days: 28, holidays: &[], seed: 1 }
}

fn series(units: Vec<f64>) -> DemandSeries {
    DemandSeries { first_day: first(), units, stock: Vec::new(), prices: Vec::new() }
}

/// A Poisson by Knuth's multiplication.
fn poisson(mean: f64, chance: &mut ChaCha8Rng) -> f64 {
    let (mut count, mut product) = (0.0, chance.random::<f64>());
    while product > (-mean).exp() {
        count += 1.0;
        product *= chance.random::<f64>();
    }
    count
}

/// Forty items that sell twice as much on Tuesdays, nothing on Sundays, each at its own level, some days three times as much.
fn shop(days: usize, seed: u64) -> Vec<DemandSeries> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut item = |level: f64| {
        let day = |day: usize| {
            let week = [1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 0.0][day % 7];
            let busy = if chance.random::<f64>() < 0.1 { 3.0 } else { 1.0 };
            poisson(level * week * busy, &mut chance)
        };
        series((0..days).map(day).collect())
    };
    (0..40).map(|at| item(0.3 + 0.2 * f64::from(at))).collect()
}

fn assert_sound(forecast: &DemandForecast, horizon_days: usize) {
    assert_eq!(forecast.days.len(), horizon_days);
    for day in &forecast.days {
        assert!(day.mean.is_finite() && day.mean >= 0.0, "{day:?}");
        assert!(day.quantiles.iter().all(|units| units.is_finite() && *units >= 0.0), "{day:?}");
        assert!(day.quantiles.is_sorted(), "{day:?}");
    }
}

#[test]
fn the_default_adds_value_and_covers() {
    let panel = shop(7 * 40, 3);
    let origins = backtest::origins(first() + Days::new(7 * 40), 28, 3);
    let scores = score(&panel, &origins, 28, &[], &Method::ALL, 1);
    let of = |method: Method| scores.iter().find(|score| score.method == method).unwrap();
    let default = of(Method::Default);
    for score in &scores {
        assert!(score.series == 120 && score.spl.is_finite(), "{score:?}");
        assert!(default.spl <= score.spl && default.rmsse <= score.rmsse, "{default:?} after {score:?}");
    }
    assert!(default.value_added > 0.4 && of(Method::Naive).value_added == 0.0, "{default:?}");
    assert!((0.94..0.98).contains(&default.below_95) && default.bias.abs() < 0.05, "{default:?}");
}

#[test]
fn a_day_that_is_always_closed_sells_nothing() {
    for forecast in forecast(&shop(210, 5), &ask(210)) {
        let sunday = forecast.days[6];
        assert!(sunday.quantiles[10] == 0.0 && sunday.mean < 0.02 * forecast.days[1].mean, "{sunday:?}");
    }
}

#[test]
fn what_stock_held_down_is_given_back() {
    let mut panel = shop(210, 8);
    let open = forecast(&panel, &ask(210));
    for item in &mut panel {
        item.stock = item.units.iter().map(|units| if *units >= 4.0 { DayStock::SoldOut } else { DayStock::Open }).collect();
        item.units.iter_mut().for_each(|units| *units = units.min(4.0));
    }
    let corrected = forecast(&panel, &ask(210));
    panel.iter_mut().for_each(|item| item.stock.clear());
    let raw = forecast(&panel, &ask(210));
    let sum = |forecasts: &[DemandForecast]| forecasts[..25].iter().flat_map(|one| &one.days).map(|day| day.mean).sum::<f64>();
    let (open, corrected, raw) = (sum(&open), sum(&corrected), sum(&raw));
    assert!(raw < 0.85 * open, "raw {raw} of {open}");
    assert!((corrected / open - 1.0).abs() < 0.12, "corrected {corrected} of {open}");
}

#[test]
fn days_with_nothing_to_sell_say_nothing() {
    let mut units = vec![5.0; 200];
    units[100..140].fill(0.0);
    let mut item = series(units);
    let low = forecast(std::slice::from_ref(&item), &ask(200))[0].days[0].mean;
    item.stock = (0..200).map(|day| if (100..140).contains(&day) { DayStock::Unavailable } else { DayStock::Open }).collect();
    let said = &forecast(std::slice::from_ref(&item), &ask(200))[0];
    assert!(low < said.days[0].mean && (said.days[0].mean - 5.0).abs() < 0.05, "{low} {said:?}");
    assert!((said.censored_share - 0.2).abs() < 1e-9);
}

#[test]
fn little_is_labelled() {
    let mut panel = shop(210, 2);
    panel.push(series(vec![0.0; 210]));
    panel.push(series([vec![0.0; 200], vec![2.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]].concat()));
    panel.push(series(Vec::new()));
    let said = forecast(&panel, &ask(210));
    assert_eq!(forecast(&shop(100, 2), &ask(100))[39].confidence, Confidence::Medium);
    assert_eq!((said[39].fallback, said[39].confidence), (None, Confidence::High));
    assert!(said[40].fallback.unwrap().starts_with("nothing sold yet") && said[40].days[0].mean < 0.01, "{:?}", said[40]);
    assert!(said[41].fallback.unwrap().starts_with("fewer than 8 days") && said[41].days[0].mean > 0.05, "{:?}", said[41]);
    assert!(said[42].fallback.unwrap().starts_with("nothing sold yet") && said[42].confidence == Confidence::Low);
    assert_eq!(said[41].class, Class::Sparse);
}

#[test]
fn what_is_not_whole_is_counted_too() {
    let units = (0..200).map(|day| 0.001 * (1.0 + 0.3 * f64::from(day % 3))).collect();
    let day = forecast(&[series(units)], &ask(200))[0].days[3];
    assert!((day.mean / 0.0013 - 1.0).abs() < 0.05 && (day.quantiles[6] / 0.0013 - 1.0).abs() < 0.1, "{day:?}");
}

#[test]
fn huge_and_constant_series_stay_sound() {
    for units in [vec![1e15; 120], vec![1e15, 0.0, 0.0], vec![7.0; 300], [1e9, 1.0].repeat(60), vec![-3.0; 50]] {
        for method in Method::ALL {
            assert_sound(&forecast_by(method, &[series(units.clone())], &ask(400))[0], 28);
        }
    }
}

fn ugly_series() -> impl Strategy<Value = DemandSeries> {
    let units = prop_oneof![
        4 => Just(0.0),
        4 => (1_u32..20).prop_map(f64::from),
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-4.0), Just(1e15), Just(0.25)],
    ];
    let stock = prop_oneof![6 => Just(DayStock::Open), 1 => Just(DayStock::SoldOut), 1 => Just(DayStock::Unavailable)];
    let days = proptest::collection::vec((units, stock), 0..120);
    (days, 0_u64..60, any::<bool>()).prop_map(|(days, later, known)| {
        let (units, stock): (Vec<f64>, Vec<DayStock>) = days.into_iter().unzip();
        DemandSeries {
            first_day: first() + Days::new(later),
            units,
            stock: if known { stock } else { Vec::new() },
            prices: Vec::new(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_method_is_sound_on_anything(
        panel in proptest::collection::vec(ugly_series(), 0..12), days in 0_u64..150, holidays in proptest::collection::vec(0_u64..200, 0..9),
    ) {
        let holidays: Vec<NaiveDate> = holidays.iter().map(|day| first() + Days::new(*day)).collect();
        for method in Method::ALL {
            let said = forecast_by(method, &panel, &Ask { holidays: &holidays, ..ask(days) });
            prop_assert_eq!(said.len(), panel.len());
            said.iter().for_each(|one| assert_sound(one, 28));
        }
    }

    #[test]
    fn nothing_from_the_origin_on_is_looked_at(panel in proptest::collection::vec(ugly_series(), 1..8), days in 1_u64..100) {
        let ask = ask(days);
        let mut cut = panel.clone();
        for series in &mut cut {
            let known = usize::try_from((ask.origin - series.first_day).num_days()).unwrap_or(0).min(series.units.len());
            series.units.truncate(known);
            series.stock.truncate(known);
        }
        for method in Method::ALL {
            prop_assert_eq!(forecast_by(method, &panel, &ask), forecast_by(method, &cut, &ask));
        }
    }
}
