//! One JSON object as a sender wrote it: its names, and its values as their exact text, so that no number passes through a float. Knows no
//! source.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Value, Wrong, times};

/// Text that is borrowed from the message where it holds no escapes.
#[derive(serde::Deserialize)]
pub(crate) struct JsonText<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// An object: names and raw values, in the order written.
#[derive(Default)]
pub(crate) struct JsonObject<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for JsonObject<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((JsonText(name), value)) = map.next_entry()? {
                    entries.push((name, value));
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Entries).map(Self)
    }
}

impl<'a> JsonObject<'a> {
    /// Reads `text` as an object.
    pub(crate) fn read(text: &'a str) -> Result<Self, Wrong> {
        serde_json::from_str(text).map_err(|error| Wrong::field("", excerpt(text), format!("is no JSON object: {error}")))
    }

    /// Reads `bytes` as an object.
    pub(crate) fn of_bytes(bytes: &'a [u8]) -> Result<Self, Wrong> {
        let text = std::str::from_utf8(bytes).map_err(|error| Wrong::whole(format!("is not UTF-8: {error}")))?;
        Self::read(text)
    }

    /// Names and the exact texts of their values.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.get()))
    }

    /// Whether the object has `name`, be it null.
    pub(crate) fn tells(&self, name: &str) -> bool {
        self.0.iter().any(|(told, _)| told == name)
    }

    /// The exact JSON of `name`; none where it is absent or null. The last of two wins.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().rev().find(|(told, _)| told == name)?;
        Some(value.get()).filter(|text| *text != "null")
    }

    /// A string, or the exact text of a number or truth; none where it is absent, null or empty.
    pub(crate) fn word(&self, name: &str) -> Result<Option<Cow<'a, str>>, Wrong> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let Some(text) = scalar(raw) else { return Err(Wrong::field(name, excerpt(raw), "is no single value")) };
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// As [`JsonObject::word`], for a field that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<Cow<'a, str>, Wrong> {
        self.word(name)?.ok_or_else(|| Wrong::field(name, "", "is missing"))
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<Value>, Wrong> {
        Ok(self.word(name)?.map(|text| Value::Text(text.into_owned())))
    }

    /// A whole number, also when it is written as `2.0`.
    pub(crate) fn whole(&self, name: &str) -> Result<Option<Value>, Wrong> {
        self.word(name)?.map(|text| whole(name, &text).map(Value::Whole)).transpose()
    }

    /// An instant; without an offset, in `zone`.
    pub(crate) fn instant(&self, name: &str, zone: Tz) -> Result<Option<chrono::DateTime<chrono::Utc>>, Wrong> {
        self.word(name)?.map(|text| times::required(name, &text, zone)).transpose()
    }

    /// The object under `name`.
    pub(crate) fn object(&self, name: &str) -> Result<Option<JsonObject<'a>>, Wrong> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        Self::read(raw).map(Some).map_err(|wrong| Wrong { field: name.to_owned(), ..wrong })
    }

    /// The exact texts of the elements of the array under `name`; none told is none there.
    pub(crate) fn array(&self, name: &str) -> Result<Vec<&'a str>, Wrong> {
        let Some(raw) = self.raw(name) else { return Ok(Vec::new()) };
        elements(raw).map_err(|wrong| Wrong { field: name.to_owned(), ..wrong })
    }
}

/// The exact texts of the elements of the array `text`.
pub(crate) fn elements(text: &str) -> Result<Vec<&str>, Wrong> {
    let elements = serde_json::from_str::<Vec<&RawValue>>(text);
    let elements = elements.map_err(|error| Wrong::field("", excerpt(text), format!("is no JSON array: {error}")))?;
    Ok(elements.into_iter().map(RawValue::get).collect())
}

/// The text of the scalar `raw`: a string's own, a number's or truth's exact; none of an object, array or null.
pub(crate) fn scalar(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str::<JsonText<'_>>(raw).ok().map(|text| text.0),
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(raw)),
    }
}

/// `text` of `field` as an exact number.
pub(crate) fn decimal(field: &str, text: &str) -> Result<Decimal, Wrong> {
    Decimal::from_str_exact(text)
        .or_else(|_| Decimal::from_scientific(text))
        .map_err(|_| Wrong::field(field, excerpt(text), "is no number, or has too many digits"))
}

/// `text` of `field` as an amount: an exact number, rounded to the four decimals that our tables hold.
pub(crate) fn amount(field: &str, text: &str) -> Result<Decimal, Wrong> {
    const DECIMALS: u32 = 4;
    Ok(decimal(field, text)?.round_dp(DECIMALS))
}

/// `text` of `field` as a whole number.
pub(crate) fn whole(field: &str, text: &str) -> Result<i64, Wrong> {
    if let Ok(number) = i64::from_str(text) {
        return Ok(number);
    }
    let number = decimal(field, text)?.normalize();
    let whole = if number.scale() == 0 { i64::try_from(number.mantissa()).ok() } else { None };
    whole.ok_or_else(|| Wrong::field(field, text, "is no whole number"))
}

/// Enough of `text` to recognise it by.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN_CHARACTERS: usize = 200;
    text.chars().take(SHOWN_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_every_digit() {
        let object =
            JsonObject::read(r#"{"id":820982911946154508,"total":39.9500,"quantity":2.0,"name":"A\u00e9","none":null}"#).unwrap();
        assert_eq!(object.word("id").unwrap().as_deref(), Some("820982911946154508"));
        assert_eq!(decimal("total", &object.required("total").unwrap()).unwrap().to_string(), "39.9500");
        assert_eq!(amount("total", "1.23456e1").unwrap().to_string(), "12.3456");
        assert_eq!(object.whole("quantity").unwrap(), Some(Value::Whole(2)));
        assert_eq!(object.word("name").unwrap().as_deref(), Some("Aé"));
        assert!(object.tells("none") && object.raw("none").is_none() && !object.tells("other"));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let object = JsonObject::read(r#"{"quantity":2.5,"total":"abc","nested":{"a":1}}"#).unwrap();
        assert_eq!(object.whole("quantity").unwrap_err().field, "quantity");
        assert_eq!(decimal("total", "abc").unwrap_err().value.as_deref(), Some("abc"));
        assert_eq!(object.word("nested").unwrap_err().reason, "is no single value");
        assert_eq!(object.required("id").unwrap_err().reason, "is missing");
    }
}
