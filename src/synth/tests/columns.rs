//! Messages fit the tables' contracts: no column that a table does not have, none missing that it requires, values of the column's type.

use std::collections::BTreeMap;

use serde_json::Value;

use super::stream::{Stream, contract, key_columns};

/// A column: name, type, whether it must be told.
fn columns(table: &str) -> Vec<(String, String, bool)> {
    let contract = contract(table);
    let body = contract.split("CREATE TABLE").nth(1).unwrap();
    let lines = body.lines().skip(1).map(str::trim).filter(|line| line.contains(" COMMENT "));
    lines
        .map(|line| {
            let declared = line.split(" COMMENT ").next().unwrap();
            let (name, kind) = declared.split_once(' ').unwrap();
            (name.to_owned(), kind.trim().to_owned(), kind.contains("NOT NULL"))
        })
        .collect()
}

pub(super) fn fit(stream: &Stream) {
    let mut contracts = BTreeMap::new();
    for message in stream.messages() {
        let kind = message["type"].as_str().unwrap().strip_prefix("quarterdeck.").unwrap();
        let (table, deleted) = kind.strip_suffix(".deleted").map_or((kind, false), |table| (table, true));
        let data = message["data"].as_object().unwrap();
        let columns = contracts.entry(table.to_owned()).or_insert_with(|| columns(table));
        let is_whole = !deleted && message.get("partial").is_none();
        for (name, value) in data {
            let column = columns.iter().find(|(column, _, _)| column == name);
            let (_, kind, _) = column.unwrap_or_else(|| panic!("{table} has no column {name}"));
            assert!(fits(kind, value), "{table}.{name} is {kind}: {value}");
        }
        for (name, _, required) in columns.iter() {
            let needed = key_columns(table).contains(name) || (is_whole && *required);
            assert!(!needed || data.get(name).is_some_and(|value| !value.is_null()), "{table} needs {name}: {message}");
        }
    }
}

fn fits(kind: &str, value: &Value) -> bool {
    let kind = kind.split(' ').next().unwrap();
    match value {
        Value::Null => true,
        Value::Bool(_) => kind == "BOOLEAN",
        Value::Number(number) => kind == "BIGINT" && number.is_i64(),
        Value::String(text) if kind == "TIMESTAMP" => text.len() == 24 && text.ends_with('Z'),
        Value::String(text) if kind.starts_with("DECIMAL") => text.parse::<f64>().is_ok(),
        Value::String(_) => kind == "TEXT",
        _ => false,
    }
}
