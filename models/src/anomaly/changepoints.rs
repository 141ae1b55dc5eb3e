//! Where the level of a series changed, looking back: optimal segmentation with pruning (PELT: Killick, Fearnhead, Eckley 2012, JASA 107:1590) of
//! values clipped to their running median, so that a spike is no change. Knows nothing of alarms.

use crate::robust::{count, median, median_and_deviation};

/// Segments at least so long.
const LEAST_SEGMENT: usize = 7;
/// Longer series are first cut in about so many blocks, and changes then found to the value.
const MOST_BLOCKS: usize = 4000;
/// Values count for at most so many deviations from their running median.
const CLIPPED: f64 = 3.0;
/// What a further change must gain, × ln (values) × variance: 2 is BIC's (Yao 1988) for level and place; the rest is for tails.
const PENALTY: f64 = 3.0;
/// Autocorrelation is followed up to it: a change must gain (1 + ρ) ÷ (1 − ρ) times as much.
const MOST_AUTOCORRELATION: f64 = 0.8;

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Changepoint {
    /// Index of the first value on the new level.
    pub at: usize,
    /// Median of the segment before.
    pub before: f64,
    /// Median of the segment from here on.
    pub after: f64,
    /// Their distance in the spread of single values.
    pub deviations: f64,
}

/// Changes of level in `values` without their season of `period` values (0 or 1: none), ascending. Missing values (NaN) are passed over.
pub fn changepoints(values: &[f64], period: usize) -> Vec<Changepoint> {
    let known = (0..values.len()).filter(|at| values[*at].is_finite()).collect::<Vec<_>>();
    let bare = without_season(values, period);
    let bare = known.iter().map(|at| bare[*at]).collect::<Vec<_>>();
    let block = bare.len().div_ceil(MOST_BLOCKS).max(1);
    let blocks = bare.chunks(block).filter_map(|block| median(&mut block.to_vec())).collect::<Vec<_>>();
    let clipped = clipped(&blocks);
    let Some(variance) = variance(&clipped) else { return Vec::new() };
    let first = segments(&clipped, variance * PENALTY);
    let inflation = inflation(&clipped, &first);
    let cuts = if inflation > 1.05 { segments(&clipped, variance * PENALTY * inflation) } else { first };
    let exact = cuts.iter().map(|cut| to_the_value(&bare, cut * block, block)).collect::<Vec<_>>();
    described(&bare, &exact, variance.sqrt()).into_iter().map(|change| Changepoint { at: known[change.at], ..change }).collect()
}

fn without_season(values: &[f64], period: usize) -> Vec<f64> {
    let mut bare =
        values.iter().map(|value| if value.is_finite() { value.clamp(-1e15, 1e15) } else { f64::NAN }).collect::<Vec<_>>();
    if period < 2 || values.len() / 3 < period {
        return bare;
    }
    let mut phases = vec![Vec::new(); period];
    for cycle in (0..values.len()).step_by(period) {
        let cycle = cycle..(cycle + period).min(values.len());
        let middle = median(&mut bare[cycle.clone()].to_vec()).unwrap_or(0.0);
        for at in cycle {
            phases[at % period].push(bare[at] - middle);
        }
    }
    let season = phases.iter_mut().map(|phase| median(phase).unwrap_or(0.0)).collect::<Vec<_>>();
    for (at, value) in bare.iter_mut().enumerate() {
        *value -= season[at % period];
    }
    bare
}

fn clipped(values: &[f64]) -> Vec<f64> {
    let reach = LEAST_SEGMENT;
    let middle = |at: usize| {
        median(&mut values[at.saturating_sub(reach)..(at + reach + 1).min(values.len())].to_vec()).unwrap_or(values[at])
    };
    let middles = (0..values.len()).map(middle).collect::<Vec<_>>();
    let strays = values.iter().zip(&middles).map(|(value, middle)| value - middle).collect::<Vec<_>>();
    let bound = CLIPPED * median_and_deviation(&strays).map_or(0.0, |(_, deviation)| deviation);
    strays.iter().zip(&middles).map(|(stray, middle)| middle + stray.clamp(-bound, bound)).collect()
}

/// Of single values, by the steps between neighbours, which a few changes do not move; none of values that do not move.
fn variance(values: &[f64]) -> Option<f64> {
    let steps = values.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>();
    let (_, deviation) = median_and_deviation(&steps)?;
    let (least, most) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(*value), most.max(*value)));
    // Steps of nothing but rounding: a level of 1e15 has no grain below a thousandth part of its range.
    let deviation = deviation.max(1e-6 * (most - least));
    (deviation > 0.0 && values.len() >= 2 * LEAST_SEGMENT).then(|| deviation * deviation / 2.0)
}

/// Ends of all segments but the last, by the least sum of squares within segments + `penalty` × ln (values) a segment.
fn segments(values: &[f64], penalty: f64) -> Vec<usize> {
    let length = values.len();
    let penalty = penalty * count(length).ln();
    let cost = Cost::of(values);
    let mut best = vec![f64::INFINITY; length + 1];
    let mut begins = vec![0; length + 1];
    best[0] = -penalty;
    let mut candidates = Vec::new();
    for end in LEAST_SEGMENT..=length {
        candidates.push(end - LEAST_SEGMENT);
        for begin in &candidates {
            let sum = best[*begin] + cost.between(*begin, end) + penalty;
            if sum < best[end] {
                (best[end], begins[end]) = (sum, *begin);
            }
        }
        // A segment must be long enough before a better one can take its place: prune by what is best that long after.
        let bound = best[end];
        candidates.retain(|begin| best[*begin].is_finite() && best[*begin] + cost.between(*begin, end) <= bound + penalty);
    }
    let mut cuts = Vec::new();
    let mut end = begins[length];
    while end > 0 {
        cuts.push(end);
        end = begins[end];
    }
    cuts.reverse();
    cuts
}

/// Sums of squares about the mean of any stretch, in constant time.
struct Cost {
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Cost {
    fn of(values: &[f64]) -> Self {
        // About the median, so that squares of a high level do not swallow the spread.
        let middle = median(&mut values.to_vec()).unwrap_or(0.0);
        let (mut sums, mut squares) = (vec![0.0], vec![0.0]);
        for value in values {
            let value = value - middle;
            sums.push(sums[sums.len() - 1] + value);
            squares.push(squares[squares.len() - 1] + value * value);
        }
        Self { sums, squares }
    }

    fn between(&self, begin: usize, end: usize) -> f64 {
        let sum = self.sums[end] - self.sums[begin];
        (self.squares[end] - self.squares[begin] - sum * sum / count((end - begin).max(1))).max(0.0)
    }
}

/// (1 + ρ) ÷ (1 − ρ), ρ the correlation of neighbours within segments.
fn inflation(values: &[f64], cuts: &[usize]) -> f64 {
    let (mut products, mut squares) = (0.0, 0.0);
    for (begin, end) in stretches(cuts, values.len()) {
        let mean = values[begin..end].iter().map(|value| value / count(end - begin)).sum::<f64>();
        products += values[begin..end].windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>();
        squares += values[begin..end].iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    }
    let correlation = if squares > 0.0 { (products / squares).clamp(0.0, MOST_AUTOCORRELATION) } else { 0.0 };
    (1.0 + correlation) / (1.0 - correlation)
}

fn stretches(cuts: &[usize], length: usize) -> Vec<(usize, usize)> {
    let begins = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(std::iter::once(length));
    begins.zip(ends).collect()
}

/// The cut within a block of `about` that leaves the least absolute distance to the medians on either side.
fn to_the_value(values: &[f64], about: usize, block: usize) -> usize {
    if block == 1 {
        return about;
    }
    let (from, to) = (about.saturating_sub(block), (about + block).min(values.len()));
    let side = |from: usize, to: usize| median(&mut values[from..to].to_vec()).unwrap_or(0.0);
    let reach = block * LEAST_SEGMENT;
    let (before, after) = (side(from.saturating_sub(reach), from), side(to, (to + reach).min(values.len())));
    let (mut best, mut least, mut gain) = (from, 0.0, 0.0);
    for (at, value) in values.iter().enumerate().take(to).skip(from) {
        gain += (value - before).abs() - (value - after).abs();
        if gain < least {
            (best, least) = (at + 1, gain);
        }
    }
    best
}

fn described(values: &[f64], cuts: &[usize], deviation: f64) -> Vec<Changepoint> {
    let middles = stretches(cuts, values.len())
        .into_iter()
        .map(|(begin, end)| median(&mut values[begin..end].to_vec()).unwrap_or(0.0))
        .collect::<Vec<_>>();
    let change = |(at, pair): (&usize, &[f64])| Changepoint {
        at: *at,
        before: pair[0],
        after: pair[1],
        deviations: (pair[1] - pair[0]).abs() / deviation,
    };
    cuts.iter().zip(middles.windows(2)).map(change).collect()
}
