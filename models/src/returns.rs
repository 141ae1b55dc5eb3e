//! SKUs that come back more often than they used to: each rate drawn to its group's, the exact probability of as many returns, and few false
//! alarms among many SKUs. Knows counts and what a unit is worth, not orders or reasons.

mod prior;
mod tail;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::false_discovery::q_values;
use crate::robust::count;
use prior::Rate;
use tail::{Tail, probability_of_deviate, upper_deviate};

/// Version of what is said: it changes with every change of it.
pub const VERSION: &str = "1";

/// SKUs of a group with something expected, below which the group's own rise and unrest are not estimated.
const LEAST_FOR_UNREST: usize = 30;
/// Expected returns from which a SKU says something of its group's unrest.
const LEAST_EXPECTED: f64 = 1.0;
/// How far a group's own rise or fall is followed.
const RISE_BOUNDS: (f64, f64) = (0.5, 3.0);
/// Returns that "the group has not moved" is worth.
const RISE_PRIOR: f64 = 20.0;
/// Unrest beyond pure chance is followed up to here, in deviations.
const MOST_UNREST: f64 = 4.0;
/// Probabilities are held within these: the least is finer than any threshold after correction for a million SKUs.
const PROBABILITIES: (f64, f64) = (1e-12, 0.999);

/// What one SKU sold and got back. Units, or better order lines, since the units of one order come back together. The recent span must have had
/// the time to come back that the earlier had: the caller hands over sales that are as mature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sku {
    /// The group (category) whose rate it is drawn to.
    pub group: usize,
    /// Sold in the earlier span.
    pub earlier_sold: f64,
    /// Of those, returned.
    pub earlier_returned: f64,
    /// Sold in the recent span.
    pub recent_sold: f64,
    /// Of those, returned.
    pub recent_returned: f64,
    /// What a returned unit costs.
    pub unit_value: f64,
}

/// When a rise is a spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The share of false alarms among alarms that is put up with.
    pub most_false_share: f64,
    /// Returns beyond the expected × unit value must be at least this.
    pub least_money: f64,
    /// Seen ÷ expected must be at least this.
    pub least_ratio: f64,
    /// So many must have come back.
    pub least_returned: f64,
}

impl Default for Settings {
    /// One false alarm in twenty; half as many again as expected; three returns; no floor in money.
    fn default() -> Self {
        Self { most_false_share: 0.05, least_money: 0.0, least_ratio: 1.5, least_returned: 3.0 }
    }
}

/// What speaks for a spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Index of the SKU in what was handed over.
    pub sku: usize,
    /// Returned in the recent span.
    pub seen: f64,
    /// Expected of the recent sales by the SKU's earlier rate, drawn to its group's, and the group's own rise.
    pub expected: f64,
    /// Recent sales.
    pub units: f64,
    /// Rate a unit expected.
    pub expected_rate: f64,
    /// Probability that chance alone brings back as many, after the group's unrest.
    pub probability: f64,
    /// Share of false alarms among all alarms at least as strong (Benjamini–Hochberg).
    pub q: f64,
    /// (Seen − expected) × unit value.
    pub money: f64,
    /// Whether it passes every setting.
    pub spike: bool,
}

/// A group's own movement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// The group.
    pub group: usize,
    /// Its rate in the earlier span.
    pub rate: f64,
    /// How much its rate as a whole has risen (1: not), SKUs that stand out aside. No SKU is blamed for it; show it by itself.
    pub rise: f64,
    /// How much its SKUs move more than chance lets them, in deviations, 1 or more.
    pub unrest: f64,
    /// Whether it had too few SKUs or returns, so that all SKUs' prior was taken.
    pub borrowed: bool,
}

/// All that was tested.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Each SKU that sold lately, spikes first, by money.
    pub evidence: Vec<Evidence>,
    /// Each group.
    pub groups: Vec<Group>,
    /// The rate of all SKUs in the earlier span; none where they are too few, or too few of them came back: what is expected is then a guess.
    pub usual_rate: Option<f64>,
    /// SKUs left out: nothing sold lately, or a number missing or negative.
    pub left_out: usize,
}

impl Report {
    /// Those that are spikes, the dearest first.
    pub fn spikes(&self) -> impl Iterator<Item = &Evidence> {
        self.evidence.iter().filter(|evidence| evidence.spike)
    }
}

/// Tests every SKU.
pub fn spikes(skus: &[Sku], settings: Settings) -> Report {
    let mut members = BTreeMap::<usize, Vec<(usize, Sku)>>::new();
    let mut left_out = 0;
    for (at, sku) in skus.iter().enumerate() {
        if usable(sku) { members.entry(sku.group).or_default().push((at, *sku)) } else { left_out += 1 }
    }
    let everyone = Rate::of(members.values().flatten().map(|(_, sku)| (sku.earlier_sold, sku.earlier_returned)));
    let tested = members.into_par_iter().map(|(group, members)| test(group, &members, everyone)).collect::<Vec<_>>();
    let (groups, evidence): (Vec<_>, Vec<_>) = tested.into_iter().unzip();
    let mut evidence = evidence.concat();
    let probabilities = evidence.iter().map(|evidence| evidence.probability).collect::<Vec<_>>();
    for (evidence, q) in evidence.iter_mut().zip(q_values(&probabilities)) {
        evidence.q = q.min(PROBABILITIES.1);
        evidence.spike = passes(evidence, settings);
    }
    evidence.sort_by(|left, right| {
        (right.spike, right.money).partial_cmp(&(left.spike, left.money)).unwrap_or(left.sku.cmp(&right.sku))
    });
    Report { evidence, groups, usual_rate: everyone.map(Rate::mean), left_out }
}

fn usable(sku: &Sku) -> bool {
    let counts = [sku.earlier_sold, sku.earlier_returned, sku.recent_sold, sku.recent_returned, sku.unit_value];
    counts.iter().all(|value| (0.0..=1e15).contains(value)) && sku.recent_sold > 0.0
}

fn passes(evidence: &Evidence, settings: Settings) -> bool {
    evidence.q <= settings.most_false_share
        && evidence.money >= settings.least_money
        && evidence.seen >= settings.least_returned
        && evidence.seen >= evidence.expected * settings.least_ratio
}

fn test(group: usize, members: &[(usize, Sku)], everyone: Option<Rate>) -> (Group, Vec<Evidence>) {
    let own = Rate::of(members.iter().map(|(_, sku)| (sku.earlier_sold, sku.earlier_returned)));
    let prior = own.or(everyone).unwrap_or_default();
    let tails = |rise: f64| members.iter().map(|(_, sku)| Tail::of(prior, sku, rise)).collect::<Vec<_>>();
    let rise = rise(members, &tails(1.0));
    let tails = tails(rise);
    let unrest = unrest(&tails);
    let evidence = members.iter().zip(&tails).map(|((at, sku), tail)| evidence(*at, sku, tail, unrest)).collect();
    let rate = own.map_or(prior.mean(), Rate::mean);
    (Group { group, rate, rise, unrest, borrowed: own.is_none() }, evidence)
}

fn evidence(at: usize, sku: &Sku, tail: &Tail, unrest: f64) -> Evidence {
    let deviate = upper_deviate(tail.probability);
    // Unrest widens what chance does; what is below the expected stays what it was.
    let probability = if deviate > 0.0 { probability_of_deviate(deviate / unrest) } else { tail.probability };
    Evidence {
        sku: at,
        seen: sku.recent_returned,
        expected: tail.expected,
        units: sku.recent_sold,
        expected_rate: tail.expected / sku.recent_sold,
        probability: probability.clamp(PROBABILITIES.0, PROBABILITIES.1),
        q: 1.0,
        money: (sku.recent_returned - tail.expected) * sku.unit_value,
        spike: false,
    }
}

/// Seen ÷ expected of the SKUs within the middle nine tenths of their own chance, drawn to 1.
fn rise(members: &[(usize, Sku)], tails: &[Tail]) -> f64 {
    let telling = tails.iter().filter(|tail| tail.expected >= LEAST_EXPECTED).count();
    if telling < LEAST_FOR_UNREST {
        return 1.0;
    }
    // The median of the deviates says how far the group moved as a whole, without a word from those that stand out.
    let mut ratios = members.iter().zip(tails).filter(|(_, tail)| tail.expected >= LEAST_EXPECTED);
    let mut deviates = ratios.by_ref().map(|(_, tail)| tail.middle_deviate).collect::<Vec<_>>();
    let middle = crate::robust::median(&mut deviates).unwrap_or(0.0);
    let near = |tail: &Tail| tail.expected >= LEAST_EXPECTED && (tail.middle_deviate - middle).abs() < 1.645;
    let (mut seen, mut expected) = (RISE_PRIOR, RISE_PRIOR);
    for ((_, sku), tail) in members.iter().zip(tails).filter(|(_, tail)| near(tail)) {
        seen += sku.recent_returned;
        expected += tail.expected;
    }
    (seen / expected).clamp(RISE_BOUNDS.0, RISE_BOUNDS.1)
}

/// Root mean square of the deviates below their median: spikes only ever widen the upper side (an empirical null: Efron 2004, JASA 99:96).
fn unrest(tails: &[Tail]) -> f64 {
    let mut deviates =
        tails.iter().filter(|tail| tail.expected >= LEAST_EXPECTED).map(|tail| tail.middle_deviate).collect::<Vec<_>>();
    if deviates.len() < LEAST_FOR_UNREST {
        return 1.0;
    }
    let middle = crate::robust::median(&mut deviates).unwrap_or(0.0);
    let below =
        deviates.iter().filter(|deviate| **deviate < middle).map(|deviate| (deviate - middle).powi(2)).collect::<Vec<_>>();
    let square = below.iter().sum::<f64>() / count(below.len().max(1));
    square.sqrt().clamp(1.0, MOST_UNREST)
}

#[cfg(test)]
mod tests;
