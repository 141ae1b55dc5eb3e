//! The short way of rows: a source that names tables and columns by words of ours tells them one by one, borrowed from the message, without a
//! [`super::Row`] in between. Knows no table.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::Wrong;

/// Takes rows as they are told: begin, any number of columns, end. A row that is not ended is forgotten when the next begins.
pub trait RowTaker {
    /// Begins a row of `table`.
    ///
    /// # Errors
    /// [`Wrong`] when there is no such table.
    fn begin(&mut self, table: &str) -> Result<(), Wrong>;

    /// Tells a column of it; times without an offset are of `zone`.
    ///
    /// # Errors
    /// [`Wrong`] when the table has no such column, or the value does not fit it.
    fn tell(&mut self, column: &str, value: Told<'_>, zone: Tz) -> Result<(), Wrong>;

    /// Keeps it.
    ///
    /// # Errors
    /// [`Wrong`] when something that the table needs was not told.
    fn end(&mut self, head: RowHead<'_>, teller: Teller<'_>) -> Result<(), Wrong>;
}

/// One value, borrowed; see [`super::Value`].
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// Text.
    Text(&'a str),
    /// A number or truth of JSON as its exact text.
    Raw(&'a str),
    /// A whole number.
    Whole(i64),
    /// An exact number.
    Decimal(Decimal),
    /// An instant.
    Instant(DateTime<Utc>),
    /// A calendar day.
    Date(NaiveDate),
    /// A truth.
    Truth(bool),
    /// No value: what a partial row clears, and a whole one leaves out.
    Null,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Raw(text) => formatter.write_str(text),
            Self::Whole(number) => number.fmt(formatter),
            Self::Decimal(number) => number.fmt(formatter),
            Self::Instant(instant) => formatter.write_str(&instant.to_rfc3339()),
            Self::Date(date) => date.fmt(formatter),
            Self::Truth(truth) => truth.fmt(formatter),
            Self::Null => formatter.write_str("null"),
        }
    }
}

/// What a row is, beside its columns.
#[derive(Debug, Clone, Copy)]
pub struct RowHead<'a> {
    /// Its version.
    pub version: DateTime<Utc>,
    /// Order among versions of one instant.
    pub sequence: i64,
    /// When it happened; the version's instant without.
    pub occurred_at: Option<DateTime<Utc>>,
    /// Whether it deletes.
    pub deleted: bool,
    /// Whether it tells some columns only.
    pub partial: bool,
    /// Its installation, where it names one.
    pub instance: Option<&'a str>,
    /// The event that told it.
    pub event_id: Option<&'a str>,
}

/// Who tells the rows.
#[derive(Debug, Clone, Copy)]
pub struct Teller<'a> {
    /// The source.
    pub source: &'a str,
    /// Its installation, where the row names none.
    pub instance: &'a str,
    /// Zone of times that name none.
    pub zone: Tz,
    /// The delivery, where the row names no event.
    pub event_id: &'a str,
}
