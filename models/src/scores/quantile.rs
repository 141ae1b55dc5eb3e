//! Scores of means and quantiles of a series against what came, in units of the series' own day-to-day steps, as the M5 competition scores them
//! (Makridakis, Spiliotis, Assimakopoulos 2022, IJF 38:1346 and 38:1365).

/// The nine levels of M5's uncertainty competition.
pub const M5_LEVELS: [f64; 9] = [0.005, 0.025, 0.165, 0.25, 0.5, 0.75, 0.835, 0.975, 0.995];

/// Loss of the quantile `said` at `level` when `actual` came: level × what it was too low by, or (1 − level) × what it was too high by.
pub fn pinball(level: f64, said: f64, actual: f64) -> f64 {
    if actual >= said { level * (actual - said) } else { (1.0 - level) * (said - actual) }
}

/// Mean absolute step from one day to the next from the first day that is not 0; none where there is no step.
pub fn absolute_step(history: &[f64]) -> Option<f64> {
    step(history, f64::abs)
}

/// Mean squared step from one day to the next from the first day that is not 0; none where there is no step.
pub fn squared_step(history: &[f64]) -> Option<f64> {
    step(history, |step| step * step)
}

/// Root mean squared scaled error: √(mean (actual − said)² ÷ mean squared step of the history).
pub fn rmsse(history: &[f64], said: &[f64], actual: &[f64]) -> Option<f64> {
    let errors = mean(said.iter().zip(actual).map(|(said, actual)| (actual - said).powi(2)))?;
    Some((errors / squared_step(history)?).sqrt())
}

/// Scaled pinball loss: the mean of [`pinball`] over `levels` and days ÷ the mean absolute step of the history. `said` holds a quantile for
/// each level, by day.
pub fn scaled_pinball(history: &[f64], levels: &[f64], said: &[Vec<f64>], actual: &[f64]) -> Option<f64> {
    let losses = said.iter().zip(actual).flat_map(|(quantiles, actual)| {
        levels.iter().zip(quantiles).map(move |(level, quantile)| pinball(*level, *quantile, *actual))
    });
    Some(mean(losses)? / absolute_step(history)?)
}

fn step(history: &[f64], size: impl Fn(f64) -> f64) -> Option<f64> {
    let begun = history.iter().position(|value| *value != 0.0)?;
    let mean = mean(history[begun..].windows(2).map(|pair| size(pair[1] - pair[0])))?;
    (mean > 0.0).then_some(mean)
}

#[expect(clippy::cast_precision_loss, reason = "days are far below 2^52")]
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let history = [0.0, 0.0, 2.0, 4.0, 1.0];
        assert_eq!(absolute_step(&history), Some(2.5));
        assert_eq!(squared_step(&history), Some(6.5));
        assert_eq!(rmsse(&history, &[1.0, 1.0], &[3.0, 1.0]), Some((2.0_f64 / 6.5).sqrt()));
        let spl = scaled_pinball(&history, &[0.5, 0.9], &[vec![1.0, 3.0]], &[2.0]).unwrap();
        assert!((spl - (0.5 + 0.1) / 2.0 / 2.5).abs() < 1e-12);
    }

    #[test]
    fn a_series_without_a_step_has_no_scale() {
        assert_eq!(rmsse(&[0.0, 0.0], &[1.0], &[1.0]), None);
        assert_eq!(rmsse(&[3.0, 3.0], &[1.0], &[1.0]), None);
    }
}
