//! How unlikely a deviation is on a series whose own tails may be heavy: a Student distribution by two quantiles of what it did before. Knows
//! standardised deviations only.

use statrs::function::beta::checked_beta_reg;
use statrs::function::erf::erfc_inv;

use crate::robust::{count, quantile_of_sorted};

/// (90th ÷ 50th percentile of the absolute value, 1 ÷ degrees of freedom, 50th percentile) of Student's distribution.
const STUDENT: [(f64, f64, f64); 8] = [
    (2.439, 0.0, 0.6745),
    (2.592, 0.1, 0.6998),
    (2.706, 1.0 / 6.0, 0.7176),
    (2.773, 0.2, 0.7267),
    (2.878, 0.25, 0.7407),
    (3.077, 1.0 / 3.0, 0.7649),
    (3.576, 0.5, 0.8165),
    (6.314, 1.0, 1.0),
];
/// What a series' tails are taken for before it has shown them: ten degrees of freedom, worth so many values.
const PRIOR: (f64, f64) = (0.1, 200.0);
/// The median of the absolute value of a normal deviate.
const NORMAL_MIDDLE: f64 = 0.6745;
/// Scores are held within it.
const MOST_SCORE: f64 = 8.0;

/// Tails of a series' deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tail {
    /// 1 ÷ degrees of freedom; 0 is normal.
    inverse_freedom: f64,
    /// The median of |Student| at it.
    middle: f64,
}

impl Tail {
    /// Of earlier absolute deviations, in any order and unit.
    pub(super) fn of(mut absolute: Vec<f64>) -> Self {
        absolute.retain(|one| one.is_finite());
        absolute.sort_by(f64::total_cmp);
        let at = |level| quantile_of_sorted(&absolute, level).unwrap_or(0.0);
        let (middle, upper) = (at(0.5), at(0.9));
        let own = if middle > 0.0 { by_ratio(upper / middle) } else { PRIOR.0 };
        let values = count(absolute.len());
        Self::with((own * values + PRIOR.0 * PRIOR.1) / (values + PRIOR.1))
    }

    fn with(inverse_freedom: f64) -> Self {
        let middle = interpolate(inverse_freedom, |row| row.1, |row| row.2);
        Self { inverse_freedom, middle }
    }

    /// The normal deviate as unlikely as `deviations` (in standard deviations by the median absolute one), with its sign.
    pub(super) fn score(self, deviations: f64) -> f64 {
        // A standard deviation by the median absolute value is that ÷ 0.6745, Student's unit is it ÷ Student's own median.
        let student = deviations.abs() * self.middle / NORMAL_MIDDLE;
        let freedom = 1.0 / self.inverse_freedom.max(1e-3);
        let both = checked_beta_reg(freedom / 2.0, 0.5, freedom / (freedom + student * student)).unwrap_or(1.0);
        let score = std::f64::consts::SQRT_2 * erfc_inv(both.clamp(1e-15, 1.0));
        score.clamp(0.0, MOST_SCORE).copysign(deviations)
    }

    /// The deviations that make this score.
    pub(super) fn deviations(self, score: f64) -> f64 {
        // By their logarithm, between a twentieth and twenty thousand.
        let (mut low, mut high) = (-3.0_f64, 10.0_f64);
        for _ in 0..22 {
            let middle = f64::midpoint(low, high);
            if self.score(middle.exp()) < score { low = middle } else { high = middle }
        }
        high.exp()
    }
}

fn by_ratio(ratio: f64) -> f64 {
    interpolate(ratio, |row| row.0, |row| row.1)
}

fn interpolate(at: f64, from: impl Fn(&(f64, f64, f64)) -> f64, to: impl Fn(&(f64, f64, f64)) -> f64) -> f64 {
    let upper = STUDENT.iter().position(|row| from(row) >= at).unwrap_or(STUDENT.len() - 1).max(1);
    let (left, right) = (&STUDENT[upper - 1], &STUDENT[upper]);
    let share = ((at - from(left)) / (from(right) - from(left))).clamp(0.0, 1.0);
    to(left) + share * (to(right) - to(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_tails_score_as_they_deviate_and_heavy_ones_less() {
        let (normal, heavy) = (Tail::with(0.001), Tail::with(1.0 / 3.0));
        assert!((normal.score(-3.0) + 3.0).abs() < 0.05);
        // Student's t with three degrees of freedom exceeds 5.841 in one of 200 both sides taken... in 0.01 of both.
        let deviations = 5.841 / 0.7649 * 0.6745;
        assert!((heavy.score(deviations) - 2.576).abs() < 0.01, "{}", heavy.score(deviations));
        assert!((heavy.score(heavy.deviations(3.5)) - 3.5).abs() < 1e-3);
        assert_eq!(heavy.score(1e300), MOST_SCORE);
    }

    #[test]
    fn tails_are_known_by_what_was_seen() {
        let normal = (1..2000).map(|at| std::f64::consts::SQRT_2 * erfc_inv(f64::from(at) / 2000.0)).collect::<Vec<_>>();
        assert!(Tail::of(normal.clone()).inverse_freedom < 0.03);
        let heavy = normal.iter().map(|one| one.powi(3) + one).collect();
        assert!(Tail::of(heavy).inverse_freedom > 0.4);
        assert!((Tail::of(vec![]).inverse_freedom - PRIOR.0).abs() < 1e-12);
        assert!((Tail::of(vec![0.0; 50]).inverse_freedom - PRIOR.0).abs() < 1e-12);
    }
}
