//! A record of Tryton: tagged values, references, fields of what it refers to. Knows no model.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::super::json_object::{JsonObject, amount, scalar, whole};
use super::super::shape::{self, Field, Record};
use super::super::{Row, Setting, Value, Wrong, times};

/// One record, with what is known beside it.
pub(super) struct TaggedRecord<'a> {
    fields: JsonObject<'a>,
    received_at: DateTime<Utc>,
    pub(super) setting: &'a Setting,
}

impl<'a> TaggedRecord<'a> {
    pub(super) fn read(text: &'a str, received_at: DateTime<Utc>, setting: &'a Setting) -> Result<Self, Wrong> {
        Ok(Self { fields: JsonObject::read(text)?, received_at, setting })
    }

    /// When it last changed.
    pub(super) fn version(&self) -> Result<DateTime<Utc>, Wrong> {
        Ok(self.instant("write_date")?.or(self.instant("create_date")?).unwrap_or(self.received_at))
    }

    pub(super) fn instant(&self, name: &str) -> Result<Option<DateTime<Utc>>, Wrong> {
        self.word(name)?.map(|text| times::required(name, &text, self.setting.zone)).transpose()
    }

    /// The first of `names` that tells a time.
    pub(super) fn first_instant(&self, names: &[&str]) -> Result<Option<Value>, Wrong> {
        for name in names {
            if let Some(instant) = self.instant(name)? {
                return Ok(Some(Value::Instant(instant)));
            }
        }
        Ok(None)
    }

    pub(super) fn amount(&self, name: &str) -> Result<Option<Decimal>, Wrong> {
        self.word(name)?.map(|text| amount(name, &text)).transpose()
    }

    pub(super) fn whole(&self, name: &str) -> Result<Option<i64>, Wrong> {
        self.word(name)?.map(|text| whole(name, &text)).transpose()
    }

    /// ISO 4217: the code of the currency where the reading names it, else the registration's.
    pub(super) fn currency(&self) -> Result<Option<Value>, Wrong> {
        let told = self.word("currency.code")?.map(Cow::into_owned);
        Ok(told.or_else(|| self.setting.currency.clone()).map(Value::Text))
    }

    /// An article's code where the reading names it, else its id.
    pub(super) fn sku(&self) -> Result<Option<Value>, Wrong> {
        let told = self.word("product.code")?.or(self.id("product")?);
        Ok(told.map(|sku| Value::Text(sku.into_owned())))
    }

    /// A row of the record, its id in `key`, with what `fields` tell.
    pub(super) fn row(&self, table: &'static str, key: &'static str, fields: &[Field]) -> Result<Row, Wrong> {
        let id = self.fields.required("id")?.into_owned();
        let version = self.version()?;
        let mut row = Row::new(table, version).with(key, Value::Text(id));
        row.occurred_at = Some(version);
        shape::tell(row, self, fields, self.setting.zone)
    }
}

impl Record for TaggedRecord<'_> {
    /// The value; `party.name` is the field `name` of what `party` refers to, which a reading gives under `party.`.
    fn word(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        let raw = match name.split_once('.') {
            Some((reference, field)) => {
                let Some(raw) = self.fields.raw(&format!("{reference}.")) else { return Ok(None) };
                JsonObject::read(raw)?.raw(field)
            }
            None => self.fields.raw(name),
        };
        let Some(raw) = raw else { return Ok(None) };
        let text = match scalar(raw) {
            Some(text) => text,
            None => Cow::Owned(untagged(name, raw)?),
        };
        Ok(Some(text).filter(|text| !text.is_empty() && text != "null"))
    }

    /// `sale.line,1` points to 1.
    fn id(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        let word = self.word(name)?;
        Ok(word.map(|word| match word.rsplit_once(',') {
            Some((_, id)) => Cow::Owned(id.to_owned()),
            None => word,
        }))
    }

    /// Its name, where the reading tells it; an id is no name.
    fn label(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        Ok(self.word(&format!("{name}.name"))?.or(self.word(&format!("{name}.rec_name"))?))
    }
}

/// A tagged value as text: decimals as they are, times in UTC, days without a zone.
fn untagged(name: &str, raw: &str) -> Result<String, Wrong> {
    let value = JsonObject::read(raw).map_err(|wrong| Wrong { field: name.to_owned(), ..wrong })?;
    let part = |part: &str| value.word(part).ok().flatten().unwrap_or(Cow::Borrowed("0"));
    match value.word("__class__")?.as_deref() {
        Some("Decimal") => Ok(value.required("decimal")?.into_owned()),
        Some("date") => Ok(format!("{}-{:0>2}-{:0>2}", part("year"), part("month"), part("day"))),
        Some("datetime") => Ok(format!(
            "{}-{:0>2}-{:0>2}T{:0>2}:{:0>2}:{:0>2}.{:0>6}Z",
            part("year"),
            part("month"),
            part("day"),
            part("hour"),
            part("minute"),
            part("second"),
            part("microsecond")
        )),
        _ => Err(Wrong::field(name, super::super::json_object::excerpt(raw), "is of a kind that is not read")),
    }
}
