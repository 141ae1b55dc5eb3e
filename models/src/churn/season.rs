//! The level of a season: how far the share without an order lies above or below what customers' own histories say, at this time of the year. Learnt
//! from the cutoff a year before, whose horizon is long over. The latest cutoff that is over lies in another season, and is no guide to this one.

/// A level of an earlier cutoff.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Level {
    /// Its cutoff, days since 1970.
    pub(super) cutoff: i32,
    /// Log odds above (or below) the mean of all.
    pub(super) shift: f64,
    /// The variance with which that is known.
    pub(super) variance: f64,
}

/// What a year is taken to be.
pub(super) const YEAR_DAYS: i32 = 365;
/// Days by which two cutoffs may differ and still be of one season.
const SAME_SEASON_DAYS: i32 = 10;
/// Variance of a season's level from one year to the next, a deviation of a seventh of the odds: an assumption, as two years cannot tell it.
const YEAR_TO_YEAR: f64 = 0.15 * 0.15;
/// How many pairs of years the drift must be seen in to count half.
const PAIRS_FOR_HALF: f64 = 2.0;

/// The level to expect at `cutoff`; none where no level of the same season is known.
pub(super) fn expected(levels: &[Level], cutoff: i32) -> Option<f64> {
    let year_ago = *nearest(levels, cutoff.saturating_sub(YEAR_DAYS))?;
    let weight = levels.iter().map(|_| 1.0).sum::<f64>();
    let mean = levels.iter().map(|level| level.shift).sum::<f64>() / weight;
    let spread = levels.iter().map(|level| (level.shift - mean).powi(2) - level.variance).sum::<f64>() / weight;
    let spread = spread.max(0.0);
    let trust = spread / (spread + YEAR_TO_YEAR + year_ago.variance);
    Some(mean + trust * (year_ago.shift + drift(levels) - mean))
}

/// How far levels have moved within a year, by the seasons that were seen twice, held back where those are few.
fn drift(levels: &[Level]) -> f64 {
    let pairs = levels.iter().filter_map(|level| {
        let before = nearest(levels, level.cutoff.saturating_sub(YEAR_DAYS))?;
        Some(level.shift - before.shift)
    });
    let (sum, pairs) = pairs.fold((0.0, 0.0), |(sum, pairs), moved| (sum + moved, pairs + 1.0));
    sum / (pairs + PAIRS_FOR_HALF)
}

fn nearest(levels: &[Level], day: i32) -> Option<&Level> {
    let near = levels.iter().filter(|level| level.cutoff.abs_diff(day) <= SAME_SEASON_DAYS.unsigned_abs());
    near.min_by_key(|level| level.cutoff.abs_diff(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(cutoff: i32, shift: f64) -> Level {
        Level { cutoff, shift, variance: 0.002 }
    }

    #[test]
    fn a_season_comes_again_and_the_latest_is_no_guide() {
        let levels = [level(365, -0.8), level(395, -0.4), level(425, 0.3), level(455, 0.4), level(635, 0.5)];
        let expected = expected(&levels, 730).unwrap();
        assert!((-0.8..-0.6).contains(&expected), "{expected}");
    }

    #[test]
    fn without_the_same_season_nothing_is_said() {
        assert_eq!(expected(&[level(365, -0.8), level(395, 0.8)], 700), None);
        assert_eq!(expected(&[], 700), None);
    }

    #[test]
    fn levels_that_do_not_differ_say_nothing() {
        let levels = [level(365, 0.03), level(395, -0.02), level(425, 0.0), level(455, -0.01)];
        assert!(expected(&levels, 730).unwrap().abs() < 0.01);
    }
}
