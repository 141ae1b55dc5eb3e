//! dunnhumby's Complete Journey: what the households of a grocer's panel bought, as Parquet. Knows no forecast.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, bail};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, NaiveDate};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::sales::{DailySales, Shop};

/// Holidays of the United States in 2017 that close shops or change what is sold.
const HOLIDAYS: [(u32, u32); 6] = [(1, 1), (5, 29), (7, 4), (9, 4), (11, 23), (12, 25)];
/// Coupons, fuel and other entries that are no goods.
const NO_GOODS: &str = "COUPON/MISC ITEMS";

/// Sales of goods over all stores by product and day. Products that the product list does not know are left out.
pub(crate) fn read(folder: &Path) -> Result<Shop> {
    let goods = goods(&folder.join("products.parquet"))?;
    let mut sales = DailySales::default();
    each(&folder.join("transactions.parquet"), &["product_id", "quantity", "sales_value", "transaction_timestamp"], |batch| {
        add(batch, &goods, &mut sales)
    })?;
    if sales.is_empty() {
        bail!("no sales in {}", folder.join("transactions.parquet").display());
    }
    Ok(sales.shop(HOLIDAYS.iter().filter_map(|(month, day)| NaiveDate::from_ymd_opt(2017, *month, *day)).collect()))
}

fn goods(file: &Path) -> Result<HashSet<i64>> {
    let mut goods = HashSet::new();
    each(file, &["product_id", "product_category"], |batch| {
        let products = column(batch, "product_id", &DataType::Int64)?;
        let categories = column(batch, "product_category", &DataType::Utf8)?;
        let known = products.as_primitive::<Int64Type>().iter().zip(categories.as_string::<i32>());
        goods.extend(known.filter(|(_, category)| *category != Some(NO_GOODS)).filter_map(|(product, _)| product));
        Ok(())
    })?;
    Ok(goods)
}

fn add(batch: &RecordBatch, goods: &HashSet<i64>, sales: &mut DailySales) -> Result<()> {
    let products = column(batch, "product_id", &DataType::Int64)?;
    let quantities = column(batch, "quantity", &DataType::Float64)?;
    let values = column(batch, "sales_value", &DataType::Float64)?;
    let instants = column(batch, "transaction_timestamp", &DataType::Timestamp(TimeUnit::Microsecond, None))?;
    let (products, instants) = (products.as_primitive::<Int64Type>(), instants.as_primitive::<TimestampMicrosecondType>());
    let (quantities, values) = (quantities.as_primitive::<Float64Type>(), values.as_primitive::<Float64Type>());
    for row in 0..batch.num_rows() {
        let sold = goods.contains(&products.value(row)) && quantities.value(row) > 0.0;
        let day = DateTime::from_timestamp_micros(instants.value(row)).filter(|_| sold && instants.is_valid(row));
        if let Some(day) = day {
            sales.add(&products.value(row).to_string(), day.date_naive(), quantities.value(row), values.value(row));
        }
    }
    Ok(())
}

/// Calls `read` with each batch of the columns named.
fn each(file: &Path, columns: &[&str], mut read: impl FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
    let mut batches = || -> Result<()> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?;
        let mask = ProjectionMask::columns(reader.parquet_schema(), columns.iter().copied());
        for batch in reader.with_projection(mask).build()? {
            read(&batch?)?;
        }
        Ok(())
    };
    batches().with_context(|| format!("reading {}", file.display()))
}

fn column(batch: &RecordBatch, name: &str, to: &DataType) -> Result<arrow::array::ArrayRef> {
    let column = batch.column_by_name(name).with_context(|| format!("no column {name}"))?;
    cast(column, to).with_context(|| format!("column {name} is {}, not {to}", column.data_type()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_files() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/complete_journey");
        if !folder.exists() {
            eprintln!("not tried: {} is not there", folder.display());
            return;
        }
        let shop = read(&folder).unwrap();
        let (_, bananas) = shop.items.iter().find(|(item, _)| item == "1082185").unwrap();
        assert_eq!(shop.end, NaiveDate::from_ymd_opt(2017, 9, 25).unwrap(), "the last day is half a day");
        assert_eq!((bananas.units.iter().sum::<f64>(), bananas.units.len()), (13_001.0, 267));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = read(Path::new("nowhere")).unwrap_err();
        assert!(format!("{error:#}").contains("nowhere/products.parquet"), "{error:#}");
    }
}
