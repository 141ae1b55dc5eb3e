//! The file formats, one a file: each turns bytes into rows of texts. They know [`crate::rows::RawRows`], no SQL and no lake.

pub mod csv;
pub mod ndjson;
pub mod parquet;
pub mod xes;

use crate::error::Result;
use crate::raw::Format;
use crate::rows::RawRows;
use crate::source_file::SourceFile;

/// Reads all of `source` into `rows`.
///
/// # Errors
/// [`crate::IngestError::File`] when the file cannot be read to its end; rows that do not fit are set aside instead.
pub fn read(source: &SourceFile, rows: &mut RawRows<'_>) -> Result<()> {
    match rows.contract().format {
        Format::Csv => csv::read(source, rows),
        Format::Ndjson => ndjson::read(source, rows),
        Format::Parquet => parquet::read(source, rows),
        Format::Xes => xes::read(source, rows),
    }
}
