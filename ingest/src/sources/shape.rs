//! Shapes: which field of a sender's record is which column, as a list that reads like the mapping it is. Knows no source: how a field is
//! found and written as text is the [`Record`]'s business.

use std::borrow::Cow;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use super::json_object::{amount, whole};
use super::{Row, Value, Wrong, times};

/// A record of a sender.
pub(crate) trait Record {
    /// The field `name` as text; none where it is absent, null or empty.
    fn word(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong>;

    /// The id that the reference `name` points to.
    fn id(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        self.word(name)
    }

    /// What people call what the reference `name` points to.
    fn label(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        self.word(name)
    }

    /// Whether the record tells `name` as null.
    fn is_null(&self, _name: &str) -> bool {
        false
    }
}

/// How a field becomes a value.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// The text itself.
    Text,
    /// The id of a reference.
    Id,
    /// The name of a reference.
    Label,
    /// A whole number.
    Whole,
    /// An exact number, to four decimals.
    Amount,
    /// An instant.
    Time,
    /// A day: its first instant in the zone of the installation.
    Day,
    /// One of our words; none for a word that is not known.
    Word(fn(&str) -> Option<&'static str>),
}

/// A column, and the fields that tell it: the first that does.
pub(crate) struct Field {
    pub(crate) column: &'static str,
    pub(crate) kind: Kind,
    pub(crate) names: &'static [&'static str],
}

/// A column told by the first of `names` that is there.
pub(crate) const fn field(column: &'static str, kind: Kind, names: &'static [&'static str]) -> Field {
    Field { column, kind, names }
}

/// `row` with what `record` tells of `fields`. A partial row also clears what is told as null.
pub(crate) fn tell(mut row: Row, record: &impl Record, fields: &[Field], zone: Tz) -> Result<Row, Wrong> {
    for field in fields {
        match value(record, field, zone)? {
            Some(value) => row = row.with(field.column, value),
            None if row.partial && field.names.iter().any(|name| record.is_null(name)) => row = row.without(field.column),
            None => {}
        }
    }
    Ok(row)
}

/// The value that `record` tells of `field`.
pub(crate) fn value(record: &impl Record, field: &Field, zone: Tz) -> Result<Option<Value>, Wrong> {
    for name in field.names {
        let text = match field.kind {
            Kind::Id => record.id(name)?,
            Kind::Label => record.label(name)?,
            _ => record.word(name)?,
        };
        if let Some(text) = text {
            return of_text(name, &text, field.kind, zone);
        }
    }
    Ok(None)
}

fn of_text(name: &str, text: &str, kind: Kind, zone: Tz) -> Result<Option<Value>, Wrong> {
    let value = match kind {
        Kind::Text | Kind::Id | Kind::Label => Value::Text(text.to_owned()),
        Kind::Whole => Value::Whole(whole(name, text)?),
        Kind::Amount => Value::Decimal(amount(name, text)?),
        Kind::Time => Value::Instant(times::required(name, text, zone)?),
        Kind::Day => Value::Instant(day(times::required(name, text, zone)?, text, zone)),
        Kind::Word(word) => return Ok(word(text).map(|word| Value::Text(word.to_owned()))),
    };
    Ok(Some(value))
}

/// A day that is written as midnight of UTC is the day in `zone`, not the evening before.
fn day(instant: DateTime<Utc>, text: &str, zone: Tz) -> DateTime<Utc> {
    let is_midnight = instant.time() == NaiveTime::MIN && (text.starts_with("/Date(") || text.ends_with('Z'));
    if is_midnight { times::in_zone(instant.naive_utc(), zone).unwrap_or(instant) } else { instant }
}
