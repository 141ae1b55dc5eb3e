//! Quantiles of weighted values. Knows nothing else.

/// The least values at which the share of the weight reaches each of `levels`; 0 where there is no weight. Sorts `values`, pairs of value and
/// weight.
pub(crate) fn quantiles<const LEVELS: usize>(values: &mut [(f64, f64)], levels: &[f64; LEVELS]) -> [f64; LEVELS] {
    values.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
    quantiles_of_sorted(values.iter().copied(), levels)
}

/// As [`quantiles`], of values that are sorted.
pub(crate) fn quantiles_of_sorted<const LEVELS: usize>(
    values: impl Iterator<Item = (f64, f64)> + Clone,
    levels: &[f64; LEVELS],
) -> [f64; LEVELS] {
    let all: f64 = values.clone().map(|(_, weight)| weight).sum();
    let mut values = values.peekable();
    let (mut sum, mut value) = (0.0, 0.0);
    levels.map(|level| {
        let sought = level * all;
        while let Some((next, weight)) = values.next_if(|_| sum < sought * (1.0 - 1e-12)) {
            sum += weight;
            value = next;
        }
        value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_count() {
        let mut values = [(3.0, 1.0), (1.0, 2.0), (2.0, 1.0)];
        assert_eq!(quantiles(&mut values, &[0.0, 0.5, 0.51, 0.75, 0.76, 1.0]), [0.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
        assert_eq!(quantiles(&mut [], &[0.5]), [0.0]);
    }
}
