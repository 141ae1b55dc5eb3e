//! Delta tables under one prefix a tenant: `<lake>/<tenant>/<table>/`. Knows where tables stand and how rows are appended to
//! them; what a reader sees of them is [`snapshot`]'s and [`current`]'s.

pub mod batches;
mod conform;
pub mod current;
pub mod data_file;
pub mod ending;
pub mod file_name;
pub mod history;
pub mod layout;
pub mod merge;
pub(crate) mod old_files;
pub mod once;
pub mod positions;
pub mod provider;
pub mod resolve;
pub mod rewrite;
pub mod settle;
pub mod snapshot;
pub mod versions;

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, StructType, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError, TableProperty};
use moka::future::Cache;
use object_store::ObjectStoreExt;
use url::Url;

use self::data_file::DataFile;
pub use self::once::{Appended, Once, Rule};
use crate::contract::TableContract;
use crate::error::{EngineError, Result};
use crate::scope::TenantId;

/// How often an append is tried again after another writer's commit came first.
const COMMIT_ATTEMPTS: usize = 8;

/// How often rows are dated anew after another writer's came first.
const ORDERED_ATTEMPTS: usize = 32;
/// Counts the instants at which rows came to be known, in microseconds.
const KNOWN_AT: &str = "known at";
/// Commits that a kept handle takes in before it is opened anew: what it remembers of each makes the next one dearer.
const HANDLE_COMMITS: u64 = 100;
/// Handles of tables that are kept.
const KEPT_HANDLES: u64 = 4_096;

/// A lake: a URL and the options of its object store.
#[derive(Debug, Clone)]
pub struct Lake {
    root: Url,
    options: HashMap<String, String>,
    handles: Cache<Url, (DeltaTable, u64)>,
    /// What counters stood at when a table stood at a version: to ask the log is to read all of it since its checkpoint.
    counts: Cache<(Url, String), (u64, i64)>,
}

impl Lake {
    /// Opens the lake at `location`, a directory or a URL (`s3://bucket/prefix`); a missing local directory is made.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the location is no URL of a known store or its directory cannot be made.
    pub fn open(location: &str, options: HashMap<String, String>) -> Result<Self> {
        let mut root =
            deltalake::ensure_table_uri(location).map_err(EngineError::storage(format!("cannot open the lake at {location}")))?;
        if !root.path().ends_with('/') {
            root.set_path(&format!("{}/", root.path()));
        }
        Ok(Self { root, options, handles: Cache::new(KEPT_HANDLES), counts: Cache::new(KEPT_HANDLES) })
    }

    fn table_url(&self, tenant: &TenantId, table: &str) -> Result<Url> {
        let relative = format!("{tenant}/{table}/");
        self.root.join(&relative).map_err(EngineError::storage(format!("cannot name the table {table}")))
    }

    /// Opens the table at its newest version; `None` when the tenant has no such table yet.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when its log cannot be read.
    pub async fn table(&self, tenant: &TenantId, table: &str) -> Result<Option<DeltaTable>> {
        let context = || format!("cannot open the table {table}");
        let url = self.table_url(tenant, table)?;
        if url.to_file_path().is_ok_and(|directory| !directory.join("_delta_log").is_dir()) {
            return Ok(None);
        }
        let kept = self.handles.get(&url).await;
        if let Some((mut table, first)) = kept
            && table.version().is_some_and(|version| version < first + HANDLE_COMMITS)
            && table.update_state().await.is_ok()
        {
            self.handles.insert(url, (table.clone(), first)).await;
            return Ok(Some(table));
        }
        let opened = DeltaTableBuilder::from_url(url.clone()).map_err(EngineError::storage(context()))?;
        match opened.with_storage_options(self.options.clone()).load().await {
            Ok(table) => {
                self.handles.insert(url, (table.clone(), table.version().unwrap_or_default())).await;
                Ok(Some(table))
            }
            Err(DeltaTableError::NotATable(_) | DeltaTableError::InvalidTableLocation(_)) => Ok(None),
            Err(error) => Err(EngineError::storage(context())(error)),
        }
    }

    async fn table_or_new(&self, tenant: &TenantId, contract: &TableContract) -> Result<DeltaTable> {
        if let Some(table) = self.table(tenant, &contract.name).await? {
            return Ok(table);
        }
        match self.create(tenant, contract).await {
            Ok(table) => Ok(table),
            // Another writer may have made it in between.
            Err(error) => self.table(tenant, &contract.name).await?.ok_or(error),
        }
    }

    async fn create(&self, tenant: &TenantId, contract: &TableContract) -> Result<DeltaTable> {
        let context = || format!("cannot create the table {}", contract.name);
        let url = self.table_url(tenant, &contract.name)?;
        if let Ok(directory) = url.to_file_path() {
            std::fs::create_dir_all(directory).map_err(EngineError::storage(context()))?;
        }
        let columns: StructType = contract.schema.as_ref().try_into_kernel().map_err(EngineError::storage(context()))?;
        DeltaTableBuilder::from_url(url)
            .map_err(EngineError::storage(context()))?
            .with_storage_options(self.options.clone())
            .build()
            .map_err(EngineError::storage(context()))?
            .create()
            .with_table_name(&contract.name)
            .with_comment(&contract.about)
            .with_columns(columns.fields().cloned())
            .with_configuration_property(TableProperty::DataSkippingNumIndexedCols, Some("-1"))
            .await
            .map_err(EngineError::storage(context()))
    }

    /// Appends `rows` as the file `name` in one commit; what `once` says is there already is not appended again.
    ///
    /// # Errors
    /// [`EngineError::Outrun`] when the counter does not stand where `once` wants it, [`EngineError::Storage`] when the store refuses; nothing
    /// of the rows is then visible.
    pub async fn append(
        &self,
        tenant: &TenantId,
        contract: &Arc<TableContract>,
        rows: RecordBatch,
        name: &str,
        once: &Once,
    ) -> Result<Appended> {
        let context = || format!("cannot append to {}", contract.name);
        // As it was last seen: what others have committed since is found out by the commit itself.
        let mut table = match self.kept(tenant, &contract.name).await? {
            Some(table) => table,
            None => self.table_or_new(tenant, contract).await?,
        };
        if self.is_done(&table, once).await? {
            return Ok(Appended::Before);
        }
        let add = self.encode_and_store(&table, contract, rows, name).await?;
        let mut last_error = None;
        for _ in 0..COMMIT_ATTEMPTS {
            match commit_append(&mut table, add.clone(), &[once]).await {
                Ok(version) => {
                    self.keep(&table, &[once], version).await;
                    return Ok(Appended::Now);
                }
                Err(error @ DeltaTableError::Transaction { .. }) => last_error = Some(error),
                Err(error) => return Err(EngineError::storage(context())(error)),
            }
            // Another writer's commit came first: look again, it may have been this very one.
            table = self.table_or_new(tenant, contract).await?;
            if self.is_done(&table, once).await? {
                return Ok(Appended::Before);
            }
        }
        Err(too_many_came_first(&context(), last_error))
    }

    /// As [`Lake::append`], of rows that bear the instant at which they come to be known: `at`, or a microsecond after the last such rows of the
    /// table, whichever is later, so that no commit is ever dated before one that was seen. `rows` makes them for an instant.
    ///
    /// # Errors
    /// As [`Lake::append`].
    pub async fn append_in_order(
        &self,
        tenant: &TenantId,
        contract: &Arc<TableContract>,
        rows: &(dyn Fn(DateTime<Utc>) -> Result<RecordBatch> + Sync),
        at: DateTime<Utc>,
        name: &str,
        once: &Once,
    ) -> Result<Appended> {
        let context = || format!("cannot append to {}", contract.name);
        let mut table = self.table_or_new(tenant, contract).await?;
        let mut last_error = None;
        for _ in 0..ORDERED_ATTEMPTS {
            if self.is_done(&table, once).await? {
                return Ok(Appended::Before);
            }
            let last = self.count(&table, KNOWN_AT).await?.unwrap_or(i64::MIN);
            let known_at = at.timestamp_micros().max(last.saturating_add(1));
            let instant = DateTime::from_timestamp_micros(known_at).unwrap_or(at);
            let add = self.encode_and_store(&table, contract, rows(instant)?, name).await?;
            // Of two at once one conflicts by this counter, and is dated anew.
            let order = Once { counter: KNOWN_AT.to_owned(), count: known_at, rule: Rule::Always };
            match commit_append(&mut table, add, &[once, &order]).await {
                Ok(version) => {
                    self.keep(&table, &[once, &order], version).await;
                    return Ok(Appended::Now);
                }
                Err(error @ DeltaTableError::Transaction { .. }) => last_error = Some(error),
                Err(error) => return Err(EngineError::storage(context())(error)),
            }
            table = self.table_or_new(tenant, contract).await?;
        }
        Err(too_many_came_first(&context(), last_error))
    }

    async fn encode_and_store(
        &self,
        table: &DeltaTable,
        contract: &Arc<TableContract>,
        rows: RecordBatch,
        name: &str,
    ) -> Result<Add> {
        let context = || format!("cannot store rows of {}", contract.name);
        let encoding = Arc::clone(contract);
        let encoded = tokio::task::spawn_blocking(move || data_file::encode(&encoding, &rows)).await;
        let file = encoded.map_err(EngineError::storage(context()))?.map_err(EngineError::storage(context()))?;
        store(table, file, name).await.map_err(EngineError::storage(context()))
    }

    /// What `counter` stands at in the table; none when it never counted there.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the log cannot be read.
    pub async fn counted(&self, tenant: &TenantId, table: &str, counter: &str) -> Result<Option<i64>> {
        match self.table(tenant, table).await? {
            Some(table) => self.count(&table, counter).await,
            None => Ok(None),
        }
    }

    /// The kept handle of a table, as it was last seen; none where it is to be opened anew.
    async fn kept(&self, tenant: &TenantId, table: &str) -> Result<Option<DeltaTable>> {
        let kept = self.handles.get(&self.table_url(tenant, table)?).await;
        Ok(kept
            .filter(|(table, first)| table.version().is_some_and(|version| version < first + HANDLE_COMMITS))
            .map(|(table, _)| table))
    }

    /// Keeps the handle after a commit of ours, and what was counted with it.
    async fn keep(&self, table: &DeltaTable, counted: &[&Once], version: u64) {
        let url = table.table_url().clone();
        let first = self.handles.get(&url).await.map_or(version, |(_, first)| first);
        self.handles.insert(url.clone(), (table.clone(), first)).await;
        for once in counted {
            self.counts.insert((url.clone(), once.counter.clone()), (version, once.count)).await;
        }
    }

    async fn count(&self, table: &DeltaTable, counter: &str) -> Result<Option<i64>> {
        let key = (table.table_url().clone(), counter.to_owned());
        let version = table.version().unwrap_or_default();
        if let Some((counted_at, count)) = self.counts.get(&key).await
            && counted_at == version
        {
            return Ok(Some(count));
        }
        let counted = counted(table, counter).await?;
        if let Some(count) = counted {
            self.counts.insert(key, (version, count)).await;
        }
        Ok(counted)
    }

    async fn is_done(&self, table: &DeltaTable, once: &Once) -> Result<bool> {
        match once.rule {
            Rule::Always => Ok(false),
            Rule::UnlessDone => Ok(self.count(table, &once.counter).await?.is_some_and(|counted| counted >= once.count)),
            Rule::After(expected) => {
                let found = self.count(table, &once.counter).await?.unwrap_or_default();
                if found == expected {
                    return Ok(false);
                }
                Err(EngineError::Outrun { counter: once.counter.clone(), expected, found })
            }
        }
    }
}

/// Stores a data file: storing it again under its name replaces it.
pub(crate) async fn store(table: &DeltaTable, file: DataFile, name: &str) -> Result<Add, object_store::Error> {
    let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
    let store = table.object_store();
    store.put(&object_store::path::Path::from(name), file.bytes.into()).await?;
    let stored = store.head(&object_store::path::Path::from(name)).await?;
    Ok(Add {
        path: name.to_owned(),
        size,
        modification_time: stored.last_modified.timestamp_millis(),
        data_change: true,
        stats: Some(file.statistics),
        ..Add::default()
    })
}

/// Commits, and leaves `table` at the version committed.
async fn commit_append(table: &mut DeltaTable, add: Add, counted: &[&Once]) -> Result<u64, DeltaTableError> {
    let transaction = |once: &&Once| Transaction::new(&once.counter, once.count);
    let properties = commit_properties(counted.iter().map(transaction).collect());
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
    let committed = CommitBuilder::from(properties)
        .with_actions(vec![Action::Add(add)])
        .build(Some(table.snapshot()?.snapshot()), table.log_store(), operation)
        .await?;
    table.state = Some(committed.snapshot());
    Ok(committed.version())
}

/// A commit's properties; old log entries are removed by upkeep, not by looking through the whole log after each commit.
pub(crate) fn commit_properties(transactions: Vec<Transaction>) -> CommitProperties {
    let properties = CommitProperties::default().with_cleanup_expired_logs(Some(false));
    transactions.into_iter().fold(properties, CommitProperties::with_application_transaction)
}

fn too_many_came_first(context: &str, last_error: Option<DeltaTableError>) -> EngineError {
    EngineError::Storage {
        context: format!("{context}: other writers came first too often"),
        cause: last_error.map_or_else(|| "no attempt was made".into(), Into::into),
    }
}

async fn counted(table: &DeltaTable, counter: &str) -> Result<Option<i64>> {
    let context = "cannot read a table's transactions";
    let store = table.log_store();
    let snapshot = table.snapshot().map_err(EngineError::storage(context))?;
    snapshot.transaction_version(store.as_ref(), counter).await.map_err(EngineError::storage(context))
}

/// A store for reading data files, shared by every table of the lake.
pub(crate) fn data_store(table: &DeltaTable) -> Arc<dyn object_store::ObjectStore> {
    table.log_store().root_object_store(None)
}
