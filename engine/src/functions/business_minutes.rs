//! `business_minutes(from, to, calendar)`: the minutes from one instant to another in which the named business calendar is open, as an exact
//! decimal. Null when an argument is, or before the calendar's first version; negative when `to` is before `from`.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array};
use datafusion::arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

use super::between::{PRECISION, SCALE, Unit};
use crate::calendar::{Calendar, Calendars};

/// The function over these calendars.
pub fn business_minutes(calendars: Arc<Calendars>) -> ScalarUDF {
    let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let signature = Signature::exact(vec![instant.clone(), instant, DataType::Utf8], Volatility::Stable);
    ScalarUDF::from(BusinessMinutes { calendars, signature })
}

#[derive(Debug)]
struct BusinessMinutes {
    calendars: Arc<Calendars>,
    signature: Signature,
}

// Calendars are one object as long as nothing is recorded: comparing what is in them would read hundreds of days each time a plan is compared.
impl PartialEq for BusinessMinutes {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.calendars, &other.calendars)
    }
}

impl Eq for BusinessMinutes {}

impl Hash for BusinessMinutes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.calendars).hash(state);
    }
}

impl BusinessMinutes {
    fn calendar(&self, name: &str) -> Result<&Calendar> {
        if let Some(calendar) = self.calendars.get(name) {
            return Ok(calendar);
        }
        let names = self.calendars.names().map(|name| format!("`{name}`")).collect::<Vec<_>>();
        let known = if names.is_empty() { "none is recorded".to_owned() } else { format!("there is {}", names.join(", ")) };
        exec_err!("there is no business calendar named `{name}`: {known}")
    }
}

impl ScalarUDFImpl for BusinessMinutes {
    fn name(&self) -> &str {
        "business_minutes"
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
        let [from, to] = [0, 1].map(|index| columns[index].as_primitive::<TimestampMicrosecondType>());
        let names = columns[2].as_string::<i32>();
        let mut last: Option<(&str, &Calendar)> = None;
        let minutes = (0..from.len()).map(|row| {
            if from.is_null(row) || to.is_null(row) || names.is_null(row) {
                return Ok(None);
            }
            let name = names.value(row);
            let calendar = match last {
                Some((known, calendar)) if known == name => calendar,
                _ => last.insert((name, self.calendar(name)?)).1,
            };
            let micros = calendar.open_times().between(from.value(row), to.value(row));
            Ok(micros.map(|micros| Unit::Minutes.of_micros(i128::from(micros))))
        });
        let minutes = minutes.collect::<Result<Decimal128Array>>()?;
        let minutes = Arc::new(minutes.with_precision_and_scale(PRECISION, SCALE)?) as ArrayRef;
        if scalar {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&minutes, 0)?));
        }
        Ok(ColumnarValue::Array(minutes))
    }
}
