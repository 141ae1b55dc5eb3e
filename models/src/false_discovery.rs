//! How many of many alarms may be false: the procedure of Benjamini and Hochberg (1995, JRSS B 57:289). Knows nothing of what was tested.

use crate::robust::count;

/// For each probability (that chance alone does as much) its q-value: the least share of false alarms among all alarms at which it is still
/// one of them. What is no number is never an alarm (1).
pub fn q_values(probabilities: &[f64]) -> Vec<f64> {
    let mut order = (0..probabilities.len()).filter(|at| probabilities[*at].is_finite()).collect::<Vec<_>>();
    order.sort_by(|left, right| probabilities[*left].total_cmp(&probabilities[*right]));
    let mut q_values = vec![1.0; probabilities.len()];
    let mut least = 1.0_f64;
    for (rank, at) in order.iter().enumerate().rev() {
        least = least.min(probabilities[*at].max(0.0) * count(order.len()) / count(rank + 1));
        q_values[*at] = least;
    }
    q_values
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        let q = q_values(&[0.01, 0.04, f64::NAN, 0.03, 0.5]);
        let expected = [0.04, 0.16 / 3.0, 1.0, 0.16 / 3.0, 0.5];
        assert!(q.iter().zip(expected).all(|(q, expected)| (q - expected).abs() < 1e-12), "{q:?}");
        assert!(q_values(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn in_the_order_of_the_probabilities_and_never_below_them(probabilities in prop::collection::vec(0.0..=1.0_f64, 0..50)) {
            let q = q_values(&probabilities);
            for (left, p) in q.iter().zip(&probabilities) {
                prop_assert!(*left >= *p - 1e-12 && *left <= 1.0);
                for (right, other) in q.iter().zip(&probabilities) {
                    prop_assert!(p > other || left <= right);
                }
            }
        }
    }
}
