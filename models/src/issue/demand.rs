//! Demand of articles at places, by day. Knows how frames become series and forecasts rows, not how anything is forecast.

use chrono::{NaiveDate, TimeDelta};
use serde_json::json;

use super::places::{self, Place};
use crate::demand::{self, Ask, DemandForecast, DemandSeries, LEVELS, Method};
use crate::model::{Given, Issued, Model, ModelError};
use crate::rows::Rows;

/// Days that are forecast.
pub(super) const HORIZON_DAYS: usize = 28;

/// Columns of the quantiles, by level.
const QUANTILES: [&str; LEVELS.len()] =
    ["q0_005", "q0_025", "q0_05", "q0_1", "q0_165", "q0_25", "q0_5", "q0_75", "q0_835", "q0_9", "q0_95", "q0_975", "q0_995"];

/// The model.
pub struct Demand;

impl Model for Demand {
    fn name(&self) -> &'static str {
        "demand"
    }

    fn version(&self) -> &'static str {
        demand::VERSION
    }

    fn frames(&self) -> &'static [&'static str] {
        &["daily_demand", "stock_days"]
    }

    fn issue(&self, given: &Given<'_>) -> Result<Issued, ModelError> {
        let series = series(given)?;
        if series.is_empty() {
            return Ok(Issued::abstained("no units of any article were asked for yet"));
        }
        let (places, panel): (Vec<Place>, Vec<DemandSeries>) = series.into_iter().unzip();
        let forecasts = demand::forecast(&panel, &ask(given));
        let naive = demand::forecast_by(Method::SeasonalNaive, &panel, &ask(given));
        let fallbacks = forecasts.iter().filter(|forecast| forecast.fallback.is_some()).count();
        let rows = rows(given.origin, &places, &forecasts, &naive)?;
        let parameters = json!({ "horizon_days": HORIZON_DAYS, "levels": LEVELS }).to_string();
        let tables = vec![("forecast_demand", rows)];
        Ok(Issued { tables, forecasts: places.len(), fallbacks, abstained: None, parameters })
    }
}

/// Demand by place, with what is known of its stock.
pub(super) fn series(given: &Given<'_>) -> Result<Vec<(Place, DemandSeries)>, ModelError> {
    let closings = places::closings(given)?;
    let demand = places::demand(given)?;
    let known = |(place, series): (Place, DemandSeries)| {
        let stock = places::stock_of(&series, closings.get(&place));
        (place, DemandSeries { stock, ..series })
    };
    Ok(demand.into_iter().map(known).collect())
}

/// What is asked of the model.
pub(super) fn ask<'a>(given: &'a Given<'_>) -> Ask<'a> {
    Ask { origin: given.origin, horizon_days: HORIZON_DAYS, holidays: given.holidays, seed: given.seed }
}

fn rows(
    origin: NaiveDate,
    places: &[Place],
    forecasts: &[DemandForecast],
    naive: &[DemandForecast],
) -> Result<arrow::array::RecordBatch, ModelError> {
    let days = places.iter().zip(forecasts).zip(naive).flat_map(|((place, forecast), naive)| {
        let means = naive.days.iter().map(|day| day.mean);
        (0_u16..).zip(forecast.days.iter().zip(means)).map(move |(ahead, (day, naive))| (place, forecast, day, naive, ahead))
    });
    let days = days.collect::<Vec<_>>();
    let target = |ahead: u16| origin + TimeDelta::days(i64::from(ahead));
    let mut rows = Rows::default()
        .texts("sku", days.iter().map(|(place, ..)| Some(place.sku.as_str())))
        .texts("location", days.iter().map(|(place, ..)| Some(place.location.as_str())))
        .days("target_day", days.iter().map(|(.., ahead)| Some(target(*ahead))))
        .whole("horizon_days", days.iter().map(|(.., ahead)| i64::from(*ahead) + 1))
        .numbers("mean", days.iter().map(|(_, _, day, ..)| Some(day.mean)));
    for (index, name) in QUANTILES.into_iter().enumerate() {
        rows = rows.numbers(name, days.iter().map(|(_, _, day, ..)| Some(day.quantiles[index])));
    }
    rows.numbers("naive_mean", days.iter().map(|(.., naive, _)| Some(*naive)))
        .texts("class", days.iter().map(|(_, forecast, ..)| Some(forecast.class.as_str())))
        .texts("method", days.iter().map(|(_, forecast, ..)| Some(forecast.method)))
        .texts("fallback", days.iter().map(|(_, forecast, ..)| forecast.fallback))
        .texts("confidence", days.iter().map(|(_, forecast, ..)| Some(forecast.confidence.as_str())))
        .finish()
}
