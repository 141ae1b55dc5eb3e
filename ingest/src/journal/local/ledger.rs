//! Who has how much waiting, in memory: what limits are held against and what data health shows. Knows no disk; it begins with what the
//! store tells, and begins again whenever that is opened again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use super::super::{JournalError, JournalLimits, Position, Waiting};

/// One tenant's entries on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// What waits to land.
    pub stored: Waiting,
    /// The position of the next entry.
    pub next: Position,
    /// Nothing up to and with this one is there any more.
    pub forgotten: Position,
}

#[derive(Default)]
struct Books {
    accounts: BTreeMap<String, Account>,
    stored_bytes: u64,
    /// What waits to be written, by tenant; survives another beginning.
    queued: BTreeMap<String, Waiting>,
    queued_bytes: u64,
    /// Forgotten since space was last won back.
    dead_bytes: u64,
}

/// The accounts of all tenants.
pub(super) struct Ledger {
    limits: JournalLimits,
    books: Mutex<Books>,
}

/// Room for one entry in the queue; given back when dropped.
pub(super) struct Admitted {
    ledger: Arc<Ledger>,
    tenant: String,
    /// The entry's size, encoded.
    pub bytes: u64,
}

impl Ledger {
    pub(super) fn new(limits: JournalLimits) -> Self {
        Self { limits, books: Mutex::default() }
    }

    /// Begins with what is on disk.
    pub(super) fn begin(&self, accounts: BTreeMap<String, Account>) {
        let mut books = self.books();
        books.stored_bytes = accounts.values().map(|account| account.stored.bytes).sum();
        books.accounts = accounts;
    }

    /// Gives room for an entry of `bytes`, or says which limit is reached.
    pub(super) fn admit(self: &Arc<Self>, tenant: &str, bytes: u64) -> Result<Admitted, JournalError> {
        let mut books = self.books();
        self.check(&books, tenant, bytes)?;
        let queued = books.queued.entry(tenant.to_owned()).or_default();
        queued.entries += 1;
        queued.bytes += bytes;
        books.queued_bytes += bytes;
        Ok(Admitted { ledger: self.clone(), tenant: tenant.to_owned(), bytes })
    }

    fn check(&self, books: &Books, tenant: &str, bytes: u64) -> Result<(), JournalError> {
        let limits = &self.limits;
        let stored = books.accounts.get(tenant).map(|account| account.stored).unwrap_or_default();
        let queued = books.queued.get(tenant).copied().unwrap_or_default();
        let full = |waiting, limit, unit, setting| {
            let tenant = tenant.to_owned();
            if waiting > limit { Err(JournalError::Full { tenant, waiting, limit, unit, setting }) } else { Ok(()) }
        };
        let entries = stored.entries + queued.entries;
        full(entries + 1, limits.tenant_waiting_entries, "entries", "tenant_waiting_entries")?;
        full(stored.bytes + queued.bytes + bytes, limits.tenant_waiting_bytes, "bytes", "tenant_waiting_bytes")?;
        full(queued.entries + 1, limits.tenant_queue_entries, "entries", "tenant_queue_entries")?;
        // A single entry always fits an empty queue.
        let beside = if queued.bytes == 0 { 0 } else { queued.bytes + bytes };
        full(beside, limits.tenant_queue_bytes, "bytes", "tenant_queue_bytes")?;
        if books.queued_bytes > 0 && books.queued_bytes + bytes > limits.queue_bytes {
            return Err(JournalError::Busy { setting: "queue_bytes" });
        }
        if books.stored_bytes + books.queued_bytes + bytes > limits.waiting_bytes {
            return Err(JournalError::Busy { setting: "waiting_bytes" });
        }
        Ok(())
    }

    /// The position of the tenant's next entry; it is taken by [`Ledger::stored`].
    pub(super) fn next(&self, tenant: &str) -> Position {
        self.books().accounts.get(tenant).map_or(1, |account| account.next)
    }

    /// An entry of `bytes` is on disk at `position`.
    pub(super) fn stored(&self, tenant: &str, position: Position, bytes: u64) {
        let mut books = self.books();
        let account = books.accounts.entry(tenant.to_owned()).or_default();
        account.stored.entries += 1;
        account.stored.bytes += bytes;
        account.next = position + 1;
        books.stored_bytes += bytes;
    }

    /// Entries of `bytes` in total are gone, all up to and with `through`.
    pub(super) fn forgot(&self, tenant: &str, through: Position, entries: u64, bytes: u64) {
        let mut books = self.books();
        let Some(account) = books.accounts.get_mut(tenant) else { return };
        account.stored.entries = account.stored.entries.saturating_sub(entries);
        account.stored.bytes = account.stored.bytes.saturating_sub(bytes);
        account.forgotten = account.forgotten.max(through);
        books.stored_bytes = books.stored_bytes.saturating_sub(bytes);
        books.dead_bytes += bytes;
    }

    /// Whether so much was forgotten that its space is worth winning back; says so once.
    pub(super) fn is_time_to_reclaim(&self) -> bool {
        let mut books = self.books();
        let time = books.dead_bytes >= self.limits.reclaim_bytes;
        if time {
            books.dead_bytes = 0;
        }
        time
    }

    /// Up to where nothing of `tenant` is there any more.
    pub(super) fn forgotten(&self, tenant: &str) -> Position {
        self.books().accounts.get(tenant).map_or(0, |account| account.forgotten)
    }

    /// What is on disk of `tenant`.
    pub(super) fn waiting(&self, tenant: &str) -> Waiting {
        self.books().accounts.get(tenant).map(|account| account.stored).unwrap_or_default()
    }

    /// Tenants with entries on disk.
    pub(super) fn tenants(&self) -> Vec<String> {
        let books = self.books();
        books.accounts.iter().filter(|(_, account)| account.stored.entries > 0).map(|(tenant, _)| tenant.clone()).collect()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut books = self.ledger.books();
        books.queued_bytes = books.queued_bytes.saturating_sub(self.bytes);
        let Some(queued) = books.queued.get_mut(&self.tenant) else { return };
        queued.entries = queued.entries.saturating_sub(1);
        queued.bytes = queued.bytes.saturating_sub(self.bytes);
        if queued.entries == 0 {
            books.queued.remove(&self.tenant);
        }
    }
}
