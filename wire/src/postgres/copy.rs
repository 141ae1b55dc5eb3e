//! `COPY … TO STDOUT`, by which loaders and data frames read: rows of a query or table as text, CSV or PostgreSQL's binary. Knows no session; what
//! may be copied is what may be read.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::common::{DFSchema, ParamValues};
use datafusion::logical_expr::{EmptyRelation, LogicalPlan};
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::ast::{CopyLegacyCsvOption, CopyLegacyOption, CopyOption, CopySource, CopyTarget, Statement};
use datafusion_postgres::QueryHook;
use datafusion_postgres::arrow_pg::datatypes::df::encode_dataframe;
use datafusion_postgres::hooks::HookClient;
use datafusion_postgres::pgwire::api::ClientInfo;
use datafusion_postgres::pgwire::api::portal::Format;
use datafusion_postgres::pgwire::api::results::{CopyResponse, FieldInfo, Response};
use datafusion_postgres::pgwire::error::{PgWireError, PgWireResult};
use datafusion_postgres::pgwire::messages::copy::CopyData;
use futures::StreamExt;

use super::as_wire;
use crate::sqlstate::{SqlError, code};

/// How a binary copy begins: its mark, no flags, no extension.
const BINARY_HEAD: &[u8] = b"PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0";
/// How it ends.
const BINARY_END: &[u8] = &[0xFF, 0xFF];
/// Length of a null.
const NULL_LENGTH: i32 = -1;

/// Copies out.
pub(super) struct CopiesOut;

/// How rows are written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Form {
    kind: Kind,
    delimiter: char,
    null: String,
    header: bool,
    quote: char,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Csv,
    Binary,
}

impl Form {
    fn of(kind: Kind) -> Self {
        let (delimiter, null) = if kind == Kind::Csv { (',', "") } else { ('\t', "\\N") };
        Self { kind, delimiter, null: null.into(), header: false, quote: '"' }
    }

    /// As the options say.
    fn read(options: &[CopyOption], legacy: &[CopyLegacyOption]) -> Result<Self, SqlError> {
        let mut form = Self::of(kind(options, legacy)?);
        for option in options {
            match option {
                CopyOption::Format(_) | CopyOption::Encoding(_) => {}
                CopyOption::Delimiter(delimiter) => form.delimiter = *delimiter,
                CopyOption::Null(null) => form.null.clone_from(null),
                CopyOption::Header(header) => form.header = *header,
                CopyOption::Quote(quote) | CopyOption::Escape(quote) => form.quote = *quote,
                other => return Err(not_taken(other)),
            }
        }
        for option in legacy {
            match option {
                CopyLegacyOption::Binary => {}
                CopyLegacyOption::Csv(options) => options.iter().try_for_each(|option| match option {
                    CopyLegacyCsvOption::Header => {
                        form.header = true;
                        Ok(())
                    }
                    other => Err(not_taken(other)),
                })?,
                CopyLegacyOption::Delimiter(delimiter) => form.delimiter = *delimiter,
                CopyLegacyOption::Null(null) => form.null.clone_from(null),
                CopyLegacyOption::Header => form.header = true,
                other => return Err(not_taken(other)),
            }
        }
        Ok(form)
    }

    /// One row, of cells as the client would be sent them.
    fn row(&self, cells: &[Option<&[u8]>]) -> Vec<u8> {
        let mut row = Vec::new();
        if self.kind == Kind::Binary {
            row.extend_from_slice(&i16::try_from(cells.len()).unwrap_or(i16::MAX).to_be_bytes());
            for cell in cells {
                let length = cell.map_or(NULL_LENGTH, |cell| i32::try_from(cell.len()).unwrap_or(i32::MAX));
                row.extend_from_slice(&length.to_be_bytes());
                row.extend_from_slice(cell.unwrap_or_default());
            }
            return row;
        }
        let mut text = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                text.push(self.delimiter);
            }
            match cell.map(String::from_utf8_lossy) {
                None => text.push_str(&self.null),
                Some(cell) if self.kind == Kind::Csv => self.quoted(&cell, &mut text),
                Some(cell) => self.escaped(&cell, &mut text),
            }
        }
        text.push('\n');
        text.into_bytes()
    }

    /// A cell of CSV: in quotes where it could be taken for something else.
    fn quoted(&self, cell: &str, to: &mut String) {
        let is_special = |letter: char| letter == self.delimiter || letter == self.quote || letter == '\n' || letter == '\r';
        if cell != self.null && !cell.contains(is_special) {
            to.push_str(cell);
            return;
        }
        to.push(self.quote);
        for letter in cell.chars() {
            if letter == self.quote {
                to.push(self.quote);
            }
            to.push(letter);
        }
        to.push(self.quote);
    }

    /// A cell of the text format.
    fn escaped(&self, cell: &str, to: &mut String) {
        for letter in cell.chars() {
            match letter {
                '\\' => to.push_str("\\\\"),
                '\n' => to.push_str("\\n"),
                '\r' => to.push_str("\\r"),
                '\t' => to.push_str("\\t"),
                letter if letter == self.delimiter => to.extend(['\\', letter]),
                letter => to.push(letter),
            }
        }
    }

    /// What stands before the rows.
    fn head(&self, columns: &[FieldInfo]) -> Option<Vec<u8>> {
        match self.kind {
            Kind::Binary => Some(BINARY_HEAD.to_vec()),
            _ if !self.header => None,
            _ => {
                let names = columns.iter().map(|column| Some(column.name().as_bytes())).collect::<Vec<_>>();
                Some(self.row(&names))
            }
        }
    }
}

fn kind(options: &[CopyOption], legacy: &[CopyLegacyOption]) -> Result<Kind, SqlError> {
    for option in options {
        if let CopyOption::Format(format) = option {
            return match format.value.to_lowercase().as_str() {
                "text" => Ok(Kind::Text),
                "csv" => Ok(Kind::Csv),
                "binary" => Ok(Kind::Binary),
                other => Err(SqlError::new(code::PARAMETER, format!("COPY format \"{other}\" not recognized"))
                    .with_hint("take text, csv or binary")),
            };
        }
    }
    let is = |wanted: fn(&CopyLegacyOption) -> bool| legacy.iter().any(wanted);
    Ok(if is(|option| matches!(option, CopyLegacyOption::Binary)) {
        Kind::Binary
    } else if is(|option| matches!(option, CopyLegacyOption::Csv(_))) {
        Kind::Csv
    } else {
        Kind::Text
    })
}

fn not_taken(option: &impl std::fmt::Display) -> SqlError {
    SqlError::new(code::NOT_SUPPORTED, format!("COPY does not take {option} here"))
        .with_hint("take FORMAT, HEADER, DELIMITER, NULL or QUOTE")
}

/// The query whose rows a statement copies out, and how; none for other statements.
fn asked(statement: &Statement) -> Option<Result<(String, Form), SqlError>> {
    let Statement::Copy { source, to: true, target: CopyTarget::Stdout, options, legacy_options, .. } = statement else {
        return None;
    };
    let query = match source {
        CopySource::Query(query) => query.to_string(),
        CopySource::Table { table_name, columns } if columns.is_empty() => format!("SELECT * FROM {table_name}"),
        CopySource::Table { table_name, columns } => {
            let columns = columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!("SELECT {columns} FROM {table_name}")
        }
    };
    Some(Form::read(options, legacy_options).map(|form| (query, form)))
}

/// The cells of a row as it goes over the wire: length and bytes, one after the other.
fn cells(row: &[u8]) -> Vec<Option<&[u8]>> {
    let (mut cells, mut rest) = (Vec::new(), row);
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        match usize::try_from(i32::from_be_bytes(*length)) {
            Ok(length) if length <= after.len() => {
                let (cell, after) = after.split_at(length);
                cells.push(Some(cell));
                rest = after;
            }
            _ => {
                cells.push(None);
                rest = after;
            }
        }
    }
    cells
}

async fn copied(query: &str, form: Form, context: &SessionContext) -> PgWireResult<Response> {
    let failed = |error: &datafusion::error::DataFusionError| as_wire("ERROR", SqlError::from(error));
    let frame = context.sql(query).await.map_err(|error| failed(&error))?;
    let format = if form.kind == Kind::Binary { Format::UnifiedBinary } else { Format::UnifiedText };
    let answer = encode_dataframe(frame, &format, None).await?;
    let columns = answer.row_schema();
    let (count, head) = (columns.len(), form.head(&columns));
    let format = i8::from(form.kind == Kind::Binary);
    // The head of a binary copy comes with its first row, or with its end: clients take it so.
    let (before, mut first) = if form.kind == Kind::Binary { (None, head) } else { (head, None) };
    let end = (form.kind == Kind::Binary).then(|| BINARY_END.to_vec());
    let before = futures::stream::iter(before.map(Ok::<_, PgWireError>));
    let rows = answer.data_rows.map(move |row| row.map(|row| form.row(&cells(&row.data))));
    let all = before.chain(rows).chain(futures::stream::iter(end.map(Ok)));
    let data_stream =
        all.map(move |part| part.map(|part| CopyData::new([first.take().unwrap_or_default(), part].concat().into())));
    // Made as text, since the library would write the end of a binary copy itself.
    let mut copy = CopyResponse::new(0, count, data_stream);
    copy.format = format;
    Ok(Response::CopyOut(copy))
}

#[async_trait]
impl QueryHook for CopiesOut {
    async fn handle_simple_query(
        &self,
        statement: &Statement,
        context: &SessionContext,
        _client: &mut dyn HookClient,
    ) -> Option<PgWireResult<Response>> {
        match asked(statement)? {
            Ok((query, form)) => Some(copied(&query, form, context).await),
            Err(error) => Some(Err(as_wire("ERROR", error))),
        }
    }

    async fn handle_extended_parse_query(
        &self,
        statement: &Statement,
        _context: &SessionContext,
        _client: &(dyn ClientInfo + Send + Sync),
    ) -> Option<PgWireResult<LogicalPlan>> {
        if let Err(error) = asked(statement)? {
            return Some(Err(as_wire("ERROR", error)));
        }
        let nothing = EmptyRelation { produce_one_row: false, schema: Arc::new(DFSchema::empty()) };
        Some(Ok(LogicalPlan::EmptyRelation(nothing)))
    }

    async fn handle_extended_query(
        &self,
        statement: &Statement,
        _plan: &LogicalPlan,
        _parameters: &ParamValues,
        context: &SessionContext,
        client: &mut dyn HookClient,
    ) -> Option<PgWireResult<Response>> {
        self.handle_simple_query(statement, context, client).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_told_apart_from_what_stands_between_them() {
        let csv = Form::of(Kind::Csv);
        let row = csv.row(&[Some(b"a,b"), Some(b"say \"x\""), None, Some(b""), Some(b"plain"), Some("ü\n".as_bytes())]);
        assert_eq!(String::from_utf8(row).unwrap(), "\"a,b\",\"say \"\"x\"\"\",,\"\",plain,\"ü\n\"\n");
        let text = Form::of(Kind::Text);
        let row = text.row(&[Some(b"a\tb"), Some(b"\\"), None, Some(b""), Some(b"\n")]);
        assert_eq!(String::from_utf8(row).unwrap(), "a\\tb\t\\\\\t\\N\t\t\\n\n");
        let binary = Form::of(Kind::Binary);
        assert_eq!(binary.row(&[Some(b"x"), None]), [0, 2, 0, 0, 0, 1, b'x', 255, 255, 255, 255]);
        assert_eq!(cells(&binary.row(&[Some(b"x"), None, Some(b"")])[2..]), [Some(b"x".as_slice()), None, Some(b"")]);
    }
}
