//! What a decoder gives: rows of canonical tables, what does not fit, and marks. Knows no table; the columns are checked where rows meet
//! their contract.

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
}

/// One version of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The canonical table.
    pub table: &'static str,
    /// Columns that the source tells, without nulls; a whole row's other columns are null.
    pub values: Vec<(&'static str, Value)>,
    /// Columns that a partial row sets to null.
    pub cleared: Vec<&'static str>,
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
            self.values.push((column, value));
        }
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
    /// The source asks to erase a person (table, key).
    Erase(&'static str, String),
    /// The source asks to erase everything of its installation.
    EraseAll,
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
