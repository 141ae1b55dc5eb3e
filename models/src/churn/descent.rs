//! The lowest point of a smooth function of a few numbers whose slope comes with its value, as BFGS finds it. Here because a likelihood and its slope
//! share one pass over the customers, which the solvers that ask for them apart would make twice. Does not know what is fitted.

/// Steps before it is given up.
const MOST_STEPS: usize = 200;
/// A slope below it in every direction is flat.
const FLAT: f64 = 1e-8;
/// Share of the fall that the slope promises that a step must bring (Armijo).
const ENOUGH: f64 = 1e-4;
/// The longest step in any direction: parameters are logarithms.
const LONGEST: f64 = 2.0;

/// Where the function is lowest from `start` on, and its value there. None where it is not finite at the start or stays steep.
pub(super) fn lowest<const N: usize>(
    start: [f64; N],
    function: impl Fn(&[f64; N]) -> (f64, [f64; N]),
) -> Option<([f64; N], f64)> {
    let mut at = start;
    let (mut value, mut slope) = function(&at);
    let mut inverse = identity::<N>();
    for _ in 0..MOST_STEPS {
        if !value.is_finite() || slope.iter().any(|part| !part.is_finite()) {
            return None;
        }
        if slope.iter().all(|part| part.abs() < FLAT) {
            break;
        }
        let mut direction = times(&inverse, &slope).map(|part| -part);
        if dot(&direction, &slope) >= 0.0 {
            inverse = identity();
            direction = slope.map(|part| -part);
        }
        let Some((next, next_value, next_slope)) = step(&at, value, &slope, &direction, &function) else {
            break;
        };
        let moved = std::array::from_fn(|part| next[part] - at[part]);
        let bent = std::array::from_fn(|part| next_slope[part] - slope[part]);
        update(&mut inverse, &moved, &bent);
        let fallen = value - next_value;
        (at, value, slope) = (next, next_value, next_slope);
        if fallen.abs() < 1e-15 * value.abs() {
            break;
        }
    }
    slope.iter().all(|part| part.abs() < 1e-3).then_some((at, value))
}

type Point<const N: usize> = ([f64; N], f64, [f64; N]);

fn step<const N: usize>(
    at: &[f64; N],
    value: f64,
    slope: &[f64; N],
    direction: &[f64; N],
    function: &impl Fn(&[f64; N]) -> (f64, [f64; N]),
) -> Option<Point<N>> {
    let steepest = direction.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
    let promised = dot(direction, slope);
    let mut length = (LONGEST / steepest).min(1.0);
    for _ in 0..40 {
        let next = std::array::from_fn(|part| at[part] + length * direction[part]);
        let (next_value, next_slope) = function(&next);
        if next_value <= value + ENOUGH * length * promised && next_slope.iter().all(|part| part.is_finite()) {
            return Some((next, next_value, next_slope));
        }
        length /= 2.0;
    }
    None
}

/// The inverse of the curvature after a step (Broyden, Fletcher, Goldfarb, Shanno 1970); left alone where the step saw none.
fn update<const N: usize>(inverse: &mut [[f64; N]; N], moved: &[f64; N], bent: &[f64; N]) {
    let along = dot(moved, bent);
    if along <= 1e-14 {
        return;
    }
    let turned = times(inverse, bent);
    let stretch = (1.0 + dot(bent, &turned) / along) / along;
    for row in 0..N {
        for column in 0..N {
            inverse[row][column] +=
                stretch * moved[row] * moved[column] - (turned[row] * moved[column] + moved[row] * turned[column]) / along;
        }
    }
}

fn identity<const N: usize>() -> [[f64; N]; N] {
    std::array::from_fn(|row| std::array::from_fn(|column| f64::from(u8::from(row == column))))
}

fn times<const N: usize>(matrix: &[[f64; N]; N], vector: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|row| dot(&matrix[row], vector))
}

fn dot<const N: usize>(left: &[f64; N], right: &[f64; N]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_end_of_a_bent_valley() {
        let valley = |at: &[f64; 2]| {
            let (x, y) = (at[0], at[1]);
            let value = (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
            (value, [-2.0 * (1.0 - x) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)])
        };
        let (at, value) = lowest([-1.2, 1.0], valley).unwrap();
        assert!((at[0] - 1.0).abs() < 1e-5 && (at[1] - 1.0).abs() < 1e-5 && value < 1e-9);
    }

    #[test]
    fn what_is_no_number_has_no_lowest() {
        assert_eq!(lowest([0.0], |_| (f64::NAN, [1.0])), None);
    }
}
