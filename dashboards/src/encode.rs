//! Answers as JSON, CSV or Arrow: one table, three encodings, the same digits in each. Knows rows, no questions.

use arrow::array::RecordBatch;
use arrow::csv;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::writer::StreamWriter;
use arrow::json::{StructMode, WriterBuilder, writer::JsonArray};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::value::RawValue;

use crate::problem::{Answer, Problem};

/// The encodings of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// JSON.
    Json,
    /// CSV with a header.
    Csv,
    /// Arrow IPC stream.
    Arrow,
}

const CSV: &str = "text/csv";
const ARROW: &str = "application/vnd.apache.arrow.stream";
/// Says whether the limit cut rows off.
const TRUNCATED: HeaderName = HeaderName::from_static("x-truncated");
/// Says how many rows there are.
pub(crate) const TOTAL: HeaderName = HeaderName::from_static("x-total-rows");

impl Encoding {
    /// By the `format` parameter, or else by the Accept header.
    pub(crate) fn negotiated(format: Option<&str>, headers: &HeaderMap) -> Answer<Self> {
        match format {
            Some("json") => Ok(Self::Json),
            Some("csv") => Ok(Self::Csv),
            Some("arrow") => Ok(Self::Arrow),
            Some(other) => Err(Problem::bad_request(format!("no format `{other}`; there is json, csv and arrow"))),
            None => {
                let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
                if accept.contains(ARROW) {
                    Ok(Self::Arrow)
                } else if accept.contains(CSV) {
                    Ok(Self::Csv)
                } else {
                    Ok(Self::Json)
                }
            }
        }
    }
}

/// Rows as JSON arrays in column order.
pub(crate) fn json_rows(batches: &[RecordBatch]) -> Answer<Box<RawValue>> {
    let written = || -> Result<Vec<u8>, ArrowError> {
        let mut writer = WriterBuilder::new()
            .with_struct_mode(StructMode::ListOnly)
            .with_explicit_nulls(true)
            .build::<_, JsonArray>(Vec::new());
        for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
            writer.write(batch)?;
        }
        writer.finish()?;
        Ok(writer.into_inner())
    };
    let bytes = written().map_err(|error| Problem::internal(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| Problem::internal(&error))?;
    RawValue::from_string(text).map_err(|error| Problem::internal(&error))
}

/// A table as CSV or Arrow, named for saving, with its row counts in the headers.
pub(crate) fn file(
    encoding: Encoding,
    name: &str,
    schema: &SchemaRef,
    batches: &[RecordBatch],
    total: u64,
    truncated: bool,
) -> Answer<Response> {
    let (kind, ending, body) = match encoding {
        Encoding::Arrow => (ARROW, "arrows", arrow_stream(schema, batches)),
        Encoding::Csv | Encoding::Json => (CSV, "csv", csv_text(schema, batches)),
    };
    let body = body.map_err(|error| Problem::internal(&error))?;
    let saved_as = format!("attachment; filename=\"{name}.{ending}\"");
    let mut response = ([(header::CONTENT_TYPE, kind)], body).into_response();
    let headers = response.headers_mut();
    headers.insert(TRUNCATED, HeaderValue::from_static(if truncated { "true" } else { "false" }));
    headers.insert(TOTAL, HeaderValue::from(total));
    if let Ok(saved_as) = HeaderValue::from_str(&saved_as) {
        headers.insert(header::CONTENT_DISPOSITION, saved_as);
    }
    Ok(response)
}

fn csv_text(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, ArrowError> {
    let mut text = Vec::new();
    // The header is written apart: a table without rows has one too.
    let names = schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(",");
    text.extend_from_slice(names.as_bytes());
    text.push(b'\n');
    let mut writer = csv::WriterBuilder::new().with_header(false).build(text);
    for batch in batches {
        writer.write(batch)?;
    }
    Ok(writer.into_inner())
}

fn arrow_stream(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, ArrowError> {
    let mut writer = StreamWriter::try_new(Vec::new(), schema)?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.finish()?;
    writer.into_inner()
}
