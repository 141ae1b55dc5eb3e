//! Small series by hand, changepoints, and whatever numbers there are.

use proptest::prelude::*;

use super::planted::{DAILY, Nature, generate};
use super::*;
use crate::robust::count;

fn weekly(length: usize) -> Vec<f64> {
    let ripple = [3.0, -2.0, 0.0, 1.0, -3.0, 2.0, -1.0, 4.0, -4.0, 1.0, 0.0];
    (0..length).map(|at| if at % 7 < 5 { 200.0 } else { 40.0 } + ripple[at % 11]).collect()
}

fn watched(values: &[f64], settings: Settings) -> Watched {
    watch(&Series { values, periods: &[7], weights: None }, settings)
}

#[test]
fn a_weekend_is_no_incident_and_a_workday_like_one_is() {
    let mut values = weekly(200);
    assert_eq!(watched(&values, Settings::default()).incidents, []);
    values[150] = 40.0;
    let found = watched(&values, Settings::default());
    assert_eq!(found.basis, Basis::Seasonal);
    let one = found.incidents[0];
    assert_eq!((found.incidents.len(), one.from, one.to, one.direction, one.kind), (1, 150, 150, Direction::Down, Kind::Spike));
    assert!((one.money - 160.0).abs() < 15.0, "{one:?}");
}

#[test]
fn days_in_a_row_are_one_incident_and_the_floor_holds() {
    let mut values = weekly(200);
    values[147..150].iter_mut().for_each(|value| *value *= 2.0);
    let found = watched(&values, Settings::default());
    assert_eq!(found.incidents.iter().map(|one| (one.from, one.to, one.kind)).collect::<Vec<_>>(), [(147, 149, Kind::Spike)]);
    let floored = watched(&values, Settings { least_money: 1000.0, ..Settings::default() });
    assert_eq!(floored.incidents, []);
}

#[test]
fn a_shift_alarms_on_its_first_day_and_is_the_normal_a_week_later() {
    let mut values = weekly(300);
    values[147..].iter_mut().for_each(|value| *value += 100.0);
    let found = watched(&values, Settings::default());
    let one = found.incidents[0];
    assert_eq!((found.incidents.len(), one.from, one.alarmed_at, one.kind), (1, 147, 147, Kind::Shift));
    assert!((found.points[220].expected - values[220]).abs() < 20.0, "{:?}", found.points[220]);
    let ongoing = watched(&values[..149], Settings::default());
    assert_eq!(ongoing.incidents[0].kind, Kind::Ongoing);
}

#[test]
fn what_comes_later_changes_no_judgement() {
    let (values, _) = generate(DAILY, 4000);
    let (whole, part) = (watched(&values, Settings::default()), watched(&values[..600], Settings::default()));
    assert_eq!(whole.points[..600], part.points[..]);
    let known = |watched: &Watched| watched.incidents.iter().map(|one| one.alarmed_at).filter(|at| *at < 600).collect::<Vec<_>>();
    assert_eq!(known(&whole), known(&part));
}

#[test]
fn a_ratio_on_few_cases_may_stray() {
    let mut values = weekly(200);
    let mut weights = vec![100.0; 200];
    values[150] = 175.0;
    let series = |weights: Option<&[f64]>| watch(&Series { values: &values, periods: &[7], weights }, Settings::default());
    assert_eq!(series(None).incidents.len(), 1);
    for (weight, judged) in [(4.0, true), (0.0, false)] {
        weights[150] = weight;
        let found = series(Some(&weights));
        assert_eq!((found.incidents.len(), found.points[150].score.is_some()), (0, judged));
    }
}

#[test]
fn short_flat_and_sparse_series() {
    assert_eq!(watched(&[], Settings::default()).basis, Basis::TooShort);
    assert_eq!(watched(&[1.0; 10], Settings::default()).basis, Basis::TooShort);
    assert_eq!(watched(&weekly(18), Settings::default()).basis, Basis::NoSeason);
    let flat = watched(&[vec![24.0; 60], vec![12.0; 2]].concat(), Settings::default());
    assert_eq!(flat.incidents.iter().map(|one| (one.from, one.to)).collect::<Vec<_>>(), [(60, 61)]);
    let sparse = (0..400).map(|at| if at % 19 == 0 { 1.0 } else { 0.0 }).collect::<Vec<_>>();
    assert_eq!(watched(&sparse, Settings::default()).incidents, []);
    assert_eq!(watched(&[f64::NAN; 100], Settings::default()).incidents, []);
}

#[test]
fn changes_of_level_are_found_where_they_were_planted() {
    let mut steps = weekly(400);
    steps[150..].iter_mut().for_each(|value| *value += 30.0);
    steps[280..].iter_mut().for_each(|value| *value -= 60.0);
    steps[200] = 5000.0;
    let found = changepoints(&steps, 7);
    assert_eq!(found.iter().map(|change| change.at).collect::<Vec<_>>(), [150, 280]);
    assert!((found[0].after - found[0].before - 30.0).abs() < 3.0, "{found:?}");
    assert_eq!(changepoints(&weekly(400), 7), []);
    assert_eq!(changepoints(&[5.0; 100], 7), []);
}

#[test]
fn changes_of_long_and_heavy_series_are_found_to_the_value() {
    let noise = Nature {
        length: 20_000,
        period: 24,
        freedom: 3,
        memory: 0.0,
        multiplies: false,
        between_spikes: 0.0,
        between_shifts: 0.0,
        missing: 0.02,
    };
    let (mut values, _) = generate(noise, 4001);
    let middle = crate::robust::median_and_deviation(&values).unwrap();
    values[9_003..].iter_mut().for_each(|value| *value += 8.0 * middle.1);
    let found = changepoints(&values, 24);
    assert!(found.iter().any(|change| change.at.abs_diff(9_003) <= 3), "{found:?}");
}

#[test]
fn ten_years_of_hours_are_quick() {
    let (values, _) = generate(Nature { length: 87_600, period: 24, ..DAILY }, 4002);
    let watched = watch(&Series { values: &values, periods: &[24, 168], weights: None }, Settings::default());
    assert_eq!(watched.points.len(), values.len());
    assert!(changepoints(&values, 168).iter().all(|change| change.deviations.is_finite()));
}

fn whatever() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![4 => 0.0..100.0_f64, 1 => any::<f64>(), 1 => Just(0.0), 1 => Just(1e15), 1 => Just(-1e15), 1 => Just(f64::NAN)];
    prop::collection::vec(value, 0..200)
}

proptest! {
    #[test]
    fn no_bits_make_it_panic(values in whatever(), weights in whatever(), period in 0..40_usize, weighted in any::<bool>(), offset in -1e15..1e15_f64) {
        let shifted = values.iter().map(|value| value + offset).collect::<Vec<_>>();
        for values in [&values, &shifted] {
            let series = Series { values, periods: &[period, 7], weights: weighted.then_some(&weights) };
            let found = watch(&series, Settings::default());
            prop_assert_eq!(found.points.len(), values.len());
            for point in &found.points {
                prop_assert!(point.expected.is_finite() && point.low <= point.expected && point.expected <= point.high);
                prop_assert!(point.low.is_finite() && point.high.is_finite() && point.score.is_none_or(|score| score.abs() <= 8.0));
            }
            for pair in found.incidents.windows(2) {
                prop_assert!(pair[0].to < pair[1].from, "{:?}", pair);
            }
            for one in &found.incidents {
                prop_assert!(one.from <= one.alarmed_at && one.from <= one.to && one.to < values.len() && one.money.is_finite());
            }
            for change in changepoints(values, period) {
                prop_assert!(change.at < values.len() && change.before.is_finite() && change.after.is_finite() && change.deviations.is_finite());
            }
        }
    }

    #[test]
    fn units_do_not_matter(seed in 0..50_u64, unit in prop_oneof![Just(0.001), Just(1000.0)]) {
        let (values, _) = generate(Nature { length: 300, ..DAILY }, 9000 + seed);
        let scaled = values.iter().map(|value| value * unit).collect::<Vec<_>>();
        let from = |values: &[f64]| watched(values, Settings::default()).incidents.iter().map(|one| one.from).collect::<Vec<_>>();
        prop_assert!(from(&values).len().abs_diff(from(&scaled).len()) <= 1, "{}", count(values.len()));
    }
}
