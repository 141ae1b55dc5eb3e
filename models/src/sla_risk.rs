//! How likely an open clock is to be stopped too late: from how long cases like it took, those still open included. Knows business minutes, not
//! calendars, cases or agreements.

mod hazard;

use std::collections::BTreeMap;

use crate::interval::{Interval, beta_quantile};
use crate::robust::count;
use hazard::{Grid, Hazard, Lives};

/// A level speaks for itself when so many of its cases were closed later than what has elapsed; otherwise the level above is named.
const LEAST_CLOSED_LATER: usize = 20;
/// Probabilities are held this far from certainty.
const EDGE: f64 = 0.001;
/// A case counts half after so many days: the first of these at which all together are worth [`ENOUGH_CASES`]. The first was chosen among 14, 28 and
/// none on weeks 4 to 6 of a service desk's log whose pace doubled; weeks 7 to 10 are what is reported of it.
const HALF_LIVES_DAYS: [f64; 4] = [14.0, 28.0, 56.0, 112.0];
/// Cases that all weights together must be worth.
const ENOUGH_CASES: f64 = 500.0;
/// Longer cases are no cases: two thousand years.
const MOST_MINUTES: f64 = 1e9;
/// No case counts for less.
const LEAST_WEIGHT: f64 = 1e-6;
/// Half of what the interval leaves out: it holds 90 %.
const TAIL: f64 = 0.05;

/// A case that was closed, or is still open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// Of which larger kind, as a priority.
    pub parent: usize,
    /// Of which smaller kind within it, as a group that works on it.
    pub segment: usize,
    /// Business minutes until it was closed, or so far.
    pub business_minutes: f64,
    /// Whether it was closed; one that is still open counts as "longer than this".
    pub closed: bool,
    /// Days since it was opened: how fast cases are closed changes, and older ones count for less. 0 for all where it is not known.
    pub age_days: f64,
}

impl Case {
    fn weight(&self, half_life_days: f64) -> f64 {
        0.5_f64.powf(self.age_days.max(0.0) / half_life_days).max(LEAST_WEIGHT)
    }
}

/// What the probability mostly rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Cases of the same segment.
    Segment,
    /// Too few of the segment lasted that long: those of its parent.
    Parent,
    /// Too few of the parent either: all cases.
    All,
    /// Hardly any case lasted that long: the rate at which the longest ones ended.
    Tail,
    /// The target had passed before.
    Passed,
}

/// The probability of a breach, and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Breach {
    /// P(not closed by the target | open after what has elapsed), within 0.001 to 0.999.
    pub probability: f64,
    /// A 90 % interval from the number of cases it rests on.
    pub interval: Interval,
    /// Cases of the basis that lasted longer than what has elapsed.
    pub cases: usize,
    /// What it rests on; anything but [`Basis::Segment`] is a fallback and is to be labelled so.
    pub basis: Basis,
}

/// How long cases take, by segment within parent.
#[derive(Debug, Clone)]
pub struct ResolutionTimes {
    grid: Grid,
    all: Level,
    parents: BTreeMap<usize, Level>,
    segments: BTreeMap<(usize, usize), Level>,
    left_out: usize,
}

#[derive(Debug, Clone)]
struct Level {
    hazard: Hazard,
    closed_minutes: Vec<f64>,
    all_minutes: Vec<f64>,
    /// (Σ weight)² ÷ Σ weight² ÷ cases: what a case is worth among cases of different weight (Kish 1965).
    evenness: f64,
}

impl ResolutionTimes {
    /// Learns from `cases`; what is no number or negative is left out. None when no case was closed.
    pub fn of(cases: &[Case]) -> Option<Self> {
        let usable = |case: &&Case| (0.0..=MOST_MINUTES).contains(&case.business_minutes) && case.age_days.is_finite();
        let usable = cases.iter().filter(usable).copied().collect::<Vec<_>>();
        let grid = Grid::of(usable.iter().filter(|case| case.closed).map(|case| case.business_minutes).collect())?;
        let half_life = half_life_days(&usable);
        let all = Level::of(&grid, &usable, half_life, None);
        let mut of_parent = BTreeMap::<usize, Vec<Case>>::new();
        let mut of_segment = BTreeMap::<(usize, usize), Vec<Case>>::new();
        for case in &usable {
            of_parent.entry(case.parent).or_default().push(*case);
            of_segment.entry((case.parent, case.segment)).or_default().push(*case);
        }
        let parents = of_parent
            .iter()
            .map(|(key, cases)| (*key, Level::of(&grid, cases, half_life, Some(&all))))
            .collect::<BTreeMap<_, _>>();
        let segment =
            |(key, cases): (&(usize, usize), &Vec<Case>)| (*key, Level::of(&grid, cases, half_life, parents.get(&key.0)));
        let segments = of_segment.iter().map(segment).collect();
        Some(Self { grid, all, parents, segments, left_out: cases.len() - usable.len() })
    }

    /// Cases that could not be used.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// How likely a case of `segment` within `parent`, open after `elapsed_minutes`, is not closed by `target_minutes` (both since its start).
    /// None where either is no number.
    pub fn breach(&self, parent: usize, segment: usize, elapsed_minutes: f64, target_minutes: f64) -> Option<Breach> {
        if !(elapsed_minutes.is_finite() && target_minutes.is_finite()) {
            return None;
        }
        let elapsed = elapsed_minutes.max(0.0);
        let levels = [
            (Basis::Segment, self.segments.get(&(parent, segment))),
            (Basis::Parent, self.parents.get(&parent)),
            (Basis::All, Some(&self.all)),
        ];
        let nearest = levels.iter().find_map(|(_, level)| *level).unwrap_or(&self.all);
        let speaking = levels.iter().find_map(|(basis, level)| {
            let level = (*level)?;
            (level.closed_later_than(elapsed) >= LEAST_CLOSED_LATER).then_some((*basis, level))
        });
        let (basis, level) = speaking.unwrap_or((Basis::Tail, &self.all));
        let cases = level.open_after(elapsed);
        let worth = count(cases) * level.evenness;
        if target_minutes <= elapsed {
            return Some(with_interval(1.0, cases, worth, Basis::Passed));
        }
        let hazard = nearest.hazard.between(&self.grid, elapsed, target_minutes);
        Some(with_interval((-hazard).exp(), cases, worth, basis))
    }
}

impl Level {
    fn of(grid: &Grid, cases: &[Case], half_life_days: f64, above: Option<&Level>) -> Self {
        let weight = |case: &Case| case.weight(half_life_days);
        let sorted = |mut minutes: Vec<f64>| {
            minutes.sort_by(f64::total_cmp);
            minutes
        };
        let lives = Lives::of(grid, cases.iter().map(|case| (case.business_minutes, case.closed, weight(case))));
        let (sum, squares) =
            cases.iter().map(weight).fold((0.0, 0.0), |sums, weight| (sums.0 + weight, sums.1 + weight * weight));
        Self {
            hazard: Hazard::of(grid, &lives, above.map(|above| &above.hazard)),
            closed_minutes: sorted(cases.iter().filter(|case| case.closed).map(|case| case.business_minutes).collect()),
            all_minutes: sorted(cases.iter().map(|case| case.business_minutes).collect()),
            evenness: if squares > 0.0 { sum * sum / squares / count(cases.len()) } else { 1.0 },
        }
    }

    fn closed_later_than(&self, elapsed: f64) -> usize {
        self.closed_minutes.len() - self.closed_minutes.partition_point(|minutes| *minutes <= elapsed)
    }

    fn open_after(&self, elapsed: f64) -> usize {
        self.all_minutes.len() - self.all_minutes.partition_point(|minutes| *minutes <= elapsed)
    }
}

fn half_life_days(cases: &[Case]) -> f64 {
    let worth = |half_life: f64| cases.iter().map(|case| case.weight(half_life)).sum::<f64>();
    HALF_LIVES_DAYS.into_iter().find(|half_life| worth(*half_life) >= ENOUGH_CASES).unwrap_or(HALF_LIVES_DAYS[3])
}

fn with_interval(probability: f64, cases: usize, worth: f64, basis: Basis) -> Breach {
    let probability = if probability.is_finite() { probability.clamp(EDGE, 1.0 - EDGE) } else { 0.5 };
    let (late, in_time) = (probability * worth + 1.0, (1.0 - probability) * worth + 1.0);
    let bound = |level: f64| beta_quantile(late, in_time, level).unwrap_or(level).clamp(EDGE, 1.0 - EDGE);
    let interval = Interval { low: bound(TAIL).min(probability), high: bound(1.0 - TAIL).max(probability) };
    Breach { probability, interval, cases, basis }
}

#[cfg(test)]
mod tests;
