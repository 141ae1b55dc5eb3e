//! What a scope may ask of one tenant: SQL that only reads, bounded in time and rows. Only the engine makes sessions. Knows
//! nothing of protocols.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};
use datafusion::dataframe::DataFrame;
use datafusion::execution::context::SQLOptions;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::SessionContext;
use futures::StreamExt;

use crate::calendar::Calendars;
use crate::catalog::Sights;
use crate::completeness::Arrivals;
use crate::contract::Contracts;
use crate::error::{EngineError, Result};
use crate::kpi::cells::Answers;
use crate::kpi::definition::{KpiDefinition, Kpis};
use crate::kpi::receipt::Watermark;
use crate::lake::current::FileCaches;
use crate::lake::snapshot::TenantSnapshot;
use crate::library::LibraryFile;
use crate::limits::EngineLimits;
use crate::lineage;
use crate::memory;
use crate::policy::Policy;
use crate::profile::TenantProfile;
use crate::scope::TenantId;

/// A session of one scope over one tenant at one knowledge time.
#[derive(Clone)]
pub struct Session {
    pub(crate) context: SessionContext,
    pub(crate) sights: Sights,
    pub(crate) policy: Arc<Policy>,
    pub(crate) tenant: TenantId,
    pub(crate) profile: TenantProfile,
    pub(crate) as_of: Option<DateTime<Utc>>,
    pub(crate) snapshot: Arc<TenantSnapshot>,
    pub(crate) calendars: Arc<Calendars>,
    pub(crate) kpis: Arc<Kpis>,
    pub(crate) limits: Arc<EngineLimits>,
    pub(crate) answers: Answers,
    pub(crate) arrivals: Arrivals,
    pub(crate) caches: FileCaches,
    pub(crate) contracts: Arc<Contracts>,
    pub(crate) views: Arc<BTreeMap<String, LibraryFile>>,
}

/// Rows of an answer, and whether there were more.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// The limit cut rows off.
    pub truncated: bool,
}

impl Session {
    /// The tenant that is looked at.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Where statements of it are planned: for protocols that bring a catalogue of their own.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// The same, of which each question may take `bytes` of memory: what needs more goes to disk, or ends with an error.
    #[must_use]
    pub fn within_memory(self, bytes: usize) -> Self {
        memory::share(&self.context, bytes);
        self
    }

    /// The tenant's calendar and now.
    pub fn profile(&self) -> &TenantProfile {
        &self.profile
    }

    /// The knowledge time that was asked for; none for now.
    pub fn as_of(&self) -> Option<DateTime<Utc>> {
        self.as_of
    }

    /// Limits in force.
    pub fn limits(&self) -> &EngineLimits {
        &self.limits
    }

    /// The knowledge time of every answer of this session: its newest landing. Asked again as of then, each answers the same.
    pub fn knowledge_time(&self) -> Option<DateTime<Utc>> {
        self.snapshot.knowledge_time(self.as_of)
    }

    /// The KPI `id`.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub fn kpi(&self, id: &str) -> Result<Arc<KpiDefinition>> {
        let kpi = self.kpis.get(id)?;
        if self.sees(kpi) { Ok(Arc::clone(kpi)) } else { Err(EngineError::not_found("KPI", id)) }
    }

    /// All KPIs of which every table may be seen.
    pub fn kpis(&self) -> impl Iterator<Item = &Arc<KpiDefinition>> {
        self.kpis.iter().filter(|kpi| self.sees(kpi))
    }

    fn sees(&self, kpi: &KpiDefinition) -> bool {
        self.sees_all_of(&kpi.sql)
    }

    /// Whether all tables that `sql` reads, through any views, may be seen.
    pub(crate) fn sees_all_of(&self, sql: &str) -> bool {
        let sees = |table: &String| self.contracts.get(table).is_ok_and(|contract| self.policy.sees(contract));
        self.policy.domains.is_none() || lineage::tables(sql, &self.contracts, &self.views).iter().all(sees)
    }

    /// The canonical tables that `kpi` reads.
    pub fn tables_of(&self, kpi: &KpiDefinition) -> BTreeSet<String> {
        lineage::tables(&kpi.sql, &self.contracts, &self.views)
    }

    /// The first table that `kpi` needs and of which the tenant has no rows: there is nothing to count then.
    pub fn missing_table(&self, kpi: &KpiDefinition) -> Option<String> {
        let needed = if kpi.needs.is_empty() { self.tables_of(kpi).into_iter().collect() } else { kpi.needs.clone() };
        needed.into_iter().find(|table| self.rows_of(table) == 0)
    }

    /// Names of the tables that sources fill: all but those of the domain `system`, and what models say.
    pub fn business_tables(&self) -> impl Iterator<Item = &str> {
        self.contracts
            .iter()
            .filter(|contract| contract.domain != "system" && !contract.is_forecast() && self.policy.sees(contract))
            .map(|contract| contract.name.as_str())
    }

    /// Rows of a table, every version counted.
    pub fn rows_of(&self, table: &str) -> usize {
        self.snapshot.table(table).map_or(0, |table| table.rows())
    }

    /// Pairs of versions in `table` that are equal in version and differ in content, among those not settled yet.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the table's files cannot be read.
    pub async fn conflicts(&self, table: &str) -> Result<u64> {
        let (Some(version), Ok(contract)) = (self.snapshot.table(table), self.contracts.get(table)) else { return Ok(0) };
        let runtime = self.context.runtime_env();
        let current = self.snapshot.current(version, contract, self.as_of, &self.caches, &runtime).await?;
        Ok(current.resolution.conflicts)
    }

    /// How far the tables had come that `kpi` reads.
    pub fn watermarks(&self, kpi: &KpiDefinition) -> Vec<Watermark> {
        let watermark = |name: String| {
            let table = self.snapshot.table(&name)?;
            Some(Watermark { version: table.version(), rows: u64::try_from(table.rows()).unwrap_or(u64::MAX), table: name })
        };
        self.tables_of(kpi).into_iter().filter_map(watermark).collect()
    }

    /// Answers a statement that reads, at most [`EngineLimits::query_rows`] rows of it.
    ///
    /// # Errors
    /// [`EngineError::Query`] for SQL that does not plan, writes, or changes settings; [`EngineError::Limit`] past the time limit.
    pub async fn sql(&self, statement: &str) -> Result<Answer> {
        let frame = self.plan(statement).await?;
        self.collect(frame, self.limits.query_rows).await
    }

    /// Plans a statement that reads.
    ///
    /// # Errors
    /// As [`Session::sql`].
    pub async fn plan(&self, statement: &str) -> Result<DataFrame> {
        let reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        self.context.sql_with_options(statement, reads).await.map_err(EngineError::query("the statement cannot be run"))
    }

    /// The first `rows` rows of `frame`, within the time limit.
    ///
    /// # Errors
    /// [`EngineError::Query`] when running fails, [`EngineError::Limit`] past the time limit.
    pub async fn collect(&self, frame: DataFrame, rows: usize) -> Result<Answer> {
        let run = async {
            let stream = frame.execute_stream().await.map_err(EngineError::query("the query failed"))?;
            take_rows(stream, rows).await
        };
        let limit = Duration::from_millis(self.limits.query_timeout_ms);
        tokio::time::timeout(limit, run).await.map_err(|_| EngineError::Limit {
            what: "the running time in ms".into(),
            limit: self.limits.query_timeout_ms,
            setting: "query_timeout_ms",
            remedy: "ask for a shorter period or fewer columns".into(),
        })?
    }
}

async fn take_rows(mut stream: SendableRecordBatchStream, most: usize) -> Result<Answer> {
    let schema = stream.schema();
    let mut batches = Vec::new();
    let mut room = most;
    let mut truncated = false;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(EngineError::query("the query failed"))?;
        if batch.num_rows() > room {
            truncated = true;
            batches.push(batch.slice(0, room));
            break;
        }
        room -= batch.num_rows();
        batches.push(batch);
    }
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(Answer { batches, truncated })
}
