//! Rows as files and texts that leave by HTTP: Arrow, JSON, lines of JSON, CSV, Parquet; each can be sent while rows still come. Knows no
//! request.

mod csv;
mod json;
mod parquet;

use chrono::{DateTime, Utc};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::error::DataFusionError;

use crate::sqlstate::{SqlError, code};

/// A way to write rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An Arrow IPC stream.
    Arrow,
    /// One JSON object: columns, rows as arrays, counts.
    Json,
    /// A JSON object a line.
    Ndjson,
    /// CSV (RFC 4180) with a header; no value is an empty field, empty text is `""`.
    Csv,
    /// A Parquet file; its counts stand in its footer.
    Parquet,
}

impl Format {
    /// Every format; the first of those that a client likes as well as others is taken.
    pub const ALL: [Self; 5] = [Self::Json, Self::Arrow, Self::Csv, Self::Ndjson, Self::Parquet];

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// What is told of an answer beside its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Rows of the answer.
    pub rows: u64,
    /// Whether the limit cut rows off.
    pub truncated: bool,
}

/// Writes the rows of one answer.
pub struct Encoder(Writer);

enum Writer {
    Arrow(StreamWriter<Vec<u8>>),
    Json(json::Rows),
    Ndjson(json::Lines),
    Csv(csv::Lines),
    Parquet(Box<parquet::File>),
}

impl Encoder {
    /// Begins an answer with the columns of `schema`, known as of `knowledge_time`.
    ///
    /// # Errors
    /// [`SqlError`] for columns that the format has no way to write.
    pub fn new(format: Format, schema: &SchemaRef, knowledge_time: Option<DateTime<Utc>>) -> Result<Self, SqlError> {
        let writer = match format {
            Format::Arrow => Writer::Arrow(StreamWriter::try_new(Vec::new(), schema).map_err(failed)?),
            Format::Json => Writer::Json(json::Rows::new(schema, knowledge_time)?),
            Format::Ndjson => {
                one_name_each(schema)?;
                Writer::Ndjson(json::Lines::new(schema))
            }
            Format::Csv => Writer::Csv(csv::Lines::new(schema)),
            Format::Parquet => {
                one_name_each(schema)?;
                Writer::Parquet(Box::new(parquet::File::new(schema).map_err(failed)?))
            }
        };
        Ok(Self(writer))
    }

    /// Writes the rows of `batch`.
    ///
    /// # Errors
    /// [`SqlError`] for values that the format has no way to write.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), SqlError> {
        let written = match &mut self.0 {
            Writer::Arrow(writer) => writer.write(batch),
            Writer::Json(rows) => rows.write(batch),
            Writer::Ndjson(lines) => lines.write(batch),
            Writer::Csv(lines) => lines.write(batch),
            Writer::Parquet(file) => file.write(batch),
        };
        written.map_err(failed)
    }

    /// Takes what has been written since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(match &mut self.0 {
            Writer::Arrow(writer) => writer.get_mut(),
            Writer::Json(rows) => rows.written(),
            Writer::Ndjson(lines) => lines.written(),
            Writer::Csv(lines) => lines.written(),
            Writer::Parquet(file) => file.written(),
        })
    }

    /// Ends the answer, and takes the last of it.
    ///
    /// # Errors
    /// [`SqlError`] when its end cannot be written.
    pub fn finish(self, counts: Counts) -> Result<Vec<u8>, SqlError> {
        let last = match self.0 {
            Writer::Arrow(mut writer) => writer.finish().and_then(|()| writer.into_inner()),
            Writer::Json(rows) => rows.finish(counts),
            Writer::Ndjson(mut lines) => Ok(std::mem::take(lines.written())),
            Writer::Csv(mut lines) => Ok(std::mem::take(lines.written())),
            Writer::Parquet(file) => file.finish(counts),
        };
        last.map_err(failed)
    }
}

fn failed(error: ArrowError) -> SqlError {
    SqlError::from(&DataFusionError::from(error))
}

/// Refuses two columns of one name where the format knows columns by their names.
fn one_name_each(schema: &SchemaRef) -> Result<(), SqlError> {
    let names = schema.fields().iter().map(|field| field.name()).collect::<Vec<_>>();
    let twice = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name));
    match twice {
        None => Ok(()),
        Some((_, name)) => Err(SqlError::new(code::SAME_COLUMN, format!("two columns are named \"{name}\""))
            .with_hint("give one of them another name with AS, or ask for another format")),
    }
}
