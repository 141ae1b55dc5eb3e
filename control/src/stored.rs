//! How values without a type of their own in every database are written as text, and read back. Does not know any table.

use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::{ControlError, Result};

/// An instant as text of fixed width, so that it sorts as it reads: `2026-01-05T08:00:00.000000Z`.
pub(crate) fn instant_text(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Reads what [`instant_text`] wrote.
pub(crate) fn instant(text: &str) -> Result<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc()).map_err(unreadable("instant"))
}

/// Reads a value through its `FromStr`; `what` names the sort of value in the error.
pub(crate) fn value<T>(what: &'static str, text: &str) -> Result<T>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(unreadable(what))
}

/// Maps a reader's error to [`ControlError::Unreadable`].
pub(crate) fn unreadable<E: Display>(what: &'static str) -> impl FnOnce(E) -> ControlError {
    move |error| ControlError::Unreadable { what, detail: error.to_string() }
}
