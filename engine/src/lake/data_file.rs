//! Rows as one Parquet file in memory, with the statistics that the Delta log keeps of it. In memory, because a part of a load is bounded
//! (`part_rows`), and a single put either stores the file or does not. Knows nothing of where files go.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{max, max_boolean, max_string, min, min_boolean, min_string};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use chrono::{DateTime, SecondsFormat, TimeDelta};
use deltalake::parquet::arrow::ArrowWriter;
use deltalake::parquet::errors::ParquetError;
use serde::Serialize;
use serde_json::value::RawValue;

use super::layout::writer_properties;
use crate::contract::TableContract;

/// Longest text that the log keeps as a bound, in bytes; longer ones bound nothing.
const BOUND_BYTES: usize = 64;

/// A file ready to be stored.
pub struct DataFile {
    /// Parquet.
    pub bytes: Vec<u8>,
    /// Delta's statistics as JSON: records, least and greatest values, nulls.
    pub statistics: String,
}

/// What can go wrong while encoding.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// Rows that Parquet cannot hold.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
    /// Statistics that are no JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Encodes `rows` in the layout of `contract`.
///
/// # Errors
/// [`EncodeError`] when rows do not fit the contract's schema.
pub fn encode(contract: &TableContract, rows: &RecordBatch) -> Result<DataFile, EncodeError> {
    let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(writer_properties(contract)))?;
    writer.write(rows)?;
    Ok(DataFile { bytes: writer.into_inner()?, statistics: serde_json::to_string(&Statistics::of(contract, rows)?)? })
}

/// Exact digits and quoted text, as they stand in the log.
type Bounds<'a> = BTreeMap<&'a str, Box<RawValue>>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statistics<'a> {
    num_records: usize,
    min_values: Bounds<'a>,
    max_values: Bounds<'a>,
    null_count: BTreeMap<&'a str, usize>,
}

impl<'a> Statistics<'a> {
    /// What names a person bounds nothing: the log outlives the rows.
    fn of(contract: &TableContract, rows: &'a RecordBatch) -> Result<Self, serde_json::Error> {
        let mut statistics = Self {
            num_records: rows.num_rows(),
            min_values: BTreeMap::new(),
            max_values: BTreeMap::new(),
            null_count: BTreeMap::new(),
        };
        for (field, column) in rows.schema_ref().fields().iter().zip(rows.columns()) {
            statistics.null_count.insert(field.name(), column.null_count());
            let personal = contract.columns.iter().any(|column| column.names_person() && column.name == *field.name());
            if !personal && let Some((least, greatest)) = bounds(column) {
                statistics.min_values.insert(field.name(), RawValue::from_string(least)?);
                statistics.max_values.insert(field.name(), RawValue::from_string(greatest)?);
            }
        }
        Ok(statistics)
    }
}

/// The least and the greatest value as JSON; none for a column of nulls or texts too long to keep.
fn bounds(column: &ArrayRef) -> Option<(String, String)> {
    match column.data_type() {
        DataType::Utf8 => {
            let texts = column.as_string::<i32>();
            let both = (min_string(texts)?, max_string(texts)?);
            let short = both.0.len() <= BOUND_BYTES && both.1.len() <= BOUND_BYTES;
            short.then(|| (serde_json::json!(both.0).to_string(), serde_json::json!(both.1).to_string()))
        }
        DataType::Boolean => {
            let truths = column.as_boolean();
            Some((min_boolean(truths)?.to_string(), max_boolean(truths)?.to_string()))
        }
        DataType::Int64 => {
            let numbers = column.as_primitive::<Int64Type>();
            Some((min(numbers)?.to_string(), max(numbers)?.to_string()))
        }
        DataType::Float64 => {
            let numbers = column.as_primitive::<Float64Type>();
            let (least, greatest) = (min(numbers)?, max(numbers)?);
            (least.is_finite() && greatest.is_finite()).then(|| (least.to_string(), greatest.to_string()))
        }
        DataType::Decimal128(_, scale) => {
            let numbers = column.as_primitive::<Decimal128Type>();
            Some((decimal(min(numbers)?, *scale), decimal(max(numbers)?, *scale)))
        }
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>();
            Some((date(min(days)?), date(max(days)?)))
        }
        DataType::Timestamp(..) => {
            let instants = column.as_primitive::<TimestampMicrosecondType>();
            Some((instant(min(instants)?)?, instant(max(instants)?)?))
        }
        _ => None,
    }
}

/// Every digit: a double would round a bound to the wrong side of a value.
fn decimal(units: i128, scale: i8) -> String {
    let scale = usize::from(scale.unsigned_abs());
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if units < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn date(days: i32) -> String {
    let date = chrono::NaiveDate::default() + TimeDelta::days(days.into());
    format!("\"{date}\"")
}

fn instant(micros: i64) -> Option<String> {
    Some(format!("\"{}\"", DateTime::from_timestamp_micros(micros)?.to_rfc3339_opts(SecondsFormat::Micros, true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_every_digit() {
        assert_eq!(decimal(-97_477_479_340, 4), "-9747747.9340");
        assert_eq!(decimal(5, 4), "0.0005");
        assert_eq!(decimal(7, 0), "7");
    }

    #[test]
    fn instants_keep_microseconds() {
        assert_eq!(instant(1_291_191_960_000_001).unwrap(), "\"2010-12-01T08:26:00.000001Z\"");
    }
}
