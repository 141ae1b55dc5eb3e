//! Whether errors lean to one side: the tracking signal (Trigg 1964, Operational Research Quarterly 15:271) and a two-sided cumulative sum of
//! standardised errors (Page 1954, Biometrika 41:100). Knows errors, not forecasts.

use crate::robust::{count, median_and_deviation};

/// Tracking signals beyond it, to either side, call for a look.
pub const SIGNAL_LIMIT: f64 = 4.0;
/// Allowance of the cumulative sum, in standard deviations: tuned to a shift of one.
const ALLOWANCE: f64 = 0.5;
/// Decision interval, in standard deviations: with [`ALLOWANCE`] one false alarm in about 465 values (Montgomery, Statistical Quality Control).
const DECISION: f64 = 5.0;
/// A standardised error counts for at most so many deviations, so that one wild value is no shift.
const MOST_DEVIATIONS: f64 = 4.0;

/// To which side actual values lie of the forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lean {
    /// Actual values are higher: errors (actual − forecast) add up above 0.
    Above,
    /// Actual values are lower.
    Below,
}

/// Sum of errors ÷ mean absolute error: within ± the number of values. None where no error is a number or all are 0.
pub fn tracking_signal(errors: &[f64]) -> Option<f64> {
    let finite = errors.iter().copied().filter(|error| error.is_finite()).collect::<Vec<_>>();
    let largest = finite.iter().fold(0.0_f64, |largest, error| largest.max(error.abs()));
    let absolute = finite.iter().map(|error| (error / largest).abs()).sum::<f64>();
    (largest > 0.0).then(|| finite.iter().map(|error| error / largest).sum::<f64>() * count(finite.len()) / absolute)
}

/// An alarm of the cumulative sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alarm {
    /// Index of the error by which the sum crossed its limit.
    pub at: usize,
    /// Index of the error from which the sum had grown: about when it began.
    pub since: usize,
    /// To which side.
    pub lean: Lean,
}

/// Alarms of a two-sided cumulative sum over `errors`, standardised by the robust spread of `reference` errors (an earlier span, about 0 when
/// the model was right). The sums start anew after an alarm. None where the reference has no spread; what is no number is passed over.
pub fn cumulative_sum(reference: &[f64], errors: &[f64]) -> Option<Vec<Alarm>> {
    let (_, deviation) = median_and_deviation(reference)?;
    if !(deviation.is_finite() && deviation > 0.0) {
        return None;
    }
    let mut alarms = Vec::new();
    let mut sides = [(Lean::Above, 1.0, 0.0_f64, 0), (Lean::Below, -1.0, 0.0, 0)];
    for (at, error) in errors.iter().enumerate().filter(|(_, error)| error.is_finite()) {
        let standard = (error / deviation).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS);
        for (lean, sign, sum, since) in &mut sides {
            if *sum == 0.0 {
                *since = at;
            }
            *sum = (*sum + *sign * standard - ALLOWANCE).max(0.0);
            if *sum > DECISION {
                alarms.push(Alarm { at, since: *since, lean: *lean });
                *sum = 0.0;
            }
        }
    }
    Some(alarms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn errors_of_one_side_add_up() {
        assert_eq!(tracking_signal(&[1.0, -1.0, 2.0, -2.0]), Some(0.0));
        assert_eq!(tracking_signal(&[3.0; 6]), Some(6.0));
        assert_eq!(tracking_signal(&[-2.0, f64::NAN]), Some(-1.0));
        assert_eq!((tracking_signal(&[0.0, 0.0]), tracking_signal(&[])), (None, None));
    }

    #[test]
    fn a_shift_of_two_deviations_is_seen_within_six() {
        let reference = [-1.0, 1.0, -0.5, 0.5, 0.7, -0.7, 0.2, -0.2];
        let quiet = reference.repeat(10);
        assert_eq!(cumulative_sum(&reference, &quiet), Some(vec![]));
        let mut shifted = quiet;
        shifted.extend([2.0; 6]);
        let alarms = cumulative_sum(&reference, &shifted).unwrap();
        assert_eq!((alarms[0].lean, alarms[0].since), (Lean::Above, 80));
        assert_eq!(cumulative_sum(&[1.0, 1.0], &[5.0]), None);
    }

    #[test]
    fn one_wild_value_is_no_shift() {
        let reference = [-1.0, 1.0, -0.5, 0.5, 0.7, -0.7, 0.2, -0.2];
        assert_eq!(cumulative_sum(&reference, &[0.1, 1e15, -0.2, 0.3]), Some(vec![]));
    }

    proptest! {
        #[test]
        fn no_bits_make_it_panic(errors in prop::collection::vec(any::<f64>(), 0..40)) {
            prop_assert!(tracking_signal(&errors).is_none_or(|signal| signal.abs() <= count(errors.len()) + 1e-6));
            let alarms = cumulative_sum(&errors, &errors).unwrap_or_default();
            prop_assert!(alarms.iter().all(|alarm| alarm.since <= alarm.at && alarm.at < errors.len()));
        }
    }
}
