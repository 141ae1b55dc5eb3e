//! `local_time(instant)`: what clocks showed in the tenant's zone, as a time without one, to count days and hours as its people do. Where clocks
//! go back two hours of instants show one hour of it.

use std::sync::Arc;

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use datafusion::arrow::array::{AsArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

use crate::ddl::timestamp_type;

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;

/// The function for the clocks of `zone`.
pub fn local_time(zone: Tz) -> ScalarUDF {
    ScalarUDF::from(LocalTime { zone, signature: Signature::exact(vec![timestamp_type()], Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct LocalTime {
    zone: Tz,
    signature: Signature,
}

impl LocalTime {
    /// None for instants outside the years that calendars know.
    fn shown(&self, micros: i64) -> Option<i64> {
        let instant = DateTime::from_timestamp_micros(micros)?;
        let offset = self.zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc();
        micros.checked_add(i64::from(offset) * SECOND)
    }
}

impl ScalarUDFImpl for LocalTime {
    fn name(&self) -> &str {
        "local_time"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Timestamp(TimeUnit::Microsecond, None))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let instants = ColumnarValue::values_to_arrays(&arguments.args)?;
        let instants = instants[0].as_primitive::<TimestampMicrosecondType>();
        let shown = instants.iter().map(|micros| micros.and_then(|micros| self.shown(micros)));
        Ok(ColumnarValue::Array(Arc::new(shown.collect::<TimestampMicrosecondArray>())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_summer_and_winter() {
        let london = LocalTime { zone: Tz::Europe__London, signature: Signature::any(1, Volatility::Immutable) };
        let at = |text: &str| text.parse::<DateTime<chrono::Utc>>().unwrap().timestamp_micros();
        assert_eq!(london.shown(at("2026-07-01T23:30:00Z")), Some(at("2026-07-02T00:30:00Z")));
        assert_eq!(london.shown(at("2026-12-01T23:30:00Z")), Some(at("2026-12-01T23:30:00Z")));
        assert_eq!(london.shown(i64::MAX), None);
    }
}
