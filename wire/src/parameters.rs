//! Parameters of a statement: `$1` or `?` in its text, and values for them, each made the type that its place asks for. Knows no protocol.

use std::collections::HashMap;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::sqlstate::{SqlError, code};

/// A value for a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// No value.
    Null,
    /// Truth.
    Truth(bool),
    /// A whole number.
    Whole(i64),
    /// Another number, in its own digits: exact where the place asks for a decimal.
    Number(String),
    /// Text, or what is written as text: an instant, a day, a decimal.
    Text(String),
    /// What a door has read from Arrow.
    #[doc(hidden)]
    Arrow(ScalarValue),
}

/// The statements of `sql`; each `?` that stands where a value may is the next `$n`.
///
/// # Errors
/// [`SqlError`] saying where the text is no SQL.
pub(crate) fn parse(sql: &str) -> Result<Vec<Statement>, SqlError> {
    let dialect = PostgreSqlDialect {};
    let tokens = Tokenizer::new(&dialect, sql).tokenize_with_location();
    let mut tokens = tokens.map_err(|error| SqlError::syntax(&error.into(), sql))?;
    number(&mut tokens);
    let parsed = Parser::new(&dialect).with_tokens_with_locations(tokens).parse_statements();
    parsed.map_err(|error| SqlError::syntax(&error, sql))
}

/// Gives each `?` its number. After a value it is PostgreSQL's operator on JSON.
fn number(tokens: &mut [TokenWithSpan]) {
    let (mut count, mut after_value) = (0, false);
    for token in tokens.iter_mut() {
        if token.token == Token::Question && !after_value {
            count += 1;
            token.token = Token::Placeholder(format!("${count}"));
        }
        match &token.token {
            Token::Whitespace(_) => {}
            Token::Word(word) => after_value = word.keyword == Keyword::NoKeyword || word.quote_style.is_some(),
            Token::Number(..) | Token::SingleQuotedString(_) | Token::Placeholder(_) | Token::RParen | Token::RBracket => {
                after_value = true
            }
            _ => after_value = false,
        }
    }
}

/// The types that the places of `plan`'s parameters ask for, in order.
///
/// # Errors
/// [`SqlError`] for a parameter that has no number.
pub(crate) fn types(plan: &LogicalPlan) -> Result<Vec<Option<DataType>>, SqlError> {
    let by_name = plan.get_parameter_types().map_err(|error| SqlError::from(&error))?;
    let number = |name: &str| name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok()).filter(|number| *number > 0);
    let mut by_number = HashMap::new();
    for (name, data_type) in by_name {
        let Some(number) = number(&name) else {
            let message = format!("the parameter {name} has a name");
            return Err(SqlError::new(code::SYNTAX, message).with_hint("write $1, $2 and so on, or ?"));
        };
        by_number.insert(number, data_type);
    }
    let count = by_number.keys().max().copied().unwrap_or(0);
    Ok((1..=count).map(|number| by_number.remove(&number).flatten()).collect())
}

/// `plan` with `values` in the places of its parameters.
///
/// # Errors
/// [`SqlError`] for too many or too few of them, and for one that is not of the type that its place asks for.
pub(crate) fn bind(plan: LogicalPlan, values: &[Parameter]) -> Result<LogicalPlan, SqlError> {
    let types = types(&plan)?;
    if types.len() != values.len() {
        let message = format!("the statement has {} parameters, and {} values were given", types.len(), values.len());
        return Err(SqlError::new(code::PARAMETER, message));
    }
    if values.is_empty() {
        return Ok(plan);
    }
    let scalars = values.iter().zip(&types).enumerate().map(|(index, (value, asked))| {
        scalar(value, asked.as_ref()).map_err(|error| {
            let told = SqlError::from(&error);
            SqlError::new(told.code, format!("parameter ${}: {}", index + 1, told.message))
        })
    });
    let scalars = scalars.collect::<Result<Vec<_>, _>>()?;
    plan.with_param_values(ParamValues::from(scalars)).map_err(|error| SqlError::from(&error))
}

fn scalar(value: &Parameter, asked: Option<&DataType>) -> Result<ScalarValue, datafusion::error::DataFusionError> {
    let text = |text: &str| ScalarValue::Utf8(Some(text.to_owned()));
    let given = match value {
        Parameter::Null => ScalarValue::Null,
        Parameter::Truth(truth) => ScalarValue::Boolean(Some(*truth)),
        Parameter::Whole(number) => ScalarValue::Int64(Some(*number)),
        Parameter::Number(digits) if asked.is_none() => text(digits).cast_to(&DataType::Float64)?,
        Parameter::Number(digits) => text(digits),
        Parameter::Text(given) => text(given),
        Parameter::Arrow(scalar) => scalar.clone(),
    };
    match asked {
        Some(asked) if given.data_type() != *asked => given.cast_to(asked),
        _ => Ok(given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_marks_are_parameters_where_a_value_may_stand() {
        let written = |sql: &str| parse(sql).unwrap()[0].to_string();
        assert_eq!(
            written("SELECT ? FROM t WHERE a = ? AND b IN (?, $7) LIMIT ?"),
            "SELECT $1 FROM t WHERE a = $2 AND b IN ($3, $7) LIMIT $4"
        );
        assert_eq!(
            written("SELECT a ? 'key', '?' FROM t WHERE x BETWEEN ? AND ?"),
            "SELECT a ? 'key', '?' FROM t WHERE x BETWEEN $1 AND $2"
        );
    }

    #[test]
    fn errors_say_where() {
        let error = parse("SELECT 1\nFROM WHERE").unwrap_err();
        assert_eq!((error.code, error.position), (code::SYNTAX, Some(15)), "{error}");
        assert_eq!(parse("SELECT 'open").unwrap_err().position, Some(8));
    }
}
