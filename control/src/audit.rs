//! The audit log: what was done, when and by whom, added to and never changed, each entry chained to the one before it. Does
//! not know which deeds are worth an entry, nor how a query's text is cleared of what people wrote into it.
//!
//! There is one chain, whatever the number of nodes: who adds takes the row of the chain's end first, and everybody else waits
//! for that row (SQLite: for the one writer's turn). So add many entries at once.

mod chain;
mod entry;
mod verify;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, FromRow};

use self::chain::AuditRow;
use crate::{Control, ControlError, Result, stored};

pub use self::entry::{AUDIT_DETAIL_MAX_BYTES, AuditAction, AuditEntry, AuditWho};
pub use self::verify::{AuditBreak, AuditVerification};

/// The most entries that are read at once.
pub const AUDIT_PAGE_MAX: u32 = 1000;

/// Rows added by one statement: 768 parameters, which both databases take.
const ROWS_PER_STATEMENT: usize = 64;
const COLUMNS: &str = "seq, at, who_kind, who_id, action, tenant_id, detail, duration_us, row_count, byte_count, previous_hash,
    hash";

/// The end of the log: everything before it is as it was if this is.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct AuditHead {
    /// Number of the last entry; the first is 1.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

impl AuditHead {
    const BEGINNING: Self = Self { seq: 0, hash: String::new() };
}

/// An entry that was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Its number, in the order of keeping.
    pub seq: i64,
    /// What it says.
    pub entry: AuditEntry,
    /// What the person or token is called now, if they are still there.
    pub who_name: Option<String>,
    /// Its hash.
    pub hash: String,
}

/// Which entries to read; the default is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this tenant alone.
    pub tenant_id: Option<String>,
    /// From then on.
    pub from: Option<DateTime<Utc>>,
    /// Until before then.
    pub until: Option<DateTime<Utc>>,
    /// Of this action alone.
    pub action: Option<AuditAction>,
    /// Of this person or token alone.
    pub who_id: Option<String>,
    /// Of this partner's people and tokens alone.
    pub partner_id: Option<String>,
    /// What comes after this record, which was the last of the page before.
    pub after: Option<(DateTime<Utc>, i64)>,
}

impl AuditRecord {
    /// For [`AuditFilter::after`].
    pub fn place(&self) -> (DateTime<Utc>, i64) {
        (self.entry.at, self.seq)
    }
}

#[derive(FromRow)]
struct NamedRow {
    #[sqlx(flatten)]
    row: AuditRow,
    who_name: Option<String>,
}

impl TryFrom<NamedRow> for AuditRecord {
    type Error = ControlError;

    fn try_from(NamedRow { row, who_name }: NamedRow) -> Result<Self> {
        let number = |value: Option<i64>| value.map(|value| u64::try_from(value).unwrap_or_default());
        let detail: Map<String, Value> = serde_json::from_str(&row.detail).map_err(stored::unreadable("audit detail"))?;
        let entry = AuditEntry {
            at: stored::instant(&row.at)?,
            who: AuditWho::read(&row.who_kind, row.who_id)?,
            action: stored::value("action", &row.action)?,
            tenant_id: row.tenant_id,
            detail,
            duration_us: number(row.duration_us),
            rows: number(row.row_count),
            bytes: number(row.byte_count),
        };
        Ok(Self { seq: row.seq, entry, who_name, hash: row.hash })
    }
}

impl Control {
    /// Adds entries to the log, in that order and without others between them: all, or none on an error. Returns its new end.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn append_audit(&self, entries: &[AuditEntry]) -> Result<AuditHead> {
        let context = "writing the audit log";
        let mut transaction = self.begin(context).await?;
        let mut head = take_head(&mut transaction).await.map_err(ControlError::write(context))?;
        for some in entries.chunks(ROWS_PER_STATEMENT) {
            let mut rows = Vec::with_capacity(some.len());
            for entry in some {
                let row = AuditRow::new(head.seq + 1, entry, head.hash);
                head = AuditHead { seq: row.seq, hash: row.hash.clone() };
                rows.push(row);
            }
            insert(&mut transaction, rows).await.map_err(ControlError::write(context))?;
        }
        let query = sqlx::query("UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1").bind(head.seq).bind(&head.hash);
        query.execute(&mut *transaction).await.map_err(ControlError::write(context))?;
        transaction.commit().await.map_err(ControlError::store(context))?;
        Ok(head)
    }

    /// Entries of the log, latest first, at most `limit` and [`AUDIT_PAGE_MAX`].
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRecord>> {
        let (conditions, texts) = conditions(filter);
        let sql = format!(
            "
            SELECT audit.seq, audit.at, who_kind, who_id, action, audit.tenant_id, detail, duration_us, row_count, byte_count,
                previous_hash, hash, coalesce(people.name, tokens.name) AS who_name
            FROM audit
            LEFT JOIN people ON people.id = who_id AND who_kind = 'person'
            LEFT JOIN tokens ON tokens.id = who_id AND who_kind = 'token'
            WHERE {conditions}
            ORDER BY audit.at DESC, audit.seq DESC
            LIMIT $1"
        );
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(i64::from(limit.min(AUDIT_PAGE_MAX)));
        let query = query.bind(filter.after.map_or(i64::MAX, |(_, seq)| seq));
        let query = texts.into_iter().fold(query, |query, text| query.bind(text));
        let rows: Vec<NamedRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading the audit log"))?;
        rows.into_iter().map(AuditRecord::try_from).collect()
    }

    /// The end of the log, to be noted where nobody who writes to the store can change it.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn audit_head(&self) -> Result<AuditHead> {
        let query = sqlx::query_as("SELECT seq, hash FROM audit_head WHERE id = 1");
        query.fetch_one(&self.pool).await.map_err(ControlError::store("reading the end of the audit log"))
    }
}

/// The conditions of a filter, and the texts of their parameters from $3 on; $2 is the number of the last record.
fn conditions(filter: &AuditFilter) -> (String, Vec<String>) {
    let given = [
        ("audit.tenant_id = ", filter.tenant_id.clone()),
        ("audit.at >= ", filter.from.map(stored::instant_text)),
        ("audit.at < ", filter.until.map(stored::instant_text)),
        ("action = ", filter.action.map(|action| action.as_str().to_owned())),
        ("who_id = ", filter.who_id.clone()),
    ];
    let mut conditions = vec!["audit.seq <= $2".to_owned()];
    let mut texts = Vec::new();
    for (condition, text) in given {
        let Some(text) = text else { continue };
        texts.push(text);
        conditions.push(format!("{condition}${}", texts.len() + 2));
    }
    if let Some(partner_id) = &filter.partner_id {
        texts.push(partner_id.clone());
        let place = texts.len() + 2;
        conditions.push(format!("(people.partner_id = ${place} OR tokens.partner_id = ${place})"));
    }
    if let Some((at, _)) = filter.after {
        texts.push(stored::instant_text(at));
        conditions[0] = format!("(audit.at, audit.seq) < (${}, $2)", texts.len() + 2);
    }
    (conditions.join(" AND "), texts)
}

/// Takes the end of the chain, so that nobody else adds until the transaction ends, and reads it.
async fn take_head(transaction: &mut sqlx::AnyConnection) -> Result<AuditHead, sqlx::Error> {
    let sql = "UPDATE audit_head SET seq = seq WHERE id = 1 RETURNING seq, hash";
    sqlx::query_as(sql).fetch_one(transaction).await
}

async fn insert(transaction: &mut sqlx::AnyConnection, rows: Vec<AuditRow>) -> Result<(), sqlx::Error> {
    const FIELDS: usize = 12;
    let places = |row: usize| {
        let numbers: Vec<String> = (1..=FIELDS).map(|field| format!("${}", row * FIELDS + field)).collect();
        format!("({})", numbers.join(", "))
    };
    let values = (0..rows.len()).map(places).collect::<Vec<_>>().join(", ");
    let mut query = sqlx::query(AssertSqlSafe(format!("INSERT INTO audit ({COLUMNS}) VALUES {values}")));
    for row in rows {
        query = query.bind(row.seq).bind(row.at).bind(row.who_kind).bind(row.who_id).bind(row.action).bind(row.tenant_id);
        query = query.bind(row.detail).bind(row.duration_us).bind(row.row_count).bind(row.byte_count);
        query = query.bind(row.previous_hash).bind(row.hash);
    }
    query.execute(transaction).await.map(drop)
}

#[cfg(test)]
mod tests;
