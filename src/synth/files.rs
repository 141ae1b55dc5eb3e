//! Writes a company into a directory: `events/<day>.ndjson` in order of arrival, `truth/*.csv`, `truth/summary.json`. Knows no door.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::company::{Company, DayOutput};
use super::instant::Day;
use super::outbox::Arrivals;
use super::plan::Plan;
use super::summary;
use super::truth::Sheet;

const BUFFER_BYTES: usize = 1 << 20;

/// What was written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written {
    pub(super) messages: u64,
    pub(super) files: u64,
}

/// Writes all that `plan` says into `folder`, which must hold no stream yet; tells `progress` of each day.
pub(super) fn write(plan: Plan, folder: &Path, gzip: bool, progress: &dyn Fn(Day, usize)) -> Result<Written> {
    let (events, truth) = (folder.join("events"), folder.join("truth"));
    ensure!(!events.exists(), "{} is there already: choose another directory or remove it", events.display());
    fs::create_dir_all(&events).with_context(|| format!("cannot make {}", events.display()))?;
    let mut sheets = Sheets::create(&truth)?;
    let mut company = Company::new(plan);
    let mut written = Written::default();
    while let Some(DayOutput { day, arrivals, truth }) = company.next_day() {
        write_events(&events, day, &arrivals, gzip)?;
        sheets.append(&truth)?;
        progress(day, arrivals.len());
        written.messages += arrivals.len() as u64;
        written.files += 1;
    }
    sheets.finish(&truth, &company)?;
    Ok(written)
}

fn write_events(folder: &Path, day: Day, arrivals: &Arrivals, gzip: bool) -> Result<()> {
    let path = folder.join(format!("{day}.ndjson{}", if gzip { ".gz" } else { "" }));
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if gzip {
        let mut encoder = GzEncoder::new(file, Compression::fast());
        write_lines(&mut BufWriter::with_capacity(BUFFER_BYTES, &mut encoder), arrivals)?;
        encoder.finish()?;
    } else {
        write_lines(&mut BufWriter::with_capacity(BUFFER_BYTES, file), arrivals)?;
    }
    Ok(())
}

fn write_lines(out: &mut impl Write, arrivals: &Arrivals) -> Result<()> {
    for (message, _) in arrivals.messages() {
        out.write_all(message)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// The open sheets of the truth.
pub(super) struct Sheets {
    files: Vec<BufWriter<File>>,
}

impl Sheets {
    /// Opens them all, with their headers, in `folder`.
    pub(super) fn create(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut files = Vec::new();
        for sheet in Sheet::ALL {
            let path = folder.join(sheet.file());
            let mut file = BufWriter::new(File::create(&path).with_context(|| format!("cannot write {}", path.display()))?);
            writeln!(file, "{}", sheet.header())?;
            files.push(file);
        }
        Ok(Self { files })
    }

    /// Adds a day's rows.
    pub(super) fn append(&mut self, rows: &[(Sheet, Vec<u8>)]) -> Result<()> {
        for (sheet, rows) in rows {
            self.files[*sheet as usize].write_all(rows)?;
        }
        Ok(())
    }

    /// Closes them, and adds what a receiver must come to.
    pub(super) fn finish(mut self, folder: &Path, company: &Company) -> Result<()> {
        for file in &mut self.files {
            file.flush()?;
        }
        let put = |name: &str, text: String| fs::write(folder.join(name), text).with_context(|| format!("cannot write {name}"));
        put("totals.csv", summary::totals(company))?;
        put("summary.json", serde_json::to_string_pretty(&summary::summary(company))? + "\n")
    }
}
