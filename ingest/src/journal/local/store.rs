//! Entries in a `fjall` keyspace, ordered by (tenant, position). At position 0 of a tenant stands its next position, written with every
//! group, so that positions go on after all entries were forgotten. Knows no queue and no limit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use super::super::{Entry, JournalError, JournalLimits, Position, Waiting, readable};
use super::ledger::Account;
use super::tail;

/// An open store.
pub(super) struct Store {
    pub(super) folder: PathBuf,
    pub(super) database: Database,
    pub(super) entries: Keyspace,
}

/// What one write changes.
#[derive(Default)]
pub(super) struct Group {
    /// Encoded entries.
    pub added: Vec<(String, Position, Vec<u8>)>,
    /// Entries that have landed.
    pub removed: Vec<(String, Position)>,
}

/// Where a store keeps its name.
const NAME: &str = "name";

/// Ends a tenant's name in a key; no name contains it.
const END: u8 = 0;

impl Store {
    pub(super) fn open(folder: &Path, limits: &JournalLimits) -> Result<Self, JournalError> {
        let database = match Self::database(folder, limits) {
            Err(fjall::Error::JournalRecovery(_)) => {
                tail::cut(folder, || Self::database(folder, limits).map_err(|error| cannot_open(folder, &error)))?
            }
            opened => opened.map_err(|error| cannot_open(folder, &error))?,
        };
        let options = || KeyspaceCreateOptions::default().max_memtable_size(limits.memtable_bytes);
        let entries = database.keyspace("entries", options).map_err(|error| cannot_open(folder, &error))?;
        Ok(Self { folder: folder.to_owned(), database, entries })
    }

    fn database(folder: &Path, limits: &JournalLimits) -> fjall::Result<Database> {
        Database::builder(folder)
            .cache_size(limits.cache_bytes)
            .max_journaling_size(limits.write_ahead_bytes.max(64 << 20))
            .worker_threads(2)
            .open()
    }

    /// The name that was drawn when the store was made: positions of another store in the same folder would mean other entries.
    pub(super) fn name(&self) -> Result<String, JournalError> {
        let about = self.database.keyspace("about", KeyspaceCreateOptions::default).map_err(unreadable)?;
        if let Some(name) = about.get(NAME).map_err(unreadable)? {
            return Ok(String::from_utf8_lossy(&name).into_owned());
        }
        let name = format!("{:016x}", rand::random::<u64>());
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncAll));
        batch.insert(&about, NAME, name.as_bytes());
        batch.commit().map_err(|error| JournalError::unavailable("naming the journal", error))?;
        Ok(name)
    }

    /// What is there, by tenant; reads every key.
    pub(super) fn accounts(&self) -> Result<BTreeMap<String, Account>, JournalError> {
        let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
        for item in self.entries.iter() {
            let (key, value) = item.into_inner().map_err(unreadable)?;
            let (tenant, position) = parts(&key)?;
            if position == 0 {
                let next = value.first_chunk().copied().map(u64::from_be_bytes).ok_or_else(|| stray(&key))?;
                accounts.insert(tenant, Account { stored: Waiting::default(), next, forgotten: next - 1 });
                continue;
            }
            let account = accounts.get_mut(&tenant).ok_or_else(|| stray(&key))?;
            if account.stored.entries == 0 {
                account.forgotten = position - 1;
            }
            account.stored.entries += 1;
            account.stored.bytes += value.len() as u64;
        }
        Ok(accounts)
    }

    /// Writes `group` and answers once it is fsynced.
    pub(super) fn write(&self, group: Group) -> fjall::Result<()> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncAll));
        let mut heads = BTreeMap::new();
        for (tenant, position, value) in group.added {
            batch.insert(&self.entries, key(&tenant, position), value);
            heads.insert(tenant, position + 1);
        }
        for (tenant, next) in heads {
            batch.insert(&self.entries, key(&tenant, 0), next.to_be_bytes());
        }
        for (tenant, position) in group.removed {
            batch.remove(&self.entries, key(&tenant, position));
        }
        batch.commit()
    }

    /// Wins back the space of removed entries: left to itself the store keeps them until it happens to rewrite their files, which for a queue
    /// is hardly ever.
    pub(super) fn reclaim(&self) -> Result<(), JournalError> {
        self.entries.major_compact().map_err(|error| JournalError::unavailable("winning back space", error))
    }

    /// See [`super::Journal::read`].
    pub(super) fn read(
        &self,
        tenant: &str,
        after: Position,
        most: usize,
        bytes: usize,
    ) -> Result<Vec<(Position, Entry)>, JournalError> {
        let mut read = 0;
        let range = self.entries.range(after_until(tenant, after, Position::MAX)).take(most);
        readable(range.map_while(|item| {
            (read < bytes || read == 0).then(|| {
                let (key, value) = item.into_inner().map_err(unreadable)?;
                read += value.len();
                let (_, position) = parts(&key)?;
                let corrupt = |detail| JournalError::Corrupt { tenant: tenant.to_owned(), position, detail };
                Ok((position, Entry::decode(&value).map_err(corrupt)?))
            })
        }))
    }

    /// Positions after `after`, through `through`, at most `most`, with the entries' sizes in bytes.
    pub(super) fn sizes(
        &self,
        tenant: &str,
        after: Position,
        through: Position,
        most: usize,
    ) -> Result<Vec<(Position, u64)>, JournalError> {
        if through <= after {
            return Ok(Vec::new());
        }
        let range = self.entries.range(after_until(tenant, after, through)).take(most);
        range
            .map(|item| {
                let (key, value) = item.into_inner().map_err(unreadable)?;
                Ok((parts(&key)?.1, value.len() as u64))
            })
            .collect()
    }
}

fn key(tenant: &str, position: Position) -> Vec<u8> {
    let mut key = Vec::with_capacity(tenant.len() + 1 + size_of::<Position>());
    key.extend_from_slice(tenant.as_bytes());
    key.push(END);
    key.extend_from_slice(&position.to_be_bytes());
    key
}

fn after_until(tenant: &str, after: Position, until: Position) -> std::ops::RangeInclusive<Vec<u8>> {
    key(tenant, after.saturating_add(1))..=key(tenant, until)
}

fn parts(key: &[u8]) -> Result<(String, Position), JournalError> {
    let (rest, position) = key.split_last_chunk().ok_or_else(|| stray(key))?;
    let tenant = rest.strip_suffix(&[END]).and_then(|name| std::str::from_utf8(name).ok()).ok_or_else(|| stray(key))?;
    Ok((tenant.to_owned(), Position::from_be_bytes(*position)))
}

fn stray(key: &[u8]) -> JournalError {
    JournalError::Closed { detail: format!("a key that is none of the journal's: {}", key.escape_ascii()) }
}

fn unreadable(error: fjall::Error) -> JournalError {
    JournalError::unavailable("reading", error)
}

fn cannot_open(folder: &Path, error: &fjall::Error) -> JournalError {
    let why = match error {
        fjall::Error::Locked => "another process has it open".to_owned(),
        error => error.to_string(),
    };
    JournalError::unavailable("opening", format!("{}: {why}", folder.display()))
}
