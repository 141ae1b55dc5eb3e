//! One message as it came: headers, exact bytes, arrival. Knows no source.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Name under which the topic of a captured payload stands that came without headers.
pub const TOPIC: &str = "x-quarterdeck-topic";

/// Headers of a message, names in lower case; the door keeps those that a source may need, never credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Headers(BTreeMap<String, String>);

impl Headers {
    /// No header but the topic that the file's name gives: `orders.create.json` is of `orders/create`.
    pub fn of_file(file_name: &str) -> Self {
        let stem = file_name.strip_suffix(".json").unwrap_or(file_name);
        Self::default().with(TOPIC, stem.replace('.', "/"))
    }

    /// With one more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_ascii_lowercase(), value.into());
        self
    }

    /// The value of `name`, which is in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// One message.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Its headers.
    pub headers: &'a Headers,
    /// Its exact bytes, after any content encoding was taken off.
    pub body: &'a [u8],
    /// When it arrived: the version of what bears no time of its own.
    pub received_at: DateTime<Utc>,
}

/// What the registration of a source says about the installation that sends.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Setting {
    /// Which installation: `_instance` of rows whose payload does not name one better.
    pub instance: String,
    /// Zone of times without an offset.
    pub zone: Tz,
    /// Currency of amounts without one, ISO 4217.
    pub currency: Option<String>,
}
