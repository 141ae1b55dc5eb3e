//! Churn on real shops: every model at every cutoff, scored by what came, beside what peers reached. Decides nothing about models.

mod fits;
mod peers;
mod shops;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use quarterdeck_models::churn::{Ask, CustomerHistory, CustomerRisk, Method, Outcome, forecast_by};
use quarterdeck_models::scores::probability::{Matured, area_under_curve, base_rate, brier, calibration_error, log_loss};

pub(crate) use fits::Fitted;
use fits::fits;
use peers::PEERS;
use shops::{online_retail_files, read_cdnow, read_online_retail, since_1970};

/// A model's scores at a cutoff.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Score {
    /// The data.
    pub(crate) data: &'static str,
    /// The first day not known.
    pub(crate) cutoff: String,
    /// The model; peers' are named so.
    pub(crate) model: String,
    /// Customers scored.
    pub(crate) customers: usize,
    /// The share that did not order in the horizon.
    pub(crate) base_rate: f64,
    /// Area under the curve; none where all were given the same.
    pub(crate) auc: Option<f64>,
    /// Brier score.
    pub(crate) brier: f64,
    /// Log loss; none where a peer did not publish it.
    pub(crate) log_loss: Option<f64>,
    /// Calibration error over ten bins.
    pub(crate) calibration_error: f64,
    /// From histories to forecasts, fitting included; none for peers.
    pub(crate) seconds: Option<f64>,
    /// What was missing for the whole method, or on which data a peer was measured.
    pub(crate) note: String,
}

/// Scores, and the rows of files that were left out because they name no customer.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Scores {
    /// The models of buying as fitted to CDNOW.
    pub(crate) fits: Vec<Fitted>,
    /// By data, cutoff and model; peers' last.
    pub(crate) rows: Vec<Score>,
    /// Lines without a customer.
    pub(crate) lines_without_customer: usize,
}

/// Runs every model on the shops found under `data`; a shop whose files are absent is left out.
pub(crate) fn run(data: &Path) -> Result<Scores> {
    let mut scores = Scores::default();
    let cdnow = data.join("cdnow/CDNOW_sample.txt.gz");
    if cdnow.is_file() {
        let customers = read_cdnow(&cdnow)?;
        scores.fits = fits(&customers, since_1970(day(1997, 10, 1)?));
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

/// What a model's name ends in where it is sorted by the chance of having left: shown as a warning, offered nowhere.
const NOT_ALIVE: &str = "1 − P(alive), no score";

const MODELS: [(Method, &str); 8] = [
    (Method::Constant, "constant base rate"),
    (Method::Recency, "recency"),
    (Method::BgNbd, "BG/NBD"),
    (Method::BgNbd, "BG/NBD: 1 − P(alive), no score"),
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

    /// The scores of a model; none where the method could not be used as it is named.
    fn score_of(&self, method: Method, name: &str, cutoff: NaiveDate) -> Result<Option<Score>> {
        let ask = Ask { cutoff: since_1970(cutoff), horizons_days: vec![self.horizon_days], active_within_days: 365, seed: 1 };
        let started = Instant::now();
        let Outcome::Forecast(risks) = forecast_by(method, &self.customers, &ask) else {
            return Ok(None);
        };
        let seconds = started.elapsed().as_secs_f64();
        let fallback = risks.first().and_then(|risk| risk.fallback);
        if fallback.is_some() && method != Method::Default {
            return Ok(None);
        }
        let alive = name.ends_with(NOT_ALIVE);
        let said = |risk: &CustomerRisk| if alive { 1.0 - risk.alive } else { risk.probability };
        let end = ask.cutoff + i32::try_from(self.horizon_days)?;
        let none = |customer: usize| !self.customers[customer].orders.iter().any(|order| (ask.cutoff..end).contains(&order.day));
        let matured = risks.iter().map(|risk| Matured { probability: said(risk), happened: none(risk.customer) });
        let note = fallback.unwrap_or_default();
        Ok(self.scored(name, cutoff, &matured.collect::<Vec<_>>(), seconds, note))
    }

    fn scored(&self, name: &str, cutoff: NaiveDate, matured: &[Matured], seconds: f64, note: &str) -> Option<Score> {
        Some(Score {
            data: self.data,
            cutoff: cutoff.to_string(),
            model: name.to_owned(),
            customers: matured.len(),
            base_rate: base_rate(matured)?,
            auc: area_under_curve(matured),
            brier: brier(matured)?,
            log_loss: log_loss(matured),
            calibration_error: calibration_error(matured)?,
            seconds: Some(seconds),
            note: note.to_owned(),
        })
    }
}

fn day(year: i32, month: u32, day: u32) -> Result<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).context("a day that is in no calendar")
}
