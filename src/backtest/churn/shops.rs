//! The shops that churn is judged on, read from their files. Knows no model.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{Datelike, NaiveDate};
use flate2::read::GzDecoder;
use quarterdeck_models::churn::{CustomerHistory, CustomerOrder};

/// Days from the first of the first year of our era to 1970.
const DAYS_TO_1970: i32 = 719_163;

/// The orders of each customer and the lines without one. An order is an invoice with a positive quantity at a price; what a cancellation took back
/// counts as returned on the day it was booked.
pub(super) fn read_online_retail(files: &[PathBuf]) -> Result<(Vec<CustomerHistory>, usize)> {
    let mut invoices = BTreeMap::<(String, bool), BTreeMap<(i32, String), f64>>::new();
    let mut without_customer = 0;
    for path in files {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(open(path)?);
        let columns = Columns::of(&reader.byte_headers()?.clone()).with_context(|| format!("reading {}", path.display()))?;
        for record in reader.byte_records() {
            let record = record.with_context(|| format!("reading {}", path.display()))?;
            let Some(line) = columns.line(&record) else { continue };
            if line.customer.is_empty() {
                without_customer += 1;
                continue;
            }
            let cancelled = line.invoice.starts_with('C');
            let value = line.quantity * line.price;
            if value != 0.0 && (value < 0.0) == cancelled {
                let of_customer = invoices.entry((line.customer, cancelled)).or_default();
                *of_customer.entry((line.day, line.invoice)).or_default() += value.abs();
            }
        }
    }
    let mut customers = BTreeMap::<String, CustomerHistory>::new();
    for ((customer, cancelled), of_customer) in invoices {
        let history = customers.entry(customer).or_default();
        let events = if cancelled { &mut history.returned } else { &mut history.orders };
        events.extend(of_customer.into_iter().map(|((day, _), value)| CustomerOrder { day, value }));
    }
    Ok((customers.into_values().filter(|history| !history.orders.is_empty()).collect(), without_customer))
}

struct Columns([usize; 5]);

struct Line {
    invoice: String,
    day: i32,
    customer: String,
    quantity: f64,
    price: f64,
}

impl Columns {
    /// By the names of either edition of the data.
    fn of(headers: &csv::ByteRecord) -> Result<Self> {
        let names = [
            ["InvoiceNo", "Invoice"],
            ["InvoiceDate", "InvoiceDate"],
            ["CustomerID", "Customer ID"],
            ["Quantity", "Quantity"],
            ["UnitPrice", "Price"],
        ];
        let mut places = [0; 5];
        for (place, names) in places.iter_mut().zip(names) {
            let found = headers.iter().position(|header| names.iter().any(|name| header.ends_with(name.as_bytes())));
            *place = found.with_context(|| format!("no column {}", names[0]))?;
        }
        Ok(Self(places))
    }

    /// A line; none where day, quantity or price cannot be read.
    fn line(&self, record: &csv::ByteRecord) -> Option<Line> {
        let text = |place: usize| Some(String::from_utf8_lossy(record.get(self.0[place])?).trim().to_owned());
        let day = NaiveDate::parse_from_str(text(1)?.get(..10)?, "%Y-%m-%d").ok()?;
        let customer = text(2)?.trim_end_matches(".0").to_owned();
        Some(Line {
            invoice: text(0)?,
            day: since_1970(day),
            customer,
            quantity: text(3)?.parse().ok()?,
            price: text(4)?.parse().ok()?,
        })
    }
}

/// The daily files of Online Retail under `data`, in order; none where there are none.
pub(super) fn online_retail_files(data: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![];
    for entry in data.read_dir().with_context(|| format!("listing {}", data.display()))? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("online_retail")) {
            folders.push(path);
        }
    }
    let mut files = vec![];
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            for entry in path.read_dir().with_context(|| format!("listing {}", path.display()))? {
                folders.push(entry?.path());
            }
        } else if [".csv", ".csv.gz"].iter().any(|end| path.to_string_lossy().ends_with(end)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The customers of CDNOW's sample: number, number in the sample, day, discs, dollars.
pub(super) fn read_cdnow(path: &Path) -> Result<Vec<CustomerHistory>> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text).with_context(|| format!("reading {}", path.display()))?;
    let mut customers = BTreeMap::<String, CustomerHistory>::new();
    for line in text.lines() {
        let [_, customer, day, _, value] = line.split_whitespace().collect::<Vec<_>>()[..] else { continue };
        let day = NaiveDate::parse_from_str(day, "%Y%m%d").with_context(|| format!("reading the day {day}"))?;
        let value = value.parse().with_context(|| format!("reading the value {value}"))?;
        customers.entry(customer.to_owned()).or_default().orders.push(CustomerOrder { day: since_1970(day), value });
    }
    for history in customers.values_mut() {
        history.orders.sort_by_key(|order| order.day);
    }
    Ok(customers.into_values().collect())
}

fn open(path: &Path) -> Result<Box<dyn Read>> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    Ok(if path.extension().is_some_and(|end| end == "gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) })
}

/// Days since 1970.
pub(super) fn since_1970(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - DAYS_TO_1970
}
