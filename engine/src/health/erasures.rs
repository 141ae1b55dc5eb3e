//! How far erasures have come, by source: read from the tables `erasures` and `erased_files`. Knows nothing of how it is done.

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ddl::timestamp_type;
use crate::error::{EngineError, Result};
use crate::session::Session;

/// A tenant's erasures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErasureHealth {
    /// Asked and under way.
    pub begun: u64,
    /// Found by no reader any more; files that held them may still lie in storage.
    pub erased: u64,
    /// Of which no file is left.
    pub proven: u64,
    /// When the newest was asked for.
    pub last_asked_at: Option<DateTime<Utc>>,
    /// Files that held what was erased and wait to be removed.
    pub files_waiting: u64,
}

/// The erasures of the session's tenant; none when there never was one.
///
/// # Errors
/// [`EngineError::Storage`] when the tables cannot be read.
pub async fn erasures(session: &Session) -> Result<Option<ErasureHealth>> {
    if session.rows_of("erasures") == 0 {
        return Ok(None);
    }
    let sql = "
        SELECT count(*) FILTER (WHERE state = 'begun'), count(*) FILTER (WHERE state = 'erased'), count(*) FILTER (WHERE state = 'proven'),
            (SELECT count(*) FROM erased_files WHERE removed_at IS NULL), max(asked_at)
        FROM erasures";
    let answer = session.sql(sql).await?;
    let Some(row) = answer.batches.iter().find(|batch| batch.num_rows() > 0) else { return Ok(None) };
    let internal = |error: arrow::error::ArrowError| EngineError::Internal(format!("counting erasures: {error}"));
    let count = |column: usize| {
        let counted = cast(row.column(column), &DataType::Int64).map_err(internal)?;
        Ok::<_, EngineError>(u64::try_from(counted.as_primitive::<Int64Type>().value(0)).unwrap_or_default())
    };
    let asked = cast(row.column(4), &timestamp_type()).map_err(internal)?;
    let asked = asked.as_primitive::<TimestampMicrosecondType>();
    let last_asked_at = asked.is_valid(0).then(|| DateTime::from_timestamp_micros(asked.value(0))).flatten();
    Ok(Some(ErasureHealth { begun: count(0)?, erased: count(1)?, proven: count(2)?, files_waiting: count(3)?, last_asked_at }))
}
