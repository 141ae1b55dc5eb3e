//! What records add up to: exact decimals until the last step, where a ratio or a mean is divided once. Knows no SQL.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::definition::Kind;
use crate::error::{EngineError, Result};

/// Digits after the point of a divided number.
const DIVIDED_DIGITS: u32 = 12;
/// Digits after the point of a percentile.
const PERCENTILE_DIGITS: u32 = 6;

/// An exact decimal, printed as a JSON number with all its digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = f64)]
pub struct Exact(pub Decimal);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let digits = self.0.normalize().to_string();
        RawValue::from_string(digits).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl std::fmt::Display for Exact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.normalize().fmt(formatter)
    }
}

/// One percentile of a quantile KPI.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Percentile {
    /// Which, between 0 and 1.
    pub q: f64,
    /// Its value by linear interpolation between the nearest records; none without records.
    pub value: Option<Exact>,
}

/// What a set of records adds up to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measure {
    /// Σ numerator of a ratio, Σ value of the other kinds but quantile and distinct.
    pub numerator: Option<Decimal>,
    /// Σ denominator of a ratio, number of values of a mean.
    pub denominator: Option<Decimal>,
    /// Percentiles, in the order that the definition names them.
    pub percentiles: Vec<Option<Decimal>>,
    /// Number of different values.
    pub distinct: Option<Decimal>,
    /// Records.
    pub n: u64,
    /// Records still open: their value is "so far at least".
    pub open: u64,
}

impl Measure {
    /// The number, by the KPI's kind; none when there is nothing to divide by or no record.
    pub fn value(&self, kind: Kind) -> Option<Exact> {
        let zero_if_none = |value: Option<Decimal>| Some(value.unwrap_or_default());
        let value = match kind {
            Kind::Sum | Kind::Level => zero_if_none(self.numerator),
            Kind::Ratio | Kind::Mean => self.divided(),
            Kind::Quantile => self.percentiles.first().copied().flatten(),
            Kind::Distinct => zero_if_none(self.distinct),
        };
        value.map(Exact)
    }

    fn divided(&self) -> Option<Decimal> {
        let (numerator, denominator) = (self.numerator.unwrap_or_default(), self.denominator?);
        if denominator.is_zero() {
            return None;
        }
        // 27 significant digits are carried; what is cut off is the last step, after every sum.
        numerator.checked_div(denominator).map(|value| value.round_dp(DIVIDED_DIGITS))
    }

    /// Adds what another, disjoint set of records adds up to; only for kinds that are sums until the last step.
    pub fn add(&mut self, other: &Self) {
        let added = |left: Option<Decimal>, right: Option<Decimal>| match (left, right) {
            (Some(left), Some(right)) => Some(left + right),
            (left, right) => left.or(right),
        };
        self.numerator = added(self.numerator, other.numerator);
        self.denominator = added(self.denominator, other.denominator);
        self.n += other.n;
        self.open += other.open;
    }

    /// Takes away what a subset adds up to.
    pub fn subtract(&mut self, other: &Self) {
        if let Some(gone) = other.numerator {
            self.numerator = Some(self.numerator.unwrap_or_default() - gone);
        }
        self.n = self.n.saturating_sub(other.n);
    }
}

/// The decimal in `column` at `row`; none for null.
///
/// # Errors
/// [`EngineError::Request`] for a number beyond 28 digits, [`EngineError::Internal`] for a type that is no number.
pub fn decimal(column: &ArrayRef, row: usize) -> Result<Option<Decimal>> {
    if column.is_null(row) {
        return Ok(None);
    }
    let value = match column.data_type() {
        DataType::Int64 => Some(Decimal::from(column.as_primitive::<Int64Type>().value(row))),
        DataType::Decimal128(_, scale) => {
            let units = column.as_primitive::<Decimal128Type>().value(row);
            u32::try_from(*scale).ok().and_then(|scale| Decimal::try_from_i128_with_scale(units, scale).ok())
        }
        DataType::Float64 => {
            Decimal::from_f64(column.as_primitive::<Float64Type>().value(row)).map(|value| value.round_dp(PERCENTILE_DIGITS))
        }
        other => return Err(EngineError::Internal(format!("{other} is no number"))),
    };
    value.map(Some).ok_or_else(|| EngineError::Request("a sum has more than 28 digits: narrow the period or the filter".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divides_at_the_last_step() {
        let measure =
            Measure { numerator: Some(Decimal::from(3836)), denominator: Some(Decimal::from(25900)), ..Measure::default() };
        assert_eq!(measure.value(Kind::Ratio).unwrap().to_string(), "0.148108108108");
        assert_eq!(Measure::default().value(Kind::Ratio), None);
        assert_eq!(Measure::default().value(Kind::Sum).unwrap().to_string(), "0");
    }

    #[test]
    fn prints_every_digit_as_a_json_number() {
        let exact = Exact(Decimal::new(97_477_479_340, 4));
        assert_eq!(serde_json::to_string(&exact).unwrap(), "9747747.934");
    }
}
