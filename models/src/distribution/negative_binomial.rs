//! The negative binomial distribution of a count, by its mean and variance; a Poisson where the variance is not above the mean.

use statrs::distribution::{Discrete, DiscreteCDF, NegativeBinomial as Counts, Poisson};

/// Dispersions below it are a Poisson's to every digit that is shown.
const LEAST_EXCESS: f64 = 1e-6;
/// Means beyond it are treated as a normal's: counts of that size have no grain.
const MOST_EXACT_MEAN: f64 = 1e6;

/// A count with `mean` (0 or more) and `variance`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NegativeBinomial {
    mean: f64,
    variance: f64,
}

impl NegativeBinomial {
    /// By its first two moments. What is negative or not a number counts as 0; a variance below the mean as the mean.
    pub fn of_moments(mean: f64, variance: f64) -> Self {
        let mean = if mean.is_finite() { mean.max(0.0) } else { 0.0 };
        let variance = if variance.is_finite() { variance.max(mean) } else { mean };
        Self { mean, variance }
    }

    /// Its mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Its variance.
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// P(count ≤ `count`).
    pub fn cdf(&self, count: u64) -> f64 {
        if self.mean == 0.0 {
            return 1.0;
        }
        match self.kind() {
            Kind::Counts(counts) => counts.cdf(count),
            Kind::Poisson(poisson) => poisson.cdf(count),
            Kind::Normal => normal_cdf((to_f64(count) + 0.5 - self.mean) / self.variance.sqrt()),
        }
    }

    /// P(count = `count`).
    pub fn probability(&self, count: u64) -> f64 {
        if self.mean == 0.0 {
            return if count == 0 { 1.0 } else { 0.0 };
        }
        match self.kind() {
            Kind::Counts(counts) => counts.pmf(count),
            Kind::Poisson(poisson) => poisson.pmf(count),
            Kind::Normal => (self.cdf(count) - if count == 0 { 0.0 } else { self.cdf(count - 1) }).max(0.0),
        }
    }

    /// The least count whose probability of not being exceeded is at least `level` (0 < level < 1).
    pub fn quantile(&self, level: f64) -> u64 {
        if self.mean == 0.0 {
            return 0;
        }
        let guess = self.mean + normal_quantile(level) * self.variance.sqrt();
        let mut high = floor(guess.max(1.0));
        while self.cdf(high) < level {
            high = high.saturating_mul(2).saturating_add(1);
        }
        let mut low = 0;
        while low < high {
            let middle = low + (high - low) / 2;
            if self.cdf(middle) < level { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn kind(&self) -> Kind {
        if self.mean > MOST_EXACT_MEAN {
            return Kind::Normal;
        }
        let excess = self.variance / self.mean - 1.0;
        if excess > LEAST_EXCESS {
            let (size, success) = (self.mean / excess, 1.0 / (1.0 + excess));
            if let Ok(counts) = Counts::new(size, success) {
                return Kind::Counts(counts);
            }
        }
        Poisson::new(self.mean).map_or(Kind::Normal, Kind::Poisson)
    }
}

enum Kind {
    Counts(Counts),
    Poisson(Poisson),
    Normal,
}

#[expect(clippy::cast_precision_loss, reason = "counts of that size have no grain")]
fn to_f64(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and saturates")]
fn floor(value: f64) -> u64 {
    value as u64
}

fn normal_cdf(deviations: f64) -> f64 {
    0.5 * statrs::function::erf::erfc(-deviations / std::f64::consts::SQRT_2)
}

fn normal_quantile(level: f64) -> f64 {
    -std::f64::consts::SQRT_2 * statrs::function::erf::erfc_inv(2.0 * level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_where_the_sum_of_probabilities_crosses() {
        for (mean, variance) in [(0.3, 0.9), (4.0, 4.0), (12.0, 90.0), (700.0, 9000.0)] {
            let counts = NegativeBinomial::of_moments(mean, variance);
            for level in [0.005, 0.25, 0.5, 0.9, 0.995] {
                let mut sum = 0.0;
                let mut count = 0;
                loop {
                    sum += counts.probability(count);
                    if sum >= level - 1e-12 {
                        break;
                    }
                    count += 1;
                }
                assert_eq!(counts.quantile(level), count, "mean {mean}, variance {variance}, level {level}");
            }
        }
    }

    #[test]
    fn what_is_no_number_is_nothing() {
        let nothing = NegativeBinomial::of_moments(f64::NAN, f64::INFINITY);
        assert_eq!((nothing.quantile(0.99), nothing.cdf(0)), (0, 1.0));
        assert!(NegativeBinomial::of_moments(1e12, 1e20).quantile(0.975) > 1_000_000_000_000);
    }
}
