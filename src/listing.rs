//! A list of things as rows of text, for people, programs and spreadsheets. Knows rows, no things.

use std::sync::Arc;

use anyhow::Result;
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use chrono::{DateTime, SecondsFormat, Utc};

use crate::cli::OutputFormat;
use crate::output;

/// Prints rows of as many values as there are columns.
pub(crate) fn print<const N: usize>(columns: [&str; N], rows: Vec<[Option<String>; N]>, format: OutputFormat) -> Result<()> {
    let mut values: Vec<Vec<Option<String>>> = vec![Vec::with_capacity(rows.len()); N];
    for row in rows {
        for (column, value) in values.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let arrays = columns.into_iter().zip(values).map(|(name, column)| {
        let array: ArrayRef = Arc::new(StringArray::from(column));
        (name, array, true)
    });
    output::rows(&[RecordBatch::try_from_iter_with_nullable(arrays)?], false, format)
}

/// An instant to the second.
pub(crate) fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}
