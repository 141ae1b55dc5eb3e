//! What clients ask the catalogue in words that DataFusion does not take, and what is asked in their place. Knows no session.

use std::borrow::Cow;

/// A client's words, and ours: what they ask for is not there, so nothing is lost.
struct Phrase {
    begins: &'static str,
    /// How it ends: the first time that this follows; nothing where it is the beginning alone.
    ends: &'static str,
    /// What is asked instead; `{}` is a text that is null.
    instead: &'static str,
}

const fn phrase(begins: &'static str, ends: &'static str, instead: &'static str) -> Phrase {
    Phrase { begins, ends, instead }
}

/// Access lists, storage options, members of roles, identity columns, collations, columns of indexes.
const PHRASES: [Phrase; 27] = [
    // psql 15: \d+, \dn+, \ddp, \du.
    phrase("pg_catalog.array_to_string(c.reloptions || array(", "x), ', ')", "{}"),
    phrase("pg_catalog.array_to_string(n.nspacl,", ")", "{}"),
    phrase("pg_catalog.array_to_string(d.defaclacl,", ")", "{}"),
    phrase("ARRAY(SELECT b.rolname", "as memberof", "{} as memberof"),
    // JDBC, when it looks for keys: there are none.
    phrase("(information_schema._pg_expandarray(i.indkey)).n", "", "CAST({} AS INTEGER)"),
    phrase("information_schema._pg_expandarray(i.indkey)", "", "CAST({} AS INTEGER)"),
    phrase("(result.KEYS).x", "", "result.KEYS"),
    phrase("(i.keys).x", "", "i.keys"),
    phrase("CASE tmp.AM_NAME", "AS ASC_OR_DESC", "{} AS ASC_OR_DESC"),
    phrase("SELECT setting FROM pg_catalog.pg_settings WHERE name='max_index_keys'", "", "SELECT '32' AS setting"),
    phrase("con.confkey[pos.n]", "", "CAST({} AS SMALLINT)"),
    phrase("con.conkey[pos.n]", "", "CAST({} AS SMALLINT)"),
    phrase("AS PROCEDURE_NAME, NULL, NULL, NULL, ", "", "AS PROCEDURE_NAME, NULL AS a, NULL AS b, NULL AS c, "),
    phrase("typinput='pg_catalog.array_in'::regproc", "", "typinput = 'array_in'"),
    // JDBC and psql, when they list types: none is a table's.
    phrase("(SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid)", "", "false"),
    // SQLAlchemy 1.4, as Superset brings it.
    phrase("unnest(ix.indkey) attnum", "", "CAST({} AS SMALLINT) attnum"),
    phrase("generate_subscripts(ix.indkey, 1) ord", "", "CAST({} AS INTEGER) ord"),
    phrase("a.attnum = ANY(ix.indkey)", "", "false"),
    phrase("i.reloptions, am.amname", "", "{} AS reloptions, am.amname"),
    phrase("a.attnum = ANY(cons.conkey)", "", "false"),
    phrase("ix.indisprimary = 'f'", "", "NOT ix.indisprimary"),
    // SQLAlchemy 2, when it reflects a table.
    phrase("(SELECT json_build_object(", "AS identity_options", "{} AS identity_options"),
    phrase("CASE WHEN (pg_catalog.pg_attribute.attcollation != ", "AS collation", "{} AS collation"),
    phrase("pg_catalog.pg_class.reloptions, pg_catalog.pg_am.amname", "", "{} AS reloptions, pg_catalog.pg_am.amname"),
    phrase("unnest(pg_catalog.pg_index.indkey)", "", "CAST({} AS SMALLINT)"),
    phrase("unnest(pg_catalog.pg_index.indclass)", "", "CAST({} AS INTEGER)"),
    phrase("generate_subscripts(pg_catalog.pg_index.indkey, ", "AS ord", "CAST({} AS INTEGER) AS ord"),
];

/// The statement in words that are taken.
pub(super) fn understood(sql: &str) -> Cow<'_, str> {
    PHRASES.iter().fold(Cow::Borrowed(sql), |mut sql, phrase| {
        let mut from = 0;
        while let Some((begin, end)) = phrase.find(&sql, from) {
            let instead = phrase.instead.replace("{}", &null(&sql[begin..end]));
            from = begin + instead.len();
            sql.to_mut().replace_range(begin..end, &instead);
        }
        sql
    })
}

impl Phrase {
    fn find(&self, sql: &str, from: usize) -> Option<(usize, usize)> {
        let begin = from + sql[from..].find(self.begins)?;
        let rest = begin + self.begins.len();
        Some((begin, rest + sql[rest..].find(self.ends)? + self.ends.len()))
    }
}

/// A null that names the parameters of `words`: the client sends values for them, by their places.
fn null(words: &str) -> String {
    let named = words.split('$').skip(1).filter_map(|after| {
        let digits = after.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(after.len());
        let (number, rest) = after.split_at(digits);
        let cast = rest.strip_prefix("::").map(|name| name.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(name.len()));
        (!number.is_empty()).then(|| format!("${number}{}", &rest[..cast.map_or(0, |length| length + 2)]))
    });
    let named = named.collect::<Vec<_>>();
    if named.is_empty() {
        return "CAST(NULL AS TEXT)".into();
    }
    format!("CASE WHEN false THEN concat({}) END", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_words_are_left_as_they_are() {
        assert!(matches!(understood("SELECT 'unnest' FROM orders"), Cow::Borrowed(_)));
        assert!(matches!(understood("SELECT (SELECT json_build_object('a', 1))"), Cow::Borrowed(_)), "no end follows");
    }

    #[test]
    fn parameters_keep_their_places() {
        let asked =
            "SELECT (SELECT json_build_object($1::VARCHAR, 'x', $12) AS j FROM s WHERE a != $2::VARCHAR) AS identity_options, $3";
        let answered = "SELECT CASE WHEN false THEN concat($1::VARCHAR, $12, $2::VARCHAR) END AS identity_options, $3";
        assert_eq!(understood(asked), answered);
    }

    #[test]
    fn every_place_is_found() {
        let twice = "SELECT pg_catalog.array_to_string(n.nspacl, E'\\n'), pg_catalog.array_to_string(n.nspacl, E'\\n')";
        assert_eq!(understood(twice), "SELECT CAST(NULL AS TEXT), CAST(NULL AS TEXT)");
    }
}
