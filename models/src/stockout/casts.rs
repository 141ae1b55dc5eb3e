//! The few conversions between counts and real numbers that stock-outs need, in one place and by name. Knows nothing of stock.

/// A count as a real number.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

/// A real number without its fraction, as an index; 0 for what is negative or no number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an `as` cast saturates, and NaN becomes 0")]
pub(super) fn whole(value: f64) -> usize {
    value as usize
}

/// A day number, counted from a day, as an index; days before it are day 0.
pub(super) fn index(day: i32) -> usize {
    usize::try_from(day).unwrap_or(0)
}

/// An index as a day number.
pub(super) fn day(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}
