//! Means of a series by exponential smoothing: SES, Croston's with the correction of Syntetos and Boylan, TSB, ADIDA, and additive seasonal
//! smoothing. Knows no distribution. A series without values gives 0.

use super::numbers::to_f64;

/// Days of a week, the season of daily sales.
const WEEK: usize = 7;

/// Simple exponential smoothing from the first value on.
pub fn simple(units: &[f64], alpha: f64) -> f64 {
    let mut level = units.first().copied().unwrap_or(0.0);
    for units in units.iter().skip(1) {
        level += alpha * (units - level);
    }
    level
}

/// Croston's method with Syntetos and Boylan's correction (2005, IJF 21:303): smoothed size ÷ smoothed interval × (1 − α ÷ 2).
pub fn syntetos_boylan(units: &[f64], alpha: f64) -> f64 {
    let mut size_and_interval: Option<(f64, f64)> = None;
    let mut gap = 1.0;
    for units in units {
        if *units > 0.0 {
            size_and_interval = Some(match size_and_interval {
                None => (*units, gap),
                Some((size, interval)) => (size + alpha * (units - size), interval + alpha * (gap - interval)),
            });
            gap = 1.0;
        } else {
            gap += 1.0;
        }
    }
    size_and_interval.map_or(0.0, |(size, interval)| (1.0 - alpha / 2.0) * size / interval)
}

/// Teunter, Syntetos and Babai (2011, EJOR 214:606): smoothed probability of demand, every day, × smoothed size, on days with demand; so what
/// no longer sells dies away.
pub fn teunter_syntetos_babai(units: &[f64], alpha_size: f64, alpha_probability: f64) -> f64 {
    let sizes: Vec<f64> = units.iter().copied().filter(|units| *units > 0.0).collect();
    if sizes.is_empty() {
        return 0.0;
    }
    let size = simple(&sizes, alpha_size);
    let mut probability = to_f64(sizes.len()) / to_f64(units.len());
    for units in units {
        probability += alpha_probability * (f64::from(u8::from(*units > 0.0)) - probability);
    }
    probability * size
}

/// Aggregate–disaggregate (Nikolopoulos and others 2011, JORS 62:544): simple smoothing of sums over buckets as long as the mean interval.
pub fn aggregated(units: &[f64], interval_days: usize, alpha: f64) -> f64 {
    let bucket = interval_days.max(1);
    let sums: Vec<f64> =
        units.rchunks(bucket).filter(|chunk| chunk.len() == bucket).map(|chunk| chunk.iter().sum()).rev().collect();
    if sums.is_empty() { units.iter().sum::<f64>() / to_f64(units.len().max(1)) } else { simple(&sums, alpha) / to_f64(bucket) }
}

/// Additive weekly smoothing, ETS(A,N,A): where it stands after the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Seasonal {
    /// The level.
    pub level: f64,
    /// What a day adds, by days after the history, repeating.
    pub season: [f64; WEEK],
    /// Mean squared error of a day ahead.
    pub error: f64,
    /// The weight of a new value in the level.
    pub alpha: f64,
}

/// Weights of a new value in the level and in the season that are tried; the best by squared error a day ahead is kept (Hyndman and others
/// 2008, *Forecasting with Exponential Smoothing*, chapter 5, over a grid in place of a search).
const GRID: [(f64, f64); 8] =
    [(0.01, 0.01), (0.03, 0.01), (0.06, 0.01), (0.1, 0.01), (0.2, 0.01), (0.03, 0.05), (0.1, 0.05), (0.2, 0.05)];

/// Additive weekly smoothing of `units`; none for less than three weeks.
pub fn seasonal(units: &[f64]) -> Option<Seasonal> {
    if units.len() < 3 * WEEK {
        return None;
    }
    let fits = GRID.iter().map(|(alpha, gamma)| seasonal_by(units, *alpha, *gamma));
    fits.min_by(|left, right| left.error.total_cmp(&right.error))
}

fn seasonal_by(units: &[f64], alpha: f64, gamma: f64) -> Seasonal {
    let start = &units[..units.len().min(8 * WEEK) / WEEK * WEEK];
    let mut level = start.iter().sum::<f64>() / to_f64(start.len());
    let mut season = [0.0; WEEK];
    for (day, value) in start.iter().enumerate() {
        season[day % WEEK] += (value - level) * to_f64(WEEK) / to_f64(start.len());
    }
    let mut squares = 0.0;
    for (day, value) in units.iter().enumerate() {
        let error = value - level - season[day % WEEK];
        squares += error * error;
        level += alpha * error;
        season[day % WEEK] += gamma * error;
    }
    season.rotate_left(units.len() % WEEK);
    Seasonal { level, season, error: squares / to_f64(units.len()), alpha }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        assert_eq!(simple(&[4.0, 8.0, 0.0], 0.5), 3.0);
        assert!((syntetos_boylan(&[0.0, 4.0, 0.0, 8.0], 0.5) - 0.75 * 6.0 / 2.0).abs() < 1e-12);
        assert!((teunter_syntetos_babai(&[4.0, 0.0], 0.1, 0.5) - 4.0 * 0.375).abs() < 1e-12);
        assert_eq!(aggregated(&[9.0, 1.0, 3.0, 2.0, 6.0], 2, 0.5), (4.0 + 0.5 * 4.0) / 2.0);
        for method in [simple, syntetos_boylan] {
            assert_eq!(method(&[], 0.1), 0.0);
        }
        assert_eq!((teunter_syntetos_babai(&[0.0], 0.1, 0.1), aggregated(&[], 0, 0.1)), (0.0, 0.0));
    }

    #[test]
    fn a_week_is_found_again() {
        let units: Vec<f64> = (0..73).map(|day| if day % 7 == 2 { 12.0 } else { 5.0 }).collect();
        let fit = seasonal(&units).unwrap();
        let next: Vec<f64> = fit.season.iter().map(|season| season + fit.level).collect();
        for (day, said) in next.iter().enumerate() {
            let expected = if (73 + day) % 7 == 2 { 12.0 } else { 5.0 };
            assert!((said - expected).abs() < 1e-6, "day {day}: {said}");
        }
        assert_eq!(seasonal(&units[..20]), None);
    }
}
