//! Arrived against expected: what sources say that they hold of a day, compared with the current state. A record counts on the day of its
//! table's `counted_on` instant in the zone of who told the total; deleted records do not count; money is exact and of one currency. Knows
//! nothing of where control totals are kept.

mod arrived;
mod day;
mod source;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

pub use self::arrived::Arrivals;
pub use self::day::{Gap, SumGap, TableDay, days};
pub use self::source::{DayCount, Missing, SourceCompleteness, by_source};

use crate::contract::{Contracts, TableContract};
use crate::error::Result;
use crate::kpi::definition::KpiDefinition;
use crate::kpi::period::Period;
use crate::session::Session;

/// What a source says that it holds of one day of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Name of the source.
    pub source: String,
    /// Which installation of it.
    pub instance: String,
    /// The table.
    pub table: String,
    /// The day.
    pub day: NaiveDate,
    /// The zone that the day is of.
    pub zone: Tz,
    /// ISO 4217 when only the records of that currency are meant; none for all records of the day.
    pub currency: Option<String>,
    /// How many records.
    pub count: u64,
    /// A column, and its sum over these records.
    pub sum: Option<(String, Decimal)>,
    /// When the source said so.
    pub posted_at: DateTime<Utc>,
}

/// Why nothing can be compared with a control total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// `table`, `column` or `currency`.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

/// How much of what was expected of a KPI's tables has arrived: two counts, not divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct InputCompleteness {
    /// Of the expected records, those that have arrived; a surplus of one day makes up for nothing on another.
    pub arrived: u64,
    /// Records that sources said they hold, over the days of the period for which they said so.
    pub expected: u64,
}

/// What a total of `table` is compared by: the instant that gives the day, and the column of the currency if one is told.
///
/// # Errors
/// [`Unfit`] when there is no such table or column, its records belong to no day, or money would be added across currencies.
pub fn comparable<'a>(
    contracts: &'a Contracts,
    table: &str,
    column: Option<&str>,
    currency: Option<&str>,
) -> std::result::Result<(&'a str, Option<&'a str>), Unfit> {
    let unfit = |field, reason: String| Err(Unfit { field, reason });
    let Some(contract) = contracts.get(table).ok().filter(|contract| contract.domain != "system") else {
        return unfit("table", format!("there is no table `{table}` that a source fills"));
    };
    let Some(instant) = contract.counted_on.as_deref() else {
        return unfit("table", format!("the records of `{table}` belong to no day"));
    };
    let of_column = match column {
        Some(column) => match sum_currency(contract, column) {
            Ok(currency) => currency,
            Err(reason) => return unfit("column", reason),
        },
        None => None,
    };
    if currency.is_none() {
        return match of_column {
            Some(_) => unfit("currency", "is missing: money of several currencies never adds".to_owned()),
            None => Ok((instant, None)),
        };
    }
    let own = contract.columns.iter().find(|declared| declared.name == "currency").map(|declared| declared.name.as_str());
    match of_column.or(own) {
        Some(column) => Ok((instant, Some(column))),
        None => unfit("currency", format!("the records of `{table}` have none")),
    }
}

/// The column of the currency that `column` is in, if it is money.
fn sum_currency<'a>(contract: &'a TableContract, column: &str) -> std::result::Result<Option<&'a str>, String> {
    use arrow::datatypes::DataType::{Decimal128, Int64};
    let Some(declared) = contract.columns.iter().find(|declared| declared.name == column) else {
        return Err(format!("there is no column `{column}` in {}", contract.name));
    };
    if !matches!(declared.data_type, Decimal128(..) | Int64) {
        return Err(format!("`{column}` is no column of exact numbers"));
    }
    Ok(declared.options.get("currency").map(String::as_str))
}

/// The completeness of what `kpi` reads over the days of `period`; none when nobody posted a total of them.
///
/// # Errors
/// [`crate::EngineError::Query`] when a table cannot be read.
pub async fn of_kpi(
    session: &Session,
    kpi: &KpiDefinition,
    period: &Period,
    expected: &[Expected],
) -> Result<Option<InputCompleteness>> {
    let tables = session.tables_of(kpi);
    let span = days_of(session, period);
    let of_inputs = |told: &&Expected| tables.contains(&told.table) && span.contains(&told.day);
    let told = expected.iter().filter(of_inputs).cloned().collect::<Vec<_>>();
    let days = days(session, &told).await?;
    if days.is_empty() {
        return Ok(None);
    }
    let sum = |count: fn(&TableDay) -> u64| days.iter().map(count).sum();
    Ok(Some(InputCompleteness { arrived: sum(TableDay::arrived_of_expected), expected: sum(|day| day.expected) }))
}

/// The local days that a period touches, in the tenant's zone.
pub fn days_of(session: &Session, period: &Period) -> std::ops::Range<NaiveDate> {
    let zone = session.profile().zone;
    let local = |instant: DateTime<Utc>| instant.with_timezone(&zone).date_naive();
    let last = local(period.to - TimeDelta::microseconds(1));
    local(period.from)..last.succ_opt().unwrap_or(last)
}
