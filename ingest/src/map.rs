//! Raw rows through the mappings of a pack. Raw rows that a mapping cannot take (a division by zero, an amount beyond its column, no value
//! where one must be) are found by halving and set aside; the rest is mapped without them. Knows no SQL.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, concat_batches, filter_record_batch};
use arrow::datatypes::{DataType, Int64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use quarterdeck_engine::landing::{BatchOrigin, ReadyRows, Sink};

use crate::error::{IngestError, Result};
use crate::limits::IngestLimits;
use crate::load::Progress;
use crate::pack::{Mapping, Pack};
use crate::raw::{FILE, LINE};
use crate::rows::{Misfit, cut};

/// What maps one part of a load.
pub(crate) struct Mapper<'a> {
    pub(crate) sink: &'a dyn Sink,
    pub(crate) pack: &'a Pack,
    pub(crate) origin: &'a BatchOrigin,
    pub(crate) part: i64,
    pub(crate) progress: &'a (dyn Fn(Progress) + Sync),
    /// SHA-256 by the file's name.
    pub(crate) file_hashes: BTreeMap<String, String>,
    pub(crate) limits: &'a IngestLimits,
}

/// What came of mapping.
pub(crate) struct Mapped {
    /// Rows of each table.
    pub(crate) tables: Vec<ReadyRows>,
    /// Raw rows that did not fit.
    pub(crate) set_aside: Vec<Misfit>,
}

impl Mapper<'_> {
    /// Maps `raw` into every table of the pack; nothing is appended yet, so that a row is in all tables or in none.
    pub(crate) async fn map(&self, mut raw: Vec<RecordBatch>) -> Result<Mapped> {
        let mut set_aside = Vec::new();
        let mut tables = Vec::new();
        let mut next = 0;
        while let Some(mapping) = self.pack.mappings.get(next) {
            (self.progress)(Progress::Mapping { table: mapping.table.clone() });
            match self.map_one(mapping, &raw).await {
                Ok(mapped) => {
                    tables.push(mapped);
                    next += 1;
                }
                Err(error) => {
                    let (kept, culprits) = self.without_culprits(mapping, &raw, error).await?;
                    raw = kept;
                    set_aside.extend(culprits);
                    // The tables before have rows of the culprits: once more without them.
                    tables.clear();
                    next = 0;
                }
            }
        }
        Ok(Mapped { tables, set_aside })
    }

    async fn map_one(&self, mapping: &Mapping, raw: &[RecordBatch]) -> Result<ReadyRows> {
        Ok(self.sink.map(self.origin, &mapping.table, &mapping.path, &mapping.sql, raw, self.part).await?)
    }

    /// `raw` without the rows that `mapping` cannot take, and these; `error` when it is the mapping that is wrong, or rows only together.
    async fn without_culprits(
        &self,
        mapping: &Mapping,
        raw: &[RecordBatch],
        error: IngestError,
    ) -> Result<(Vec<RecordBatch>, Vec<Misfit>)> {
        let Some(schema) = raw.first().map(RecordBatch::schema) else { return Err(error) };
        if self.map_one(mapping, &[RecordBatch::new_empty(schema.clone())]).await.is_err() {
            return Err(error);
        }
        let all = concat_batches(&schema, raw).map_err(|error| self.broken(mapping, &error))?;
        let mut culprits = Vec::new();
        let mut fits = vec![true; all.num_rows()];
        // Halves to look at, each known to fail.
        let mut pending = vec![(0, all.num_rows())];
        while let Some((first, rows)) = pending.pop() {
            if rows == 1 {
                let Err(reason) = self.map_one(mapping, &[all.slice(first, 1)]).await else { continue };
                fits[first] = false;
                culprits.push(self.misfit(mapping, &all, first, &reason.to_string())?);
                if culprits.len() > self.limits.unmapped_rows {
                    return Err(error);
                }
                continue;
            }
            let half = rows / 2;
            for (first, rows) in [(first + half, rows - half), (first, half)] {
                if self.map_one(mapping, &[all.slice(first, rows)]).await.is_err() {
                    pending.push((first, rows));
                }
            }
        }
        if culprits.is_empty() {
            return Err(error);
        }
        let kept = filter_record_batch(&all, &BooleanArray::from(fits)).map_err(|error| self.broken(mapping, &error))?;
        Ok((vec![kept], culprits))
    }

    fn misfit(&self, mapping: &Mapping, raw: &RecordBatch, row: usize, reason: &str) -> Result<Misfit> {
        let column = |name: &str, wanted: &DataType| {
            let column = raw.column_by_name(name).ok_or_else(|| self.broken(mapping, &format!("raw rows without {name}")))?;
            cast(column, wanted).map_err(|error| self.broken(mapping, &error))
        };
        let file = column(FILE, &DataType::Utf8)?.as_string::<i32>().value(row).to_owned();
        let line = column(LINE, &DataType::Int64)?.as_primitive::<Int64Type>().value(row);
        let options = FormatOptions::new();
        let shown =
            raw.schema_ref().fields().iter().zip(raw.columns()).filter(|(field, _)| field.name() != FILE && field.name() != LINE);
        let shown = shown.filter_map(|(field, values)| {
            let formatter = ArrayFormatter::try_new(values, &options).ok()?;
            values.is_valid(row).then(|| format!("{}={}", field.name(), formatter.value(row)))
        });
        Ok(Misfit {
            file_hash: self.file_hashes.get(&file).cloned().unwrap_or_default(),
            file,
            line: u64::try_from(line).unwrap_or_default(),
            column: String::new(),
            value: None,
            record: cut(&shown.collect::<Vec<_>>().join(", "), self.limits.quarantined_bytes),
            reason: format!("does not fit {}: {reason}", mapping.table),
            source: None,
        })
    }

    fn broken(&self, mapping: &Mapping, error: &dyn std::fmt::Display) -> IngestError {
        IngestError::Pack { path: mapping.path.clone(), detail: format!("its raw rows cannot be looked at: {error}") }
    }
}
