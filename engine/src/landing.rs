//! Where sources put rows: mapping SQL turns raw rows into rows of canonical tables, and a batch of them lands whole. Knows no file
//! format; `ingest` knows nothing of the engine but [`Sink`].

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Schema};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::MemTable;
use datafusion::prelude::{SessionContext, ident, lit};

use crate::complete::complete;
use crate::contract::{self, Contracts, TableContract};
use crate::engine::Engine;
use crate::error::{EngineError, Result, readable};
use crate::lake::batches::{self, BatchRecord, Phase};
use crate::lake::file_name::FileName;
use crate::lake::{Once, Rule};
use crate::profile::TenantProfile;
use crate::scope::{Scope, TenantId};

/// Name that a mapping reads its raw rows by.
pub const RAW: &str = "raw";

/// Where a batch comes from and when.
#[derive(Debug, Clone)]
pub struct BatchOrigin {
    /// Identifier: the same input makes the same batch, so that landing it again lands nothing.
    pub batch_id: String,
    /// The pack that maps it, or the journal that it waited in.
    pub pack: String,
    /// Source system.
    pub source: String,
    /// Which installation of it.
    pub instance: String,
    /// Files or deliveries in it.
    pub files: i64,
    /// Knowledge time of its rows.
    pub ingested_at: DateTime<Utc>,
    /// What makes it count once.
    pub counted: Counted,
}

/// What makes a batch count once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// Its own parts: landing it again completes what is missing.
    Parts,
    /// The positions of a journal: it lands if nobody has landed beyond `after`.
    Journal {
        /// The journal.
        journal: String,
        /// The last position landed before.
        after: i64,
        /// The last position in it.
        to: i64,
    },
}

/// Rows that fit their table, with all its columns.
#[derive(Debug, Clone)]
pub struct ReadyRows {
    contract: Arc<TableContract>,
    rows: RecordBatch,
}

impl ReadyRows {
    /// How many.
    pub fn count(&self) -> u64 {
        u64::try_from(self.rows.num_rows()).unwrap_or(u64::MAX)
    }

    /// The table.
    pub fn table(&self) -> &str {
        &self.contract.name
    }
}

/// What sources need of the engine.
#[async_trait]
pub trait Sink: Send + Sync {
    /// The contracts of all tables.
    fn contracts(&self) -> Arc<Contracts>;

    /// The position until which `journal` has landed; 0 before its first landing.
    async fn landed_position(&self, journal: &str) -> Result<i64>;

    /// The files that the pack has landed for an installation of its source: by hash, the batch that each is seen in.
    async fn landed_files(&self, pack: &str, instance: &str) -> Result<HashMap<String, String>>;

    /// Maps `raw` by the SQL of `path` into rows of `table`, as part `part` of the batch.
    async fn map(
        &self,
        origin: &BatchOrigin,
        table: &str,
        path: &str,
        sql: &str,
        raw: &[RecordBatch],
        part: i64,
    ) -> Result<ReadyRows>;

    /// Completes rows that are already those of `table`, without mapping.
    fn ready(&self, origin: &BatchOrigin, table: &str, rows: &RecordBatch, part: i64) -> Result<ReadyRows>;

    /// Appends rows as part `part` of the batch; none of them is seen until [`Sink::finish`].
    async fn append(&self, origin: &BatchOrigin, rows: ReadyRows, part: i64) -> Result<()>;

    /// Lets everybody see the batch from `landed_at` on, in the place of the batches `replaced`.
    async fn finish(&self, origin: &BatchOrigin, rows: i64, landed_at: DateTime<Utc>, replaced: &[String]) -> Result<()>;
}

/// The engine as a sink of one tenant.
pub struct TenantSink {
    engine: Engine,
    tenant: TenantId,
    scope: Scope,
    profile: TenantProfile,
}

impl TenantSink {
    /// A sink for `tenant`.
    pub fn new(engine: Engine, tenant: TenantId, profile: TenantProfile) -> Self {
        let scope = Scope::of([tenant.clone()]);
        Self { engine, tenant, scope, profile }
    }

    /// Whether everybody sees the batch already.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the tenant's logs cannot be read.
    pub async fn has_landed(&self, batch_id: &str) -> Result<bool> {
        Ok(self.engine.snapshot(&self.tenant).await?.batches().is_seen(batch_id, None))
    }

    /// Runs the mapping, in the table's physical order.
    async fn mapped(&self, contract: &TableContract, path: &str, sql: &str, raw: &[RecordBatch]) -> Result<Vec<RecordBatch>> {
        let failed = |error: datafusion::error::DataFusionError| EngineError::file(path, readable(&error));
        let context = SessionContext::new_with_state(self.engine.planning(self.profile.now)?);
        let frame = plan_mapping(&context, sql, raw).await.map_err(failed)?;
        check_mapped_columns(path, contract, &frame)?;
        let order = contract.order_by.iter().filter(|name| frame.schema().has_column_with_unqualified_name(name));
        let order = order.map(|name| ident(name).sort(true, true)).collect::<Vec<_>>();
        let sorted = if order.is_empty() { frame } else { frame.sort(order).map_err(failed)? };
        sorted.collect().await.map_err(failed)
    }
}

/// Plans `sql` over `raw`; empty batches will do to check a mapping.
pub(crate) async fn plan_mapping(
    context: &SessionContext,
    sql: &str,
    raw: &[RecordBatch],
) -> datafusion::error::Result<DataFrame> {
    let schema = raw.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    let partitions = context.state().config().target_partitions().clamp(1, raw.len().max(1));
    let mut parts = vec![Vec::new(); partitions];
    for (index, batch) in raw.iter().enumerate() {
        parts[index * partitions / raw.len().max(1)].push(batch.clone());
    }
    // The mapping's own, empty schema: it can name nothing but its raw rows.
    let catalog = datafusion::catalog::MemoryCatalogProvider::new();
    datafusion::catalog::CatalogProvider::register_schema(
        &catalog,
        crate::catalog::PUBLIC,
        Arc::new(datafusion::catalog::MemorySchemaProvider::new()),
    )?;
    context.register_catalog(crate::catalog::CATALOG, Arc::new(catalog));
    context.register_table(RAW, Arc::new(MemTable::try_new(schema, parts)?))?;
    let reads = datafusion::execution::context::SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false);
    context.sql_with_options(sql, reads).await
}

/// Columns that a mapping may give beside those of the table.
const GIVEN_SYSTEM_COLUMNS: [&str; 8] = [
    contract::VERSION,
    contract::SEQUENCE,
    contract::OCCURRED_AT,
    contract::DELETED,
    contract::TELLS,
    contract::EVENT_ID,
    contract::SOURCE,
    contract::INSTANCE,
];

/// Checks that a mapping gives columns of `contract`, and a version.
///
/// # Errors
/// [`EngineError::File`] naming the column that the table has not, or that is missing.
pub(crate) fn check_mapped_columns(path: &str, contract: &TableContract, frame: &DataFrame) -> Result<()> {
    let given = frame.schema().fields();
    let known = |name: &str| contract.columns.iter().any(|column| column.name == name) || GIVEN_SYSTEM_COLUMNS.contains(&name);
    if let Some(unknown) = given.iter().find(|field| !known(field.name())) {
        return Err(EngineError::file(path, format!("gives `{}`, which is not a column of {}", unknown.name(), contract.name)));
    }
    for field in given {
        let Some(column) = contract.columns.iter().find(|column| column.name == *field.name()) else { continue };
        if !keeps_values(field.data_type(), &column.data_type) {
            let detail = format!(
                "gives `{}` as {}, which would be changed on its way into {}: cast or round it in the mapping",
                column.name,
                field.data_type(),
                column.data_type
            );
            return Err(EngineError::file(path, detail));
        }
    }
    let has = |name: &str| given.iter().any(|field| field.name() == name);
    let required = contract.columns.iter().filter(|column| column.required).map(|column| column.name.as_str());
    match required.chain([contract::VERSION]).find(|name| !has(name)) {
        Some(missing) => Err(EngineError::file(path, format!("gives no `{missing}`, which {} needs", contract.name))),
        None => Ok(()),
    }
}

#[async_trait]
impl Sink for TenantSink {
    fn contracts(&self) -> Arc<Contracts> {
        Arc::clone(&self.engine.contracts)
    }

    async fn landed_position(&self, journal: &str) -> Result<i64> {
        Ok(self.engine.lake.counted(&self.tenant, batches::TABLE, journal).await?.unwrap_or_default())
    }

    async fn landed_files(&self, pack: &str, instance: &str) -> Result<HashMap<String, String>> {
        let session = self.engine.session(&self.scope, self.tenant.as_str(), self.profile.clone(), None).await?;
        let landed = session.plan(&format!("SELECT file_hash, {}, pack, _instance FROM loads", contract::BATCH)).await?;
        let same = ident("pack").eq(lit(pack)).and(ident(contract::INSTANCE).eq(lit(instance)));
        let landed = landed.filter(same).map_err(EngineError::query("reading loads"))?;
        let answer = session.collect(landed, usize::MAX).await?;
        let mut files = HashMap::new();
        for batch in answer.batches {
            let text = |column: usize| {
                cast(batch.column(column), &DataType::Utf8).map_err(|error| EngineError::Internal(error.to_string()))
            };
            let (hashes, batches) = (text(0)?, text(1)?);
            let pairs = hashes.as_string::<i32>().iter().zip(batches.as_string::<i32>().iter());
            files.extend(pairs.filter_map(|(hash, batch)| Some((hash?.to_owned(), batch?.to_owned()))));
        }
        Ok(files)
    }

    async fn map(
        &self,
        origin: &BatchOrigin,
        table: &str,
        path: &str,
        sql: &str,
        raw: &[RecordBatch],
        part: i64,
    ) -> Result<ReadyRows> {
        let contract = self.engine.contracts.get(table)?;
        let mapped = self.mapped(contract, path, sql, raw).await?;
        let schema = mapped.first().map_or_else(|| Arc::clone(&contract.schema), RecordBatch::schema);
        let rows = concat_batches(&schema, &mapped).map_err(|error| EngineError::file(path, error.to_string()))?;
        self.ready(origin, table, &rows, part)
    }

    fn ready(&self, origin: &BatchOrigin, table: &str, rows: &RecordBatch, part: i64) -> Result<ReadyRows> {
        let contract = self.engine.contracts.get(table)?;
        let rows = if rows.num_rows() == 0 {
            RecordBatch::new_empty(Arc::clone(&contract.schema))
        } else {
            complete(contract, origin, rows, part)?
        };
        Ok(ReadyRows { contract: Arc::clone(contract), rows })
    }

    async fn append(&self, origin: &BatchOrigin, rows: ReadyRows, part: i64) -> Result<()> {
        if rows.rows.num_rows() == 0 {
            return Ok(());
        }
        let once = match &origin.counted {
            Counted::Parts => Once::part(&origin.batch_id, part),
            Counted::Journal { journal, to, .. } => Once { counter: journal.clone(), count: *to, rule: Rule::Always },
        };
        let name = FileName::of_part(&origin.batch_id, part);
        self.engine.lake.append(&self.tenant, &rows.contract, rows.rows, &name, &once).await.map(|_| ())
    }

    async fn finish(&self, origin: &BatchOrigin, rows: i64, landed_at: DateTime<Utc>, replaced: &[String]) -> Result<()> {
        // Landed strictly after it began: a reader as of the first moment must not see the batch.
        let landed_at = landed_at.max(origin.ingested_at + chrono::TimeDelta::microseconds(1));
        let record = |batch_id: &str, phase: Phase, files: i64, rows: i64, recorded_at: DateTime<Utc>| BatchRecord {
            batch_id: batch_id.to_owned(),
            phase,
            pack: origin.pack.clone(),
            files,
            rows,
            begun_at: origin.ingested_at,
            recorded_at,
        };
        let contract = self.engine.contracts.get(batches::TABLE)?;
        let once = match &origin.counted {
            Counted::Parts => Once::part(&origin.batch_id, 0),
            Counted::Journal { journal, after, to } => Once { counter: journal.clone(), count: *to, rule: Rule::After(*after) },
        };
        let name = FileName::of_part(&origin.batch_id, 0);
        let dated = |recorded_at: DateTime<Utc>| {
            let retracted = replaced.iter().map(|batch| record(batch, Phase::Retracted, 0, 0, recorded_at));
            let landed = record(&origin.batch_id, Phase::Landed, origin.files, rows, recorded_at);
            batches::rows(contract, &retracted.chain([landed]).collect::<Vec<_>>())
        };
        self.engine.lake.append_in_order(&self.tenant, contract, &dated, landed_at, &name, &once).await.map(|_| ())
    }
}

/// Whether every value of `given` can stand in a column of `wanted` as it is: nothing is parsed, rounded or cut on the way.
fn keeps_values(given: &DataType, wanted: &DataType) -> bool {
    use DataType::{
        Boolean, Date32, Decimal128, Float64, Int8, Int16, Int32, Int64, Null, Timestamp, UInt8, UInt16, UInt32, UInt64, Utf8,
    };
    let whole = matches!(given, Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64);
    match wanted {
        _ if *given == Null => true,
        Utf8 => given.is_string() || whole,
        Int64 => whole || matches!(given, Decimal128(_, 0)),
        Decimal128(_, scale) => whole || matches!(given, Decimal128(_, given) if given <= scale),
        Float64 => whole || given.is_floating() || matches!(given, Decimal128(..)),
        Timestamp(..) => matches!(given, Timestamp(..) | Date32),
        Date32 => *given == Date32,
        Boolean => *given == Boolean,
        other => given == other,
    }
}
