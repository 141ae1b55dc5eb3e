//! The journal on the local disk, in `fjall`: an LSM key-value store whose write-ahead file takes a whole group of entries with one fsync.
//!
//! Its contract, as its source (3.1.13) has it: a batch committed with `PersistMode::SyncAll` is fsynced before it is applied; opening again
//! reads the write-ahead file up to the last whole batch and cuts off what follows; after a failed write or fsync it is poisoned and takes
//! nothing more. So one thread writes (at most the last batch can be torn), nothing is answered before its fsync, and after a failure the
//! store is opened again from what is on disk. A failed fsync is not tried again, because the kernel may have dropped the pages and say
//! otherwise.

mod ledger;
mod scrub;
mod store;
mod tail;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use self::ledger::Ledger;
use self::store::Store;
use self::writer::{Append, Forget, Request, Writer};
use super::{Entry, Journal, JournalError, JournalLimits, Position, Waiting};

/// The store while it is open, or why it is not.
type Shared = Arc<RwLock<Result<Store, JournalError>>>;

/// How many positions one request to forget names.
const FORGET_AT_ONCE: usize = 4_096;

/// The journal on the local disk.
pub struct LocalJournal {
    name: String,
    requests: Option<mpsc::Sender<Request>>,
    store: Shared,
    ledger: Arc<Ledger>,
    writer: Option<JoinHandle<()>>,
    timeout: Duration,
    entry_bytes: u64,
}

impl LocalJournal {
    /// Opens the journal in `folder`, made where it is not there; reads what waits in it.
    ///
    /// # Errors
    /// [`JournalError`] when the folder cannot be written, another process has it open, or what is there is damaged.
    pub fn open(folder: &Path, limits: &JournalLimits) -> Result<Self, JournalError> {
        let store = Store::open(folder, limits)?;
        let name = store.name()?;
        let ledger = Arc::new(Ledger::new(limits.clone()));
        ledger.begin(store.accounts()?);
        let shared: Shared = Arc::new(RwLock::new(Ok(store)));
        let (requests, waiting) = mpsc::channel(limits.queue_entries.max(1));
        let writer = Writer::new(folder, limits, shared.clone(), ledger.clone(), waiting);
        let writer = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| JournalError::unavailable("starting its thread", error))?;
        Ok(Self {
            name,
            requests: Some(requests),
            store: shared,
            ledger,
            writer: Some(writer),
            timeout: Duration::from_millis(limits.append_timeout_ms),
            entry_bytes: limits.entry_bytes,
        })
    }

    fn requests(&self) -> Result<&mpsc::Sender<Request>, JournalError> {
        self.requests.as_ref().ok_or_else(closing)
    }

    /// Asks the store off the async threads.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Store) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let store = self.store.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let store = store.read().unwrap_or_else(|poisoned| poisoned.into_inner());
            question(store.as_ref().map_err(Clone::clone)?)
        });
        answer.await.map_err(|error| JournalError::unavailable("reading", error))?
    }
}

#[async_trait]
impl Journal for LocalJournal {
    fn name(&self) -> &str {
        &self.name
    }

    async fn append(&self, tenant: &str, entry: Entry) -> Result<Position, JournalError> {
        super::named(tenant)?;
        let value = entry.encode().map_err(|error| JournalError::unavailable("encoding", error))?;
        let bytes = value.len() as u64;
        if bytes > self.entry_bytes {
            return Err(JournalError::TooLarge { bytes, limit_bytes: self.entry_bytes });
        }
        let admitted = self.ledger.admit(tenant, bytes)?;
        let (answer, answered) = oneshot::channel();
        let request = Request::Append(Append { tenant: tenant.to_owned(), value, answer, admitted });
        self.requests()?.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => JournalError::Busy { setting: "queue_entries" },
            mpsc::error::TrySendError::Closed(_) => closing(),
        })?;
        match tokio::time::timeout(self.timeout, answered).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(closing())),
            Err(_) => Err(JournalError::unavailable(
                "writing",
                "no answer within `append_timeout_ms`; start the process again if it stays",
            )),
        }
    }

    async fn read(
        &self,
        tenant: &str,
        after: Position,
        most: usize,
        bytes: usize,
    ) -> Result<Vec<(Position, Entry)>, JournalError> {
        super::named(tenant)?;
        let after = after.max(self.ledger.forgotten(tenant));
        let tenant = tenant.to_owned();
        self.ask(move |store| store.read(&tenant, after, most, bytes)).await
    }

    async fn tenants(&self) -> Result<Vec<String>, JournalError> {
        Ok(self.ledger.tenants())
    }

    async fn forget(&self, tenant: &str, through: Position) -> Result<(), JournalError> {
        super::named(tenant)?;
        loop {
            let (name, after) = (tenant.to_owned(), self.ledger.forgotten(tenant));
            let sizes = self.ask(move |store| store.sizes(&name, after, through, FORGET_AT_ONCE)).await?;
            if sizes.is_empty() {
                return Ok(());
            }
            let (answer, answered) = oneshot::channel();
            let request = Request::Forget(Forget { tenant: tenant.to_owned(), sizes, answer });
            self.requests()?.send(request).await.map_err(|_| closing())?;
            answered.await.unwrap_or_else(|_| Err(closing()))?;
            if self.ledger.is_time_to_reclaim() {
                let reclaimed = self.ask(Store::reclaim).await;
                let _ = reclaimed.inspect_err(|error| tracing::warn!(error = %error, "journal keeps space it does not need"));
            }
        }
    }

    async fn scrub(&self) -> Result<(), JournalError> {
        self.ask(Store::scrub).await
    }

    async fn waiting(&self, tenant: &str) -> Result<Waiting, JournalError> {
        super::named(tenant)?;
        Ok(self.ledger.waiting(tenant))
    }
}

impl Drop for LocalJournal {
    /// Lets the thread finish what it has, so that the folder can be opened again; not for ever, should the disk hang.
    fn drop(&mut self) {
        self.requests = None;
        let Some(writer) = self.writer.take() else { return };
        let started = Instant::now();
        while !writer.is_finished() && started.elapsed() < self.timeout {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn closing() -> JournalError {
    JournalError::unavailable("writing", "the journal is closing")
}
