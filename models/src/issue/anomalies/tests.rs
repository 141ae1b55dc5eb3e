//! The adapter on small frames: what is planted is told with its day, what is excused or too short is not.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, Float64Array, Int64Array, StringArray};
use arrow::datatypes::{Date32Type, Float64Type, Int64Type};
use chrono::NaiveTime;

use super::*;
use crate::frame::{date_of, days_of};

/// One day of one KPI: KPI, currency, unit, days before the origin, value, records.
type Row = (&'static str, Option<&'static str>, &'static str, i64, Option<f64>, i64);

fn origin() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 30).unwrap()
}

fn before(days: i64) -> NaiveDate {
    origin() - TimeDelta::days(days)
}

fn frame(rows: &[Row]) -> RecordBatch {
    let columns: [(&str, ArrayRef); 6] = [
        ("kpi", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0)))),
        ("currency", Arc::new(rows.iter().map(|row| row.1).collect::<StringArray>())),
        ("unit", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.2)))),
        ("day", Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| days_of(before(row.3)))))),
        ("value", Arc::new(rows.iter().map(|row| row.4).collect::<Float64Array>())),
        ("records", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.5)))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn issued_with(rows: &[Row], holidays: &[NaiveDate]) -> Issued {
    let frames = BTreeMap::from([("kpi_days".to_owned(), frame(rows))]);
    let given = Given {
        frames: &frames,
        origin: origin(),
        origin_hour: origin().and_time(NaiveTime::MIN),
        instant: &|local| local.and_utc(),
        holidays,
        seed: 0,
        service_level: 0.95,
    };
    Anomalies.issue(&given).unwrap()
}

fn issued(rows: &[Row]) -> Issued {
    issued_with(rows, &[])
}

/// Weeks with quieter ends and ripples: 200 on five days, 150 on two.
fn usual(before: i64) -> f64 {
    const RIPPLE: [f64; 11] = [3.0, -2.0, 0.0, 1.0, -3.0, 2.0, -1.0, 4.0, -4.0, 1.0, 0.0];
    let at = usize::try_from(1_000 - before).unwrap();
    if at % 7 < 5 { 200.0 + RIPPLE[at % 11] } else { 150.0 + RIPPLE[at % 11] }
}

fn orders(days: i64) -> Vec<Row> {
    (1..=days).rev().map(|before| ("orders", None, "count", before, Some(usual(before)), 20)).collect()
}

fn at(rows: &mut [Row], before: i64) -> &mut Row {
    rows.iter_mut().find(|row| row.3 == before).unwrap()
}

/// KPI, currency, first and last day as days before the origin, kind and direction of every row.
fn incidents(issued: &Issued) -> Vec<(String, String, i64, i64, String, String)> {
    assert_eq!((issued.tables[0].0, &issued.abstained), ("forecast_anomalies", &None));
    let rows = &issued.tables[0].1;
    let text = |column: &str, row: usize| rows[column].as_string::<i32>().value(row).to_owned();
    let ago =
        |column: &str, row: usize| (origin() - date_of(rows[column].as_primitive::<Date32Type>().value(row)).unwrap()).num_days();
    let one = |row| {
        let (kpi, currency) = (text("kpi", row), text("currency_key", row));
        (kpi, currency, ago("from_day", row), ago("to_day", row), text("kind", row), text("direction", row))
    };
    (0..rows.num_rows()).map(one).collect()
}

fn said(
    kpi: &str,
    currency: &str,
    from: i64,
    to: i64,
    kind: &str,
    direction: &str,
) -> (String, String, i64, i64, String, String) {
    (kpi.into(), currency.into(), from, to, kind.into(), direction.into())
}

#[test]
fn a_planted_spike_is_told_with_its_day() {
    let mut rows = orders(200);
    assert_eq!(incidents(&issued(&rows)), []);
    (at(&mut rows, 20).4, at(&mut rows, 20).5) = (Some(900.0), 90);
    at(&mut rows, 150).4 = Some(900.0);
    let issued = issued(&rows);
    assert_eq!(incidents(&issued), [said("orders", "", 20, 20, "spike", "above")], "and not the one of five months ago");
    assert_eq!((issued.forecasts, issued.fallbacks), (1, 0));
    let rows = &issued.tables[0].1;
    let number = |column: &str| rows[column].as_primitive::<Float64Type>().value(0);
    assert_eq!((number("seen"), rows["records"].as_primitive::<Int64Type>().value(0)), (900.0, 90));
    assert!(number("low") < number("expected") && number("expected") < number("high") && number("high") < 900.0);
    assert!((number("expected") - usual(20)).abs() < 20.0 && number("score") > 3.2);
    assert_eq!(rows["confidence"].as_string::<i32>().value(0), "high");
}

#[test]
fn what_goes_on_what_stayed_and_what_is_excused() {
    let mut rows = orders(200);
    at(&mut rows, 1).4 = Some(0.0);
    assert_eq!(incidents(&issued(&rows)), [said("orders", "", 1, 1, "ongoing", "below")]);
    assert_eq!(incidents(&issued_with(&rows, &[before(1)])), [], "closed");
    let mut rows = orders(200);
    for before in 1..=50 {
        at(&mut rows, before).4 = Some(usual(before) + 25.0);
    }
    let found = incidents(&issued(&rows));
    assert_eq!((found.len(), found[0].2, found[0].4.as_str(), found[0].5.as_str()), (1, 50, "shift", "above"));
    // What is of today or later is not over.
    let mut rows = orders(200);
    rows.push(("orders", None, "count", 0, Some(9_000.0), 20));
    assert_eq!(incidents(&issued(&rows)), []);
}

#[test]
fn days_without_a_currency_are_of_all_and_a_beginning_is_no_shift() {
    let mut rows = Vec::new();
    for (currency, scale) in [("EUR", 1.0), ("GBP", 10.0)] {
        rows.extend((1..=200).rev().map(|before| ("sales", Some(currency), "money", before, Some(scale * usual(before)), 20)));
    }
    rows.retain(|row| row.3 != 32);
    rows.push(("sales", None, "money", 32, Some(0.0), 0));
    rows.extend((201..=700).map(|before| ("sales", None, "money", before, Some(0.0), 0)));
    let issued = issued(&rows);
    let expected = ["EUR", "GBP"].map(|currency| said("sales", currency, 32, 32, "spike", "below"));
    assert_eq!((incidents(&issued), issued.forecasts), (expected.to_vec(), 2));
}

#[test]
fn a_share_of_few_may_stray() {
    let found = |records: i64, unit: &'static str| {
        let mut rows = orders(200);
        rows.iter_mut().for_each(|row| row.2 = unit);
        (at(&mut rows, 20).4, at(&mut rows, 20).5) = (Some(usual(20) + 25.0), records);
        incidents(&issued(&rows)).len()
    };
    assert_eq!((found(20, "percent"), found(1, "percent"), found(1, "count")), (1, 0, 1));
}

#[test]
fn too_little_to_go_by_is_told_as_that() {
    let reason = |rows: &[Row]| issued(rows).abstained.unwrap();
    assert_eq!(reason(&[]), "no KPI has records before today");
    assert_eq!(reason(&orders(27)), "no KPI has 28 days with a value (1 looked at)");
    let mut sparse = orders(200);
    sparse.iter_mut().filter(|row| row.3 % 10 != 0).for_each(|row| row.4 = None);
    assert_eq!(reason(&sparse), "no KPI has 28 days with a value (1 looked at)");
    let mut two = orders(27);
    two.extend((1..=200).rev().map(|before| ("runs", None, "count", before, Some(usual(before)), 20)));
    let issued = issued(&two);
    assert_eq!((issued.forecasts, incidents(&issued)), (1, vec![]));
    assert!(issued.parameters.contains("\"skipped\":1"), "{}", issued.parameters);
}

#[test]
fn no_number_comes_out_that_is_none() {
    let odd = [Some(f64::NAN), Some(f64::INFINITY), None, Some(-1e15), Some(1e15), Some(1e300), Some(0.0), Some(7.0)];
    let rows = (1..=300).rev().map(|before| {
        let value = odd[usize::try_from(before * before % 37 % 8).unwrap()];
        ("odd", None, if before % 2 == 0 { "percent" } else { "count" }, before, value, before % 5 - 1)
    });
    let mut rows = rows.collect::<Vec<_>>();
    rows.extend(orders(200));
    at(&mut rows[300..], 5).4 = Some(1e15);
    let issued = issued(&rows);
    assert!(!incidents(&issued).is_empty());
    let rows = &issued.tables[0].1;
    for column in rows.columns().iter().filter_map(|column| column.as_primitive_opt::<Float64Type>()) {
        assert!(column.iter().flatten().all(f64::is_finite));
    }
    assert!(["from_day", "to_day", "kind", "expected", "score"].iter().all(|column| rows[*column].null_count() == 0));
}
