//! Value by value: judge, then learn. A robust level (exponential smoothing of clipped residuals: Gelper, Fried, Croux 2010, Journal of
//! Forecasting 29:285), an incident that is open until values come back or have stayed away for a cycle, and a cumulative sum (Page 1954) for
//! shifts too small to be seen at once. Knows no season of its own: see `baseline`.

use super::baseline::{Baseline, Past};
use super::scale::Scale;
use super::tail::Tail;
use super::{Basis, Direction, Incident, Kind, Point, Series, Settings, Watched};
use crate::robust::{count, median, median_and_deviation};

/// Values before any is judged, at least.
const LEAST_VALUES: usize = 14;
/// What a cycle is taken for where no season is given.
const CYCLE: usize = 7;
/// A longer first season is learnt beside judging, not before.
const LONGEST_LEARNT_FIRST: usize = 200;
/// The level follows by this ÷ cycle of what a value strays.
const FOLLOW: f64 = 0.7;
/// Strays count for at most so many spreads in the level, and so many in the cumulative sum.
const CLIPPED: f64 = 2.0;
/// Strays count for at most so many spreads in the cumulative sum.
const CLIPPED_IN_SUM: f64 = 3.0;
/// Allowance of the cumulative sum, in spreads; this and what follows are start values, not tuned.
const SUM_ALLOWANCE: f64 = 0.75;
/// Limit of the cumulative sum.
const SUM_LIMIT: f64 = 9.0;
/// Values back within the usual that end an incident.
const QUIET_VALUES: usize = 2;
/// Cycles after a shift in which scores must be higher, for its level is known by one cycle only.
const SETTLING_CYCLES: usize = 2;
/// How much higher.
const SETTLING: f64 = 1.25;
/// Cycles in which a slow shift further to the same side belongs to the one before: a drift alarms once.
const DRIFT_CYCLES: usize = 4;
/// Refits at which the scale is chosen anew: as soon as more is known, and then every so many.
const SCALE_REFITS: [usize; 4] = [0, 3, 7, 26];
/// Once a cycle, but so often at most while what is learnt from passes by: a long season is slow to learn and slow to change.
const REFITS_A_SPAN: usize = 50;
/// Times the past that seasons are learnt from by which the scale is chosen.
const SCALE_SPANS: usize = 4;
/// Deviations by which tails are known.
const TAIL_VALUES: usize = 400;
/// A slope must stand out from chance by so many deviations.
const SLOPE_DEVIATIONS: f64 = 3.0;
/// Of a slope so much is followed: slopes end.
const SLOPE_KEPT: f64 = 0.7;

/// Judges every value by those before it.
pub(super) fn run(series: &Series, settings: Settings) -> Watched {
    let mut machine = Machine::new(series, settings);
    for at in 0..machine.values.len() {
        machine.step(at);
    }
    machine.finish()
}

struct Open {
    incident: Incident,
    off: usize,
    quiet: usize,
}

struct Machine<'a> {
    values: Vec<f64>,
    weights: Option<&'a [f64]>,
    usual_weight: f64,
    settings: Settings,
    periods: Vec<usize>,
    cycle: usize,
    refit_every: usize,
    start: usize,
    baseline: Option<Baseline>,
    tail: Tail,
    usual_deviations: f64,
    level: f64,
    slope: f64,
    refits: usize,
    levels: Vec<f64>,
    deviations: Vec<f64>,
    sums: [(f64, usize); 2],
    open: Option<Open>,
    last_shift: Option<(usize, Direction)>,
    points: Vec<Point>,
    incidents: Vec<Incident>,
}

impl<'a> Machine<'a> {
    fn new(series: &Series<'a>, settings: Settings) -> Self {
        let weight = |at: usize| series.weights.map_or(1.0, |weights| weights.get(at).copied().unwrap_or(0.0));
        let usable = |(at, value): (usize, &f64)| if value.is_finite() && weight(at) > 0.0 { *value } else { f64::NAN };
        let values = series.values.iter().enumerate().map(usable).collect::<Vec<_>>();
        let mut periods =
            series.periods.iter().copied().filter(|period| (2..=values.len() / 3).contains(period)).collect::<Vec<_>>();
        periods.sort_unstable();
        periods.dedup();
        let learnt_first = periods.iter().rfind(|period| **period <= LONGEST_LEARNT_FIRST && 4 * **period <= values.len());
        let start = learnt_first.map_or(LEAST_VALUES, |period| (3 * period).max(LEAST_VALUES));
        let cycle = periods.first().copied().unwrap_or(CYCLE).clamp(5, 48);
        let refit_every = cycle * (learning_values(&periods) / REFITS_A_SPAN / cycle).max(1);
        let tail = Tail::of(Vec::new());
        let (level, slope, refits) = (0.0, 0.0, 0);
        let length = values.len();
        Self {
            values,
            weights: series.weights,
            usual_weight: 1.0,
            settings,
            periods,
            cycle,
            refit_every,
            start,
            baseline: None,
            tail,
            usual_deviations: tail.deviations(settings.least_score),
            level,
            slope,
            refits,
            levels: Vec::with_capacity(length),
            deviations: Vec::with_capacity(length),
            sums: [(0.0, 0); 2],
            open: None,
            last_shift: None,
            points: Vec::with_capacity(length),
            incidents: Vec::new(),
        }
    }

    fn step(&mut self, at: usize) {
        if at >= self.start && (at - self.start).is_multiple_of(self.refit_every) {
            self.refit(at);
        }
        let Some((expected, spread)) = self.expectation(at) else {
            let known = if self.values[at].is_finite() { self.values[at] } else { self.levels.last().copied().unwrap_or(0.0) };
            self.levels.push(known);
            self.points.push(Point { expected: known, low: known, high: known, score: None });
            return;
        };
        let scale = self.scale();
        self.levels.push(scale.value(self.level));
        let reach = self.usual_deviations * spread;
        let (middle, low, high) = (scale.value(expected), scale.value(expected - reach), scale.value(expected + reach));
        let mut point = Point { expected: middle, low, high, score: None };
        if self.values[at].is_finite() {
            let deviations = (scale.seen(self.values[at]) - expected) / spread;
            let score = self.tail.score(deviations);
            point.score = Some(score);
            self.judge(at, deviations, score, middle, spread);
        }
        self.points.push(point);
    }

    fn finish(mut self) -> Watched {
        if let Some(open) = self.open.take() {
            self.incidents.push(Incident { kind: Kind::Ongoing, ..open.incident });
        }
        let basis = match &self.baseline {
            None => Basis::TooShort,
            Some(baseline) if baseline.is_seasonal() => Basis::Seasonal,
            Some(_) => Basis::NoSeason,
        };
        Watched { points: self.points, incidents: self.incidents, basis }
    }

    fn scale(&self) -> Scale {
        self.baseline.as_ref().map_or(Scale::Plain, |baseline| baseline.scale)
    }

    /// Expected value and spread at `at`, on the scale.
    fn expectation(&self, at: usize) -> Option<(f64, f64)> {
        let baseline = self.baseline.as_ref()?;
        let weight = self
            .weights
            .and_then(|weights| weights.get(at))
            .map_or(1.0, |weight| (weight / self.usual_weight).clamp(0.01, 100.0));
        let weight = if weight.is_finite() { weight } else { 1.0 };
        Some((self.level + self.slope + baseline.season(at), baseline.spread / weight.sqrt()))
    }

    fn judge(&mut self, at: usize, deviations: f64, score: f64, expected: f64, spread: f64) {
        self.deviations.push(deviations);
        let direction = if deviations > 0.0 { Direction::Up } else { Direction::Down };
        let money = (self.values[at] - expected).abs() * self.settings.money_per_unit.abs();
        let anomalous = score.abs() >= self.least_score(at) && self.strays(self.values[at] - expected, expected);
        if let Some(open) = &mut self.open {
            if open.incident.direction == direction && deviations.abs() >= self.usual_deviations / 2.0 {
                open.incident.to = at;
                open.incident.score = open.incident.score.max(score.abs());
                open.incident.money += money;
                (open.off, open.quiet) = (open.off + 1, 0);
                if open.off >= self.cycle {
                    self.shift_opened(at);
                }
                return;
            }
            open.quiet += 1;
            if anomalous || open.quiet >= QUIET_VALUES {
                self.close(Kind::Spike);
            }
        }
        if anomalous {
            let incident = Incident { from: at, to: at, alarmed_at: at, direction, kind: Kind::Spike, score: score.abs(), money };
            self.open = Some(Open { incident, off: 1, quiet: 0 });
            return;
        }
        self.level += self.slope + self.follow() * spread * deviations.clamp(-CLIPPED, CLIPPED);
        if self.open.is_none() {
            self.add_up(at, deviations, spread);
        }
    }

    fn least_score(&self, at: usize) -> f64 {
        let settling = self.last_shift.is_some_and(|(shift, _)| at - shift <= SETTLING_CYCLES * self.cycle);
        self.settings.least_score * if settling { SETTLING } else { 1.0 }
    }

    fn strays(&self, by: f64, expected: f64) -> bool {
        let money = by.abs() * self.settings.money_per_unit.abs();
        money >= self.settings.least_money && by.abs() >= self.settings.least_share * expected.abs()
    }

    fn follow(&self) -> f64 {
        FOLLOW / count(self.cycle)
    }

    fn close(&mut self, kind: Kind) {
        if let Some(open) = self.open.take() {
            self.incidents.push(Incident { kind, ..open.incident });
            self.sums = [(0.0, 0); 2];
        }
    }

    /// What is open has stayed away for a cycle: it is the normal from here on.
    fn shift_opened(&mut self, at: usize) {
        let Some(open) = &self.open else { return };
        let (from, direction) = (open.incident.from, open.incident.direction);
        self.close(Kind::Shift);
        self.move_level(from, at);
        self.last_shift = Some((at, direction));
    }

    /// Adds what a quiet value strays to the sums, and moves the level where they cross the limit.
    fn add_up(&mut self, at: usize, deviations: f64, spread: f64) {
        let stray = deviations.clamp(-CLIPPED_IN_SUM, CLIPPED_IN_SUM);
        for (side, (sign, direction)) in [(1.0, Direction::Up), (-1.0, Direction::Down)].into_iter().enumerate() {
            let (sum, since) = self.sums[side];
            let since = if sum == 0.0 { at } else { since };
            let sum = (sum + sign * stray - SUM_ALLOWANCE).max(0.0);
            self.sums[side] = (sum, since);
            if sum > SUM_LIMIT {
                self.shift_slowly(since, at, direction, spread);
                return;
            }
        }
    }

    fn shift_slowly(&mut self, since: usize, at: usize, direction: Direction, spread: f64) {
        let (scale, before) = (self.scale(), self.levels[since]);
        let old_level = scale.seen(before);
        self.move_level(since, at);
        let (moved, by) = ((self.level - old_level) / spread, scale.value(self.level) - before);
        let drift = self.last_shift.is_some_and(|(shift, side)| side == direction && at - shift <= DRIFT_CYCLES * self.cycle);
        self.last_shift = Some((at, direction));
        let same_side = (by > 0.0) == (direction == Direction::Up);
        if !self.strays(by, before) || !same_side {
            return;
        }
        let after_last = self.incidents.last().map_or(0, |last| last.to + 1);
        match self.incidents.last_mut() {
            Some(last) if drift && last.kind == Kind::Shift && last.direction == direction => last.to = at,
            _ => {
                let from = since.max(after_last).min(at);
                let money = by.abs() * self.settings.money_per_unit.abs() * count(at + 1 - from);
                let score = moved.abs().min(8.0);
                self.incidents.push(Incident { from, to: at, alarmed_at: at, direction, kind: Kind::Shift, score, money });
            }
        }
    }

    /// The level is the median of what came since `from`, and was from then on.
    fn move_level(&mut self, from: usize, at: usize) {
        let Some(baseline) = &self.baseline else { return };
        let mut bare =
            (from..=at).map(|at| baseline.scale.seen_or_nan(self.values[at]) - baseline.season(at)).collect::<Vec<_>>();
        if let Some(level) = median(&mut bare) {
            let value = baseline.scale.value(level);
            self.level = level;
            self.levels[from..=at].fill(value);
        }
        self.slope = 0.0;
        self.sums = [(0.0, 0); 2];
    }

    /// Learns seasons, spread, tails and slope from the past up to the value before `at`.
    fn refit(&mut self, at: usize) {
        let periods = self.periods.iter().copied().filter(|period| 3 * period <= at).collect::<Vec<_>>();
        let first = at.saturating_sub(learning_values(&periods));
        self.usual_weight = self
            .weights
            .and_then(|weights| median(&mut weights[first.min(weights.len())..at.min(weights.len())].to_vec()))
            .unwrap_or(1.0);
        if (SCALE_REFITS.contains(&self.refits) || self.refits.is_multiple_of(26)) && self.open.is_none() {
            if self.refits == 0 {
                self.levels = running_medians(&self.values[..at], self.cycle);
            }
            let first = at.saturating_sub(SCALE_SPANS * learning_values(&periods));
            let scale = Baseline::even_scale(self.past(first, at), &periods, self.scale());
            self.change_scale(first, at, &periods, scale);
        }
        if let Some(baseline) = Baseline::of(self.past(first, at), &periods, self.scale()) {
            self.baseline = Some(baseline);
        }
        self.refits += 1;
        self.tail =
            Tail::of(self.deviations[self.deviations.len().saturating_sub(TAIL_VALUES)..].iter().map(|one| one.abs()).collect());
        self.usual_deviations = self.tail.deviations(self.settings.least_score);
        self.slope = self.slope_at(at);
    }

    fn past(&self, first: usize, at: usize) -> Past<'_> {
        let shorter = self.periods.iter().copied().filter(|period| *period <= LONGEST_LEARNT_FIRST).collect::<Vec<_>>();
        Past { first, values: &self.values[first..at], levels: &self.levels[first..at], spread_values: learning_values(&shorter) }
    }

    /// Puts level and past levels on another scale: the middle of what is left without the seasons of that scale.
    fn change_scale(&mut self, first: usize, at: usize, periods: &[usize], scale: Scale) {
        if self.baseline.as_ref().is_some_and(|baseline| baseline.scale == scale) {
            return;
        }
        let Some(baseline) = Baseline::of(self.past(first, at), periods, scale) else { return };
        let bare = (first..at).map(|at| scale.seen_or_nan(self.values[at]) - baseline.season(at)).collect::<Vec<_>>();
        let levels = running_medians(&bare, self.cycle);
        for (level, seen) in self.levels[first..at].iter_mut().zip(&levels) {
            *level = scale.value(*seen);
        }
        let newest = &bare[bare.len().saturating_sub(2 * self.cycle)..];
        self.level = median(&mut newest.to_vec()).or(levels.last().copied()).unwrap_or(0.0);
        self.baseline = Some(baseline);
    }

    /// How much the level rises a value: the step between the medians of the last two spans of two cycles, where it is beyond chance and no
    /// shift made it.
    fn slope_at(&self, at: usize) -> f64 {
        let span = 2 * self.cycle;
        let shifted = self.last_shift.is_some_and(|(shift, _)| at - shift <= 2 * span);
        let Some(baseline) = self.baseline.as_ref().filter(|_| at >= 2 * span && !shifted && self.open.is_none()) else {
            return 0.0;
        };
        let middle = |from: usize, to: usize| {
            let bare = (from..to).map(|at| baseline.scale.seen_or_nan(self.values[at]) - baseline.season(at)).collect::<Vec<_>>();
            median_and_deviation(&bare).map(|(middle, _)| middle)
        };
        let (Some(now), Some(then)) = (middle(at - span, at), middle(at - 2 * span, at - span)) else { return 0.0 };
        let chance = 1.25 * baseline.spread * (2.0 / count(span)).sqrt();
        if (now - then).abs() < SLOPE_DEVIATIONS * chance { 0.0 } else { SLOPE_KEPT * (now - then) / count(span) }
    }
}

/// Values from which seasons of these lengths are learnt.
fn learning_values(periods: &[usize]) -> usize {
    let needed = |period: &usize| match *period {
        period if period <= 31 => 10 * period,
        period if period <= LONGEST_LEARNT_FIRST => 8 * period,
        period => 4 * period,
    };
    periods.iter().map(needed).max().unwrap_or(0).max(60)
}

/// The median of what lies within `reach` values of each; where nothing does, the one before.
fn running_medians(values: &[f64], reach: usize) -> Vec<f64> {
    let mut last = values.iter().copied().find(|value| value.is_finite()).unwrap_or(0.0);
    let around = |at: usize| {
        let window = &values[at.saturating_sub(reach)..(at + reach + 1).min(values.len())];
        last = median(&mut window.to_vec()).unwrap_or(last);
        last
    };
    (0..values.len()).map(around).collect()
}
