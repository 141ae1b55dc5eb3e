//! Simulated queues whose true probabilities are known, and whatever numbers there are.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::scores::probability::{Matured, base_rate, brier, calibration_error};

fn normal(chance: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| chance.random::<f64>()).sum::<f64>() - 6.0
}

/// Minutes that a case takes: log-normal, longer with the parent, with the segment's own pace; a tenth of segment 1 is closed at 2,400 by a clock.
fn minutes(chance: &mut ChaCha8Rng, parent: usize, segment: usize) -> f64 {
    let pace = 0.3 * (count(segment) - 3.0) / 2.0;
    let minutes = (5.0 + 0.6 * count(parent) + pace + normal(chance)).exp();
    if segment == 1 && chance.random::<f64>() < 0.1 { minutes.clamp(2399.0, 2400.0) } else { minutes }
}

/// Cases of four parents and six segments each (the last with few cases), cut off at a random age: about a fifth is still open.
fn queue(chance: &mut ChaCha8Rng, cases: usize) -> Vec<Case> {
    let case = |_| {
        let parent = chance.random_range(0..4);
        let segment = if chance.random::<f64>() < 0.01 { 5 } else { chance.random_range(0..5) };
        let (takes, age) = (minutes(chance, parent, segment), 6000.0 * chance.random::<f64>());
        Case { parent, segment, business_minutes: takes.min(age), closed: takes <= age, age_days: 0.0 }
    };
    (0..cases).map(case).collect()
}

/// P(takes > target | takes > elapsed), as `minutes` makes it.
fn truth(parent: usize, segment: usize, elapsed: f64, target: f64) -> f64 {
    let middle = 5.0 + 0.6 * count(parent) + 0.3 * (count(segment) - 3.0) / 2.0;
    let clocked = if segment == 1 { 0.1 } else { 0.0 };
    let longer = |than: f64| {
        let normal = 0.5 * statrs::function::erf::erfc((than.ln() - middle) / std::f64::consts::SQRT_2);
        (1.0 - clocked) * normal + if than < 2399.0 { clocked } else { 0.0 }
    };
    (longer(target) / longer(elapsed.max(1e-9))).clamp(0.0, 1.0)
}

/// Open clocks at random ages and what became of them, as was said and as was true.
fn matured(times: &ResolutionTimes, chance: &mut ChaCha8Rng, clocks: usize) -> (Vec<Matured>, Vec<Matured>) {
    let (mut matured, mut truths) = (Vec::new(), Vec::new());
    while matured.len() < clocks {
        let (parent, segment) = (chance.random_range(0..4), chance.random_range(0..6));
        let (takes, elapsed) = (minutes(chance, parent, segment), 1500.0 * chance.random::<f64>().powi(2));
        let target = 240.0 * 2_f64.powi(i32::try_from(parent).unwrap());
        if takes > elapsed && elapsed < target {
            let breach = times.breach(parent, segment, elapsed, target).unwrap();
            matured.push(Matured { probability: breach.probability, happened: takes > target });
            truths.push(Matured { probability: truth(parent, segment, elapsed, target), happened: takes > target });
        }
    }
    (matured, truths)
}

#[test]
fn probabilities_are_calibrated() {
    let mut worst = 0.0_f64;
    for seed in 50_000..50_005 {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let times = ResolutionTimes::of(&queue(&mut chance, 4000)).unwrap();
        let (matured, truths) = matured(&times, &mut chance, 6000);
        let (error, base) = (calibration_error(&matured).unwrap(), base_rate(&matured).unwrap());
        let (said, best) = (brier(&matured).unwrap(), brier(&truths).unwrap());
        println!("seed {seed}: calibration error {error:.4}, base rate {base:.3}, Brier {said:.4}, of the truth {best:.4}");
        worst = worst.max(error);
        assert!(said < best + 0.005 && said < base * (1.0 - base), "Brier {said} for {best} of seed {seed}");
    }
    assert!(worst < 0.04, "calibration error {worst}");
}

#[test]
fn few_cases_borrow_and_say_so() {
    let mut chance = ChaCha8Rng::seed_from_u64(9);
    let times = ResolutionTimes::of(&queue(&mut chance, 3000)).unwrap();
    let basis = |parent, segment, elapsed| times.breach(parent, segment, elapsed, elapsed + 600.0).unwrap().basis;
    assert_eq!(basis(1, 2, 10.0), Basis::Segment);
    assert_eq!(basis(1, 77, 10.0), Basis::Parent);
    assert_eq!(basis(77, 0, 10.0), Basis::All);
    assert_eq!(basis(1, 2, 90_000.0), Basis::Tail);
    assert_eq!(times.breach(1, 2, 50.0, 50.0).unwrap().basis, Basis::Passed);
}

#[test]
fn a_team_that_has_become_faster_is_believed() {
    let case = |at: usize| {
        let age_days = count(at % 200);
        Case {
            parent: 0,
            segment: 0,
            business_minutes: if age_days < 60.0 { 100.0 } else { 1000.0 } + count(at % 37),
            closed: true,
            age_days,
        }
    };
    let times = ResolutionTimes::of(&(0..10_000).map(case).collect::<Vec<_>>()).unwrap();
    assert!(times.breach(0, 0, 0.0, 500.0).unwrap().probability < 0.15);
}

#[test]
fn without_a_closed_case_nothing_is_said() {
    let open = Case { parent: 0, segment: 0, business_minutes: 5.0, closed: false, age_days: 3.0 };
    assert!(ResolutionTimes::of(&[]).is_none() && ResolutionTimes::of(&[open; 9]).is_none());
    let one = ResolutionTimes::of(&[Case { closed: true, ..open }]).unwrap();
    let breach = one.breach(0, 0, 0.0, 5.0).unwrap();
    assert!(breach.probability > 0.05 && breach.interval.high > 0.5 && breach.basis == Basis::Tail);
}

proptest! {
    #[test]
    fn never_certain_and_never_less_likely_for_an_earlier_target(
        minutes in prop::collection::vec((any::<f64>(), any::<bool>(), 0..3_usize), 0..60),
        nice in prop::collection::vec((0.0..500.0_f64, any::<bool>(), 0..3_usize), 0..60),
        elapsed in 0.0..600.0_f64, first in 0.0..400.0_f64, second in 0.0..400.0_f64,
    ) {
        let case = |(business_minutes, closed, segment): &(f64, bool, usize)| {
            let age_days = if business_minutes.to_bits() % 3 == 0 { *business_minutes } else { 2.0 };
            Case { parent: segment / 2, segment: *segment, business_minutes: *business_minutes, closed: *closed, age_days }
        };
        let cases = minutes.iter().chain(&nice).map(case).collect::<Vec<_>>();
        if let Some(times) = ResolutionTimes::of(&cases) {
            let at = |target: f64| times.breach(1, 2, elapsed, target).unwrap();
            let (sooner, later) = (at(elapsed + first.min(second)), at(elapsed + first.max(second)));
            for breach in [sooner, later, at(1e300), at(-1.0)] {
                prop_assert!((EDGE..=1.0 - EDGE).contains(&breach.probability));
                prop_assert!(breach.interval.low <= breach.probability && breach.probability <= breach.interval.high);
            }
            prop_assert!(sooner.probability >= later.probability - 1e-12);
            prop_assert!(times.breach(0, 0, f64::NAN, 1.0).is_none());
        }
    }
}
