//! A KPI as a table: a row a bucket, a value of the dimension asked for, and a currency; with what the number is divided of, so that rows of sums
//! and ratios can be added up further. Adds up by [`cells`], as every door does.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::catalog::{Session as AnySession, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::datasource::MemTable;
use datafusion::error::Result;
use datafusion::logical_expr::TableType;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::Expr;
use rust_decimal::Decimal;

use super::inside::Inside;
use crate::ddl::timestamp_type;
use crate::error::EngineError;
use crate::kpi::cells::{CellQuery, cells};
use crate::kpi::definition::KpiDefinition;
use crate::kpi::grain::Grain;
use crate::kpi::period::{Period, PeriodRequest};
use crate::kpi::records;
use crate::session::Session;

/// Digits of numbers, before and after the point together, and after it.
const PRECISION: u8 = 38;
const SCALE: i8 = 12;
/// What the column of the dimension is called when no dimension was asked for.
const NO_DIMENSION: &str = "slice";

/// A KPI by bucket.
#[derive(Debug)]
pub(super) struct KpiTable {
    pub(super) inside: Inside,
    pub(super) kpi: Arc<KpiDefinition>,
    pub(super) grain: Grain,
    pub(super) by: Option<String>,
    pub(super) period: PeriodRequest,
}

impl KpiTable {
    async fn rows(&self, session: &Session) -> Result<RecordBatch, EngineError> {
        let mut period = Period::resolve(&self.period, session.profile())?;
        if period.is_open_ended() {
            let first = records::first(session, &self.kpi, &period, &[]).await?;
            period = period.starting_at(first.unwrap_or(period.to), session.profile());
        }
        let edges = self.grain.edges(period.from, period.to, session.profile(), session.limits().series_points)?;
        let query = CellQuery { edges: edges.clone(), filters: Vec::new(), by: self.by.clone() };
        let cells = cells(session, &self.kpi, &query).await?;
        let keys = || cells.keys();
        let edge = |at: usize| edges.get(at).map(DateTime::<Utc>::timestamp_micros);
        let instants = |past: usize| {
            let micros = keys().map(|key| edge(key.bucket + past)).collect::<TimestampMicrosecondArray>();
            Arc::new(micros.with_timezone("UTC")) as ArrayRef
        };
        let numbers = |number: &dyn Fn(&crate::kpi::measure::Measure) -> Option<Decimal>| {
            let units = cells.values().map(|measure| number(measure).map(units).transpose()).collect::<Result<Vec<_>, _>>()?;
            let numbers = Decimal128Array::from(units).with_precision_and_scale(PRECISION, SCALE);
            Ok::<_, EngineError>(Arc::new(numbers.map_err(|error| EngineError::Internal(error.to_string()))?) as ArrayRef)
        };
        let columns = vec![
            instants(0),
            instants(1),
            Arc::new(keys().map(|key| key.slice.clone()).collect::<StringArray>()),
            Arc::new(keys().map(|key| key.currency.clone()).collect::<StringArray>()),
            numbers(&|measure| measure.value(self.kpi.kind).map(|value| value.0))?,
            numbers(&|measure| measure.numerator)?,
            numbers(&|measure| measure.denominator)?,
            Arc::new(Int64Array::from_iter_values(cells.values().map(|measure| i64::try_from(measure.n).unwrap_or(i64::MAX)))),
        ];
        RecordBatch::try_new(self.schema(), columns).map_err(|error| EngineError::Internal(error.to_string()))
    }
}

/// `number` in units of the last digit.
fn units(number: Decimal) -> Result<i128, EngineError> {
    let rounded = number.round_dp(SCALE.unsigned_abs().into());
    let missing = u32::from(SCALE.unsigned_abs()).saturating_sub(rounded.scale());
    let units = 10_i128.checked_pow(missing).and_then(|factor| rounded.mantissa().checked_mul(factor));
    units.ok_or_else(|| EngineError::Request("a sum has more than 26 digits before the point: narrow the period".into()))
}

#[async_trait]
impl TableProvider for KpiTable {
    fn schema(&self) -> SchemaRef {
        let number = DataType::Decimal128(PRECISION, SCALE);
        Arc::new(Schema::new(vec![
            Field::new("starts_at", timestamp_type(), false),
            Field::new("ends_at", timestamp_type(), false),
            Field::new(self.by.as_deref().unwrap_or(NO_DIMENSION), DataType::Utf8, true),
            Field::new("currency", DataType::Utf8, true),
            Field::new("value", number.clone(), true),
            Field::new("numerator", number.clone(), true),
            Field::new("denominator", number, true),
            Field::new("records", DataType::Int64, false),
        ]))
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn AnySession,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let session = self.inside.session()?;
        let rows = self.rows(&session).await.map_err(DataFusionError::from)?;
        MemTable::try_new(rows.schema(), vec![vec![rows]])?.scan(state, projection, filters, limit).await
    }
}
