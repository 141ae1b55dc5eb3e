//! One day of one table of one source: what was told of it and what is there. All comparing is done here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::arrived::{Arrived, Extent, Place, Question, arrived};
use super::{Expected, comparable};
use crate::error::Result;
use crate::kpi::measure::Exact;
use crate::profile::TenantProfile;
use crate::session::Session;

/// A sum that was told, and what the records that are there come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SumGap {
    /// The column.
    pub column: String,
    /// ISO 4217; none for what is no money.
    pub currency: Option<String>,
    /// As it was told.
    pub expected: Exact,
    /// As it is.
    pub arrived: Exact,
    /// The first less the second; negative when more arrived.
    pub missing: Exact,
}

/// A table's day that was told by a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDay {
    /// The source.
    pub source: String,
    /// Which installation of it.
    pub instance: String,
    /// The table.
    pub table: String,
    /// The day.
    pub day: NaiveDate,
    /// Records that there should be.
    pub expected: u64,
    /// Records that there are.
    pub arrived: u64,
    /// Every sum that was told.
    pub sums: Vec<SumGap>,
    /// The day was not over when its totals were told: more may have come since.
    pub so_far: bool,
}

/// A day that does not agree with what was told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gap {
    /// The table.
    pub table: String,
    /// The day.
    pub day: NaiveDate,
    /// Records that there should be.
    pub expected: u64,
    /// Records that there are.
    pub arrived: u64,
    /// The sums that differ.
    pub sums: Vec<SumGap>,
}

impl TableDay {
    /// Of the expected records, those that have arrived.
    pub fn arrived_of_expected(&self) -> u64 {
        self.arrived.min(self.expected)
    }

    /// Whether count and sums agree with what was told; for a day told before it was over, whether at least as much is there.
    pub fn is_complete(&self) -> bool {
        let sums_agree = self.sums.iter().all(|sum| sum.missing.0.is_zero());
        match self.arrived.cmp(&self.expected) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => sums_agree,
            std::cmp::Ordering::Greater => self.so_far,
        }
    }

    /// What is wrong with it, if anything is.
    pub fn gap(&self) -> Option<Gap> {
        if self.is_complete() {
            return None;
        }
        Some(Gap {
            table: self.table.clone(),
            day: self.day,
            expected: self.expected,
            arrived: self.arrived,
            sums: self.sums.iter().filter(|sum| !sum.missing.0.is_zero()).cloned().collect(),
        })
    }
}

/// Compares what was told with the current state, in order of source, instance, table and day. Totals that nothing can be compared with are
/// left out.
///
/// # Errors
/// [`crate::EngineError::Query`] when a table cannot be read.
pub async fn days(session: &Session, expected: &[Expected]) -> Result<Vec<TableDay>> {
    let mut questions: HashMap<Question, Vec<&Expected>> = HashMap::new();
    for told in expected {
        let column = told.sum.as_ref().map(|(column, _)| column.as_str());
        let Ok((instant, currency)) = comparable(&session.contracts, &told.table, column, told.currency.as_deref()) else {
            continue;
        };
        let question = Question {
            table: told.table.clone(),
            instant: instant.to_owned(),
            zone: told.zone,
            currency: currency.map(str::to_owned),
        };
        questions.entry(question).or_default().push(told);
    }
    let mut parts: BTreeMap<(&str, &str, &str, NaiveDate), Vec<Part<'_>>> = BTreeMap::new();
    for (question, told) in questions {
        let arrived = arrived(session, &question, &extent(&told)).await?;
        for told in told {
            let place = (told.source.as_str(), told.instance.as_str(), told.table.as_str(), told.day);
            parts.entry(place).or_default().push(Part::of(told, &arrived));
        }
    }
    Ok(parts.into_values().filter_map(|parts| table_day(session.profile(), &parts)).collect())
}

fn extent(told: &[&Expected]) -> Extent {
    let columns = told.iter().filter_map(|told| told.sum.as_ref().map(|(column, _)| column.clone())).collect::<BTreeSet<_>>();
    let days = || told.iter().map(|told| told.day);
    Extent { columns, first: days().min().unwrap_or_default(), last: days().max().unwrap_or_default() }
}

/// One control total and what is there of it.
struct Part<'a> {
    told: &'a Expected,
    count: u64,
    sum: Decimal,
}

impl<'a> Part<'a> {
    fn of(told: &'a Expected, arrived: &Arrived) -> Self {
        let place = Place {
            source: told.source.clone(),
            instance: told.instance.clone(),
            day: told.day,
            currency: told.currency.clone(),
        };
        let counted = arrived.get(&place).cloned().unwrap_or_default();
        let sum = told.sum.as_ref().and_then(|(column, _)| counted.sums.get(column).copied());
        Self { told, count: counted.count, sum: sum.unwrap_or_default() }
    }
}

/// A total of all currencies tells the day's count; without one, those of the currencies are added, each counted once.
fn table_day(profile: &TenantProfile, parts: &[Part<'_>]) -> Option<TableDay> {
    let newest = |of: Option<&str>| {
        let of_currency = parts.iter().filter(|part| part.told.currency.as_deref() == of);
        of_currency.max_by_key(|part| (part.told.posted_at, part.told.count))
    };
    let currencies = parts.iter().filter_map(|part| part.told.currency.as_deref()).collect::<BTreeSet<_>>();
    let counts = match newest(None) {
        Some(part) => vec![part],
        None => currencies.into_iter().filter_map(|currency| newest(Some(currency))).collect(),
    };
    let told = parts.first()?.told;
    let over = TenantProfile { zone: told.zone, ..profile.clone() }.start_of(told.day.succ_opt()?);
    let sum = |part: &Part<'_>| {
        let (column, expected) = part.told.sum.clone()?;
        Some(SumGap {
            column,
            currency: part.told.currency.clone(),
            expected: Exact(expected),
            arrived: Exact(part.sum),
            missing: Exact(expected - part.sum),
        })
    };
    Some(TableDay {
        source: told.source.clone(),
        instance: told.instance.clone(),
        table: told.table.clone(),
        day: told.day,
        expected: counts.iter().map(|part| part.told.count).sum(),
        arrived: counts.iter().map(|part| part.count).sum(),
        sums: parts.iter().filter_map(sum).collect(),
        so_far: counts.iter().any(|part| part.told.posted_at < over),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(currency: Option<&str>, count: u64, sum: Option<i64>) -> Expected {
        Expected {
            source: "shop".into(),
            instance: "one".into(),
            table: "orders".into(),
            day: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
            zone: chrono_tz::Europe::Berlin,
            currency: currency.map(str::to_owned),
            count,
            sum: sum.map(|sum| ("net_value".to_owned(), Decimal::from(sum))),
            posted_at: "2026-03-02T23:00:00Z".parse().unwrap(),
        }
    }

    fn day(parts: &[(Expected, u64, i64)]) -> TableDay {
        let profile = TenantProfile::neutral("2026-03-05T00:00:00Z".parse().unwrap());
        let part = |(told, count, sum): &(Expected, u64, i64)| (told.clone(), *count, Decimal::from(*sum));
        let owned = parts.iter().map(part).collect::<Vec<_>>();
        let parts = owned.iter().map(|(told, count, sum)| Part { told, count: *count, sum: *sum }).collect::<Vec<_>>();
        table_day(&profile, &parts).unwrap()
    }

    #[test]
    fn currencies_add_up_to_the_day_and_each_has_its_sum() {
        let day = day(&[(told(Some("EUR"), 3, Some(30)), 2, 20), (told(Some("USD"), 1, Some(5)), 1, 5)]);
        assert_eq!((day.expected, day.arrived, day.is_complete()), (4, 3, false));
        let gap = day.gap().unwrap();
        assert_eq!(gap.sums.len(), 1, "the dollars agree");
        assert_eq!((gap.sums[0].currency.as_deref(), gap.sums[0].missing), (Some("EUR"), Exact(Decimal::TEN)));
    }

    #[test]
    fn a_total_of_all_currencies_tells_the_count() {
        let day = day(&[(told(None, 5, None), 5, 0), (told(Some("EUR"), 3, Some(30)), 3, 30)]);
        assert_eq!((day.expected, day.arrived, day.is_complete()), (5, 5, true));
    }

    #[test]
    fn a_wrong_amount_is_a_gap_even_if_all_records_are_there() {
        assert!(!day(&[(told(Some("EUR"), 3, Some(30)), 3, 29)]).is_complete());
    }

    #[test]
    fn a_surplus_is_one_only_once_the_day_is_over() {
        let over = day(&[(told(None, 3, None), 4, 0)]);
        assert_eq!((over.is_complete(), over.arrived_of_expected()), (false, 3));
        // 22:59 UTC is 23:59 in Berlin.
        let early = Expected { posted_at: "2026-03-02T22:59:00Z".parse().unwrap(), ..told(None, 3, None) };
        assert!(day(&[(early, 4, 0)]).is_complete());
    }
}
