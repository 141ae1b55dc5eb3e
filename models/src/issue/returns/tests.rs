//! The adapter on small frames: a planted spike is the one that is told, and too little to go by is told as that.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray};
use arrow::datatypes::{Decimal128Type, Float64Type};
use chrono::{NaiveDate, NaiveTime};

use super::*;

/// One article: sku, category, sold and returned earlier, sold and returned lately, price.
type Row = (String, &'static str, i64, i64, i64, i64, Option<f64>);

fn frame(rows: &[Row]) -> RecordBatch {
    let whole = |of: fn(&Row) -> i64| Arc::new(Int64Array::from_iter_values(rows.iter().map(of))) as ArrayRef;
    let columns: [(&str, ArrayRef); 8] = [
        ("sku", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0.as_str())))),
        ("category", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1)))),
        ("earlier_sold", whole(|row| row.2)),
        ("earlier_returned", whole(|row| row.3)),
        ("recent_sold", whole(|row| row.4)),
        ("recent_returned", whole(|row| row.5)),
        ("unit_price", Arc::new(rows.iter().map(|row| row.6).collect::<Float64Array>())),
        ("currency", Arc::new(StringArray::from_iter_values(rows.iter().map(|_| "GBP")))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn issued(rows: &[Row]) -> Issued {
    let origin = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
    let frames = BTreeMap::from([("return_windows".to_owned(), frame(rows))]);
    let given = Given {
        frames: &frames,
        origin,
        origin_hour: origin.and_time(NaiveTime::MIN),
        instant: &|local| local.and_utc(),
        holidays: &[],
        seed: 0,
        service_level: 0.95,
    };
    Returns.issue(&given).unwrap()
}

/// Twenty articles of which a tenth comes back, with ripples.
fn shop() -> Vec<Row> {
    (0..20).map(|at| (format!("s{at:02}"), "Tools", 400, 36 + at % 9, 100, 8 + at % 5, Some(10.0))).collect()
}

fn table(issued: &Issued) -> &RecordBatch {
    assert_eq!((issued.tables[0].0, &issued.abstained), ("forecast_return_spikes", &None));
    &issued.tables[0].1
}

fn spikes(rows: &RecordBatch) -> Vec<&str> {
    let (skus, flags) = (rows["sku"].as_string::<i32>(), rows["spike"].as_boolean());
    (0..rows.num_rows()).filter(|row| flags.value(*row)).map(|row| skus.value(row)).collect()
}

#[test]
fn a_planted_spike_is_told_with_what_it_costs() {
    let mut shop = shop();
    assert_eq!(spikes(table(&issued(&shop))), Vec::<&str>::new());
    shop[7].5 = 40;
    shop[3].5 = 0;
    let issued = issued(&shop);
    let rows = table(&issued);
    assert_eq!((spikes(rows), rows.num_rows(), issued.forecasts, issued.fallbacks), (vec!["s07"], 19, 19, 0));
    let first = |column: &str| rows[column].as_primitive::<Float64Type>().value(0);
    assert_eq!((first("units_sold"), first("units_returned")), (100.0, 40.0));
    assert!((8.0..13.0).contains(&first("expected_units")), "{}", first("expected_units"));
    assert!(first("probability") < 0.001 && first("probability") > 0.0 && first("false_discovery") < 0.01);
    let stake = rows["value_at_stake"].as_primitive::<Decimal128Type>().value(0);
    assert!((2_700_000..3_200_000).contains(&stake), "{stake}");
    assert_eq!(rows["confidence"].as_string::<i32>().value(0), "high");
}

#[test]
fn a_small_group_borrows_and_an_unknown_price_is_no_stake() {
    let mut shop = shop();
    shop.push(("odd".into(), "all", 10, 1, 10, 9, None));
    shop.push(("wrong".into(), "all", 10, 1, -5, 9, Some(f64::NAN)));
    let issued = issued(&shop);
    let rows = table(&issued);
    let odd = rows["sku"].as_string::<i32>().iter().position(|sku| sku == Some("odd")).unwrap();
    assert_eq!((issued.fallbacks, issued.forecasts), (1, 21));
    assert_eq!(rows["fallback"].as_string::<i32>().value(odd), BORROWED);
    assert_eq!(rows["confidence"].as_string::<i32>().value(odd), "low");
    assert!(rows["value_at_stake"].is_null(odd) && rows["currency"].is_null(odd) && rows["spike"].as_boolean().value(odd));
    for column in rows.columns().iter().filter_map(|column| column.as_primitive_opt::<Float64Type>()) {
        assert!(column.iter().flatten().all(f64::is_finite));
    }
}

#[test]
fn too_little_to_go_by_is_told_as_that() {
    let reason = |rows: &[Row]| issued(rows).abstained.unwrap();
    assert_eq!(reason(&[]), "nothing that was sold in the last 395 days came back");
    let mut shop = shop();
    shop.iter_mut().for_each(|row| row.4 = 0);
    assert_eq!(reason(&shop), "nothing was sold from 60 to 30 days ago");
    let few = [("a".to_owned(), "Tools", 50, 1, 40, 30, Some(5.0))];
    assert_eq!(reason(&few), "too little came back earlier to know what usually does (units: 1, articles: 1)");
    let mut new_source = self::shop();
    new_source.iter_mut().for_each(|row| row.3 = 0);
    assert_eq!(reason(&new_source), "too little came back earlier to know what usually does (units: 0, articles: 20)");
}
