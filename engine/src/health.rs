//! How well the data of a tenant flows: per source its last record, rows, lag, messages, what was set aside or refused, conflicts, and what
//! is missing of what it said to hold. Knows tables and loads, no KPI and no door.

mod deliveries;
mod erasures;
mod quarantine;
mod state;
mod upkeep;

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

pub use self::erasures::{ErasureHealth, erasures};
pub use self::quarantine::{Quarantined, quarantine};
pub use self::upkeep::{TableUpkeep, upkeep};
use crate::completeness::{self, Expected, SourceCompleteness};
use crate::contract::{INGESTED_AT, INSTANCE, OCCURRED_AT, SOURCE};
use crate::error::{EngineError, Result};
use crate::session::Session;

/// What others know of a tenant's sources.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told<'a> {
    /// Control totals.
    pub expected: &'a [Expected],
    /// What the door refused since it opened.
    pub refused: &'a [Refused],
    /// Names of sources for readers.
    pub titles: Option<&'a BTreeMap<String, String>>,
}

/// Messages of one source that were refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Name of the source.
    pub source: String,
    /// Which installation of it.
    pub instance: String,
    /// One of a few words: `signature`, `too_large`, `rate` …
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// How often one reason was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedFor {
    /// One of a few words: `signature`, `too_large`, `rate` …
    pub reason: String,
    /// How many messages.
    pub count: u64,
}

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
    /// Its name for readers.
    pub title: String,
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
    /// Messages that arrived in the thirty days until the newest landing.
    pub deliveries: u64,
    /// Of these, messages that had arrived before.
    pub duplicates: u64,
    /// Of these, messages that could not be read.
    pub unreadable: u64,
    /// When the newest of them arrived.
    pub last_arrival_at: Option<DateTime<Utc>>,
    /// Messages that the door refused since it opened, by reason.
    pub refused: Vec<RefusedFor>,
    /// Versions of one record that are equal in version and differ in content, over its tables; a table that several sources fill counts for
    /// each of them.
    pub conflicts: u64,
    /// Its records against its own control totals; none when it posted none.
    pub completeness: Option<SourceCompleteness>,
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
pub async fn sources(session: &Session, told: Told<'_>) -> Result<Vec<SourceHealth>> {
    let mut sources: Sources = BTreeMap::new();
    records(session, &mut sources).await?;
    files(session, &mut sources).await?;
    deliveries::add(session, &mut sources).await?;
    for Refused { source, instance, reason, count } in told.refused {
        let refused = RefusedFor { reason: reason.clone(), count: *count };
        entry(&mut sources, source.clone(), instance.clone()).refused.push(refused);
    }
    let days = completeness::days(session, told.expected).await?;
    for ((source, instance), completeness) in completeness::by_source(&days) {
        entry(&mut sources, source, instance).completeness = Some(completeness);
    }
    let titled = |health: SourceHealth| {
        let title = told.titles.and_then(|titles| titles.get(&health.source)).cloned();
        SourceHealth { title: title.unwrap_or_else(|| words(&health.source)), ..health }
    };
    Ok(sources.into_values().map(|health| state::judged(titled(health), session.profile().now)).collect())
}

type Sources = BTreeMap<(String, String), SourceHealth>;

/// `incident_log` is "Incident log".
fn words(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

async fn records(session: &Session, sources: &mut Sources) -> Result<()> {
    let tables = session.business_tables().filter(|table| session.rows_of(table) > 0).map(str::to_owned).collect::<Vec<_>>();
    for table in tables {
        let statement = format!(
            "SELECT {SOURCE}, {INSTANCE}, count(*), max(CASE WHEN {OCCURRED_AT} <= now() THEN {OCCURRED_AT} END) \
             FROM {table} GROUP BY {SOURCE}, {INSTANCE}"
        );
        let conflicts = session.conflicts(&table).await?;
        for (source, instance, rows, last) in counts(session, &statement).await? {
            let health = entry(sources, source, instance);
            health.rows += rows;
            health.conflicts += conflicts;
            health.last_record_at = health.last_record_at.max(last);
            health.tables.push(TableHealth { table: table.clone(), rows, last_record_at: last });
        }
    }
    Ok(())
}

async fn files(session: &Session, sources: &mut Sources) -> Result<()> {
    if session.rows_of("loads") > 0 {
        let loads = format!("SELECT {SOURCE}, {INSTANCE}, count(*), max({INGESTED_AT}) FROM loads GROUP BY {SOURCE}, {INSTANCE}");
        for (source, instance, files, last) in counts(session, &loads).await? {
            let health = entry(sources, source, instance);
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
            entry(sources, source, instance).quarantined = rows;
        }
    }
    Ok(())
}

fn entry(sources: &mut Sources, source: String, instance: String) -> &mut SourceHealth {
    sources.entry((source.clone(), instance.clone())).or_insert_with(|| SourceHealth {
        source,
        title: String::new(),
        instance,
        last_record_at: None,
        last_loaded_at: None,
        rows: 0,
        quarantined: 0,
        lag_seconds: None,
        files: 0,
        deliveries: 0,
        duplicates: 0,
        unreadable: 0,
        last_arrival_at: None,
        refused: Vec::new(),
        conflicts: 0,
        completeness: None,
        tables: Vec::new(),
        state: "good",
        words: String::new(),
    })
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
