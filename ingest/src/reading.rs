//! Accepted messages as rows: of `deliveries` the messages themselves, of canonical tables what they tell, of `quarantine` what does not fit.
//! A message that cannot be read at all is kept and set aside; nothing is lost, and nothing stops the others. Knows no lake.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryBuilder, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use quarterdeck_engine::contract::{Contracts, EVENT_ID, INSTANCE, OCCURRED_AT, SOURCE, VERSION};
use quarterdeck_engine::erasure::MARK;

use crate::error::{IngestError, Result};
use crate::journal::{Entry, Position};
use crate::limits::IngestLimits;
use crate::quarantine::{QUARANTINE, quarantine_rows};
use crate::rows::{Misfit, cut};
use crate::sources::{self, Decoded, Mark, Teller, Wrong};
use crate::tables::Tables;

/// Name of the table of messages.
pub const DELIVERIES: &str = "deliveries";

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    /// Rows by table, as they go to the lake.
    pub tables: Vec<(String, RecordBatch)>,
    /// How many, by table.
    pub rows: BTreeMap<String, u64>,
    /// Records that did not fit.
    pub wrong: u64,
}

/// Reads `entries` of `journal`.
///
/// # Errors
/// [`IngestError::Landing`] when the tables of messages do not fit their contracts; no content of a message makes an error.
pub fn read(
    journal: &str,
    entries: &[(Position, Entry)],
    contracts: &Contracts,
    read_at: DateTime<Utc>,
    limits: &IngestLimits,
) -> Result<Read> {
    let mut reader = Reader { limits, tables: Tables::new(contracts), misfits: Vec::new() };
    let told = entries.iter().map(|(position, entry)| reader.read(*position, entry)).collect::<Vec<_>>();
    let internal = |error: ArrowError| IngestError::Landing { detail: format!("rows do not fit their columns: {error}") };
    let mut read = Read { wrong: told.iter().map(|told| told.wrong).sum(), ..Read::default() };
    for (table, mut rows) in std::mem::take(&mut reader.tables.tables) {
        if !rows.is_empty() {
            read.tables.push((table, rows.finish().map_err(internal)?));
        }
    }
    read.tables.push((DELIVERIES.into(), deliveries(journal, entries, &told).map_err(internal)?));
    if !reader.misfits.is_empty() {
        let rows = quarantine_rows(&reader.misfits, "live", read_at).map_err(internal)?;
        let sources = reader
            .misfits
            .iter()
            .map(|misfit| misfit.source.as_ref().map(|(source, _)| source.as_str()))
            .collect::<StringArray>();
        let instances = reader
            .misfits
            .iter()
            .map(|misfit| misfit.source.as_ref().map(|(_, instance)| instance.as_str()))
            .collect::<StringArray>();
        let events = reader.misfits.iter().map(|misfit| misfit.file_hash.as_str());
        let events = Arc::new(StringArray::from_iter_values(events)) as ArrayRef;
        read.tables.push((
            QUARANTINE.into(),
            with_columns(&rows, vec![(SOURCE, Arc::new(sources)), (INSTANCE, Arc::new(instances)), (EVENT_ID, events)])
                .map_err(internal)?,
        ));
    }
    read.rows =
        read.tables.iter().map(|(table, rows)| (table.clone(), u64::try_from(rows.num_rows()).unwrap_or(u64::MAX))).collect();
    Ok(read)
}

/// What one message told.
struct Told {
    topic: String,
    outcome: &'static str,
    marks: String,
    rows: u64,
    wrong: u64,
}

struct Reader<'a> {
    limits: &'a IngestLimits,
    tables: Tables<'a>,
    misfits: Vec<Misfit>,
}

impl Reader<'_> {
    fn read(&mut self, position: Position, entry: &Entry) -> Told {
        let Some(source) = sources::named(&entry.source) else {
            return self.unreadable(position, entry, Wrong::whole(format!("no source is named `{}`", entry.source)));
        };
        let delivery_id = delivery_id(entry);
        let teller =
            Teller { source: &entry.source, instance: &entry.setting.instance, zone: entry.setting.zone, event_id: &delivery_id };
        let told = source.tell(&entry.delivery(), &entry.setting, teller, &mut self.tables);
        let told = told.unwrap_or_else(|| source.decode(&entry.delivery(), &entry.setting).map(|decoded| (decoded, 0)));
        match told {
            Ok((decoded, rows)) => self.take(position, entry, teller, decoded, rows),
            Err(wrong) => self.unreadable(position, entry, wrong),
        }
    }

    /// Takes what was decoded beside the `rows` that are taken already.
    fn take(&mut self, position: Position, entry: &Entry, teller: Teller<'_>, decoded: Decoded, mut rows: u64) -> Told {
        let before = self.misfits.len();
        for (index, row) in decoded.rows.iter().enumerate() {
            let pushed = self.tables.table(&row.table).and_then(|table| table.push(row, teller));
            match pushed {
                Ok(()) => rows += 1,
                Err(wrong) => self.set_aside(position, entry, Wrong { record: ordinal(index), ..wrong }, Some(&row.table)),
            }
        }
        for set in &decoded.sets {
            let pushed = self.tables.table(set.table).and_then(|table| table.push_set(set, teller));
            if let Err(wrong) = pushed {
                self.set_aside(position, entry, Wrong { record: 1, ..wrong }, Some(set.table));
            }
        }
        for wrong in decoded.wrong {
            self.set_aside(position, entry, wrong, None);
        }
        let wrong = u64::try_from(self.misfits.len() - before).unwrap_or(u64::MAX);
        let unknown = decoded.marks.iter().any(|mark| matches!(mark, Mark::Unknown(_)));
        let outcome = match (rows, wrong, unknown) {
            (0, 0, true) => "unknown",
            (0, 0, false) => "no records",
            (_, 0, _) => "read",
            (0, _, _) => "unreadable",
            _ => "partly read",
        };
        let marks = decoded.marks.iter().map(word).collect::<Vec<_>>().join("; ");
        Told { topic: decoded.topic, outcome, marks, rows, wrong }
    }

    fn unreadable(&mut self, position: Position, entry: &Entry, wrong: Wrong) -> Told {
        self.set_aside(position, entry, wrong, None);
        Told { topic: String::new(), outcome: "unreadable", marks: String::new(), rows: 0, wrong: 1 }
    }

    fn set_aside(&mut self, position: Position, entry: &Entry, wrong: Wrong, table: Option<&str>) {
        let reason = match table {
            Some(table) => format!("{table}: {}", wrong.reason),
            None => wrong.reason,
        };
        self.misfits.push(Misfit {
            file: format!("delivery {position}"),
            file_hash: delivery_id(entry),
            line: wrong.record,
            column: wrong.field,
            value: wrong.value.map(|value| cut(&value, self.limits.quarantined_bytes)),
            record: cut(
                &String::from_utf8_lossy(&entry.body[..entry.body.len().min(self.limits.quarantined_bytes)]),
                self.limits.quarantined_bytes,
            ),
            reason,
            source: Some((entry.source.clone(), entry.setting.instance.clone())),
        });
    }
}

fn delivery_id(entry: &Entry) -> String {
    entry.delivery_id.clone().unwrap_or_else(|| entry.hash.clone())
}

fn ordinal(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1)
}

fn word(mark: &Mark) -> String {
    match mark {
        Mark::Unknown(what) => format!("unknown {what}"),
        Mark::FetchNeeded(what, key) => format!("fetch {what} {key}"),
        Mark::Erase { table, key, instance } => {
            format!("{MARK}{}", serde_json::json!({ "table": table, "key": key, "instance": instance }))
        }
        Mark::EraseAll { instance } => format!("{MARK}{}", serde_json::json!({ "instance": instance })),
        Mark::Ping => "ping".into(),
    }
}

/// The messages as rows.
fn deliveries(journal: &str, entries: &[(Position, Entry)], told: &[Told]) -> Result<RecordBatch, ArrowError> {
    let text = |value: &dyn Fn(&Entry) -> String| {
        Arc::new(StringArray::from_iter_values(entries.iter().map(|(_, entry)| value(entry)))) as ArrayRef
    };
    let of_told = |value: fn(&Told) -> &str| Arc::new(StringArray::from_iter_values(told.iter().map(value))) as ArrayRef;
    let count =
        |value: fn(&Told) -> u64| Arc::new(Int64Array::from_iter_values(told.iter().map(|told| whole(value(told))))) as ArrayRef;
    let positions = Arc::new(Int64Array::from_iter_values(entries.iter().map(|(position, _)| whole(*position)))) as ArrayRef;
    let arrivals = entries.iter().map(|(_, entry)| entry.received_at.timestamp_micros());
    let arrivals = Arc::new(TimestampMicrosecondArray::from_iter_values(arrivals).with_timezone("UTC")) as ArrayRef;
    let mut bodies = BinaryBuilder::with_capacity(entries.len(), entries.iter().map(|(_, entry)| entry.body.len()).sum());
    entries.iter().for_each(|(_, entry)| bodies.append_value(&entry.body));
    let bodies = Arc::new(bodies.finish()) as ArrayRef;
    let lengths = entries.iter().map(|(_, entry)| i64::try_from(entry.body.len()).unwrap_or(i64::MAX));
    let headers = |entry: &Entry| serde_json::to_string(&entry.headers).unwrap_or_default();
    RecordBatch::try_from_iter_with_nullable(vec![
        ("journal", text(&|_| journal.to_owned()), false),
        ("position", Arc::clone(&positions), false),
        ("delivery_id", text(&delivery_id), false),
        ("topic", of_told(|told| &told.topic), true),
        ("headers", text(&headers), true),
        ("body", bodies, true),
        ("body_bytes", Arc::new(Int64Array::from_iter_values(lengths)) as ArrayRef, false),
        ("body_hash", text(&|entry| entry.hash.clone()), false),
        ("outcome", of_told(|told| told.outcome), false),
        ("marks", of_told(|told| &told.marks), true),
        ("row_count", count(|told| told.rows), false),
        ("wrong_count", count(|told| told.wrong), false),
        ("arrived_at", Arc::clone(&arrivals), false),
        (SOURCE, text(&|entry| entry.source.clone()), false),
        (INSTANCE, text(&|entry| entry.setting.instance.clone()), false),
        (EVENT_ID, text(&delivery_id), false),
        (VERSION, positions, false),
        (OCCURRED_AT, arrivals, false),
    ])
}

fn with_columns(rows: &RecordBatch, more: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, ArrowError> {
    let own = rows.schema();
    let own = own.fields().iter().zip(rows.columns()).map(|(field, array)| (field.name().clone(), Arc::clone(array), true));
    let more = more.into_iter().map(|(name, array)| (name.to_owned(), array, true));
    RecordBatch::try_from_iter_with_nullable(own.chain(more))
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
