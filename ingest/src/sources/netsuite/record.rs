//! What all NetSuite records have in common: id, version, days, amounts. Knows no record type.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::super::shape::{self, Field, Record};
use super::super::{Row, Setting, Value, Wrong, times};
use super::node::Node;

/// What is known beside the record.
pub(super) struct Known<'a> {
    pub(super) received_at: DateTime<Utc>,
    pub(super) setting: &'a Setting,
}

impl Known<'_> {
    /// When the record last changed.
    pub(super) fn version(&self, record: &Node) -> Result<DateTime<Utc>, Wrong> {
        let told = self.instant(record, "lastModifiedDate")?.or(self.instant(record, "createdDate")?);
        Ok(told.unwrap_or(self.received_at))
    }

    /// The instant under `name`; days and times without an offset are those of the account's zone.
    pub(super) fn instant(&self, record: &Node, name: &str) -> Result<Option<DateTime<Utc>>, Wrong> {
        let zone = self.setting.zone;
        record.word(name).map(|text| times::required(name, text, zone)).transpose()
    }

    /// When the document was made: its creation, which has a time of day, where that is on the document's own date; else that date.
    pub(super) fn made_at(&self, record: &Node) -> Result<Option<Value>, Wrong> {
        let (date, created) = (self.instant(record, "tranDate")?, self.instant(record, "createdDate")?);
        let day = |instant: DateTime<Utc>| instant.with_timezone(&self.setting.zone).date_naive();
        let made_at = match (date, created) {
            (Some(date), Some(created)) if day(date) == day(created) => Some(created),
            (date, created) => date.or(created),
        };
        Ok(made_at.map(Value::Instant))
    }

    /// ISO 4217: the symbol that REST tells, else the registration's. The name of the currency record is the account's own word.
    pub(super) fn currency(&self, record: &Node) -> Option<Value> {
        let told = record.word("currencysymbol").map(str::to_owned);
        told.or_else(|| self.setting.currency.clone()).map(Value::Text)
    }

    /// A row of the record: its id in `key`, and what `fields` tell.
    pub(super) fn row(&self, record: &Node, table: &'static str, key: &'static str, fields: &[Field]) -> Result<Row, Wrong> {
        let row = Row::new(table, self.version(record)?).with(key, record.id.clone().map(Value::Text));
        shape::tell(row, record, fields, self.setting.zone)
    }
}

/// The number under `name`.
pub(super) fn amount(record: &Node, name: &str) -> Result<Option<Decimal>, Wrong> {
    Record::word(record, name)?.map(|text| super::super::json_object::amount(name, &text)).transpose()
}

/// What the document is worth before tax and freight: its total without them, else the sum of its lines.
pub(super) fn net_value(record: &Node) -> Result<Option<Decimal>, Wrong> {
    let part = |name: &str| Ok::<_, Wrong>(amount(record, name)?.unwrap_or_default());
    match amount(record, "total")? {
        Some(total) => {
            let net =
                total.checked_sub(part("taxTotal")?).and_then(|rest| rest.checked_sub(part("shippingCost").unwrap_or_default()));
            net.map(Some).ok_or_else(|| Wrong::field("total", total.to_string(), "is too large"))
        }
        None => amount(record, "subtotal"),
    }
}
