//! Dice: draws from a ChaCha stream in whole numbers, the same on every machine. Knows no domain. No draw uses a function of the platform's
//! mathematics library; the few floats are sums and products alone, which IEEE 754 fixes to the bit.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One stream of draws; each domain has its own, so that a change to one leaves the others as they were.
#[derive(Debug, Clone)]
pub(super) struct Chance {
    generator: ChaCha8Rng,
}

impl Chance {
    /// Stream number `stream` of `seed`.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self { generator }
    }

    /// A whole number below `bound`; 0 when there is none.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let product = u64::from(self.generator.next_u32()) * u64::from(bound);
        (product >> 32) as u32
    }

    /// An index below `length`.
    pub(super) fn index(&mut self, length: usize) -> usize {
        self.below(u32::try_from(length).unwrap_or(u32::MAX)) as usize
    }

    /// A whole number from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = u64::try_from(most - least + 1).unwrap_or(1);
        let product = u128::from(self.generator.next_u64()) * u128::from(width);
        least + (product >> 64) as i64
    }

    /// True `share` times in a million.
    pub(super) fn per_million(&mut self, share: u32) -> bool {
        self.below(1_000_000) < share
    }

    /// True `share` times in a thousand.
    pub(super) fn per_mille(&mut self, share: u32) -> bool {
        self.below(1_000) < share
    }

    /// One of `choices`; panics on none, so it takes constant lists only.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.index(choices.len())]
    }

    /// The position in `weights` that a draw in proportion to them falls on.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (position, weight) in weights.iter().enumerate() {
            if left < *weight {
                return position;
            }
            left -= weight;
        }
        0
    }

    /// 1, 2, 3 …: each further one with chance `more` in a thousand, at most `most`.
    pub(super) fn geometric(&mut self, more: u32, most: u32) -> u32 {
        let mut count = 1;
        while count < most && self.per_mille(more) {
            count += 1;
        }
        count
    }

    /// A duration with a long tail around `median`: most draws lie within a third and three times of it, none above sixteen times.
    pub(super) fn skewed(&mut self, median: i64) -> i64 {
        let half = |chance: &mut Self, unit: i64| unit / 2 + chance.between(0, unit.max(1));
        let mut scale = median.max(1);
        match self.below(16) {
            0 => scale *= 4,
            1 | 2 => scale *= 2,
            3..=5 => scale /= 2,
            6 => scale /= 4,
            _ => {}
        }
        half(self, scale).max(1)
    }

    /// How many of many rare things happen when `mean` thousandths of one are expected (a Poisson draw).
    pub(super) fn poisson(&mut self, mean_milli: u64) -> u32 {
        // Sums of independent Poisson draws are Poisson draws: parts of 16 keep exp(-mean) far from zero.
        let mut count = 0;
        let mut left = mean_milli;
        while left > 0 {
            let part = left.min(16_000);
            count += self.small_poisson(part);
            left -= part;
        }
        count
    }

    fn small_poisson(&mut self, mean_milli: u64) -> u32 {
        let limit = exp_minus(mean_milli as f64 / 1_000.0);
        let mut product = self.unit();
        let mut count = 0;
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// A number in (0, 1].
    fn unit(&mut self) -> f64 {
        ((self.generator.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

/// e^-x by its series and repeated squaring: additions, multiplications and divisions alone.
fn exp_minus(x: f64) -> f64 {
    let step = x / 1_024.0;
    let series = 1.0 - step + step * step / 2.0 - step * step * step / 6.0;
    (0..10).fold(series, |power, _| power * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_repeat_and_streams_differ() {
        let draws = |seed, stream| {
            let mut chance = Chance::new(seed, stream);
            (0..8).map(|_| chance.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(draws(7, 1), draws(7, 1));
        assert_ne!(draws(7, 1), draws(7, 2));
        assert_ne!(draws(7, 1), draws(8, 1));
    }

    #[test]
    fn poisson_has_its_mean_and_variance() {
        for mean in [0.4_f64, 3.0, 90.0] {
            let mut chance = Chance::new(1, 1);
            let draws = (0..20_000).map(|_| f64::from(chance.poisson((mean * 1_000.0) as u64))).collect::<Vec<_>>();
            let average = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance = draws.iter().map(|draw| (draw - average) * (draw - average)).sum::<f64>() / draws.len() as f64;
            assert!((average / mean - 1.0).abs() < 0.03, "{mean}: mean {average}");
            assert!((variance / mean - 1.0).abs() < 0.05, "{mean}: variance {variance}");
        }
        assert_eq!(Chance::new(1, 1).poisson(0), 0);
    }

    #[test]
    fn between_includes_both_ends() {
        let mut chance = Chance::new(3, 3);
        let draws = (0..200).map(|_| chance.between(-1, 1)).collect::<Vec<_>>();
        assert_eq!((draws.iter().min(), draws.iter().max()), (Some(&-1), Some(&1)));
    }
}
