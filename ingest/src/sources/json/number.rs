//! Exact numbers out of the text that a source wrote. Knows no float.

use rust_decimal::{Decimal, RoundingStrategy};

/// Decimals of a money column.
const MONEY_DECIMALS: u32 = 4;
/// The least that a DECIMAL(18, 4) does not hold.
const MONEY_LIMIT: i64 = 100_000_000_000_000;

/// Whether `text` is a whole number, digit by digit.
pub(crate) fn is_whole_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The exact number that `text` is, in JSON's notation; none when it has more digits than are kept exactly.
pub(crate) fn decimal_of(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(whole, fraction)| (whole, Some(fraction)));
    let fraction_fits = fraction.is_none_or(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_whole_number(whole) || !fraction_fits {
        return None;
    }
    scaled(Decimal::from_str_exact(mantissa).ok()?.normalize(), exponent)
}

/// `number` times ten to the power of `exponent`.
fn scaled(mut number: Decimal, exponent: i32) -> Option<Decimal> {
    if number.is_zero() {
        return Some(Decimal::ZERO);
    }
    let scale = i32::try_from(number.scale()).ok()?.checked_sub(exponent)?;
    if let Ok(scale) = u32::try_from(scale) {
        number.set_scale(scale).ok()?;
        return Some(number.normalize());
    }
    number.set_scale(0).ok()?;
    let power = 10_i128.checked_pow(scale.unsigned_abs())?;
    number.checked_mul(Decimal::try_from_i128_with_scale(power, 0).ok()?)
}

/// `number` as a DECIMAL(18, 4) holds it; none when it would lose a digit.
pub(crate) fn money_of(number: Decimal) -> Option<Decimal> {
    let number = number.normalize();
    (number.scale() <= MONEY_DECIMALS && number.abs() < Decimal::from(MONEY_LIMIT)).then_some(number)
}

/// A computed amount, rounded to the decimals of a money column (halves away from zero); none when it does not fit one.
pub(crate) fn rounded(number: Decimal) -> Option<Decimal> {
    money_of(number.round_dp_with_strategy(MONEY_DECIMALS, RoundingStrategy::MidpointAwayFromZero))
}
