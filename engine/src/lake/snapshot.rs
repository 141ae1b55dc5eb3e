//! One consistent view of all tables of a tenant: which versions stand, which batches have landed. Knows nothing of SQL or scopes.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use deltalake::DeltaTable;
use futures::future::try_join_all;
use moka::future::Cache;

use super::Lake;
use super::batches::{self, Batches};
use super::current::{self, Known};
use super::provider::TableVersion;
use crate::contract::Contracts;
use crate::error::{EngineError, Result};
use crate::scope::TenantId;

/// How often opening is tried again when a batch began or landed in between.
const OPEN_ATTEMPTS: usize = 20;
/// Plans of current states that a snapshot keeps, over its tables and the knowledge times asked for.
const KEPT_PLANS: u64 = 512;

/// A tenant's tables, each at a version, as one cut.
#[derive(Debug)]
pub struct TenantSnapshot {
    tables: BTreeMap<String, Arc<TableVersion>>,
    batches: Batches,
    batches_version: Option<u64>,
    plans: Cache<(String, Known), Arc<LogicalPlan>>,
}

impl TenantSnapshot {
    /// A tenant without any table.
    pub fn empty() -> Self {
        Self { tables: BTreeMap::new(), batches: Batches::default(), batches_version: None, plans: Cache::new(KEPT_PLANS) }
    }

    /// Opens every table that the tenant has. What a load writes between the first and the last look is either wholly in
    /// the cut or left out: the table of batches is looked at before and after, and the cut is taken again if it moved.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when a log cannot be read or batches keep landing faster than the tables open.
    pub async fn open(lake: &Lake, tenant: &TenantId, contracts: &Contracts, context: &SessionContext) -> Result<Self> {
        for _ in 0..OPEN_ATTEMPTS {
            let before = lake.table(tenant, batches::TABLE).await?;
            let version = before.as_ref().and_then(DeltaTable::version);
            let tables = open_tables(lake, tenant, contracts).await?;
            if landed_version(lake, tenant).await? != version {
                continue;
            }
            let batches = match &before {
                Some(table) => {
                    Batches::read(context, Arc::new(TableVersion::new(table, contracts.get(batches::TABLE)?)?)).await?
                }
                None => Batches::default(),
            };
            return Ok(Self { tables, batches, batches_version: version, plans: Cache::new(KEPT_PLANS) });
        }
        Err(EngineError::storage("cannot take a consistent look at the tables")("loads land faster than tables open; try again"))
    }

    /// Whether no batch began or landed since.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the log of batches cannot be read.
    pub async fn is_fresh(&self, lake: &Lake, tenant: &TenantId) -> Result<bool> {
        Ok(landed_version(lake, tenant).await? == self.batches_version)
    }

    /// The table named `table`, if the tenant has it.
    pub fn table(&self, table: &str) -> Option<&Arc<TableVersion>> {
        self.tables.get(table)
    }

    /// Changes whenever an answer may change.
    pub fn fingerprint(&self) -> Option<u64> {
        self.batches_version
    }

    /// What a reader may know at `as_of`, or now.
    pub fn known(&self, as_of: Option<DateTime<Utc>>) -> Known {
        Known { unseen_batches: self.batches.unseen(as_of), as_of }
    }

    /// The newest landing at or before `as_of`: the knowledge time of an answer.
    pub fn knowledge_time(&self, as_of: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        self.batches.last_landing(as_of)
    }

    /// The plan of the table's current state, made once.
    ///
    /// # Errors
    /// DataFusion's, when the versions cannot be read.
    pub async fn current(
        &self,
        table: &Arc<TableVersion>,
        contract: &crate::contract::TableContract,
        known: &Known,
        context: &SessionContext,
    ) -> Result<Arc<LogicalPlan>> {
        let key = (contract.name.clone(), known.clone());
        let plan = async { current::current(context, table, contract, known).await.map(Arc::new) };
        self.plans.try_get_with(key, plan).await.map_err(|error| EngineError::Query {
            context: format!("finding the latest versions in {}", contract.name),
            cause: datafusion::error::DataFusionError::Shared(error),
        })
    }
}

async fn open_tables(lake: &Lake, tenant: &TenantId, contracts: &Contracts) -> Result<BTreeMap<String, Arc<TableVersion>>> {
    let opening = contracts.iter().map(|contract| async move {
        let Some(table) = lake.table(tenant, &contract.name).await? else { return Ok(None) };
        let version = TableVersion::new(&table, contract)?;
        Ok::<_, EngineError>(Some((contract.name.clone(), Arc::new(version))))
    });
    Ok(try_join_all(opening).await?.into_iter().flatten().collect())
}

async fn landed_version(lake: &Lake, tenant: &TenantId) -> Result<Option<u64>> {
    Ok(lake.table(tenant, batches::TABLE).await?.as_ref().and_then(DeltaTable::version))
}
