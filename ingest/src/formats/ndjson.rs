//! A JSON object a line. Numbers are taken as they are written, so that an identifier beyond 2^53 survives; a field is a name or a path
//! of names joined by points.

use std::collections::HashMap;
use std::io::{BufRead, Read};

use serde_json::value::RawValue;

use crate::error::Result;
use crate::rows::RawRows;
use crate::source_file::{Lines, SourceFile};

/// Reads all of `source` into `rows`.
///
/// # Errors
/// [`crate::IngestError::File`] when the stream breaks off; lines that are no objects are set aside.
pub fn read(source: &SourceFile, rows: &mut RawRows<'_>) -> Result<()> {
    let mut lines = source.read(rows.contract().encoding.as_deref())?;
    let most = rows.limits().record_bytes;
    let mut line = Vec::new();
    loop {
        let number = lines.newlines() + 1;
        line.clear();
        let whole = read_line(&mut lines, &mut line, most).map_err(|error| source.broken(number - 1, &error))?;
        if line.is_empty() {
            return Ok(());
        }
        push(rows, number, &line, whole)?;
    }
}

fn push(rows: &mut RawRows<'_>, number: u64, line: &[u8], whole: bool) -> Result<()> {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    let shown = || String::from_utf8_lossy(line).trim_end().to_owned();
    if !whole {
        return rows.push_misfit(number, &shown(), "is longer than a record may be (record_bytes)");
    }
    if line.trim_ascii().is_empty() {
        return Ok(());
    }
    let object: HashMap<String, &RawValue> = match serde_json::from_slice(line) {
        Ok(object) => object,
        Err(error) => return rows.push_misfit(number, &shown(), format!("is not a JSON object: {error}")),
    };
    let contract = rows.contract();
    let texts = contract.columns.iter().map(|column| text_at(&object, &column.field)).collect::<Vec<_>>();
    rows.push(number, |index| texts[index].as_deref(), shown)
}

/// Reads up to and with the next newline into `line`; answers whether the line was no longer than `most`, its rest passed over.
fn read_line(lines: &mut Lines, line: &mut Vec<u8>, most: usize) -> std::io::Result<bool> {
    let bound = u64::try_from(most).unwrap_or(u64::MAX);
    lines.by_ref().take(bound).read_until(b'\n', line)?;
    if line.len() < most || line.ends_with(b"\n") {
        return Ok(true);
    }
    loop {
        let rest = lines.fill_buf()?;
        if rest.is_empty() {
            return Ok(false);
        }
        match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                lines.consume(end + 1);
                return Ok(false);
            }
            None => {
                let passed = rest.len();
                lines.consume(passed);
            }
        }
    }
}

/// The text of a field: strings unescaped, numbers as written, objects and arrays as JSON.
fn text_at(object: &HashMap<String, &RawValue>, field: &str) -> Option<String> {
    if let Some(value) = object.get(field) {
        return text(value);
    }
    let (first, rest) = field.split_once('.')?;
    let inner: HashMap<String, &RawValue> = serde_json::from_str(object.get(first)?.get()).ok()?;
    text_at(&inner, rest)
}

fn text(value: &RawValue) -> Option<String> {
    match value.get() {
        "null" => None,
        string if string.starts_with('"') => serde_json::from_str(string).ok(),
        other => Some(other.to_owned()),
    }
}
