//! Control totals: rows and money of the expected current state, by day, table and currency, kept while the stream is made. Knows no row: it is
//! told what each version adds to what was there before.

use super::instant::Day;
use super::money::Currency;
use super::table::Table;

/// Currencies, and none.
const CURRENCIES: usize = Currency::ALL.len() + 1;
const CELLS_A_DAY: usize = Table::ALL.len() * CURRENCIES;

/// Rows, and their money in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) rows: i64,
    pub(super) value: i64,
}

/// Totals by day, table, currency.
#[derive(Debug, Clone)]
pub(super) struct Totals {
    first: Day,
    cells: Vec<Total>,
}

impl Totals {
    pub(super) fn new(first: Day) -> Self {
        Self { first, cells: Vec::new() }
    }

    /// Counts a version that adds `rows` rows and `value` minor units to `day`, the record's own.
    pub(super) fn add(&mut self, day: Day, table: Table, currency: Option<Currency>, rows: i64, value: i64) {
        let offset = usize::try_from(day.0 - self.first.0).unwrap_or(0);
        let place =
            offset * CELLS_A_DAY + table as usize * CURRENCIES + currency.map_or(CURRENCIES - 1, |currency| currency as usize);
        if self.cells.len() <= place {
            self.cells.resize((offset + 1) * CELLS_A_DAY, Total::default());
        }
        self.cells[place].rows += rows;
        self.cells[place].value += value;
    }

    /// Every total that is not nothing, in order of day, table and currency.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Day, Table, Option<Currency>, Total)> {
        self.cells.iter().enumerate().filter(|(_, total)| **total != Total::default()).map(|(place, total)| {
            let day = self.first.plus(i32::try_from(place / CELLS_A_DAY).unwrap_or(i32::MAX));
            let table = Table::ALL[place % CELLS_A_DAY / CURRENCIES];
            (day, table, Currency::ALL.get(place % CURRENCIES).copied(), *total)
        })
    }

    /// Rows of `table`.
    pub(super) fn rows(&self, table: Table) -> i64 {
        self.iter().filter(|(_, of, _, _)| *of == table).map(|(_, _, _, total)| total.rows).sum()
    }

    /// Money of `table` in `currency`, minor units.
    pub(super) fn value(&self, table: Table, currency: Currency) -> i64 {
        self.iter().filter(|(_, of, in_, _)| *of == table && *in_ == Some(currency)).map(|(_, _, _, total)| total.value).sum()
    }
}
