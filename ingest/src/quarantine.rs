//! Rows set aside, and files landed, as rows of the tables `quarantine` and `loads`. Knows those tables' columns, no file format.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use quarterdeck_engine::contract::{OCCURRED_AT, VERSION};

use crate::rows::Misfit;

/// Name of the table of rows set aside.
pub const QUARANTINE: &str = "quarantine";
/// Name of the table of files landed.
pub const LOADS: &str = "loads";

/// One file that landed.
#[derive(Debug, Clone)]
pub struct LoadedFile {
    /// Name of the file.
    pub file: String,
    /// SHA-256 of its bytes, in hex.
    pub file_hash: String,
    /// Its size.
    pub bytes: u64,
    /// Records found in it.
    pub rows_read: u64,
    /// Records of these that were set aside.
    pub rows_quarantined: u64,
}

/// `misfits` as rows of `quarantine`.
///
/// # Errors
/// Arrow's, when columns differ in length; they do not.
pub fn quarantine_rows(misfits: &[Misfit], pack: &str, read_at: DateTime<Utc>) -> Result<RecordBatch, ArrowError> {
    let lines = Int64Array::from_iter_values(misfits.iter().map(|misfit| whole(misfit.line)));
    RecordBatch::try_from_iter_with_nullable(vec![
        ("file", text(misfits.iter().map(|misfit| Some(misfit.file.as_str()))), false),
        ("file_hash", text(misfits.iter().map(|misfit| Some(misfit.file_hash.as_str()))), false),
        ("line", Arc::new(lines.clone()) as ArrayRef, false),
        ("column_name", text(misfits.iter().map(|misfit| Some(misfit.column.as_str()))), false),
        ("value", text(misfits.iter().map(|misfit| misfit.value.as_deref())), true),
        ("record", text(misfits.iter().map(|misfit| Some(misfit.record.as_str()))), true),
        ("reason", text(misfits.iter().map(|misfit| Some(misfit.reason.as_str()))), false),
        ("pack", text(misfits.iter().map(|_| Some(pack))), false),
        ("read_at", times(misfits.len(), read_at), false),
        (VERSION, Arc::new(lines), false),
        (OCCURRED_AT, times(misfits.len(), read_at), false),
    ])
}

/// `files` as rows of `loads`.
///
/// # Errors
/// Arrow's, when columns differ in length; they do not.
pub fn load_rows(files: &[LoadedFile], pack: &str, started_at: DateTime<Utc>) -> Result<RecordBatch, ArrowError> {
    let numbers = |number: fn(&LoadedFile) -> u64| {
        Arc::new(Int64Array::from_iter_values(files.iter().map(|file| whole(number(file))))) as ArrayRef
    };
    RecordBatch::try_from_iter_with_nullable(vec![
        ("file", text(files.iter().map(|file| Some(file.file.as_str()))), false),
        ("file_hash", text(files.iter().map(|file| Some(file.file_hash.as_str()))), false),
        ("pack", text(files.iter().map(|_| Some(pack))), false),
        ("bytes", numbers(|file| file.bytes), false),
        ("rows_read", numbers(|file| file.rows_read), false),
        ("rows_quarantined", numbers(|file| file.rows_quarantined), false),
        ("started_at", times(files.len(), started_at), false),
        (VERSION, times(files.len(), started_at), false),
    ])
}

fn text<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn times(count: usize, at: DateTime<Utc>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(vec![at.timestamp_micros(); count]).with_timezone("UTC"))
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
