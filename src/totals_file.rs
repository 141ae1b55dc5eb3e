//! Control totals as CSV: `day`, `table` and `count`, and for a sum `column`, `value` and `currency`. With `rows` in place of `count` the lines
//! of a day and table part its records by currency, and a line without one tells those without one: so does the truth of a synthetic company.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Format;
use arrow::datatypes::{DataType, Field, Schema};
use chrono::NaiveDate;
use quarterdeck_ingest::door::{ControlTotal, TotalSum};

const NAMES: [&str; 7] = ["day", "table", "count", "rows", "column", "value", "currency"];

/// The control totals in `csv`.
pub(crate) fn read(csv: &[u8]) -> Result<Vec<ControlTotal>> {
    let (inferred, _) = Format::default().with_header(true).infer_schema(csv, Some(0))?;
    if let Some(unknown) = inferred.fields().iter().find(|field| !NAMES.contains(&field.name().as_str())) {
        bail!("no column `{}`; there is {}", unknown.name(), NAMES.join(", "));
    }
    let texts = inferred.fields().iter().map(|field| Field::new(field.name(), DataType::Utf8, true)).collect::<Vec<_>>();
    let mut lines = Vec::new();
    for batch in ReaderBuilder::new(Arc::new(Schema::new(texts))).with_header(true).build(csv)? {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            lines.push(total(&batch, row).with_context(|| format!("line {}", lines.len() + 2))?);
        }
    }
    if inferred.field_with_name("rows").is_ok() { Ok(whole(lines)) } else { Ok(lines) }
}

fn total(batch: &RecordBatch, row: usize) -> Result<ControlTotal> {
    let cell = |name: &str| {
        let texts: &StringArray = batch.column_by_name(name)?.as_string::<i32>();
        (texts.is_valid(row) && !texts.value(row).is_empty()).then(|| texts.value(row).to_owned())
    };
    let needed = |name: &str| cell(name).ok_or_else(|| anyhow!("`{name}` is missing"));
    let (day, count) = (needed("day")?, cell("rows").map_or_else(|| needed("count"), Ok)?);
    let sum = match cell("value") {
        Some(value) => Some(TotalSum {
            column: needed("column")?,
            value: value.parse().map_err(|_| anyhow!("`value`: `{value}` is no decimal"))?,
            currency: cell("currency"),
        }),
        None => None,
    };
    Ok(ControlTotal {
        table: needed("table")?,
        day: day.parse::<NaiveDate>().map_err(|_| anyhow!("`day`: `{day}` is no day: write it as 2026-01-31"))?,
        count: count.parse().map_err(|_| anyhow!("`count`: `{count}` is no number of records"))?,
        sum,
    })
}

/// Adds to days that are parted by currency, with records beside that have none, what they come to together.
fn whole(lines: Vec<ControlTotal>) -> Vec<ControlTotal> {
    let mut days: BTreeMap<(NaiveDate, String), Vec<ControlTotal>> = BTreeMap::new();
    for line in lines {
        days.entry((line.day, line.table.clone())).or_default().push(line);
    }
    let mut totals = Vec::new();
    for ((day, table), parts) in days {
        let count = parts.iter().map(|part| part.count).sum();
        let (of_currencies, others): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| part.sum.as_ref().is_some_and(|sum| sum.currency.is_some()));
        if !others.is_empty() {
            totals.push(ControlTotal { table, day, count, sum: None });
        }
        totals.extend(of_currencies);
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(csv: &str) -> Vec<(String, u64, Option<String>)> {
        let sum = |sum: TotalSum| format!("{} {} {}", sum.column, sum.value, sum.currency.unwrap_or_default());
        read(csv.as_bytes()).unwrap().into_iter().map(|total| (total.table, total.count, total.sum.map(sum))).collect()
    }

    #[test]
    fn counts_are_taken_as_they_are() {
        let csv = "table,day,count,column,value,currency\norders,2026-03-02,3,net_value,12.50,EUR\norders,2026-03-02,4,,,\n";
        assert_eq!(told(csv), [("orders".into(), 3, Some("net_value 12.50 EUR".into())), ("orders".into(), 4, None)]);
    }

    #[test]
    fn rows_part_a_day_by_currency() {
        let csv =
            "day,table,currency,rows,value,column\n2026-03-02,approvals,,3,,\n2026-03-02,approvals,EUR,2,7.00,requested_value\n";
        assert_eq!(told(csv), [("approvals".into(), 5, None), ("approvals".into(), 2, Some("requested_value 7.00 EUR".into()))]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let wrong = |csv: &str| format!("{:#}", read(csv.as_bytes()).unwrap_err());
        assert!(wrong("tabel,day,count\n").contains("no column `tabel`"));
        assert_eq!(
            wrong("table,day,count\norders,2026-03-02,1\norders,soon,1\n"),
            "line 3: `day`: `soon` is no day: write it as 2026-01-31"
        );
        assert!(wrong("table,day,count\norders,2026-03-02,-1\n").contains("`count`"));
        assert!(wrong("table,day,count\norders,2026-03-02\n").contains("line"), "a line that is too short");
    }
}
