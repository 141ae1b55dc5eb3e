//! Rows as a Parquet file whose footer says how many there are and whether some were cut off. Knows no request.

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::WriterProperties;

use super::Counts;

/// Rows of a group: what is held in memory until it can be sent.
const GROUP_ROWS: usize = 65_536;

/// A file that is written while its head is already sent.
pub(super) struct File(ArrowWriter<Vec<u8>>);

impl File {
    pub(super) fn new(schema: &SchemaRef) -> Result<Self, ArrowError> {
        let groups = WriterProperties::builder().set_max_row_group_row_count(Some(GROUP_ROWS));
        let properties = groups.set_compression(Compression::SNAPPY).build();
        Ok(Self(ArrowWriter::try_new(Vec::new(), SchemaRef::clone(schema), Some(properties))?))
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        Ok(self.0.write(batch)?)
    }

    /// The writer keeps count of what it has written by itself.
    pub(super) fn written(&mut self) -> &mut Vec<u8> {
        self.0.inner_mut()
    }

    pub(super) fn finish(mut self, counts: Counts) -> Result<Vec<u8>, ArrowError> {
        self.0.append_key_value_metadata(KeyValue::new("row_count".to_owned(), counts.rows.to_string()));
        self.0.append_key_value_metadata(KeyValue::new("truncated".to_owned(), counts.truncated.to_string()));
        Ok(self.0.into_inner()?)
    }
}
