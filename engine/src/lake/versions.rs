//! The versions that a data file holds: of each row which record it is of and how it ranks, without its content. Knows nothing of which
//! one wins.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};
use datafusion::execution::runtime_env::RuntimeEnv;
use deltalake::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, RowSelection};
use deltalake::parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};
use futures::TryStreamExt;
use xxhash_rust::xxh3::xxh3_128;

use super::positions::only;
use super::provider::{LakeFile, TableVersion};
use crate::contract::{BATCH, DELETED, HASH, INGESTED_AT, OCCURRED_AT, SEQUENCE, TELLS, TELLS_SET, TableContract, VERSION};
use crate::error::{EngineError, Result};

/// Rows decoded at a time.
const BATCH_ROWS: usize = 32_768;

/// How versions of one record rank: the greatest wins, whatever arrived first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// The source's time of change, in microseconds, or its sequence.
    pub version: i64,
    /// Order among versions of one instant.
    pub sequence: i64,
    /// Between equals, the one that deletes.
    pub deleted: bool,
    /// Between equals, the greater content hash.
    pub hash: i64,
}

/// What a version tells of its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tells {
    /// All of it.
    Whole,
    /// That older children of the parent are no more.
    Set,
    /// The columns named.
    Columns(Arc<str>),
}

/// One row of a file as a version of a record.
#[derive(Debug, Clone)]
pub struct Version {
    /// Which record: a hash of its source, instance and key.
    pub record: u128,
    /// Which parent's child it is; zero where the table has no parents.
    pub parent: u128,
    /// How it ranks.
    pub rank: Rank,
    /// When we learnt it, in microseconds.
    pub ingested_at: i64,
    /// What it tells.
    pub tells: Tells,
    /// Its place in the file, from 0.
    pub position: u32,
}

/// Which versions of a file to read.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// None learnt after this instant, in microseconds.
    pub until: Option<i64>,
    /// None that tell what happened at or after this instant, in microseconds.
    pub occurred_before: Option<i64>,
    /// None of these batches.
    pub without_batches: BTreeSet<String>,
}

impl Wanted {
    /// Whether it is every version.
    pub fn is_all(&self) -> bool {
        self.until.is_none() && self.occurred_before.is_none() && self.without_batches.is_empty()
    }
}

/// The versions in `file`, in the order of its rows: those at `positions`, which are in order, or all.
///
/// # Errors
/// [`EngineError::Storage`] when the file cannot be read.
pub async fn read(
    table: &TableVersion,
    contract: &TableContract,
    file: &LakeFile,
    wanted: &Wanted,
    positions: Option<Vec<u32>>,
    runtime: &RuntimeEnv,
) -> Result<Vec<Version>> {
    let mut columns = contract.identity();
    columns.extend([VERSION, SEQUENCE, DELETED, HASH, INGESTED_AT, TELLS]);
    if !wanted.without_batches.is_empty() {
        columns.push(BATCH);
    }
    if wanted.occurred_before.is_some() {
        columns.push(OCCURRED_AT);
    }
    let mut versions = Vec::with_capacity(positions.as_ref().map_or(file.rows, Vec::len));
    let selection = positions.as_ref().map(|positions| only(positions, file.rows));
    let mut first = 0;
    let failed =
        |error: arrow::error::ArrowError| EngineError::Internal(format!("reading versions of {}: {error}", contract.name));
    for batch in rows(table, file, Some(&columns), selection, runtime).await? {
        add_versions(contract, wanted, &batch, first, &mut versions).map_err(failed)?;
        first += u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
    }
    if let Some(positions) = positions {
        // Selected rows come one after another: give each its own place back.
        for version in &mut versions {
            version.position = positions[usize::try_from(version.position).unwrap_or(usize::MAX)];
        }
    }
    Ok(versions)
}

/// Rows of `file`: the named columns or all, the selected rows or all.
///
/// # Errors
/// [`EngineError::Storage`] when the file cannot be read.
pub async fn rows(
    table: &TableVersion,
    file: &LakeFile,
    columns: Option<&[&str]>,
    selection: Option<RowSelection>,
    runtime: &RuntimeEnv,
) -> Result<Vec<RecordBatch>> {
    let context = || format!("cannot read the data file {}", file.path);
    let mut reader = table.reader(file, runtime).map_err(EngineError::query(context()))?;
    let options = ArrowReaderOptions::new();
    let metadata = ArrowReaderMetadata::load_async(&mut reader, options).await.map_err(EngineError::storage(context()))?;
    let mut builder = ParquetRecordBatchStreamBuilder::new_with_metadata(reader, metadata).with_batch_size(BATCH_ROWS);
    if let Some(columns) = columns {
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        builder = builder.with_projection(mask);
    }
    if let Some(selection) = selection {
        builder = builder.with_row_selection(selection);
    }
    let stream = builder.build().map_err(EngineError::storage(context()))?;
    stream.try_collect().await.map_err(EngineError::storage(context()))
}

fn add_versions(
    contract: &TableContract,
    wanted: &Wanted,
    batch: &RecordBatch,
    first: u32,
    versions: &mut Vec<Version>,
) -> std::result::Result<(), arrow::error::ArrowError> {
    let column = |name: &str| {
        let found = batch.column_by_name(name);
        found.cloned().ok_or_else(|| arrow::error::ArrowError::SchemaError(format!("the file has no column {name}")))
    };
    let number = |name: &str| {
        Ok::<_, arrow::error::ArrowError>(cast(&column(name)?, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    };
    let identity =
        contract.identity().into_iter().map(|name| Key::of(&column(name)?)).collect::<std::result::Result<Vec<_>, _>>()?;
    let (version, sequence, hash) = (number(VERSION)?, number(SEQUENCE)?, number(HASH)?);
    let deleted: BooleanArray = column(DELETED)?.as_boolean().clone();
    let ingested = column(INGESTED_AT)?.as_primitive::<TimestampMicrosecondType>().clone();
    let tells = Texts::of(&column(TELLS)?)?;
    let batches = if wanted.without_batches.is_empty() { None } else { Some(Texts::of(&column(BATCH)?)?) };
    let occurred = match wanted.occurred_before {
        Some(before) => Some((column(OCCURRED_AT)?.as_primitive::<TimestampMicrosecondType>().clone(), before)),
        None => None,
    };
    let parents = if contract.has_parent() { identity.len() - 1 } else { 0 };
    let mut key = Vec::with_capacity(64);
    for row in 0..batch.num_rows() {
        let ingested_at = ingested.value(row);
        let unknown = wanted.until.is_some_and(|until| ingested_at > until);
        let left_out = batches.as_ref().is_some_and(|batches| wanted.without_batches.contains(batches.0.value(row)));
        let ahead = occurred.as_ref().is_some_and(|(occurred, before)| occurred.value(row) >= *before);
        if unknown || left_out || ahead {
            continue;
        }
        key.clear();
        let mut parent = 0;
        for (index, column) in identity.iter().enumerate() {
            if index == parents && parents > 0 {
                parent = xxh3_128(&key);
            }
            column.write(row, &mut key);
        }
        versions.push(Version {
            record: xxh3_128(&key),
            parent,
            rank: Rank {
                version: version.value(row),
                sequence: sequence.value(row),
                deleted: deleted.value(row),
                hash: hash.value(row),
            },
            ingested_at,
            tells: tells_of(&tells, row),
            position: first + u32::try_from(row).unwrap_or(u32::MAX),
        });
    }
    Ok(())
}

fn tells_of(tells: &Texts, row: usize) -> Tells {
    if tells.0.is_null(row) {
        return Tells::Whole;
    }
    match tells.0.value(row) {
        TELLS_SET => Tells::Set,
        columns => Tells::Columns(columns.into()),
    }
}

struct Texts(StringViewArray);

impl Texts {
    fn of(column: &ArrayRef) -> std::result::Result<Self, arrow::error::ArrowError> {
        Ok(Self(cast(column, &DataType::Utf8View)?.as_string_view().clone()))
    }
}

/// A column of the identity, written so that different keys never read alike.
enum Key {
    Text(StringViewArray),
    Whole(Int64Array),
}

impl Key {
    fn of(column: &ArrayRef) -> std::result::Result<Self, arrow::error::ArrowError> {
        match column.data_type() {
            DataType::Utf8 | DataType::Utf8View => Ok(Self::Text(Texts::of(column)?.0)),
            _ => Ok(Self::Whole(cast(column, &DataType::Int64)?.as_primitive::<Int64Type>().clone())),
        }
    }

    fn write(&self, row: usize, key: &mut Vec<u8>) {
        match self {
            Self::Text(texts) => {
                let text = texts.value(row).as_bytes();
                key.extend_from_slice(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
                key.extend_from_slice(text);
            }
            Self::Whole(numbers) => key.extend_from_slice(&numbers.value(row).to_le_bytes()),
        }
    }
}
