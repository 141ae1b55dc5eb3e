//! One pass of an erasure over all tables: in which order they are wiped, and what is found in them afterwards. Knows nothing of how often, nor of
//! what is recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::execution::runtime_env::RuntimeEnv;

use super::ledger::{self, ErasedFile, Erasure};
use super::subject::Sought;
use super::trace::{self, Traces};
use super::wipe::{Counts, Wiper};
use crate::contract::TableContract;
use crate::engine::Engine;
use crate::error::Result;
use crate::lake::rewrite::{ReplacedFile, find, rewrite};
use crate::lake::snapshot::TenantSnapshot;
use crate::scope::TenantId;

/// How often a table is looked at anew because a settling came first.
const ATTEMPTS: usize = 16;

/// One pass over all tables.
pub(super) struct Round<'a> {
    pub(super) sought: &'a Sought,
    pub(super) traces: &'a Traces,
    pub(super) erasures: &'a [Erasure],
    /// How many there were before.
    pub(super) round: usize,
    pub(super) now: DateTime<Utc>,
    pub(super) runtime: &'a Arc<RuntimeEnv>,
}

impl Engine {
    /// The tables in which something may be sought.
    pub(super) fn searched_tables(&self) -> impl Iterator<Item = &Arc<TableContract>> {
        let own = [ledger::ERASURES, ledger::ERASED_FILES, crate::lake::batches::TABLE];
        self.contracts.iter().filter(move |contract| !own.contains(&contract.name.as_str()))
    }

    /// The tables in the order in which they may be wiped: those last of which the traces are learnt that the others are searched by. Cut off
    /// at any point, an erasure finds the same traces when it is done again.
    fn wiped_tables(&self, sought: &Sought) -> Vec<&Arc<TableContract>> {
        let mut tables = self.searched_tables().collect::<Vec<_>>();
        tables.sort_by_key(|contract| {
            let links = sought.links(&contract.name, &trace::column_names(contract));
            // Messages are found by the batches that linked records came in, everything by the values of the own record.
            if contract.domain == "system" {
                0
            } else {
                1 + usize::from(!links.is_empty()) + usize::from(links.iter().any(|link| link.own))
            }
        });
        tables
    }

    pub(super) async fn wipe(&self, tenant: &TenantId, round: &Round<'_>) -> Result<(BTreeMap<usize, Counts>, Vec<ErasedFile>)> {
        let mut counts: BTreeMap<usize, Counts> = BTreeMap::new();
        let mut files = Vec::new();
        for contract in self.wiped_tables(round.sought) {
            let (of_table, replaced) = self.wipe_table(tenant, contract, round).await?;
            let ids = of_table.keys().filter_map(|index| round.erasures.get(*index)).map(|erasure| erasure.erasure_id.clone());
            let ids = ids.collect::<Vec<_>>();
            files.extend(replaced.into_iter().map(|file| ErasedFile {
                table: contract.name.clone(),
                path: file.path,
                bytes: file.bytes,
                rows_erased: u64::try_from(file.removed + file.changed).unwrap_or(u64::MAX),
                erasures: ids.clone(),
                replaced_at: round.now,
                removed_at: None,
            }));
            of_table.iter().for_each(|(index, more)| counts.entry(*index).or_default().add(more));
        }
        Ok((counts, files))
    }

    async fn wipe_table(
        &self,
        tenant: &TenantId,
        contract: &Arc<TableContract>,
        round: &Round<'_>,
    ) -> Result<(BTreeMap<usize, Counts>, Vec<ReplacedFile>)> {
        for attempt in round.round * ATTEMPTS..(round.round + 1) * ATTEMPTS {
            // Settled in between: look again. What lands meanwhile is found by the next search.
            let snapshot = self.opened(tenant, round.runtime).await?;
            let Some(table) = snapshot.table(&contract.name) else { break };
            let wiper = Wiper::new(contract, round.sought, round.traces);
            if !wiper.concerns() {
                break;
            }
            let files = table.files().iter().collect::<Vec<_>>();
            let id = format!("{:x}e{attempt}", round.now.timestamp_micros());
            if let Some(replaced) =
                rewrite(table, contract, &files, &|rows| wiper.change(rows), &id, round.now, round.runtime).await?
            {
                return Ok((wiper.counts(), replaced));
            }
        }
        Ok((BTreeMap::new(), Vec::new()))
    }

    /// What is still found in every file, by the ordinal of the erasure.
    pub(super) async fn left(
        &self,
        snapshot: &TenantSnapshot,
        sought: &Sought,
        traces: &Traces,
        runtime: &RuntimeEnv,
    ) -> Result<BTreeMap<usize, u64>> {
        let mut left: BTreeMap<usize, u64> = BTreeMap::new();
        for contract in self.searched_tables() {
            let Some(table) = snapshot.table(&contract.name) else { continue };
            let wiper = Wiper::new(contract, sought, traces);
            for file in table.files().iter().filter(|_| wiper.concerns()) {
                find(table, contract, file, &|rows| wiper.change(rows), runtime).await?;
            }
            for (index, counts) in wiper.counts() {
                *left.entry(index).or_default() += counts.rows_removed + counts.rows_blanked;
            }
        }
        Ok(left)
    }
}
