//! What a series usually does: its seasons by medians of each phase, drawn to none where they are noise, and its spread about level and seasons by
//! the median absolute deviation. Knows the recent past that it is handed, and how high the level was at each time of it.

use super::scale::Scale;
use crate::robust::{count, median, median_and_deviation, quantile_of_sorted};

/// Cycles from which a season is believed to be one.
const LEAST_CYCLES: usize = 3;
/// A median strays by so much more than a mean, in variance: π ÷ 2.
const MEDIAN_VARIANCE: f64 = std::f64::consts::FRAC_PI_2;
/// A spread is at least this share of the level's size: a figure that never moved may move a little.
const LEAST_SPREAD_SHARE: f64 = 0.002;
/// Whole numbers with a median below it are sparse counts, whose spread is at least a Poisson's.
const SPARSE: f64 = 5.0;

/// The recent past of a series, up to the value before the one that is to be judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past<'a> {
    /// Index of its first value in the series.
    pub(super) first: usize,
    /// Its values; missing ones are NaN.
    pub(super) values: &'a [f64],
    /// The level at each of them, in the series' own unit.
    pub(super) levels: &'a [f64],
    /// Of the newest so many the spread is taken.
    pub(super) spread_values: usize,
}

/// Seasons and spread, on a scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Baseline {
    /// The scale.
    pub(super) scale: Scale,
    seasons: Vec<Vec<f64>>,
    /// Spread about level and seasons, a standard deviation of what is not wild, on the scale; above 0.
    pub(super) spread: f64,
}

impl Baseline {
    /// Of `past` on `scale`, with those of `periods` (ascending) of which it holds three. None without a value.
    pub(super) fn of(past: Past, periods: &[usize], scale: Scale) -> Option<Self> {
        let (baseline, _) = Self::with_rest(past, periods, scale)?;
        Some(baseline)
    }

    /// The same, with what is left of each value without level and seasons, these from all values but itself.
    fn with_rest(past: Past, periods: &[usize], scale: Scale) -> Option<(Self, Vec<f64>)> {
        let pairs = past.values.iter().zip(past.levels);
        let mut rest = pairs.map(|(value, level)| scale.seen_or_nan(*value) - scale.seen(*level)).collect::<Vec<_>>();
        let mut apart = rest.clone();
        let mut seasons = Vec::new();
        for period in periods.iter().copied().filter(|period| *period > 1 && past.values.len() >= LEAST_CYCLES * period) {
            let season = Season::of(&rest, past.first, period);
            for (at, (rest, apart)) in rest.iter_mut().zip(&mut apart).enumerate() {
                let phase = (past.first + at) % period;
                *apart -= season.without(phase, *rest);
                *rest -= season.effects[phase];
            }
            seasons.push(season.effects);
        }
        let newest = &apart[apart.len().saturating_sub(past.spread_values)..];
        let (_, spread) = median_and_deviation(newest)?;
        let mut baseline = Self { scale, seasons, spread };
        baseline.spread = baseline.spread.max(baseline.least_spread(past));
        Some((baseline, apart))
    }

    /// What the seasons add at index `at` of the series, on the scale.
    pub(super) fn season(&self, at: usize) -> f64 {
        self.seasons.iter().map(|season| season[at % season.len()]).sum()
    }

    /// Whether it knows a season.
    pub(super) fn is_seasonal(&self) -> bool {
        !self.seasons.is_empty()
    }

    /// A floor under the spread, from the size of the level and from the grain of sparse counts.
    fn least_spread(&self, past: Past) -> f64 {
        let level = past.levels.last().copied().unwrap_or(0.0);
        let mut finite = past.values.to_vec();
        let middle = median(&mut finite).unwrap_or(0.0);
        let sparse = middle.abs() < SPARSE && finite.iter().all(|value| *value >= 0.0 && value.fract() == 0.0);
        let mean = finite.iter().map(|value| value / count(finite.len())).sum::<f64>();
        let grain = if sparse { (mean + 0.25).sqrt() } else { 0.0 };
        let floor = (LEAST_SPREAD_SHARE * level.abs()).max(grain);
        (self.scale.seen(level + floor) - self.scale.seen(level)).max(1e-9)
    }

    /// The scale on which the spread of `past` differs least between its high and its low half; `current` unless another is better by more than
    /// chance (a deviation's relative error is about 1.17 ÷ √values).
    pub(super) fn even_scale(past: Past, periods: &[usize], current: Scale) -> Scale {
        let mut finite = past.values.to_vec();
        let middle = median(&mut finite).unwrap_or(0.0);
        let least = finite.iter().copied().fold(f64::INFINITY, f64::min);
        let chance = 2.0 * 1.17 / count(finite.len().max(1)).sqrt();
        let rated = Scale::candidates(least, middle).into_iter().filter_map(|scale| {
            let (own, rest) = Self::with_rest(past, periods, scale)?;
            let kept = std::mem::discriminant(&scale) == std::mem::discriminant(&current);
            Some((own.unevenness(past, &rest) + if kept { 0.0 } else { chance }, if kept { current } else { scale }))
        });
        rated.min_by(|left, right| left.0.total_cmp(&right.0)).map_or(Scale::Plain, |(_, scale)| scale)
    }

    fn unevenness(&self, past: Past, rest: &[f64]) -> f64 {
        let mut pairs = rest
            .iter()
            .enumerate()
            .filter(|(_, rest)| rest.is_finite())
            .map(|(at, rest)| (self.expected(past, at), *rest))
            .collect::<Vec<_>>();
        pairs.sort_by(|left, right| left.0.total_cmp(&right.0));
        let (low, high) = pairs.split_at(pairs.len() / 2);
        let deviation = |half: &[(f64, f64)]| {
            median_and_deviation(&half.iter().map(|pair| pair.1).collect::<Vec<_>>()).map_or(0.0, |found| found.1)
        };
        let ratio = (deviation(high) / deviation(low)).ln().abs();
        if ratio.is_finite() { ratio } else { f64::MAX }
    }

    fn expected(&self, past: Past, at: usize) -> f64 {
        self.scale.seen(past.levels[at]) + self.season(past.first + at)
    }
}

/// A season as it is learnt.
struct Season {
    /// What each phase adds, their mean 0: medians, drawn to 0 by the share of their variance that chance explains.
    effects: Vec<f64>,
    /// Values of each phase, ascending.
    phases: Vec<Vec<f64>>,
    mean: f64,
    kept: f64,
}

impl Season {
    fn of(rest: &[f64], first: usize, period: usize) -> Self {
        let mut phases = vec![Vec::new(); period];
        for (at, one) in rest.iter().enumerate().filter(|(_, one)| one.is_finite()) {
            phases[(first + at) % period].push(*one);
        }
        phases.iter_mut().for_each(|phase| phase.sort_by(f64::total_cmp));
        let medians = phases.iter().map(|phase| quantile_of_sorted(phase, 0.5).unwrap_or(0.0)).collect::<Vec<_>>();
        let mean = medians.iter().map(|one| one / count(period)).sum::<f64>();
        let mut season = Self { effects: medians.iter().map(|one| one - mean).collect(), phases, mean, kept: 1.0 };
        season.kept = season.signal();
        for effect in &mut season.effects {
            *effect *= season.kept;
        }
        season
    }

    /// The share of the medians' variance that chance does not explain.
    fn signal(&self) -> f64 {
        let apart = self
            .phases
            .iter()
            .enumerate()
            .flat_map(|(phase, values)| values.iter().map(move |one| one - self.mean - self.without(phase, *one)));
        let (_, deviation) = median_and_deviation(&apart.collect::<Vec<_>>()).unwrap_or((0.0, 0.0));
        let variance = self.effects.iter().map(|one| one * one / count(self.effects.len())).sum::<f64>();
        let each = self.phases.iter().map(Vec::len).sum::<usize>() / self.phases.len();
        let noise = MEDIAN_VARIANCE * deviation * deviation / count(each.max(1));
        if variance > noise { 1.0 - noise / variance } else { 0.0 }
    }

    /// What a phase adds by the median of its values but one `value`.
    fn without(&self, phase: usize, value: f64) -> f64 {
        let values = &self.phases[phase];
        if values.len() < 2 || !value.is_finite() {
            return self.effects[phase];
        }
        let place = values.partition_point(|one| *one < value);
        let other = |rank: usize| values[if rank < place { rank } else { (rank + 1).min(values.len() - 1) }];
        let others = values.len() - 1;
        (f64::midpoint(other((others - 1) / 2), other(others / 2)) - self.mean) * self.kept
    }
}
