//! Generated queues whose true means are known, and whatever numbers there are.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::robust::count;

/// Monday 2024-01-01, hour 0.
const MONDAY: i64 = 473_352;

fn normal(chance: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| chance.random::<f64>()).sum::<f64>() - 6.0
}

fn poisson(chance: &mut ChaCha8Rng, mean: f64) -> f64 {
    if mean > 60.0 {
        return (mean + mean.sqrt() * normal(chance)).round().max(0.0);
    }
    let (mut count, mut product) = (0.0, chance.random::<f64>());
    while product > (-mean).exp() {
        count += 1.0;
        product *= chance.random::<f64>();
    }
    count
}

/// A queue: its size, whether it closes at night and on Sunday, days and hours that stray together, a level that wanders, an outage now and then,
/// missing hours.
fn queue(seed: u64, weeks: usize) -> HourlySeries {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let size = (-0.5 + 4.5 * chance.random::<f64>()).exp();
    let closes = chance.random::<bool>();
    let (wander, day_stray, hour_stray) =
        (0.02 * chance.random::<f64>(), 0.15 * chance.random::<f64>(), 0.3 * chance.random::<f64>());
    let peak = 9.0 + 6.0 * chance.random::<f64>();
    let (mut level, mut of_day, mut outage) = (0.0, 0.0, 1.0);
    let mut counts = Vec::with_capacity(weeks * WEEK);
    for at in 0..weeks * WEEK {
        let (day, hour) = (at / DAY % 7, at % DAY);
        if hour == 0 {
            level += wander * normal(&mut chance);
            of_day = day_stray * normal(&mut chance);
            outage = if chance.random::<f64>() < 0.005 { 4.0 } else { 1.0 };
        }
        let open = !closes || (day < 6 && (8..20).contains(&hour));
        let shape = 0.1 + (-((count(hour) - peak) / 4.0).powi(2)).exp();
        let weekend = if day >= 5 { 0.5 } else { 1.0 };
        let stray = (level + of_day + hour_stray * normal(&mut chance)).exp();
        let mean = if open { size * shape * weekend * stray * outage } else { 0.0 };
        let came = poisson(&mut chance, mean);
        counts.push(if chance.random::<f64>() < 0.01 { f64::NAN } else { came });
    }
    HourlySeries { first_hour: MONDAY, counts }
}

/// Shares of hours below each quantile (ties half), of hours in which much is expected.
fn calibration(seeds: std::ops::Range<u64>, weeks: usize, hours: usize) -> [f64; 7] {
    let (mut below, mut all) = ([0.0; 7], 0.0);
    for seed in seeds {
        let queue = queue(seed, weeks);
        let known = queue.counts.len() - hours;
        let said = forecast(&HourlySeries { counts: queue.counts[..known].to_vec(), ..queue }, hours);
        for (demand, came) in
            said.hours.iter().zip(&queue.counts[known..]).filter(|(demand, came)| demand.mean > 4.0 && came.is_finite())
        {
            all += 1.0;
            for (sum, quantile) in below.iter_mut().zip(demand.quantiles) {
                *sum += if *came < quantile {
                    1.0
                } else if *came == quantile {
                    0.5
                } else {
                    0.0
                };
            }
        }
    }
    below.map(|sum| sum / all)
}

#[test]
fn quantiles_are_where_they_say() {
    let below = calibration(40_100..40_160, 26, 336);
    println!("{below:.3?}");
    for (below, level) in below.iter().zip(LEVELS) {
        assert!((below - level).abs() < 0.05, "{below} below the quantile of {level}");
    }
}

fn mean_score(seeds: std::ops::Range<u64>, weeks: usize, hours: usize) -> [f64; 5] {
    let (mut sums, all) = ([0.0; 5], count(seeds.clone().count()));
    for seed in seeds {
        let score = score(&queue(seed, weeks), hours, 4).unwrap();
        let each = [
            score.within_80,
            score.within_90,
            score.absolute_error / score.naive_absolute_error,
            score.pinball / score.naive_pinball,
            score.bias,
        ];
        sums.iter_mut().zip(each).for_each(|(sum, one)| *sum += one / all);
    }
    sums
}

#[test]
fn quantiles_hold_what_they_promise_and_beat_last_week() {
    for (weeks, hours) in [(26, 168), (26, 672), (6, 168)] {
        let [within_80, within_90, error, pinball, bias] = mean_score(40_000..40_040, weeks, hours);
        println!(
            "{weeks} weeks, {hours} hours: within 80 % {within_80:.3}, 90 % {within_90:.3}, error ÷ naive {error:.3}, pinball ÷ naive {pinball:.3}, bias {bias:.3}"
        );
        // Whole counts and closed hours hold more than promised.
        assert!((0.77..0.96).contains(&within_80) && (0.87..0.98).contains(&within_90), "{within_80} {within_90}");
        assert!(error < 0.85 && pinball < 0.6 && bias.abs() < 0.08, "{error} {pinball} {bias}");
    }
}

#[test]
fn closed_hours_stay_closed() {
    let open = |at: usize| at / DAY % 7 < 5 && (8..18).contains(&(at % DAY));
    let counts = (0..12 * WEEK).map(|at| if open(at) { 10.0 + count(at % 5) } else { 0.0 }).collect();
    let said = forecast(&HourlySeries { first_hour: MONDAY, counts }, 2 * WEEK);
    for (at, demand) in said.hours.iter().enumerate() {
        if open(at) {
            assert!((demand.mean - 12.0).abs() < 1.5, "{at}: {demand:?}");
        } else {
            assert!((0.0..0.05).contains(&demand.mean) && demand.quantiles == [0.0; 7], "{at}: {demand:?}");
        }
    }
    assert_eq!((said.method, said.fallback, said.confidence), (Method::HourOfWeek, None, Confidence::High));
}

#[test]
fn little_history_is_labelled() {
    let said = |hours: usize| {
        let series = queue(12, 4);
        let said = forecast(&HourlySeries { counts: series.counts[..hours].to_vec(), ..series }, 200);
        (said.method, said.fallback, said.hours.len())
    };
    assert_eq!(said(0), (Method::None, Some(Fallback::NoHistory), 0));
    assert_eq!(said(20).1, Some(Fallback::UnderADay));
    assert_eq!(said(100), (Method::HourOfDay, Some(Fallback::UnderAWeek), 200));
    assert_eq!(said(300), (Method::HourOfWeek, Some(Fallback::UnderTwoWeeks), 200));
    let zero = forecast(&HourlySeries { first_hour: 0, counts: vec![0.0; 999] }, 5);
    assert!(zero.fallback == Some(Fallback::AllZero) && zero.hours[0].mean > 0.0 && zero.hours[0].quantiles == [0.0; 7]);
}

#[test]
fn a_holiday_is_forecast_as_holidays_were() {
    let first_day = MONDAY / 24;
    let holidays = [10, 31, 59, 73, 86].map(|day| first_day + day);
    let mut counts = (0..12 * WEEK).map(|at| if (8..18).contains(&(at % DAY)) { 20.0 } else { 2.0 }).collect::<Vec<_>>();
    for holiday in holidays.iter().filter(|day| **day < first_day + 84) {
        let from = usize::try_from(holiday - first_day).unwrap() * DAY;
        counts[from..from + DAY].iter_mut().for_each(|value| *value *= 0.2);
    }
    let said = forecast_with_holidays(&HourlySeries { first_hour: MONDAY, counts }, &holidays, WEEK);
    assert!(said.hours[2 * DAY + 10].mean < 6.0 && said.hours[DAY + 10].mean > 18.0, "{:?}", said.hours[2 * DAY + 10]);
}

#[test]
fn a_level_that_moved_is_followed() {
    let counts = (0..20 * WEEK).map(|at| if at < 16 * WEEK { 4.0 } else { 8.0 } + count(at % 3) - 1.0).collect();
    let said = forecast(&HourlySeries { first_hour: MONDAY, counts }, WEEK);
    let mean = said.hours.iter().map(|demand| demand.mean).sum::<f64>() / count(WEEK);
    assert!((7.7..8.3).contains(&mean), "{mean}");
}

#[test]
fn the_turn_of_the_year_is_followed_where_years_are_known() {
    let december = |at: usize| if (330..364).contains(&(at / DAY % 364)) { 3.0 } else { 1.0 };
    let counts = (0..(3 * 364 - 40) * DAY).map(|at| 10.0 * december(at) + count(at % 3)).collect();
    let said = forecast(&HourlySeries { first_hour: MONDAY, counts }, 672);
    assert!(said.hours[671].mean > 20.0, "{:?}", said.hours[671]);
}

proptest! {
    #[test]
    fn no_bits_make_it_panic(
        counts in prop::collection::vec(prop_oneof![4 => 0.0..9.0_f64, 1 => any::<f64>(), 1 => Just(f64::NAN), 1 => Just(1e15), 2 => Just(0.0)], 0..900),
        first_hour in any::<i64>(), hours in 0..400_usize, holiday in any::<i64>(),
    ) {
        let series = HourlySeries { first_hour, counts };
        let said = forecast_with_holidays(&series, &[holiday, first_hour / 24], hours);
        prop_assert!(said.hours.len() == hours || said.fallback == Some(Fallback::NoHistory));
        for demand in &said.hours {
            prop_assert!(demand.mean.is_finite() && demand.mean >= 0.0, "{:?}", demand);
            prop_assert!(demand.quantiles.is_sorted() && demand.quantiles.iter().all(|one| one.is_finite() && *one >= 0.0));
        }
        prop_assert_eq!(naive(&series, hours).len(), hours);
        if let Some(score) = score(&series, hours.max(1), 2) {
            prop_assert!(score.pinball.is_finite() && score.absolute_error.is_finite());
        }
    }
}
