//! Raw rows of files as Arrow batches, and the rows set aside with the column, the text and the reason. Formats push rows in; knows
//! no format and no file system.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, BooleanBuilder, Int64Builder, RecordBatch, StringViewBuilder};
use arrow::compute::filter_record_batch;

use crate::cell::Cells;
use crate::error::{IngestError, Result};
use crate::limits::IngestLimits;
use crate::raw::RawContract;

/// Rows of one batch.
const BATCH_ROWS: usize = 65_536;

/// One value, or one row, that did not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file, in hex.
    pub file_hash: String,
    /// Line of the record, from 1.
    pub line: u64,
    /// The source's own name of the column; empty when the whole row does not fit.
    pub column: String,
    /// The text at fault.
    pub value: Option<String>,
    /// The whole row.
    pub record: String,
    /// What is wrong.
    pub reason: String,
    /// Source and instance, where they are not those of the whole load.
    pub source: Option<(String, String)>,
}

/// What was read of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Records found, quarantined ones included.
    pub rows: u64,
    /// Records set aside.
    pub quarantined: u64,
}

/// Collects rows of one or several files.
pub struct RawRows<'a> {
    contract: &'a RawContract,
    limits: &'a IngestLimits,
    columns: Vec<Cells>,
    files: StringViewBuilder,
    lines: Int64Builder,
    fits: BooleanBuilder,
    pending: usize,
    misfit_pending: bool,
    batches: Vec<RecordBatch>,
    misfits: Vec<Misfit>,
    file: (String, String),
    counts: Counts,
    kept: usize,
}

impl<'a> RawRows<'a> {
    /// An empty collection.
    pub fn new(contract: &'a RawContract, limits: &'a IngestLimits) -> Self {
        Self {
            columns: contract.columns.iter().map(|column| Cells::new(column, contract.zone)).collect(),
            contract,
            limits,
            files: StringViewBuilder::new().with_deduplicate_strings(),
            lines: Int64Builder::new(),
            fits: BooleanBuilder::new(),
            pending: 0,
            misfit_pending: false,
            batches: Vec::new(),
            misfits: Vec::new(),
            file: Default::default(),
            counts: Counts::default(),
            kept: 0,
        }
    }

    /// What a raw file looks like.
    pub fn contract(&self) -> &'a RawContract {
        self.contract
    }

    /// Bounds in force.
    pub fn limits(&self) -> &'a IngestLimits {
        self.limits
    }

    /// Name of the file whose rows follow.
    pub fn file(&self) -> &str {
        &self.file.0
    }

    /// The rows that follow are of the file `name`, whose bytes hash to `hash`.
    pub fn begin_file(&mut self, name: &str, hash: &str) {
        self.file = (name.to_owned(), hash.to_owned());
        self.counts = Counts::default();
    }

    /// What was read since [`RawRows::begin_file`].
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Rows that fit, over all files.
    pub fn kept(&self) -> usize {
        self.kept
    }

    /// Takes a row: a text, or none, for each declared column. `record` gives the row as the file has it, if it is to be kept.
    ///
    /// # Errors
    /// [`IngestError::File`] when the file has more rows than [`IngestLimits::file_rows`].
    pub fn push<'t>(
        &mut self,
        line: u64,
        mut value: impl FnMut(usize) -> Option<&'t str>,
        record: impl Fn() -> String,
    ) -> Result<()> {
        self.count(line)?;
        let mut fits = true;
        for (index, column) in self.columns.iter_mut().enumerate() {
            let text = value(index);
            let Some(reason) = column.push(text, &self.contract.null) else { continue };
            fits = false;
            self.misfits.push(Misfit {
                file: self.file.0.clone(),
                file_hash: self.file.1.clone(),
                line,
                column: self.contract.columns[index].field.clone(),
                value: text.map(|text| cut(text, self.limits.quarantined_bytes)),
                record: cut(&record(), self.limits.quarantined_bytes),
                reason,
                source: None,
            });
        }
        self.bound_misfits(line)?;
        self.files.append_value(&self.file.0);
        self.lines.append_value(i64::try_from(line).unwrap_or(i64::MAX));
        self.fits.append_value(fits);
        self.misfit_pending |= !fits;
        self.kept += usize::from(fits);
        self.counts.quarantined += u64::from(!fits);
        self.pending += 1;
        if self.pending == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Sets aside a row whose columns cannot be told apart.
    ///
    /// # Errors
    /// As [`RawRows::push`].
    pub fn push_misfit(&mut self, line: u64, record: &str, reason: impl Into<String>) -> Result<()> {
        self.count(line)?;
        self.counts.quarantined += 1;
        self.misfits.push(Misfit {
            file: self.file.0.clone(),
            file_hash: self.file.1.clone(),
            line,
            column: String::new(),
            value: None,
            record: cut(record, self.limits.quarantined_bytes),
            reason: reason.into(),
            source: None,
        });
        self.bound_misfits(line)
    }

    fn bound_misfits(&self, line: u64) -> Result<()> {
        let limit = self.limits.misfits;
        if self.misfits.len() <= limit {
            return Ok(());
        }
        let detail = format!("more than {limit} values do not fit (misfits): is this a file of this pack?");
        Err(IngestError::at_line(&self.file.0, line, detail))
    }

    fn count(&mut self, line: u64) -> Result<()> {
        self.counts.rows += 1;
        let limit = self.limits.file_rows;
        if usize::try_from(self.counts.rows).is_ok_and(|rows| rows <= limit) {
            return Ok(());
        }
        Err(IngestError::at_line(&self.file.0, line, format!("more than {limit} rows (file_rows): split the file")))
    }

    fn flush(&mut self) -> Result<()> {
        let internal =
            |error: arrow::error::ArrowError| IngestError::file(&self.file.0, format!("rows do not fit their columns: {error}"));
        let mut columns = self.columns.iter_mut().map(Cells::finish).collect::<Vec<_>>();
        columns.push(Arc::new(self.files.finish()) as ArrayRef);
        columns.push(Arc::new(self.lines.finish()) as ArrayRef);
        let fits: BooleanArray = self.fits.finish();
        let batch = RecordBatch::try_new(Arc::clone(&self.contract.schema), columns).map_err(internal)?;
        let batch = if self.misfit_pending { filter_record_batch(&batch, &fits).map_err(internal)? } else { batch };
        self.batches.push(batch);
        self.pending = 0;
        self.misfit_pending = false;
        Ok(())
    }

    /// The rows that fit and those set aside; the collection is empty afterwards.
    ///
    /// # Errors
    /// [`IngestError::File`] when rows do not make a batch.
    pub fn take(&mut self) -> Result<(Vec<RecordBatch>, Vec<Misfit>)> {
        if self.pending > 0 || self.batches.is_empty() {
            self.flush()?;
        }
        self.kept = 0;
        Ok((std::mem::take(&mut self.batches), std::mem::take(&mut self.misfits)))
    }
}

/// At most `bytes` of `text`, cut between characters; a cut is marked. NUL, which no SQL client can show, is replaced.
pub(crate) fn cut(text: &str, bytes: usize) -> String {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut kept = text[..end].replace('\0', "\u{2400}");
    if end < text.len() {
        kept.push('…');
    }
    kept
}
