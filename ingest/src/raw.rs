//! What a raw file of a pack looks like: `raw.sql`, its front matter and columns. Knows no rows.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::format::{Item, StrftimeItems};
use chrono_tz::Tz;
use quarterdeck_engine::ddl::{self, DeclaredColumn};
use quarterdeck_engine::front_matter;
use regex::Regex;
use serde::Deserialize;

use crate::error::{IngestError, Result};

/// Name of the column that holds a row's file.
pub const FILE: &str = "_file";
/// Name of the column that holds a row's line.
pub const LINE: &str = "_line";

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma- or otherwise separated text with a header line.
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
    /// IEEE 1849 process logs: a row an event.
    Xes,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "about")]
    _about: String,
    source: String,
    title: Option<String>,
    format: Format,
    #[serde(default = "utc")]
    zone: Tz,
    #[serde(default)]
    null: Vec<String>,
    #[serde(default = "comma")]
    delimiter: char,
    encoding: Option<String>,
}

fn utc() -> Tz {
    Tz::UTC
}

fn comma() -> char {
    ','
}

/// One declared column of a raw file.
#[derive(Debug, Clone)]
pub struct RawColumn {
    /// Its name in SQL.
    pub name: String,
    /// The source's own name of it.
    pub field: String,
    /// Its type.
    pub data_type: DataType,
    /// A row without it is quarantined.
    pub required: bool,
    /// Formats of times, tried in order; none for ISO 8601.
    pub formats: Vec<Vec<Item<'static>>>,
    /// Texts that stand where a value might.
    pub words: Option<Regex>,
    /// Must be an ISO 4217 code.
    pub currency: bool,
}

/// The contract of a raw file.
#[derive(Debug, Clone)]
pub struct RawContract {
    /// Source system: `_source` of the rows.
    pub source: String,
    /// What people call it, where that is not its name.
    pub title: Option<String>,
    /// The file's format.
    pub format: Format,
    /// Zone of times without an offset.
    pub zone: Tz,
    /// Texts that mean "no value" in every column.
    pub null: Vec<String>,
    /// Separator of CSV fields.
    pub delimiter: u8,
    /// WHATWG name of the encoding, if not UTF-8.
    pub encoding: Option<String>,
    /// The columns.
    pub columns: Vec<RawColumn>,
    /// The columns as an Arrow schema, with [`FILE`] and [`LINE`].
    pub schema: SchemaRef,
}

impl RawContract {
    /// Reads the contract in the file at `path`.
    ///
    /// # Errors
    /// [`IngestError::Engine`] or [`IngestError::Pack`], naming the key, column or option that is wrong.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        let head: Head = front_matter::parse(path, text)?;
        let declaration = ddl::parse(path, text)?;
        let columns = declaration.columns.into_iter().map(|column| raw_column(path, column)).collect::<Result<Vec<_>>>()?;
        let delimiter = u8::try_from(head.delimiter).map_err(|_| IngestError::Pack {
            path: path.into(),
            detail: format!("delimiter `{}` is not ASCII", head.delimiter),
        })?;
        let declared = columns.iter().map(|column| Field::new(&column.name, view(&column.data_type), true));
        let placed = [Field::new(FILE, DataType::Utf8View, false), Field::new(LINE, DataType::Int64, false)];
        let schema = Arc::new(Schema::new(declared.chain(placed).collect::<Vec<_>>()));
        Ok(Self {
            source: head.source,
            title: head.title,
            format: head.format,
            zone: head.zone,
            null: head.null,
            delimiter,
            encoding: head.encoding,
            columns,
            schema,
        })
    }
}

fn view(data_type: &DataType) -> DataType {
    if *data_type == DataType::Utf8 { DataType::Utf8View } else { data_type.clone() }
}

fn raw_column(path: &str, column: DeclaredColumn) -> Result<RawColumn> {
    let wrong =
        |detail: String| IngestError::Pack { path: path.to_owned(), detail: format!("column `{}`: {detail}", column.name) };
    let mut raw = RawColumn {
        field: column.name.clone(),
        name: column.name.clone(),
        data_type: column.data_type.clone(),
        required: column.required,
        formats: Vec::new(),
        words: None,
        currency: false,
    };
    for (option, value) in &column.options {
        match option.as_str() {
            "field" => raw.field.clone_from(value),
            "format" => {
                raw.formats = value.split(" | ").map(|format| time_format(format).map_err(&wrong)).collect::<Result<_>>()?
            }
            "words" => raw.words = Some(Regex::new(value).map_err(|error| wrong(format!("words: {error}")))?),
            "check" if value == "currency" => raw.currency = true,
            _ => {
                return Err(wrong(format!(
                    "no option {option} = '{value}'; there is field, format, words and check = 'currency'"
                )));
            }
        }
    }
    Ok(raw)
}

fn time_format(format: &str) -> std::result::Result<Vec<Item<'static>>, String> {
    StrftimeItems::new(format).parse_to_owned().map_err(|_| format!("`{format}` is not a strftime format"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "-- about = \"x\"\n-- source = \"s\"\n-- format = \"csv\"\n";

    #[test]
    fn reads_options() {
        let text = format!("{HEAD}CREATE TABLE raw (a DECIMAL(18, 4) NOT NULL OPTIONS (field = 'A b', words = '^n/a$'))");
        let contract = RawContract::parse("mappings/p/raw.sql", &text).unwrap();
        assert_eq!(contract.columns[0].field, "A b");
        assert!(contract.columns[0].required && contract.columns[0].words.is_some());
        assert_eq!(contract.schema.fields().len(), 3);
    }

    #[test]
    fn names_what_is_wrong() {
        let text = format!("{HEAD}CREATE TABLE raw (a TEXT OPTIONS (formt = '%d'))");
        let message = RawContract::parse("mappings/p/raw.sql", &text).unwrap_err().to_string();
        assert!(message.contains("mappings/p/raw.sql") && message.contains("`a`") && message.contains("formt"), "{message}");
    }
}
