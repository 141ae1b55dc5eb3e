//! Columns of the frames that models are given, read by name; a frame that lacks one is told by file and column. Knows no SQL.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, NaiveDate, NaiveDateTime};

use crate::model::{Given, ModelError};

/// Days from the common era to 1970.
const DAYS_TO_1970: i32 = 719_163;

/// Rows of one frame.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    name: &'a str,
    rows: &'a RecordBatch,
}

impl<'a> Frame<'a> {
    /// The frame `name` of what is given.
    ///
    /// # Errors
    /// [`ModelError::Frame`] when nobody selected it.
    pub fn of(given: &'a Given<'_>, name: &'a str) -> Result<Self, ModelError> {
        let rows = given.frames.get(name).ok_or_else(|| ModelError::frame(name, "was not selected".into()))?;
        Ok(Self { name, rows })
    }

    /// Rows in it.
    pub fn len(&self) -> usize {
        self.rows.num_rows()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Texts of a column; nulls as empty texts.
    ///
    /// # Errors
    /// [`ModelError::Frame`] for a column that is missing or no text.
    pub fn texts(&self, column: &str) -> Result<Vec<String>, ModelError> {
        let texts = self.column(column, &DataType::Utf8)?;
        Ok(texts.as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_owned()).collect())
    }

    /// Numbers of a column; nulls as NaN.
    ///
    /// # Errors
    /// [`ModelError::Frame`] for a column that is missing or no number.
    pub fn numbers(&self, column: &str) -> Result<Vec<f64>, ModelError> {
        let numbers = self.column(column, &DataType::Float64)?;
        Ok(numbers.as_primitive::<Float64Type>().iter().map(|number| number.unwrap_or(f64::NAN)).collect())
    }

    /// Days of a column.
    ///
    /// # Errors
    /// [`ModelError::Frame`] for a column that is missing or no date.
    pub fn days(&self, column: &str) -> Result<Vec<Option<NaiveDate>>, ModelError> {
        let days = self.column(column, &DataType::Date32)?;
        Ok(days.as_primitive::<Date32Type>().iter().map(|day| day.and_then(date_of)).collect())
    }

    /// Times of a column, as clocks showed them.
    ///
    /// # Errors
    /// [`ModelError::Frame`] for a column that is missing or no time.
    pub fn times(&self, column: &str) -> Result<Vec<Option<NaiveDateTime>>, ModelError> {
        let times = self.column(column, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
        let time = |micros: i64| DateTime::from_timestamp_micros(micros).map(|time| time.naive_utc());
        Ok(times.as_primitive::<TimestampMicrosecondType>().iter().map(|micros| micros.and_then(time)).collect())
    }

    fn column(&self, column: &str, wanted: &DataType) -> Result<ArrayRef, ModelError> {
        let found = self.rows.column_by_name(column);
        let found = found.ok_or_else(|| ModelError::frame(self.name, format!("gives no column `{column}`")))?;
        let misfit = |error: &dyn std::fmt::Display| {
            ModelError::frame(self.name, format!("gives `{column}` as {}, not as {wanted}: {error}", found.data_type()))
        };
        let fitting = cast(found, wanted).map_err(|error| misfit(&error))?;
        if fitting.null_count() > found.null_count() {
            return Err(misfit(&"values were lost"));
        }
        Ok(fitting)
    }
}

/// The day that is `days` after 1970-01-01.
pub fn date_of(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(days.checked_add(DAYS_TO_1970)?)
}

/// Days from 1970-01-01 to `date`.
pub fn days_of(date: NaiveDate) -> i32 {
    use chrono::Datelike;
    date.num_days_from_ce() - DAYS_TO_1970
}
