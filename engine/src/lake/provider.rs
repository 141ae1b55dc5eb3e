//! A table at one version as DataFusion sees it: files pruned by the log's statistics, read as plain Parquet. Knows nothing of
//! versions of records: every row that was ever appended is here.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{DFSchema, Result, Statistics, ToDFSchema};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::pruning::{PruningPredicate, PruningPredicateBuilder};
use datafusion::physical_plan::ExecutionPlan;
use deltalake::DeltaTable;
use deltalake::kernel::EagerSnapshot;
use object_store::ObjectStore;
use url::Url;

use crate::contract::TableContract;
use crate::error::EngineError;

/// A Delta table at the version it was opened at.
pub struct TableVersion {
    schema: SchemaRef,
    snapshot: EagerSnapshot,
    files: Vec<PartitionedFile>,
    rows: usize,
    store_url: ObjectStoreUrl,
    store: Arc<dyn ObjectStore>,
}

impl TableVersion {
    /// Takes the version that `table` stands at.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the log holds what a plain Parquet scan cannot honour (deletion vectors, column mapping).
    pub fn new(table: &DeltaTable, contract: &TableContract) -> Result<Self, EngineError> {
        let context = || format!("cannot read the table {}", contract.name);
        let snapshot = table.snapshot().map_err(EngineError::storage(context()))?.snapshot().clone();
        if snapshot.protocol().min_reader_version() > 1 {
            return Err(EngineError::storage(context())(
                "its Delta protocol asks for deletion vectors or column mapping, which are not read here",
            ));
        }
        let url = table.table_url();
        let prefix = url.path().trim_matches('/');
        let mut files = Vec::new();
        let mut rows = 0;
        for file in snapshot.log_data().iter() {
            rows += file.num_records().unwrap_or(0);
            let bytes = u64::try_from(file.size()).unwrap_or(0);
            files.push(PartitionedFile::new(format!("{prefix}/{}", file.object_store_path()), bytes));
        }
        let store_url = store_url(url).map_err(EngineError::query(context()))?;
        let store = super::data_store(table);
        Ok(Self { schema: Arc::new(view_schema(&contract.schema)), snapshot, files, rows, store_url, store })
    }

    /// The Delta version.
    pub fn version(&self) -> u64 {
        self.snapshot.version()
    }

    /// Rows of all files, by the log.
    pub fn rows(&self) -> usize {
        self.rows
    }

    fn pruning(&self, predicate: &Arc<dyn PhysicalExpr>) -> Option<PruningPredicate> {
        PruningPredicateBuilder::new().with_file_schema(Arc::clone(&self.schema)).try_build(Arc::clone(predicate)).ok()
    }

    /// The files that may hold rows for `predicate`.
    fn pruned_files(&self, predicate: Option<&Arc<dyn PhysicalExpr>>) -> Vec<PartitionedFile> {
        let keep = predicate.and_then(|predicate| self.pruning(predicate)).and_then(|pruning| pruning.prune(&self.snapshot).ok());
        match keep {
            Some(keep) => self.files.iter().zip(keep).filter(|(_, keep)| *keep).map(|(file, _)| file.clone()).collect(),
            None => self.files.clone(),
        }
    }
}

impl std::fmt::Debug for TableVersion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TableVersion").field("version", &self.version()).field("files", &self.files.len()).finish()
    }
}

/// Text is read as string views: no copy of short strings, cheap filters.
pub(crate) fn view_schema(schema: &Schema) -> Schema {
    let field = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
        _ => Arc::clone(field),
    };
    Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>())
}

fn store_url(table: &Url) -> Result<ObjectStoreUrl> {
    if table.scheme() == "file" {
        return Ok(ObjectStoreUrl::local_filesystem());
    }
    ObjectStoreUrl::parse(format!("{}://{}", table.scheme(), table.host_str().unwrap_or_default()))
}

#[async_trait]
impl TableProvider for TableVersion {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(Statistics { num_rows: Precision::Exact(self.rows), ..Statistics::new_unknown(&self.schema) })
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let df_schema: DFSchema = Arc::clone(&self.schema).to_dfschema()?;
        let predicate = conjunction(filters.to_vec()).map(|filter| state.create_physical_expr(filter, &df_schema)).transpose()?;
        let files = self.pruned_files(predicate.as_ref());
        let every_file = files.len() == self.files.len();

        state.runtime_env().register_object_store(self.store_url.as_ref(), Arc::clone(&self.store));
        let metadata_cache = state.runtime_env().cache_manager.get_file_metadata_cache();
        let reader = CachedParquetFileReaderFactory::new(Arc::clone(&self.store), metadata_cache);
        let mut source = ParquetSource::new(TableSchema::from(Arc::clone(&self.schema)))
            .with_table_parquet_options(state.table_options().parquet.clone())
            .with_parquet_file_reader_factory(Arc::new(reader));
        if let Some(predicate) = predicate {
            source = source.with_predicate(predicate);
        }

        let partitions = state.config().target_partitions().clamp(1, files.len().max(1));
        let mut groups = vec![Vec::new(); partitions];
        for (index, file) in files.into_iter().enumerate() {
            groups[index % partitions].push(file);
        }
        let rows = if every_file { Precision::Exact(self.rows) } else { Precision::Inexact(self.rows) };
        let config = FileScanConfigBuilder::new(self.store_url.clone(), Arc::new(source))
            .with_file_groups(groups.into_iter().map(FileGroup::new).collect())
            .with_statistics(Statistics { num_rows: rows, ..Statistics::new_unknown(&self.schema) })
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
