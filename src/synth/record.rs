//! One version of one record on its way out: writes the members of a CloudEvent's data, in the order that they are told. Knows keys, money and
//! instants, no table's columns.

use super::instant::Instant;
use super::json;
use super::money::{self, Currency};
use super::outbox::Outbox;
use super::table::Table;

/// An identifier: a prefix and a number, such as PO-1042. Copied freely, written seldom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(pub(super) &'static str, pub(super) u64);

impl std::fmt::Display for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", self.0, self.1)
    }
}

/// What a version does to the current state, so that control totals can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The record comes to be.
    First,
    /// It is told anew; its money was `was` minor units before.
    Revision { was: i64 },
    /// It is told anew and counts on the day of this version from now on; its money was `was` minor units before.
    Moved { was: i64 },
    /// Some columns of it are told, no money among those that totals add.
    Partial,
    /// It is no more; its money was this.
    Removed { was: i64, currency: Option<Currency> },
}

/// Which version of which record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version {
    pub(super) table: Table,
    /// The record's own time: the day that control totals count it on, until a version moves it.
    pub(super) anchor: Instant,
    /// When the version was made.
    pub(super) at: Instant,
    /// Order among versions of one instant.
    pub(super) sequence: u32,
    pub(super) change: Change,
}

impl Version {
    /// The first version of a record that came to be at `at`.
    pub(super) fn first(table: Table, at: Instant) -> Self {
        Self { table, anchor: at, at, sequence: 0, change: Change::First }
    }

    /// A later version of a record of `anchor`, whose money was `was`.
    pub(super) fn revision(table: Table, anchor: Instant, at: Instant, was: i64) -> Self {
        Self { table, anchor, at, sequence: 1, change: Change::Revision { was } }
    }

    /// A version that tells some columns.
    pub(super) fn partial(table: Table, anchor: Instant, at: Instant) -> Self {
        Self { table, anchor, at, sequence: 1, change: Change::Partial }
    }

    /// The end of a record.
    pub(super) fn removal(table: Table, anchor: Instant, at: Instant, was: i64, currency: Option<Currency>) -> Self {
        Self { table, anchor, at, sequence: 2, change: Change::Removed { was, currency } }
    }

    pub(super) fn with_sequence(self, sequence: u32) -> Self {
        Self { sequence, ..self }
    }
}

/// A version being written.
pub(super) struct Record<'a> {
    pub(super) outbox: &'a mut Outbox,
    pub(super) version: Version,
    pub(super) money: Option<(i64, Currency)>,
    pub(super) currency: Option<Currency>,
    pub(super) empty: bool,
}

impl Record<'_> {
    fn name(&mut self, name: &'static str) -> &mut Vec<u8> {
        let out = &mut self.outbox.text;
        out.extend_from_slice(if self.empty { b"\"" } else { b",\"" });
        self.empty = false;
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        out
    }

    /// No value.
    pub(super) fn null(&mut self, name: &'static str) -> &mut Self {
        self.name(name).extend_from_slice(b"null");
        self
    }

    /// Text.
    pub(super) fn text<'t>(&mut self, name: &'static str, text: impl Into<Option<&'t str>>) -> &mut Self {
        match text.into() {
            Some(text) => json::string(self.name(name), text),
            None => self.name(name).extend_from_slice(b"null"),
        }
        self
    }

    /// An identifier.
    pub(super) fn key(&mut self, name: &'static str, key: impl Into<Option<Key>>) -> &mut Self {
        let out = self.name(name);
        match key.into() {
            Some(Key(prefix, number)) => {
                out.push(b'"');
                out.extend_from_slice(prefix.as_bytes());
                json::whole(out, i64::try_from(number).unwrap_or(i64::MAX));
                out.push(b'"');
            }
            None => out.extend_from_slice(b"null"),
        }
        self
    }

    /// A whole number.
    pub(super) fn whole(&mut self, name: &'static str, value: impl Into<Option<i64>>) -> &mut Self {
        let out = self.name(name);
        match value.into() {
            Some(value) => json::whole(out, value),
            None => out.extend_from_slice(b"null"),
        }
        self
    }

    /// Money in minor units, written as a decimal in a string.
    pub(super) fn money(&mut self, name: &'static str, minor: i64, currency: Currency) -> &mut Self {
        if self.version.table.money_column() == Some(name) {
            self.money = Some((minor, currency));
        }
        let out = self.name(name);
        out.push(b'"');
        money::write(out, minor, currency);
        out.push(b'"');
        self
    }

    /// ISO 4217.
    pub(super) fn currency(&mut self, currency: Currency) -> &mut Self {
        self.currency = Some(currency);
        self.text("currency", currency.code())
    }

    /// Grams, written as kilograms.
    pub(super) fn weight(&mut self, name: &'static str, grams: i64) -> &mut Self {
        let out = self.name(name);
        out.push(b'"');
        money::write_scaled(out, grams, 3);
        out.push(b'"');
        self
    }

    /// An instant.
    pub(super) fn instant(&mut self, name: &'static str, instant: impl Into<Option<Instant>>) -> &mut Self {
        let instant = instant.into();
        self.name(name);
        let Outbox { text, instants, .. } = &mut *self.outbox;
        match instant {
            Some(instant) => {
                text.push(b'"');
                instants.write(text, instant);
                text.push(b'"');
            }
            None => text.extend_from_slice(b"null"),
        }
        self
    }

    /// A truth.
    pub(super) fn truth(&mut self, name: &'static str, value: impl Into<Option<bool>>) -> &mut Self {
        let text: &[u8] = match value.into() {
            Some(true) => b"true",
            Some(false) => b"false",
            None => b"null",
        };
        self.name(name).extend_from_slice(text);
        self
    }

    /// Sends it off; gives the message's number.
    pub(super) fn send(&mut self) -> u64 {
        self.outbox.send(self.version, self.money, self.currency)
    }
}
