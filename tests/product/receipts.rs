//! Receipts: for every KPI and random filters and periods, the records re-add to the number with zero difference.

use std::collections::{BTreeSet, HashMap};

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use quarterdeck_engine::kpi::definition::{Kind, KpiDefinition};
use quarterdeck_engine::kpi::filter::Filter;
use quarterdeck_engine::kpi::frame::KpiFrame;
use quarterdeck_engine::kpi::period::{Compare, PeriodRequest};
use quarterdeck_engine::kpi::reading::{ReadingRequest, read};
use quarterdeck_engine::kpi::records::records;
use quarterdeck_engine::lake::Lake;
use quarterdeck_engine::library::Library;
use quarterdeck_engine::profile::TenantProfile;
use quarterdeck_engine::scope::{Scope, TenantId};
use quarterdeck_engine::{Engine, Session};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::support::DEMO;

/// Cases a KPI.
const CASES: u32 = 12;

/// KPIs of stock, of which no sample tells.
const WITHOUT_SAMPLE: [&str; 2] = ["stockout_brier", "stockout_reliability"];

struct Subject {
    session: Session,
    first: chrono::NaiveDate,
    last: chrono::NaiveDate,
}

async fn subject(engine: &Engine, tenant: &str, first: &str, today: &str) -> Subject {
    let last: chrono::NaiveDate = today.parse().unwrap();
    let now = (last + chrono::Days::new(1)).and_time(chrono::NaiveTime::MIN).and_utc();
    let id = TenantId::parse(tenant).unwrap();
    let profile = TenantProfile { zone: chrono_tz::Europe::London, ..TenantProfile::neutral(now) };
    let session = engine.session(&Scope::of([id]), tenant, profile, None).await.unwrap();
    Subject { session, first: first.parse().unwrap(), last }
}

#[test]
fn records_re_add_to_the_number() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut library = Library::default();
    for (path, text) in quarterdeck_sql::files() {
        library.insert(path, text);
    }
    let lake = Lake::open(DEMO.path().join("lake").to_str().unwrap(), HashMap::new()).unwrap();
    let engine = Engine::new(lake, library, Default::default()).unwrap();
    let mut kpis = BTreeSet::new();
    for (tenant, first, today) in [
        ("gift_wholesale", "2010-12-01", "2011-12-09"),
        ("health_supply", "2006-05-01", "2012-12-31"),
        ("service_desk", "2016-02-29", "2016-05-12"),
        ("travel_claims", "2017-01-01", "2018-12-31"),
    ] {
        let subject = runtime.block_on(subject(&engine, tenant, first, today));
        for kpi in engine.kpis().iter().filter(|kpi| subject.session.missing_table(kpi).is_none()) {
            kpis.insert(kpi.id.clone());
            check(&runtime, &subject, kpi);
        }
    }
    let unchecked = engine.kpis().iter().map(|kpi| kpi.id.as_str()).filter(|id| !kpis.contains(*id)).collect::<Vec<_>>();
    assert_eq!(unchecked, WITHOUT_SAMPLE, "every other KPI is checked on some tenant");
}

fn check(runtime: &tokio::runtime::Runtime, subject: &Subject, kpi: &KpiDefinition) {
    let frame = runtime.block_on(KpiFrame::plan(&subject.session, kpi)).unwrap();
    let values = runtime.block_on(dimension_values(&subject.session, kpi, &frame.dimensions));
    let days = (subject.last - subject.first).num_days();
    let choices = if values.is_empty() { vec![None] } else { values.into_iter().map(Some).chain([None]).collect::<Vec<_>>() };
    let cases = (select(choices), 0..days, 1..=days);
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&cases, |(filter, start, length)| {
        let from = subject.first + chrono::Days::new(start.unsigned_abs());
        let to = from + chrono::Days::new(length.unsigned_abs());
        let request = ReadingRequest {
            period: PeriodRequest::Between(Some(from.to_string()), Some(to.to_string())),
            compare: Compare::None,
            filters: filter.into_iter().collect(),
            target: None,
        };
        let (reading, receipt) = runtime.block_on(read(&subject.session, kpi, &request)).unwrap();
        let found = runtime.block_on(records(&subject.session, kpi, &request, 0, 1_000_000)).unwrap();
        prop_assert_eq!(found.total, reading.amount.n, "{}: count", &kpi.id);
        prop_assert_eq!(&found.receipt.id, &receipt.id);
        let re_added = re_add(kpi, &found.batches);
        prop_assert_eq!(re_added, reading.amount.value.map(|value| value.0.normalize()), "{}: {:?}", &kpi.id, &request);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{}: {error}", kpi.id);
    }
}

/// A few values of each dimension, as filters.
async fn dimension_values(session: &Session, kpi: &KpiDefinition, dimensions: &[String]) -> Vec<Filter> {
    let frame = KpiFrame::plan(session, kpi).await.unwrap();
    let sample = session.collect(frame.rows.limit(0, Some(50)).unwrap(), 50).await.unwrap();
    let mut filters = BTreeSet::new();
    for batch in &sample.batches {
        for name in dimensions {
            for value in texts(batch, name) {
                filters.insert((name.clone(), value));
            }
        }
    }
    filters.into_iter().map(|(dimension, value)| Filter { dimension, values: vec![value] }).collect()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).unwrap();
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column, &options).unwrap();
    (0..batch.num_rows()).map(|row| column.is_valid(row).then(|| formatter.value(row).to_string())).collect()
}

fn numbers(batches: &[RecordBatch], name: &str) -> Vec<Decimal> {
    let number = |text: String| match text.as_str() {
        "true" => Decimal::ONE,
        "false" => Decimal::ZERO,
        digits => digits.parse().unwrap(),
    };
    batches.iter().flat_map(|batch| texts(batch, name)).flatten().map(number).collect()
}

/// The number, made again from the records alone and by other means than the engine's.
fn re_add(kpi: &KpiDefinition, batches: &[RecordBatch]) -> Option<Decimal> {
    let sum = |name: &str| numbers(batches, name).into_iter().sum::<Decimal>();
    let divided =
        |numerator: Decimal, denominator: Decimal| (!denominator.is_zero()).then(|| (numerator / denominator).round_dp(12));
    let value = match kpi.kind {
        Kind::Sum | Kind::Level => Some(sum("value")),
        Kind::Ratio => divided(sum("numerator"), sum("denominator")),
        Kind::Mean => divided(sum("value"), Decimal::from(numbers(batches, "value").len())),
        Kind::Distinct => {
            let different = batches.iter().flat_map(|batch| texts(batch, "value")).flatten().collect::<BTreeSet<_>>();
            Some(Decimal::from(different.len()))
        }
        Kind::Quantile => percentile(numbers(batches, "value"), kpi.quantiles[0]),
    };
    value.map(|value| value.normalize())
}

fn percentile(mut values: Vec<Decimal>, q: f64) -> Option<Decimal> {
    values.sort();
    let last = values.len().checked_sub(1)?;
    let rank = q * last as f64;
    let (low, high) = (values[rank.floor() as usize].to_f64()?, values[rank.ceil() as usize].to_f64()?);
    let value = low + (high - low) * (rank - rank.floor());
    Decimal::try_from(value).ok().map(|value| value.round_dp(6))
}
