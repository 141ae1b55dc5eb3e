//! One column of raw rows: texts in, typed values out, and a reason where a text does not fit. Strict: nothing is rounded, guessed or
//! cut. Knows no file format.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringViewBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::DataType;
use chrono::format::{Item, Parsed, parse};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use iso_currency::Currency;

use crate::raw::RawColumn;

/// Years outside are taken for typing errors: `0011` for 2011, `20111`.
const YEARS: std::ops::RangeInclusive<i32> = 1000..=9999;

/// Why a text does not fit, in words that complete "the value …".
pub type Misfit = String;

/// Collects the values of one column.
pub struct Cells {
    column: RawColumn,
    zone: Tz,
    values: Values,
    /// The last text of a time column and its instant: lines of one document repeat it.
    last_time: Option<(String, i64)>,
}

enum Values {
    Text(StringViewBuilder),
    Whole(Int64Builder),
    Decimal(Decimal128Builder, u8, u32),
    Double(Float64Builder),
    Truth(BooleanBuilder),
    Date(Date32Builder),
    Time(TimestampMicrosecondBuilder),
}

impl Cells {
    /// An empty column; times without an offset are of `zone`.
    pub fn new(column: &RawColumn, zone: Tz) -> Self {
        Self { values: empty(&column.data_type), column: column.clone(), zone, last_time: None }
    }

    /// Takes one value; none is no value. A text that does not fit becomes null, and why is answered.
    pub fn push(&mut self, text: Option<&str>, null_texts: &[String]) -> Option<Misfit> {
        let trimmed = text.map(str::trim).filter(|text| !text.is_empty() && !null_texts.iter().any(|null| null == text));
        let Some(text) = trimmed else {
            self.push_null();
            return self.column.required.then(|| "is missing".to_owned());
        };
        if text.contains('\0') {
            self.push_null();
            return Some("holds a NUL byte".into());
        }
        if self.column.words.as_ref().is_some_and(|words| words.is_match(text)) {
            self.push_null();
            return None;
        }
        let misfit = self.push_text(text).err();
        if misfit.is_some() {
            self.push_null();
        }
        misfit
    }

    fn push_null(&mut self) {
        match &mut self.values {
            Values::Text(values) => values.append_null(),
            Values::Whole(values) => values.append_null(),
            Values::Decimal(values, ..) => values.append_null(),
            Values::Double(values) => values.append_null(),
            Values::Truth(values) => values.append_null(),
            Values::Date(values) => values.append_null(),
            Values::Time(values) => values.append_null(),
        }
    }

    fn push_text(&mut self, text: &str) -> Result<(), Misfit> {
        match &mut self.values {
            Values::Text(values) => {
                if self.column.currency && Currency::from_code(text).is_none() {
                    return Err("is not an ISO 4217 currency".into());
                }
                values.append_value(text);
            }
            Values::Whole(values) => values.append_value(whole(text)?),
            Values::Decimal(values, precision, scale) => values.append_value(decimal(text, *precision, *scale)?),
            Values::Double(values) => values.append_value(double(text)?),
            Values::Truth(values) => values.append_value(truth(text)?),
            Values::Date(values) => values.append_value(day_number(moment(text, &self.column.formats)?.local().date())),
            Values::Time(values) => {
                let micros = match &self.last_time {
                    Some((last, micros)) if last == text => *micros,
                    _ => moment(text, &self.column.formats)?.micros(self.zone)?,
                };
                values.append_value(micros);
                if self.last_time.as_ref().is_none_or(|(last, _)| last != text) {
                    self.last_time = Some((text.to_owned(), micros));
                }
            }
        }
        Ok(())
    }

    /// The values so far; the column is empty afterwards.
    pub fn finish(&mut self) -> ArrayRef {
        match &mut self.values {
            Values::Text(values) => Arc::new(values.finish()),
            Values::Whole(values) => Arc::new(values.finish()),
            Values::Decimal(values, ..) => Arc::new(values.finish()),
            Values::Double(values) => Arc::new(values.finish()),
            Values::Truth(values) => Arc::new(values.finish()),
            Values::Date(values) => Arc::new(values.finish()),
            Values::Time(values) => Arc::new(values.finish()),
        }
    }
}

fn empty(data_type: &DataType) -> Values {
    match data_type {
        DataType::Int64 => Values::Whole(Int64Builder::new()),
        DataType::Decimal128(precision, scale) => Values::Decimal(
            Decimal128Builder::new().with_data_type(data_type.clone()),
            *precision,
            u32::try_from(*scale).unwrap_or(0),
        ),
        DataType::Float64 => Values::Double(Float64Builder::new()),
        DataType::Boolean => Values::Truth(BooleanBuilder::new()),
        DataType::Date32 => Values::Date(Date32Builder::new()),
        DataType::Timestamp(..) => Values::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
        _ => Values::Text(StringViewBuilder::new()),
    }
}

pub(crate) fn whole(text: &str) -> Result<i64, Misfit> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    // `17850.0`: spreadsheets write whole numbers so.
    let integral = text.split_once('.').filter(|(whole, rest)| !whole.is_empty() && rest.bytes().all(|digit| digit == b'0'));
    integral.and_then(|(whole, _)| whole.parse().ok()).ok_or_else(|| "is not a whole number".into())
}

/// Units of 10^-scale; digits beyond the scale must be zero, separators of thousands are refused.
pub(crate) fn decimal(text: &str, precision: u8, scale: u32) -> Result<i128, Misfit> {
    let not_a_number = || Misfit::from("is not a number (digits, at most one point, no separators of thousands)");
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let (mut units, mut decimals, mut point, mut seen) = (0_i128, 0_u32, false, false);
    for byte in digits {
        match byte {
            b'0'..=b'9' if point && decimals == scale => {
                seen = true;
                if *byte != b'0' {
                    return Err(format!("has more than {scale} decimals"));
                }
            }
            b'0'..=b'9' => {
                seen = true;
                decimals += u32::from(point);
                let digit = i128::from(byte - b'0');
                units = units.checked_mul(10).and_then(|units| units.checked_add(digit)).ok_or_else(|| too_large(precision))?;
            }
            b'.' if !point => point = true,
            _ => return Err(not_a_number()),
        }
    }
    if !seen {
        return Err(not_a_number());
    }
    let units =
        10_i128.checked_pow(scale - decimals).and_then(|power| units.checked_mul(power)).ok_or_else(|| too_large(precision))?;
    if units >= 10_i128.pow(u32::from(precision)) {
        return Err(too_large(precision));
    }
    Ok(if negative { -units } else { units })
}

fn too_large(precision: u8) -> Misfit {
    format!("has more than {precision} digits")
}

pub(crate) fn double(text: &str) -> Result<f64, Misfit> {
    text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| "is not a number".into())
}

pub(crate) fn truth(text: &str) -> Result<bool, Misfit> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "0" => Ok(false),
        _ => Err("is neither true nor false".into()),
    }
}

pub(crate) enum Moment {
    Fixed(DateTime<chrono::FixedOffset>),
    Local(NaiveDateTime),
}

impl Moment {
    pub(crate) fn local(&self) -> NaiveDateTime {
        match self {
            Self::Fixed(instant) => instant.naive_local(),
            Self::Local(local) => *local,
        }
    }

    /// UTC microseconds; the earlier instant where clocks go back.
    pub(crate) fn micros(&self, zone: Tz) -> Result<i64, Misfit> {
        match self {
            Self::Fixed(instant) => Ok(instant.timestamp_micros()),
            Self::Local(local) => zone
                .from_local_datetime(local)
                .earliest()
                // A day whose first hour does not exist still begins: dates without a time start when the day does.
                .or_else(|| (local.time() == NaiveTime::MIN).then(|| zone.from_local_datetime(&(*local + TimeDelta::hours(1))).earliest()).flatten())
                .map(|instant| instant.timestamp_micros())
                .ok_or_else(|| format!("is a time that does not exist in {zone}: clocks go forward over it")),
        }
    }
}

pub(crate) fn moment(text: &str, formats: &[Vec<Item<'static>>]) -> Result<Moment, Misfit> {
    let moment = if formats.is_empty() { iso(text) } else { formats.iter().find_map(|format| formatted(text, format)) };
    let moment = moment.ok_or_else(|| Misfit::from("is not a time in the declared format, or does not exist"))?;
    if !YEARS.contains(&moment.local().year()) {
        return Err(format!("has the year {}", moment.local().year()));
    }
    Ok(moment)
}

fn iso(text: &str) -> Option<Moment> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
    {
        return Some(Moment::Fixed(instant));
    }
    let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let local = local.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    local.or_else(|| text.parse::<NaiveDate>().ok().map(|date| date.and_time(NaiveTime::MIN))).map(Moment::Local)
}

fn formatted(text: &str, format: &[Item<'static>]) -> Option<Moment> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, format.iter()).ok()?;
    if parsed.offset().is_some() {
        return parsed.to_datetime().ok().map(Moment::Fixed);
    }
    let date = parsed.to_naive_date().ok()?;
    // A format without a time of day means the begin of the day.
    let time = if parsed.hour_mod_12().is_some() { parsed.to_naive_time().ok()? } else { NaiveTime::MIN };
    Some(Moment::Local(date.and_time(time)))
}

pub(crate) fn day_number(date: NaiveDate) -> i32 {
    i32::try_from((date - NaiveDate::default()).num_days()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(decimal("-19551.29", 18, 4), Ok(-195_512_900));
        assert_eq!(decimal("2.500000", 18, 4), Ok(25_000));
        assert_eq!(decimal(".5", 18, 4), Ok(5_000));
        for text in [
            "1,234.5",
            "",
            ".",
            "-",
            "1.2.3",
            "1e3",
            "0.00001",
            "１",
            "99999999999999999999",
            "Freight Included in Commodity Cost",
        ] {
            assert!(decimal(text, 18, 4).is_err(), "{text}");
        }
    }

    #[test]
    fn whole_numbers_may_be_written_with_a_zero_fraction() {
        assert_eq!(whole("17850.0"), Ok(17_850));
        assert_eq!(whole("9007199254740993"), Ok(9_007_199_254_740_993));
        assert!(whole("1.5").is_err() && whole("x").is_err());
    }

    fn micros(text: &str, format: &str, zone: Tz) -> Result<i64, Misfit> {
        let formats = if format.is_empty() {
            Vec::new()
        } else {
            format.split(" | ").map(|one| chrono::format::StrftimeItems::new(one).parse_to_owned().unwrap()).collect()
        };
        moment(text, &formats)?.micros(zone)
    }

    #[test]
    fn times_are_of_their_zone() {
        let instant = |text: &str| text.parse::<DateTime<chrono::Utc>>().unwrap().timestamp_micros();
        assert_eq!(
            micros("2011-06-01 09:00:00", "%Y-%m-%d %H:%M:%S", chrono_tz::Europe::London),
            Ok(instant("2011-06-01T08:00:00Z"))
        );
        assert_eq!(micros("2017-01-09T09:49:50.000+01:00", "", Tz::UTC), Ok(instant("2017-01-09T08:49:50Z")));
        assert_eq!(micros("11/21/11", "%m/%d/%y | %m/%d/%Y", Tz::UTC), Ok(instant("2011-11-21T00:00:00Z")));
        assert_eq!(micros("11/06/2009", "%m/%d/%y | %m/%d/%Y", Tz::UTC), Ok(instant("2009-11-06T00:00:00Z")));
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert!(micros("31/02/2016 10:00", "%d/%m/%Y %H:%M", Tz::UTC).is_err());
        assert!(micros("2011-03-27 01:30:00", "", chrono_tz::Europe::London).unwrap_err().contains("does not exist"));
        assert!(micros("21/11/11", "%d/%m/%Y", Tz::UTC).unwrap_err().contains("year 11"));
    }

    proptest! {
        #[test]
        fn any_decimal_reads_back(units in -10_i64.pow(15)..10_i64.pow(15)) {
            let text = format!("{}{}.{:04}", if units < 0 { "-" } else { "" }, units.abs() / 10_000, units.abs() % 10_000);
            prop_assert_eq!(decimal(&text, 18, 4), Ok(i128::from(units)));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = (whole(&text), decimal(&text, 18, 4), double(&text), truth(&text), moment(&text, &[]).map(|moment| moment.micros(Tz::UTC)));
        }
    }
}
