//! Forecasts made as if at earlier times and scored by what came (rolling origin: Tashman 2000, IJF 16:437). A forecaster is handed what lies
//! before the origin and nothing else, so that it cannot look ahead. Knows neither forecasts nor scores: both are the caller's closures.

use rayon::prelude::*;

/// One origin's score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored<S> {
    /// How many values were known.
    pub origin: usize,
    /// What the score's closure said.
    pub score: S,
}

/// Origins every `step` values (0 counts as 1) from the last that leaves a whole `horizon` back to the first with at least `least_known` values
/// (and one), the newest `most` of them, ascending.
pub fn origins(length: usize, least_known: usize, horizon: usize, step: usize, most: usize) -> Vec<usize> {
    let Some(last) = length.checked_sub(horizon) else { return Vec::new() };
    let mut origins =
        (least_known.max(1)..=last).rev().step_by(step.max(1)).take(if horizon == 0 { 0 } else { most }).collect::<Vec<_>>();
    origins.reverse();
    origins
}

/// Forecasts at each origin from the values before it, and scores the forecast by the next `horizon` values. Origins that leave no whole horizon
/// are left out. Origins run side by side; the answer is in their order.
pub fn roll<T: Sync, F, S: Send>(
    series: &[T],
    origins: &[usize],
    horizon: usize,
    forecast: impl Fn(&[T]) -> F + Sync,
    score: impl Fn(&F, &[T]) -> S + Sync,
) -> Vec<Scored<S>> {
    let whole = |origin: &usize| origin.checked_add(horizon).is_some_and(|end| end <= series.len());
    let origins = origins.iter().copied().filter(whole).collect::<Vec<_>>();
    let scored = |origin: usize| {
        let (known, to_come) = series.split_at(origin);
        Scored { origin, score: score(&forecast(known), &to_come[..horizon]) }
    };
    origins.into_par_iter().map(scored).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_newest_origins_with_a_whole_horizon() {
        assert_eq!(origins(100, 50, 10, 20, 9), [50, 70, 90]);
        assert_eq!(origins(100, 50, 10, 20, 2), [70, 90]);
        assert!(origins(5, 1, 10, 1, 9).is_empty() && origins(5, 1, 0, 1, 9).is_empty());
    }

    #[test]
    fn the_last_value_scored_by_the_next() {
        let scored =
            roll(&[1.0_f64, 4.0, 2.0, 9.0], &[1, 3, 4], 1, |known| known[known.len() - 1], |said, came| (came[0] - said).abs());
        assert_eq!(scored, [Scored { origin: 1, score: 3.0 }, Scored { origin: 3, score: 7.0 }]);
    }

    proptest! {
        #[test]
        fn what_comes_later_changes_no_forecast(values in prop::collection::vec(-9..9_i32, 12..40), later in -99..99_i32, horizon in 1..5_usize) {
            let origin = values.len() / 2;
            let mut other = values.clone();
            other[origin..].fill(later);
            let forecast = |known: &[i32]| known.to_vec();
            let score = |said: &Vec<i32>, _: &[i32]| said.clone();
            prop_assert_eq!(roll(&values, &[origin], horizon, forecast, score), roll(&other, &[origin], horizon, forecast, score));
        }
    }
}
