//! The default method: a level by exponential smoothing at three speeds, weighed by how each has done on the series, on a week shrunk to the
//! panel's; quantiles halfway between a negative binomial and the series' own past days brought to the level of the day. Knows no other method.
//!
//! Constants here and in its parts were chosen on origins before September 2011 (Online Retail) and before July 2017 (Complete Journey); the
//! scores are flat around all of them. Averaging in ETS(A,N,A) for smooth, or TSB for intermittent series gained nothing, nor did prices.

mod level;
mod past;
mod prior;
mod profile;
mod spread;

use rayon::prelude::*;

use super::calendar::Calendar;
use super::class::{LEAST_SELLING_DAYS, classify};
use super::numbers::{after, day_number, to_f64};
use super::observed::Observed;
use super::{Ask, Class, Confidence, DayDemand, DemandForecast, DemandSeries, LEVELS, censoring};
use crate::distribution::negative_binomial_quantiles;
use past::Past;
use prior::Prior;

/// A series' cap on a day's units, in means of its days with demand: beyond it a day moves level and week no further.
const MOST_TIMES_MEAN: f64 = 8.0;
/// Of a thousand days with demand in the panel, those that an article of few such days may be like.
const USUAL_OF_1000: usize = 990;
/// The part of past days in a quantile; the rest is the negative binomial's.
const PAST_SHARE: f64 = 0.5;
/// Fitted dispersion is of days that helped to fit the level: days to come spread wider, the more the further ahead.
const WIDER_AT_ONCE: f64 = 1.1;
/// What is added to [`WIDER_AT_ONCE`] four weeks ahead.
const WIDER_IN_FOUR_WEEKS: f64 = 0.4;
/// Units that are not whole are counted in this part of their mean size.
const GRAINS_A_SALE: f64 = 100.0;

/// What is learnt of one series.
struct Fit {
    past: Past,
    cap: f64,
    profile: [f64; 7],
    level: f64,
    dispersion: f64,
    grain: f64,
    waited_days: usize,
}

pub(crate) fn forecast(panel: &[DemandSeries], ask: &Ask) -> Vec<DemandForecast> {
    let observed: Vec<Observed> = panel.par_iter().map(|series| known(series, ask)).collect();
    let calendar = Calendar::learn(&observed, ask);
    let usual = usual_day(&observed);
    let alone: Vec<Fit> = observed.par_iter().map(|series| Fit::alone(series, &calendar, ask, usual)).collect();
    let prior = Prior::of(alone.iter().map(|fit| (fit.level, fit.dispersion)));
    let together = observed.par_iter().zip(alone).map(|(series, fit)| said(series, &fit.among(&prior), &calendar, ask));
    together.collect()
}

/// Units of a day with demand that hardly any day of the panel goes beyond.
fn usual_day(panel: &[Observed]) -> f64 {
    let days = panel.iter().flat_map(|series| series.seen_days().map(|(_, units)| units).filter(|units| *units > 0.0));
    let mut days: Vec<f64> = days.collect();
    let place = days.len() * USUAL_OF_1000 / 1000;
    if place >= days.len() {
        return f64::INFINITY;
    }
    *days.select_nth_unstable_by(place, f64::total_cmp).1
}

fn known(series: &DemandSeries, ask: &Ask) -> Observed {
    let mut observed = Observed::of(series, ask);
    censoring::correct(&mut observed);
    observed
}

impl Fit {
    fn alone(series: &Observed, calendar: &Calendar, ask: &Ask, usual: f64) -> Self {
        let past = Past::of(series, calendar, day_number(ask.origin));
        let mean = past.mean(&calendar.profile);
        let own = MOST_TIMES_MEAN * mean * to_f64(series.days().max(1)) / to_f64(series.selling_days().max(1));
        // Of a few days' sales none says how many units are usual: one order of 80,000 is no level.
        let cap = if series.selling_days() < LEAST_SELLING_DAYS { own.min(usual) } else { own };
        let profile = profile::shrunk(&past, mean, cap, &calendar.profile);
        let level = level::smoothed(&past, &profile, cap, None);
        let dispersion = spread::dispersion(&past, &profile, level, None);
        Self { grain: grain(series), waited_days: series.waited_days, past, cap, profile, level, dispersion }
    }

    /// Again, with what is known of the others.
    fn among(mut self, prior: &Prior) -> Self {
        self.level = match self.past.days.is_empty() {
            true => level::waiting(self.waited_days, prior.level),
            false => level::smoothed(&self.past, &self.profile, self.cap, prior.level),
        };
        self.dispersion = spread::dispersion(&self.past, &self.profile, self.level, prior.excess);
        self
    }

    /// Demand of a day `ahead` days from the origin, on `weekday`, with what it shares with the panel.
    fn day(&self, own: &mut past::Quantiles, ahead: usize, weekday: usize, open: f64, shared: f64) -> DayDemand {
        let levels = LEVELS.map(|level| (level - (1.0 - open)) / open.max(f64::MIN_POSITIVE));
        let mean = self.level * shared * self.profile[weekday];
        let wider = WIDER_AT_ONCE + WIDER_IN_FOUR_WEEKS * to_f64(ahead) / 28.0;
        let (grains, dispersion) = (mean / self.grain, self.dispersion * wider);
        let counts = negative_binomial_quantiles(grains, grains + dispersion * grains * grains, &levels);
        let past = own.on(weekday, shared, &levels);
        let quantiles = std::array::from_fn(|at| PAST_SHARE * past[at] + (1.0 - PAST_SHARE) * counts[at] * self.grain);
        DayDemand { mean: mean * open, quantiles }
    }
}

fn said(series: &Observed, fit: &Fit, calendar: &Calendar, ask: &Ask) -> DemandForecast {
    let (class, adi, cv2) = classify(&series.seen_units());
    let mut own = past::Quantiles::of(&fit.past, &fit.profile, fit.level, fit.cap, fit.grain == 1.0);
    let days = (0..ask.horizon_days).map(|ahead| {
        let day = after(day_number(ask.origin), ahead);
        let effect = calendar.effect(day);
        fit.day(&mut own, ahead, super::numbers::weekday(day), effect.open, effect.factor * calendar.index_to_come(day))
    });
    DemandForecast {
        class,
        adi,
        cv2,
        method: "blend",
        fallback: fallback(series, class),
        confidence: confidence(series, class),
        censored_share: series.censored_share,
        days: days.collect(),
    }
}

fn fallback(series: &Observed, class: Class) -> Option<&'static str> {
    let all_held = series.days() > 0 && series.seen_days().all(|(place, _)| series.bound[place]);
    match series.selling_days() {
        0 => Some("nothing sold yet: level borrowed from the others"),
        _ if class == Class::Sparse => Some("fewer than 8 days with demand: level borrowed from the others"),
        _ if series.days() < 28 => Some("less than four weeks of history: week borrowed from the others"),
        _ if all_held => Some("sold out on every day: demand is at least this"),
        _ => None,
    }
}

fn confidence(series: &Observed, class: Class) -> Confidence {
    match (series.days(), series.selling_days()) {
        _ if class == Class::Sparse || series.censored_share > 0.5 => Confidence::Low,
        (182.., 60..) if series.censored_share <= 0.1 => Confidence::High,
        (56.., 15..) => Confidence::Medium,
        _ => Confidence::Low,
    }
}

/// The unit of counting: 1 where all units are whole, else a hundredth of their mean size.
fn grain(series: &Observed) -> f64 {
    let sizes: Vec<f64> =
        series.seen_days().filter(|(place, units)| *units > 0.0 && !series.bound[*place]).map(|(_, units)| units).collect();
    if sizes.iter().all(|size| size.fract() == 0.0) {
        return 1.0;
    }
    (sizes.iter().sum::<f64>() / to_f64(sizes.len()) / GRAINS_A_SALE).max(1e-9)
}
