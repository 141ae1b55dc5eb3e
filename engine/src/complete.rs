//! Rows of a source made rows of the lake: every column of the contract, the system columns filled in, and a hash of the content. Holds whole
//! rows to the contract; knows nothing of where rows go.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, SchemaRef, TimestampMicrosecondType};
use arrow::row::{RowConverter, SortField};
use chrono::{DateTime, Utc};
use xxhash_rust::xxh3::xxh3_64;

use crate::contract::{self, TableContract};
use crate::ddl::timestamp_type;
use crate::error::{EngineError, Result};
use crate::landing::BatchOrigin;

/// `rows` with every column of the contract: missing ones null, system columns filled in.
pub(crate) fn complete(contract: &TableContract, origin: &BatchOrigin, rows: &RecordBatch, part: i64) -> Result<RecordBatch> {
    let misfit = |name: &str, error: &dyn std::fmt::Display| {
        EngineError::Request(format!("column `{name}` of {}: {error}", contract.name))
    };
    let count = rows.num_rows();
    let whole = whole_rows(rows).map_err(|error| misfit(contract::TELLS, &error))?;
    let whole = whole.as_ref();
    let mut columns: BTreeMap<&str, ArrayRef> = BTreeMap::new();
    for column in &contract.columns {
        let filled = match rows.column_by_name(&column.name) {
            Some(given) => cast_with_options(given, &column.data_type, &STRICT).map_err(|error| misfit(&column.name, &error))?,
            None => arrow::array::new_null_array(&column.data_type, count),
        };
        if column.required && filled.null_count() > 0 {
            let must_have =
                |row: &usize| whole.is_none_or(|whole| whole.value(*row)) || contract.primary_key.contains(&column.name);
            if let Some(first) = (0..count).filter(|row| filled.is_null(*row)).find(must_have) {
                return Err(misfit(&column.name, &without_value(rows, first)));
            }
        }
        columns.insert(&column.name, filled);
    }
    let own = contract.columns.iter().filter_map(|column| columns.get(column.name.as_str()).cloned()).collect::<Vec<_>>();
    let hashes = row_hashes(contract, &own)?;

    let version = rows.column_by_name(contract::VERSION).ok_or_else(|| misfit(contract::VERSION, &"is missing"))?;
    let occurred = rows.column_by_name(contract::OCCURRED_AT).unwrap_or(version);
    let text = |value: &str| Arc::new(StringArray::from(vec![value; count])) as ArrayRef;
    let micros = |at: DateTime<Utc>| {
        Arc::new(TimestampMicrosecondArray::from(vec![at.timestamp_micros(); count]).with_timezone("UTC")) as ArrayRef
    };
    // A batch's parts share its ordinals: each part has a range of its own.
    let first_row = part << 32;
    let ordinals = (0..count).map(|row| first_row + i64::try_from(row).unwrap_or(i64::MAX));
    for (name, _) in contract::SYSTEM_COLUMNS {
        let filled = match (name, rows.column_by_name(name)) {
            (contract::VERSION, _) => as_version(version).map_err(|error| misfit(name, &error))?,
            (contract::OCCURRED_AT, _) => as_instant(occurred).map_err(|error| misfit(name, &error))?,
            (contract::SOURCE | contract::INSTANCE | contract::EVENT_ID | contract::TELLS, Some(given)) => {
                cast(given, &DataType::Utf8).map_err(|error| misfit(name, &error))?
            }
            (contract::DELETED, Some(given)) => cast(given, &DataType::Boolean).map_err(|error| misfit(name, &error))?,
            (contract::SOURCE, None) => text(&origin.source),
            (contract::SEQUENCE, Some(given)) => cast(given, &DataType::Int64).map_err(|error| misfit(name, &error))?,
            (contract::SEQUENCE, None) => Arc::new(Int64Array::from(vec![0; count])) as ArrayRef,
            (contract::EVENT_ID | contract::TELLS, None) => arrow::array::new_null_array(&DataType::Utf8, count),
            (contract::DELETED, None) => Arc::new(BooleanArray::from(vec![false; count])) as ArrayRef,
            (contract::INSTANCE, None) => text(&origin.instance),
            (contract::INGESTED_AT, _) => micros(origin.ingested_at),
            (contract::BATCH, _) => text(&origin.batch_id),
            (contract::ROW, _) => Arc::new(Int64Array::from_iter_values(ordinals.clone())) as ArrayRef,
            (contract::HASH, _) => Arc::clone(&hashes),
            (other, _) => return Err(EngineError::Internal(format!("nothing fills the system column {other}"))),
        };
        columns.insert(name, filled);
    }
    in_order(contract, columns)
}

/// A value that does not fit is an error, never a null.
const STRICT: CastOptions<'static> = CastOptions { safe: false, format_options: arrow::util::display::FormatOptions::new() };

/// Which rows tell the whole of a record that lives; none when all do.
fn whole_rows(rows: &RecordBatch) -> Result<Option<BooleanArray>, arrow::error::ArrowError> {
    let alive = rows.column_by_name(contract::DELETED).map(|deleted| arrow::compute::not(deleted.as_boolean())).transpose()?;
    let whole = rows.column_by_name(contract::TELLS).map(|tells| arrow::compute::is_null(tells)).transpose()?;
    match (alive, whole) {
        (Some(alive), Some(whole)) => arrow::compute::and(&alive, &whole).map(Some),
        (alive, whole) => Ok(alive.or(whole)),
    }
}

/// That the row `first` has no value, with what it has.
fn without_value(rows: &RecordBatch, first: usize) -> String {
    let options = arrow::util::display::FormatOptions::new();
    let shown = rows.schema_ref().fields().iter().zip(rows.columns()).filter_map(|(field, values)| {
        let formatter = arrow::util::display::ArrayFormatter::try_new(values, &options).ok()?;
        values.is_valid(first).then(|| format!("{}={}", field.name(), formatter.value(first)))
    });
    format!("a row has none: {}", shown.collect::<Vec<_>>().join(", "))
}

fn in_order(contract: &TableContract, mut columns: BTreeMap<&str, ArrayRef>) -> Result<RecordBatch> {
    let schema: SchemaRef = Arc::clone(&contract.schema);
    let ordered = schema.fields().iter().filter_map(|field| columns.remove(field.name().as_str())).collect();
    RecordBatch::try_new(schema, ordered)
        .map_err(|error| EngineError::Request(format!("rows do not fit the table {}: {error}", contract.name)))
}

/// A version as a whole number: instants in microseconds, sequences as they are.
fn as_version(version: &ArrayRef) -> Result<ArrayRef, arrow::error::ArrowError> {
    match version.data_type() {
        DataType::Timestamp(..) => cast(&as_instant(version)?, &DataType::Int64),
        _ => cast(version, &DataType::Int64),
    }
}

fn as_instant(instant: &ArrayRef) -> Result<ArrayRef, arrow::error::ArrowError> {
    match instant.data_type() {
        DataType::Timestamp(_, None) => {
            let naive = cast(instant, &DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, None))?;
            let naive = naive.as_primitive::<TimestampMicrosecondType>().clone();
            Ok(Arc::new(naive.with_timezone("UTC")))
        }
        _ => cast(instant, &timestamp_type()),
    }
}

/// Rows hashed at a time.
const HASHED_ROWS: usize = 4_096;

/// A hash of the row's own columns by its order-preserving row encoding: equal rows hash alike on every machine.
pub(crate) fn row_hashes(contract: &TableContract, own: &[ArrayRef]) -> Result<ArrayRef> {
    let failed = |error: arrow::error::ArrowError| EngineError::Internal(format!("hashing rows of {}: {error}", contract.name));
    let own = own.iter().map(digested).collect::<Vec<_>>();
    let fields = own.iter().map(|column| SortField::new(column.data_type().clone())).collect();
    let converter = RowConverter::new(fields).map_err(failed)?;
    let count = own.first().map_or(0, |column| column.len());
    let mut hashes = Vec::with_capacity(count);
    // In pieces that stay in the processor's cache: the encoding of a whole table is as large as the table.
    for start in (0..count).step_by(HASHED_ROWS) {
        let piece = own.iter().map(|column| column.slice(start, HASHED_ROWS.min(count - start))).collect::<Vec<_>>();
        let rows = converter.convert_columns(&piece).map_err(failed)?;
        hashes.extend(rows.iter().map(|row| xxh3_64(row.as_ref()).cast_signed()));
    }
    Ok(Arc::new(Int64Array::from(hashes)))
}

/// Bytes by a hash of each: whole bodies of messages are not copied to be hashed.
fn digested(column: &ArrayRef) -> ArrayRef {
    match column.as_binary_opt::<i32>() {
        Some(bytes) => {
            Arc::new(bytes.iter().map(|bytes| bytes.map(|bytes| xxh3_64(bytes).cast_signed())).collect::<Int64Array>())
        }
        None => Arc::clone(column),
    }
}
