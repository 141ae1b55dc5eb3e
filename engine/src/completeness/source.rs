//! What the days of one source come to: how many agree, what is missing, and where most of it. Knows no words for it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::day::{Gap, TableDay};
use crate::kpi::measure::Exact;

/// Gaps that are listed, the worst first.
const LISTED_GAPS: usize = 20;

/// Records of one day, over all tables that were told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DayCount {
    /// The day.
    pub day: NaiveDate,
    /// Records that there should be.
    pub expected: u64,
    /// Of these, records that there are.
    pub arrived: u64,
    /// Whether count and money agree in every table.
    pub complete: bool,
}

/// Money, or another sum, that is missing from a table over all of its days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Missing {
    /// The table: orders and their lines tell the same money, so tables are not added.
    pub table: String,
    /// The column.
    pub column: String,
    /// ISO 4217; none for what is no money.
    pub currency: Option<String>,
    /// What was told less what is there; negative when more arrived.
    pub value: Exact,
}

/// A source's records against its own control totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceCompleteness {
    /// Days that the source told something of.
    pub days_expected: u64,
    /// Days of which everything agrees.
    pub days_complete: u64,
    /// Records that there should be.
    pub expected: u64,
    /// Of these, records that there are.
    pub arrived: u64,
    /// Records that are missing.
    pub missing: u64,
    /// Records beyond what was told of days that are over.
    pub surplus: u64,
    /// What is missing of each sum.
    pub missing_sums: Vec<Missing>,
    /// The day and table with most records missing.
    pub worst: Option<Gap>,
    /// Days and tables that do not agree, the worst first, at most twenty.
    pub gaps: Vec<Gap>,
    /// How many there are.
    pub gap_count: u64,
    /// Each day.
    pub days: Vec<DayCount>,
}

/// The completeness of each source and installation that `days` are of.
pub fn by_source(days: &[TableDay]) -> BTreeMap<(String, String), SourceCompleteness> {
    let of_one = days.chunk_by(|left, right| (&left.source, &left.instance) == (&right.source, &right.instance));
    of_one.map(|days| ((days[0].source.clone(), days[0].instance.clone()), one(days))).collect()
}

fn one(days: &[TableDay]) -> SourceCompleteness {
    let mut counts: BTreeMap<NaiveDate, DayCount> = BTreeMap::new();
    let mut sums: BTreeMap<(String, String, Option<String>), Decimal> = BTreeMap::new();
    let (mut missing, mut surplus) = (0, 0);
    for day in days {
        let count = counts.entry(day.day).or_insert(DayCount { day: day.day, expected: 0, arrived: 0, complete: true });
        count.expected += day.expected;
        count.arrived += day.arrived_of_expected();
        count.complete &= day.is_complete();
        missing += day.expected.saturating_sub(day.arrived);
        if !day.is_complete() {
            surplus += day.arrived.saturating_sub(day.expected);
            for sum in &day.sums {
                *sums.entry((day.table.clone(), sum.column.clone(), sum.currency.clone())).or_default() += sum.missing.0;
            }
        }
    }
    let mut gaps = days.iter().filter_map(TableDay::gap).collect::<Vec<_>>();
    let lacking = |gap: &Gap| gap.expected.saturating_sub(gap.arrived);
    let amount = |gap: &Gap| gap.sums.iter().map(|sum| sum.missing.0.abs()).max().unwrap_or_default();
    gaps.sort_by(|left, right| (lacking(right), amount(right), left.day).cmp(&(lacking(left), amount(left), right.day)));
    let gap_count = count_of(gaps.len());
    gaps.truncate(LISTED_GAPS);
    let missing_sums = sums.into_iter().filter(|(_, value)| !value.is_zero());
    SourceCompleteness {
        days_expected: count_of(counts.len()),
        days_complete: count_of(counts.values().filter(|count| count.complete).count()),
        expected: counts.values().map(|count| count.expected).sum(),
        arrived: counts.values().map(|count| count.arrived).sum(),
        missing,
        surplus,
        missing_sums: missing_sums
            .map(|((table, column, currency), value)| Missing { table, column, currency, value: Exact(value) })
            .collect(),
        worst: gaps.first().cloned(),
        gaps,
        gap_count,
        days: counts.into_values().collect(),
    }
}

fn count_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(table: &str, day: u32, expected: u64, arrived: u64) -> TableDay {
        TableDay {
            source: "shop".into(),
            instance: "one".into(),
            table: table.into(),
            day: NaiveDate::from_ymd_opt(2026, 3, day).unwrap(),
            expected,
            arrived,
            sums: Vec::new(),
            so_far: false,
        }
    }

    #[test]
    fn a_surplus_makes_up_for_nothing() {
        let days = [day("orders", 1, 10, 7), day("orders", 2, 10, 13), day("refunds", 1, 4, 4), day("refunds", 3, 1, 1)];
        let sources = by_source(&days);
        let one = &sources[&("shop".to_owned(), "one".to_owned())];
        assert_eq!((one.days_expected, one.days_complete), (3, 1));
        assert_eq!((one.expected, one.arrived, one.missing, one.surplus), (25, 22, 3, 3));
        assert_eq!(one.worst.as_ref().unwrap().day, days[0].day);
        assert_eq!(one.gap_count, 2);
    }
}
