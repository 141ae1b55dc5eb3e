//! Apache Parquet: columns are read as text and judged like any other format's.

use std::fs::File;

use arrow::array::{Array, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::{IngestError, Result};
use crate::rows::RawRows;
use crate::source_file::SourceFile;

/// Reads all of `source` into `rows`.
///
/// # Errors
/// [`IngestError::File`] when it is no Parquet file, lacks a declared column, or a page is damaged.
pub fn read(source: &SourceFile, rows: &mut RawRows<'_>) -> Result<()> {
    let broken =
        |error: &dyn std::fmt::Display| IngestError::file(&source.name, format!("is not a readable Parquet file: {error}"));
    let file = File::open(&source.path).map_err(|error| broken(&error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(ParquetRecordBatchReaderBuilder::build);
    let mut line = 0;
    for batch in reader.map_err(|error| broken(&error))? {
        let batch = batch.map_err(|error| broken(&error))?;
        let contract = rows.contract();
        let texts = contract.columns.iter().map(|column| {
            let values = batch.column_by_name(&column.field).ok_or_else(|| IngestError::File {
                file: source.name.clone(),
                line: None,
                column: Some(column.field.clone()),
                detail: "is not a column of the file".into(),
            })?;
            cast(values, &DataType::Utf8).map(|texts| texts.as_string::<i32>().clone()).map_err(|error| broken(&error))
        });
        let texts = texts.collect::<Result<Vec<StringArray>>>()?;
        for row in 0..batch.num_rows() {
            line += 1;
            let value = |index: usize| texts[index].is_valid(row).then(|| texts[index].value(row));
            let record = || (0..texts.len()).map(|index| value(index).unwrap_or_default()).collect::<Vec<_>>().join(",");
            rows.push(line, value, record)?;
        }
    }
    Ok(())
}
