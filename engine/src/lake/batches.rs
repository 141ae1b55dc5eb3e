//! Which batches have landed, and when. A load writes several tables, each in commits of its own; readers leave out the rows of a batch
//! until its `landed` row stands in the table `batches`, so that a load is seen whole or not at all, whatever crashes between. A batch that
//! was retracted is seen by those alone who ask as of before.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use datafusion::execution::runtime_env::RuntimeEnv;

use super::provider::TableVersion;
use super::versions;
use crate::contract::{self, TableContract};
use crate::error::{EngineError, Result};

/// Name of the table of batches.
pub const TABLE: &str = "batches";

/// The moments of a batch that are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// All its rows are written.
    Landed,
    /// Another batch took its place.
    Retracted,
}

impl Phase {
    fn as_str(self) -> &'static str {
        match self {
            Self::Landed => "landed",
            Self::Retracted => "retracted",
        }
    }
}

/// What is recorded of a batch.
#[derive(Debug, Clone)]
pub struct BatchRecord {
    /// Its identifier: the same files by the same pack make the same batch.
    pub batch_id: String,
    /// Which moment.
    pub phase: Phase,
    /// The pack that mapped it.
    pub pack: String,
    /// Files or deliveries in it.
    pub files: i64,
    /// Rows appended to all tables.
    pub rows: i64,
    /// When its landing began.
    pub begun_at: DateTime<Utc>,
    /// When it reached the phase.
    pub recorded_at: DateTime<Utc>,
}

/// `records` as rows of the table.
///
/// # Errors
/// [`EngineError::Internal`] when the contract declares a column that nothing fills.
pub fn rows(contract: &TableContract, records: &[BatchRecord]) -> Result<RecordBatch> {
    let text = |value: fn(&BatchRecord) -> &str| {
        Arc::new(records.iter().map(|record| Some(value(record))).collect::<StringArray>()) as ArrayRef
    };
    let number = |value: fn(&BatchRecord) -> i64| Arc::new(Int64Array::from_iter_values(records.iter().map(value))) as ArrayRef;
    let time = |value: fn(&BatchRecord) -> DateTime<Utc>| {
        let micros = records.iter().map(|record| value(record).timestamp_micros());
        Arc::new(TimestampMicrosecondArray::from_iter_values(micros).with_timezone("UTC")) as ArrayRef
    };
    let column = |name: &str| match name {
        "batch_id" | contract::BATCH | contract::EVENT_ID => Ok(text(|record| &record.batch_id)),
        "phase" => Ok(text(|record| record.phase.as_str())),
        "pack" => Ok(text(|record| &record.pack)),
        "files" => Ok(number(|record| record.files)),
        "rows" => Ok(number(|record| record.rows)),
        "begun_at" => Ok(time(|record| record.begun_at)),
        "recorded_at" | contract::OCCURRED_AT | contract::INGESTED_AT => Ok(time(|record| record.recorded_at)),
        contract::SOURCE | contract::INSTANCE => Ok(text(|_| "quarterdeck")),
        contract::VERSION => Ok(number(|record| record.recorded_at.timestamp_micros())),
        contract::SEQUENCE | contract::HASH => Ok(number(|_| 0)),
        contract::ROW => {
            Ok(Arc::new(Int64Array::from_iter_values(0..i64::try_from(records.len()).unwrap_or(i64::MAX))) as ArrayRef)
        }
        contract::DELETED => Ok(Arc::new(BooleanArray::from(vec![false; records.len()])) as ArrayRef),
        contract::TELLS => Ok(arrow::array::new_null_array(&DataType::Utf8, records.len())),
        other => Err(EngineError::Internal(format!("the table batches declares `{other}`, which nothing fills"))),
    };
    let columns = contract.schema.fields().iter().map(|field| column(field.name())).collect::<Result<Vec<_>>>()?;
    RecordBatch::try_new(Arc::clone(&contract.schema), columns)
        .map_err(|error| EngineError::Internal(format!("rows of batches do not fit their contract: {error}")))
}

#[derive(Debug, Clone)]
struct Span {
    landed: Option<DateTime<Utc>>,
    retracted: Option<DateTime<Utc>>,
}

/// The batches of a tenant, as far as a reader must know them.
#[derive(Debug, Clone, Default)]
pub struct Batches {
    spans: HashMap<String, Span>,
    read_files: HashSet<String>,
}

impl Batches {
    /// Reads the table of batches at one version; of a table that `before` was read from, only the files that are new.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when its files cannot be read.
    pub async fn read(table: &TableVersion, before: Option<&Self>, runtime: &RuntimeEnv) -> Result<Self> {
        let files = table.files().iter().map(|file| file.path.as_str()).collect::<HashSet<_>>();
        let grown = before.filter(|before| before.read_files.iter().all(|file| files.contains(file.as_str())));
        let mut batches = grown.cloned().unwrap_or_default();
        for file in table.files().iter().filter(|file| !batches.read_files.contains(&file.path)).collect::<Vec<_>>() {
            let columns = ["batch_id", "phase", "recorded_at"];
            for rows in versions::rows(table, file, Some(&columns), None, runtime).await? {
                batches
                    .add(&rows)
                    .map_err(|error| EngineError::Internal(format!("reading which batches have landed: {error}")))?;
            }
            batches.read_files.insert(file.path.clone());
        }
        Ok(batches)
    }

    fn add(&mut self, rows: &RecordBatch) -> std::result::Result<(), arrow::error::ArrowError> {
        let column = |name: &str| {
            rows.column_by_name(name)
                .cloned()
                .ok_or_else(|| arrow::error::ArrowError::SchemaError(format!("batches has no column {name}")))
        };
        let text =
            |name: &str| Ok::<_, arrow::error::ArrowError>(cast(&column(name)?, &DataType::Utf8)?.as_string::<i32>().clone());
        let time =
            |name: &str| Ok::<_, arrow::error::ArrowError>(column(name)?.as_primitive::<TimestampMicrosecondType>().clone());
        let (names, phases, recorded) = (text("batch_id")?, text("phase")?, time("recorded_at")?);
        for row in (0..rows.num_rows()).filter(|row| recorded.is_valid(*row)) {
            if let Some(recorded) = DateTime::from_timestamp_micros(recorded.value(row)) {
                self.note(names.value(row), phases.value(row), recorded);
            }
        }
        Ok(())
    }

    fn note(&mut self, batch: &str, phase: &str, recorded: DateTime<Utc>) {
        let span = self.spans.entry(batch.to_owned()).or_insert(Span { landed: None, retracted: None });
        let moment = if phase == Phase::Retracted.as_str() { &mut span.retracted } else { &mut span.landed };
        *moment = Some(moment.map_or(recorded, |before| before.min(recorded)));
    }

    /// The newest landing or retraction at or before `as_of`: the knowledge time of an answer.
    pub fn last_landing(&self, as_of: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        let moments = self.spans.values().flat_map(|span| span.landed.into_iter().chain(span.retracted));
        moments.filter(|moment| as_of.is_none_or(|as_of| *moment <= as_of)).max()
    }

    /// The first landing: nothing was known before it.
    pub fn first_landing(&self) -> Option<DateTime<Utc>> {
        self.spans.values().filter_map(|span| span.landed).min()
    }

    /// Whether the rows of `batch` are seen as of `as_of`, or now.
    pub fn is_seen(&self, batch: &str, as_of: Option<DateTime<Utc>>) -> bool {
        self.spans.get(batch).is_some_and(|span| span.is_seen(as_of))
    }

    /// The batches whose rows may lie in settled files, or be known by their ingestion, and must be left out as of `as_of`.
    pub fn left_out(&self, as_of: Option<DateTime<Utc>>) -> BTreeSet<String> {
        self.spans.iter().filter(|(_, span)| !span.is_seen(as_of)).map(|(name, _)| name.clone()).collect()
    }

    /// Whether a batch that had landed at `from` was retracted after it, as far as one knows at `as_of`.
    pub fn any_retracted_between(&self, from: DateTime<Utc>, as_of: Option<DateTime<Utc>>) -> bool {
        let landed = |span: &Span| span.landed.is_some_and(|landed| landed <= from);
        let retracted = |span: &Span| span.retracted.is_some_and(|at| at > from && as_of.is_none_or(|as_of| at <= as_of));
        self.spans.values().any(|span| landed(span) && retracted(span))
    }
}

impl Span {
    fn is_seen(&self, as_of: Option<DateTime<Utc>>) -> bool {
        let reached = |moment: Option<DateTime<Utc>>| moment.is_some_and(|moment| as_of.is_none_or(|as_of| moment <= as_of));
        reached(self.landed) && !reached(self.retracted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn a_batch_is_seen_from_its_landing_to_its_retraction() {
        let mut batches = Batches::default();
        batches.note("a", "landed", at(3));
        batches.note("b", "landed", at(6));
        batches.note("a", "retracted", at(6));
        assert!(!batches.is_seen("a", Some(at(2))) && batches.is_seen("a", Some(at(4))) && !batches.is_seen("a", None));
        assert!(batches.is_seen("b", None) && !batches.is_seen("b", Some(at(5))) && !batches.is_seen("c", None));
        let left_out = |as_of| batches.left_out(as_of).into_iter().collect::<String>();
        assert_eq!((left_out(Some(at(2))), left_out(Some(at(4))), left_out(None)), ("ab".into(), "b".into(), "a".into()));
        assert_eq!((batches.last_landing(Some(at(2))), batches.last_landing(None)), (None, Some(at(6))));
        assert!(batches.any_retracted_between(at(4), None) && !batches.any_retracted_between(at(4), Some(at(5))));
        assert!(!batches.any_retracted_between(at(6), None));
    }
}
