//! What nobody reads any more, removed: data files that no table names, log entries that a checkpoint stands for. Knows no schedule.

use chrono::{DateTime, TimeDelta, Utc};
use deltalake::DeltaTable;
use deltalake::operations::vacuum::VacuumMode;

use crate::error::{EngineError, Result};

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

/// Removes log entries from before the newest checkpoint that were written before `until`; answers how many.
pub(crate) async fn trim_log(table: &DeltaTable, until: DateTime<Utc>) -> Result<usize> {
    let context = "cannot remove old log entries of a table";
    let (version, store) = (table.version().unwrap_or_default(), table.log_store());
    deltalake::checkpoints::cleanup_expired_logs_for(version, store.as_ref(), until.timestamp_millis(), None)
        .await
        .map_err(EngineError::storage(context))
}
