//! Tickets or orders an hour, ahead: a level, a profile over the hours of the week, and the spread of a negative binomial about them (as call
//! centres forecast arrivals: Ibrahim, Ye, L'Ecuyer, Shen 2016, IJF 32:865). Knows hours and counts, not what arrives nor who is there for it.

mod history;
mod level;
mod profile;
mod quantiles;
pub mod score;
mod spread;

use history::History;
use level::Level;
use profile::Profile;
use quantiles::quantiles;
use spread::Spread;

pub use crate::confidence::Confidence;
pub use score::{WorkloadScore, naive, score};

/// Levels of the quantiles.
pub const LEVELS: [f64; 7] = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
/// Raised when forecasts from the same numbers change.
pub const VERSION: &str = "1";
/// Hours of a week.
const WEEK: usize = 168;
/// Hours of a day.
const DAY: usize = 24;
/// Hours ahead at most: a year.
pub const MOST_HOURS: usize = 53 * WEEK;
/// Known weeks from which confidence is high, if spread allows.
const WEEKS_FOR_HIGH: usize = 8;
/// Standard deviation of a usual busy hour ÷ its mean, up to which confidence is high.
const SPREAD_FOR_HIGH: f64 = 0.5;

/// Counts by the hour, without a gap in time.
#[derive(Debug, Clone, PartialEq)]
pub struct HourlySeries {
    /// The first hour: hours since 1970-01-01 00:00, local time (the working week is local).
    pub first_hour: i64,
    /// Counts, an hour each; what is missing is NaN.
    pub counts: Vec<f64>,
}

/// Demand of one hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourDemand {
    /// Expected count.
    pub mean: f64,
    /// Whole counts at [`LEVELS`], ascending.
    pub quantiles: [f64; 7],
}

/// How it was forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Level × profile of the hours of the week.
    HourOfWeek,
    /// Level × profile of the hours of the day: not every day of the week is known.
    HourOfDay,
    /// A mean of all known hours.
    Flat,
    /// Not at all.
    None,
}

impl Method {
    /// As it is written in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HourOfWeek => "hour of week",
            Self::HourOfDay => "hour of day",
            Self::Flat => "flat",
            Self::None => "none",
        }
    }
}

/// Why something less than the whole model speaks; to be shown beside the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// No hour is known: nothing is said.
    NoHistory,
    /// Every known hour is 0.
    AllZero,
    /// Under a day is known.
    UnderADay,
    /// Under a week is known.
    UnderAWeek,
    /// Under two weeks are known: hours borrow from like days.
    UnderTwoWeeks,
}

impl Fallback {
    /// As it is written in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoHistory => "no hour is known",
            Self::AllZero => "nothing ever arrived",
            Self::UnderADay => "less than a day is known",
            Self::UnderAWeek => "less than a week is known",
            Self::UnderTwoWeeks => "less than two weeks are known",
        }
    }
}

/// Demand of the next hours.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkloadForecast {
    /// The first hour that is forecast, as [`HourlySeries::first_hour`].
    pub first_hour: i64,
    /// One each hour; none when nothing is known, and at most [`MOST_HOURS`].
    pub hours: Vec<HourDemand>,
    /// How.
    pub method: Method,
    /// Why less than the whole model.
    pub fallback: Option<Fallback>,
    /// How much it is worth.
    pub confidence: Confidence,
    /// Known hours that were no count (negative, infinite) and left out.
    pub left_out: usize,
}

/// The next `hours` hours of `series`.
pub fn forecast(series: &HourlySeries, hours: usize) -> WorkloadForecast {
    forecast_with_holidays(series, &[], hours)
}

/// The same, with `holidays`: local days since 1970-01-01, past and to come. What past ones did to a day's usual count is drawn to nothing by
/// how few they were, and kept out of profile and level.
pub fn forecast_with_holidays(series: &HourlySeries, holidays: &[i64], hours: usize) -> WorkloadForecast {
    let history = History::of(series, holidays);
    let fallback = fallback(&history);
    let method = match fallback {
        Some(Fallback::NoHistory) => Method::None,
        Some(Fallback::AllZero | Fallback::UnderADay) => Method::Flat,
        Some(Fallback::UnderAWeek) => Method::HourOfDay,
        Some(Fallback::UnderTwoWeeks) | None => Method::HourOfWeek,
    };
    let hours = hours.min(MOST_HOURS);
    let (hours, confidence) = match method {
        Method::None => (Vec::new(), Confidence::Low),
        Method::Flat => (vec![flat(&history); hours], Confidence::Low),
        Method::HourOfDay | Method::HourOfWeek => modelled(&history, holidays, method, hours),
    };
    let confidence = if fallback.is_some() { Confidence::Low } else { confidence };
    WorkloadForecast { first_hour: history.next_hour(), hours, method, fallback, confidence, left_out: history.left_out }
}

fn fallback(history: &History) -> Option<Fallback> {
    match history.known() {
        0 => Some(Fallback::NoHistory),
        _ if history.sum() <= 0.0 => Some(Fallback::AllZero),
        known if known < DAY => Some(Fallback::UnderADay),
        known if known < WEEK => Some(Fallback::UnderAWeek),
        known if known < 2 * WEEK => Some(Fallback::UnderTwoWeeks),
        _ => None,
    }
}

/// The mean of all known hours with the spread of that mean's own uncertainty: half an event more than was seen (Jeffreys).
fn flat(history: &History) -> HourDemand {
    let known = crate::robust::count(history.known());
    let mean = (history.sum() + 0.5) / known;
    HourDemand { mean, quantiles: quantiles(mean, mean + mean * mean / (history.sum() + 0.5)) }
}

fn modelled(history: &History, holidays: &[i64], method: Method, hours: usize) -> (Vec<HourDemand>, Confidence) {
    let profile = Profile::of(history, method == Method::HourOfWeek);
    let level = Level::of(history, &profile, hours);
    let spread = Spread::of(history, &profile, &level);
    let holiday = level.holiday(history, &profile, holidays);
    let mut said = vec![None::<(f64, HourDemand)>; WEEK];
    let demand = |ahead: i64| {
        let hour = history.next_hour().saturating_add(ahead);
        let place = history::hour_of_week(hour);
        let usual = level.ahead(hour) * profile.share(place);
        let mean = if holidays.contains(&hour.div_euclid(24)) { usual * holiday } else { usual };
        // Weeks repeat: an hour of the week with the mean it had before has its quantiles too.
        match said[place] {
            Some((before, demand)) if before == mean => demand,
            _ => {
                let demand = HourDemand { mean, quantiles: quantiles(mean, spread.variance(mean, profile.doubt(place))) };
                said[place] = Some((mean, demand));
                demand
            }
        }
    };
    let demands = (0_i64..).take(hours).map(demand).collect();
    (demands, confidence(history, &profile, &level, &spread))
}

fn confidence(history: &History, profile: &Profile, level: &Level, spread: &Spread) -> Confidence {
    // The usual busy hour: the mean of an hour, weighted by itself.
    let (mut sum, mut squares) = (0.0, 0.0);
    for place in 0..WEEK {
        let mean = level.now() * profile.share(place);
        sum += mean;
        squares += mean * mean;
    }
    let busy = if sum > 0.0 { squares / sum } else { 0.0 };
    let relative = if busy > 0.0 { spread.variance(busy, 0.0).sqrt() / busy } else { f64::INFINITY };
    match history.known() / WEEK {
        weeks if weeks >= WEEKS_FOR_HIGH && relative <= SPREAD_FOR_HIGH => Confidence::High,
        weeks if weeks >= WEEKS_FOR_HIGH / 2 => Confidence::Medium,
        _ => Confidence::Low,
    }
}

#[cfg(test)]
mod tests;
