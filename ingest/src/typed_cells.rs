//! The cells of one column in its type: a told value in, exactly itself or a reason out. Knows no table and no source.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::cell::{day_number, decimal, double, moment, truth, whole};
use crate::sources::Told;

/// Times before 1900 and after 2200 are taken for errors of a clock or a unit.
const MICROS: std::ops::RangeInclusive<i64> = -2_208_988_800_000_000..=7_258_118_400_000_000;

/// One value in its column's type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    Whole(i64),
    Units(i128),
    Double(f64),
    Truth(bool),
    Day(i32),
    Micros(i64),
}

pub(crate) enum Cells {
    Text(StringBuilder),
    Whole(Int64Builder),
    Units(Decimal128Builder, u8, u32),
    Double(Float64Builder),
    Truth(BooleanBuilder),
    Day(Date32Builder),
    Micros(TimestampMicrosecondBuilder),
    Bytes(BinaryBuilder),
}

impl Cells {
    pub(crate) fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Int64 => Self::Whole(Int64Builder::new()),
            DataType::Decimal128(precision, scale) => {
                let builder = Decimal128Builder::new().with_data_type(data_type.clone());
                Self::Units(builder, *precision, u32::from(scale.unsigned_abs()))
            }
            DataType::Float64 => Self::Double(Float64Builder::new()),
            DataType::Boolean => Self::Truth(BooleanBuilder::new()),
            DataType::Date32 => Self::Day(Date32Builder::new()),
            DataType::Timestamp(..) => Self::Micros(TimestampMicrosecondBuilder::new()),
            DataType::Binary => Self::Bytes(BinaryBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// `value` in this column's type, into `cell`; nothing is rounded, cut or guessed.
    pub(crate) fn fit(&self, value: Told<'_>, zone: Tz, cell: &mut Cell) -> Result<(), String> {
        if let (Self::Text(_), Told::Text(text) | Told::Raw(text)) = (self, value) {
            return set_text(cell, text);
        }
        *cell = match (self, value) {
            (Self::Text(_), Told::Whole(number)) => Cell::Text(number.to_string()),
            (Self::Whole(_), Told::Whole(number)) => Cell::Whole(number),
            (Self::Whole(_), Told::Decimal(number)) => Cell::Whole(whole(&number.normalize().to_string())?),
            (Self::Units(_, precision, scale), Told::Decimal(number)) => units(number, *precision, *scale)?,
            (Self::Units(_, precision, scale), Told::Whole(number)) => units(Decimal::from(number), *precision, *scale)?,
            (Self::Double(_), Told::Decimal(number)) => Cell::Double(double(&number.to_string())?),
            (Self::Double(_), Told::Whole(number)) => Cell::Double(double(&number.to_string())?),
            (Self::Truth(_), Told::Truth(truth)) => Cell::Truth(truth),
            (Self::Day(_), Told::Date(date)) => Cell::Day(day_number(date)),
            (Self::Micros(_), Told::Instant(instant)) => {
                Cell::Micros(micros(instant).ok_or_else(|| "is no time of this age".to_owned())?)
            }
            (_, Told::Text(text) | Told::Raw(text)) => self.read(text.trim(), zone)?,
            _ => return Err(format!("is no {}", self.word())),
        };
        Ok(())
    }

    /// A text as this column's type, where the source's columns come from data.
    fn read(&self, text: &str, zone: Tz) -> Result<Cell, String> {
        match self {
            Self::Text(_) => Ok(Cell::Text(text.to_owned())),
            Self::Whole(_) => whole(text).map(Cell::Whole),
            Self::Units(_, precision, scale) => decimal(text, *precision, *scale).map(Cell::Units),
            Self::Double(_) => double(text).map(Cell::Double),
            Self::Truth(_) => truth(text).map(Cell::Truth),
            Self::Day(_) => Ok(Cell::Day(day_number(moment(text, &[])?.local().date()))),
            Self::Micros(_) => {
                let micros = moment(text, &[])?.micros(zone)?;
                if MICROS.contains(&micros) { Ok(Cell::Micros(micros)) } else { Err("is no time of this age".into()) }
            }
            Self::Bytes(_) => Err("holds bytes, which no source tells".into()),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Whole(_) => "whole number",
            Self::Units(..) => "amount",
            Self::Double(_) => "number",
            Self::Truth(_) => "truth",
            Self::Day(_) => "date",
            Self::Micros(_) => "time",
            Self::Bytes(_) => "bytes",
        }
    }

    /// What stands in the last column of a key where no record is meant.
    pub(crate) fn nothing(&self) -> Cell {
        match self {
            Self::Whole(_) => Cell::Whole(0),
            Self::Micros(_) => Cell::Micros(0),
            Self::Day(_) => Cell::Day(0),
            _ => Cell::Text(String::new()),
        }
    }

    pub(crate) fn append(&mut self, cell: Option<&Cell>) {
        match (self, cell) {
            (Self::Text(values), Some(Cell::Text(value))) => values.append_value(value),
            (Self::Text(values), _) => values.append_null(),
            (Self::Whole(values), Some(Cell::Whole(value))) => values.append_value(*value),
            (Self::Whole(values), _) => values.append_null(),
            (Self::Units(values, ..), Some(Cell::Units(value))) => values.append_value(*value),
            (Self::Units(values, ..), _) => values.append_null(),
            (Self::Double(values), Some(Cell::Double(value))) => values.append_value(*value),
            (Self::Double(values), _) => values.append_null(),
            (Self::Truth(values), Some(Cell::Truth(value))) => values.append_value(*value),
            (Self::Truth(values), _) => values.append_null(),
            (Self::Day(values), Some(Cell::Day(value))) => values.append_value(*value),
            (Self::Day(values), _) => values.append_null(),
            (Self::Micros(values), Some(Cell::Micros(value))) => values.append_value(*value),
            (Self::Micros(values), _) => values.append_null(),
            (Self::Bytes(values), _) => values.append_null(),
        }
    }

    pub(crate) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(values) => Arc::new(values.finish()),
            Self::Whole(values) => Arc::new(values.finish()),
            Self::Units(values, ..) => Arc::new(values.finish()),
            Self::Double(values) => Arc::new(values.finish()),
            Self::Truth(values) => Arc::new(values.finish()),
            Self::Day(values) => Arc::new(values.finish()),
            Self::Micros(values) => Arc::new(values.finish().with_timezone("UTC")),
            Self::Bytes(values) => Arc::new(values.finish()),
        })
    }
}

/// `number` in units of 10^-`scale`, if it is that exactly and fits.
fn units(number: Decimal, precision: u8, scale: u32) -> Result<Cell, String> {
    let number = number.normalize();
    let more = scale.checked_sub(number.scale()).ok_or_else(|| format!("has more than {scale} decimals"))?;
    let units = 10_i128.checked_pow(more).and_then(|factor| number.mantissa().checked_mul(factor));
    let limit = 10_i128.checked_pow(u32::from(precision)).unwrap_or(i128::MAX);
    units
        .filter(|units| units.checked_abs().is_some_and(|units| units < limit))
        .map(Cell::Units)
        .ok_or_else(|| format!("has more than {precision} digits"))
}

fn set_text(cell: &mut Cell, text: &str) -> Result<(), String> {
    if text.as_bytes().contains(&0) {
        return Err("holds a NUL byte".into());
    }
    match cell {
        Cell::Text(kept) => {
            kept.clear();
            kept.push_str(text);
        }
        other => *other = Cell::Text(text.to_owned()),
    }
    Ok(())
}

pub(crate) fn micros(instant: DateTime<Utc>) -> Option<i64> {
    Some(instant.timestamp_micros()).filter(|micros| MICROS.contains(micros))
}
