//! Middle and spread of a sample that a few wild values do not move. Knows nothing of time.

/// What makes the median absolute deviation of a normal sample its standard deviation: 1 ÷ Φ⁻¹(¾).
pub(crate) const NORMAL_MAD: f64 = 1.482_602_218_505_602;

/// A number of things as a real number.
#[expect(clippy::cast_precision_loss, reason = "numbers of values are far below 2^52")]
pub(crate) fn count(of: usize) -> f64 {
    of as f64
}

/// The median of what is finite, which it puts in an order of its own; none of nothing. Linear in its length.
pub(crate) fn median(values: &mut Vec<f64>) -> Option<f64> {
    values.retain(|value| value.is_finite());
    median_of_finite(values)
}

fn median_of_finite(values: &mut [f64]) -> Option<f64> {
    let length = values.len();
    if length == 0 {
        return None;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(length / 2, f64::total_cmp);
    if length % 2 == 1 {
        return Some(upper);
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(f64::midpoint(lower, upper))
}

/// The median and the median absolute deviation from it, made a standard deviation by [`NORMAL_MAD`]; where more than half are alike, the mean
/// absolute deviation × √(π ÷ 2).
pub(crate) fn median_and_deviation(values: &[f64]) -> Option<(f64, f64)> {
    let mut finite = values.to_vec();
    let middle = median(&mut finite)?;
    for value in &mut finite {
        *value = (*value - middle).abs();
    }
    let deviation = median_of_finite(&mut finite)? * NORMAL_MAD;
    if deviation > 0.0 {
        return Some((middle, deviation));
    }
    let mean = finite.iter().map(|value| value / count(finite.len())).sum::<f64>();
    Some((middle, mean * (std::f64::consts::PI / 2.0).sqrt()))
}

/// The quantile at `level` of values in ascending order, between neighbours by straight line; none of nothing.
pub(crate) fn quantile_of_sorted(sorted: &[f64], level: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = level.clamp(0.0, 1.0) * count(last);
    let lower = floor(position).min(last);
    let upper = (lower + 1).min(last);
    Some(sorted[lower] + (sorted[upper] - sorted[lower]) * (position - count(lower)))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 or more, and saturates")]
fn floor(position: f64) -> usize {
    position as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        assert_eq!(median(&mut vec![3.0, 1.0, f64::NAN, 2.0]), Some(2.0));
        assert_eq!(median(&mut vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut vec![]), None);
        assert_eq!(median_and_deviation(&[1.0, 2.0, 3.0, 4.0, 1000.0]), Some((3.0, NORMAL_MAD)));
        assert_eq!(quantile_of_sorted(&[0.0, 10.0, 20.0], 0.75), Some(15.0));
        assert_eq!(quantile_of_sorted(&[], 0.5), None);
    }

    #[test]
    fn where_most_are_alike_the_others_still_count() {
        let (middle, deviation) = median_and_deviation(&[0.0, 0.0, 0.0, 0.0, 4.0]).unwrap();
        assert!(middle == 0.0 && deviation > 0.5);
        assert_eq!(median_and_deviation(&[7.0, 7.0]), Some((7.0, 0.0)));
    }

    proptest! {
        #[test]
        fn the_median_is_that_of_the_sorted(values in prop::collection::vec(-1e6..1e6_f64, 1..60)) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let expected = quantile_of_sorted(&sorted, 0.5).unwrap();
            prop_assert!((median(&mut values.clone()).unwrap() - expected).abs() < 1e-6);
        }
    }
}
