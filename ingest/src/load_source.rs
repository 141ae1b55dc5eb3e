//! Loads files of captured payloads through the decoder that reads them live: the same bytes tell the same rows, whichever way they came.
//! A load is seen whole or not at all, and a file that has landed is left alone. Knows no format.

use std::io::Read as _;

use chrono::{DateTime, Utc};
use quarterdeck_engine::landing::{BatchOrigin, Counted, Sink};
use sha2::{Digest, Sha256};

use crate::error::{IngestError, Result};
use crate::journal::Entry;
use crate::limits::IngestLimits;
use crate::load::{LoadReport, LoadRequest, Progress};
use crate::pack::hex;
use crate::quarantine::{LOADS, LoadedFile, load_rows};
use crate::reading::{Read, read};
use crate::source_file::SourceFile;
use crate::sources::{Setting, Source, Wrong};

/// Loads files of `source` into `sink`; `clock` says when the batch has landed.
///
/// # Errors
/// [`IngestError`] for a file that cannot be read or is not of the source, or a sink that refuses; nothing of the load is then seen.
pub async fn load_source(
    sink: &dyn Sink,
    source: &'static dyn Source,
    setting: &Setting,
    limits: &IngestLimits,
    request: &LoadRequest,
    progress: &(dyn Fn(Progress) + Sync),
    clock: &(dyn Fn() -> DateTime<Utc> + Sync),
) -> Result<LoadReport> {
    let mut report = LoadReport::default();
    let reader = format!("source {}", source.name());
    let mut files = request.files.iter().map(|path| SourceFile::open(path)).collect::<Result<Vec<_>>>()?;
    let landed = sink.landed_files(&reader, &request.instance).await?;
    files.sort_by(|left, right| left.hash.cmp(&right.hash));
    files.dedup_by(|left, right| left.hash == right.hash);
    let (old, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| landed.contains_key(&file.hash));
    report.already_landed = old.into_iter().map(|file| file.name).collect();
    if files.is_empty() {
        return Ok(report);
    }
    let origin = BatchOrigin {
        batch_id: batch_id(&reader, &request.instance, &files),
        pack: reader.clone(),
        source: source.name().to_owned(),
        instance: request.instance.clone(),
        files: i64::try_from(files.len()).unwrap_or(i64::MAX),
        ingested_at: request.started_at,
        counted: Counted::Parts,
    };
    report.batch_id.clone_from(&origin.batch_id);
    let of = files.len();
    for (index, file) in files.iter().enumerate() {
        progress(Progress::Reading { file: file.name.clone(), index: index + 1, of });
        let part = i64::try_from(index).unwrap_or(i64::MAX);
        land_file(sink, source, setting, limits, request, &origin, file, part, &mut report).await?;
    }
    let loaded = load_rows(&report.files, &reader, request.started_at).map_err(|error| internal(&error))?;
    sink.append(&origin, sink.ready(&origin, LOADS, &loaded, 0)?, 0).await?;
    let rows = report.rows.values().sum::<u64>();
    sink.finish(&origin, i64::try_from(rows).unwrap_or(i64::MAX), clock(), &[]).await?;
    Ok(report)
}

#[expect(clippy::too_many_arguments, reason = "one file of a load, with all that the load knows")]
async fn land_file(
    sink: &dyn Sink,
    source: &'static dyn Source,
    setting: &Setting,
    limits: &IngestLimits,
    request: &LoadRequest,
    origin: &BatchOrigin,
    file: &SourceFile,
    part: i64,
    report: &mut LoadReport,
) -> Result<()> {
    let bytes = content(file, limits)?;
    let refused =
        |wrong: Wrong| IngestError::file(&file.name, format!("is not of the source {}: {}", source.name(), wrong.reason));
    let deliveries = source.deliveries_of_file(plain_name(&file.name), &bytes).map_err(refused)?;
    let entries = deliveries.into_iter().zip(1..).map(|((headers, body), position)| {
        let entry = Entry::new(source.name(), headers, body.to_vec(), request.started_at, setting.clone());
        let delivery_id = source.delivery_id(&entry.delivery());
        (position, entry.with_delivery_id(delivery_id))
    });
    let entries = entries.collect::<Vec<_>>();
    let Read { tables, rows, wrong } =
        read(&format!("file {}", file.hash), &entries, &sink.contracts(), request.started_at, limits)?;
    for (table, rows) in &tables {
        sink.append(origin, sink.ready(origin, table, rows, part)?, part).await?;
    }
    for (table, count) in rows {
        *report.rows.entry(table).or_default() += count;
    }
    report.files.push(LoadedFile {
        file: file.name.clone(),
        file_hash: file.hash.clone(),
        bytes: file.bytes,
        rows_read: u64::try_from(entries.len()).unwrap_or(u64::MAX),
        rows_quarantined: wrong,
    });
    Ok(())
}

/// The file's bytes, unzipped, at most [`IngestLimits::source_file_bytes`] of them.
fn content(file: &SourceFile, limits: &IngestLimits) -> Result<Vec<u8>> {
    let limit = u64::try_from(limits.source_file_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let mut lines = file.read(None)?.take(limit.saturating_add(1));
    lines.read_to_end(&mut bytes).map_err(|error| file.broken(0, &error))?;
    if bytes.len() > limits.source_file_bytes {
        let detail = format!("is larger than {} bytes (source_file_bytes): split it", limits.source_file_bytes);
        return Err(IngestError::file(&file.name, detail));
    }
    Ok(bytes)
}

/// The name that tells the topic: without the compression.
fn plain_name(name: &str) -> &str {
    name.strip_suffix(".gz").unwrap_or(name)
}

fn batch_id(reader: &str, instance: &str, files: &[SourceFile]) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("{reader}\0{instance}\0"));
    for file in files {
        digest.update(&file.hash);
    }
    format!("b{}", hex(&digest.finalize()).chars().take(24).collect::<String>())
}

fn internal(error: &arrow::error::ArrowError) -> IngestError {
    IngestError::Landing { detail: format!("the table of loads does not fit: {error}") }
}
