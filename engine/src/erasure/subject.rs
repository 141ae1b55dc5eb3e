//! Whom or what an erasure is about. What is kept of it for ever is a hash, by which later copies of the record are known; the key itself is
//! not kept. Knows no files.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::contract::Contracts;
use crate::error::{EngineError, Result};
use crate::scope::TenantId;

/// Digits of a hash that a pseudonym shows.
const PSEUDONYM_DIGITS: usize = 16;
/// The class of tables whose records are about a person: they go as a whole.
const PERSONAL: &str = "personal";

/// Whom or what an erasure is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The source system that told the records.
    pub source: String,
    /// Which installation of it.
    pub instance: String,
    /// The record by its table and key; all of the installation without one.
    pub record: Option<(String, String)>,
}

impl Subject {
    /// SHA-256 of what it is, in hex.
    pub fn hash(&self, tenant: &TenantId) -> String {
        match &self.record {
            Some((table, key)) => record_hash(tenant, &self.source, &self.instance, table, key),
            None => record_hash(tenant, &self.source, &self.instance, "", ""),
        }
    }

    /// Checks that records of the table can be erased by one key.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for a table that is not, [`EngineError::Request`] for one whose records are named by more than one column.
    pub fn check(&self, contracts: &Contracts) -> Result<()> {
        let Some((table, _)) = &self.record else { return Ok(()) };
        let contract = contracts.get(table)?;
        if contract.domain == "system" || contract.primary_key.len() != 1 {
            return Err(EngineError::Request(format!(
                "records of {table} are not erased by a key: erase the record they belong to"
            )));
        }
        Ok(())
    }
}

/// Each part with its length before it, so that no two subjects read alike.
fn record_hash(tenant: &TenantId, source: &str, instance: &str, table: &str, key: &str) -> String {
    let mut hasher = Sha256::new();
    for part in ["quarterdeck erasure", tenant.as_str(), source, instance, table, key] {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What stands in other records in the place of an erased key: the same for all of them, so that counts of persons stay as they were.
pub(super) fn pseudonym(hash: &str) -> String {
    format!("erased-{}", hash.get(..PSEUDONYM_DIGITS).unwrap_or(hash))
}

/// One subject as it is looked for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Ordinal of its erasure.
    pub(super) index: usize,
    /// Its hash.
    pub(super) hash: String,
    /// What happened later is not of it, in microseconds.
    pub(super) until: i64,
    /// Its own record is removed, and links to it are replaced; else only what is personal goes.
    pub(super) personal: bool,
}

/// A table's column that names records which may be sought.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// The column.
    pub(super) column: String,
    /// The table whose records it names.
    pub(super) table: String,
    /// It is that table's own key.
    pub(super) own: bool,
}

/// All that is looked for at once.
#[derive(Debug)]
pub(super) struct Sought {
    tenant: TenantId,
    records: HashMap<String, Wanted>,
    installations: BTreeMap<(String, String), Wanted>,
    /// Key column by table.
    keys: BTreeMap<String, String>,
}

impl Sought {
    /// What is looked for, by its hash: subject table (none for an installation), source, instance, hash and time of each.
    pub(super) fn new<'a>(
        tenant: &TenantId,
        contracts: &Contracts,
        subjects: impl Iterator<Item = (Option<&'a str>, &'a str, &'a str, &'a str, DateTime<Utc>)>,
    ) -> Self {
        let (mut records, mut installations, mut keys) = (HashMap::new(), BTreeMap::new(), BTreeMap::new());
        for (index, (table, source, instance, hash, until)) in subjects.enumerate() {
            let contract = table.and_then(|table| contracts.get(table).ok());
            let wanted = Wanted {
                index,
                hash: hash.to_owned(),
                until: until.timestamp_micros(),
                personal: contract.is_none_or(|contract| contract.retention == PERSONAL),
            };
            match contract {
                Some(contract) => {
                    keys.insert(contract.name.clone(), contract.primary_key.first().cloned().unwrap_or_default());
                    records.insert(hash.to_owned(), wanted);
                }
                None if table.is_none() => {
                    installations.insert((source.to_owned(), instance.to_owned()), wanted);
                }
                None => {}
            }
        }
        Self { tenant: tenant.clone(), records, installations, keys }
    }

    /// The columns of a table that may name what is sought.
    pub(super) fn links(&self, table: &str, columns: &BTreeSet<&str>) -> Vec<Link> {
        let link = |(of, key): (&String, &String)| {
            let column = columns.contains(key.as_str()).then(|| key.clone())?;
            Some(Link { column, own: of == table, table: of.clone() })
        };
        self.keys.iter().filter_map(link).collect()
    }

    /// Whether the value of a link, told by a source at a time, is sought.
    pub(super) fn record(&self, source: &str, instance: &str, table: &str, key: &str, at: i64) -> Option<&Wanted> {
        let hash = record_hash(&self.tenant, source, instance, table, key);
        self.records.get(&hash).filter(|wanted| at <= wanted.until)
    }

    /// Whether everything that an installation told at a time is sought.
    pub(super) fn installation(&self, source: &str, instance: &str, at: i64) -> Option<&Wanted> {
        if self.installations.is_empty() {
            return None;
        }
        self.installations.get(&(source.to_owned(), instance.to_owned())).filter(|wanted| at <= wanted.until)
    }

    /// Whether installations are sought.
    pub(super) fn seeks_installations(&self) -> bool {
        !self.installations.is_empty()
    }

    /// The end of what is sought for the erasure `index`, in microseconds.
    pub(super) fn until(&self, index: usize) -> i64 {
        let all = self.records.values().chain(self.installations.values());
        all.filter(|wanted| wanted.index == index).map(|wanted| wanted.until).max().unwrap_or(i64::MIN)
    }
}
