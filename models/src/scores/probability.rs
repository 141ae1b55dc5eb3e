//! Scores of probabilities against what happened: Brier, log loss, area under the curve, reliability by bin, calibration error.

/// Bins of equal width by which calibration is judged.
pub const BINS: usize = 10;
/// Probabilities are held this far from certainty before their logarithm is taken.
const EDGE: f64 = 1e-9;

/// A probability and whether what it was about happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matured {
    /// What was said, in 0 to 1.
    pub probability: f64,
    /// Whether it happened.
    pub happened: bool,
}

/// One bin of a reliability plot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Forecasts in it.
    pub count: usize,
    /// Their mean probability.
    pub said: f64,
    /// The share of them that happened.
    pub happened: f64,
}

/// Mean of (probability − outcome)² (Brier 1950); none for no forecasts.
pub fn brier(matured: &[Matured]) -> Option<f64> {
    mean(matured, |one| (one.probability - outcome(one)).powi(2))
}

/// Mean of −ln of the probability given to what happened.
pub fn log_loss(matured: &[Matured]) -> Option<f64> {
    mean(matured, |one| {
        let probability = one.probability.clamp(EDGE, 1.0 - EDGE);
        -(if one.happened { probability } else { 1.0 - probability }).ln()
    })
}

/// The share that happened.
pub fn base_rate(matured: &[Matured]) -> Option<f64> {
    mean(matured, outcome)
}

/// The probability that one that happened was given more than one that did not, ties half (Mann–Whitney); none when all are alike.
pub fn area_under_curve(matured: &[Matured]) -> Option<f64> {
    let mut sorted = matured.to_vec();
    sorted.sort_by(|left, right| left.probability.total_cmp(&right.probability));
    let happened = count(sorted.iter().filter(|one| one.happened).count());
    let others = count(sorted.len()) - happened;
    if happened == 0.0 || others == 0.0 {
        return None;
    }
    let mut ranks = 0.0;
    let mut start = 0;
    while start < sorted.len() {
        let ties = sorted[start..].iter().take_while(|one| one.probability == sorted[start].probability).count().max(1);
        let middle = count(start) + (count(ties) + 1.0) / 2.0;
        ranks += middle * count(sorted[start..start + ties].iter().filter(|one| one.happened).count());
        start += ties;
    }
    Some((ranks - happened * (happened + 1.0) / 2.0) / (happened * others))
}

/// [`BINS`] bins of equal width; a bin without forecasts has a count of 0.
pub fn reliability(matured: &[Matured]) -> [Bin; BINS] {
    let mut bins = [Bin { count: 0, said: 0.0, happened: 0.0 }; BINS];
    for one in matured {
        let bin = &mut bins[bin_of(one.probability)];
        bin.count += 1;
        bin.said += one.probability;
        bin.happened += outcome(one);
    }
    for bin in bins.iter_mut().filter(|bin| bin.count > 0) {
        bin.said /= count(bin.count);
        bin.happened /= count(bin.count);
    }
    bins
}

/// Expected calibration error: the mean distance between what was said and what happened over the bins, by their weight.
pub fn calibration_error(matured: &[Matured]) -> Option<f64> {
    let weighted = reliability(matured).iter().map(|bin| count(bin.count) * (bin.said - bin.happened).abs()).sum::<f64>();
    (!matured.is_empty()).then(|| weighted / count(matured.len()))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and BINS")]
fn bin_of(probability: f64) -> usize {
    ((probability * count(BINS)).max(0.0) as usize).min(BINS - 1)
}

fn outcome(one: &Matured) -> f64 {
    f64::from(u8::from(one.happened))
}

fn mean(matured: &[Matured], score: impl Fn(&Matured) -> f64) -> Option<f64> {
    (!matured.is_empty()).then(|| matured.iter().map(score).sum::<f64>() / count(matured.len()))
}

#[expect(clippy::cast_precision_loss, reason = "counts of forecasts are far below 2^52")]
fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matured(pairs: &[(f64, bool)]) -> Vec<Matured> {
        pairs.iter().map(|(probability, happened)| Matured { probability: *probability, happened: *happened }).collect()
    }

    #[test]
    fn by_hand() {
        let four = matured(&[(0.1, false), (0.4, true), (0.4, false), (0.9, true)]);
        assert!((brier(&four).unwrap() - (0.01 + 0.36 + 0.16 + 0.01) / 4.0).abs() < 1e-12);
        assert!((area_under_curve(&four).unwrap() - 3.5 / 4.0).abs() < 1e-12);
        assert!((calibration_error(&four).unwrap() - (0.1 + 2.0 * 0.1 + 0.1) / 4.0).abs() < 1e-12);
        assert!((log_loss(&four).unwrap() + (0.9_f64.ln() + 0.4_f64.ln() + 0.6_f64.ln() + 0.9_f64.ln()) / 4.0).abs() < 1e-12);
        assert_eq!(base_rate(&four), Some(0.5));
    }

    #[test]
    fn nothing_is_no_score() {
        assert_eq!((brier(&[]), log_loss(&[]), calibration_error(&[]), area_under_curve(&[])), (None, None, None, None));
        assert_eq!(area_under_curve(&matured(&[(0.2, true), (0.3, true)])), None);
    }
}
