//! `seconds_between(a, b)`, `minutes_between(a, b)`, `hours_between(a, b)`, `days_between(a, b)`: elapsed time from a to b as an exact decimal, so that
//! durations add up without rounding surprises. Null when either side is; negative when b is before a.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Decimal128Array};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

/// Digits of the answer, and those after the point.
pub(super) const PRECISION: u8 = 18;
pub(super) const SCALE: i8 = 6;

/// The unit of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Seconds, exact to the microsecond.
    Seconds,
    /// Minutes, to six digits.
    Minutes,
    /// Hours, to six digits.
    Hours,
    /// Days of 24 hours, to six digits.
    Days,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 4] = [Self::Seconds, Self::Minutes, Self::Hours, Self::Days];

    fn function_name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds_between",
            Self::Minutes => "minutes_between",
            Self::Hours => "hours_between",
            Self::Days => "days_between",
        }
    }

    fn seconds(self) -> i128 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 3_600,
            Self::Days => 86_400,
        }
    }

    /// Microseconds in this unit, in units of 10^-6, rounded half away from zero.
    pub(super) fn of_micros(self, micros: i128) -> i128 {
        let half = self.seconds() / 2 * micros.signum();
        (micros + half) / self.seconds()
    }
}

/// The function for `unit`.
pub fn between(unit: Unit) -> ScalarUDF {
    let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    ScalarUDF::from(Between { unit, signature: Signature::exact(vec![instant.clone(), instant], Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Between {
    unit: Unit,
    signature: Signature,
}

impl ScalarUDFImpl for Between {
    fn name(&self) -> &str {
        self.unit.function_name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Decimal128(PRECISION, SCALE))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let scalar = arguments.args.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
        let columns = ColumnarValue::values_to_arrays(&arguments.args)?;
        let (from, to) =
            (columns[0].as_primitive::<TimestampMicrosecondType>(), columns[1].as_primitive::<TimestampMicrosecondType>());
        let elapsed: Decimal128Array =
            datafusion::arrow::compute::kernels::arity::binary::<_, _, _, Decimal128Type>(from, to, |from, to| {
                self.unit.of_micros(i128::from(to) - i128::from(from))
            })?;
        let elapsed = Arc::new(elapsed.with_precision_and_scale(PRECISION, SCALE)?) as ArrayRef;
        if scalar {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&elapsed, 0)?));
        }
        Ok(ColumnarValue::Array(elapsed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(Unit::Hours.of_micros(3_600_000_000), 1_000_000);
        assert_eq!(Unit::Hours.of_micros(1_800), 1);
        assert_eq!(Unit::Hours.of_micros(-1_800), -1);
        assert_eq!(Unit::Days.of_micros(129_600_000_000), 1_500_000);
        assert_eq!(Unit::Seconds.of_micros(-1), -1);
    }
}
