//! Reads a `CREATE TABLE` with column comments and options by DataFusion's own SQL parser. Knows the grammar and the types that
//! a declaration may use; what the options mean is its readers' business (table contracts here, raw files in `ingest`).

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::sql::sqlparser::ast::{
    ColumnDef, ColumnOption, CreateTable, DataType as SqlType, ExactNumberInfo, Expr, SqlOption, Statement, TableConstraint,
    Value,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use crate::error::{EngineError, Result};

/// A parsed `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// The table's name.
    pub name: String,
    /// Columns in the order declared.
    pub columns: Vec<DeclaredColumn>,
    /// The columns of `PRIMARY KEY (…)`, in order; empty if none is declared.
    pub primary_key: Vec<String>,
}

/// One declared column.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredColumn {
    /// The column's name as written, without quotes.
    pub name: String,
    /// Its Arrow type: text, whole number, decimal, boolean, date, UTC microseconds or double.
    pub data_type: DataType,
    /// `NOT NULL`.
    pub required: bool,
    /// `COMMENT '…'`.
    pub comment: String,
    /// `OPTIONS (key = 'value', …)`.
    pub options: BTreeMap<String, String>,
}

impl DeclaredColumn {
    /// Whether it names a person, in words or by a key.
    pub fn names_person(&self) -> bool {
        self.is_personal() || self.options.get("class").is_some_and(|class| class == "person")
    }

    /// Whether it tells who a person is.
    pub fn is_personal(&self) -> bool {
        self.options.get("class").is_some_and(|class| class == "pii")
    }
}

/// The type of every instant: UTC microseconds.
pub fn timestamp_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Parses the one `CREATE TABLE` statement in `text`.
///
/// # Errors
/// [`EngineError::File`] with the parser's line and column, or naming the column whose type or option is not supported.
pub fn parse(path: &str, text: &str) -> Result<Declaration> {
    let statements = Parser::parse_sql(&GenericDialect {}, text)
        .map_err(|error| EngineError::file(path, format!("not valid SQL: {error}")))?;
    let [Statement::CreateTable(table)] = statements.as_slice() else {
        return Err(EngineError::file(path, "holds something else than one CREATE TABLE statement"));
    };
    let columns = table.columns.iter().map(|column| declared_column(path, column)).collect::<Result<Vec<_>>>()?;
    let primary_key = primary_key(table);
    if let Some(missing) = primary_key.iter().find(|key| columns.iter().all(|column| &column.name != *key)) {
        return Err(EngineError::file(path, format!("PRIMARY KEY names `{missing}`, which is not a column")));
    }
    Ok(Declaration { name: table.name.0.last().map(ToString::to_string).unwrap_or_default(), columns, primary_key })
}

fn primary_key(table: &CreateTable) -> Vec<String> {
    table
        .constraints
        .iter()
        .find_map(|constraint| match constraint {
            TableConstraint::PrimaryKey(key) => Some(key.columns.iter().map(|column| column.column.expr.to_string()).collect()),
            _ => None,
        })
        .unwrap_or_default()
}

fn declared_column(path: &str, column: &ColumnDef) -> Result<DeclaredColumn> {
    let name = column.name.value.clone();
    let data_type = arrow_type(&column.data_type).ok_or_else(|| {
        EngineError::file(
            path,
            format!(
                "column `{name}` has the type {}; use TEXT, BIGINT, DECIMAL(p, s), BOOLEAN, DATE, TIMESTAMP, DOUBLE or BINARY",
                column.data_type
            ),
        )
    })?;
    let mut declared = DeclaredColumn { name, data_type, required: false, comment: String::new(), options: BTreeMap::new() };
    for option in &column.options {
        match &option.option {
            ColumnOption::NotNull => declared.required = true,
            ColumnOption::Comment(comment) => declared.comment.clone_from(comment),
            ColumnOption::Options(options) => {
                for option in options {
                    let (key, value) = key_and_text(option).ok_or_else(|| {
                        EngineError::file(path, format!("column `{}`: OPTIONS take key = 'text', not {option}", declared.name))
                    })?;
                    declared.options.insert(key, value);
                }
            }
            other => return Err(EngineError::file(path, format!("column `{}`: {other} is not supported here", declared.name))),
        }
    }
    Ok(declared)
}

fn key_and_text(option: &SqlOption) -> Option<(String, String)> {
    let SqlOption::KeyValue { key, value: Expr::Value(value) } = option else { return None };
    match &value.value {
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Some((key.value.clone(), text.clone())),
        _ => None,
    }
}

fn arrow_type(sql: &SqlType) -> Option<DataType> {
    Some(match sql {
        SqlType::Text | SqlType::Varchar(None) => DataType::Utf8,
        SqlType::BigInt(None) => DataType::Int64,
        SqlType::Binary(None) | SqlType::Bytea => DataType::Binary,
        SqlType::Boolean => DataType::Boolean,
        SqlType::Date => DataType::Date32,
        SqlType::Timestamp(None, _) => timestamp_type(),
        SqlType::Double(_) | SqlType::DoublePrecision => DataType::Float64,
        SqlType::Decimal(ExactNumberInfo::PrecisionAndScale(precision, scale)) => {
            let (precision, scale) = (u8::try_from(*precision).ok()?, i8::try_from(*scale).ok()?);
            let fits = (1..=38).contains(&precision) && (0..=38).contains(&scale) && scale.unsigned_abs() <= precision;
            fits.then_some(DataType::Decimal128(precision, scale))?
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_types_comments_options_and_key() {
        let table = parse(
            "tables/t.sql",
            "CREATE TABLE t (id TEXT NOT NULL COMMENT 'the source''s id', amount DECIMAL(18, 4) OPTIONS (class = 'money'), \
             at TIMESTAMP, PRIMARY KEY (id))",
        )
        .unwrap();
        assert_eq!(table.primary_key, ["id"]);
        assert!(table.columns[0].required);
        assert_eq!(table.columns[0].comment, "the source's id");
        assert_eq!(table.columns[1].data_type, DataType::Decimal128(18, 4));
        assert_eq!(table.columns[1].options["class"], "money");
        assert_eq!(table.columns[2].data_type, timestamp_type());
    }

    #[test]
    fn names_the_column_with_a_wrong_type() {
        let message = parse("tables/t.sql", "CREATE TABLE t (a MONEY)").unwrap_err().to_string();
        assert!(message.contains("tables/t.sql") && message.contains("`a`"), "{message}");
    }
}
