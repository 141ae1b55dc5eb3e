//! Retention by class: what a table's class is kept for no longer goes, in all its versions, by the time at which we learnt it. Knows no
//! schedule; the days are configuration. What has gone can no longer be shown as it was known then.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::TimestampMicrosecondType;
use arrow::error::ArrowError;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::contract::{INGESTED_AT, TableContract};
use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::lake::provider::{LakeFile, TableVersion};
use crate::lake::rewrite::{Change, rewrite};
use crate::lake::snapshot::TenantSnapshot;
use crate::lake::versions;
use crate::scope::TenantId;

/// The class that is kept for ever: what landings, loads and erasures say of themselves.
const SYSTEM: &str = "system";

/// What went from a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableExpired {
    /// The table.
    pub table: String,
    /// Rows that went.
    pub rows: u64,
    /// Files that they were in.
    pub files: usize,
}

impl Engine {
    /// Checks that `days` names classes that tables have.
    ///
    /// # Errors
    /// [`EngineError::Request`] for a class that no table has, or that is kept for ever.
    pub fn check_retention(&self, days: &BTreeMap<String, u32>) -> Result<()> {
        let classes = self.contracts.iter().map(|contract| contract.retention.as_str()).filter(|class| *class != SYSTEM);
        let classes = classes.collect::<std::collections::BTreeSet<_>>();
        match days.keys().find(|class| !classes.contains(class.as_str())) {
            Some(unknown) => {
                let classes = classes.into_iter().collect::<Vec<_>>().join(", ");
                Err(EngineError::Request(format!("no table has a retention class `{unknown}` that ends: there is {classes}")))
            }
            None => Ok(()),
        }
    }

    /// Removes rows that were learnt longer ago than the days of their table's class; classes that `days` does not name are kept.
    ///
    /// # Errors
    /// As [`Engine::check_retention`]; [`EngineError::Storage`] when files cannot be read or written, and tables before it are done.
    pub async fn expire(&self, tenant: &TenantId, days: &BTreeMap<String, u32>, now: DateTime<Utc>) -> Result<Vec<TableExpired>> {
        self.check_retention(days)?;
        if days.is_empty() {
            return Ok(Vec::new());
        }
        let runtime = self.runtime();
        let snapshot = TenantSnapshot::open(&self.lake, tenant, &self.contracts, None, runtime).await?;
        let mut expired = Vec::new();
        for contract in self.contracts.iter() {
            let (Some(days), Some(table)) = (days.get(&contract.retention), snapshot.table(&contract.name)) else { continue };
            let until = (now - TimeDelta::days((*days).into())).timestamp_micros();
            let mut old = Vec::new();
            for file in table.files() {
                if holds_older(table, contract, file, until, runtime).await? {
                    old.push(file);
                }
            }
            let id = format!("{:x}k", now.timestamp_micros());
            // A settling that comes first leaves it to the next round.
            let replaced =
                rewrite(table, contract, &old, &|rows| younger(rows, until), &id, now, runtime).await?.unwrap_or_default();
            if !replaced.is_empty() {
                let rows = replaced.iter().map(|file| u64::try_from(file.removed).unwrap_or(u64::MAX)).sum();
                expired.push(TableExpired { table: contract.name.clone(), rows, files: replaced.len() });
            }
        }
        if !expired.is_empty() {
            self.reopen(tenant).await;
        }
        Ok(expired)
    }
}

async fn holds_older(
    table: &TableVersion,
    contract: &Arc<TableContract>,
    file: &LakeFile,
    until: i64,
    runtime: &datafusion::execution::runtime_env::RuntimeEnv,
) -> Result<bool> {
    for batch in versions::rows(table, file, Some(&[INGESTED_AT]), None, runtime).await? {
        let failed = |error: ArrowError| EngineError::Internal(format!("reading the age of rows of {}: {error}", contract.name));
        if kept(&batch, until).map_err(failed)?.false_count() > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

fn kept(batch: &RecordBatch, until: i64) -> Result<BooleanArray, ArrowError> {
    let missing = || ArrowError::SchemaError(format!("the file has no column {INGESTED_AT}"));
    let learnt = batch.column_by_name(INGESTED_AT).ok_or_else(missing)?.as_primitive::<TimestampMicrosecondType>();
    Ok(learnt.values().iter().map(|at| Some(*at >= until)).collect())
}

fn younger(batch: &RecordBatch, until: i64) -> Result<Option<Change>, ArrowError> {
    let kept = kept(batch, until)?;
    let removed = kept.false_count();
    if removed == 0 {
        return Ok(None);
    }
    Ok(Some(Change { rows: filter_record_batch(batch, &kept)?, removed, changed: 0 }))
}
