//! Loads files by a pack: reads, sets aside, maps, lands. A load is seen whole or not at all, and loading again changes nothing. Knows
//! the order of things; formats, SQL and the lake are others' business.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use quarterdeck_engine::landing::{BatchOrigin, Sink};

use crate::error::{IngestError, Result};
use crate::formats;
use crate::limits::IngestLimits;
use crate::pack::Pack;
use crate::quarantine::{LOADS, LoadedFile, QUARANTINE, load_rows, quarantine_rows};
use crate::rows::{Misfit, RawRows};
use crate::source_file::SourceFile;

/// What to load.
#[derive(Debug, Clone)]
pub struct LoadRequest {
    /// The files, in any order.
    pub files: Vec<PathBuf>,
    /// Which installation of the source system they are of.
    pub instance: String,
    /// When the load begins: the knowledge time of its rows.
    pub started_at: DateTime<Utc>,
}

/// What a load has come to; shown while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A file is read.
    Reading {
        /// Its name.
        file: String,
        /// Its place among the files to read, from 1.
        index: usize,
        /// Files to read.
        of: usize,
    },
    /// Rows are mapped into a table.
    Mapping {
        /// The table.
        table: String,
    },
}

/// What a load did.
#[derive(Debug, Clone, Default)]
pub struct LoadReport {
    /// The batch; empty when there was nothing to land.
    pub batch_id: String,
    /// Files read, with their counts.
    pub files: Vec<LoadedFile>,
    /// Names of files that had landed before and were left alone.
    pub already_landed: Vec<String>,
    /// Rows by canonical table.
    pub rows: BTreeMap<String, u64>,
    /// The first values set aside.
    pub misfits: Vec<Misfit>,
}

/// Values set aside that a report shows; the table `quarantine` has all.
const SHOWN_MISFITS: usize = 5;

impl LoadReport {
    /// Records read from all files.
    pub fn rows_read(&self) -> u64 {
        self.files.iter().map(|file| file.rows_read).sum()
    }

    /// Records set aside.
    pub fn rows_quarantined(&self) -> u64 {
        self.files.iter().map(|file| file.rows_quarantined).sum()
    }
}

/// Loads files into `sink`; `clock` says when the batch has landed.
///
/// # Errors
/// [`IngestError`] for a file that cannot be read to its end, a mapping that does not fit, or a sink that refuses; nothing of the load is
/// then seen, and loading the same files again completes it.
pub async fn load(
    sink: &dyn Sink,
    pack: &Pack,
    limits: &IngestLimits,
    request: &LoadRequest,
    progress: &(dyn Fn(Progress) + Sync),
    clock: &(dyn Fn() -> DateTime<Utc> + Sync),
) -> Result<LoadReport> {
    let mut report = LoadReport::default();
    let files = files_to_read(sink, pack, request, &mut report).await?;
    if files.is_empty() {
        return Ok(report);
    }
    let hashes = files.iter().map(|file| file.hash.clone()).collect::<Vec<_>>();
    let origin = BatchOrigin {
        batch_id: pack.batch_id(&request.instance, &hashes),
        pack: pack.name.clone(),
        source: pack.raw.source.clone(),
        instance: request.instance.clone(),
        files: i64::try_from(files.len()).unwrap_or(i64::MAX),
        ingested_at: request.started_at,
    };
    report.batch_id.clone_from(&origin.batch_id);

    let mut rows = RawRows::new(&pack.raw, limits);
    let mut part = 0;
    for (index, file) in files.iter().enumerate() {
        progress(Progress::Reading { file: file.name.clone(), index: index + 1, of: files.len() });
        rows.begin_file(&file.name, &file.hash);
        formats::read(file, &mut rows)?;
        let counts = rows.counts();
        report.files.push(LoadedFile {
            file: file.name.clone(),
            file_hash: file.hash.clone(),
            bytes: file.bytes,
            rows_read: counts.rows,
            rows_quarantined: counts.quarantined,
        });
        if rows.kept() >= limits.part_rows || index + 1 == files.len() {
            land_part(sink, pack, &origin, &mut rows, part, &mut report, progress).await?;
            part += 1;
        }
    }
    let loaded = load_rows(&report.files, &pack.name, request.started_at).map_err(|error| internal(&error))?;
    sink.append(&origin, LOADS, loaded, 0).await?;
    let landed = report.rows.values().sum::<u64>();
    sink.finish(&origin, i64::try_from(landed).unwrap_or(i64::MAX), clock()).await?;
    Ok(report)
}

/// The files that have not landed, in the order of their hashes, each content once: the same files make the same batch in any order.
async fn files_to_read(sink: &dyn Sink, pack: &Pack, request: &LoadRequest, report: &mut LoadReport) -> Result<Vec<SourceFile>> {
    let mut files = request.files.iter().map(|path| SourceFile::open(path)).collect::<Result<Vec<_>>>()?;
    let landed = sink.landed_files(&pack.name, &request.instance).await?;
    files.sort_by(|left, right| left.hash.cmp(&right.hash));
    files.dedup_by(|left, right| left.hash == right.hash);
    let (old, new): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| landed.contains(&file.hash));
    report.already_landed = old.into_iter().map(|file| file.name).collect();
    Ok(new)
}

async fn land_part(
    sink: &dyn Sink,
    pack: &Pack,
    origin: &BatchOrigin,
    rows: &mut RawRows<'_>,
    part: i64,
    report: &mut LoadReport,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<()> {
    let (raw, misfits) = rows.take()?;
    if part == 0 {
        // Only now: a file that turns out broken leaves no trace.
        sink.begin(origin).await?;
    }
    for mapping in &pack.mappings {
        progress(Progress::Mapping { table: mapping.table.clone() });
        let landed = sink.map(origin, &mapping.table, &mapping.path, &mapping.sql, &raw, part).await?;
        *report.rows.entry(mapping.table.clone()).or_default() += landed;
    }
    if !misfits.is_empty() {
        let set_aside = quarantine_rows(&misfits, &pack.name, origin.ingested_at).map_err(|error| internal(&error))?;
        sink.append(origin, QUARANTINE, set_aside, part).await?;
        let room = SHOWN_MISFITS.saturating_sub(report.misfits.len());
        report.misfits.extend(misfits.into_iter().take(room));
    }
    Ok(())
}

fn internal(error: &arrow::error::ArrowError) -> IngestError {
    IngestError::Pack { path: "sql/tables".into(), detail: format!("the tables of loads do not fit: {error}") }
}
