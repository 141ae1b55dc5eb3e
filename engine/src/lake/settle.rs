//! Settling: the versions that have landed since are sorted into those that are current, those that others replaced and those that delete, each
//! in files of its own, so that reading the current state costs what a clean table costs. Changes no answer; safe to kill at any point (files
//! count once the log names them) and beside ingest, queries and other settlings.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take_record_batch};
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use datafusion::execution::runtime_env::RuntimeEnv;
use deltalake::DeltaTableError;
use deltalake::kernel::transaction::CommitBuilder;
use deltalake::kernel::{Action, Add, Remove, Transaction};
use deltalake::protocol::DeltaOperation;

use super::conform::conform;
use super::current::{CurrentState, Looker};
use super::data_file;
use super::file_name::{FileName, Holds};
use super::provider::{LakeFile, TableVersion};
use super::resolve::{Fate, Place};
use super::versions;
use crate::contract::TableContract;
use crate::error::{EngineError, Result};

/// Name under which settlings count themselves in a table's log: of two at once, one fails and leaves the table as it was.
const COUNTER: &str = "settling";
/// Rows of a settled file, and rows that a settling holds at once for each kind.
const FILE_ROWS: usize = 1 << 20;
/// Settled files below a quarter of [`FILE_ROWS`] that may stand before they are made one.
const SMALL_FILES: usize = 8;

/// What a settling did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// Files that went.
    pub files_removed: usize,
    /// Files that came.
    pub files_added: usize,
    /// Rows written anew.
    pub rows: usize,
}

/// Settles the table that `looker` looks at, as of now; `until` is the newest landing that it knows of, `id` a name for the new files that no
/// other settling bears. `None` when there is nothing to do, or another settling came first.
///
/// # Errors
/// [`EngineError::Storage`] when files cannot be read or written; the table is then as it was.
pub async fn settle(looker: &Looker<'_>, until: DateTime<Utc>, id: &str) -> Result<Option<Settled>> {
    let state = looker.current().await?;
    let files = looker.table.files();
    let chosen = files_to_settle(&state, files);
    if chosen.is_empty() {
        return Ok(None);
    }
    let fates = fates(&state);
    let mut writer = Writer::new(looker.table, looker.contract, until, id);
    for index in &chosen {
        let file = u32::try_from(*index).unwrap_or(u32::MAX);
        let fate = |position| fates.get(&Place { file, position }).copied();
        writer.sort_in(&files[*index], looker.runtime, state.tail[*index], fate).await?;
    }
    let (adds, rows) = writer.finish().await?;
    let removes = chosen.iter().map(|index| remove(&files[*index], until, false)).collect::<Vec<_>>();
    let settled = Settled { files_removed: removes.len(), files_added: adds.len(), rows };
    let actions = adds.into_iter().map(Action::Add).chain(removes.into_iter().map(Action::Remove)).collect();
    let operation = DeltaOperation::Optimize { predicate: None, target_size: i64::try_from(FILE_ROWS).unwrap_or(i64::MAX) };
    match commit(looker.table, actions, operation).await {
        Ok(()) => Ok(Some(settled)),
        Err(DeltaTableError::Transaction { .. }) => Ok(None),
        Err(error) => Err(EngineError::storage(format!("cannot settle {}", looker.contract.name))(error)),
    }
}

/// All parts of the tail; settled files in which something has been replaced; small ones and those of records told in parts, when many.
fn files_to_settle(state: &CurrentState, files: &[LakeFile]) -> Vec<usize> {
    let moves = |(place, fate): &(Place, Fate)| {
        let file = usize::try_from(place.file).unwrap_or(usize::MAX);
        let stays = *fate == Fate::Deleted && files.get(file).is_some_and(|file| file.name.holds == Holds::Deleted);
        (!stays).then_some(file)
    };
    let touched = state.resolution.hidden.iter().filter_map(moves).collect::<HashSet<_>>();
    let is_part = |index: &usize| state.tail[*index] && files[*index].name.holds != Holds::Merging;
    let parts = (0..files.len()).filter(is_part).collect::<Vec<_>>();
    let touched = (0..files.len()).filter(|index| touched.contains(index) && !state.tail[*index]).collect::<Vec<_>>();
    let small = |holds: Holds| {
        let small = |index: &usize| files[*index].name.holds == holds && files[*index].rows < FILE_ROWS / 4;
        let small = (0..files.len()).filter(small).collect::<Vec<_>>();
        if small.len() > SMALL_FILES { small } else { Vec::new() }
    };
    let mut chosen =
        [parts, touched, small(Holds::Settled), small(Holds::Superseded), small(Holds::Deleted), small(Holds::Merging)].concat();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// What becomes of rows; those of retracted batches are kept for who asks as of before.
fn fates(state: &CurrentState) -> HashMap<Place, Fate> {
    let unknown = state.unknown.iter().flat_map(|(file, positions)| {
        positions.iter().map(|position| (Place { file: *file, position: *position }, Fate::Superseded))
    });
    state.resolution.hidden.iter().copied().chain(unknown).collect()
}

/// That a file is no longer of the table.
pub(super) fn remove(file: &LakeFile, at: DateTime<Utc>, data_change: bool) -> Remove {
    Remove {
        path: file.path.clone(),
        data_change,
        deletion_timestamp: Some(at.timestamp_millis()),
        extended_file_metadata: Some(true),
        partition_values: Some(HashMap::new()),
        size: i64::try_from(file.file.object_meta.size).ok(),
        ..Remove::default()
    }
}

/// Commits files that take the place of others; of two such commits at once one fails.
pub(super) async fn commit(table: &TableVersion, actions: Vec<Action>, operation: DeltaOperation) -> Result<(), DeltaTableError> {
    let version = i64::try_from(table.version()).unwrap_or(i64::MAX);
    let properties = super::commit_properties(vec![Transaction::new(COUNTER, version)]);
    let handle = table.handle();
    CommitBuilder::from(properties)
        .with_actions(actions)
        .build(Some(handle.snapshot()?.snapshot()), handle.log_store(), operation)
        .await?;
    Ok(())
}

/// Sorts rows into files by what has become of them.
struct Writer<'a> {
    table: &'a TableVersion,
    contract: &'a Arc<TableContract>,
    until: DateTime<Utc>,
    id: &'a str,
    waiting: [(Holds, Vec<RecordBatch>, usize); 4],
    adds: Vec<Add>,
    rows: usize,
}

impl<'a> Writer<'a> {
    fn new(table: &'a TableVersion, contract: &'a Arc<TableContract>, until: DateTime<Utc>, id: &'a str) -> Self {
        let waiting = [Holds::Settled, Holds::Superseded, Holds::Deleted, Holds::Merging].map(|holds| (holds, Vec::new(), 0));
        Self { table, contract, until, id, waiting, adds: Vec::new(), rows: 0 }
    }

    /// Takes the rows of `file`; a row without a fate is current, or stays what its file says.
    async fn sort_in(
        &mut self,
        file: &LakeFile,
        runtime: &RuntimeEnv,
        is_tail: bool,
        fate: impl Fn(u32) -> Option<Fate>,
    ) -> Result<()> {
        let stays = match &file.name.holds {
            Holds::Superseded if !is_tail => 1,
            Holds::Deleted if !is_tail => 2,
            _ => 0,
        };
        let mut position = 0;
        for batch in versions::rows(self.table, file, None, None, runtime).await? {
            let mut kinds: [Vec<u32>; 4] = std::array::from_fn(|_| Vec::new());
            for row in 0..u32::try_from(batch.num_rows()).unwrap_or(u32::MAX) {
                let kind = match fate(position + row) {
                    None => stays,
                    Some(Fate::Superseded) => 1,
                    Some(Fate::Deleted) => 2,
                    Some(Fate::Merged) => 3,
                };
                kinds[kind].push(row);
            }
            position += u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
            let batch = conform(&self.contract.schema, &batch).map_err(|error| self.failed(&error))?;
            for (kind, rows) in kinds.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
                self.wait(kind, &batch, rows).await?;
            }
        }
        Ok(())
    }

    async fn wait(&mut self, kind: usize, batch: &RecordBatch, rows: Vec<u32>) -> Result<()> {
        let every = rows.len() == batch.num_rows();
        let taken = if every { Ok(batch.clone()) } else { take_record_batch(batch, &UInt32Array::from(rows)) };
        let taken = taken.map_err(|error| self.failed(&error))?;
        let (_, batches, waiting) = &mut self.waiting[kind];
        *waiting += taken.num_rows();
        batches.push(taken);
        if *waiting >= FILE_ROWS { self.write(kind).await } else { Ok(()) }
    }

    /// Writes what waits, in the table's physical order.
    async fn write(&mut self, kind: usize) -> Result<()> {
        let (holds, batches, waiting) = &mut self.waiting[kind];
        let (holds, batches) = (holds.clone(), std::mem::take(batches));
        *waiting = 0;
        if batches.is_empty() {
            return Ok(());
        }
        let contract = Arc::clone(self.contract);
        let encoding = tokio::task::spawn_blocking(move || {
            let rows = sorted(&contract, &batches)?;
            let file = data_file::encode(&contract, &rows).map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
            Ok::<_, ArrowError>((file, rows.num_rows()))
        });
        let encoded = encoding.await.map_err(|error| EngineError::Internal(format!("settling stopped: {error}")))?;
        let (file, rows) = encoded.map_err(|error| self.failed(&error))?;
        let name = FileName::of_settling(&holds, self.until, self.id, self.adds.len());
        let add = super::store(self.table.handle(), file, &name).await;
        let add = add.map_err(EngineError::storage(format!("cannot store a settled file of {}", self.contract.name)))?;
        self.adds.push(Add { data_change: false, ..add });
        self.rows += rows;
        Ok(())
    }

    async fn finish(mut self) -> Result<(Vec<Add>, usize)> {
        for kind in 0..self.waiting.len() {
            self.write(kind).await?;
        }
        Ok((self.adds, self.rows))
    }

    fn failed(&self, error: &ArrowError) -> EngineError {
        EngineError::Internal(format!("settling {}: {error}", self.contract.name))
    }
}

fn sorted(contract: &TableContract, batches: &[RecordBatch]) -> Result<RecordBatch, ArrowError> {
    let rows = concat_batches(&contract.schema, batches)?;
    let order = contract.order_by.iter().filter_map(|name| rows.column_by_name(name));
    let order = order.map(|values| SortColumn { values: Arc::clone(values), options: None }).collect::<Vec<_>>();
    if order.is_empty() {
        return Ok(rows);
    }
    take_record_batch(&rows, &lexsort_to_indices(&order, None)?)
}
