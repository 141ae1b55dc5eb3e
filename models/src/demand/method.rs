//! The default method and those it is measured against, each over a whole panel. Knows which is which, and not how the default works.

use rayon::prelude::*;

use super::class::classify;
use super::numbers::to_f64;
use super::observed::Observed;
use super::{Ask, Class, Confidence, DayDemand, DemandForecast, DemandSeries, LEVELS, blend, smoothing, weighted};
use crate::distribution::negative_binomial_quantiles;
use crate::distribution::quantiles::normal_quantile;

/// Days whose moments give the dispersion of the simple methods.
const DISPERSION_DAYS: usize = 182;
const WEEK: usize = 7;

/// How demand is forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The product's own: see [`super::forecast`].
    Default,
    /// The last day again, with the spread of a random walk.
    Naive,
    /// The same weekday of the last week again, with the spread of its changes.
    SeasonalNaive,
    /// The mean of the last 28 days, negative binomial.
    MovingAverage28,
    /// Simple exponential smoothing (α = 0.05), negative binomial.
    NbSes,
    /// Croston's method as corrected by Syntetos and Boylan (α = 0.1), negative binomial.
    Sba,
    /// Teunter, Syntetos and Babai (0.1, 0.05), negative binomial.
    Tsb,
    /// Aggregate–disaggregate, negative binomial.
    Adida,
    /// The last 91 days as they fell.
    Empirical91,
    /// Additive weekly exponential smoothing, ETS(A,N,A), negative binomial.
    Ets,
}

impl Method {
    /// All of them, the default first.
    pub const ALL: [Self; 10] = [
        Self::Default,
        Self::NbSes,
        Self::Empirical91,
        Self::MovingAverage28,
        Self::Sba,
        Self::Tsb,
        Self::Adida,
        Self::Ets,
        Self::SeasonalNaive,
        Self::Naive,
    ];

    /// Its name in tables and pages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Naive => "naive",
            Self::SeasonalNaive => "seasonal naive",
            Self::MovingAverage28 => "moving average of 28 days",
            Self::NbSes => "exponential smoothing",
            Self::Sba => "Syntetos–Boylan",
            Self::Tsb => "Teunter–Syntetos–Babai",
            Self::Adida => "aggregate–disaggregate",
            Self::Empirical91 => "last 91 days",
            Self::Ets => "seasonal exponential smoothing",
        }
    }
}

pub(crate) fn forecast_by(method: Method, panel: &[DemandSeries], ask: &Ask) -> Vec<DemandForecast> {
    if method == Method::Default {
        return blend::forecast(panel, ask);
    }
    panel.par_iter().map(|series| simple(method, &Observed::of(series, ask), ask)).collect()
}

fn simple(method: Method, observed: &Observed, ask: &Ask) -> DemandForecast {
    let units = observed.seen_units();
    let (class, adi, cv2) = classify(&units);
    let days = (0..ask.horizon_days).map(|ahead| day(method, &units, adi, ahead));
    let days = if matches!(method, Method::Naive | Method::SeasonalNaive | Method::Ets) {
        days.collect()
    } else {
        vec![day(method, &units, adi, 0); ask.horizon_days]
    };
    let fallback = (class == Class::Sparse).then_some("fewer than 8 days with demand");
    let confidence = if class == Class::Sparse { Confidence::Low } else { Confidence::Medium };
    DemandForecast { class, adi, cv2, method: method.name(), fallback, confidence, censored_share: observed.censored_share, days }
}

fn day(method: Method, units: &[f64], interval: f64, ahead: usize) -> DayDemand {
    match method {
        Method::Naive => walk(units, 1, ahead),
        Method::SeasonalNaive => walk(units, WEEK, ahead),
        Method::Empirical91 => as_they_fell(last(units, 91)),
        Method::Ets => seasonal(units, ahead),
        Method::MovingAverage28 => counts(units, mean(last(units, 28))),
        Method::Sba => counts(units, smoothing::syntetos_boylan(units, 0.1)),
        Method::Tsb => counts(units, smoothing::teunter_syntetos_babai(units, 0.1, 0.05)),
        Method::Adida => counts(units, smoothing::aggregated(units, rounded(interval), 0.1)),
        Method::NbSes | Method::Default => counts(units, smoothing::simple(units, 0.05)),
    }
}

/// The value one `season` ago, spread by the standard deviation of changes over a season × √seasons ahead.
fn walk(units: &[f64], season: usize, ahead: usize) -> DayDemand {
    let Some(start) = units.len().checked_sub(season) else {
        return counts(units, mean(units));
    };
    let mean = units[start + ahead % season];
    let changes = units.iter().zip(&units[season..]).map(|(before, after)| (after - before).powi(2)).sum::<f64>();
    let seasons_ahead = to_f64(ahead / season + 1);
    let deviation = (changes / to_f64(start.max(1)) * seasons_ahead).sqrt();
    DayDemand { mean, quantiles: LEVELS.map(|level| (mean + normal_quantile(level) * deviation).max(0.0)) }
}

fn seasonal(units: &[f64], ahead: usize) -> DayDemand {
    let Some(fit) = smoothing::seasonal(units) else {
        return counts(units, mean(units));
    };
    let mean = (fit.level + fit.season[ahead % WEEK]).max(0.0);
    let variance = fit.error * (1.0 + to_f64(ahead) * fit.alpha * fit.alpha);
    DayDemand { mean, quantiles: negative_binomial_quantiles(mean, variance, &LEVELS) }
}

fn as_they_fell(units: &[f64]) -> DayDemand {
    let mut sorted: Vec<(f64, f64)> = units.iter().map(|units| (*units, 1.0)).collect();
    DayDemand { mean: mean(units), quantiles: weighted::quantiles(&mut sorted, &LEVELS) }
}

fn counts(units: &[f64], mean: f64) -> DayDemand {
    let variance = mean + dispersion(last(units, DISPERSION_DAYS)) * mean * mean;
    DayDemand { mean, quantiles: negative_binomial_quantiles(mean, variance, &LEVELS) }
}

/// What variance has beyond a Poisson's, in squared means.
fn dispersion(units: &[f64]) -> f64 {
    let mean = mean(units);
    if mean <= 0.0 {
        return 0.0;
    }
    let variance = units.iter().map(|units| (units - mean).powi(2)).sum::<f64>() / to_f64(units.len());
    ((variance - mean) / (mean * mean)).max(0.0)
}

fn mean(units: &[f64]) -> f64 {
    units.iter().sum::<f64>() / to_f64(units.len().max(1))
}

fn last(units: &[f64], days: usize) -> &[f64] {
    &units[units.len().saturating_sub(days)..]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "days, positive, and saturates")]
fn rounded(days: f64) -> usize {
    days.round().max(1.0) as usize
}
