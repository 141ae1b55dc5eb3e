//! Where control totals are kept: what the door needs to know of it. Knows no table and no store.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::registrations::{Registration, Unreachable};

/// What a source says that it holds of one day of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlTotal {
    /// Name of the table.
    pub table: String,
    /// The day, in the zone of the registration.
    pub day: NaiveDate,
    /// How many records; with a currency in `sum`, those of that currency.
    pub count: u64,
    /// What they come to.
    pub sum: Option<TotalSum>,
}

/// The sum of a column over the records of a control total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalSum {
    /// Name of the column.
    pub column: String,
    /// The exact sum.
    pub value: Decimal,
    /// ISO 4217: two currencies never add.
    pub currency: Option<String>,
}

/// Why control totals were not kept; none of them was.
#[derive(Debug)]
pub enum NotKept {
    /// One of them says what cannot be.
    Wrong {
        /// Its place among them, from 0.
        index: usize,
        /// What is wrong in it: `table`, `sum.column` …
        field: String,
        /// What is wrong with that.
        reason: String,
    },
    /// The store cannot be asked.
    Unreachable(Unreachable),
}

/// Where control totals are kept.
#[async_trait]
pub trait ControlTotals: Send + Sync {
    /// Keeps what the sender says that it holds, all or none; what is posted later stands in place of what was posted before. Answers how many
    /// changed what was kept.
    ///
    /// # Errors
    /// [`NotKept`].
    async fn keep(
        &self,
        registration: &Registration,
        totals: Vec<ControlTotal>,
        posted_at: DateTime<Utc>,
    ) -> Result<usize, NotKept>;
}
