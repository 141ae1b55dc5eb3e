//! Exchange rates as a session sees them: what one unit of a currency was worth in another on a day, by a named table. Knows nothing of
//! amounts and of where rates are kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The canonical table of rates.
pub const TABLE: &str = "exchange_rates";
/// Its columns, as [`Rates::add`] takes them.
pub const COLUMNS: [&str; 5] = ["rate_table", "from_currency", "to_currency", "valid_from", "rate"];
/// Days that a rate holds when no newer one is there: over a weekend and a few holidays.
const HOLDS_DAYS: i64 = 7;

/// Rates by the name of their table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates {
    tables: BTreeMap<String, RateTable>,
    /// More were there than may be held: no conversion can be trusted to have the right one.
    cut_off_at: Option<usize>,
}

/// Rates of one table, by pair of currencies and day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RateTable {
    pairs: HashMap<(String, String), BTreeMap<NaiveDate, Decimal>>,
    currencies: BTreeSet<String>,
}

/// How an amount becomes one of another currency: it is multiplied, then divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "said above")]
pub struct Conversion {
    pub multiply: Decimal,
    pub divide: Decimal,
}

impl Conversion {
    /// For amounts that are in the currency wanted.
    pub const NONE: Self = Self { multiply: Decimal::ONE, divide: Decimal::ONE };

    /// `amount` converted, not rounded; none when it has too many digits.
    pub fn apply(self, amount: Decimal) -> Option<Decimal> {
        amount.checked_mul(self.multiply)?.checked_div(self.divide)
    }
}

impl Rates {
    /// Takes a rate; one that is not above zero is none.
    pub fn add(&mut self, table: &str, from: &str, to: &str, valid_from: NaiveDate, rate: Decimal) {
        if rate <= Decimal::ZERO {
            return;
        }
        let table = self.tables.entry(table.to_owned()).or_default();
        table.currencies.extend([from.to_owned(), to.to_owned()]);
        table.pairs.entry((from.to_owned(), to.to_owned())).or_default().insert(valid_from, rate.normalize());
    }

    /// Says that there were more than `rates`, and that none is to be used therefore.
    pub fn cut_off(&mut self, rates: usize) {
        self.cut_off_at = Some(rates);
    }

    /// The table of this name.
    ///
    /// # Errors
    /// A sentence: there is none, and which there are.
    pub fn table(&self, name: &str) -> Result<&RateTable, String> {
        if let Some(most) = self.cut_off_at {
            return Err(format!("more than {most} exchange rates (`exchange_rates` of the engine's limits) cannot be held"));
        }
        self.tables.get(name).ok_or_else(|| {
            let names = self.tables.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>();
            let known =
                if names.is_empty() { "exchange_rates holds none".into() } else { format!("there is {}", names.join(", ")) };
            format!("there is no table of exchange rates named `{name}`: {known}")
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.tables.values().flat_map(|table| table.pairs.values()).map(BTreeMap::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }
}

impl RateTable {
    /// How amounts of `from` on `day` become amounts of `to`: by their own rate, by that of the other way, or by those of a third currency
    /// in both (the first by name that has them). Each rate is the newest of that day or the week before.
    ///
    /// # Errors
    /// A sentence: there is none.
    pub fn conversion(&self, from: &str, to: &str, day: NaiveDate) -> Result<Conversion, String> {
        if from == to {
            return Ok(Conversion::NONE);
        }
        if let Some(multiply) = self.rate(from, to, day) {
            return Ok(Conversion { multiply, ..Conversion::NONE });
        }
        if let Some(divide) = self.rate(to, from, day) {
            return Ok(Conversion { divide, ..Conversion::NONE });
        }
        let through =
            |third: &String| Some(Conversion { multiply: self.rate(third, to, day)?, divide: self.rate(third, from, day)? });
        self.currencies.iter().find_map(through).ok_or_else(|| {
            format!("there is no rate from {from} to {to} for {day} or the {HOLDS_DAYS} days before, directly or through a third currency")
        })
    }

    fn rate(&self, from: &str, to: &str, day: NaiveDate) -> Option<Decimal> {
        let rates = self.pairs.get(&(from.to_owned(), to.to_owned()))?;
        let (valid_from, rate) = rates.range(..=day).next_back()?;
        ((day - *valid_from).num_days() <= HOLDS_DAYS).then_some(*rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn rates() -> Rates {
        let mut rates = Rates::default();
        for (to, from_day, rate) in [
            ("GBP", "2011-01-03", "0.86"),
            ("GBP", "2011-01-04", "0.85"),
            ("USD", "2011-01-03", "1.33"),
            ("JPY", "2011-01-03", "0"),
        ] {
            rates.add("ecb", "EUR", to, day(from_day), number(rate));
        }
        rates
    }

    #[track_caller]
    fn check(from: &str, to: &str, on: &str, hundred: Option<&str>) {
        let converted = rates().table("ecb").unwrap().conversion(from, to, day(on)).ok();
        let hundred_of = converted.and_then(|conversion| conversion.apply(Decimal::ONE_HUNDRED)).map(|amount| amount.round_dp(4));
        assert_eq!(hundred_of, hundred.map(number), "{from} to {to} on {on}");
    }

    #[test]
    fn the_newest_rate_of_the_week_counts_in_either_direction() {
        check("EUR", "GBP", "2011-01-03", Some("86"));
        check("EUR", "GBP", "2011-01-08", Some("85"));
        check("EUR", "GBP", "2011-01-11", Some("85"));
        check("EUR", "GBP", "2011-01-12", None);
        check("EUR", "GBP", "2011-01-02", None);
        check("GBP", "EUR", "2011-01-04", Some("117.6471"));
        check("GBP", "USD", "2011-01-04", Some("156.4706"));
        check("EUR", "EUR", "1999-01-01", Some("100"));
        check("EUR", "JPY", "2011-01-03", None);
    }

    #[test]
    fn what_is_missing_is_named() {
        let rates = rates();
        assert_eq!(rates.table("imf").unwrap_err(), "there is no table of exchange rates named `imf`: there is `ecb`");
        let missing = rates.table("ecb").unwrap().conversion("SEK", "GBP", day("2011-01-04")).unwrap_err();
        assert!(missing.starts_with("there is no rate from SEK to GBP for 2011-01-04"), "{missing}");
        assert!(Rates::default().table("ecb").unwrap_err().ends_with("exchange_rates holds none"));
    }
}
