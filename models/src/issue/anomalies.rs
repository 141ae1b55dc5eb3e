//! Days on which a KPI did what it had not done before. Knows how a frame becomes series and incidents rows, not how anything is judged, nor what a
//! KPI counts.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;
use chrono::{NaiveDate, TimeDelta};
use serde_json::json;

use super::places::between;
use crate::anomaly::{self, Basis, Direction, Incident, Kind, Series, Settings, Watched};
use crate::confidence::Confidence;
use crate::frame::Frame;
use crate::model::{Given, Issued, Model, ModelError};
use crate::rows::Rows;

/// Days before the origin that are looked at.
const MOST_DAYS: i64 = 730;
/// Days with a value below which a KPI is not judged: four weeks.
const LEAST_DAYS: usize = 28;
/// Days before the origin that an incident must have touched.
const TOLD_DAYS: i64 = 90;
/// Lengths of seasons in days. A season of a year wants three years, which are not looked at.
const PERIODS: [usize; 1] = [7];
/// Days that a season of weeks is learnt from, and twice as many: where confidence is medium, and high.
const LEARNT_DAYS: [usize; 2] = [70, 140];
/// The unit of KPIs that divide by their records.
const SHARE: &str = "percent";
/// What computes it.
const METHOD: &str = "robust level and season";
/// Why something simpler was used.
const NO_SEASON: &str = "the days of the week are not known apart: level and spread alone";

/// The model.
pub struct Anomalies;

impl Model for Anomalies {
    fn name(&self) -> &'static str {
        "anomalies"
    }

    fn version(&self) -> &'static str {
        anomaly::VERSION
    }

    fn frames(&self) -> &'static [&'static str] {
        &["kpi_days"]
    }

    fn issue(&self, given: &Given<'_>) -> Result<Issued, ModelError> {
        let all = figures(given)?;
        if all.is_empty() {
            return Ok(Issued::abstained("no KPI has records before today"));
        }
        let settings = Settings::default();
        let watched = all.iter().filter(|figure| figure.known() >= LEAST_DAYS).map(|figure| (figure, figure.watched(settings)));
        let watched = watched.filter(|(_, watched)| watched.basis != Basis::TooShort).collect::<Vec<_>>();
        let skipped = all.len() - watched.len();
        if watched.is_empty() {
            return Ok(Issued::abstained(format!("no KPI has {LEAST_DAYS} days with a value ({skipped} looked at)")));
        }
        let fallbacks = watched.iter().filter(|(_, watched)| fallback(watched).is_some()).count();
        let tables = vec![("forecast_anomalies", rows(&told(given.origin, &watched))?)];
        let parameters = json!({
            "least_score": settings.least_score, "least_share": settings.least_share, "most_days": MOST_DAYS,
            "told_days": TOLD_DAYS, "periods": PERIODS, "watched": watched.len(), "skipped": skipped,
        });
        Ok(Issued { tables, forecasts: watched.len(), fallbacks, abstained: None, parameters: parameters.to_string() })
    }
}

/// A KPI in one currency, day by day from its first record to the day before the origin; what is not known or excused is NaN.
struct Figure {
    kpi: String,
    currency: String,
    first_day: NaiveDate,
    values: Vec<f64>,
    records: Vec<f64>,
    /// Whether a value rests on as many cases as there are records: on few it may stray further.
    is_share: bool,
}

impl Figure {
    fn known(&self) -> usize {
        self.values.iter().filter(|value| value.is_finite()).count()
    }

    fn watched(&self, settings: Settings) -> Watched {
        let weights = self.is_share.then_some(self.records.as_slice());
        anomaly::watch(&Series { values: &self.values, periods: &PERIODS, weights }, settings)
    }

    fn day(&self, index: usize) -> Option<NaiveDate> {
        self.first_day.iter_days().nth(index)
    }
}

/// What the frame tells of one day: value and records.
type Days = BTreeMap<NaiveDate, (f64, f64)>;

fn figures(given: &Given<'_>) -> Result<Vec<Figure>, ModelError> {
    let frame = Frame::of(given, "kpi_days")?;
    let (kpis, currencies, units) = (frame.texts("kpi")?, frame.texts("currency")?, frame.texts("unit")?);
    let (days, values, records) = (frame.days("day")?, frame.numbers("value")?, frame.numbers("records")?);
    let earliest = given.origin - TimeDelta::days(MOST_DAYS);
    let mut told: BTreeMap<String, BTreeMap<String, Days>> = BTreeMap::new();
    let mut shares = BTreeSet::new();
    for (row, (kpi, currency)) in kpis.into_iter().zip(currencies).enumerate() {
        let Some(day) = days[row].filter(|day| *day < given.origin && *day >= earliest) else { continue };
        if units[row] == SHARE {
            shares.insert(kpi.clone());
        }
        told.entry(kpi).or_default().entry(currency).or_default().insert(day, (values[row], records[row].max(0.0)));
    }
    let mut figures = Vec::new();
    for (kpi, mut by_currency) in told {
        share_empty_days(&mut by_currency);
        let is_share = shares.contains(&kpi);
        let figure = |(currency, days)| figure(given, kpi.clone(), currency, &days, is_share);
        figures.extend(by_currency.into_iter().filter_map(figure));
    }
    Ok(figures)
}

/// A day without records has no currency: it is one of every currency that the KPI is in.
fn share_empty_days(by_currency: &mut BTreeMap<String, Days>) {
    let Some(nowhere) = by_currency.get("") else { return };
    let empty = nowhere.iter().filter(|(_, (_, records))| *records == 0.0).map(|(day, told)| (*day, *told)).collect::<Vec<_>>();
    for days in by_currency.values_mut() {
        for (day, told) in &empty {
            days.entry(*day).or_insert(*told);
        }
    }
}

/// None for a KPI of which there are no records yet.
fn figure(given: &Given<'_>, kpi: String, currency: String, days: &Days, is_share: bool) -> Option<Figure> {
    let (first_day, _) = days.iter().find(|(_, (value, records))| value.is_finite() && *records > 0.0)?;
    let length = between(*first_day, given.origin)?;
    let nothing = (f64::NAN, 0.0);
    let told = first_day.iter_days().take(length).map(|day| {
        let (value, records) = days.get(&day).copied().unwrap_or(nothing);
        (if given.holidays.contains(&day) { f64::NAN } else { value }, records)
    });
    let (values, records) = told.unzip();
    Some(Figure { kpi, currency, first_day: *first_day, values, records, is_share })
}

fn fallback(watched: &Watched) -> Option<&'static str> {
    (watched.basis != Basis::Seasonal).then_some(NO_SEASON)
}

/// One incident of one figure, with the index of its most unusual day.
struct Told<'a> {
    figure: &'a Figure,
    watched: &'a Watched,
    incident: &'a Incident,
    at: usize,
}

/// Incidents that touched the last days before `origin`.
fn told<'a>(origin: NaiveDate, watched: &'a [(&'a Figure, Watched)]) -> Vec<Told<'a>> {
    let earliest = origin - TimeDelta::days(TOLD_DAYS);
    let all = watched.iter().flat_map(|(figure, watched)| {
        watched.incidents.iter().map(|incident| Told { figure, watched, incident, at: most_unusual(watched, incident) })
    });
    all.filter(|told| told.figure.day(told.incident.to).is_some_and(|day| day >= earliest)).collect()
}

/// The day of the incident that is furthest off to its side; the one by which it was known where none was judged.
fn most_unusual(watched: &Watched, incident: &Incident) -> usize {
    let sign = if incident.direction == Direction::Up { 1.0 } else { -1.0 };
    let scored = (incident.from..=incident.to).filter_map(|at| Some((at, sign * watched.points.get(at)?.score?)));
    scored.max_by(|left, right| left.1.total_cmp(&right.1)).map_or(incident.alarmed_at, |(at, _)| at)
}

fn rows(told: &[Told<'_>]) -> Result<RecordBatch, ModelError> {
    let number = |of: fn(&anomaly::Point) -> f64| told.iter().map(move |one| one.watched.points.get(one.at).map(of));
    Rows::default()
        .texts("kpi", told.iter().map(|one| Some(one.figure.kpi.as_str())))
        .texts("currency_key", told.iter().map(|one| Some(one.figure.currency.as_str())))
        .days("from_day", told.iter().map(|one| one.figure.day(one.incident.from)))
        .days("to_day", told.iter().map(|one| one.figure.day(one.incident.to)))
        .texts("kind", told.iter().map(|one| Some(kind(one.incident.kind))))
        .texts("direction", told.iter().map(|one| Some(direction(one.incident.direction))))
        .numbers("seen", told.iter().map(|one| one.figure.values.get(one.at).copied()))
        .numbers("expected", number(|point| point.expected))
        .numbers("low", number(|point| point.low))
        .numbers("high", number(|point| point.high))
        .numbers("score", told.iter().map(|one| Some(one.incident.score)))
        .whole("records", told.iter().map(|one| one.figure.records.get(one.at).map_or(0, |records| whole(*records))))
        .texts("method", told.iter().map(|_| Some(METHOD)))
        .texts("fallback", told.iter().map(|one| fallback(one.watched)))
        .texts("confidence", told.iter().map(|one| Some(confidence(one).as_str())))
        .finish()
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Spike => "spike",
        Kind::Shift => "shift",
        Kind::Ongoing => "ongoing",
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "above",
        Direction::Down => "below",
    }
}

/// By the days that were known before the incident.
fn confidence(told: &Told<'_>) -> Confidence {
    let before = told.figure.values.iter().take(told.incident.from).filter(|value| value.is_finite()).count();
    match LEARNT_DAYS {
        [medium, _] if before < medium || fallback(told.watched).is_some() => Confidence::Low,
        [_, high] if before < high => Confidence::Medium,
        _ => Confidence::High,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "saturates; records of a day are far fewer")]
fn whole(records: f64) -> i64 {
    records as i64
}

#[cfg(test)]
mod tests;
