//! `convert_money(amount, from, to, on, rate_table)`: an amount in another currency by a named table of exchange rates, to four digits, rounded
//! half away from zero. `on` is a date, or an instant, whose day in the tenant's zone counts. Null when an argument is; an error where the
//! table has no rate, so that no amount is left out of a sum.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array};
use datafusion::arrow::datatypes::{DataType, Date32Type, Decimal128Type, TimestampMicrosecondType};
use datafusion::common::{DataFusionError, Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::ddl::timestamp_type;
use crate::rates::{Conversion, Rates};

/// How it is called.
const USAGE: &str = "write convert_money(amount, currency, 'EUR', ordered_at, 'ecb')";
/// Digits of amounts given, before and after the point together, and after it.
const GIVEN: (u8, i8) = (38, 12);
/// Digits of the answer.
const ANSWER: (u8, i8) = (24, 4);

/// The function over these rates, with days in `zone`.
pub fn convert_money(rates: Arc<Rates>, zone: Tz) -> ScalarUDF {
    ScalarUDF::from(ConvertMoney { rates, zone, signature: Signature::user_defined(Volatility::Stable) })
}

/// What a conversion depends on.
#[derive(Clone, Copy, PartialEq)]
struct Asked<'a> {
    table: &'a str,
    from: &'a str,
    to: &'a str,
    day: NaiveDate,
}

#[derive(Debug)]
struct ConvertMoney {
    rates: Arc<Rates>,
    zone: Tz,
    signature: Signature,
}

// Rates are one object as long as none lands.
impl PartialEq for ConvertMoney {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rates, &other.rates) && self.zone == other.zone
    }
}

impl Eq for ConvertMoney {}

impl Hash for ConvertMoney {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.rates).hash(state);
    }
}

impl ConvertMoney {
    fn conversion(&self, asked: Asked<'_>) -> Result<Conversion> {
        let conversion = self.rates.table(asked.table).and_then(|table| table.conversion(asked.from, asked.to, asked.day));
        conversion.map_err(|message| DataFusionError::Execution(format!("convert_money: {message}")))
    }

    /// The day of each row.
    fn days(&self, on: &ArrayRef) -> Vec<Option<NaiveDate>> {
        if let Some(days) = on.as_primitive_opt::<Date32Type>() {
            return days.iter().map(|day| NaiveDate::default().checked_add_signed(TimeDelta::days(day?.into()))).collect();
        }
        let local = |micros: i64| Some(chrono::DateTime::from_timestamp_micros(micros)?.with_timezone(&self.zone).date_naive());
        on.as_primitive::<TimestampMicrosecondType>().iter().map(|micros| local(micros?)).collect()
    }
}

impl ScalarUDFImpl for ConvertMoney {
    fn name(&self) -> &str {
        "convert_money"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let [amount, _, _, on, _] = given else { return plan_err!("convert_money takes five arguments: {USAGE}") };
        if !(amount.is_numeric() || amount.is_null()) {
            return plan_err!("convert_money takes a number first: {USAGE}");
        }
        let on = if *on == DataType::Date32 { DataType::Date32 } else { timestamp_type() };
        Ok(vec![DataType::Decimal128(GIVEN.0, GIVEN.1), DataType::Utf8, DataType::Utf8, on, DataType::Utf8])
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Decimal128(ANSWER.0, ANSWER.1))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let scalar = arguments.args.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
        let columns = ColumnarValue::values_to_arrays(&arguments.args)?;
        let amounts = columns[0].as_primitive::<Decimal128Type>();
        let [from, to, table] = [1, 2, 4].map(|index| columns[index].as_string::<i32>());
        let days = self.days(&columns[3]);
        // Rows of one day and one pair of currencies mostly come together.
        let mut last: Option<(Asked<'_>, Conversion)> = None;
        let converted = (0..amounts.len()).map(|row| {
            let (Some(day), true) =
                (days[row], [from, to, table].iter().all(|texts| texts.is_valid(row)) && amounts.is_valid(row))
            else {
                return Ok(None);
            };
            let asked = Asked { table: table.value(row), from: from.value(row), to: to.value(row), day };
            let conversion = match last {
                Some((known, conversion)) if known == asked => conversion,
                _ => last.insert((asked, self.conversion(asked)?)).1,
            };
            match convert(amounts.value(row), conversion) {
                Some(units) => Ok(Some(units)),
                None => {
                    exec_err!("convert_money: an amount has too many digits to be converted from {} to {}", asked.from, asked.to)
                }
            }
        });
        let converted = converted.collect::<Result<Decimal128Array>>()?;
        let converted = Arc::new(converted.with_precision_and_scale(ANSWER.0, ANSWER.1)?) as ArrayRef;
        if scalar {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&converted, 0)?));
        }
        Ok(ColumnarValue::Array(converted))
    }
}

/// An amount in units of the last digit given, converted to units of the last digit of the answer.
fn convert(units: i128, conversion: Conversion) -> Option<i128> {
    let scale = u32::from(GIVEN.1.unsigned_abs());
    let amount = Decimal::try_from_i128_with_scale(units, scale).ok()?.normalize();
    let digits = u32::from(ANSWER.1.unsigned_abs());
    let mut converted = conversion.apply(amount)?.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    converted.rescale(digits);
    (converted.scale() == digits).then_some(converted.mantissa())
}
