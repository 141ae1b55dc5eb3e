//! Errors of the engine and of DataFusion as SQLSTATE codes (PostgreSQL, appendix A), with a message that names no path and a hint. Knows no
//! protocol.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use quarterdeck_engine::error::readable;
use quarterdeck_engine::{EngineError, Kind};

/// An error as a client is told it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SqlError {
    /// Five characters of the standard or of PostgreSQL.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where in the statement, in characters from 1.
    pub position: Option<usize>,
}

impl SqlError {
    /// An error of `code`.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, position: None }
    }

    /// Of the parser: where in the statement it stopped.
    pub fn of_parser(error: &datafusion::sql::sqlparser::parser::ParserError) -> Self {
        let message = error.to_string();
        Self { position: position(&message), ..Self::new(code::SYNTAX, first_lines(&message)) }
    }

    /// What planning or running `sql` failed with, and where in it.
    pub(crate) fn in_statement(error: &DataFusionError, sql: &str) -> Self {
        let told = Self::from(error);
        let start = error.diagnostic().and_then(|diagnostic| diagnostic.span).map(|span| span.start);
        let place = start.and_then(|start| offset(sql, start.line, start.column));
        Self { position: place.or(told.position), ..told }
    }

    /// Of the parser: where in `sql` it stopped.
    pub(crate) fn syntax(error: &datafusion::sql::sqlparser::parser::ParserError, sql: &str) -> Self {
        let told = Self::of_parser(error);
        let place = line_and_column(&error.to_string()).and_then(|(line, column)| offset(sql, line, column));
        Self { position: place.or(told.position), ..told }
    }

    /// With what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Codes in use.
pub(crate) mod code {
    /// no_active_sql_transaction
    pub(crate) const NO_TRANSACTION: &str = "25P01";
    /// in_failed_sql_transaction
    pub(crate) const TRANSACTION_FAILED: &str = "25P02";
    /// syntax_error
    pub(crate) const SYNTAX: &str = "42601";
    /// undefined_table
    pub(crate) const NO_TABLE: &str = "42P01";
    /// undefined_column
    pub(crate) const NO_COLUMN: &str = "42703";
    /// duplicate_column
    pub(crate) const SAME_COLUMN: &str = "42701";
    /// invalid_sql_statement_name
    pub(crate) const NO_STATEMENT: &str = "26000";
    /// undefined_function
    pub(crate) const NO_FUNCTION: &str = "42883";
    /// ambiguous_column
    pub(crate) const AMBIGUOUS: &str = "42702";
    /// read_only_sql_transaction
    pub(crate) const READ_ONLY: &str = "25006";
    /// query_canceled
    pub(crate) const CANCELLED: &str = "57014";
    /// out_of_memory
    pub(crate) const NO_MEMORY: &str = "53200";
    /// configuration_limit_exceeded
    pub(crate) const LIMIT: &str = "53400";
    /// too_many_connections
    pub(crate) const NO_CONNECTION: &str = "53300";
    /// program_limit_exceeded
    pub(crate) const TOO_LONG: &str = "54000";
    /// statement_too_complex
    pub(crate) const TOO_COMPLEX: &str = "54001";
    /// insufficient_privilege
    pub(crate) const MAY_NOT: &str = "42501";
    /// invalid_password
    pub(crate) const NOT_AUTHENTIC: &str = "28P01";
    /// invalid_parameter_value
    pub(crate) const PARAMETER: &str = "22023";
    /// feature_not_supported
    pub(crate) const NOT_SUPPORTED: &str = "0A000";
    /// division_by_zero
    pub(crate) const BY_ZERO: &str = "22012";
    /// invalid_text_representation
    pub(crate) const TEXT: &str = "22P02";
    /// datatype_mismatch
    pub(crate) const TYPE: &str = "42804";
    /// internal_error
    pub(crate) const INTERNAL: &str = "XX000";
    /// system_error
    pub(crate) const UNAVAILABLE: &str = "58000";
}

impl From<EngineError> for SqlError {
    fn from(error: EngineError) -> Self {
        Self::from(&error)
    }
}

impl From<&EngineError> for SqlError {
    fn from(error: &EngineError) -> Self {
        let message = error.to_string();
        match (error.kind(), error) {
            (_, EngineError::Query { cause, .. }) => Self::from(cause),
            (Kind::NotFound, _) => Self::new(code::NO_TABLE, message),
            (Kind::Invalid, _) => Self::new(code::PARAMETER, message),
            (Kind::Limit, _) => Self::new(code::LIMIT, message),
            (Kind::Unavailable, _) => Self::new(code::UNAVAILABLE, "storage does not answer; try again"),
            (Kind::Internal, _) => Self::new(code::INTERNAL, "a fault of ours; it is in the server's log"),
        }
    }
}

impl From<&DataFusionError> for SqlError {
    fn from(error: &DataFusionError) -> Self {
        let root = error.find_root();
        let message = first_lines(&readable(root));
        match root {
            DataFusionError::SQL(error, _) => Self { position: position(&error.to_string()), ..Self::new(code::SYNTAX, message) },
            DataFusionError::SchemaError(error, _) => match error.as_ref() {
                SchemaError::FieldNotFound { .. } => Self::new(code::NO_COLUMN, message),
                SchemaError::AmbiguousReference { .. } => Self::new(code::AMBIGUOUS, message),
                _ => Self::new(code::SYNTAX, message),
            },
            DataFusionError::ResourcesExhausted(_) => {
                Self::new(code::NO_MEMORY, "the statement needs more memory than it may have")
                    .with_hint("ask for fewer columns or rows, or group by fewer values")
            }
            DataFusionError::NotImplemented(_) => Self::new(code::NOT_SUPPORTED, message),
            DataFusionError::ArrowError(error, _) => Self::new(of_arrow(error), message),
            DataFusionError::Plan(_) => Self::new(of_plan(&message), message),
            DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) | DataFusionError::ParquetError(_) => {
                Self::new(code::UNAVAILABLE, "storage does not answer; try again")
            }
            DataFusionError::External(error) => match error.downcast_ref::<EngineError>() {
                Some(error) => Self::from(error),
                None => Self::new(code::INTERNAL, message),
            },
            DataFusionError::Execution(_) | DataFusionError::Configuration(_) => Self::new(code::PARAMETER, message),
            _ => Self::new(code::INTERNAL, message),
        }
    }
}

fn of_arrow(error: &datafusion::arrow::error::ArrowError) -> &'static str {
    use datafusion::arrow::error::ArrowError;
    match error {
        ArrowError::DivideByZero => code::BY_ZERO,
        ArrowError::CastError(_) | ArrowError::ParseError(_) => code::TEXT,
        ArrowError::ComputeError(_) | ArrowError::InvalidArgumentError(_) | ArrowError::ArithmeticOverflow(_) => code::PARAMETER,
        _ => code::INTERNAL,
    }
}

/// Plan errors are told apart by their words alone.
fn of_plan(message: &str) -> &'static str {
    let words = message.to_lowercase();
    if words.contains("table") && words.contains("not found") {
        code::NO_TABLE
    } else if words.contains("function") {
        code::NO_FUNCTION
    } else if words.contains("read-only") || words.contains("not supported: ddl") || words.contains("not supported: dml") {
        code::READ_ONLY
    } else if words.contains("type") {
        code::TYPE
    } else {
        code::SYNTAX
    }
}

/// Of `… at Line: 1, Column: 8`, the column on a first line.
fn position(message: &str) -> Option<usize> {
    line_and_column(message).filter(|(line, _)| *line == 1).and_then(|(_, column)| usize::try_from(column).ok())
}

/// Of `… at Line: 1, Column: 8`.
fn line_and_column(message: &str) -> Option<(u64, u64)> {
    let (_, place) = message.split_once("Line: ")?;
    let (line, rest) = place.split_once(", Column: ")?;
    let column = rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// Characters from 1 to a line and a column from 1.
fn offset(sql: &str, line: u64, column: u64) -> Option<usize> {
    let before = usize::try_from(line.checked_sub(1)?).ok()?;
    let lines = sql.split('\n').take(before).map(|line| line.chars().count() + 1).sum::<usize>();
    Some(lines + usize::try_from(column).ok()?)
}

/// Without backtraces and plans that follow.
fn first_lines(message: &str) -> String {
    message.lines().take(8).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_from_the_parsers_words() {
        assert_eq!(position("Expected: x, found: y at Line: 1, Column: 15"), Some(15));
        assert_eq!(position("… at Line: 2, Column: 3"), None);
        assert_eq!(position("nothing"), None);
        assert_eq!(offset("SELECT 1,\n é +", 2, 4), Some(14));
    }

    #[test]
    fn errors_have_the_codes_that_clients_know() {
        let plan = |text: &str| SqlError::from(&DataFusionError::Plan(text.into())).code;
        assert_eq!(plan("table 'a.public.x' not found"), code::NO_TABLE);
        assert_eq!(plan("Invalid function 'nonsense'"), code::NO_FUNCTION);
        let request = EngineError::Request("no grain `fortnight`".into());
        assert_eq!(SqlError::from(&DataFusionError::External(Box::new(request))).code, code::PARAMETER);
        let memory = DataFusionError::ResourcesExhausted("pool".into()).context("while sorting");
        assert_eq!(SqlError::from(&memory).code, code::NO_MEMORY);
    }
}
