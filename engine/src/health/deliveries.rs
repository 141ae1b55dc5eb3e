//! Messages of live sources: how many arrived, how many of them again, how many could not be read. Knows their envelopes, not their bodies.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use chrono::{DateTime, TimeDelta};

use super::{Sources, entry, text};
use crate::contract::{INSTANCE, SOURCE};
use crate::error::Result;
use crate::session::Session;

/// How far back messages are counted: telling which came twice costs memory for each.
const COUNTED_DAYS: i64 = 30;

/// Adds what the messages of each source say.
pub(super) async fn add(session: &Session, sources: &mut Sources) -> Result<()> {
    let Some(newest) = session.knowledge_time().filter(|_| session.rows_of("deliveries") > 0) else { return Ok(()) };
    let since = (newest - TimeDelta::days(COUNTED_DAYS)).timestamp_micros();
    let statement = format!(
        "SELECT {SOURCE}, {INSTANCE}, count(*), count(DISTINCT delivery_id), \
         sum(CASE WHEN outcome = 'unreadable' THEN 1 ELSE 0 END), max(arrived_at) FROM deliveries \
         WHERE arrived_at >= arrow_cast({since}, 'Timestamp(Microsecond, Some(\"UTC\"))') GROUP BY {SOURCE}, {INSTANCE}"
    );
    for batch in session.sql(&statement).await?.batches {
        for row in 0..batch.num_rows() {
            let count = |column: usize| {
                let counts = batch.column(column).as_primitive::<Int64Type>();
                u64::try_from(counts.value(row)).unwrap_or(0)
            };
            let arrivals = batch.column(5).as_primitive::<TimestampMicrosecondType>();
            let health = entry(sources, text(&batch, 0, row)?, text(&batch, 1, row)?);
            health.deliveries = count(2);
            health.duplicates = count(2).saturating_sub(count(3));
            health.unreadable = count(4);
            health.last_arrival_at =
                arrivals.is_valid(row).then(|| DateTime::from_timestamp_micros(arrivals.value(row))).flatten();
        }
    }
    Ok(())
}
