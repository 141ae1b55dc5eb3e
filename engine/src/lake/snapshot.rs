//! One consistent view of all tables of a tenant: which versions stand, which batches have landed. Knows nothing of SQL or scopes.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::execution::runtime_env::RuntimeEnv;
use deltalake::DeltaTable;
use futures::future::try_join_all;
use moka::future::Cache;

use super::Lake;
use super::batches::{self, Batches};
use super::current::{CurrentState, FileCaches, Looker};
use super::provider::TableVersion;
use crate::contract::{Contracts, TableContract};
use crate::error::{EngineError, Result};
use crate::scope::TenantId;

/// How often opening is tried again when a batch landed in between.
const OPEN_ATTEMPTS: usize = 20;
/// Current states that a snapshot keeps, over its tables and the knowledge times asked for.
const KEPT_STATES: u64 = 512;

/// What decides the answers over a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    batches: Option<u64>,
    occurred_before: Option<DateTime<Utc>>,
}

/// A tenant's tables, each at a version, as one cut.
#[derive(Debug)]
pub struct TenantSnapshot {
    tables: BTreeMap<String, Arc<TableVersion>>,
    batches: Batches,
    batches_version: Option<u64>,
    occurred_before: Option<DateTime<Utc>>,
    states: Cache<(String, Option<DateTime<Utc>>), Arc<CurrentState>>,
}

impl TenantSnapshot {
    /// A tenant without any table.
    pub fn empty() -> Self {
        Self::of(BTreeMap::new(), Batches::default(), None)
    }

    fn of(tables: BTreeMap<String, Arc<TableVersion>>, batches: Batches, batches_version: Option<u64>) -> Self {
        Self { tables, batches, batches_version, occurred_before: None, states: Cache::new(KEPT_STATES) }
    }

    /// The same cut without what happened at `instant` or later: imported history, as it would have been known had each record been told when
    /// it happened.
    #[must_use]
    pub fn before(&self, instant: DateTime<Utc>) -> Self {
        let cut = Self::of(self.tables.clone(), self.batches.clone(), self.batches_version);
        Self { occurred_before: Some(instant), ..cut }
    }

    /// Opens every table that the tenant has. What a load writes between the first and the last look is either wholly in
    /// the cut or left out: the table of batches is looked at before and after, and the cut is taken again if it moved.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when a log cannot be read or batches keep landing faster than the tables open.
    pub async fn open(
        lake: &Lake,
        tenant: &TenantId,
        contracts: &Contracts,
        before: Option<&Self>,
        runtime: &RuntimeEnv,
    ) -> Result<Self> {
        for _ in 0..OPEN_ATTEMPTS {
            let landed = lake.table(tenant, batches::TABLE).await?;
            let version = landed.as_ref().and_then(DeltaTable::version);
            let tables = open_tables(lake, tenant, contracts).await?;
            if landed_version(lake, tenant).await? != version {
                continue;
            }
            let batches = match landed {
                Some(table) => {
                    let table = TableVersion::new(table, contracts.get(batches::TABLE)?)?;
                    Batches::read(&table, before.map(|before| &before.batches), runtime).await?
                }
                None => Batches::default(),
            };
            return Ok(Self::of(tables, batches, version));
        }
        Err(EngineError::storage("cannot take a consistent look at the tables")("loads land faster than tables open; try again"))
    }

    /// Whether no batch landed since.
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

    /// The tables that the tenant has.
    pub fn tables(&self) -> impl Iterator<Item = (&str, &Arc<TableVersion>)> {
        self.tables.iter().map(|(name, table)| (name.as_str(), table))
    }

    /// The batches that have landed.
    pub fn batches(&self) -> &Batches {
        &self.batches
    }

    /// Changes whenever an answer may change.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint { batches: self.batches_version, occurred_before: self.occurred_before }
    }

    /// What happened from this instant on is left out; none for nothing.
    pub fn occurred_before(&self) -> Option<DateTime<Utc>> {
        self.occurred_before
    }

    /// The first landing: nothing was known before it.
    pub fn first_landing(&self) -> Option<DateTime<Utc>> {
        self.batches.first_landing()
    }

    /// The newest landing at or before `as_of`: the knowledge time of an answer.
    pub fn knowledge_time(&self, as_of: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        self.batches.last_landing(as_of)
    }

    /// The table's current state, found once.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when its files cannot be read.
    pub async fn current(
        &self,
        table: &Arc<TableVersion>,
        contract: &Arc<TableContract>,
        as_of: Option<DateTime<Utc>>,
        caches: &FileCaches,
        runtime: &Arc<RuntimeEnv>,
    ) -> Result<Arc<CurrentState>> {
        let key = (contract.name.clone(), as_of);
        let looker =
            Looker { table, contract, batches: &self.batches, as_of, occurred_before: self.occurred_before, caches, runtime };
        let found = async { looker.current().await.map(Arc::new) };
        self.states.try_get_with(key, found).await.map_err(|error| EngineError::Storage {
            context: format!("cannot find the latest versions in {}", contract.name),
            cause: error.to_string().into(),
        })
    }
}

async fn open_tables(lake: &Lake, tenant: &TenantId, contracts: &Contracts) -> Result<BTreeMap<String, Arc<TableVersion>>> {
    let opening = contracts.iter().map(|contract| async move {
        let Some(table) = lake.table(tenant, &contract.name).await? else { return Ok(None) };
        let version = TableVersion::new(table, contract)?;
        Ok::<_, EngineError>(Some((contract.name.clone(), Arc::new(version))))
    });
    Ok(try_join_all(opening).await?.into_iter().flatten().collect())
}

async fn landed_version(lake: &Lake, tenant: &TenantId) -> Result<Option<u64>> {
    Ok(lake.table(tenant, batches::TABLE).await?.as_ref().and_then(DeltaTable::version))
}
