//! Whether intervals hold what they promise, window by window. Knows how many values fell within, not where.

use crate::interval::{DEVIATE_95, Interval, wilson};
use crate::robust::count;

/// How far coverage may be from the nominal before it counts as off: 5 points.
const TOLERANCE: f64 = 0.05;
/// Windows in a row that must be off.
const WINDOWS: usize = 2;

/// One window of forecasts that have come due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Values within their interval.
    pub covered: usize,
    /// All values.
    pub values: usize,
}

/// What a window says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// The share within; none of an empty window.
    pub share: Option<f64>,
    /// Wilson's 95 % interval of the share.
    pub interval: Option<Interval>,
    /// Whether the interval leaves nominal ± 5 points, and to which side.
    pub off: Option<Side>,
    /// Whether it is off to the same side the second time running (or more).
    pub alert: bool,
}

/// To which side intervals are off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// They hold fewer values than promised.
    TooNarrow,
    /// They hold more.
    TooWide,
}

/// Judges windows, oldest first, by the `nominal` coverage (0 to 1). An empty window neither breaks nor lengthens a run. Values of one window
/// that hang together make the interval too narrow: hand over windows of whole series or days.
pub fn judge(windows: &[Window], nominal: f64) -> Vec<Coverage> {
    let mut run = (None, 0);
    windows
        .iter()
        .map(|window| {
            let covered = window.covered.min(window.values);
            let interval = wilson(count(covered), count(window.values), DEVIATE_95);
            let off = interval.and_then(|interval| side(interval, nominal));
            if window.values > 0 {
                run = if off == run.0 { (off, run.1 + 1) } else { (off, 1) };
            }
            let share = (window.values > 0).then(|| count(covered) / count(window.values));
            Coverage { share, interval, off, alert: off.is_some() && run.1 >= WINDOWS }
        })
        .collect()
}

fn side(interval: Interval, nominal: f64) -> Option<Side> {
    if interval.high < nominal - TOLERANCE {
        return Some(Side::TooNarrow);
    }
    (interval.low > nominal + TOLERANCE).then_some(Side::TooWide)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alerts(covered: &[usize], nominal: f64) -> Vec<bool> {
        let windows = covered.iter().map(|covered| Window { covered: *covered, values: 200 }).collect::<Vec<_>>();
        judge(&windows, nominal).iter().map(|coverage| coverage.alert).collect()
    }

    #[test]
    fn twice_running_and_to_the_same_side() {
        assert_eq!(alerts(&[120, 180, 130, 130], 0.9), [false, false, false, true]);
        assert_eq!(alerts(&[130, 70, 130], 0.5), [false, false, false]);
        assert_eq!(alerts(&[172, 172], 0.9), [false, false]);
    }

    #[test]
    fn an_empty_window_says_nothing() {
        let off = Window { covered: 10, values: 100 };
        let judged = judge(&[off, Window { covered: 0, values: 0 }, off, Window { covered: 9, values: 3 }], 0.9);
        assert_eq!(judged.iter().map(|coverage| coverage.alert).collect::<Vec<_>>(), [false, false, true, false]);
        assert_eq!((judged[1].share, judged[3].share), (None, Some(1.0)));
        assert!(judge(&[off, off], f64::NAN).iter().all(|coverage| !coverage.alert));
    }
}
