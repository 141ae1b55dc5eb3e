//! Draws from a seeded ChaCha stream: uniform, normal, gamma and negative binomial. Knows nothing of stock or orders.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Counts whose mean and three deviations stay below it are drawn by adding up probabilities, which is quicker there.
const MOST_SUMMED: f64 = 60.0;
/// Poisson means above it are drawn as a rounded normal's.
const MOST_EXACT_POISSON: f64 = 30.0;

/// One stream of draws, the same for the same seed and stream.
#[derive(Debug, Clone)]
pub(super) struct Chance {
    generator: ChaCha8Rng,
    spare_normal: Option<f64>,
}

impl Chance {
    /// Stream number `stream` of `seed`.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self { generator, spare_normal: None }
    }

    /// In 0 (included) to 1 (excluded).
    pub(super) fn uniform(&mut self) -> f64 {
        let bits = u32::try_from(self.generator.next_u64() >> 32).unwrap_or(u32::MAX);
        (f64::from(bits) + 0.5) / 4_294_967_296.0
    }

    /// A whole number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        super::casts::whole(self.uniform() * super::casts::real(bound)).min(bound.saturating_sub(1))
    }

    /// Mean 0, deviation 1 (Box and Muller 1958).
    pub(super) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare_normal = Some(radius * sine);
        radius * cosine
    }

    /// Gamma of `shape` and scale 1 (Marsaglia and Tsang 2000; below shape 1 by their power of a uniform).
    pub(super) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let power = self.uniform().powf(1.0 / shape);
            return self.gamma(shape + 1.0) * power;
        }
        let depth = shape - 1.0 / 3.0;
        let width = 1.0 / (9.0 * depth).sqrt();
        loop {
            let normal = self.normal();
            let cube = (1.0 + width * normal).powi(3);
            if cube > 0.0 && self.uniform().ln() < 0.5 * normal * normal + depth * (1.0 - cube + cube.ln()) {
                return depth * cube;
            }
        }
    }

    /// A Poisson count.
    pub(super) fn poisson(&mut self, mean: f64) -> f64 {
        if mean > MOST_EXACT_POISSON {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0);
        }
        let mut probability = (-mean).exp();
        let mut left = self.uniform();
        let mut count = 0.0;
        while left > probability && count < 10.0 * MOST_EXACT_POISSON {
            left -= probability;
            count += 1.0;
            probability *= mean / count;
        }
        count
    }

    /// A negative binomial count of `mean` and `size` (variance = mean + mean² / size); an infinite size is a Poisson's.
    pub(super) fn negative_binomial(&mut self, mean: f64, size: f64) -> f64 {
        if mean <= 0.0 {
            return 0.0;
        }
        if !size.is_finite() {
            return self.poisson(mean);
        }
        let deviation = (mean + mean * mean / size).sqrt();
        if mean + 3.0 * deviation > MOST_SUMMED {
            let level = self.gamma(size) / size;
            return self.poisson(mean * level);
        }
        let odds = mean / (size + mean);
        let mut probability = (1.0 - odds).powf(size);
        let mut left = self.uniform();
        let mut count = 0.0;
        while left > probability && count < 20.0 * MOST_SUMMED {
            left -= probability;
            probability *= odds * (size + count) / (count + 1.0);
            count += 1.0;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_moments_asked_for() {
        for (mean, size) in [(0.2, 0.3), (4.0, f64::INFINITY), (8.0, 2.0), (60.0, 0.5), (200.0, f64::INFINITY)] {
            let mut chance = Chance::new(1, 0);
            let draws = (0..40_000).map(|_| chance.negative_binomial(mean, size)).collect::<Vec<_>>();
            let average = draws.iter().sum::<f64>() / 40_000.0;
            let variance = draws.iter().map(|draw| (draw - average).powi(2)).sum::<f64>() / 40_000.0;
            let expected = mean + if size.is_finite() { mean * mean / size } else { 0.0 };
            assert!((average - mean).abs() < 5.0 * (expected / 40_000.0).sqrt(), "mean {average} for {mean}");
            assert!((variance / expected - 1.0).abs() < 0.15, "variance {variance} for {expected}");
        }
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let draw = |seed, stream| Chance::new(seed, stream).uniform();
        assert_eq!(draw(3, 1), draw(3, 1));
        assert_ne!(draw(3, 1), draw(3, 2));
        assert_ne!(draw(3, 1), draw(4, 1));
    }
}
