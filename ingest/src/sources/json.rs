//! A JSON document read in place. Numbers stay the text that the source wrote: identifiers pass 2^53 and money is exact, so nothing goes
//! through a float. A field that does not fit is a [`Wrong`] that names its path; nested objects are looked into when they are asked for, so
//! that depth costs nothing. Knows no source and no table.

mod number;

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

pub(crate) use number::{decimal_of, is_whole_number, money_of, rounded};

use super::Wrong;

/// An object: its fields by name, each as the text that stands there.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    path: String,
    fields: BTreeMap<String, &'a RawValue>,
}

impl<'a> Object<'a> {
    /// The object that `bytes` are.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Wrong> {
        let Fields(fields) =
            serde_json::from_slice(bytes).map_err(|error| Wrong::whole(format!("is no JSON object: {error}")))?;
        Ok(Self { path: String::new(), fields })
    }

    fn nested(path: String, raw: &'a RawValue) -> Result<Self, Wrong> {
        match serde_json::from_str::<Fields<'a>>(raw.get()) {
            Ok(Fields(fields)) => Ok(Self { path: format!("{path}."), fields }),
            Err(error) => Err(Wrong::field(path, clipped(raw.get()), format!("is no JSON object: {error}"))),
        }
    }

    /// Whether `name` stands there, even as null.
    pub(crate) fn tells(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Names of its fields, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The text of `name` as it stands in the document; none when it is absent or null.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        self.fields.get(name).copied().filter(|raw| raw.get() != "null")
    }

    /// What is wrong with `name`.
    pub(crate) fn wrong(&self, name: &str, reason: &str) -> Wrong {
        let value = self.fields.get(name).map(|raw| clipped(raw.get()));
        Wrong { record: 1, field: self.path_of(name), value, reason: reason.to_owned() }
    }

    /// `value`, which a record cannot do without.
    pub(crate) fn needed<T>(&self, name: &str, value: Option<T>) -> Result<T, Wrong> {
        value.ok_or_else(|| self.wrong(name, "is missing"))
    }

    /// The object at `name`.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Object<'a>>, Wrong> {
        self.raw(name).map(|raw| Object::nested(self.path_of(name), raw)).transpose()
    }

    /// The objects of the list at `name`, each by itself; none when there is no list.
    pub(crate) fn objects(&self, name: &str) -> Result<Option<Vec<Result<Object<'a>, Wrong>>>, Wrong> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let items: Vec<&'a RawValue> = serde_json::from_str(raw.get()).map_err(|_| self.wrong(name, "is no list"))?;
        let path = self.path_of(name);
        Ok(Some(items.into_iter().enumerate().map(|(index, item)| Object::nested(format!("{path}[{index}]"), item)).collect()))
    }

    /// The objects of the list at `name`, all of which must fit; empty when there is no list.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<Object<'a>>, Wrong> {
        self.objects(name)?.unwrap_or_default().into_iter().collect()
    }

    /// Words at `name`: a string, or a number as it stands; none when empty.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Wrong> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let text = match raw.get().as_bytes().first() {
            Some(b'"') => {
                serde_json::from_str::<String>(raw.get()).map_err(|error| self.wrong(name, &format!("is no text: {error}")))?
            }
            Some(b'-' | b'0'..=b'9') => raw.get().to_owned(),
            _ => return Err(self.wrong(name, "is no text")),
        };
        Ok(Some(text).filter(|text| !text.trim().is_empty()))
    }

    /// An identifier: text, or a whole number digit by digit.
    pub(crate) fn id(&self, name: &str) -> Result<Option<String>, Wrong> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        if raw.get().starts_with('"') {
            return self.text(name);
        }
        if is_whole_number(raw.get()) { Ok(Some(raw.get().to_owned())) } else { Err(self.wrong(name, "is no identifier")) }
    }

    /// The identifiers of the list at `name`; empty when there is no list.
    pub(crate) fn ids(&self, name: &str) -> Result<Vec<String>, Wrong> {
        let Some(raw) = self.raw(name) else { return Ok(Vec::new()) };
        let items: Vec<&'a RawValue> = serde_json::from_str(raw.get()).map_err(|_| self.wrong(name, "is no list"))?;
        let id = |item: &'a RawValue| match item.get().starts_with('"') {
            true => serde_json::from_str::<String>(item.get()).ok(),
            false => is_whole_number(item.get()).then(|| item.get().to_owned()),
        };
        items.into_iter().map(|item| id(item).ok_or_else(|| self.wrong(name, "holds what is no identifier"))).collect()
    }

    /// An exact number, written as one or as text.
    pub(crate) fn decimal(&self, name: &str) -> Result<Option<Decimal>, Wrong> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        decimal_of(text.trim()).map(Some).ok_or_else(|| self.wrong(name, "is no exact number"))
    }

    /// An amount of money in major units: an exact number that a DECIMAL(18, 4) holds.
    pub(crate) fn money(&self, name: &str) -> Result<Option<Decimal>, Wrong> {
        let Some(number) = self.decimal(name)? else { return Ok(None) };
        money_of(number).map(Some).ok_or_else(|| self.wrong(name, "does not fit a DECIMAL(18, 4)"))
    }

    /// A whole number, however it is written (`2`, `"2"`, `2.0`).
    pub(crate) fn whole(&self, name: &str) -> Result<Option<i64>, Wrong> {
        let Some(number) = self.decimal(name)? else { return Ok(None) };
        let whole = number.is_integer().then(|| i64::try_from(number).ok()).flatten();
        whole.map(Some).ok_or_else(|| self.wrong(name, "is no whole number"))
    }

    /// A truth.
    pub(crate) fn truth(&self, name: &str) -> Result<Option<bool>, Wrong> {
        match self.raw(name).map(RawValue::get) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(self.wrong(name, "is neither true nor false")),
        }
    }

    /// An instant with its offset (RFC 3339).
    pub(crate) fn instant(&self, name: &str) -> Result<Option<DateTime<Utc>>, Wrong> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        instant_of(text.trim()).map(Some).ok_or_else(|| self.wrong(name, "is no instant with an offset"))
    }

    /// An instant written as the clock on the wall shows it in `zone`; the earlier one where the clock shows it twice.
    pub(crate) fn local_instant(&self, name: &str, zone: Tz) -> Result<Option<DateTime<Utc>>, Wrong> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let local = text.trim().parse::<NaiveDateTime>().ok().and_then(|local| zone.from_local_datetime(&local).earliest());
        local.map(|instant| micros(instant.to_utc())).map(Some).ok_or_else(|| self.wrong(name, "is no local time"))
    }

    /// An instant in seconds since 1970.
    pub(crate) fn seconds(&self, name: &str) -> Result<Option<DateTime<Utc>>, Wrong> {
        let Some(seconds) = self.whole(name)? else { return Ok(None) };
        let instant = DateTime::from_timestamp(seconds, 0).filter(is_storable);
        instant.map(Some).ok_or_else(|| self.wrong(name, "is no instant in seconds"))
    }

    fn path_of(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }
}

/// The instant that `text` (RFC 3339) is, to the microsecond.
pub(crate) fn instant_of(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| micros(instant.to_utc())).filter(is_storable)
}

/// `instant` to the microsecond.
pub(crate) fn micros(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}

/// Years that every reader of the lake can show.
fn is_storable(instant: &DateTime<Utc>) -> bool {
    (-62_135_596_800..253_402_300_800).contains(&instant.timestamp())
}

/// The beginning of `text`, enough to find it.
fn clipped(text: &str) -> String {
    const MOST: usize = 200;
    text.chars().take(MOST).collect()
}

/// Fields of an object; one name twice is an error, since readers disagree about which of both counts.
struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if fields.contains_key(&name) {
                return Err(serde::de::Error::custom(format_args!("`{}` stands there twice", clipped(&name))));
            }
            fields.insert(name, map.next_value::<&'de RawValue>()?);
        }
        Ok(Fields(fields))
    }
}

#[cfg(test)]
mod tests;
