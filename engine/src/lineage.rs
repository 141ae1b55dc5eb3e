//! Which canonical tables a SELECT reads, through any number of views. Knows SQL, no rows.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::sql::parser::DFParser;
use datafusion::sql::resolve::resolve_table_references;

use crate::contract::Contracts;
use crate::library::LibraryFile;

/// The names of the canonical tables that `sql` reads; what does not parse reads none.
pub fn tables(sql: &str, contracts: &Contracts, views: &BTreeMap<String, LibraryFile>) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut pending = vec![sql];
    while let Some(sql) = pending.pop() {
        for name in references(sql) {
            if contracts.get(&name).is_ok() {
                tables.insert(name);
            } else if let Some(view) = views.get(&name)
                && seen.insert(name)
            {
                pending.push(&view.text);
            }
        }
    }
    tables
}

/// The names of the tables and views that `sql` itself reads.
pub(crate) fn references(sql: &str) -> Vec<String> {
    let Ok(statements) = DFParser::parse_sql(sql) else { return Vec::new() };
    let found = statements.iter().filter_map(|statement| resolve_table_references(statement, true).ok());
    found.flat_map(|(tables, _)| tables).map(|table| table.table().to_owned()).collect()
}
