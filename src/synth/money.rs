//! Money in minor units of a currency, rounded half away from zero. Knows no prices. Amounts of two currencies never meet but by the fixed
//! rates here, which `truth/rates.csv` repeats.

/// Currencies that the company sells and buys in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Currency {
    Eur,
    Usd,
    Gbp,
    Jpy,
    Sek,
}

impl Currency {
    /// All of them; the first is the company's own.
    pub(super) const ALL: [Self; 5] = [Self::Eur, Self::Usd, Self::Gbp, Self::Jpy, Self::Sek];

    /// ISO 4217.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Eur => "EUR",
            Self::Usd => "USD",
            Self::Gbp => "GBP",
            Self::Jpy => "JPY",
            Self::Sek => "SEK",
        }
    }

    /// Digits after the point.
    pub(super) fn digits(self) -> usize {
        if self == Self::Jpy { 0 } else { 2 }
    }

    /// Major units that one euro is worth, in ten-thousandths.
    pub(super) fn rate(self) -> i64 {
        match self {
            Self::Eur => 10_000,
            Self::Usd => 10_900,
            Self::Gbp => 8_500,
            Self::Jpy => 1_620_000,
            Self::Sek => 114_000,
        }
    }

    /// `cents` of a euro in minor units of this currency.
    pub(super) fn of_euro_cents(self, cents: i64) -> i64 {
        let unit = if self.digits() == 0 { 1_000_000 } else { 10_000 };
        rounded(cents * self.rate(), unit)
    }

    /// Minor units of this currency in cents of a euro.
    pub(super) fn to_euro_cents(self, minor: i64) -> i64 {
        let unit = if self.digits() == 0 { 1_000_000 } else { 10_000 };
        rounded(minor * unit, self.rate())
    }
}

/// `numerator / denominator`, rounded half away from zero; `denominator` is positive.
pub(super) fn rounded(numerator: i64, denominator: i64) -> i64 {
    let half = denominator / 2;
    if numerator >= 0 { (numerator + half) / denominator } else { (numerator - half) / denominator }
}

/// `share` thousandths of `amount`.
pub(super) fn per_mille(amount: i64, share: i64) -> i64 {
    rounded(amount * share, 1_000)
}

/// Writes minor units as a decimal: 1234 EUR is 12.34, 1234 JPY is 1234.
pub(super) fn write(out: &mut Vec<u8>, minor: i64, currency: Currency) {
    write_scaled(out, minor, currency.digits());
}

/// Writes `value` divided by ten to the power of `digits`.
pub(super) fn write_scaled(out: &mut Vec<u8>, value: i64, digits: usize) {
    if value < 0 {
        out.push(b'-');
    }
    let mut text = [b'0'; 24];
    let mut left = value.unsigned_abs();
    let mut from = text.len();
    let mut written = 0;
    while left > 0 || written <= digits {
        if written == digits && digits > 0 {
            from -= 1;
            text[from] = b'.';
        }
        from -= 1;
        text[from] = b'0' + (left % 10) as u8;
        left /= 10;
        written += 1;
    }
    out.extend_from_slice(&text[from..]);
}

/// `minor` units as text.
pub(super) fn text(minor: i64, currency: Currency) -> String {
    let mut out = Vec::new();
    write(&mut out, minor, currency);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_the_digits_of_their_currency() {
        assert_eq!(text(123_456, Currency::Eur), "1234.56");
        assert_eq!(text(-5, Currency::Usd), "-0.05");
        assert_eq!(text(0, Currency::Gbp), "0.00");
        assert_eq!(text(1_234, Currency::Jpy), "1234");
        assert_eq!(text(0, Currency::Jpy), "0");
    }

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!([rounded(5, 2), rounded(-5, 2), rounded(4, 3), rounded(-4, 3)], [3, -3, 1, -1]);
        assert_eq!(Currency::Jpy.of_euro_cents(1_000), 1_620);
        assert_eq!(Currency::Jpy.to_euro_cents(1_620), 1_000);
    }
}
