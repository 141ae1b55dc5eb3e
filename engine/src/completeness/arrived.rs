//! What has arrived, by source, day and currency: one grouped reading of a table's current state, kept as long as no table changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use moka::future::Cache;
use rust_decimal::Decimal;

use crate::contract::{INSTANCE, SOURCE};
use crate::error::{EngineError, Result};
use crate::kpi::measure::decimal;
use crate::profile::TenantProfile;
use crate::scope::TenantId;
use crate::session::Session;

/// Answers that are kept, over all tenants.
const KEPT_ANSWERS: u64 = 4_096;

/// What to count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    /// The table.
    pub table: String,
    /// The column that gives a record's day.
    pub instant: String,
    /// The zone that the days are of.
    pub zone: Tz,
    /// The column that parts the records by currency; none to count them together.
    pub currency: Option<String>,
}

/// How far to count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Extent {
    /// Columns to add up.
    pub columns: BTreeSet<String>,
    /// First day that counts.
    pub first: NaiveDate,
    /// Last day that counts.
    pub last: NaiveDate,
}

/// Records of one source, day and currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub source: String,
    pub instance: String,
    pub day: NaiveDate,
    pub currency: Option<String>,
}

/// What they come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub count: u64,
    /// By column; what holds no value at all is not in it.
    pub sums: BTreeMap<String, Decimal>,
}

pub(super) type Arrived = BTreeMap<Place, Counted>;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    policy: Arc<crate::policy::Policy>,
    fingerprint: crate::lake::snapshot::Fingerprint,
    as_of: Option<DateTime<Utc>>,
    question: Question,
    extent: Extent,
}

/// Counts by everything that they depend on, so that the tiles of a page count once.
#[derive(Clone)]
pub struct Arrivals(Cache<Key, Arc<Arrived>>);

impl Default for Arrivals {
    fn default() -> Self {
        Self(Cache::new(KEPT_ANSWERS))
    }
}

/// Counts what the current state holds.
pub(super) async fn arrived(session: &Session, question: &Question, extent: &Extent) -> Result<Arc<Arrived>> {
    let key = Key {
        tenant: session.tenant.clone(),
        policy: Arc::clone(&session.policy),
        fingerprint: session.snapshot.fingerprint(),
        as_of: session.as_of,
        question: question.clone(),
        extent: extent.clone(),
    };
    let counting = async { count(session, question, extent).await.map(Arc::new) };
    let counted = session.arrivals.0.try_get_with(key, counting).await;
    counted.map_err(|error| EngineError::storage(format!("cannot count {}", question.table))(error.to_string()))
}

async fn count(session: &Session, question: &Question, extent: &Extent) -> Result<Arrived> {
    let frame = session.plan(&statement(session.profile(), question, extent)).await?;
    let answer = session.collect(frame, usize::MAX).await?;
    let columns = extent.columns.iter().collect::<Vec<_>>();
    let mut arrived = Arrived::new();
    for batch in &answer.batches {
        read(batch, &columns, &mut arrived)?;
    }
    Ok(arrived)
}

fn statement(profile: &TenantProfile, question: &Question, extent: &Extent) -> String {
    let Question { table, instant, zone, currency } = question;
    let profile = TenantProfile { zone: *zone, ..profile.clone() };
    let edge = |day: NaiveDate| {
        let micros = profile.start_of(day).timestamp_micros();
        format!("arrow_cast({micros}, 'Timestamp(Microsecond, Some(\"UTC\"))')")
    };
    let (from, to) = (edge(extent.first), edge(extent.last.succ_opt().unwrap_or(extent.last)));
    let currency = currency.as_ref().map_or("CAST(NULL AS TEXT)".to_owned(), |column| format!("\"{column}\""));
    let sums = extent.columns.iter().map(|column| format!(", sum(\"{column}\")")).collect::<String>();
    format!(
        "SELECT {SOURCE}, {INSTANCE}, CAST(arrow_cast(\"{instant}\", 'Timestamp(Microsecond, Some(\"{zone}\"))') AS DATE), \
         {currency}, count(*){sums} FROM \"{table}\" WHERE \"{instant}\" >= {from} AND \"{instant}\" < {to} GROUP BY 1, 2, 3, 4"
    )
}

fn read(batch: &RecordBatch, columns: &[&String], arrived: &mut Arrived) -> Result<()> {
    let internal = |error: arrow::error::ArrowError| EngineError::Internal(error.to_string());
    let text = |index: usize| cast(batch.column(index), &DataType::Utf8).map_err(internal);
    let (sources, instances, currencies) = (text(0)?, text(1)?, text(3)?);
    let days = batch.column(2).as_primitive::<Date32Type>();
    let counts = batch.column(4).as_primitive::<Int64Type>();
    for row in 0..batch.num_rows() {
        let currency = currencies.as_string::<i32>();
        let place = Place {
            source: sources.as_string::<i32>().value(row).to_owned(),
            instance: instances.as_string::<i32>().value(row).to_owned(),
            day: Date32Type::to_naive_date_opt(days.value(row)).unwrap_or_default(),
            currency: currency.is_valid(row).then(|| currency.value(row).to_owned()),
        };
        let mut counted = Counted { count: u64::try_from(counts.value(row)).unwrap_or(0), sums: BTreeMap::new() };
        for (index, column) in columns.iter().enumerate() {
            if let Some(sum) = decimal(batch.column(5 + index), row)? {
                counted.sums.insert((*column).clone(), sum);
            }
        }
        arrived.insert(place, counted);
    }
    Ok(())
}
