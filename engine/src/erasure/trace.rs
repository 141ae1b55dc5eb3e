//! Where a person left traces: the batches in which their records came, and the keys and values that name them elsewhere. Kept in memory while an
//! erasure runs, never stored. Knows nothing of what is done about it.

use std::collections::{BTreeSet, HashMap};

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use arrow::error::ArrowError;
use datafusion::execution::runtime_env::RuntimeEnv;

use super::subject::{Link, Sought};
use crate::contract::{BATCH, Contracts, INSTANCE, OCCURRED_AT, SOURCE, TableContract};
use crate::error::{EngineError, Result};
use crate::lake::snapshot::TenantSnapshot;
use crate::lake::versions;

/// Length from which on a key is taken for one record's wherever it stands; shorter ones only beside the record itself.
const KEY_LENGTH: usize = 6;
/// Digits that make a text a number which is one person's.
const NUMBER_DIGITS: usize = 7;

/// Traces, each with the ordinal of the erasure that it is of.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// Deliveries that asked, by source and id.
    pub(super) askers: HashMap<(String, String), usize>,
    /// Keys of the records, in small letters.
    pub(super) keys: HashMap<String, usize>,
    /// Batches in which the records came.
    pub(super) batches: HashMap<String, BTreeSet<usize>>,
    /// Addresses and numbers, in small letters.
    pub(super) values: HashMap<String, usize>,
}

impl Traces {
    /// Finds the traces of what is sought in every table of the snapshot.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when a file cannot be read.
    pub(super) async fn find(
        snapshot: &TenantSnapshot,
        contracts: &Contracts,
        sought: &Sought,
        runtime: &RuntimeEnv,
    ) -> Result<Self> {
        let mut traces = Self::default();
        for contract in contracts.iter().filter(|contract| contract.domain != "system") {
            let Some(table) = snapshot.table(&contract.name) else { continue };
            let links = sought.links(&contract.name, &column_names(contract));
            if links.is_empty() {
                continue;
            }
            let mut columns = vec![SOURCE, INSTANCE, BATCH, OCCURRED_AT];
            columns.extend(links.iter().map(|link| link.column.as_str()));
            let personal = personal_columns(contract);
            if links.iter().any(|link| link.own) {
                columns.extend(personal.iter().copied());
            }
            for file in table.files() {
                for batch in versions::rows(table, file, Some(&columns), None, runtime).await? {
                    traces
                        .add(&batch, &links, &personal, sought)
                        .map_err(|error| EngineError::Internal(format!("tracing an erasure in {}: {error}", contract.name)))?;
                }
            }
        }
        Ok(traces)
    }

    fn add(&mut self, batch: &RecordBatch, links: &[Link], personal: &[&str], sought: &Sought) -> Result<(), ArrowError> {
        let told = Told::of(batch)?;
        let batches = texts(batch, BATCH)?;
        for link in links {
            let keys = texts(batch, &link.column)?;
            for row in (0..batch.num_rows()).filter(|row| keys.is_valid(*row)) {
                let (source, instance, at) = told.at(row);
                let Some(wanted) = sought.record(source, instance, &link.table, keys.value(row), at) else { continue };
                self.keys.insert(keys.value(row).to_lowercase(), wanted.index);
                self.batches.entry(batches.value(row).to_owned()).or_default().insert(wanted.index);
                if link.own && wanted.personal {
                    for column in personal {
                        let values = texts(batch, column)?;
                        if values.is_valid(row) && names_one_person(values.value(row)) {
                            self.values.insert(values.value(row).to_lowercase(), wanted.index);
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

impl Traces {
    /// The erasure that a message is of, by its text in small letters, the batch in which it came and when it came: it names a record that is
    /// erased, or holds an address or number of the person.
    pub(super) fn message(&self, text: &str, batch: &str, before: impl Fn(usize) -> bool) -> Option<usize> {
        let came_with = |index: usize| self.batches.get(batch).is_some_and(|erasures| erasures.contains(&index));
        let by_key = self.keys.iter().find(|(key, index)| {
            let is_long = key.len() >= KEY_LENGTH && before(**index);
            (is_long || came_with(**index)) && holds_word(text, key)
        });
        let by_value = || self.values.iter().find(|(value, index)| before(**index) && text.contains(value.as_str()));
        by_key.or_else(by_value).map(|(_, index)| *index)
    }
}

/// Whether `text` holds `word` with neither a letter nor a digit beside it.
fn holds_word(text: &str, word: &str) -> bool {
    let bounds = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    !word.is_empty() && text.match_indices(word).any(|(at, _)| bounds(at))
}

/// Who told rows, and when what they tell happened.
pub(super) struct Told {
    sources: StringArray,
    instances: StringArray,
    times: arrow::array::TimestampMicrosecondArray,
}

impl Told {
    pub(super) fn of(batch: &RecordBatch) -> Result<Self, ArrowError> {
        let times = batch.column_by_name(OCCURRED_AT).ok_or_else(|| missing(OCCURRED_AT))?;
        Ok(Self {
            sources: texts(batch, SOURCE)?,
            instances: texts(batch, INSTANCE)?,
            times: times.as_primitive::<TimestampMicrosecondType>().clone(),
        })
    }

    /// Source, instance and time, in microseconds.
    pub(super) fn at(&self, row: usize) -> (&str, &str, i64) {
        (self.sources.value(row), self.instances.value(row), self.times.value(row))
    }
}

/// A column as texts, whatever way it was read.
pub(super) fn texts(batch: &RecordBatch, name: &str) -> Result<StringArray, ArrowError> {
    match batch.column_by_name(name) {
        Some(column) => Ok(arrow::compute::cast(column, &DataType::Utf8)?.as_string::<i32>().clone()),
        None => Ok(StringArray::new_null(batch.num_rows())),
    }
}

fn missing(name: &str) -> ArrowError {
    ArrowError::SchemaError(format!("the file has no column {name}"))
}

/// The texts of a table that tell who a person is.
pub(super) fn personal_columns(contract: &TableContract) -> Vec<&str> {
    let personal = contract.columns.iter().filter(|column| column.is_personal());
    personal.map(|column| column.name.as_str()).collect()
}

pub(super) fn column_names(contract: &TableContract) -> BTreeSet<&str> {
    contract.columns.iter().map(|column| column.name.as_str()).collect()
}

/// An address or a number; a name may be another's as well.
fn names_one_person(text: &str) -> bool {
    text.contains('@') || text.chars().filter(char::is_ascii_digit).count() >= NUMBER_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_name_one_person_and_names_do_not() {
        assert!(names_one_person("ann@example.com") && names_one_person("+49 30 1234567"));
        assert!(!names_one_person("Ann Smith") && !names_one_person("Room 12"));
    }

    #[test]
    fn keys_are_words_and_short_ones_count_beside_their_record_alone() {
        assert!(holds_word(r#"{"id":4711,"x":1}"#, "4711") && holds_word("4711", "4711"));
        assert!(!holds_word("14711 4711a x47111", "4711"));
        let mut traces = Traces::default();
        traces.keys.insert("4711".into(), 3);
        traces.batches.insert("b1".into(), BTreeSet::from([3]));
        assert_eq!(traces.message("id 4711", "b1", |_| false), Some(3));
        assert_eq!(traces.message("id 4711", "b2", |_| true), None);
    }
}
