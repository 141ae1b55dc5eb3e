//! Gauss's hypergeometric function by its series. Knows nothing of what it is for.

/// Terms before the sum is taken as it is.
const MOST_TERMS: u32 = 20_000;

/// ₂F₁(a, b; c; z) for 0 ≤ z < 1 and c that is no whole number below 1.
pub(super) fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for order in 0..MOST_TERMS {
        let order = f64::from(order);
        term *= (a + order) * (b + order) / ((c + order) * (1.0 + order)) * z;
        sum += term;
        if term.abs() <= 1e-14 * sum.abs() {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // ln(1 / (1 − z)) / z, (1 − z)^−a, asin(√z) / √z.
        assert!((hypergeometric(1.0, 1.0, 2.0, 0.5) - 2.0 * 2.0_f64.ln()).abs() < 1e-12);
        assert!((hypergeometric(2.5, 3.0, 3.0, 0.3) - 0.7_f64.powf(-2.5)).abs() < 1e-12);
        assert!((hypergeometric(0.5, 0.5, 1.5, 0.25) - (0.5_f64.asin() / 0.5)).abs() < 1e-12);
    }
}
