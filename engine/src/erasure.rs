//! Erasure of one person's, or one installation's, records with a proof of what went. A person's own record is removed in all its versions;
//! in other records a pseudonym takes the place of the link, so that every count and sum stays as it was; messages that told of them lose
//! their text. What is kept is a hash, by which later copies of the record are known and erased as well.
//!
//! Safe to kill at any point: an erasure is recorded as begun before the first file changes, and one that was cut off is done again.

mod asked;
mod ledger;
mod round;
mod subject;
mod trace;
mod wipe;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use datafusion::execution::runtime_env::RuntimeEnv;
use moka::future::Cache;
use object_store::ObjectStoreExt;
use sha2::{Digest, Sha256};

pub use self::asked::MARK;
pub use self::ledger::{ErasedFile, Erasure, State};
use self::round::Round;
use self::subject::Sought;
pub use self::subject::Subject;
use self::trace::Traces;
pub use self::wipe::Counts;
use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::lake::old_files;
use crate::lake::provider::LakeFile;
use crate::lake::snapshot::TenantSnapshot;
use crate::scope::TenantId;

/// How often everything is wiped anew because more has landed.
const ROUNDS: usize = 4;
/// Files that are remembered as searched for late copies.
const SEARCHED_FILES: u64 = 100_000;
/// Bytes of an erasure's identifier.
const ID_BYTES: usize = 8;

/// Who asks for an erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// A delivery of the source, by its id: its own text is erased too.
    Delivery(String),
    /// Somebody, by name.
    Person(String),
}

/// A request to erase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Whom or what.
    pub subject: Subject,
    /// Who asks.
    pub asker: Asker,
    /// Why, in words that name nobody.
    pub reason: String,
    /// What happened later is not erased.
    pub asked_at: DateTime<Utc>,
}

impl Request {
    /// The identifier of the erasure: asking the same again, by the same delivery or person, is one.
    pub fn id(&self, tenant: &TenantId) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.subject.hash(tenant));
        hasher.update(self.asked_by());
        hasher.finalize().iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    fn asked_by(&self) -> String {
        match &self.asker {
            Asker::Delivery(id) => format!("{DELIVERY}{id}"),
            Asker::Person(name) => name.clone(),
        }
    }

    fn begun(&self, tenant: &TenantId) -> Erasure {
        Erasure {
            erasure_id: self.id(tenant),
            source: self.subject.source.clone(),
            instance: self.subject.instance.clone(),
            subject_table: self.subject.record.as_ref().map(|(table, _)| table.clone()),
            subject_hash: self.subject.hash(tenant),
            asked_by: self.asked_by(),
            reason: self.reason.clone(),
            asked_at: self.asked_at,
            state: State::Begun,
            erased_at: None,
            proven_at: None,
            counts: Counts::default(),
            found_after: 0,
        }
    }
}

/// What `asked_by` begins with for a delivery.
const DELIVERY: &str = "delivery ";

/// What tells the time: an erasure takes a while, and its proof says when it ended.
pub type Clock<'a> = &'a (dyn Fn() -> DateTime<Utc> + Sync);

/// Files that have been searched for late copies, by path, with how many erasures there were.
#[derive(Debug, Clone)]
pub(crate) struct Searched(Cache<String, usize>);

impl Default for Searched {
    fn default() -> Self {
        Self(Cache::new(SEARCHED_FILES))
    }
}

impl Engine {
    /// Erases what `requests` ask, and answers with the proof so far: it is whole once [`Engine::remove_erased_files`] has removed the files.
    ///
    /// # Errors
    /// [`EngineError::Request`] for records that cannot be erased by a key, [`EngineError::Storage`] when files cannot be read or written;
    /// the erasures then stay begun, and asking again, or [`Engine::resume_erasures`], ends them.
    pub async fn erase(&self, tenant: &TenantId, requests: &[Request], clock: Clock<'_>) -> Result<Vec<Erasure>> {
        let now = clock();
        requests.iter().try_for_each(|request| request.subject.check(&self.contracts))?;
        let known = self.erasures(tenant, now).await?;
        let begun = requests.iter().map(|request| request.begun(tenant));
        let begun = begun.filter(|begun| known.iter().all(|known| known.erasure_id != begun.erasure_id)).collect::<Vec<_>>();
        if !begun.is_empty() {
            self.record(tenant, &begun, &[], now).await?;
        }
        self.run_erasures(tenant, requests, clock).await?;
        let ids = requests.iter().map(|request| request.id(tenant)).collect::<Vec<_>>();
        let mut all = self.erasures(tenant, now).await?;
        all.retain(|erasure| ids.contains(&erasure.erasure_id));
        Ok(all)
    }

    /// Ends erasures that are begun, and erases copies of erased records that have come since; answers how many rows went or changed.
    ///
    /// # Errors
    /// As [`Engine::erase`].
    pub async fn resume_erasures(&self, tenant: &TenantId, clock: Clock<'_>) -> Result<u64> {
        self.run_erasures(tenant, &[], clock).await
    }

    async fn run_erasures(&self, tenant: &TenantId, requests: &[Request], clock: Clock<'_>) -> Result<u64> {
        let now = clock();
        let erasures = self.erasures(tenant, now).await?;
        if erasures.is_empty() {
            return Ok(0);
        }
        let any_begun = erasures.iter().any(|erasure| erasure.state == State::Begun);
        let runtime = Arc::clone(self.runtime());
        let snapshot = self.opened(tenant, &runtime).await?;
        if !any_begun && self.is_searched(tenant, &snapshot, erasures.len()).await {
            return Ok(0);
        }
        let sought = self.sought(tenant, &erasures);
        let mut traces = Traces::find(&snapshot, &self.contracts, &sought, &runtime).await?;
        for (index, erasure) in erasures.iter().enumerate() {
            if let Some(delivery) = erasure.asked_by.strip_prefix(DELIVERY) {
                traces.askers.insert((erasure.source.clone(), delivery.to_owned()), index);
            }
            // Messages of an installation may be registered under another name: they tell its own in their headers or text.
            if erasure.subject_table.is_none() && erasure.instance != erasure.source {
                traces.keys.insert(erasure.instance.to_lowercase(), index);
            }
            let request = requests.iter().find(|request| request.id(tenant) == erasure.erasure_id);
            if let Some((_, key)) = request.and_then(|request| request.subject.record.as_ref()) {
                traces.keys.insert(key.to_lowercase(), index);
            }
        }
        let (mut counts, mut files) = (BTreeMap::<usize, Counts>::new(), Vec::new());
        let mut round = 0;
        // What landed meanwhile can be found by these traces alone: once the person's own record is gone, nobody learns them again.
        let (after, left) = loop {
            let wiping = Round { sought: &sought, traces: &traces, erasures: &erasures, round, now, runtime: &runtime };
            let (wiped, replaced) = self.wipe(tenant, &wiping).await?;
            wiped.iter().for_each(|(index, more)| counts.entry(*index).or_default().add(more));
            files.extend(replaced);
            self.reopen(tenant).await;
            let after = self.opened(tenant, &runtime).await?;
            let left = self.left(&after, &sought, &traces, &runtime).await?;
            round += 1;
            if left.is_empty() || round == ROUNDS {
                break (after, left);
            }
        };
        let rows = counts.values().map(|counts| counts.rows_removed + counts.rows_blanked).sum();
        let ended = clock();
        // Another process may have been at it too: what it counted is counted on.
        let mut recorded = self.erasures(tenant, ended).await?;
        recorded.retain_mut(|erasure| {
            let Some(index) = erasures.iter().position(|one| one.erasure_id == erasure.erasure_id) else { return false };
            let found = counts.get(&index).copied().unwrap_or_default();
            let left = left.get(&index).copied().unwrap_or_default();
            let is_new = erasure.state == State::Begun || found != Counts::default() || left != erasure.found_after;
            erasure.counts.add(&found);
            erasure.found_after = left;
            erasure.erased_at = Some(ended);
            erasure.proven_at = None;
            erasure.state = State::Erased;
            is_new
        });
        if !recorded.is_empty() || !files.is_empty() {
            self.record(tenant, &recorded, &files, ended).await?;
        }
        if left.is_empty() {
            for file in after.tables().flat_map(|(_, table)| table.files()) {
                self.searched.0.insert(key(tenant, file), erasures.len()).await;
            }
        }
        Ok(rows)
    }

    /// Removes files that erasures replaced at least `keep` ago, looks that they are gone, and ends the proof of erasures of which no file is
    /// left; answers how many files.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the store refuses.
    pub async fn remove_erased_files(&self, tenant: &TenantId, keep: Duration, now: DateTime<Utc>) -> Result<usize> {
        let keep = TimeDelta::from_std(keep).unwrap_or(TimeDelta::MAX);
        let waiting = self.erased_files(tenant, now).await?;
        let (due, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|file| now - file.replaced_at >= keep);
        let mut gone = Vec::new();
        for file in due {
            let context = || format!("cannot remove a replaced file of {}", file.table);
            let Some(table) = self.lake.table(tenant, &file.table).await? else { continue };
            let path = object_store::path::Path::from(file.path.as_str());
            let store = table.object_store();
            match store.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(EngineError::storage(context())(error)),
            }
            match store.head(&path).await {
                Err(object_store::Error::NotFound { .. }) => gone.push(ErasedFile { removed_at: Some(now), ..file }),
                Ok(_) => return Err(EngineError::storage(context())("the store still has it after removing it")),
                Err(error) => return Err(EngineError::storage(context())(error)),
            }
        }
        let mut proven = self.erasures(tenant, now).await?;
        proven.retain(|erasure| {
            let waits = later.iter().any(|file| file.erasures.contains(&erasure.erasure_id));
            let old_enough = erasure.erased_at.is_some_and(|erased_at| now - erased_at >= keep);
            erasure.state == State::Erased && erasure.found_after == 0 && old_enough && !waits
        });
        self.retain_without_files(tenant, &mut proven, keep, now).await?;
        for erasure in &mut proven {
            erasure.state = State::Proven;
            erasure.proven_at = Some(now);
        }
        if !gone.is_empty() || !proven.is_empty() {
            self.record(tenant, &proven, &gone, now).await?;
        }
        Ok(gone.len())
    }

    /// Keeps those of `erasures` of which storage holds no file any more that no table names: what settling had replaced before, or what was
    /// stored and never committed, may have held what was erased.
    async fn retain_without_files(
        &self,
        tenant: &TenantId,
        erasures: &mut Vec<Erasure>,
        keep: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<()> {
        if erasures.is_empty() {
            return Ok(());
        }
        let runtime = Arc::clone(self.runtime());
        let snapshot = self.opened(tenant, &runtime).await?;
        for contract in self.searched_tables() {
            let Some(table) = snapshot.table(&contract.name) else { continue };
            old_files::remove_replaced(table.handle(), keep).await?;
            let mut without = Vec::new();
            for erasure in erasures.drain(..) {
                if old_files::unnamed_files(table, erasure.erased_at.unwrap_or(now)).await? == 0 {
                    without.push(erasure);
                }
            }
            *erasures = without;
        }
        Ok(())
    }

    /// Whether every file was searched for all erasures there are.
    async fn is_searched(&self, tenant: &TenantId, snapshot: &TenantSnapshot, erasures: usize) -> bool {
        for file in snapshot.tables().flat_map(|(_, table)| table.files()) {
            if self.searched.0.get(&key(tenant, file)).await != Some(erasures) {
                return false;
            }
        }
        true
    }

    async fn opened(&self, tenant: &TenantId, runtime: &Arc<RuntimeEnv>) -> Result<TenantSnapshot> {
        TenantSnapshot::open(&self.lake, tenant, &self.contracts, None, runtime).await
    }

    fn sought(&self, tenant: &TenantId, erasures: &[Erasure]) -> Sought {
        let subjects = erasures.iter().map(|erasure| {
            let table = erasure.subject_table.as_deref();
            (table, erasure.source.as_str(), erasure.instance.as_str(), erasure.subject_hash.as_str(), erasure.asked_at)
        });
        Sought::new(tenant, &self.contracts, subjects)
    }
}

fn key(tenant: &TenantId, file: &LakeFile) -> String {
    format!("{tenant}/{}", file.file.object_meta.location)
}
