//! One run of one model: frames selected as known at a time, forecasts made of them, rows landed whole and once. Knows no model by name.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{Field, Schema};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use quarterdeck_control::Tenant;
use quarterdeck_engine::Engine;
use quarterdeck_engine::features::Features;
use quarterdeck_engine::landing::{BatchOrigin, Counted, Sink, TenantSink};
use quarterdeck_engine::profile::{self, TenantProfile};
use quarterdeck_engine::scope::{Scope, TenantId};
use quarterdeck_models::model::{Given, Issued, Model};
use serde::Serialize;

use crate::clock;
use crate::home;

/// What forecasts are said to come from, and the pack that lands them.
const SOURCE: &str = "forecast";
/// The table of runs.
const RUNS: &str = "forecast_runs";

/// For whom, and as of when.
pub(crate) struct Issue<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) tenant: &'a Tenant,
    pub(crate) as_of: Option<DateTime<Utc>>,
    pub(crate) service_level: f64,
}

/// What came of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Run {
    pub(crate) model: &'static str,
    pub(crate) model_version: &'static str,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) knowledge_time: Option<DateTime<Utc>>,
    pub(crate) basis: &'static str,
    pub(crate) data_hash: String,
    pub(crate) forecasts: usize,
    pub(crate) fallbacks: usize,
    pub(crate) row_count: usize,
    pub(crate) abstained: Option<String>,
    #[serde(skip)]
    pub(crate) parameters: String,
    pub(crate) elapsed_ms: u64,
    /// Whether it said something that it had not said before.
    pub(crate) is_new: bool,
    #[serde(skip)]
    ran_at: DateTime<Utc>,
}

impl Issue<'_> {
    /// Runs `model`. What it has said of the same records before is left as it is.
    pub(crate) async fn run(&self, model: &'static dyn Model) -> Result<Run> {
        let started = Instant::now();
        let ran_at = clock::now();
        let id = TenantId::parse(&self.tenant.id)?;
        let profile = home::profile(self.tenant);
        let scope = Scope::of([id.clone()]);
        let features = self.engine.features(&scope, id.as_str(), profile.clone(), self.as_of, model.frames()).await;
        let features = features.with_context(|| format!("selecting what {} is forecast from", model.name()))?;
        let origin = origin(model, &features, ran_at);
        let sink = TenantSink::new(self.engine.clone(), id, profile.clone());
        let mut run = Run {
            model: model.name(),
            model_version: model.version(),
            issued_at: features.issued_at,
            knowledge_time: features.knowledge_time,
            basis: features.basis.as_str(),
            data_hash: features.data_hash.clone(),
            forecasts: 0,
            fallbacks: 0,
            row_count: 0,
            abstained: None,
            parameters: String::new(),
            elapsed_ms: 0,
            is_new: false,
            ran_at,
        };
        if sink.has_landed(&origin.batch_id).await? {
            return Ok(run);
        }
        let service_level = self.service_level;
        let issued = tokio::task::spawn_blocking(move || say(model, &features, &profile, service_level)).await??;
        run.forecasts = issued.forecasts;
        run.fallbacks = issued.fallbacks;
        run.row_count = issued.tables.iter().map(|(_, rows)| rows.num_rows()).sum();
        run.abstained = issued.abstained;
        run.parameters = issued.parameters;
        run.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        run.is_new = true;
        self.land(&sink, &origin, &run, issued.tables).await?;
        Ok(run)
    }

    async fn land(&self, sink: &TenantSink, origin: &BatchOrigin, run: &Run, tables: Vec<(&str, RecordBatch)>) -> Result<()> {
        let mut landed = 0;
        let mut append = async |table: &str, rows: &RecordBatch| -> Result<()> {
            let rows = sink.ready(origin, table, &run.marked(rows)?, 0)?;
            landed += i64::try_from(rows.count()).unwrap_or(i64::MAX);
            Ok(sink.append(origin, rows, 0).await?)
        };
        for (table, rows) in &tables {
            append(table, rows).await.with_context(|| format!("landing forecasts in {table}"))?;
        }
        append(RUNS, &run.row()?).await.context("landing the run")?;
        sink.finish(origin, landed, clock::now(), &[]).await?;
        Ok(())
    }
}

/// The same model over the same records as of the same time is the same batch: it lands once.
fn origin(model: &dyn Model, features: &Features, ran_at: DateTime<Utc>) -> BatchOrigin {
    let issued = features.issued_at.timestamp_micros();
    let hash = features.data_hash.get(..32).unwrap_or(&features.data_hash);
    BatchOrigin {
        batch_id: format!("forecast-{}-{}-{issued}-{}-{hash}", model.name(), model.version(), features.basis.as_str()),
        pack: SOURCE.into(),
        source: SOURCE.into(),
        instance: model.name().into(),
        files: 0,
        ingested_at: ran_at,
        counted: Counted::Parts,
    }
}

fn say(model: &dyn Model, features: &Features, profile: &TenantProfile, service_level: f64) -> Result<Issued> {
    let zone = profile.zone;
    // The first hour that is not over: one that has just begun is whole.
    let last_known = features.issued_at - TimeDelta::microseconds(1);
    let origin_hour = hour_of(last_known.with_timezone(&zone).naive_local()) + TimeDelta::hours(1);
    let seed = features.data_hash.get(..16).and_then(|hash| u64::from_str_radix(hash, 16).ok()).unwrap_or_default();
    let given = Given {
        frames: &features.frames,
        origin: features.issued_at.with_timezone(&zone).date_naive(),
        origin_hour,
        instant: &|local| profile::instant(zone, local),
        holidays: &features.closed_days,
        seed,
        service_level,
    };
    Ok(model.issue(&given)?)
}

fn hour_of(time: NaiveDateTime) -> NaiveDateTime {
    let into = time.and_utc().timestamp_micros().rem_euclid(3_600_000_000);
    time - TimeDelta::microseconds(into)
}

impl Run {
    /// `rows` with the columns that are the same for all rows of a run.
    fn marked(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let count = rows.num_rows();
        let text = |value: &str| Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, count))) as ArrayRef;
        let instant = |at: Option<DateTime<Utc>>| {
            let micros = std::iter::repeat_n(at.map(|at| at.timestamp_micros()), count).collect::<TimestampMicrosecondArray>();
            Arc::new(micros.with_timezone("UTC")) as ArrayRef
        };
        let marks = [
            ("issued_at", instant(Some(self.issued_at))),
            ("model_version", text(self.model_version)),
            ("basis", text(self.basis)),
            ("knowledge_time", instant(self.knowledge_time)),
            ("data_hash", text(&self.data_hash)),
            // Said again from other records, the later word stands; what was said first stays in the history.
            ("_version", instant(Some(self.ran_at))),
            ("_occurred_at", instant(Some(self.issued_at))),
        ];
        let mut fields = rows.schema().fields().iter().map(|field| field.as_ref().clone()).collect::<Vec<_>>();
        let mut columns = rows.columns().to_vec();
        for (name, values) in marks {
            fields.push(Field::new(name, values.data_type().clone(), true));
            columns.push(values);
        }
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
    }

    /// The run itself, a row of the table of runs.
    fn row(&self) -> Result<RecordBatch> {
        let text = |value: Option<&str>| Arc::new(StringArray::from(vec![value])) as ArrayRef;
        let whole = |value: u64| Arc::new(Int64Array::from(vec![i64::try_from(value).unwrap_or(i64::MAX)])) as ArrayRef;
        let count = |value: usize| whole(u64::try_from(value).unwrap_or(u64::MAX));
        let ran_at = TimestampMicrosecondArray::from(vec![self.ran_at.timestamp_micros()]).with_timezone("UTC");
        let columns = [
            ("model", text(Some(self.model))),
            ("forecasts", count(self.forecasts)),
            ("fallbacks", count(self.fallbacks)),
            ("row_count", count(self.row_count)),
            ("abstained", text(self.abstained.as_deref())),
            ("parameters", text(Some(&self.parameters).filter(|text| !text.is_empty()).map(String::as_str))),
            ("elapsed_ms", whole(self.elapsed_ms)),
            ("ran_at", Arc::new(ran_at) as ArrayRef),
        ];
        Ok(RecordBatch::try_from_iter_with_nullable(columns.map(|(name, values)| (name, values, true)))?)
    }
}
