//! Erasures and the files that they replaced as rows of the tables `erasures` and `erased_files`, written and read back. Knows no other
//! table.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::wipe::Counts;
use crate::contract::{INSTANCE, OCCURRED_AT, SEQUENCE, SOURCE, VERSION};
use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::landing::{BatchOrigin, Counted, Sink, TenantSink};
use crate::profile::TenantProfile;
use crate::scope::{Scope, TenantId};

/// Table of erasures.
pub(super) const ERASURES: &str = "erasures";
/// Table of files that erasures replaced.
pub(super) const ERASED_FILES: &str = "erased_files";

/// How far an erasure has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Asked, and not done yet.
    Begun,
    /// Nobody finds it any more; files that held it may still lie in storage.
    Erased,
    /// No file that held it is left.
    Proven,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Erased => "erased",
            Self::Proven => "proven",
        }
    }

    /// The further, the greater.
    fn rank(self) -> u64 {
        match self {
            Self::Begun => 0,
            Self::Erased => 1,
            Self::Proven => 2,
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "proven" => Self::Proven,
            "erased" => Self::Erased,
            _ => Self::Begun,
        }
    }
}

/// An erasure and its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// Made of what was asked.
    pub erasure_id: String,
    /// The source system.
    pub source: String,
    /// Which installation of it.
    pub instance: String,
    /// The table of the record; none for all of an installation.
    pub subject_table: Option<String>,
    /// The subject as a hash.
    pub subject_hash: String,
    /// Who asked.
    pub asked_by: String,
    /// Why.
    pub reason: String,
    /// What happened later is not erased.
    pub asked_at: DateTime<Utc>,
    /// How far it has come.
    pub state: State,
    /// When no reader could find it any more.
    pub erased_at: Option<DateTime<Utc>>,
    /// When the last file that had held it was gone.
    pub proven_at: Option<DateTime<Utc>>,
    /// What went.
    #[serde(flatten)]
    pub counts: Counts,
    /// Traces found when every file was read again.
    pub found_after: u64,
}

/// A file that held what was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErasedFile {
    /// The table.
    pub table: String,
    /// Path under the table.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Rows of it that went or changed.
    pub rows_erased: u64,
    /// Ids of the erasures.
    pub erasures: Vec<String>,
    /// When no table named it any more.
    pub replaced_at: DateTime<Utc>,
    /// When it was gone from storage.
    pub removed_at: Option<DateTime<Utc>>,
}

impl Engine {
    /// The tenant's erasures, oldest first.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the table cannot be read.
    pub async fn erasures(&self, tenant: &TenantId, now: DateTime<Utc>) -> Result<Vec<Erasure>> {
        let sql = "
            SELECT erasure_id, _source, _instance, subject_table, subject_hash, asked_by, reason, asked_at, state, erased_at, proven_at,
                rows_removed, rows_blanked, messages_blanked, found_after
            FROM erasures ORDER BY asked_at, erasure_id";
        let read = |cells: &Cells| {
            Some(Erasure {
                erasure_id: cells.text("erasure_id")?,
                source: cells.text(SOURCE)?,
                instance: cells.text(INSTANCE)?,
                subject_table: cells.text("subject_table"),
                subject_hash: cells.text("subject_hash")?,
                asked_by: cells.text("asked_by")?,
                reason: cells.text("reason")?,
                asked_at: cells.instant("asked_at")?,
                state: State::of(&cells.text("state")?),
                erased_at: cells.instant("erased_at"),
                proven_at: cells.instant("proven_at"),
                counts: Counts {
                    rows_removed: cells.count("rows_removed"),
                    rows_blanked: cells.count("rows_blanked"),
                    messages_blanked: cells.count("messages_blanked"),
                },
                found_after: cells.count("found_after"),
            })
        };
        self.read_rows(tenant, sql, now, &read).await
    }

    /// Files that erasures replaced and that may still lie in storage.
    pub(super) async fn erased_files(&self, tenant: &TenantId, now: DateTime<Utc>) -> Result<Vec<ErasedFile>> {
        let sql = "
            SELECT file, table_name, bytes, rows_erased, erasures, replaced_at, removed_at
            FROM erased_files WHERE removed_at IS NULL ORDER BY replaced_at, file";
        let read = |cells: &Cells| {
            let table = cells.text("table_name")?;
            Some(ErasedFile {
                path: cells.text("file")?.strip_prefix(&format!("{table}/"))?.to_owned(),
                table,
                bytes: cells.count("bytes"),
                rows_erased: cells.count("rows_erased"),
                erasures: cells.text("erasures")?.split(',').map(str::to_owned).collect(),
                replaced_at: cells.instant("replaced_at")?,
                removed_at: cells.instant("removed_at"),
            })
        };
        self.read_rows(tenant, sql, now, &read).await
    }

    async fn read_rows<T>(
        &self,
        tenant: &TenantId,
        sql: &str,
        now: DateTime<Utc>,
        read: &(dyn Fn(&Cells) -> Option<T> + Sync),
    ) -> Result<Vec<T>> {
        let scope = Scope::of([tenant.clone()]);
        let session = self.session(&scope, tenant.as_str(), TenantProfile::neutral(now), None).await?;
        let frame = session.plan(sql).await?;
        let answer = session.collect(frame, usize::MAX).await?;
        let rows = answer.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| Cells { batch, row }));
        Ok(rows.filter_map(|cells| read(&cells)).collect())
    }

    /// Lands rows about erasures as a batch of its own.
    pub(super) async fn record(
        &self,
        tenant: &TenantId,
        erasures: &[Erasure],
        files: &[ErasedFile],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let internal = |error: ArrowError| EngineError::Internal(format!("rows of erasures do not fit their columns: {error}"));
        let sink = TenantSink::new(self.clone(), tenant.clone(), TenantProfile::neutral(now));
        let origin = BatchOrigin {
            batch_id: batch_id(erasures, now),
            pack: "erasure".into(),
            source: "quarterdeck".into(),
            instance: String::new(),
            files: 0,
            ingested_at: now,
            counted: Counted::Parts,
        };
        let tables = [
            (ERASURES, erasure_rows(erasures, now).map_err(internal)?),
            (ERASED_FILES, file_rows(files, now).map_err(internal)?),
        ];
        let mut count = 0;
        for (part, (table, rows)) in (1..).zip(tables) {
            count += i64::try_from(rows.num_rows()).unwrap_or(i64::MAX);
            let ready = sink.ready(&origin, table, &rows, part)?;
            sink.append(&origin, ready, part).await?;
        }
        sink.finish(&origin, count, now, &[]).await?;
        self.reopen(tenant).await;
        Ok(())
    }
}

fn batch_id(erasures: &[Erasure], now: DateTime<Utc>) -> String {
    let what = erasures.first().map_or_else(|| "files".to_owned(), |one| format!("{}-{}", one.state.word(), one.erasure_id));
    format!("erasure-{:x}-{what}", now.timestamp_micros())
}

/// One row of an answer.
struct Cells<'a> {
    batch: &'a RecordBatch,
    row: usize,
}

impl Cells<'_> {
    fn cell(&self, name: &str, data_type: &DataType) -> Option<ArrayRef> {
        let column = self.batch.column_by_name(name).filter(|column| column.is_valid(self.row))?;
        cast(&column.slice(self.row, 1), data_type).ok()
    }

    fn text(&self, name: &str) -> Option<String> {
        Some(self.cell(name, &DataType::Utf8)?.as_string::<i32>().value(0).to_owned())
    }

    fn count(&self, name: &str) -> u64 {
        let cell = self.cell(name, &DataType::Int64);
        cell.and_then(|cell| u64::try_from(cell.as_primitive::<Int64Type>().value(0)).ok()).unwrap_or_default()
    }

    fn instant(&self, name: &str) -> Option<DateTime<Utc>> {
        let cell = self.cell(name, &crate::ddl::timestamp_type())?;
        DateTime::from_timestamp_micros(cell.as_primitive::<TimestampMicrosecondType>().value(0))
    }
}

fn erasure_rows(erasures: &[Erasure], now: DateTime<Utc>) -> Result<RecordBatch, ArrowError> {
    let texts =
        |value: &dyn Fn(&Erasure) -> Option<&str>| Arc::new(erasures.iter().map(value).collect::<StringArray>()) as ArrayRef;
    let counts = |value: &dyn Fn(&Erasure) -> u64| numbers(erasures.iter().map(value));
    let times = |value: &dyn Fn(&Erasure) -> Option<DateTime<Utc>>| instants(erasures.iter().map(value));
    RecordBatch::try_from_iter_with_nullable(vec![
        ("erasure_id", texts(&|one| Some(&one.erasure_id)), false),
        ("subject_table", texts(&|one| one.subject_table.as_deref()), true),
        ("subject_hash", texts(&|one| Some(&one.subject_hash)), false),
        ("asked_by", texts(&|one| Some(&one.asked_by)), false),
        ("reason", texts(&|one| Some(&one.reason)), false),
        ("asked_at", times(&|one| Some(one.asked_at)), false),
        ("state", texts(&|one| Some(one.state.word())), false),
        ("erased_at", times(&|one| one.erased_at), true),
        ("proven_at", times(&|one| one.proven_at), true),
        ("rows_removed", counts(&|one| one.counts.rows_removed), true),
        ("rows_blanked", counts(&|one| one.counts.rows_blanked), true),
        ("messages_blanked", counts(&|one| one.counts.messages_blanked), true),
        ("found_after", counts(&|one| one.found_after), true),
        (SOURCE, texts(&|one| Some(&one.source)), false),
        (INSTANCE, texts(&|one| Some(&one.instance)), false),
        (VERSION, numbers(erasures.iter().map(|_| micros(now))), false),
        (SEQUENCE, numbers(erasures.iter().map(|one| one.state.rank())), false),
        (OCCURRED_AT, times(&|one| Some(one.asked_at)), false),
    ])
}

fn file_rows(files: &[ErasedFile], now: DateTime<Utc>) -> Result<RecordBatch, ArrowError> {
    let texts =
        |value: &dyn Fn(&ErasedFile) -> String| Arc::new(StringArray::from_iter_values(files.iter().map(value))) as ArrayRef;
    RecordBatch::try_from_iter_with_nullable(vec![
        ("file", texts(&|one| format!("{}/{}", one.table, one.path)), false),
        ("table_name", texts(&|one| one.table.clone()), false),
        ("bytes", numbers(files.iter().map(|one| one.bytes)), false),
        ("rows_erased", numbers(files.iter().map(|one| one.rows_erased)), false),
        ("erasures", texts(&|one| one.erasures.join(",")), false),
        ("replaced_at", instants(files.iter().map(|one| Some(one.replaced_at))), false),
        ("removed_at", instants(files.iter().map(|one| one.removed_at)), true),
        (VERSION, numbers(files.iter().map(|_| micros(now))), false),
        (SEQUENCE, numbers(files.iter().map(|one| u64::from(one.removed_at.is_some()))), false),
        (OCCURRED_AT, instants(files.iter().map(|one| Some(one.replaced_at))), false),
    ])
}

fn micros(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp_micros()).unwrap_or_default()
}

fn numbers(values: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values.map(|value| i64::try_from(value).unwrap_or(i64::MAX))))
}

fn instants(values: impl Iterator<Item = Option<DateTime<Utc>>>) -> ArrayRef {
    let micros = values.map(|at| at.map(|at| at.timestamp_micros()));
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}
