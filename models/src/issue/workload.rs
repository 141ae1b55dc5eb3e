//! Work that arrives by the hour. Knows how frames become series and forecasts rows, not how anything is forecast.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use serde_json::json;

use crate::frame::{Frame, days_of};
use crate::model::{Given, Issued, Model, ModelError};
use crate::rows::Rows;
use crate::workload::{self, Fallback, HourDemand, HourlySeries, LEVELS, WorkloadForecast};

/// Hours that are forecast: four weeks.
const HORIZON_HOURS: usize = 672;
/// Seconds of an hour.
const HOUR_S: i64 = 3_600;
/// Series longer than this begin later: older hours say little of those to come.
const MOST_HOURS: i64 = 2 * 366 * 24;

/// Columns of the quantiles, by level.
const QUANTILES: [&str; LEVELS.len()] = ["q0_05", "q0_1", "q0_25", "q0_5", "q0_75", "q0_9", "q0_95"];

/// The model.
pub struct Workload;

impl Model for Workload {
    fn name(&self) -> &'static str {
        "workload"
    }

    fn version(&self) -> &'static str {
        workload::VERSION
    }

    fn frames(&self) -> &'static [&'static str] {
        &["hourly_arrivals"]
    }

    fn issue(&self, given: &Given<'_>) -> Result<Issued, ModelError> {
        let series = series(given)?;
        if series.is_empty() {
            return Ok(Issued::abstained("no ticket was opened and no order placed yet"));
        }
        let holidays = given.holidays.iter().map(|day| i64::from(days_of(*day))).collect::<Vec<_>>();
        let said = |(work, series): (&'_ String, &HourlySeries)| {
            let forecast = workload::forecast_with_holidays(series, &holidays, HORIZON_HOURS);
            (work.clone(), forecast, workload::naive(series, HORIZON_HOURS))
        };
        let forecasts = series.iter().map(said).collect::<Vec<_>>();
        let fallbacks = forecasts.iter().filter(|(_, forecast, _)| forecast.fallback.is_some()).count();
        let tables = vec![("forecast_workload", rows(given, &forecasts)?)];
        let parameters = json!({ "horizon_hours": HORIZON_HOURS, "levels": LEVELS }).to_string();
        Ok(Issued { tables, forecasts: forecasts.len(), fallbacks, abstained: None, parameters })
    }
}

/// Arrivals by kind of work, each from its first hour with one to the hour before the origin.
fn series(given: &Given<'_>) -> Result<BTreeMap<String, HourlySeries>, ModelError> {
    let frame = Frame::of(given, "hourly_arrivals")?;
    let (works, hours, arrivals) = (frame.texts("work")?, frame.times("hour")?, frame.numbers("arrivals")?);
    let end = hour_of(given.origin_hour);
    let mut told: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
    for (row, work) in works.into_iter().enumerate() {
        let Some(hour) = hours[row].map(hour_of).filter(|hour| *hour < end && *hour >= end - MOST_HOURS) else { continue };
        told.entry(work).or_default().push((hour, arrivals[row]));
    }
    let series = |(work, told): (String, Vec<(i64, f64)>)| {
        let first_hour = told.iter().map(|(hour, _)| *hour).min()?;
        let mut counts = vec![0.0; usize::try_from(end - first_hour).ok()?];
        for (hour, arrived) in told {
            if let Some(count) = usize::try_from(hour - first_hour).ok().and_then(|index| counts.get_mut(index)) {
                *count += arrived;
            }
        }
        Some((work, HourlySeries { first_hour, counts }))
    };
    Ok(told.into_iter().filter_map(series).collect())
}

fn hour_of(time: NaiveDateTime) -> i64 {
    time.and_utc().timestamp().div_euclid(HOUR_S)
}

/// One hour of one kind of work: its forecast, when it is, what it holds, the naive mean, hours after the origin.
type Hour<'a> = (&'a str, &'a WorkloadForecast, DateTime<Utc>, &'a HourDemand, f64, u16);

fn rows(given: &Given<'_>, forecasts: &[(String, WorkloadForecast, Vec<f64>)]) -> Result<arrow::array::RecordBatch, ModelError> {
    let first = given.origin_hour.with_minute(0).and_then(|hour| hour.with_second(0)).and_then(|hour| hour.with_nanosecond(0));
    let first = first.unwrap_or(given.origin_hour);
    let mut hours: Vec<Hour<'_>> = Vec::new();
    for (work, forecast, naive) in forecasts {
        for (ahead, (hour, naive)) in (0_u16..).zip(forecast.hours.iter().zip(naive)) {
            let target = (given.instant)(first + TimeDelta::hours(i64::from(ahead)));
            // Where clocks go forward, two hours that they would show are one.
            if hours.last().is_none_or(|(other, _, last, ..)| *other != work.as_str() || *last < target) {
                hours.push((work.as_str(), forecast, target, hour, *naive, ahead));
            }
        }
    }
    let mut rows = Rows::default()
        .texts("work", hours.iter().map(|(work, ..)| Some(*work)))
        .instants("target_hour", hours.iter().map(|(_, _, target, ..)| *target))
        .whole("horizon_hours", hours.iter().map(|(.., ahead)| i64::from(*ahead) + 1))
        .numbers("mean", hours.iter().map(|(_, _, _, hour, ..)| Some(hour.mean)));
    for (index, name) in QUANTILES.into_iter().enumerate() {
        rows = rows.numbers(name, hours.iter().map(|(_, _, _, hour, ..)| Some(hour.quantiles[index])));
    }
    rows.numbers("naive_mean", hours.iter().map(|(.., naive, _)| Some(*naive)))
        .texts("method", hours.iter().map(|(_, forecast, ..)| Some(forecast.method.as_str())))
        .texts("fallback", hours.iter().map(|(_, forecast, ..)| forecast.fallback.map(Fallback::as_str)))
        .texts("confidence", hours.iter().map(|(_, forecast, ..)| Some(forecast.confidence.as_str())))
        .finish()
}
