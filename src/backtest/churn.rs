//! Churn on real shops: every model at every cutoff, scored by what came, beside what peers reached. Reads the files; decides nothing about models.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use chrono::{Datelike, NaiveDate};
use flate2::read::GzDecoder;
use quarterdeck_models::churn::{Ask, CustomerHistory, CustomerOrder, Method, Outcome, forecast_by};
use quarterdeck_models::scores::probability::{Matured, area_under_curve, base_rate, brier, calibration_error, log_loss};

/// Days from the first of the first year of our era to 1970.
const DAYS_TO_1970: i32 = 719_163;

/// A model's scores at a cutoff.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The data.
    pub data: &'static str,
    /// The first day not known.
    pub cutoff: String,
    /// The model; peers' are named so.
    pub model: String,
    /// Customers scored.
    pub customers: usize,
    /// The share that did not order in the horizon.
    pub base_rate: f64,
    /// Area under the curve; none where all were given the same.
    pub auc: Option<f64>,
    /// Brier score.
    pub brier: f64,
    /// Log loss; none where a peer did not publish it.
    pub log_loss: Option<f64>,
    /// Calibration error over ten bins.
    pub calibration_error: f64,
    /// From histories to forecasts, fitting included; none for peers.
    pub seconds: Option<f64>,
    /// What was missing for the whole method, or on which data a peer was measured.
    pub note: String,
}

/// Scores, and the rows of files that were left out because they name no customer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores {
    /// By data, cutoff and model; peers' last.
    pub rows: Vec<Score>,
    /// Lines without a customer.
    pub lines_without_customer: usize,
}

/// Runs every model on the shops found under `data`; a shop whose files are absent is left out.
pub fn run(data: &Path) -> Result<Scores> {
    let mut scores = Scores::default();
    let cdnow = data.join("cdnow/CDNOW_sample.txt.gz");
    if cdnow.is_file() {
        let customers = read_cdnow(&cdnow)?;
        let shop = Shop { data: "CDNOW", customers, horizon_days: 273, two_years: false };
        scores.rows.extend(shop.score(day(1997, 10, 1)?)?);
    }
    let files = online_retail_files(data)?;
    if !files.is_empty() {
        let (customers, lines_without_customer) = read_online_retail(&files)?;
        scores.lines_without_customer = lines_without_customer;
        let first = customers.iter().filter_map(|history| history.orders.first()).map(|order| order.day).min();
        let two_years = first.is_some_and(|first| first < NaiveDate::from_ymd_opt(2010, 6, 1).map_or(0, since_1970));
        let shop = Shop { data: "Online Retail", customers, horizon_days: 90, two_years };
        for cutoff in [day(2011, 6, 1)?, day(2011, 9, 10)?] {
            scores.rows.extend(shop.score(cutoff)?);
        }
    }
    Ok(scores)
}

struct Shop {
    data: &'static str,
    customers: Vec<CustomerHistory>,
    horizon_days: u32,
    two_years: bool,
}

const MODELS: [(Method, &str); 7] = [
    (Method::Constant, "constant base rate"),
    (Method::Recency, "recency"),
    (Method::BgNbd, "BG/NBD"),
    (Method::ParetoNbd, "Pareto/NBD"),
    (Method::Logistic, "logistic"),
    (Method::Unseasonal, "default without season"),
    (Method::Default, "default"),
];

impl Shop {
    fn score(&self, cutoff: NaiveDate) -> Result<Vec<Score>> {
        let mut rows = Vec::new();
        for (method, name) in MODELS {
            rows.extend(self.score_of(method, name, cutoff)?);
        }
        let peers = PEERS.iter().filter(|peer| peer.data == self.data && peer.cutoff == cutoff.to_string());
        rows.extend(peers.map(|peer| peer.score(self.two_years)));
        Ok(rows)
    }

    fn score_of(&self, method: Method, name: &str, cutoff: NaiveDate) -> Result<Option<Score>> {
        let first_unknown = since_1970(cutoff);
        let ask = Ask { cutoff: first_unknown, horizons_days: vec![self.horizon_days], active_within_days: 365, seed: 1 };
        let started = Instant::now();
        let Outcome::Forecast(risks) = forecast_by(method, &self.customers, &ask) else {
            return Ok(None);
        };
        let seconds = started.elapsed().as_secs_f64();
        let end = first_unknown + i32::try_from(self.horizon_days)?;
        let none = |customer: usize| {
            !self.customers[customer].orders.iter().any(|order| (first_unknown..end).contains(&order.day))
        };
        let matured = risks.iter().map(|risk| Matured { probability: risk.probability, happened: none(risk.customer) });
        let matured = matured.collect::<Vec<_>>();
        let (Some(base_rate), Some(brier), Some(calibration_error)) =
            (base_rate(&matured), brier(&matured), calibration_error(&matured))
        else {
            return Ok(None);
        };
        Ok(Some(Score {
            data: self.data,
            cutoff: cutoff.to_string(),
            model: name.to_owned(),
            customers: matured.len(),
            base_rate,
            auc: area_under_curve(&matured),
            brier,
            log_loss: log_loss(&matured),
            calibration_error,
            seconds: Some(seconds),
            note: risks.first().and_then(|risk| risk.fallback).unwrap_or_default().to_owned(),
        }))
    }
}

/// The orders of each customer and the lines without one. An order is an invoice with a positive quantity at a price; what a cancellation took back
/// counts as returned on the day it was booked.
pub fn read_online_retail(files: &[PathBuf]) -> Result<(Vec<CustomerHistory>, usize)> {
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
        let names = [["InvoiceNo", "Invoice"], ["InvoiceDate", "InvoiceDate"], ["CustomerID", "Customer ID"], ["Quantity", "Quantity"], [
            "UnitPrice", "Price",
        ]];
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
pub fn online_retail_files(data: &Path) -> Result<Vec<PathBuf>> {
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
pub fn read_cdnow(path: &Path) -> Result<Vec<CustomerHistory>> {
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

fn day(year: i32, month: u32, day: u32) -> Result<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).context("a day that is in no calendar")
}

fn since_1970(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - DAYS_TO_1970
}

/// What a peer reached, as published in the project's survey of methods: Python's libraries, on both years of Online Retail.
struct Peer {
    data: &'static str,
    cutoff: &'static str,
    model: &'static str,
    customers: usize,
    base_rate: f64,
    auc: f64,
    brier: f64,
    log_loss: Option<f64>,
    calibration_error: f64,
}

impl Peer {
    fn score(&self, two_years: bool) -> Score {
        let other_data = self.data == "Online Retail" && !two_years;
        Score {
            data: self.data,
            cutoff: self.cutoff.to_owned(),
            model: format!("peer: {}", self.model),
            customers: self.customers,
            base_rate: self.base_rate,
            auc: Some(self.auc),
            brier: self.brier,
            log_loss: self.log_loss,
            calibration_error: self.calibration_error,
            seconds: None,
            note: if other_data { "measured on both years, of which one is here".to_owned() } else { String::new() },
        }
    }
}

const JUNE: Peer = Peer {
    data: "Online Retail",
    cutoff: "2011-06-01",
    model: "",
    customers: 4_338,
    base_rate: 0.634,
    auc: 0.5,
    brier: 0.25,
    log_loss: None,
    calibration_error: 0.0,
};
const SEPTEMBER: Peer = Peer { cutoff: "2011-09-10", customers: 4_317, base_rate: 0.494, ..JUNE };
const CDNOW: Peer = Peer { data: "CDNOW", cutoff: "1997-10-01", customers: 2_357, base_rate: 0.710, ..JUNE };

const PEERS: [Peer; 17] = [
    Peer { model: "lifetimes BG/NBD", auc: 0.757, brier: 0.1612, calibration_error: 0.043, ..CDNOW },
    Peer { model: "lifetimes Pareto/NBD", auc: 0.771, brier: 0.1619, calibration_error: 0.070, ..CDNOW },
    Peer { model: "lifetimes MBG/NBD", auc: 0.760, brier: 0.1614, calibration_error: 0.050, ..CDNOW },
    Peer { model: "constant base rate", auc: 0.500, brier: 0.2383, log_loss: Some(0.670), calibration_error: 0.079, ..JUNE },
    Peer { model: "lifetimes BG/NBD", auc: 0.807, brier: 0.1680, log_loss: Some(0.511), calibration_error: 0.055, ..JUNE },
    Peer { model: "lifetimes Pareto/NBD", auc: 0.807, brier: 0.1678, log_loss: Some(0.510), calibration_error: 0.053, ..JUNE },
    Peer { model: "logistic", auc: 0.798, brier: 0.1690, log_loss: Some(0.513), calibration_error: 0.044, ..JUNE },
    Peer { model: "LightGBM", auc: 0.801, brier: 0.1665, log_loss: Some(0.507), calibration_error: 0.037, ..JUNE },
    Peer { model: "LightGBM, Platt on the latest", auc: 0.796, brier: 0.1691, log_loss: Some(0.512), calibration_error: 0.027, ..JUNE },
    Peer { model: "LightGBM and logistic", auc: 0.803, brier: 0.1666, log_loss: Some(0.507), calibration_error: 0.040, ..JUNE },
    Peer { model: "constant base rate", auc: 0.500, brier: 0.2568, log_loss: Some(0.707), calibration_error: 0.083, ..SEPTEMBER },
    Peer { model: "lifetimes BG/NBD", auc: 0.765, brier: 0.2062, log_loss: Some(0.600), calibration_error: 0.100, ..SEPTEMBER },
    Peer { model: "lifetimes Pareto/NBD", auc: 0.763, brier: 0.2085, log_loss: Some(0.607), calibration_error: 0.109, ..SEPTEMBER },
    Peer { model: "logistic", auc: 0.770, brier: 0.2022, log_loss: Some(0.589), calibration_error: 0.094, ..SEPTEMBER },
    Peer { model: "LightGBM", auc: 0.767, brier: 0.2095, log_loss: Some(0.605), calibration_error: 0.120, ..SEPTEMBER },
    Peer {
        model: "LightGBM, Platt on the latest",
        auc: 0.763,
        brier: 0.2183,
        log_loss: Some(0.632),
        calibration_error: 0.143,
        ..SEPTEMBER
    },
    Peer { model: "LightGBM and logistic", auc: 0.771, brier: 0.2047, log_loss: Some(0.594), calibration_error: 0.107, ..SEPTEMBER },
];
