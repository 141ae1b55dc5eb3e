//! What a decoder gives: rows of canonical tables, what does not fit, and marks. Knows no table; the columns are checked where rows meet
//! their contract.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

/// One typed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text as the source wrote it; identifiers always.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// An amount or another exact number.
    Decimal(Decimal),
    /// An instant.
    Instant(DateTime<Utc>),
    /// A calendar day.
    Date(NaiveDate),
    /// A truth.
    Truth(bool),
    /// A number or truth of JSON as its exact text, where the source's columns come from data (`cloudevents`): the table's contract types it
    /// where the row lands, as it does a [`Value::Text`] in a column that is no text.
    Raw(String),
}

/// One version of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The canonical table.
    pub table: Cow<'static, str>,
    /// Columns that the source tells, without nulls; a whole row's other columns are null.
    pub values: Vec<(Cow<'static, str>, Value)>,
    /// Columns that a partial row sets to null.
    pub cleared: Vec<Cow<'static, str>>,
    /// Which version: the source's own time of change, to the microsecond.
    pub version: DateTime<Utc>,
    /// Order among versions of one instant: the source's sequence or the rank of its state.
    pub sequence: i64,
    /// When what it tells happened; the version's instant where the source does not say.
    pub occurred_at: Option<DateTime<Utc>>,
    /// The version deletes the record; only the key need be there.
    pub deleted: bool,
    /// Tells only the columns of `values` and `cleared`; the others stay as they were.
    pub partial: bool,
    /// Which installation, where the payload says so better than the registration.
    pub instance: Option<String>,
    /// The source's own identifier of the event that told it.
    pub event_id: Option<String>,
}

impl Row {
    /// A whole row of `table` at `version`.
    pub fn new(table: &'static str, version: DateTime<Utc>) -> Self {
        Self::named(Cow::Borrowed(table), version)
    }

    /// A whole row of a table that data names.
    pub fn named(table: Cow<'static, str>, version: DateTime<Utc>) -> Self {
        Self {
            table,
            values: Vec::new(),
            cleared: Vec::new(),
            version,
            sequence: 0,
            occurred_at: None,
            deleted: false,
            partial: false,
            instance: None,
            event_id: None,
        }
    }

    /// Tells `column`; nothing when there is no value.
    #[must_use]
    pub fn with(mut self, column: &'static str, value: impl Into<Option<Value>>) -> Self {
        if let Some(value) = value.into() {
            self.values.push((Cow::Borrowed(column), value));
        }
        self
    }

    /// Tells text.
    #[must_use]
    pub fn text(self, column: &'static str, text: impl Into<Option<String>>) -> Self {
        self.with(column, text.into().map(Value::Text))
    }

    /// Tells a word of the table's own vocabulary.
    #[must_use]
    pub fn word(self, column: &'static str, word: impl Into<Option<&'static str>>) -> Self {
        self.text(column, word.into().map(str::to_owned))
    }

    /// Tells a whole number.
    #[must_use]
    pub fn whole(self, column: &'static str, number: impl Into<Option<i64>>) -> Self {
        self.with(column, number.into().map(Value::Whole))
    }

    /// Tells an exact number.
    #[must_use]
    pub fn decimal(self, column: &'static str, number: impl Into<Option<Decimal>>) -> Self {
        self.with(column, number.into().map(Value::Decimal))
    }

    /// Tells an instant.
    #[must_use]
    pub fn instant(self, column: &'static str, instant: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.with(column, instant.into().map(Value::Instant))
    }

    /// Deletes the record; the key is all it tells.
    #[must_use]
    pub fn gone(mut self) -> Self {
        self.deleted = true;
        self
    }

    /// Tells no more than what it has and `columns`, which it sets to null where it has no value.
    #[must_use]
    pub fn only(mut self, columns: &[&'static str]) -> Self {
        self.partial = true;
        let missing = columns.iter().filter(|column| !self.values.iter().any(|(told, _)| told == *column));
        self.cleared.extend(missing.map(|column| Cow::Borrowed(*column)));
        self
    }

    /// Sets `column` to null in a partial row.
    #[must_use]
    pub fn without(mut self, column: &'static str) -> Self {
        self.cleared.push(Cow::Borrowed(column));
        self
    }
}

/// The children of one parent as of one version: those not told are no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildSet {
    /// The children's table.
    pub table: &'static str,
    /// Columns that name the parent, and its values.
    pub parent: Vec<(&'static str, Value)>,
    /// The version of the snapshot that tells them.
    pub version: DateTime<Utc>,
    /// Order among versions of one instant.
    pub sequence: i64,
    /// Which installation, where the payload says so better than the registration.
    pub instance: Option<String>,
}

/// Something that a delivery says besides rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A topic, type or version that no decoder reads yet: kept, and decodable later.
    Unknown(String),
    /// A thin event: the record must be fetched (what, key).
    FetchNeeded(&'static str, String),
    /// The source asks to erase a record and whom it is about.
    Erase {
        /// The table of the record.
        table: &'static str,
        /// Its key.
        key: String,
        /// Which installation, where the payload says so better than the registration.
        instance: Option<String>,
    },
    /// The source asks to erase everything of its installation.
    EraseAll {
        /// Which installation, where the payload says so better than the registration.
        instance: Option<String>,
    },
    /// A test message of the sender, without records.
    Ping,
}

/// A part of a delivery that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Wrong {
    /// Ordinal of the record in the delivery, from 1.
    pub record: u64,
    /// The source's own name of the field; empty when the whole record does not fit.
    pub field: String,
    /// The text at fault.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: String,
}

impl Wrong {
    /// The whole delivery is wrong.
    pub fn whole(reason: impl Into<String>) -> Self {
        Self { record: 1, field: String::new(), value: None, reason: reason.into() }
    }

    /// The value of `field` does not fit; the record is told by [`Wrong::of`].
    pub fn field(field: impl Into<String>, value: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { record: 1, field: field.into(), value: Some(value.into()), reason: reason.into() }
    }

    /// Of the record with this ordinal, from 1.
    #[must_use]
    pub fn of(self, record: u64) -> Self {
        Self { record, ..self }
    }
}

/// What a delivery tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Its topic in the source's own words.
    pub topic: String,
    /// Rows, in the order told.
    pub rows: Vec<Row>,
    /// Sets of children that it tells whole.
    pub sets: Vec<ChildSet>,
    /// What does not fit.
    pub wrong: Vec<Wrong>,
    /// What else it says.
    pub marks: Vec<Mark>,
}

impl Decoded {
    /// Nothing yet, of `topic`.
    pub fn of(topic: impl Into<String>) -> Self {
        Self { topic: topic.into(), ..Self::default() }
    }

    /// Nothing but that no decoder reads `topic`.
    pub fn unknown(topic: &str) -> Self {
        Self { marks: vec![Mark::Unknown(topic.to_owned())], ..Self::of(topic) }
    }

    /// Takes the next record: its row, or what is wrong with it.
    pub fn tell(&mut self, record: Result<Row, Wrong>) {
        let ordinal = u64::try_from(self.rows.len() + self.wrong.len() + 1).unwrap_or(u64::MAX);
        match record {
            Ok(row) => self.rows.push(row),
            Err(wrong) => self.wrong.push(wrong.of(ordinal)),
        }
    }

    /// Takes all children of one parent. When one of them does not fit, the others are no longer told as the whole set: what is known of
    /// the one at fault stays.
    pub fn tell_set(&mut self, set: ChildSet, children: Vec<Result<Row, Wrong>>) {
        if children.iter().all(Result::is_ok) {
            self.sets.push(set);
        }
        children.into_iter().for_each(|child| self.tell(child));
    }
}
