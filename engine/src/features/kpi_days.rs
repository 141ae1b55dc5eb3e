//! The frame `kpi_days`: every KPI by day, so that what is out of the ordinary is found in all of them, new ones too. The one frame that no file
//! selects, because no SQL can name all KPIs there are.

use std::sync::Arc;

use arrow::array::{Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use chrono::{Days, NaiveDate};
use rust_decimal::prelude::ToPrimitive;

use crate::error::{EngineError, Result};
use crate::kpi::definition::{Kind, KpiDefinition};
use crate::kpi::grain::Grain;
use crate::kpi::period::{Compare, PeriodRequest};
use crate::kpi::reading::ReadingRequest;
use crate::kpi::series::{Point, series};
use crate::session::Session;

/// The frame's name.
pub(super) const FRAME: &str = "kpi_days";
/// Days before the session's today that are in it.
const DAYS: u64 = 730;
/// KPIs about forecasts themselves are watched where those are scored.
const OF_FORECASTS: &str = "kpis/forecast/";

#[derive(Default)]
struct Columns {
    kpis: Vec<String>,
    units: Vec<String>,
    currencies: Vec<Option<String>>,
    days: Vec<i32>,
    values: Vec<Option<f64>>,
    records: Vec<i64>,
}

/// The frame as `session` knows it, by KPI and day.
///
/// # Errors
/// Those of the KPIs.
pub(super) async fn rows(session: &Session) -> Result<RecordBatch> {
    let today = session.profile().now.with_timezone(&session.profile().zone).date_naive();
    let from = today.checked_sub_days(Days::new(DAYS)).unwrap_or(NaiveDate::MIN);
    let mut columns = Columns::default();
    for kpi in session.kpis().filter(|kpi| is_watched(kpi) && session.missing_table(kpi).is_none()) {
        let period = PeriodRequest::Between(Some(from.to_string()), Some(today.to_string()));
        let request = ReadingRequest { period, compare: Compare::None, filters: Vec::new(), target: None };
        let (found, _) = series(session, kpi, &request, Some(Grain::Day)).await?;
        for point in &found.points {
            columns.add(session, kpi, point);
        }
    }
    columns.finish()
}

/// What stands at a day is not what happened on it, and a percentile of few is none.
fn is_watched(kpi: &KpiDefinition) -> bool {
    !kpi.path.starts_with(OF_FORECASTS) && matches!(kpi.kind, Kind::Sum | Kind::Ratio | Kind::Mean | Kind::Distinct)
}

impl Columns {
    /// A day without records is one of nothing for a sum, and one of which nothing is known for a ratio.
    fn add(&mut self, session: &Session, kpi: &KpiDefinition, point: &Point) {
        let day = point.from.with_timezone(&session.profile().zone).date_naive();
        let nothing = matches!(kpi.kind, Kind::Sum | Kind::Distinct).then_some(0.0);
        self.kpis.push(kpi.id.clone());
        self.units.push(kpi.unit.clone());
        self.currencies.push(point.amount.currency.clone());
        self.days.push(i32::try_from((day - NaiveDate::default()).num_days()).unwrap_or_default());
        self.values.push(point.amount.value.as_ref().and_then(|value| value.0.to_f64()).or(nothing));
        self.records.push(i64::try_from(point.amount.n).unwrap_or(i64::MAX));
    }

    fn finish(self) -> Result<RecordBatch> {
        let columns: [(&str, arrow::array::ArrayRef); 6] = [
            ("kpi", Arc::new(StringArray::from(self.kpis))),
            ("unit", Arc::new(StringArray::from(self.units))),
            ("currency", Arc::new(StringArray::from(self.currencies))),
            ("day", Arc::new(Date32Array::from(self.days))),
            ("value", Arc::new(Float64Array::from(self.values))),
            ("records", Arc::new(Int64Array::from(self.records))),
        ];
        let columns = columns.map(|(name, values)| (name, values, true));
        RecordBatch::try_from_iter_with_nullable(columns).map_err(|error| EngineError::Internal(format!("{FRAME}: {error}")))
    }
}
