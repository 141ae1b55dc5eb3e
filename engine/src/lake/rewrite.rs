//! Files of a table written anew without some of what they hold: the one way in which what has landed changes, for erasure and retention
//! alone. Knows nothing of whom or what for. Safe to kill at any point (files count once the log names them) and beside ingest, queries and
//! settlings.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use datafusion::execution::runtime_env::RuntimeEnv;
use deltalake::DeltaTableError;
use deltalake::kernel::Action;
use deltalake::protocol::DeltaOperation;

use super::conform::conform;
use super::file_name::FileName;
use super::provider::{LakeFile, TableVersion};
use super::{data_file, settle, versions};
use crate::contract::TableContract;
use crate::error::{EngineError, Result};

/// A file that another took the place of, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedFile {
    /// Its path under the table.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Rows that went.
    pub removed: usize,
    /// Rows that were changed and stay.
    pub changed: usize,
}

/// What becomes of some rows.
#[derive(Debug, Clone)]
pub struct Change {
    /// The rows as they are to be.
    pub rows: RecordBatch,
    /// How many are no longer there.
    pub removed: usize,
    /// How many are there and have changed.
    pub changed: usize,
}

/// What changes rows: none for rows that stay as they are.
pub type Changer<'a> = &'a (dyn Fn(&RecordBatch) -> Result<Option<Change>, ArrowError> + Sync);

/// Writes those of `files` anew in which `changer` changes anything, in one commit; `id` is a name that no other rewriting bears. `None` when a
/// settling or another rewriting came first, and the table is to be looked at anew.
///
/// # Errors
/// [`EngineError::Storage`] when files cannot be read or written; the table is then as it was.
pub async fn rewrite(
    table: &TableVersion,
    contract: &Arc<TableContract>,
    files: &[&LakeFile],
    changer: Changer<'_>,
    id: &str,
    at: DateTime<Utc>,
    runtime: &RuntimeEnv,
) -> Result<Option<Vec<ReplacedFile>>> {
    let failed = |error: ArrowError| EngineError::Internal(format!("writing files of {} anew: {error}", contract.name));
    let mut actions = Vec::new();
    let mut replaced = Vec::new();
    for file in files {
        let mut parts = Vec::new();
        let (mut removed, mut changed) = (0, 0);
        for batch in versions::rows(table, file, None, None, runtime).await? {
            let batch = conform(&contract.schema, &batch).map_err(failed)?;
            match changer(&batch).map_err(failed)? {
                Some(change) => {
                    removed += change.removed;
                    changed += change.changed;
                    parts.push(change.rows);
                }
                None => parts.push(batch),
            }
        }
        if removed + changed == 0 {
            continue;
        }
        let rows = concat_batches(&contract.schema, &parts).map_err(failed)?;
        if rows.num_rows() > 0 {
            let encoding = Arc::clone(contract);
            let encoded = tokio::task::spawn_blocking(move || data_file::encode(&encoding, &rows)).await;
            let encoded = encoded.map_err(|error| EngineError::Internal(format!("writing a file anew stopped: {error}")))?;
            let context = || format!("cannot write a file of {} anew", contract.name);
            let encoded = encoded.map_err(EngineError::storage(context()))?;
            let name = FileName::of_rewriting(&file.path, id);
            actions
                .push(Action::Add(super::store(table.handle(), encoded, &name).await.map_err(EngineError::storage(context()))?));
        }
        actions.push(Action::Remove(settle::remove(file, at, true)));
        replaced.push(ReplacedFile { path: file.path.clone(), bytes: file.file.object_meta.size, removed, changed });
    }
    if replaced.is_empty() {
        return Ok(Some(replaced));
    }
    match settle::commit(table, actions, DeltaOperation::Delete { predicate: None }).await {
        Ok(()) => Ok(Some(replaced)),
        Err(DeltaTableError::Transaction { .. }) => Ok(None),
        Err(error) => Err(EngineError::storage(format!("cannot write files of {} anew", contract.name))(error)),
    }
}

/// How many rows of `file` the changer would remove or change.
///
/// # Errors
/// [`EngineError::Storage`] when the file cannot be read.
pub async fn find(
    table: &TableVersion,
    contract: &TableContract,
    file: &LakeFile,
    changer: Changer<'_>,
    runtime: &RuntimeEnv,
) -> Result<usize> {
    let failed = |error: ArrowError| EngineError::Internal(format!("looking through files of {}: {error}", contract.name));
    let mut found = 0;
    for batch in versions::rows(table, file, None, None, runtime).await? {
        let batch = conform(&contract.schema, &batch).map_err(failed)?;
        found += changer(&batch).map_err(failed)?.map_or(0, |change| change.removed + change.changed);
    }
    Ok(found)
}
