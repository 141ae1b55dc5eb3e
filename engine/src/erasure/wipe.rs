//! What an erasure does to rows: a person's own record goes, links to it are replaced by a pseudonym, addresses and numbers of theirs are
//! blanked wherever they stand, and so are the messages that told of them. Pure; knows no files.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{filter_record_batch, nullif};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use serde::Serialize;

use super::subject::{Link, Sought, pseudonym};
use super::trace::{Told, Traces, column_names, personal_columns, texts};
use crate::complete::row_hashes;
use crate::contract::{BATCH, EVENT_ID, HASH, TableContract};
use crate::lake::rewrite::Change;

/// What went, for one erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Rows that went.
    pub rows_removed: u64,
    /// Rows of which a part went.
    pub rows_blanked: u64,
    /// Of these, messages and rows set aside.
    pub messages_blanked: u64,
}

impl Counts {
    /// Adds `other`.
    pub(super) fn add(&mut self, other: &Self) {
        self.rows_removed += other.rows_removed;
        self.rows_blanked += other.rows_blanked;
        self.messages_blanked += other.messages_blanked;
    }
}

/// What becomes of one row.
struct Verdict {
    row: usize,
    fate: Fate,
}

enum Fate {
    Removed,
    /// A column and what is to stand in it; nothing for a blank.
    Blanked(Vec<(String, Option<String>)>),
}

/// Wipes rows of one table.
pub(super) struct Wiper<'a> {
    contract: &'a TableContract,
    sought: &'a Sought,
    traces: &'a Traces,
    links: Vec<Link>,
    personal: Vec<&'a str>,
    counts: Mutex<BTreeMap<usize, Counts>>,
}

impl<'a> Wiper<'a> {
    pub(super) fn new(contract: &'a TableContract, sought: &'a Sought, traces: &'a Traces) -> Self {
        let is_system = contract.domain == "system";
        let links = if is_system { Vec::new() } else { sought.links(&contract.name, &column_names(contract)) };
        Self { contract, sought, traces, links, personal: personal_columns(contract), counts: Mutex::default() }
    }

    /// Whether rows of the table can be concerned at all.
    pub(super) fn concerns(&self) -> bool {
        !self.links.is_empty() || !self.personal.is_empty() || self.sought.seeks_installations()
    }

    /// What was done since it was made, by the ordinal of the erasure.
    pub(super) fn counts(&self) -> BTreeMap<usize, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The rows as they are to be; none when nothing of them is sought.
    ///
    /// # Errors
    /// Arrow's, when the rows are not those of the contract.
    pub(super) fn change(&self, batch: &RecordBatch) -> Result<Option<Change>, ArrowError> {
        let verdicts = self.verdicts(batch)?;
        if verdicts.is_empty() {
            return Ok(None);
        }
        let count = batch.num_rows();
        let mut kept = vec![true; count];
        let mut changed = vec![false; count];
        let mut cells: BTreeMap<String, Vec<(usize, Option<String>)>> = BTreeMap::new();
        for Verdict { row, fate } in verdicts {
            match fate {
                Fate::Removed => kept[row] = false,
                Fate::Blanked(blanked) => {
                    changed[row] = true;
                    blanked.into_iter().for_each(|(column, to)| cells.entry(column).or_default().push((row, to)));
                }
            }
        }
        let removed = kept.iter().filter(|kept| !**kept).count();
        let staying = changed.iter().zip(&kept).filter(|(changed, kept)| **changed && **kept).count();
        let rows = filter_record_batch(&self.with_cells(batch, &cells, changed)?, &BooleanArray::from(kept))?;
        Ok(Some(Change { rows, removed, changed: staying }))
    }

    fn verdicts(&self, batch: &RecordBatch) -> Result<Vec<Verdict>, ArrowError> {
        let told = Told::of(batch)?;
        let links =
            self.links.iter().map(|link| Ok((link, texts(batch, &link.column)?))).collect::<Result<Vec<_>, ArrowError>>()?;
        let personal = self.personal.iter().map(|name| Ok((*name, Personal::of(batch, name)?)));
        let personal = personal.collect::<Result<Vec<_>, ArrowError>>()?;
        let is_message = self.contract.domain == "system" && !personal.is_empty();
        let events = texts(batch, EVENT_ID)?;
        let batches = texts(batch, BATCH)?;
        let mut verdicts = Vec::new();
        for row in 0..batch.num_rows() {
            let (source, instance, at) = told.at(row);
            let found = if let Some(wanted) = self.sought.installation(source, instance, at) {
                Some((wanted.index, Fate::Removed))
            } else if is_message {
                let asker = events.is_valid(row).then(|| (source.to_owned(), events.value(row).to_owned()));
                self.message(asker, batches.value(row), at, row, &personal)
            } else {
                self.record(source, instance, at, row, &links, &personal)
            };
            if let Some((index, fate)) = found {
                self.count(index, &fate, is_message);
                verdicts.push(Verdict { row, fate });
            }
        }
        Ok(verdicts)
    }

    fn count(&self, index: usize, fate: &Fate, is_message: bool) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = counts.entry(index).or_default();
        match fate {
            Fate::Removed => counts.rows_removed += 1,
            Fate::Blanked(_) => {
                counts.rows_blanked += 1;
                counts.messages_blanked += u64::from(is_message);
            }
        }
    }

    /// A message that asked for an erasure, or that tells of a sought record.
    fn message(
        &self,
        asker: Option<(String, String)>,
        batch: &str,
        at: i64,
        row: usize,
        personal: &[(&str, Personal)],
    ) -> Option<(usize, Fate)> {
        if personal.iter().all(|(_, values)| values.is_blank(row)) {
            return None;
        }
        let asked = asker.and_then(|asker| self.traces.askers.get(&asker).copied());
        let before = |index: usize| at <= self.sought.until(index);
        let texts = || personal.iter().filter_map(|(_, values)| values.text(row));
        let index = asked.or_else(|| texts().find_map(|text| self.traces.message(&text, batch, before)))?;
        Some((index, Fate::Blanked(personal.iter().map(|(name, _)| ((*name).to_owned(), None)).collect())))
    }

    /// A record that is sought, that names one, or that holds a value of the person.
    fn record(
        &self,
        source: &str,
        instance: &str,
        at: i64,
        row: usize,
        links: &[(&Link, StringArray)],
        personal: &[(&str, Personal)],
    ) -> Option<(usize, Fate)> {
        let mut cells = Vec::new();
        let mut index = None;
        for (link, keys) in links.iter().filter(|(_, keys)| keys.is_valid(row)) {
            let Some(wanted) = self.sought.record(source, instance, &link.table, keys.value(row), at) else { continue };
            if !wanted.personal {
                continue;
            }
            if link.own {
                return Some((wanted.index, Fate::Removed));
            }
            index = Some(wanted.index);
            cells.push((link.column.clone(), Some(pseudonym(&wanted.hash))));
        }
        if !self.traces.values.is_empty() {
            for (name, values) in personal {
                let found = values.text(row).and_then(|text| self.traces.values.get(&text).copied());
                if let Some(of) = found.filter(|of| at <= self.sought.until(*of)) {
                    index = index.or(Some(of));
                    cells.push(((*name).to_owned(), None));
                }
            }
        }
        Some((index?, Fate::Blanked(cells)))
    }

    /// `batch` with other values in some cells, and the hashes of these rows made anew.
    fn with_cells(
        &self,
        batch: &RecordBatch,
        cells: &BTreeMap<String, Vec<(usize, Option<String>)>>,
        changed: Vec<bool>,
    ) -> Result<RecordBatch, ArrowError> {
        let changed = BooleanArray::from(changed);
        let column = |(field, values): (&Arc<arrow::datatypes::Field>, &ArrayRef)| match cells.get(field.name()) {
            Some(cells) => with_values(values, cells),
            None => Ok(Arc::clone(values)),
        };
        let mut columns =
            batch.schema_ref().fields().iter().zip(batch.columns()).map(column).collect::<Result<Vec<_>, ArrowError>>()?;
        if let Ok(hash) = batch.schema_ref().index_of(HASH) {
            let own = self.contract.columns.iter().filter_map(|column| batch.schema_ref().index_of(&column.name).ok());
            let own = own.map(|index| Arc::clone(&columns[index])).collect::<Vec<_>>();
            let hashes = row_hashes(self.contract, &own).map_err(|error| ArrowError::ComputeError(error.to_string()))?;
            columns[hash] = arrow::compute::kernels::zip::zip(&changed, &hashes, &columns[hash])?;
        }
        RecordBatch::try_new(batch.schema(), columns)
    }
}

/// `values` with some of them replaced or blanked.
fn with_values(values: &ArrayRef, cells: &[(usize, Option<String>)]) -> Result<ArrayRef, ArrowError> {
    let mut touched = vec![false; values.len()];
    cells.iter().for_each(|(row, _)| touched[*row] = true);
    if cells.iter().all(|(_, to)| to.is_none()) {
        return nullif(values, &BooleanArray::from(touched));
    }
    let mut replaced: Vec<Option<&str>> = values.as_string::<i32>().iter().collect();
    cells.iter().for_each(|(row, to)| replaced[*row] = to.as_deref());
    Ok(Arc::new(StringArray::from(replaced)))
}

/// A column that tells who a person is: texts, or bytes that hold texts.
struct Personal(ArrayRef);

impl Personal {
    fn of(batch: &RecordBatch, name: &str) -> Result<Self, ArrowError> {
        let column = batch.column_by_name(name);
        column.cloned().map(Self).ok_or_else(|| ArrowError::SchemaError(format!("the rows have no column {name}")))
    }

    fn is_blank(&self, row: usize) -> bool {
        self.0.is_null(row)
    }

    /// In small letters.
    fn text(&self, row: usize) -> Option<String> {
        if self.0.is_null(row) {
            return None;
        }
        match self.0.data_type() {
            DataType::Utf8 => Some(self.0.as_string::<i32>().value(row).to_lowercase()),
            DataType::Binary => Some(String::from_utf8_lossy(self.0.as_binary::<i32>().value(row)).to_lowercase()),
            _ => None,
        }
    }
}
