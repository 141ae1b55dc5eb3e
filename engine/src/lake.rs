//! Delta tables under one prefix a tenant: `<lake>/<tenant>/<table>/`. Knows where tables stand and how rows are appended to
//! them; what a reader sees of them is [`snapshot`]'s and [`current`]'s.

pub mod batches;
pub mod current;
pub mod data_file;
pub mod layout;
pub mod provider;
pub mod snapshot;

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, StructType, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError, TableProperty};
use object_store::ObjectStoreExt;
use url::Url;

use self::data_file::DataFile;
use crate::contract::TableContract;
use crate::error::{EngineError, Result};
use crate::scope::TenantId;

/// How often an append is tried again after another writer's commit came first.
const COMMIT_ATTEMPTS: usize = 8;

/// A lake: a URL and the options of its object store.
#[derive(Debug, Clone)]
pub struct Lake {
    root: Url,
    options: HashMap<String, String>,
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
        Ok(Self { root, options })
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
        let opened = DeltaTableBuilder::from_url(url).map_err(EngineError::storage(context()))?;
        match opened.with_storage_options(self.options.clone()).load().await {
            Ok(table) => Ok(Some(table)),
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

    /// Appends `rows` in one commit as part `part` of `batch`; a part that is already there is not appended again.
    /// Returns whether rows were written.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the store refuses; nothing of the part is then visible.
    pub async fn append(
        &self,
        tenant: &TenantId,
        contract: &Arc<TableContract>,
        rows: RecordBatch,
        batch: &str,
        part: i64,
    ) -> Result<bool> {
        let context = || format!("cannot append to {}", contract.name);
        let mut table = self.table_or_new(tenant, contract).await?;
        if landed_part(&table, batch).await?.is_some_and(|landed| landed >= part) {
            return Ok(false);
        }
        let encoding = Arc::clone(contract);
        let encoded = tokio::task::spawn_blocking(move || data_file::encode(&encoding, &rows)).await;
        let file = encoded.map_err(EngineError::storage(context()))?.map_err(EngineError::storage(context()))?;
        let add = store(&table, file, batch, part).await.map_err(EngineError::storage(context()))?;
        let mut last_error = None;
        for _ in 0..COMMIT_ATTEMPTS {
            match commit(&table, add.clone(), batch, part).await {
                Ok(()) => return Ok(true),
                Err(error @ DeltaTableError::Transaction { .. }) => last_error = Some(error),
                Err(error) => return Err(EngineError::storage(context())(error)),
            }
            // Another writer's commit came first: look again, it may have been this very part.
            table = self.table_or_new(tenant, contract).await?;
            if landed_part(&table, batch).await?.is_some_and(|landed| landed >= part) {
                return Ok(false);
            }
        }
        Err(EngineError::Storage {
            context: format!("{}: other writers came first {COMMIT_ATTEMPTS} times", context()),
            cause: last_error.map_or_else(|| "no attempt was made".into(), Into::into),
        })
    }
}

/// Stores a data file under the name of its batch and part: storing it again after a crash replaces it.
async fn store(table: &DeltaTable, file: DataFile, batch: &str, part: i64) -> Result<Add, object_store::Error> {
    let path = format!("part-{part:05}-{batch}.zstd.parquet");
    let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
    let store = table.object_store();
    store.put(&object_store::path::Path::from(path.as_str()), file.bytes.into()).await?;
    let stored = store.head(&object_store::path::Path::from(path.as_str())).await?;
    Ok(Add {
        path,
        size,
        modification_time: stored.last_modified.timestamp_millis(),
        data_change: true,
        stats: Some(file.statistics),
        ..Add::default()
    })
}

async fn commit(table: &DeltaTable, add: Add, batch: &str, part: i64) -> Result<(), DeltaTableError> {
    let properties = CommitProperties::default().with_application_transaction(Transaction::new(batch, part));
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
    CommitBuilder::from(properties)
        .with_actions(vec![Action::Add(add)])
        .build(Some(table.snapshot()?.snapshot()), table.log_store(), operation)
        .await?;
    Ok(())
}

async fn landed_part(table: &DeltaTable, batch: &str) -> Result<Option<i64>> {
    let context = "cannot read a table's transactions";
    let store = table.log_store();
    let snapshot = table.snapshot().map_err(EngineError::storage(context))?;
    snapshot.transaction_version(store.as_ref(), batch).await.map_err(EngineError::storage(context))
}

/// A store for reading data files, shared by every table of the lake.
pub(crate) fn data_store(table: &DeltaTable) -> Arc<dyn object_store::ObjectStore> {
    table.log_store().root_object_store(None)
}
