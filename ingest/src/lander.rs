//! Moves what waits in the journal into the lake: the messages as they came, the rows that they tell, what does not fit. A landing is one
//! batch, seen whole or not at all, and counts by the journal's position: after any crash the same messages land once. Knows no transport.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use quarterdeck_engine::landing::{BatchOrigin, Counted, ReadyRows, Sink};

use crate::error::{IngestError, Result};
use crate::journal::{Entry, Journal, Position};
use crate::limits::IngestLimits;
use crate::reading::{Read, read};

/// What a landing did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Landing {
    /// Messages.
    pub deliveries: usize,
    /// Rows by table, those of the messages and of the quarantine included.
    pub rows: BTreeMap<String, u64>,
    /// Records that did not fit.
    pub wrong: u64,
    /// The last position in it.
    pub through: Position,
}

/// Lands what waits of `tenant`, at most one batch of it; `None` when nothing waits.
///
/// # Errors
/// [`IngestError`] when the journal or the lake cannot be reached; nothing has landed then, and the next call begins at the same place.
/// [`quarterdeck_engine::EngineError::Outrun`] in it says that another process has landed the same messages.
pub async fn land(
    journal: &dyn Journal,
    tenant: &str,
    sink: &dyn Sink,
    limits: &IngestLimits,
    clock: &(dyn Fn() -> DateTime<Utc> + Sync),
) -> Result<Option<Landing>> {
    let name = journal.name();
    let after = sink.landed_position(name).await?;
    let from = Position::try_from(after).unwrap_or_default();
    let entries = journal.read(tenant, from, limits.landing_entries, limits.landing_bytes).await?;
    let Some((through, _)) = entries.last() else { return Ok(None) };
    let through = *through;
    let ingested_at = clock();
    let deliveries = entries.len();
    let Read { tables, rows, wrong } = collect(name, entries, sink, ingested_at, limits).await?;
    let to = i64::try_from(through).unwrap_or(i64::MAX);
    let origin = BatchOrigin {
        // Unlike any other: an attempt that was cut off leaves files that no later one must take for its own.
        batch_id: format!("j{name}-{after}-{to}-{:x}", ingested_at.timestamp_micros()),
        pack: format!("journal {name}"),
        source: String::new(),
        instance: String::new(),
        files: i64::try_from(deliveries).unwrap_or(i64::MAX),
        ingested_at,
        counted: Counted::Journal { journal: name.to_owned(), after, to },
    };
    let ready = tables.iter().map(|(table, rows)| sink.ready(&origin, table, rows, 0)).collect::<Result<Vec<ReadyRows>, _>>()?;
    futures::future::try_join_all(ready.into_iter().map(|rows| sink.append(&origin, rows, 0))).await?;
    let landed = rows.values().sum::<u64>();
    sink.finish(&origin, i64::try_from(landed).unwrap_or(i64::MAX), clock(), &[]).await?;
    // Landed: that the journal may forget is a courtesy, and forgetting is tried again with the next landing.
    journal.forget(tenant, through).await?;
    Ok(Some(Landing { deliveries, rows, wrong, through }))
}

/// Decoding is work for a processor: off the threads that answer.
async fn collect(
    journal: &str,
    entries: Vec<(Position, Entry)>,
    sink: &dyn Sink,
    read_at: DateTime<Utc>,
    limits: &IngestLimits,
) -> Result<Read> {
    let contracts = sink.contracts();
    let (journal, limits) = (journal.to_owned(), limits.clone());
    let reading = tokio::task::spawn_blocking(move || read(&journal, &entries, &contracts, read_at, &limits));
    reading.await.map_err(|error| IngestError::Landing { detail: format!("reading messages stopped: {error}") })?
}
