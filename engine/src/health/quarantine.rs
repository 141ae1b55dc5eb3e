//! Rows set aside, a page at a time. Knows no reader.

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::prelude::ident;

use crate::error::{EngineError, Result};
use crate::session::Session;

/// A page of rows set aside.
#[derive(Debug, Clone)]
pub struct Quarantined {
    /// The rows, newest first.
    pub batches: Vec<RecordBatch>,
    /// How many there are.
    pub total: u64,
    /// Whether more follow.
    pub truncated: bool,
}

impl Quarantined {
    /// The columns of the rows.
    pub fn schema(&self) -> SchemaRef {
        self.batches.first().map_or_else(|| SchemaRef::new(Schema::empty()), RecordBatch::schema)
    }
}

/// `limit` rows set aside, from `offset` on.
///
/// # Errors
/// [`EngineError::Query`] when the table cannot be read.
pub async fn quarantine(session: &Session, offset: usize, limit: usize) -> Result<Quarantined> {
    let rows = session.plan("SELECT file, line, column_name, value, reason, record, pack, read_at FROM quarantine").await?;
    let failed = || EngineError::query("reading the rows set aside");
    let total = rows.clone().count().await.map_err(failed())?;
    let order = vec![ident("read_at").sort(false, false), ident("file").sort(true, false), ident("line").sort(true, false)];
    let page = rows.sort(order).and_then(|sorted| sorted.limit(offset, Some(limit))).map_err(failed())?;
    let answer = session.collect(page, limit).await?;
    let shown: usize = answer.batches.iter().map(RecordBatch::num_rows).sum();
    Ok(Quarantined {
        batches: answer.batches,
        total: u64::try_from(total).unwrap_or(u64::MAX),
        truncated: offset + shown < total,
    })
}
