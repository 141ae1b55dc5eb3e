//! How rows lie in Parquet: what makes a scan cost less than with the writer's defaults. Knows nothing of Delta or tenants.

use arrow::datatypes::DataType;
use deltalake::parquet::basic::{Compression, Encoding, ZstdLevel};
use deltalake::parquet::file::properties::{EnabledStatistics, WriterProperties};
use deltalake::parquet::schema::types::ColumnPath;

use crate::contract::{HASH, TableContract};

/// Rows of a row group; pages inside it carry statistics, so a filter on the order column still skips most of it.
const ROW_GROUP_ROWS: usize = 1 << 20;
/// Rows of a page: the grain at which filters on the order column skip.
const PAGE_ROWS: usize = 65_536;

/// Rows with bytes of messages in them that are written before the page is looked at: it may be full after a few.
const BODIES_AT_ONCE: usize = 32;

/// Delta-encoded times and whole numbers, zstd, page statistics.
pub fn writer_properties(contract: &TableContract) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Page);
    for field in contract.schema.fields() {
        let path = ColumnPath::from(field.name().as_str());
        if field.name() == HASH {
            // A hash neither repeats nor follows its neighbour: plain is smallest and cheapest.
            properties = properties.set_column_dictionary_enabled(path, false);
        } else if *field.data_type() == DataType::Binary {
            // Bytes as they came: nothing repeats, and nobody asks for the least of them.
            properties = properties
                .set_write_batch_size(BODIES_AT_ONCE)
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_statistics_enabled(path, EnabledStatistics::None);
        } else if matches!(field.data_type(), DataType::Int64 | DataType::Timestamp(..)) {
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    properties.build()
}
