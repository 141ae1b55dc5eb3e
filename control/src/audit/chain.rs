//! How entries of the audit log are chained: each hash covers a row and the hash before it, so that no row can be changed,
//! taken out or put in without every later hash changing. Pure; does not know where rows are kept.

use sha2::{Digest, Sha256};
use sqlx::FromRow;

use super::entry::{AuditEntry, detail_text};
use crate::hexadecimal::hexadecimal;
use crate::stored;

/// Names the encoding; another one would begin otherwise.
const ENCODING: &str = "quarterdeck audit 1";

/// A row of the log as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct AuditRow {
    pub(super) seq: i64,
    pub(super) at: String,
    pub(super) who_kind: String,
    pub(super) who_id: String,
    pub(super) action: String,
    pub(super) tenant_id: Option<String>,
    pub(super) detail: String,
    pub(super) duration_us: Option<i64>,
    pub(super) row_count: Option<i64>,
    pub(super) byte_count: Option<i64>,
    pub(super) previous_hash: String,
    pub(super) hash: String,
}

impl AuditRow {
    /// The row that an entry becomes after the one with `previous_hash`.
    pub(super) fn new(seq: i64, entry: &AuditEntry, previous_hash: String) -> Self {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let mut row = Self {
            seq,
            at: stored::instant_text(entry.at),
            who_kind: entry.who.kind().to_owned(),
            who_id: entry.who.id().replace('\0', ""),
            action: entry.action.as_str().to_owned(),
            tenant_id: entry.tenant_id.as_ref().map(|tenant| tenant.replace('\0', "")),
            detail: detail_text(&entry.detail),
            duration_us: entry.duration_us.map(number),
            row_count: entry.rows.map(number),
            byte_count: entry.bytes.map(number),
            previous_hash,
            hash: String::new(),
        };
        row.hash = row.computed_hash();
        row
    }

    /// SHA-256 over the fields in the order of the table, each preceded by its length in eight bytes, big end first; a field
    /// that is absent has the length 2⁶⁴ − 1 and no bytes. Numbers are written in decimal.
    pub(super) fn computed_hash(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |field: Option<&str>| {
            let length = field.map_or(u64::MAX, |text| text.len() as u64);
            hash.update(length.to_be_bytes());
            hash.update(field.unwrap_or_default());
        };
        let number = |value: Option<i64>| value.map(|value| value.to_string());
        add(Some(ENCODING));
        add(Some(&self.seq.to_string()));
        for text in [&self.at, &self.who_kind, &self.who_id, &self.action] {
            add(Some(text));
        }
        add(self.tenant_id.as_deref());
        add(Some(&self.detail));
        for value in [self.duration_us, self.row_count, self.byte_count] {
            add(number(value).as_deref());
        }
        add(Some(&self.previous_hash));
        hexadecimal(&hash.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AuditAction, AuditWho};

    fn row() -> AuditRow {
        let at = "2026-11-22T08:00:00Z".parse().unwrap();
        let entry = AuditEntry::new(at, AuditWho::Person("ada".into()), AuditAction::Query, Some("gifts"));
        AuditRow::new(7, &AuditEntry { rows: Some(3), ..entry.with("text", "SELECT 1") }, "ff".into())
    }

    #[test]
    fn the_encoding_stays_what_it_is() {
        // By Python: hashlib.sha256 over the fields, each after len(field).to_bytes(8, "big").
        assert_eq!(row().hash, "5712b8b2375a26727748c2371f89991f2a3f7fe4a6ac656bf8f6f5101eebc0ed");
    }

    #[test]
    fn every_field_counts_and_none_runs_into_the_next() {
        let changes: [fn(&mut AuditRow); 12] = [
            |row| row.seq = 8,
            |row| row.at = "2026-11-22T08:00:00.000001Z".into(),
            |row| row.who_kind = "token".into(),
            |row| row.who_id = "bob".into(),
            |row| row.action = "export".into(),
            |row| row.tenant_id = None,
            |row| row.tenant_id = Some(String::new()),
            |row| row.detail = "{}".into(),
            |row| row.duration_us = Some(0),
            |row| row.row_count = None,
            |row| (row.row_count, row.byte_count) = (None, Some(3)),
            |row| (row.who_id, row.action) = ("adaq".into(), "uery".into()),
        ];
        let mut hashes = vec![row().computed_hash()];
        for change in changes {
            let mut changed = row();
            change(&mut changed);
            hashes.push(changed.computed_hash());
        }
        let different: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(different.len(), hashes.len());
    }
}
