//! What clients ask the catalogue in words that DataFusion does not take, and what is asked in their place. Knows no session.

use std::borrow::Cow;

/// A client's words, and ours: what they ask for is not there, so nothing is lost.
const PHRASES: [(&str, &str); 1] = [(
    // psql 15, \d+: storage options of a table and of what it keeps apart.
    "pg_catalog.array_to_string(c.reloptions || array(select 'toast.' || x from pg_catalog.unnest(tc.reloptions) x), ', ')",
    "CAST(NULL AS TEXT)",
)];

/// The statement in words that are taken.
pub(super) fn understood(sql: &str) -> Cow<'_, str> {
    PHRASES.iter().fold(
        Cow::Borrowed(sql),
        |sql, (theirs, ours)| {
            if sql.contains(theirs) { Cow::Owned(sql.replace(theirs, ours)) } else { sql }
        },
    )
}
