//! The rising steps nearest to what happened (pool adjacent violators: Ayer, Brunk, Ewing, Reid, Silverman 1955), read between their middles in
//! straight lines. It needs many rows: below a thousand or so Platt's line errs less (Niculescu-Mizil and Caruana 2005).

use super::held;

/// Rows below which nothing is learnt.
pub const LEAST_ROWS: usize = 100;

/// Fitted steps: scores rise strictly, probabilities never fall.
#[derive(Debug, Clone, PartialEq)]
pub struct Isotonic {
    points: Vec<(f64, f64)>,
}

impl Isotonic {
    /// The probability at a score, held off certainty; beyond the first and last step theirs.
    pub fn probability(&self, score: f64) -> f64 {
        let after = self.points.partition_point(|(at, _)| *at < score);
        let (Some(right), Some(left)) = (self.points.get(after), self.points.get(after.saturating_sub(1))) else {
            return held(self.points.last().map_or(0.5, |(_, probability)| *probability));
        };
        let span = right.0 - left.0;
        let share = if span > 0.0 { (score - left.0) / span } else { 1.0 };
        held(left.1 + share * (right.1 - left.1))
    }
}

struct Block {
    scores: f64,
    happened: f64,
    weight: f64,
}

impl Block {
    fn rate(&self) -> f64 {
        self.happened / self.weight
    }

    fn with(&self, other: &Block) -> Block {
        Block { scores: self.scores + other.scores, happened: self.happened + other.happened, weight: self.weight + other.weight }
    }
}

/// Learns from pairs of a score and whether it happened; scores that are no numbers are left out. None below [`LEAST_ROWS`].
pub fn fit(pairs: &[(f64, bool)]) -> Option<Isotonic> {
    let mut sorted = pairs.iter().filter(|(score, _)| score.is_finite()).copied().collect::<Vec<_>>();
    if sorted.len() < LEAST_ROWS {
        return None;
    }
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut blocks = Vec::<Block>::new();
    for tie in sorted.chunk_by(|left, right| left.0 == right.0) {
        let weight = tie.iter().map(|_| 1.0).sum::<f64>();
        let happened = tie.iter().map(|(_, happened)| f64::from(u8::from(*happened))).sum();
        blocks.push(Block { scores: tie[0].0 * weight, happened, weight });
        while let [.., left, right] = blocks.as_slice() {
            if left.rate() < right.rate() {
                break;
            }
            let pooled = left.with(right);
            blocks.truncate(blocks.len() - 2);
            blocks.push(pooled);
        }
    }
    Some(Isotonic { points: blocks.iter().map(|block| (block.scores / block.weight, block.rate())).collect() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_that_rise_are_kept_and_others_pooled() {
        let share = |score: f64, of_ten: usize| (0..50).map(move |at| (score, at % 10 < of_ten));
        let pairs = share(0.1, 2).chain(share(0.2, 6)).chain(share(0.3, 4)).chain(share(0.9, 9)).collect::<Vec<_>>();
        let fitted = fit(&pairs).unwrap();
        assert_eq!(fitted.points.len(), 3);
        assert!((fitted.probability(0.25) - 0.5).abs() < 1e-9 && (fitted.probability(0.0) - 0.2).abs() < 1e-9);
        assert!((fitted.probability(2.0) - 0.9).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn never_falls(pairs in proptest::collection::vec((-5.0..5.0_f64, any::<bool>()), 100..300)) {
            let fitted = fit(&pairs).unwrap();
            let said = (-60..60).map(|at| fitted.probability(f64::from(at) / 10.0)).collect::<Vec<_>>();
            prop_assert!(said.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
            prop_assert!(said.iter().all(|probability| *probability > 0.0 && *probability < 1.0));
        }
    }
}
