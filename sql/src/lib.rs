//! The SQL files of the product, embedded: tables, mappings, features, lists, views and KPIs, by their paths under `sql/`. Knows no engine; the wire
//! doors (PostgreSQL, Flight SQL) will stand beside it.

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "."]
#[include = "tables/*.sql"]
#[include = "mappings/*/*.sql"]
#[include = "features/*.sql"]
#[include = "lists/*.sql"]
#[include = "views/*.sql"]
#[include = "kpis/*/*.sql"]
struct Files;

/// Every embedded file as (path under `sql/`, text).
pub fn files() -> impl Iterator<Item = (String, String)> {
    Files::iter().filter_map(|path| {
        let file = Files::get(&path)?;
        Some((path.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
    })
}
