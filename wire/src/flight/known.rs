//! What the door tells of itself: what it can do, and which types its columns have. Knows no tenant.

use arrow_flight::error::Result;
use arrow_flight::sql::metadata::{SqlInfoData, SqlInfoDataBuilder, XdbcTypeInfo, XdbcTypeInfoData, XdbcTypeInfoDataBuilder};
use arrow_flight::sql::{Nullable, Searchable, SqlInfo, SqlSupportedTransaction, XdbcDataType};
use datafusion::arrow::error::ArrowError;

/// What the door can do.
///
/// # Errors
/// None that is known: its values are fixed.
pub(super) fn abilities(statement_timeout_ms: u64) -> Result<SqlInfoData> {
    let mut told = SqlInfoDataBuilder::new();
    told.append(SqlInfo::FlightSqlServerName, "Operations SQL");
    told.append(SqlInfo::FlightSqlServerVersion, env!("CARGO_PKG_VERSION"));
    told.append(SqlInfo::FlightSqlServerArrowVersion, "1.4");
    told.append(SqlInfo::FlightSqlServerReadOnly, true);
    told.append(SqlInfo::FlightSqlServerSql, true);
    told.append(SqlInfo::FlightSqlServerSubstrait, false);
    told.append(SqlInfo::FlightSqlServerTransaction, SqlSupportedTransaction::None as i32);
    told.append(SqlInfo::FlightSqlServerCancel, true);
    told.append(SqlInfo::FlightSqlServerBulkIngestion, false);
    told.append(SqlInfo::FlightSqlServerStatementTimeout, i32::try_from(statement_timeout_ms).unwrap_or(i32::MAX));
    told.append(SqlInfo::FlightSqlServerTransactionTimeout, 0);
    told.append(SqlInfo::SqlDdlCatalog, false);
    told.append(SqlInfo::SqlDdlSchema, false);
    told.append(SqlInfo::SqlDdlTable, false);
    told.append(SqlInfo::SqlIdentifierQuoteChar, "\"");
    told.append(SqlInfo::SqlAllTablesAreSelectable, true);
    told.append(SqlInfo::SqlSearchStringEscape, "\\");
    told.append(SqlInfo::SqlCatalogTerm, "tenant");
    told.append(SqlInfo::SqlSchemaTerm, "schema");
    told.append(SqlInfo::SqlCatalogAtStart, true);
    told.append(SqlInfo::SqlCorrelatedSubqueriesSupported, true);
    told.build()
}

/// A type of columns.
struct Known {
    name: &'static str,
    data_type: XdbcDataType,
    /// Digits or characters.
    size: Option<i32>,
    /// Written between quotes.
    quoted: bool,
    /// Digits are of this base, for a number.
    radix: Option<i32>,
}

const fn known(name: &'static str, data_type: XdbcDataType, size: Option<i32>, quoted: bool, radix: Option<i32>) -> Known {
    Known { name, data_type, size, quoted, radix }
}

const TYPES: [Known; 8] = [
    known("BIGINT", XdbcDataType::XdbcBigint, Some(19), false, Some(10)),
    known("BINARY", XdbcDataType::XdbcVarbinary, None, true, None),
    known("BOOLEAN", XdbcDataType::XdbcBit, Some(1), false, None),
    known("DATE", XdbcDataType::XdbcDate, Some(10), true, None),
    known("DECIMAL", XdbcDataType::XdbcDecimal, Some(38), false, Some(10)),
    known("DOUBLE", XdbcDataType::XdbcDouble, Some(53), false, Some(2)),
    known("TEXT", XdbcDataType::XdbcVarchar, None, true, None),
    known("TIMESTAMP", XdbcDataType::XdbcTimestamp, Some(27), true, None),
];

/// The types of columns.
///
/// # Errors
/// None that is known: its values are fixed.
pub(super) fn types() -> Result<XdbcTypeInfoData> {
    let mut told = XdbcTypeInfoDataBuilder::new();
    for Known { name, data_type, size, quoted, radix } in TYPES {
        let quote = quoted.then(|| "'".to_owned());
        told.append(XdbcTypeInfo {
            type_name: name.into(),
            data_type,
            sql_data_type: data_type,
            column_size: size,
            literal_prefix: quote.clone(),
            literal_suffix: quote,
            nullable: Nullable::NullabilityNullable,
            case_sensitive: data_type == XdbcDataType::XdbcVarchar,
            searchable: Searchable::Full,
            unsigned_attribute: radix.map(|_| false),
            num_prec_radix: radix,
            ..XdbcTypeInfo::default()
        });
    }
    told.build().map_err(|error| ArrowError::ExternalError(Box::new(error)).into())
}
