//! A table at one version as DataFusion sees it: some of its files, some of their rows, pruned by the log's statistics and read as plain
//! Parquet. Which files and rows is others' business.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::memory::MemorySourceConfig;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{DFSchema, Result, Statistics, ToDFSchema};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetFileReaderFactory, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::pruning::{PruningPredicate, PruningPredicateBuilder};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion::physical_plan::union::UnionExec;
use deltalake::DeltaTable;
use deltalake::kernel::EagerSnapshot;
use deltalake::parquet::arrow::async_reader::AsyncFileReader;
use object_store::ObjectStore;
use url::Url;

use super::file_name::FileName;
use crate::contract::TableContract;
use crate::error::EngineError;

/// A data file of a table.
#[derive(Debug, Clone)]
pub struct LakeFile {
    /// What it holds.
    pub name: FileName,
    /// Its path under the table, as the log has it.
    pub path: String,
    /// Where and how large it is.
    pub file: PartitionedFile,
    /// Rows in it.
    pub rows: usize,
}

/// A Delta table at the version it was opened at.
pub struct TableVersion {
    schema: SchemaRef,
    table: DeltaTable,
    snapshot: EagerSnapshot,
    files: Vec<LakeFile>,
    store_url: ObjectStoreUrl,
    store: Arc<dyn ObjectStore>,
}

impl TableVersion {
    /// Takes the version that `table` stands at.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the log holds what a plain Parquet scan cannot honour (deletion vectors, column mapping).
    pub fn new(table: DeltaTable, contract: &TableContract) -> Result<Self, EngineError> {
        let context = || format!("cannot read the table {}", contract.name);
        let snapshot = table.snapshot().map_err(EngineError::storage(context()))?.snapshot().clone();
        if snapshot.protocol().min_reader_version() > 1 {
            return Err(EngineError::storage(context())(
                "its Delta protocol asks for deletion vectors or column mapping, which are not read here",
            ));
        }
        let url = table.table_url();
        let prefix = url.path().trim_matches('/');
        let files = snapshot.log_data().into_iter().map(|file| {
            let path = file.object_store_path().to_string();
            let bytes = u64::try_from(file.size()).unwrap_or(0);
            LakeFile {
                name: FileName::parse(&path),
                file: PartitionedFile::new(format!("{prefix}/{path}"), bytes),
                rows: file.num_records().unwrap_or(0),
                path,
            }
        });
        let files = files.collect();
        let store_url = store_url(url).map_err(EngineError::query(context()))?;
        let store = super::data_store(&table);
        Ok(Self { schema: Arc::new(view_schema(&contract.schema)), table, snapshot, files, store_url, store })
    }

    /// The Delta version.
    pub fn version(&self) -> u64 {
        self.snapshot.version()
    }

    /// The handle that it was taken from: updating it reads only what was committed since.
    pub fn handle(&self) -> &DeltaTable {
        &self.table
    }

    /// Its files, in the order of the log.
    pub fn files(&self) -> &[LakeFile] {
        &self.files
    }

    /// The columns, as they are read.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Rows of all files, by the log.
    pub fn rows(&self) -> usize {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// A reader of one file, with the metadata that other readers have left behind.
    pub fn reader(&self, file: &LakeFile, runtime: &RuntimeEnv) -> Result<Box<dyn AsyncFileReader>> {
        let reader = self.reader_factory(runtime).create_reader(0, file.file.clone(), None, &ExecutionPlanMetricsSet::new())?;
        Ok(reader)
    }

    fn reader_factory(&self, runtime: &RuntimeEnv) -> CachedParquetFileReaderFactory {
        let metadata_cache = runtime.cache_manager.get_file_metadata_cache();
        CachedParquetFileReaderFactory::new(Arc::clone(&self.store), metadata_cache)
    }

    fn pruning(&self, predicate: &Arc<dyn PhysicalExpr>) -> Option<PruningPredicate> {
        PruningPredicateBuilder::new().with_file_schema(Arc::clone(&self.schema)).try_build(Arc::clone(predicate)).ok()
    }

    /// For each file of the log whether it may hold rows for `predicate`; none when that cannot be told.
    fn kept_files(&self, predicate: Option<&Arc<dyn PhysicalExpr>>) -> Option<Vec<bool>> {
        predicate.and_then(|predicate| self.pruning(predicate)).and_then(|pruning| pruning.prune(&self.snapshot).ok())
    }
}

impl std::fmt::Debug for TableVersion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TableVersion").field("version", &self.version()).field("files", &self.files.len()).finish()
    }
}

/// Some rows of a table: of each file all, some or none, and rows that were made of several.
#[derive(Debug)]
pub struct Selection {
    table: Arc<TableVersion>,
    /// For each file of the table, the file with the rows to read attached; none to leave it out.
    chosen: Vec<Option<PartitionedFile>>,
    rows: usize,
    made: Option<RecordBatch>,
}

impl Selection {
    /// The chosen files of `table`, `rows` rows in them, and `made` beside them.
    pub fn new(table: Arc<TableVersion>, chosen: Vec<Option<PartitionedFile>>, rows: usize, made: Option<RecordBatch>) -> Self {
        Self { table, chosen, rows, made }
    }

    /// All rows of the files for which `keep` holds.
    pub fn of_files(table: &Arc<TableVersion>, keep: impl Fn(&LakeFile) -> bool) -> Self {
        let chosen = table.files.iter().map(|file| keep(file).then(|| file.file.clone())).collect();
        let rows = table.files.iter().filter(|file| keep(file)).map(|file| file.rows).sum();
        Self { table: Arc::clone(table), chosen, rows, made: None }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows + self.made.as_ref().map_or(0, RecordBatch::num_rows)
    }

    /// The chosen files that may hold rows for `predicate`, and whether these are all chosen ones.
    fn files(&self, predicate: Option<&Arc<dyn PhysicalExpr>>) -> (Vec<PartitionedFile>, bool) {
        let kept = self.table.kept_files(predicate);
        let keep = |index: usize| kept.as_ref().is_none_or(|kept| kept.get(index).copied().unwrap_or(true));
        let chosen = self.chosen.iter().enumerate().filter_map(|(index, file)| Some((index, file.as_ref()?)));
        let of_all = self.chosen.iter().flatten().count();
        let files = chosen.filter(|(index, _)| keep(*index)).map(|(_, file)| file.clone()).collect::<Vec<_>>();
        let every_file = files.len() == of_all;
        (files, every_file)
    }

    fn scan_made(&self, projection: Option<&Vec<usize>>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(made) = &self.made else { return Ok(None) };
        let partitions = [vec![made.clone()]];
        let source = MemorySourceConfig::try_new_exec(&partitions, Arc::clone(&self.table.schema), projection.cloned())?;
        Ok(Some(source as Arc<dyn ExecutionPlan>))
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
impl TableProvider for Selection {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.table.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(Statistics { num_rows: Precision::Exact(self.rows()), ..Statistics::new_unknown(&self.table.schema) })
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let table = &self.table;
        let df_schema: DFSchema = Arc::clone(&table.schema).to_dfschema()?;
        let predicate = conjunction(filters.to_vec()).map(|filter| state.create_physical_expr(filter, &df_schema)).transpose()?;
        let (files, every_file) = self.files(predicate.as_ref());

        state.runtime_env().register_object_store(table.store_url.as_ref(), Arc::clone(&table.store));
        let mut source = ParquetSource::new(TableSchema::from(Arc::clone(&table.schema)))
            .with_table_parquet_options(state.table_options().parquet.clone())
            .with_parquet_file_reader_factory(Arc::new(table.reader_factory(state.runtime_env())));
        if let Some(predicate) = predicate {
            source = source.with_predicate(predicate);
        }

        let partitions = state.config().target_partitions().clamp(1, files.len().max(1));
        let mut groups = vec![Vec::new(); partitions];
        for (index, file) in files.into_iter().enumerate() {
            groups[index % partitions].push(file);
        }
        let rows = if every_file { Precision::Exact(self.rows) } else { Precision::Inexact(self.rows) };
        let config = FileScanConfigBuilder::new(table.store_url.clone(), Arc::new(source))
            .with_file_groups(groups.into_iter().map(FileGroup::new).collect())
            .with_statistics(Statistics { num_rows: rows, ..Statistics::new_unknown(&table.schema) })
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        let scan = DataSourceExec::from_data_source(config);
        match self.scan_made(projection)? {
            Some(made) => UnionExec::try_new(vec![scan, made]),
            None => Ok(scan),
        }
    }
}
