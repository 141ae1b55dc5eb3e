//! Planted spikes among many SKUs, and whatever numbers there are. No setting was tuned on them.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn normal(chance: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| chance.random::<f64>()).sum::<f64>() - 6.0
}

fn binomial(chance: &mut ChaCha8Rng, trials: usize, probability: f64) -> f64 {
    count((0..trials).filter(|_| chance.random::<f64>() < probability).count())
}

fn whole(value: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and small")]
    let whole = value.max(0.0) as usize;
    whole
}

/// A shop's SKUs and which of them were made to spike: groups with rates of their own, log-normal sales, rates that wander from span to span,
/// one group in four that rises as a whole. Spikes of 2 to 5 times the rate, where they bring back at least 8 units more.
fn shop(chance: &mut ChaCha8Rng, skus: usize) -> (Vec<Sku>, Vec<bool>) {
    let groups = (0..10)
        .map(|_| (0.02 + 0.2 * chance.random::<f64>().powi(2), if chance.random::<f64>() < 0.25 { 1.4 } else { 1.0 }))
        .collect::<Vec<_>>();
    let one = |_| {
        let group = chance.random_range(0..groups.len());
        let rate = (groups[group].0 * (0.5 * normal(chance)).exp()).min(0.4);
        let earlier = whole((4.5 + 1.3 * normal(chance)).exp());
        let recent = whole(count(earlier) * 0.25 * (0.5 + chance.random::<f64>()));
        let wander = (0.15 * normal(chance)).exp();
        let wanted = chance.random::<f64>() < 0.15;
        let factor = 2.0 + 3.0 * chance.random::<f64>();
        let planted = wanted && rate * (factor - 1.0) * count(recent) >= 8.0;
        let now = (rate * groups[group].1 * wander * if planted { factor } else { 1.0 }).min(0.9);
        let (earlier_returned, recent_returned) = (binomial(chance, earlier, rate), binomial(chance, recent, now));
        let sku = Sku {
            group,
            earlier_sold: count(earlier),
            earlier_returned,
            recent_sold: count(recent),
            recent_returned,
            unit_value: 20.0,
        };
        (sku, planted)
    };
    (0..skus).map(one).unzip()
}

/// True spikes, planted ones that were missed, and false ones.
fn found(seed: u64) -> (usize, usize, usize) {
    let (skus, planted) = shop(&mut ChaCha8Rng::seed_from_u64(seed), 3000);
    let report = spikes(&skus, Settings::default());
    let right = report.spikes().filter(|spike| planted[spike.sku]).count();
    (right, planted.iter().filter(|planted| **planted).count() - right, report.spikes().count() - right)
}

#[test]
fn planted_spikes_are_found_and_hardly_any_other() {
    let (right, missed, wrong) =
        (30_000..30_010).map(found).fold((0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2));
    let (precision, recall) = (count(right) / count(right + wrong), count(right) / count(right + missed));
    println!("{right} found, {missed} missed, {wrong} wrong: precision {precision:.3}, recall {recall:.3}");
    assert!(precision >= 0.8 && recall >= 0.8, "precision {precision}, recall {recall}");
}

#[test]
fn a_shop_in_which_nothing_happens_is_quiet() {
    let quiet = |seed| {
        let (mut skus, _) = shop(&mut ChaCha8Rng::seed_from_u64(seed), 2000);
        skus.iter_mut()
            .for_each(|sku| sku.recent_returned = (sku.recent_sold * sku.earlier_returned / sku.earlier_sold.max(1.0)).round());
        spikes(&skus, Settings::default()).spikes().count()
    };
    assert!((30_020..30_023).map(quiet).sum::<usize>() <= 1);
}

#[test]
fn units_that_come_back_together_are_no_spikes() {
    let mut chance = ChaCha8Rng::seed_from_u64(530);
    // Orders of three units each come back whole: counts vary three times as much as single units would.
    let (mut skus, _) = shop(&mut chance, 3000);
    for sku in &mut skus {
        let orders = |units: f64| whole(units / 3.0);
        let rate = 0.1;
        sku.earlier_sold = 3.0 * count(orders(sku.earlier_sold));
        sku.recent_sold = 3.0 * count(orders(sku.recent_sold));
        sku.earlier_returned = 3.0 * binomial(&mut chance, orders(sku.earlier_sold), rate);
        sku.recent_returned = 3.0 * binomial(&mut chance, orders(sku.recent_sold), rate);
    }
    let report = spikes(&skus, Settings::default());
    println!(
        "{} spikes, unrest {:.2?}",
        report.spikes().count(),
        report.groups.iter().map(|group| group.unrest).collect::<Vec<_>>()
    );
    assert!(report.spikes().count() <= 3);
}

#[test]
fn a_group_that_rises_as_a_whole_is_shown_as_a_group() {
    let sku = |at: usize| Sku {
        group: 3,
        earlier_sold: 1000.0,
        earlier_returned: 90.0 + count(at % 21),
        recent_sold: 400.0,
        recent_returned: 72.0 + count(at % 17),
        unit_value: 1.0,
    };
    let report = spikes(&(0..60).map(sku).collect::<Vec<_>>(), Settings::default());
    assert_eq!(report.spikes().count(), 0);
    assert!((1.7..2.3).contains(&report.groups[0].rise), "{:?}", report.groups);
}

#[test]
fn the_floor_in_money_holds() {
    let sku = Sku {
        group: 0,
        earlier_sold: 1000.0,
        earlier_returned: 20.0,
        recent_sold: 200.0,
        recent_returned: 40.0,
        unit_value: 10.0,
    };
    let with = |least_money| spikes(&[sku], Settings { least_money, ..Settings::default() }).spikes().count();
    assert_eq!((with(300.0), with(500.0)), (1, 0));
}

proptest! {
    #[test]
    fn no_bits_make_it_panic(
        counts in prop::collection::vec(prop::array::uniform5(prop_oneof![any::<f64>(), 0.0..50.0_f64, Just(0.0), Just(1e15)]), 0..50),
    ) {
        let sku = |(at, c): (usize, &[f64; 5])| Sku { group: at % 3, earlier_sold: c[0], earlier_returned: c[1], recent_sold: c[2], recent_returned: c[3], unit_value: c[4] };
        let report = spikes(&counts.iter().enumerate().map(sku).collect::<Vec<_>>(), Settings::default());
        prop_assert_eq!(report.evidence.len() + report.left_out, counts.len());
        for one in &report.evidence {
            prop_assert!(one.expected.is_finite() && one.expected >= 0.0 && one.money.is_finite());
            prop_assert!(one.probability > 0.0 && one.probability < 1.0 && one.q > 0.0 && one.q < 1.0);
        }
        for group in &report.groups {
            prop_assert!(group.rate > 0.0 && group.rate < 1.0 && group.unrest >= 1.0 && group.rise.is_finite());
        }
    }
}
