//! Conversions of counts and days to numbers and back, each in one place. Knows nothing else.

/// A count of days or series as a number.
#[expect(clippy::cast_precision_loss, reason = "counts of days and series are far below 2^52")]
pub(crate) fn to_f64(count: usize) -> f64 {
    count as f64
}

/// Days from the common era's first, of a date.
pub(crate) fn day_number(date: chrono::NaiveDate) -> i32 {
    chrono::Datelike::num_days_from_ce(&date)
}

/// 0 for Monday to 6 for Sunday, of a day number.
pub(crate) fn weekday(day: i32) -> usize {
    (day - 1).rem_euclid(7) as usize
}

/// `day` as a place in a list that starts at `first`; 0 if before it.
#[expect(clippy::cast_sign_loss, reason = "held at 0 or above")]
pub(crate) fn place(day: i32, first: i32) -> usize {
    day.saturating_sub(first).max(0) as usize
}

/// The day `places` after `first`.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "histories are far shorter than 2^31 days")]
pub(crate) fn after(first: i32, places: usize) -> i32 {
    first.saturating_add(places.min(i32::MAX as usize) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_start_on_monday() {
        let sunday = chrono::NaiveDate::from_ymd_opt(2011, 12, 4).unwrap();
        assert_eq!((weekday(day_number(sunday)), weekday(after(day_number(sunday), 1))), (6, 0));
        assert_eq!((place(10, 7), place(3, 7)), (3, 0));
    }
}
