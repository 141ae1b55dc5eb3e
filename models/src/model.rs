//! What every model is: a name, the frames that it reads, and a pure function from them to rows of forecasts. The list of models is here; knows
//! neither how frames are selected nor where rows go.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use thiserror::Error;

/// What a model is given.
pub struct Given<'a> {
    /// Frames by the name of the file that selected them.
    pub frames: &'a BTreeMap<String, RecordBatch>,
    /// The first day that is not over, in the tenant's zone: the first that is forecast.
    pub origin: NaiveDate,
    /// The first hour that is not over, as clocks show it.
    pub origin_hour: NaiveDateTime,
    /// The instant at which clocks of the tenant's zone show a time.
    pub instant: &'a (dyn Fn(NaiveDateTime) -> DateTime<Utc> + Sync),
    /// Days on which the tenant's company is closed, as its calendars say.
    pub holidays: &'a [NaiveDate],
    /// Where chance begins.
    pub seed: u64,
    /// The share of cycles without running out that orders are made for.
    pub service_level: f64,
}

/// What a model says.
#[derive(Debug, Default)]
pub struct Issued {
    /// Rows by the table that they go into, without the columns that are the same for all of a run.
    pub tables: Vec<(&'static str, RecordBatch)>,
    /// What was forecast: articles and places, customers, kinds of work.
    pub forecasts: usize,
    /// How many of these by something simpler.
    pub fallbacks: usize,
    /// Why nothing is said; none where something is.
    pub abstained: Option<String>,
    /// What it had learnt and was set to, as JSON.
    pub parameters: String,
}

impl Issued {
    /// Nothing, and why.
    pub fn abstained(reason: impl Into<String>) -> Self {
        Self { abstained: Some(reason.into()), ..Self::default() }
    }
}

/// Why a model cannot answer at all: its frames are not what it reads.
#[derive(Debug, Error)]
pub enum ModelError {
    /// A frame lacks something.
    #[error("features/{frame}.sql {detail}")]
    Frame {
        /// Its name.
        frame: String,
        /// What is wrong.
        detail: String,
    },
    /// Rows could not be made.
    #[error("making rows of forecasts: {0}")]
    Rows(String),
}

impl ModelError {
    /// That `frame` is not as it is read.
    pub(crate) fn frame(frame: &str, detail: String) -> Self {
        Self::Frame { frame: frame.to_owned(), detail }
    }
}

/// A model.
pub trait Model: Send + Sync {
    /// Its name: `demand`.
    fn name(&self) -> &'static str;

    /// Version of its code: what it says changes only with it.
    fn version(&self) -> &'static str;

    /// The frames that it reads.
    fn frames(&self) -> &'static [&'static str];

    /// Forecasts.
    ///
    /// # Errors
    /// [`ModelError`] when a frame is not as it is read; too little to say something is no error.
    fn issue(&self, given: &Given<'_>) -> Result<Issued, ModelError>;
}

/// Every model, in the order in which they run.
pub fn all() -> [&'static dyn Model; 6] {
    [
        &crate::issue::demand::Demand,
        &crate::issue::stockout::Stockout,
        &crate::issue::churn::Churn,
        &crate::issue::workload::Workload,
        &crate::issue::returns::Returns,
        &crate::issue::anomalies::Anomalies,
    ]
}
