//! The rate at which open cases are closed, minute by minute of their age: constant within bins of the pooled quantiles (piecewise exponential,
//! Friedman 1982, Annals of Statistics 10:101; the product limit of Kaplan and Meier in the limit of many bins), and drawn to the rate of the
//! level above where cases are few (gamma process, Kalbfleisch 1978, JRSS B 40:214). Knows no segment.

use crate::robust::{count, quantile_of_sorted};

/// Bins of the grid at most.
const BINS: usize = 120;
/// Cases that the level above is worth in each bin: a start value, not tuned.
const PRIOR_CASES: f64 = 20.0;
/// Closed cases that the overall pace of the level above is worth: a start value, not tuned.
const PRIOR_CLOSED: f64 = 4.0;
/// A duration that so large a share of closed cases has is an event of its own, as an automatic closing.
const ATOM: f64 = 0.02;
/// How far before such a duration its bin begins, in parts of it.
const ATOM_WIDTH: f64 = 1e-6;
/// The share of closed cases, from the longest, by whose rate longer ones end.
const TAIL_SHARE: f64 = 0.1;
/// Durations under it are drawn up to it, so that no bin is without width.
const LEAST_MINUTES: f64 = 1e-6;

/// Where bins begin, in minutes; the first at 0, the last is open.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    starts: Vec<f64>,
}

impl Grid {
    /// By quantiles of the closed durations; none of none.
    pub(super) fn of(mut closed_minutes: Vec<f64>) -> Option<Self> {
        closed_minutes.sort_by(f64::total_cmp);
        let bins = BINS.min(closed_minutes.len());
        let quantile = |bin: usize| quantile_of_sorted(&closed_minutes, count(bin) / count(bins.max(1)));
        let mut starts = (1..=bins).filter_map(quantile).map(|minutes| minutes.max(LEAST_MINUTES)).collect::<Vec<_>>();
        starts.extend(atoms(&closed_minutes).map(|minutes| minutes.max(LEAST_MINUTES) * (1.0 - ATOM_WIDTH)));
        starts.push(0.0);
        starts.sort_by(f64::total_cmp);
        starts.dedup();
        (!closed_minutes.is_empty()).then_some(Self { starts })
    }

    /// The bin that `minutes` ends in: bins are open below and closed above.
    fn bin(&self, minutes: f64) -> usize {
        self.starts.partition_point(|start| *start < minutes).saturating_sub(1)
    }

    fn width(&self, bin: usize) -> Option<f64> {
        self.starts.get(bin + 1).map(|end| end - self.starts[bin])
    }
}

fn atoms(sorted: &[f64]) -> impl Iterator<Item = f64> {
    let least = ATOM * count(sorted.len());
    sorted
        .chunk_by(|left, right| left == right)
        .filter(move |alike| alike.len() > 1 && count(alike.len()) >= least)
        .map(|alike| alike[0])
}

/// What a level's cases went through, by bin.
#[derive(Debug)]
pub(super) struct Lives {
    closed: Vec<f64>,
    open_minutes: Vec<f64>,
    entered: Vec<f64>,
}

impl Lives {
    /// Of durations, each with whether it ended by closing and what it counts for.
    pub(super) fn of(grid: &Grid, durations: impl Iterator<Item = (f64, bool, f64)>) -> Self {
        let bins = grid.starts.len();
        let mut lives = Self { closed: vec![0.0; bins], open_minutes: vec![0.0; bins], entered: vec![0.0; bins] };
        for (minutes, closed, weight) in durations {
            let minutes = minutes.max(LEAST_MINUTES);
            let bin = grid.bin(minutes);
            lives.closed[bin] += if closed { weight } else { 0.0 };
            lives.open_minutes[bin] += weight * (minutes - grid.starts[bin]);
            lives.entered[bin] += weight;
        }
        for bin in (0..bins.saturating_sub(1)).rev() {
            let beyond = lives.entered[bin + 1];
            lives.open_minutes[bin] += beyond * grid.width(bin).unwrap_or(0.0);
            lives.entered[bin] += beyond;
        }
        lives.spread_atoms(grid);
        lives
    }

    /// Where all that close do so at a bin's end, as at an automatic closing, the open minutes are those of a constant rate that leaves as many
    /// open (half a case more than there are, lest none).
    fn spread_atoms(&mut self, grid: &Grid) {
        for bin in (0..self.closed.len()).filter(|bin| self.closed[*bin] > 0.0) {
            let Some(width) = grid.width(bin).filter(|width| *width <= 2.0 * ATOM_WIDTH * grid.starts[bin]) else { continue };
            let hazard = -(-self.closed[bin] / (self.entered[bin] + 0.5)).ln_1p();
            self.open_minutes[bin] = self.closed[bin] * width / hazard;
        }
    }
}

/// Closings a minute of open cases, by bin.
#[derive(Debug, Clone)]
pub(super) struct Hazard {
    rates: Vec<f64>,
    /// Σ rate × width of the bins before.
    before: Vec<f64>,
    /// Mean minutes that a case which enters a bin spends in it.
    stay: Vec<f64>,
}

impl Hazard {
    /// Of a level's lives, drawn to the hazard of the level `above`.
    pub(super) fn of(grid: &Grid, lives: &Lives, above: Option<&Self>) -> Self {
        let rates = match above {
            Some(above) => drawn_to(lives, above),
            None => of_all(lives),
        };
        let stay = lives
            .open_minutes
            .iter()
            .zip(&lives.entered)
            .map(|(minutes, entered)| if *entered > 0.0 { minutes / entered } else { 0.0 });
        let mut sum = 0.0;
        let mut before = Vec::with_capacity(rates.len());
        for (bin, rate) in rates.iter().enumerate() {
            before.push(sum);
            sum += rate * grid.width(bin).unwrap_or(0.0);
        }
        Self { stay: stay.collect(), rates, before }
    }

    /// Σ hazard from `from` to `to` minutes.
    pub(super) fn between(&self, grid: &Grid, from: f64, to: f64) -> f64 {
        (self.until(grid, to) - self.until(grid, from)).max(0.0)
    }

    fn until(&self, grid: &Grid, minutes: f64) -> f64 {
        let bin = grid.bin(minutes);
        self.before[bin] + self.rates[bin] * (minutes - grid.starts[bin]).max(0.0)
    }
}

/// The hazard of all cases; in the last bin, where nobody was closed, that of the longest tenth of the closed.
fn of_all(lives: &Lives) -> Vec<f64> {
    let rate = |closed: f64, minutes: f64| if minutes > 0.0 { closed / minutes } else { 0.0 };
    let mut rates =
        lives.closed.iter().zip(&lives.open_minutes).map(|(closed, minutes)| rate(*closed, *minutes)).collect::<Vec<_>>();
    let enough = TAIL_SHARE * lives.closed.iter().sum::<f64>();
    let (mut closed, mut minutes) = (0.0, 0.0);
    for (closed_in_bin, minutes_in_bin) in lives.closed.iter().zip(&lives.open_minutes).rev() {
        closed += closed_in_bin;
        minutes += minutes_in_bin;
        if closed > 0.0 && closed >= enough {
            break;
        }
    }
    if let Some(last) = rates.last_mut() {
        *last = rate(closed, minutes);
    }
    rates
}

fn drawn_to(lives: &Lives, above: &Hazard) -> Vec<f64> {
    let expected = lives.open_minutes.iter().zip(&above.rates).map(|(minutes, rate)| minutes * rate).sum::<f64>();
    let pace = (lives.closed.iter().sum::<f64>() + PRIOR_CLOSED) / (expected + PRIOR_CLOSED);
    let bins = lives.closed.iter().zip(&lives.open_minutes).zip(above.rates.iter().zip(&above.stay));
    let rate = |((closed, minutes), (above_rate, stay)): ((&f64, &f64), (&f64, &f64))| {
        let prior_rate = pace * above_rate;
        let prior_minutes = PRIOR_CASES * stay;
        let all_minutes = minutes + prior_minutes;
        if all_minutes > 0.0 { (closed + prior_rate * prior_minutes) / all_minutes } else { prior_rate }
    };
    bins.map(rate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hazard_of_a_known_rate() {
        // Closed at the middles of 1,000 equal parts of an exponential's distribution of rate 0.01 a minute.
        let minutes = (0..1000).map(|at| -(1.0 - (count(at) + 0.5) / 1000.0).ln() * 100.0).collect::<Vec<_>>();
        let grid = Grid::of(minutes.clone()).unwrap();
        let hazard = Hazard::of(&grid, &Lives::of(&grid, minutes.iter().map(|minutes| (*minutes, true, 1.0))), None);
        for (from, to) in [(0.0, 50.0), (50.0, 200.0), (100.0, 150.0), (900.0, 950.0)] {
            let survival = (-hazard.between(&grid, from, to)).exp();
            let expected = (-0.01_f64 * (to - from)).exp();
            assert!((survival - expected).abs() < 0.06, "{from} to {to}: {survival} for {expected}");
        }
    }

    #[test]
    fn what_is_still_open_makes_the_others_longer() {
        let grid = Grid::of(vec![10.0, 20.0, 30.0, 40.0]).unwrap();
        let closed = [10.0, 20.0, 30.0, 40.0].map(|minutes| (minutes, true, 1.0));
        let open = [25.0; 6].map(|minutes| (minutes, false, 1.0));
        let until = |lives: Lives| Hazard::of(&grid, &lives, None).between(&grid, 0.0, 30.0);
        let without = until(Lives::of(&grid, closed.into_iter()));
        let with = until(Lives::of(&grid, closed.into_iter().chain(open)));
        assert!(with < without);
    }

    #[test]
    fn an_automatic_closing_is_an_event_of_its_own() {
        let minutes = [vec![60.0; 50], vec![30.0, 90.0, 45.0, 100.0]].concat();
        let grid = Grid::of(minutes.clone()).unwrap();
        let hazard = Hazard::of(&grid, &Lives::of(&grid, minutes.iter().map(|minutes| (*minutes, true, 1.0))), None);
        assert!(hazard.between(&grid, 46.0, 59.9) < 0.2 && hazard.between(&grid, 46.0, 60.0) > 2.0);
    }
}
