//! Comma- or otherwise separated text with a header line: quotes, embedded newlines, CRLF, a byte order mark. Records are bounded, and
//! each knows its line.

use std::io::BufRead;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::error::{IngestError, Result};
use crate::rows::RawRows;
use crate::source_file::{Lines, SourceFile};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Separators that files use in practice; named in the error when the declared one does not split the header.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// Reads all of `source` into `rows`.
///
/// # Errors
/// [`IngestError::File`] when the header lacks a declared column or the stream breaks off.
pub fn read(source: &SourceFile, rows: &mut RawRows<'_>) -> Result<()> {
    let contract = rows.contract();
    let mut records = Records {
        source,
        lines: source.read(contract.encoding.as_deref())?,
        parser: ReaderBuilder::new().delimiter(contract.delimiter).build(),
        fields: vec![0; 4 << 10],
        ends: vec![0; 64],
        record_bytes: rows.limits().record_bytes,
        columns: rows.limits().columns,
    };
    let Some(header) = records.next()? else {
        return Err(IngestError::at_line(&source.name, 1, "holds no header"));
    };
    if header.too_long {
        let limits = rows.limits();
        let detail = format!(
            "the header has more than {} columns or {} bytes (columns, record_bytes)",
            limits.columns, limits.record_bytes
        );
        return Err(IngestError::at_line(&source.name, header.line, detail));
    }
    let names = header_names(source, &header)?;
    let places = places(source, rows, &names)?;
    while let Some(record) = records.next()? {
        push(rows, &record, &places, names.len(), contract.delimiter)?;
    }
    Ok(())
}

fn push(rows: &mut RawRows<'_>, record: &Record<'_>, places: &[usize], width: usize, delimiter: u8) -> Result<()> {
    let separator = char::from(delimiter);
    if record.too_long {
        return rows.push_misfit(
            record.line,
            &record.text(separator),
            "is longer than a record may be (record_bytes); a quote that is never closed?",
        );
    }
    if record.ends.len() != width {
        let lines =
            if record.lines > 1 { format!(", over {} lines: a quote that is not closed?", record.lines) } else { String::new() };
        let reason = format!("has {} fields where the header has {width}{lines}", record.ends.len());
        return rows.push_misfit(record.line, &record.text(separator), reason);
    }
    let Ok(text) = std::str::from_utf8(record.fields) else {
        let reason = "is not UTF-8; if the file is of another encoding, declare `encoding` in the pack's raw.sql";
        return rows.push_misfit(record.line, &record.text(separator), reason);
    };
    // Fields end at character boundaries: separators are ASCII.
    let field = |place: usize| {
        let start = if place == 0 { 0 } else { record.ends[place - 1] };
        text.get(start..record.ends[place])
    };
    rows.push(record.line, |index| field(places[index]), || record.text(separator))
}

fn header_names(source: &SourceFile, header: &Record<'_>) -> Result<Vec<String>> {
    let fields = (0..header.ends.len()).map(|place| header.field(place));
    let names = fields.map(|field| std::str::from_utf8(field).map(|name| name.trim().to_owned())).collect::<Result<Vec<_>, _>>();
    names.map_err(|_| {
        IngestError::at_line(
            &source.name,
            header.line,
            "the header is not UTF-8: is this a text file, and is its `encoding` declared?",
        )
    })
}

/// Where each declared column stands in a record.
fn places(source: &SourceFile, rows: &RawRows<'_>, names: &[String]) -> Result<Vec<usize>> {
    let contract = rows.contract();
    let place = |field: &str| names.iter().position(|name| name == field);
    contract
        .columns
        .iter()
        .map(|column| {
            place(&column.field).ok_or_else(|| IngestError::File {
                file: source.name.clone(),
                line: Some(1),
                column: Some(column.field.clone()),
                detail: missing(names, contract.delimiter),
            })
        })
        .collect()
}

fn missing(names: &[String], delimiter: u8) -> String {
    let other = SEPARATORS
        .iter()
        .find(|separator| **separator != char::from(delimiter) && names.iter().all(|name| name.contains(**separator)));
    match other {
        Some(separator) if names.len() == 1 => format!(
            "is not in the header, which is not separated by {:?} but by {separator:?}: declare `delimiter` in the pack's raw.sql",
            char::from(delimiter)
        ),
        _ => format!("is not in the header, which has {}", shown(names)),
    }
}

fn shown(names: &[String]) -> String {
    let shown = names.iter().take(40).map(|name| format!("`{}`", name.chars().take(60).collect::<String>()));
    let more = if names.len() > 40 { ", …" } else { "" };
    shown.collect::<Vec<_>>().join(", ") + more
}

struct Record<'a> {
    /// Line on which it begins.
    line: u64,
    /// The fields' bytes, one after the other, unquoted.
    fields: &'a [u8],
    /// Where each field ends in `fields`.
    ends: &'a [usize],
    /// Lines that it spans.
    lines: u64,
    /// It went over the limit; `fields` holds its begin.
    too_long: bool,
}

impl Record<'_> {
    fn field(&self, place: usize) -> &[u8] {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.fields[start..self.ends[place]]
    }

    /// The record as it may be written again, bytes that are no UTF-8 replaced.
    fn text(&self, separator: char) -> String {
        if self.too_long {
            return String::from_utf8_lossy(self.fields).into_owned();
        }
        let quoted = |field: &[u8]| {
            let text = String::from_utf8_lossy(field);
            if text.contains([separator, '"', '\n', '\r']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.into_owned()
            }
        };
        (0..self.ends.len()).map(|place| quoted(self.field(place))).collect::<Vec<_>>().join(&separator.to_string())
    }
}

/// Splits a stream into records by `csv_core`, within bounds.
struct Records<'a> {
    source: &'a SourceFile,
    lines: Lines,
    parser: Reader,
    fields: Vec<u8>,
    ends: Vec<usize>,
    record_bytes: usize,
    columns: usize,
}

impl Records<'_> {
    fn next(&mut self) -> Result<Option<Record<'_>>> {
        self.skip_blank()?;
        let line = self.lines.newlines() + 1;
        let (mut filled, mut ended, mut too_long, mut quotes) = (0, 0, false, 0);
        loop {
            let newlines = self.lines.newlines();
            let input = self.lines.fill_buf().map_err(|error| self.source.broken(newlines, &error))?;
            let (result, read, written, ends) =
                self.parser.read_record(input, &mut self.fields[filled..], &mut self.ends[ended..]);
            let at_end = input.is_empty();
            quotes += input[..read].iter().filter(|byte| **byte == b'"').count();
            self.lines.consume(read);
            filled += written;
            ended += ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.fields.len() < self.record_bytes => {
                    self.fields.resize((self.fields.len() * 2).min(self.record_bytes), 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < self.columns => {
                    self.ends.resize((self.ends.len() * 2).min(self.columns), 0);
                }
                // What is over the limit is read past: the begin of the record stays in front.
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    too_long = true;
                    filled = filled.min(self.fields.len() / 2);
                    ended = 0;
                }
                // An odd number of quotes over several lines, ended by the file's end alone: everything since is inside a quote.
                ReadRecordResult::Record if at_end && quotes % 2 == 1 && self.lines.newlines() >= line => {
                    let last = self.lines.newlines() + 1;
                    let detail = format!("a quote that begins here is never closed: lines {line} to {last} would be one record");
                    return Err(IngestError::at_line(&self.source.name, line, detail));
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        let lines = (self.lines.newlines() + 1 - line).max(1);
        Ok(Some(Record { line, lines, fields: &self.fields[..filled], ends: &self.ends[..ended], too_long }))
    }

    /// Passes blank lines and a byte order mark, so that the next record's line is known.
    fn skip_blank(&mut self) -> Result<()> {
        loop {
            let newlines = self.lines.newlines();
            let input = self.lines.fill_buf().map_err(|error| self.source.broken(newlines, &error))?;
            let blank = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let blank = if newlines == 0 && input.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { blank };
            if blank == 0 {
                return Ok(());
            }
            self.lines.consume(blank);
        }
    }
}
