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
}

impl ResolutionTimes {
    /// Learns from `cases`; what is no number or negative is left out. None when no case was closed.
    pub fn of(cases: &[Case]) -> Option<Self> {
        let usable = |case: &&Case| case.business_minutes.is_finite() && case.business_minutes >= 0.0;
        let usable = cases.iter().filter(usable).copied().collect::<Vec<_>>();
        let grid = Grid::of(usable.iter().filter(|case| case.closed).map(|case| case.business_minutes).collect())?;
        let all = Level::of(&grid, &usable, None);
        let mut of_parent = BTreeMap::<usize, Vec<Case>>::new();
        let mut of_segment = BTreeMap::<(usize, usize), Vec<Case>>::new();
        for case in &usable {
            of_parent.entry(case.parent).or_default().push(*case);
            of_segment.entry((case.parent, case.segment)).or_default().push(*case);
        }
        let parents =
            of_parent.iter().map(|(key, cases)| (*key, Level::of(&grid, cases, Some(&all)))).collect::<BTreeMap<_, _>>();
        let segment = |(key, cases): (&(usize, usize), &Vec<Case>)| (*key, Level::of(&grid, cases, parents.get(&key.0)));
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
            (level.closed_later_than(elapsed) >= LEAST_CLOSED_LATER).then(|| (*basis, level.open_after(elapsed)))
        });
        let (basis, cases) = speaking.unwrap_or((Basis::Tail, self.all.open_after(elapsed)));
        if target_minutes <= elapsed {
            return Some(with_interval(1.0, cases, Basis::Passed));
        }
        let hazard = nearest.hazard.between(&self.grid, elapsed, target_minutes);
        Some(with_interval((-hazard).exp(), cases, basis))
    }
}

impl Level {
    fn of(grid: &Grid, cases: &[Case], above: Option<&Level>) -> Self {
        let sorted = |mut minutes: Vec<f64>| {
            minutes.sort_by(f64::total_cmp);
            minutes
        };
        let lives = Lives::of(grid, cases.iter().map(|case| (case.business_minutes, case.closed)));
        Self {
            hazard: Hazard::of(grid, &lives, above.map(|above| &above.hazard)),
            closed_minutes: sorted(cases.iter().filter(|case| case.closed).map(|case| case.business_minutes).collect()),
            all_minutes: sorted(cases.iter().map(|case| case.business_minutes).collect()),
        }
    }

    fn closed_later_than(&self, elapsed: f64) -> usize {
        self.closed_minutes.len() - self.closed_minutes.partition_point(|minutes| *minutes <= elapsed)
    }

    fn open_after(&self, elapsed: f64) -> usize {
        self.all_minutes.len() - self.all_minutes.partition_point(|minutes| *minutes <= elapsed)
    }
}

fn with_interval(probability: f64, cases: usize, basis: Basis) -> Breach {
    let probability = if probability.is_finite() { probability.clamp(EDGE, 1.0 - EDGE) } else { 0.5 };
    let (late, in_time) = (probability * count(cases) + 1.0, (1.0 - probability) * count(cases) + 1.0);
    let bound = |level: f64| beta_quantile(late, in_time, level).unwrap_or(level).clamp(EDGE, 1.0 - EDGE);
    let interval = Interval { low: bound(TAIL).min(probability), high: bound(1.0 - TAIL).max(probability) };
    Breach { probability, interval, cases, basis }
}

#[cfg(test)]
mod tests;
