//! Logistic regression with a ridge: Newton's steps on the penalised likelihood. Does not know what its columns mean; whoever calls brings them to
//! one scale, since the ridge takes them as they are.

use super::probability_of;

/// Newton's steps before it is left where it is; a dozen are usual.
const MOST_STEPS: usize = 60;
/// Halvings of a step that made things worse.
const MOST_HALVINGS: usize = 30;
/// Improvements of the mean log-likelihood below it end the search.
const LEAST_GAIN: f64 = 1e-10;

/// What is learnt from.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// One value a column, all of one scale.
    pub features: Vec<f64>,
    /// Log odds that hold before anything is learnt; 0 for none.
    pub offset: f64,
    /// What happened: 0, 1, or a share between.
    pub outcome: f64,
    /// How much it counts, above 0.
    pub weight: f64,
}

/// A fitted regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    /// Log odds where every feature is 0; not penalised.
    pub intercept: f64,
    /// Change of the log odds by a unit of each feature.
    pub coefficients: Vec<f64>,
}

impl Logistic {
    /// Log odds of a row.
    pub fn log_odds(&self, features: &[f64], offset: f64) -> f64 {
        offset + self.intercept + self.coefficients.iter().zip(features).map(|(by, of)| by * of).sum::<f64>()
    }
}

/// The regression that makes Σ weight × log-likelihood − ½ Σ penalty × coefficient² largest; `penalties` holds one a column, each above 0 where
/// columns may be constant. None for no rows, for rows of other widths, and where a number is not one.
pub fn fit(rows: &[Row], penalties: &[f64]) -> Option<Logistic> {
    let width = penalties.len();
    let fine = |row: &Row| {
        row.features.len() == width
            && row.features.iter().all(|value| value.is_finite())
            && row.offset.is_finite()
            && (0.0..=1.0).contains(&row.outcome)
            && row.weight.is_finite()
            && row.weight > 0.0
    };
    let weight = rows.iter().map(|row| row.weight).sum::<f64>();
    if rows.is_empty() || !rows.iter().all(fine) || penalties.iter().any(|penalty| !penalty.is_finite() || *penalty < 0.0) {
        return None;
    }
    let mut current = Logistic { intercept: 0.0, coefficients: vec![0.0; width] };
    let mut worth = worth_of(&current, rows, penalties);
    for _ in 0..MOST_STEPS {
        let step = newton_step(&current, rows, penalties)?;
        let (next, next_worth) = best_along(&current, worth, &step, rows, penalties);
        let gain = next_worth - worth;
        (current, worth) = (next, next_worth);
        if gain <= LEAST_GAIN * weight {
            break;
        }
    }
    let finite = current.intercept.is_finite() && current.coefficients.iter().all(|value| value.is_finite());
    finite.then_some(current)
}

fn best_along(from: &Logistic, worth: f64, step: &[f64], rows: &[Row], penalties: &[f64]) -> (Logistic, f64) {
    let mut length = 1.0;
    for _ in 0..MOST_HALVINGS {
        let moved = Logistic {
            intercept: from.intercept + length * step[0],
            coefficients: from.coefficients.iter().zip(&step[1..]).map(|(value, by)| value + length * by).collect(),
        };
        let moved_worth = worth_of(&moved, rows, penalties);
        if moved_worth >= worth {
            return (moved, moved_worth);
        }
        length /= 2.0;
    }
    (from.clone(), worth)
}

fn worth_of(of: &Logistic, rows: &[Row], penalties: &[f64]) -> f64 {
    let likelihood = rows.iter().map(|row| {
        let odds = of.log_odds(&row.features, row.offset);
        row.weight * (row.outcome * odds - odds.max(0.0) - (-odds.abs()).exp().ln_1p())
    });
    let ridge = of.coefficients.iter().zip(penalties).map(|(value, penalty)| penalty * value * value).sum::<f64>();
    likelihood.sum::<f64>() - ridge / 2.0
}

/// The step to the top of the parabola that fits here: first the intercept's, then each coefficient's.
fn newton_step(at: &Logistic, rows: &[Row], penalties: &[f64]) -> Option<Vec<f64>> {
    let size = penalties.len() + 1;
    let mut gradient = vec![0.0; size];
    let mut curvature = vec![vec![0.0; size]; size];
    let mut filled = Vec::with_capacity(size);
    for row in rows {
        let said = probability_of(at.log_odds(&row.features, row.offset));
        let (pull, bend) = (row.weight * (row.outcome - said), row.weight * said * (1.0 - said));
        filled.clear();
        filled.push((0, 1.0));
        filled.extend(
            row.features.iter().enumerate().filter(|(_, value)| **value != 0.0).map(|(column, value)| (column + 1, *value)),
        );
        for (place, (column, value)) in filled.iter().enumerate() {
            gradient[*column] += pull * value;
            for (other, by) in &filled[..=place] {
                curvature[*column][*other] += bend * value * by;
            }
        }
    }
    for (column, penalty) in penalties.iter().enumerate() {
        gradient[column + 1] -= penalty * at.coefficients[column];
        curvature[column + 1][column + 1] += penalty;
    }
    solve(curvature, gradient)
}

/// Solves a symmetric positive system given by its lower triangle (Cholesky). A column that says nothing is left alone.
fn solve(mut lower: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for row in 0..size {
        for column in 0..=row {
            let product = (0..column).map(|before| lower[row][before] * lower[column][before]).sum::<f64>();
            let rest = lower[row][column] - product;
            lower[row][column] = if row == column { rest.max(1e-9).sqrt() } else { rest / lower[column][column] };
        }
    }
    for row in 0..size {
        let product = (0..row).map(|before| lower[row][before] * right[before]).sum::<f64>();
        right[row] = (right[row] - product) / lower[row][row];
    }
    for row in (0..size).rev() {
        let product = (row + 1..size).map(|after| lower[after][row] * right[after]).sum::<f64>();
        right[row] = (right[row] - product) / lower[row][row];
    }
    right.iter().all(|value| value.is_finite()).then_some(right)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn row(features: &[f64], outcome: f64) -> Row {
        Row { features: features.to_vec(), offset: 0.0, outcome, weight: 1.0 }
    }

    #[test]
    fn finds_what_made_the_outcomes() {
        let mut chance = ChaCha8Rng::seed_from_u64(5);
        let rows = (0..40_000).map(|_| {
            let features = [chance.random::<f64>() - 0.5, chance.random::<f64>() - 0.5];
            let happened = chance.random::<f64>() < probability_of(0.3 + 2.0 * features[0] - features[1]);
            row(&features, f64::from(u8::from(happened)))
        });
        let fitted = fit(&rows.collect::<Vec<_>>(), &[1e-6, 1e-6]).unwrap();
        assert!((fitted.intercept - 0.3).abs() < 0.05, "{fitted:?}");
        assert!((fitted.coefficients[0] - 2.0).abs() < 0.12 && (fitted.coefficients[1] + 1.0).abs() < 0.12, "{fitted:?}");
    }

    #[test]
    fn a_ridge_holds_where_a_column_tells_all_or_nothing() {
        let rows = [row(&[1.0, 0.0], 1.0), row(&[-1.0, 0.0], 0.0), row(&[1.0, 0.0], 1.0), row(&[-1.0, 0.0], 0.0)];
        let fitted = fit(&rows, &[1.0, 1.0]).unwrap();
        assert!(fitted.coefficients[0] > 0.3 && fitted.coefficients[0] < 3.0);
        assert_eq!(fitted.coefficients[1], 0.0);
    }

    #[test]
    fn an_offset_that_is_right_leaves_nothing_to_learn() {
        let rows = (0..100).map(|at| Row { offset: probability_odds(0.2), ..row(&[0.0], if at < 20 { 1.0 } else { 0.0 }) });
        assert!(fit(&rows.collect::<Vec<_>>(), &[1.0]).unwrap().intercept.abs() < 1e-6);
    }

    fn probability_odds(probability: f64) -> f64 {
        super::super::logit(probability)
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert_eq!(fit(&[], &[1.0]), None);
        assert_eq!(fit(&[row(&[f64::NAN], 1.0)], &[1.0]), None);
        assert_eq!(fit(&[row(&[1.0], 1.0)], &[1.0, 1.0]), None);
        assert_eq!(fit(&[row(&[1.0], 2.0)], &[1.0]), None);
    }
}
