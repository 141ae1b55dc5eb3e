//! Whether the audit log is whole. Does not know what its entries say.
//!
//! Who can write to the database can also make a whole chain anew: so note the head now and then where they cannot, and give
//! it back here.

use sqlx::AssertSqlSafe;

use super::chain::AuditRow;
use super::{AuditHead, COLUMNS};
use crate::{Control, ControlError, Result};

/// Rows read at once.
const PAGE_ROWS: i64 = 1000;

/// What is wrong with a row of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditBreak {
    /// It is not there.
    Missing,
    /// It does not name the hash of the row before it: one of the two was changed, or put in.
    Unlinked,
    /// Its hash is not what it holds: it was changed.
    Altered,
    /// It is not the one that was noted.
    NotAsNoted,
}

/// What was found of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerification {
    /// Rows that are as they were written, from the first on.
    pub sound_rows: u64,
    /// The first row that is not, and why.
    pub broken: Option<(i64, AuditBreak)>,
    /// The end of the log when it was looked at, to be noted elsewhere.
    pub head: AuditHead,
}

impl Control {
    /// Reads the whole log, as it is at the beginning of the call, and says which row is the first that is not as it was
    /// written. `noted` are heads that were noted before.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn verify_audit(&self, noted: &[AuditHead]) -> Result<AuditVerification> {
        let head = self.audit_head().await?;
        let mut last = AuditHead::BEGINNING;
        let mut broken = None;
        while broken.is_none() && last.seq < head.seq {
            let rows = self.audit_rows_after(last.seq, head.seq).await?;
            if rows.is_empty() {
                broken = Some((last.seq + 1, AuditBreak::Missing));
            }
            for row in rows {
                broken = fault(&row, &last, noted);
                if broken.is_some() {
                    break;
                }
                last = AuditHead { seq: row.seq, hash: row.hash };
            }
        }
        if broken.is_none() && last != head {
            broken = Some((head.seq, AuditBreak::Unlinked));
        }
        let beyond = noted.iter().find(|noted| noted.seq > head.seq);
        let broken = broken.or(beyond.map(|noted| (noted.seq, AuditBreak::Missing)));
        Ok(AuditVerification { sound_rows: u64::try_from(last.seq).unwrap_or_default(), broken, head })
    }

    async fn audit_rows_after(&self, seq: i64, until: i64) -> Result<Vec<AuditRow>> {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3");
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(seq).bind(until).bind(PAGE_ROWS);
        query.fetch_all(&self.pool).await.map_err(ControlError::store("reading the audit log"))
    }
}

fn fault(row: &AuditRow, last: &AuditHead, noted: &[AuditHead]) -> Option<(i64, AuditBreak)> {
    if row.seq != last.seq + 1 {
        return Some((last.seq + 1, AuditBreak::Missing));
    }
    let is_another = |noted: &AuditHead| noted.seq == row.seq && noted.hash != row.hash;
    let what = if row.computed_hash() != row.hash {
        AuditBreak::Altered
    } else if row.previous_hash != last.hash {
        AuditBreak::Unlinked
    } else if noted.iter().any(is_another) {
        AuditBreak::NotAsNoted
    } else {
        return None;
    };
    Some((row.seq, what))
}
