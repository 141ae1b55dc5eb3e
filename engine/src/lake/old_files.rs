//! What nobody reads any more, removed: data files that no table names, log entries that a checkpoint stands for. Knows no schedule.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use deltalake::DeltaTable;
use deltalake::operations::vacuum::VacuumMode;
use futures::TryStreamExt;
use object_store::{ObjectMeta, ObjectStore};

use super::provider::TableVersion;
use crate::error::{EngineError, Result};

/// Folder of a table's log.
const LOG: &str = "_delta_log";

/// Removes data files that no version within `keep` names; answers how many data files.
pub(crate) async fn vacuum(table: &DeltaTable, keep: TimeDelta) -> Result<usize> {
    let context = "cannot remove old files of a table";
    let (_, metrics) = table
        .clone()
        .vacuum()
        .with_retention_period(keep)
        .with_enforce_retention_duration(false)
        .with_mode(VacuumMode::Full)
        .await
        .map_err(EngineError::storage(context))?;
    Ok(metrics.files_deleted.len())
}

/// Removes data files that a commit took out of the table at least `keep` ago, and nothing that no commit ever named: also safe with no time at
/// all beside writers, though not beside readers that began before.
pub(crate) async fn remove_replaced(table: &DeltaTable, keep: TimeDelta) -> Result<usize> {
    let context = "cannot remove replaced files of a table";
    let (_, metrics) = table
        .clone()
        .vacuum()
        .with_retention_period(keep)
        .with_enforce_retention_duration(false)
        .with_mode(VacuumMode::Lite)
        .await
        .map_err(EngineError::storage(context))?;
    Ok(metrics.files_deleted.len())
}

/// How many data files in storage are not of the table's version and were stored before `until`.
pub(crate) async fn unnamed_files(table: &TableVersion, until: DateTime<Utc>) -> Result<usize> {
    let context = "cannot list the files of a table";
    let named = table.files().iter().map(|file| file.path.as_str()).collect::<HashSet<_>>();
    let stored = table.handle().object_store().list(None).try_collect::<Vec<_>>().await.map_err(EngineError::storage(context))?;
    let unnamed = |object: &&ObjectMeta| {
        let path = object.location.as_ref();
        !path.starts_with(LOG) && !named.contains(path) && object.last_modified < until
    };
    Ok(stored.iter().filter(unnamed).count())
}

/// Removes log entries from before the newest checkpoint that were written before `until`; answers how many.
pub(crate) async fn trim_log(table: &DeltaTable, until: DateTime<Utc>) -> Result<usize> {
    let context = "cannot remove old log entries of a table";
    let (version, store) = (table.version().unwrap_or_default(), table.log_store());
    deltalake::checkpoints::cleanup_expired_logs_for(version, store.as_ref(), until.timestamp_millis(), None)
        .await
        .map_err(EngineError::storage(context))
}
