//! Rows of forecasts as columns of a table. What is no number is no value: no NaN and no infinity gets out of here.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use chrono::{DateTime, NaiveDate, Utc};

use crate::frame::days_of;
use crate::model::ModelError;

/// Digits of money, and those after the point.
const PRECISION: u8 = 18;
const SCALE: i8 = 4;
/// Units of the last digit in one.
const UNITS: f64 = 10_000.0;
/// Amounts beyond it do not fit money's digits.
const MOST: f64 = 1e13;

/// Columns in the order in which they were added.
#[derive(Debug, Default)]
pub struct Rows {
    columns: Vec<(&'static str, ArrayRef)>,
}

impl Rows {
    /// Adds texts.
    #[must_use]
    pub fn texts<'a>(self, name: &'static str, values: impl Iterator<Item = Option<&'a str>>) -> Self {
        self.with(name, Arc::new(values.collect::<StringArray>()))
    }

    /// Adds numbers.
    #[must_use]
    pub fn numbers(self, name: &'static str, values: impl Iterator<Item = Option<f64>>) -> Self {
        self.with(name, Arc::new(values.map(|value| value.filter(|value| value.is_finite())).collect::<Float64Array>()))
    }

    /// Adds whole numbers.
    #[must_use]
    pub fn whole(self, name: &'static str, values: impl Iterator<Item = i64>) -> Self {
        self.with(name, Arc::new(Int64Array::from_iter_values(values)))
    }

    /// Adds truths.
    #[must_use]
    pub fn flags(self, name: &'static str, values: impl Iterator<Item = bool>) -> Self {
        self.with(name, Arc::new(BooleanArray::from(values.collect::<Vec<_>>())))
    }

    /// Adds days.
    #[must_use]
    pub fn days(self, name: &'static str, values: impl Iterator<Item = Option<NaiveDate>>) -> Self {
        self.with(name, Arc::new(values.map(|day| day.map(days_of)).collect::<Date32Array>()))
    }

    /// Adds instants.
    #[must_use]
    pub fn instants(self, name: &'static str, values: impl Iterator<Item = DateTime<Utc>>) -> Self {
        let micros = TimestampMicrosecondArray::from_iter_values(values.map(|instant| instant.timestamp_micros()));
        self.with(name, Arc::new(micros.with_timezone("UTC")))
    }

    /// Adds amounts of money, rounded to its last digit.
    ///
    /// # Errors
    /// [`ModelError::Rows`], never in practice: the digits are fixed.
    pub fn money(self, name: &'static str, values: impl Iterator<Item = Option<f64>>) -> Result<Self, ModelError> {
        let amounts = values.map(|value| value.filter(|value| value.abs() < MOST).map(units)).collect::<Decimal128Array>();
        let amounts = amounts.with_precision_and_scale(PRECISION, SCALE).map_err(|error| ModelError::Rows(error.to_string()))?;
        Ok(self.with(name, Arc::new(amounts)))
    }

    /// The rows.
    ///
    /// # Errors
    /// [`ModelError::Rows`] when columns are of different lengths.
    pub fn finish(self) -> Result<RecordBatch, ModelError> {
        let field = |(name, values): &(&'static str, ArrayRef)| Field::new(*name, values.data_type().clone(), true);
        let schema = Schema::new(self.columns.iter().map(field).collect::<Vec<_>>());
        let columns = self.columns.into_iter().map(|(_, values)| values).collect();
        RecordBatch::try_new(Arc::new(schema), columns).map_err(|error| ModelError::Rows(error.to_string()))
    }

    fn with(mut self, name: &'static str, values: ArrayRef) -> Self {
        debug_assert!(!matches!(values.data_type(), DataType::Null));
        self.columns.push((name, values));
        self
    }
}

#[expect(clippy::cast_possible_truncation, reason = "within money's digits")]
fn units(amount: f64) -> i128 {
    (amount * UNITS).round() as i128
}
