//! Which statements are taken: those that read. Everything that defines, changes, copies or sets what is the engine's is refused before it is
//! planned; so is what is too long. Also what of a statement may be written down: its shape, without the values in it. Knows no session.

use datafusion::sql::sqlparser::ast::{CopySource, CopyTarget, Set, Statement};

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use crate::limits::WireLimits;
use crate::sqlstate::{SqlError, code};

/// Refuses a text that is too long to be parsed.
///
/// # Errors
/// [`SqlError`] naming the limit.
pub(crate) fn check_length(sql: &str, limits: &WireLimits) -> Result<(), SqlError> {
    if sql.len() > limits.statement_bytes {
        let message = format!("the statement is over the limit of {} bytes (statement_bytes)", limits.statement_bytes);
        return Err(SqlError::new(code::TOO_LONG, message));
    }
    let terms = terms(sql);
    if terms > limits.statement_terms {
        let message = format!("the statement has {terms} terms, over the limit of {} (statement_terms)", limits.statement_terms);
        return Err(SqlError::new(code::TOO_COMPLEX, message).with_hint("use IN (…) or a join instead of many ORs"));
    }
    Ok(())
}

/// Tokens that may nest what they stand in: a chain of them is as deep as it is long. Lists of values are flat.
fn terms(sql: &str) -> usize {
    let flat = |token: &Token| match token {
        Token::Word(word) => word.keyword == Keyword::NoKeyword,
        Token::Comma | Token::SemiColon | Token::Period | Token::RParen | Token::RBracket | Token::Whitespace(_) | Token::EOF => {
            true
        }
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::EscapedStringLiteral(_)
        | Token::DollarQuotedString(_)
        | Token::Placeholder(_) => true,
        _ => false,
    };
    // What is no token is the parser's to refuse.
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().unwrap_or_default();
    tokens.iter().filter(|token| !flat(token)).count()
}

/// Refuses a statement that does not only read.
///
/// # Errors
/// [`SqlError`] saying that the door only reads.
pub(crate) fn check(statement: &Statement) -> Result<(), SqlError> {
    match statement {
        Statement::Query(query) if is_plain(query) => Ok(()),
        // To whoever asks, and nowhere else.
        Statement::Copy { source, to: true, target: CopyTarget::Stdout, .. } => match source {
            CopySource::Query(query) if !is_plain(query) => Err(refused(statement)),
            _ => Ok(()),
        },
        Statement::Explain { statement, .. } => check(statement),
        Statement::Set(set) => check_set(set),
        Statement::ExplainTable { .. }
        | Statement::ShowVariable { .. }
        | Statement::ShowTables { .. }
        | Statement::ShowColumns { .. }
        | Statement::ShowSchemas { .. }
        | Statement::ShowDatabases { .. }
        | Statement::ShowFunctions { .. }
        | Statement::ShowVariables { .. }
        | Statement::StartTransaction { .. }
        | Statement::Commit { .. }
        | Statement::Rollback { .. }
        | Statement::Savepoint { .. }
        | Statement::ReleaseSavepoint { .. }
        | Statement::Declare { .. }
        | Statement::Fetch { .. }
        | Statement::Close { .. }
        | Statement::Discard { .. }
        | Statement::Deallocate { .. } => Ok(()),
        other => Err(refused(other)),
    }
}

/// No SELECT … INTO, and no statement that changes anything inside a query.
fn is_plain(query: &datafusion::sql::sqlparser::ast::Query) -> bool {
    use datafusion::sql::sqlparser::ast::SetExpr;
    fn body(set: &SetExpr) -> bool {
        match set {
            SetExpr::Select(select) => select.into.is_none(),
            SetExpr::Query(query) => is_plain(query),
            SetExpr::SetOperation { left, right, .. } => body(left) && body(right),
            SetExpr::Values(_) | SetExpr::Table(_) => true,
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => false,
        }
    }
    let with = query.with.iter().flat_map(|with| &with.cte_tables).all(|table| is_plain(&table.query));
    with && body(&query.body)
}

/// Settings of the session, as PostgreSQL's clients set them; none of the engine's.
fn check_set(set: &Set) -> Result<(), SqlError> {
    let engines = |name: &str| ["datafusion", "execution", "catalog"].iter().any(|own| name.to_lowercase().starts_with(own));
    match set {
        Set::SingleAssignment { variable, .. } if engines(&variable.to_string()) => {
            Err(SqlError::new(code::MAY_NOT, format!("{variable} is the engine's own setting and not to be set here")))
        }
        Set::SetRole { .. } | Set::SetSessionAuthorization(_) => {
            Err(SqlError::new(code::MAY_NOT, "who you are is what you signed in as"))
        }
        _ => Ok(()),
    }
}

fn refused(statement: &Statement) -> SqlError {
    let words = statement.to_string().split_whitespace().take(2).collect::<Vec<_>>().join(" ").to_uppercase();
    let words = words.chars().filter(|letter| letter.is_ascii_alphabetic() || *letter == ' ').take(40).collect::<String>();
    SqlError::new(code::READ_ONLY, format!("cannot execute {} here: this door only reads", words.trim()))
}

/// The statement without the values in it, which may tell of persons or places: for the audit log. Whatever is written as a value is one,
/// wherever it stands.
pub(crate) fn without_values(statement: &Statement) -> String {
    let text = statement.to_string();
    // What the parser wrote out is tokens; if it is not, nothing of it is written down.
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, &text).tokenize().unwrap_or_default();
    let is_value = |token: &Token| {
        !matches!(token, Token::Placeholder(_))
            && (matches!(token, Token::Number(..))
                || token.to_string().ends_with('\'')
                || matches!(token, Token::DollarQuotedString(_)))
    };
    let shape = tokens.iter().map(|token| if is_value(token) { "?".to_owned() } else { token.to_string() });
    shape.collect()
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::parser::Parser;

    use super::*;

    fn parsed(sql: &str) -> Statement {
        Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap_or_else(|error| panic!("{sql}: {error}")).remove(0)
    }

    #[test]
    fn what_reads_is_taken_and_nothing_else() {
        for sql in [
            "SELECT 1",
            "WITH a AS (SELECT 1 AS x) SELECT x FROM a UNION ALL SELECT 2",
            "EXPLAIN SELECT 1",
            "EXPLAIN ANALYZE SELECT 1",
            "SHOW server_version",
            "SET statement_timeout = 100",
            "BEGIN",
            "COMMIT",
            "VALUES (1)",
            "COPY t TO STDOUT",
            "COPY (SELECT 1) TO STDOUT (FORMAT binary)",
        ] {
            check(&parsed(sql)).unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        for sql in [
            "INSERT INTO t VALUES (1)",
            "UPDATE t SET a = 1",
            "DELETE FROM t",
            "CREATE TABLE t (a int)",
            "CREATE TABLE t AS SELECT 1",
            "CREATE VIEW v AS SELECT 1",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "DROP TABLE t",
            "ALTER TABLE t ADD COLUMN b int",
            "TRUNCATE t",
            "COPY t TO '/tmp/x'",
            "COPY t FROM '/etc/passwd'",
            "COPY t FROM STDIN",
            "COPY t TO PROGRAM 'sh'",
            "COPY (INSERT INTO t VALUES (1) RETURNING 1) TO STDOUT",
            "SELECT 1 INTO t",
            "WITH a AS (INSERT INTO t VALUES (1) RETURNING 1) SELECT * FROM a",
            "EXPLAIN ANALYZE INSERT INTO t VALUES (1)",
            "GRANT SELECT ON t TO x",
            "SET ROLE x",
            "SET datafusion.execution.target_partitions = 1",
            "CALL f()",
            "LOCK TABLE t",
            "VACUUM",
        ] {
            let Ok(mut statements) = Parser::parse_sql(&PostgreSqlDialect {}, sql) else { continue };
            let error = check(&statements.remove(0)).expect_err(sql);
            assert!([code::READ_ONLY, code::MAY_NOT].contains(&error.code), "{sql}: {error}");
        }
    }

    #[test]
    fn deep_statements_are_refused_and_long_lists_are_not() {
        let limits = WireLimits { statement_terms: 1_000, ..WireLimits::default() };
        for deep in [" OR x = 1", " + 1", " || 'a'", " ::int", " UNION ALL SELECT 1", " JOIN t ON true", "[1]"] {
            let error = check_length(&format!("SELECT 1{}", deep.repeat(2_000)), &limits).expect_err(deep);
            assert_eq!(error.code, code::TOO_COMPLEX, "{deep}");
        }
        let list = format!("SELECT x FROM t WHERE x IN ({}'z')", "'a', ".repeat(100_000));
        check_length(&list, &limits).unwrap();
    }

    #[test]
    fn what_is_written_down_holds_no_value() {
        let shape = without_values(&parsed(
            "SELECT name FROM customers WHERE email = 'ann@example.com' AND age > 41 AND x IS NULL LIMIT 7",
        ));
        assert_eq!(shape, "SELECT name FROM customers WHERE email = ? AND age > ? AND x IS NULL LIMIT ?");
        for (sql, shape) in [
            ("COPY t TO '/home/ann/x.csv'", "COPY t TO ?"),
            ("SET SESSION AUTHORIZATION 'ann'", "SET SESSION AUTHORIZATION ?"),
            (
                "SELECT * FROM t WHERE a = E'ann\\n' OR b = $$ann$$ OR c = X'1F' OR d = $1",
                "SELECT * FROM t WHERE a = ? OR b = ? OR c = ? OR d = $1",
            ),
            ("SELECT DATE '2020-01-01', INTERVAL '1 day'", "SELECT DATE ?, INTERVAL ?"),
        ] {
            assert_eq!(without_values(&parsed(sql)), shape);
        }
    }
}
