//! Whether a challenger takes a champion's place: paired losses over series, resampled by whole series so that what hangs together stays
//! together (block bootstrap: Künsch 1989, Annals of Statistics 17:1217). Knows losses, not models.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::robust::count;

/// Resamples: the least probability is then 1 ÷ 2001.
const RESAMPLES: usize = 2000;
/// Chance must make as much of a gain in fewer than so many of 1.
const SIGNIFICANCE: f64 = 0.05;
/// Folds (origins) that must agree with one another to be a result.
const LEAST_FOLDS: usize = 2;
/// Series below which resampling says nothing.
const LEAST_SERIES: usize = 5;
/// How much worse a segment may become.
const MOST_WORSE: f64 = 0.05;
/// How much worse a calibration error may become before it counts: half a point.
const CALIBRATION_SLACK: f64 = 0.005;

/// The losses of both on the same thing; lower is better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Which series.
    pub series: usize,
    /// Which fold (origin).
    pub fold: usize,
    /// Which segment the series is of.
    pub segment: usize,
    /// The champion's loss, 0 or more.
    pub champion: f64,
    /// The challenger's loss, 0 or more.
    pub challenger: f64,
}

/// Calibration errors of both (0 is perfect), if they say probabilities or quantiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// The champion's.
    pub champion: f64,
    /// The challenger's.
    pub challenger: f64,
}

/// Why a challenger stays one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Objection {
    /// Too few series to compare.
    TooFewSeries(usize),
    /// Too few folds.
    TooFewFolds(usize),
    /// Its mean loss is not lower.
    NotBetter,
    /// It is lower, but chance may have done it.
    NotSignificant,
    /// It is worse by more than 5 % in this segment.
    SegmentWorse(usize),
    /// Its calibration is worse.
    CalibrationWorse,
}

/// What the comparison says.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The champion's mean loss.
    pub champion: f64,
    /// The challenger's mean loss.
    pub challenger: f64,
    /// The probability that chance alone makes as much of a gain, one-sided; never 0 or 1.
    pub probability: f64,
    /// Series compared.
    pub series: usize,
    /// Pairs left out because a loss was no number.
    pub left_out: usize,
    /// What speaks against promotion; promote when nothing does.
    pub objections: Vec<Objection>,
}

impl Comparison {
    /// Whether the challenger takes over.
    pub fn promote(&self) -> bool {
        self.objections.is_empty()
    }
}

/// Compares both on `pairs`, by chance seeded with `seed`.
pub fn compare(pairs: &[Pair], calibration: Option<Calibration>, seed: u64) -> Comparison {
    let usable =
        pairs.iter().filter(|pair| (pair.champion + pair.challenger).is_finite() && pair.champion.min(pair.challenger) >= 0.0);
    let usable = usable.copied().collect::<Vec<_>>();
    let (champion, challenger) = mean_losses(usable.iter());
    let blocks = blocks(&usable);
    let probability = probability_of_chance(&blocks, seed);
    let mut comparison = Comparison {
        champion,
        challenger,
        probability,
        series: blocks.len(),
        left_out: pairs.len() - usable.len(),
        objections: vec![],
    };
    comparison.objections = objections(&usable, &comparison, calibration);
    comparison
}

fn objections(pairs: &[Pair], comparison: &Comparison, calibration: Option<Calibration>) -> Vec<Objection> {
    let mut objections = Vec::new();
    if comparison.series < LEAST_SERIES {
        objections.push(Objection::TooFewSeries(comparison.series));
    }
    let folds = pairs.iter().map(|pair| pair.fold).collect::<std::collections::BTreeSet<_>>().len();
    if folds < LEAST_FOLDS {
        objections.push(Objection::TooFewFolds(folds));
    }
    if comparison.challenger >= comparison.champion {
        objections.push(Objection::NotBetter);
    } else if comparison.probability >= SIGNIFICANCE {
        objections.push(Objection::NotSignificant);
    }
    objections.extend(worse_segments(pairs).into_iter().map(Objection::SegmentWorse));
    // A calibration that is no number is no good one.
    if calibration.is_some_and(|error| error.challenger.is_nan() || error.challenger > error.champion + CALIBRATION_SLACK) {
        objections.push(Objection::CalibrationWorse);
    }
    objections
}

fn worse_segments(pairs: &[Pair]) -> Vec<usize> {
    let mut segments = BTreeMap::<usize, Vec<Pair>>::new();
    for pair in pairs {
        segments.entry(pair.segment).or_default().push(*pair);
    }
    let worse = |pairs: &Vec<Pair>| {
        let (champion, challenger) = mean_losses(pairs.iter());
        challenger > champion * (1.0 + MOST_WORSE)
    };
    segments.into_iter().filter(|(_, pairs)| worse(pairs)).map(|(segment, _)| segment).collect()
}

fn mean_losses<'a>(pairs: impl Iterator<Item = &'a Pair>) -> (f64, f64) {
    let (mut champion, mut challenger, mut seen) = (0.0, 0.0, 0.0);
    for pair in pairs {
        seen += 1.0;
        champion += (pair.champion - champion) / seen;
        challenger += (pair.challenger - challenger) / seen;
    }
    (champion, challenger)
}

/// Each series' mean gain over all its folds, with the number of pairs it rests on.
fn blocks(pairs: &[Pair]) -> Vec<(f64, f64)> {
    let mut sums = BTreeMap::<usize, (f64, f64)>::new();
    for pair in pairs {
        let (gain, pairs) = sums.entry(pair.series).or_default();
        *pairs += 1.0;
        *gain += (pair.champion - pair.challenger - *gain) / *pairs;
    }
    sums.into_values().collect()
}

/// (1 + resamples whose gain is not above 0) ÷ (1 + resamples): Davison & Hinkley 1997, §4.2.
fn probability_of_chance(blocks: &[(f64, f64)], seed: u64) -> f64 {
    if blocks.len() < LEAST_SERIES {
        return 0.5;
    }
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut not_better = 0;
    for _ in 0..RESAMPLES {
        let gain = (0..blocks.len())
            .map(|_| {
                let (gain, pairs) = blocks[chance.random_range(0..blocks.len())];
                gain * pairs
            })
            .sum::<f64>();
        not_better += usize::from(gain.is_nan() || gain <= 0.0);
    }
    (1.0 + count(not_better)) / (2.0 + count(RESAMPLES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(series: usize, gain: impl Fn(usize, usize) -> f64) -> Vec<Pair> {
        let each = (0..series).flat_map(|series| (0..2).map(move |fold| (series, fold)));
        each.map(|(series, fold)| Pair {
            series,
            fold,
            segment: series % 3,
            champion: 10.0,
            challenger: 10.0 - gain(series, fold),
        })
        .collect()
    }

    #[test]
    fn a_gain_in_nearly_all_series_is_promoted() {
        let compared = compare(&pairs(60, |series, _| if series % 7 == 0 { -0.5 } else { 1.0 }), None, 7);
        assert!(compared.promote() && compared.probability < 0.001 + 1.0 / 2002.0, "{compared:?}");
    }

    #[test]
    fn a_gain_by_chance_is_not() {
        let compared = compare(&pairs(60, |series, fold| f64::from(u8::from((series + fold) % 2 == 0)) * 2.0 - 0.99), None, 7);
        let one_series = compare(&pairs(60, |series, _| if series == 0 { 9.0 } else { 0.0 }), None, 7);
        assert!(!compared.promote() || compared.probability < 0.05);
        assert_eq!(one_series.objections, [Objection::NotSignificant]);
    }

    #[test]
    fn each_objection_alone() {
        let better = |series: usize, _: usize| if series % 3 == 2 { -1.0 } else { 3.0 };
        assert_eq!(compare(&pairs(60, better), None, 7).objections, [Objection::SegmentWorse(2)]);
        let calibration = Some(Calibration { champion: 0.03, challenger: 0.06 });
        assert_eq!(compare(&pairs(60, |_, _| 1.0), calibration, 7).objections, [Objection::CalibrationWorse]);
        let one_fold = pairs(60, |_, _| 1.0).into_iter().filter(|pair| pair.fold == 0).collect::<Vec<_>>();
        assert_eq!(compare(&one_fold, None, 7).objections, [Objection::TooFewFolds(1)]);
        assert!(compare(&pairs(60, |_, _| 0.0), None, 7).objections.contains(&Objection::NotBetter));
        assert!(!compare(&[], None, 7).promote());
    }

    proptest! {
        #[test]
        fn no_bits_make_it_panic(losses in prop::collection::vec((any::<f64>(), any::<f64>()), 0..40), seed in any::<u64>()) {
            let pair = |(at, (champion, challenger)): (usize, &(f64, f64))| Pair { series: at / 2, fold: at % 2, segment: at % 5, champion: *champion, challenger: *challenger };
            let compared = compare(&losses.iter().enumerate().map(pair).collect::<Vec<_>>(), None, seed);
            prop_assert!(compared.probability > 0.0 && compared.probability < 1.0);
            prop_assert!(compared.champion.is_finite() && compared.challenger.is_finite());
        }
    }
}
