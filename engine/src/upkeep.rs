//! What keeps a tenant's lake quick and small in the background: settling, and removing files that no table names any more. Each is safe to
//! kill at any point and safe beside ingest and queries. Knows no schedule.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::lake::current::Looker;
use crate::lake::ending::Removed;
use crate::lake::file_name::Holds;
use crate::lake::old_files;
use crate::lake::settle::{self, Settled};
use crate::lake::snapshot::TenantSnapshot;
use crate::scope::TenantId;

/// What settling a tenant did, by table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableSettled {
    /// The table.
    pub table: String,
    /// Files that went.
    pub files_removed: usize,
    /// Files that came.
    pub files_added: usize,
    /// Rows written anew.
    pub rows: usize,
}

impl Engine {
    /// Settles every table of `tenant` in which at least `parts` files wait; `now` names the new files.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when a table cannot be read or written; tables before it are settled, it is as it was.
    pub async fn settle(&self, tenant: &TenantId, parts: usize, now: DateTime<Utc>) -> Result<Vec<TableSettled>> {
        let runtime = self.runtime();
        let snapshot = TenantSnapshot::open(&self.lake, tenant, &self.contracts, None, runtime).await?;
        let Some(until) = snapshot.knowledge_time(None) else { return Ok(Vec::new()) };
        let mut settled = Vec::new();
        for contract in self.contracts.iter() {
            let Some(table) = snapshot.table(&contract.name) else { continue };
            // Parts of landings that were cut off wait for nothing.
            let waits = |holds: &Holds| matches!(holds, Holds::Part { batch } if snapshot.batches().is_seen(batch, None));
            let waiting = table.files().iter().filter(|file| waits(&file.name.holds)).count();
            if waiting < parts.max(1) {
                continue;
            }
            let (batches, caches) = (snapshot.batches(), self.caches());
            let looker = Looker { table, contract, batches, as_of: None, occurred_before: None, caches, runtime };
            let id = format!("{:x}", now.timestamp_micros());
            if let Some(Settled { files_removed, files_added, rows }) = settle::settle(&looker, until, &id).await? {
                settled.push(TableSettled { table: contract.name.clone(), files_removed, files_added, rows });
            }
        }
        if !settled.is_empty() {
            self.reopen(tenant).await;
        }
        Ok(settled)
    }

    /// Removes log entries that a checkpoint stands for and that were written before `until`: readers list the log each time they look.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when a log cannot be read or entries cannot be removed.
    pub async fn trim_logs(&self, tenant: &TenantId, until: DateTime<Utc>) -> Result<usize> {
        let mut removed = 0;
        for contract in self.contracts.iter() {
            let Some(table) = self.lake.table(tenant, &contract.name).await? else { continue };
            removed += old_files::trim_log(&table, until).await?;
        }
        Ok(removed)
    }

    /// Removes everything that the lake holds of `tenant`; answers what there was. What is written beside it is found when it runs again.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when objects cannot be listed or removed.
    pub async fn remove_tenant(&self, tenant: &TenantId) -> Result<Removed> {
        let removed = self.lake.remove_tenant(tenant).await?;
        self.reopen(tenant).await;
        Ok(removed)
    }

    /// Removes data files that no version within `keep` names; answers how many.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when a table cannot be read or files cannot be removed.
    pub async fn vacuum(&self, tenant: &TenantId, keep: Duration) -> Result<usize> {
        let keep =
            TimeDelta::from_std(keep).map_err(|error| EngineError::Request(format!("cannot keep files that long: {error}")))?;
        let mut removed = 0;
        for contract in self.contracts.iter() {
            let Some(table) = self.lake.table(tenant, &contract.name).await? else { continue };
            removed += old_files::vacuum(&table, keep).await?;
        }
        Ok(removed)
    }
}
