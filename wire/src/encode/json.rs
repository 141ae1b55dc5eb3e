//! Rows as JSON. Numbers that a reader of JSON would round (64-bit integers, decimals) are text; instants and days are ISO 8601. Knows no
//! request.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::json::writer::{JsonFormat, LineDelimited};
use datafusion::arrow::json::{StructMode, Writer, WriterBuilder};
use serde::Serialize;

use super::Counts;
use crate::sqlstate::{SqlError, code};

/// Rows with commas between them, and nothing around.
#[derive(Debug, Default)]
struct Between;

impl JsonFormat for Between {
    fn start_row<W: std::io::Write>(&self, writer: &mut W, is_first_row: bool) -> Result<(), ArrowError> {
        if !is_first_row {
            writer.write_all(b",\n")?;
        }
        Ok(())
    }
}

/// `{"columns": …, "rows": [[…], …], "row_count": …, "truncated": …}`, the counts last.
pub(super) struct Rows {
    schema: SchemaRef,
    writer: Writer<Vec<u8>, Between>,
}

#[derive(Serialize)]
struct Head<'a> {
    columns: Vec<Column<'a>>,
    knowledge_time: Option<String>,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    r#type: String,
    /// Values are text though the type is a number's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    as_text: bool,
}

impl Rows {
    pub(super) fn new(schema: &SchemaRef, knowledge_time: Option<DateTime<Utc>>) -> Result<Self, SqlError> {
        let column = |field: &'_ FieldRef| -> (String, bool) {
            (field.data_type().to_string(), as_text(field.data_type()) != *field.data_type())
        };
        let columns = schema.fields().iter().map(|field| {
            let (r#type, as_text) = column(field);
            Column { name: field.name(), r#type, as_text }
        });
        let knowledge_time = knowledge_time.map(|instant| instant.to_rfc3339_opts(SecondsFormat::Micros, true));
        let head = Head { columns: columns.collect(), knowledge_time };
        let mut text = serde_json::to_vec(&head).map_err(|error| SqlError::new(code::INTERNAL, error.to_string()))?;
        // Open until the counts.
        text.pop();
        text.extend_from_slice(b",\"rows\":[");
        let builder = WriterBuilder::new().with_struct_mode(StructMode::ListOnly).with_explicit_nulls(true);
        Ok(Self { schema: textual(schema), writer: builder.build::<_, Between>(text) })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        self.writer.write(&told(batch, &self.schema)?)
    }

    pub(super) fn written(&mut self) -> &mut Vec<u8> {
        self.writer.get_mut()
    }

    pub(super) fn finish(mut self, counts: Counts) -> Result<Vec<u8>, ArrowError> {
        let mut last = std::mem::take(self.writer.get_mut());
        last.extend_from_slice(format!("],\"row_count\":{},\"truncated\":{}}}\n", counts.rows, counts.truncated).as_bytes());
        Ok(last)
    }
}

/// An object a line.
pub(super) struct Lines {
    schema: SchemaRef,
    writer: Writer<Vec<u8>, LineDelimited>,
}

impl Lines {
    pub(super) fn new(schema: &SchemaRef) -> Self {
        Self { schema: textual(schema), writer: WriterBuilder::new().with_explicit_nulls(true).build(Vec::new()) }
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        self.writer.write(&told(batch, &self.schema)?)
    }

    pub(super) fn written(&mut self) -> &mut Vec<u8> {
        self.writer.get_mut()
    }
}

fn textual(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_data_type(as_text(field.data_type())));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn told(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
        if column.data_type() == field.data_type() { Ok(Arc::clone(column)) } else { cast(column, field.data_type()) }
    });
    RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, _>>()?)
}

/// The type whose JSON loses no digit.
fn as_text(data_type: &DataType) -> DataType {
    let within = |field: &FieldRef| Arc::new(field.as_ref().clone().with_data_type(as_text(field.data_type())));
    match data_type {
        DataType::Int64
        | DataType::UInt64
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => DataType::Utf8,
        DataType::List(item) => DataType::List(within(item)),
        DataType::LargeList(item) => DataType::LargeList(within(item)),
        DataType::FixedSizeList(item, length) => DataType::FixedSizeList(within(item), *length),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(within).collect()),
        other => other.clone(),
    }
}
