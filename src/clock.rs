//! The machine's clock, read here and nowhere else; everything below takes `now` as an argument.

use chrono::{DateTime, Utc};

/// Now, in UTC, to the microsecond that the lake keeps.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(crate) fn now() -> DateTime<Utc> {
    let now = Utc::now();
    DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
}
