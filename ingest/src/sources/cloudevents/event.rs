//! One event with its attributes, borrowed from the message. Knows the attributes that are read, none of the data.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use super::super::Wrong;
use super::super::json_object::{JsonText, excerpt, scalar};

/// What is read of an event; other attributes are the sender's business.
#[derive(serde::Deserialize, Default)]
pub(super) struct Event<'a> {
    #[serde(borrow)]
    pub(super) specversion: Option<JsonText<'a>>,
    #[serde(borrow)]
    pub(super) id: Option<JsonText<'a>>,
    #[serde(borrow)]
    pub(super) source: Option<JsonText<'a>>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<JsonText<'a>>,
    #[serde(borrow)]
    pub(super) time: Option<JsonText<'a>>,
    #[serde(borrow)]
    pub(super) datacontenttype: Option<JsonText<'a>>,
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) data_base64: Option<JsonText<'a>>,
    #[serde(borrow)]
    pub(super) sequence: Option<Scalar<'a>>,
    #[serde(borrow)]
    pub(super) partial: Option<Scalar<'a>>,
    #[serde(borrow)]
    pub(super) instance: Option<Scalar<'a>>,
}

impl<'a> Event<'a> {
    /// An event in structured mode.
    pub(super) fn read(text: &'a str) -> Result<Self, Wrong> {
        serde_json::from_str(text).map_err(|error| Wrong::field("", excerpt(text), format!("is no CloudEvent: {error}")))
    }
}

/// An extension's value: a string, or the text of a number or truth.
pub(super) struct Scalar<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        scalar(raw.get()).map(Self).ok_or_else(|| D::Error::custom("an attribute is no single value"))
    }
}
