//! How well the data of a tenant flows: per source its last record, rows, quarantined rows and lag. Knows tables and loads, no KPI.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, Schema, SchemaRef, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use datafusion::prelude::ident;
use serde::Serialize;
use utoipa::ToSchema;

use crate::contract::{INGESTED_AT, INSTANCE, OCCURRED_AT, SOURCE};
use crate::error::{EngineError, Result};
use crate::session::Session;

/// Beyond this many days without a record a source is watched, beyond four times as many it is bad.
const QUIET_DAYS: i64 = 2;

/// One table as one source fills it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableHealth {
    /// The table.
    pub table: String,
    /// Records in their current state.
    pub rows: u64,
    /// When the newest of them happened.
    pub last_record_at: Option<DateTime<Utc>>,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceHealth {
    /// The source system.
    pub source: String,
    /// Which installation of it.
    pub instance: String,
    /// When the newest of its records until the tenant's now happened.
    pub last_record_at: Option<DateTime<Utc>>,
    /// When its newest file or delivery landed.
    pub last_loaded_at: Option<DateTime<Utc>>,
    /// Records in their current state, over all tables.
    pub rows: u64,
    /// Rows that did not fit and wait in quarantine.
    pub quarantined: u64,
    /// From its newest record to the tenant's now, in seconds.
    pub lag_seconds: Option<i64>,
    /// Files landed.
    pub files: u64,
    /// Its tables.
    pub tables: Vec<TableHealth>,
    /// `good`, `watch` or `bad`.
    pub state: &'static str,
    /// The state in a sentence.
    pub words: String,
}

/// Health of all sources of a session's tenant.
///
/// # Errors
/// [`EngineError::Query`] when a table cannot be read.
pub async fn sources(session: &Session) -> Result<Vec<SourceHealth>> {
    let mut sources: BTreeMap<(String, String), SourceHealth> = BTreeMap::new();
    let tables = session.business_tables().filter(|table| session.rows_of(table) > 0).map(str::to_owned).collect::<Vec<_>>();
    for table in tables {
        let statement = format!(
            "SELECT {SOURCE}, {INSTANCE}, count(*), max(CASE WHEN {OCCURRED_AT} <= now() THEN {OCCURRED_AT} END) \
             FROM {table} GROUP BY {SOURCE}, {INSTANCE}"
        );
        for (source, instance, rows, last) in counts(session, &statement).await? {
            let health = entry(&mut sources, source, instance);
            health.rows += rows;
            health.last_record_at = health.last_record_at.max(last);
            health.tables.push(TableHealth { table: table.clone(), rows, last_record_at: last });
        }
    }
    if session.rows_of("loads") > 0 {
        let loads = format!("SELECT {SOURCE}, {INSTANCE}, count(*), max({INGESTED_AT}) FROM loads GROUP BY {SOURCE}, {INSTANCE}");
        for (source, instance, files, last) in counts(session, &loads).await? {
            let health = entry(&mut sources, source, instance);
            health.files = files;
            health.last_loaded_at = last;
        }
    }
    if session.rows_of("quarantine") > 0 {
        let misfits = format!(
            "SELECT {SOURCE}, {INSTANCE}, count(DISTINCT concat(file_hash, '#', CAST(line AS TEXT))), max({OCCURRED_AT}) \
             FROM quarantine GROUP BY {SOURCE}, {INSTANCE}"
        );
        for (source, instance, rows, _) in counts(session, &misfits).await? {
            entry(&mut sources, source, instance).quarantined = rows;
        }
    }
    Ok(sources.into_values().map(|health| judged(health, session.profile().now)).collect())
}

/// A page of rows set aside.
#[derive(Debug, Clone)]
pub struct Quarantined {
    /// The rows, newest first.
    pub batches: Vec<RecordBatch>,
    /// How many there are.
    pub total: u64,
    /// Whether more follow.
    pub truncated: bool,
}

impl Quarantined {
    /// The columns of the rows.
    pub fn schema(&self) -> SchemaRef {
        self.batches.first().map_or_else(|| SchemaRef::new(Schema::empty()), RecordBatch::schema)
    }
}

/// `limit` rows set aside, from `offset` on.
///
/// # Errors
/// [`EngineError::Query`] when the table cannot be read.
pub async fn quarantine(session: &Session, offset: usize, limit: usize) -> Result<Quarantined> {
    let rows = session.plan("SELECT file, line, column_name, value, reason, record, pack, read_at FROM quarantine").await?;
    let failed = || EngineError::query("reading the rows set aside");
    let total = rows.clone().count().await.map_err(failed())?;
    let order = vec![ident("read_at").sort(false, false), ident("file").sort(true, false), ident("line").sort(true, false)];
    let page = rows.sort(order).and_then(|sorted| sorted.limit(offset, Some(limit))).map_err(failed())?;
    let answer = session.collect(page, limit).await?;
    let shown: usize = answer.batches.iter().map(RecordBatch::num_rows).sum();
    Ok(Quarantined {
        batches: answer.batches,
        total: u64::try_from(total).unwrap_or(u64::MAX),
        truncated: offset + shown < total,
    })
}

fn entry(sources: &mut BTreeMap<(String, String), SourceHealth>, source: String, instance: String) -> &mut SourceHealth {
    sources.entry((source.clone(), instance.clone())).or_insert_with(|| SourceHealth {
        source,
        instance,
        last_record_at: None,
        last_loaded_at: None,
        rows: 0,
        quarantined: 0,
        lag_seconds: None,
        files: 0,
        tables: Vec::new(),
        state: "good",
        words: String::new(),
    })
}

fn judged(mut health: SourceHealth, now: DateTime<Utc>) -> SourceHealth {
    health.lag_seconds = health.last_record_at.map(|last| (now - last).num_seconds().max(0));
    let quiet_days = health.lag_seconds.map(|seconds| seconds / 86_400);
    (health.state, health.words) = match quiet_days {
        None => ("bad", "No records yet".to_owned()),
        Some(days) if days >= QUIET_DAYS * 4 => ("bad", format!("Silent for {days} days")),
        Some(days) if days >= QUIET_DAYS => ("watch", format!("Silent for {days} days")),
        _ if health.quarantined > 0 => ("watch", format!("{} rows in quarantine", health.quarantined)),
        _ => ("good", "Up to date".to_owned()),
    };
    health
}

async fn counts(session: &Session, statement: &str) -> Result<Vec<(String, String, u64, Option<DateTime<Utc>>)>> {
    let answer = session.sql(statement).await?;
    let mut found = Vec::new();
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            let text = |column: usize| text(batch, column, row);
            let count = batch.column(2).as_primitive::<Int64Type>().value(row);
            let times = batch.column(3).as_primitive::<TimestampMicrosecondType>();
            let last = times.is_valid(row).then(|| DateTime::from_timestamp_micros(times.value(row))).flatten();
            found.push((text(0)?, text(1)?, u64::try_from(count).unwrap_or(0), last));
        }
    }
    Ok(found)
}

fn text(batch: &RecordBatch, column: usize, row: usize) -> Result<String> {
    let texts = cast(batch.column(column), &DataType::Utf8).map_err(|error| EngineError::Internal(error.to_string()))?;
    Ok(texts.as_string::<i32>().value(row).to_owned())
}
