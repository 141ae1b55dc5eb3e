//! Loads files by a pack: reads, sets aside, maps, lands. A load is seen whole or not at all, and loading again changes nothing. Knows
//! the order of things; formats, SQL and the lake are others' business.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use quarterdeck_engine::landing::{BatchOrigin, Counted, Sink};

use crate::error::{IngestError, Result};
use crate::formats;
use crate::limits::IngestLimits;
use crate::map::{Mapped, Mapper};
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
    /// Map files again that have landed, with the pack as it is now; what it gave before is retracted.
    pub again: bool,
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
    /// Records set aside because of what a mapping makes of them.
    pub rows_not_mapped: u64,
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
        self.files.iter().map(|file| file.rows_quarantined).sum::<u64>() + self.rows_not_mapped
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
    let Choice { files, replaced } = files_to_read(sink, pack, request, &mut report).await?;
    if files.is_empty() {
        return Ok(report);
    }
    let hashes = files.iter().map(|file| file.hash.clone()).collect::<Vec<_>>();
    let origin = BatchOrigin {
        batch_id: pack.batch_id(&request.instance, &hashes, &replaced),
        pack: pack.name.clone(),
        source: pack.raw.source.clone(),
        instance: request.instance.clone(),
        files: i64::try_from(files.len()).unwrap_or(i64::MAX),
        ingested_at: request.started_at,
        counted: Counted::Parts,
    };
    if !replaced.is_empty() && replaced.iter().all(|batch| pack.made(batch)) {
        // This very pack has mapped these very files: there is nothing to mend.
        report.already_landed = files.into_iter().map(|file| file.name).collect();
        return Ok(report);
    }
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
    sink.append(&origin, sink.ready(&origin, LOADS, &loaded, 0)?, 0).await?;
    let landed = report.rows.values().sum::<u64>();
    sink.finish(&origin, i64::try_from(landed).unwrap_or(i64::MAX), clock(), &replaced).await?;
    Ok(report)
}

/// What a load reads, and which batches its own takes the place of.
struct Choice {
    files: Vec<SourceFile>,
    replaced: Vec<String>,
}

/// The files that have not landed, or all when loading again, in the order of their hashes, each content once: the same files make the same
/// batch in any order.
async fn files_to_read(sink: &dyn Sink, pack: &Pack, request: &LoadRequest, report: &mut LoadReport) -> Result<Choice> {
    let mut files = request.files.iter().map(|path| SourceFile::open(path)).collect::<Result<Vec<_>>>()?;
    let landed = sink.landed_files(&pack.name, &request.instance).await?;
    files.sort_by(|left, right| left.hash.cmp(&right.hash));
    files.dedup_by(|left, right| left.hash == right.hash);
    if request.again {
        let replaced = replaced_batches(&files, &landed)?;
        return Ok(Choice { files, replaced });
    }
    let (old, new): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| landed.contains_key(&file.hash));
    report.already_landed = old.into_iter().map(|file| file.name).collect();
    Ok(Choice { files: new, replaced: Vec::new() })
}

/// The batches that `files` landed in: these must hold no other files, or their rows would go with them.
fn replaced_batches(files: &[SourceFile], landed: &HashMap<String, String>) -> Result<Vec<String>> {
    let given = files.iter().map(|file| file.hash.as_str()).collect::<BTreeSet<_>>();
    let replaced = files.iter().filter_map(|file| landed.get(&file.hash).cloned()).collect::<BTreeSet<_>>();
    let missing = landed.iter().filter(|(hash, batch)| replaced.contains(*batch) && !given.contains(hash.as_str())).count();
    if missing > 0 {
        return Err(IngestError::Again { missing });
    }
    Ok(replaced.into_iter().collect())
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
    let (raw, mut misfits) = rows.take()?;
    let file_hashes = report.files.iter().map(|file| (file.file.clone(), file.file_hash.clone())).collect();
    let mapping = Mapper { sink, pack, origin, part, progress, file_hashes, limits: rows.limits() };
    let Mapped { tables, set_aside } = mapping.map(raw).await?;
    report.rows_not_mapped += u64::try_from(set_aside.len()).unwrap_or(u64::MAX);
    misfits.extend(set_aside);
    for mapped in tables {
        *report.rows.entry(mapped.table().to_owned()).or_default() += mapped.count();
        sink.append(origin, mapped, part).await?;
    }
    if !misfits.is_empty() {
        let set_aside = quarantine_rows(&misfits, &pack.name, origin.ingested_at).map_err(|error| internal(&error))?;
        sink.append(origin, sink.ready(origin, QUARANTINE, &set_aside, part)?, part).await?;
        let room = SHOWN_MISFITS.saturating_sub(report.misfits.len());
        report.misfits.extend(misfits.into_iter().take(room));
    }
    Ok(())
}

fn internal(error: &arrow::error::ArrowError) -> IngestError {
    IngestError::Pack { path: "sql/tables".into(), detail: format!("the tables of loads do not fit: {error}") }
}
