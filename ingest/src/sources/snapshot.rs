//! Test support: what a source decodes, as text, beside what was committed under `snapshots/<source>/<name>.snap`. On a difference the test
//! fails, shows it, and leaves `<name>.snap.new` to look at and rename.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;

use super::{ChildSet, Decoded, Mark, Row, Source, Value, Wrong};

/// Fails unless `decoded`, as text, is what `snapshots/<source>/<name>.snap` holds.
#[track_caller]
pub(crate) fn check(source: &dyn Source, name: &str, decoded: &Result<Decoded, Wrong>) {
    let folder = folder().join("snapshots").join(source.name());
    let (kept, new) = (folder.join(format!("{name}.snap")), folder.join(format!("{name}.snap.new")));
    let actual = render(decoded);
    let expected = std::fs::read_to_string(&kept).unwrap_or_default();
    if actual == expected {
        return;
    }
    std::fs::create_dir_all(new.parent().unwrap()).unwrap();
    std::fs::write(&new, &actual).unwrap();
    panic!("{} differs; what it is now stands in {}\n{}", kept.display(), new.display(), difference(&expected, &actual));
}

/// Fails unless every row fits `sql/tables`: its columns are there with its types, the key is told, and a whole row tells what must be told.
#[track_caller]
pub(crate) fn check_tables(decoded: &Decoded) {
    for row in &decoded.rows {
        let columns = columns_of(&row.table);
        for (name, value) in &row.values {
            let (_, declared) = columns
                .iter()
                .find(|(column, _)| column == name)
                .unwrap_or_else(|| panic!("{}.{name} is not declared", row.table));
            let fits = match value {
                Value::Text(_) => declared.starts_with("TEXT"),
                Value::Whole(_) => declared.starts_with("BIGINT"),
                Value::Decimal(number) => {
                    declared.starts_with("DECIMAL(18, 4)") && number.scale() <= 4 && number.abs() < Decimal::from(10_i64.pow(14))
                }
                Value::Instant(_) => declared.starts_with("TIMESTAMP"),
                Value::Date(_) => declared.starts_with("DATE"),
                Value::Truth(_) => declared.starts_with("BOOLEAN"),
                Value::Raw(_) => true,
            };
            assert!(fits, "{}.{name}: {value:?} is no {declared}", row.table);
        }
        for name in &row.cleared {
            let declared = columns.iter().find(|(column, _)| column == name).map(|(_, declared)| declared.as_str());
            assert!(declared.is_some_and(|declared| !declared.contains("NOT NULL")), "{}.{name} cannot be cleared", row.table);
        }
        let names: Vec<&str> = row.values.iter().map(|(name, _)| name.as_ref()).collect();
        let once = names.iter().all(|name| names.iter().filter(|other| *other == name).count() == 1);
        assert!(once, "{} tells a column twice: {names:?}", row.table);
        let key = columns.iter().find(|(column, _)| column == "PRIMARY").map(|(_, key)| key.clone()).unwrap();
        let is_needed = |name: &str, declared: &str| match row.deleted || row.partial {
            true => key.trim_start_matches("KEY (").trim_end_matches(')').split(", ").any(|column| column == name),
            false => declared.contains("NOT NULL"),
        };
        for (name, declared) in &columns {
            assert!(!is_needed(name, declared) || names.contains(&name.as_str()), "{}.{name} is not told", row.table);
        }
    }
    for set in &decoded.sets {
        let columns = columns_of(set.table);
        assert!(set.parent.iter().all(|(name, _)| columns.iter().any(|(column, _)| column == name)), "{set:?}");
    }
}

/// Columns of a table as `sql/tables` declares them: name, and what follows it; last `PRIMARY` and its key.
fn columns_of(table: &str) -> Vec<(String, String)> {
    let path = folder().join("../../../sql/tables").join(format!("{table}.sql"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let column = |line: &str| {
        line.trim().trim_end_matches(',').split_once(' ').map(|(name, rest)| (name.to_owned(), rest.trim().to_owned()))
    };
    text.lines().filter(|line| line.starts_with("    ")).filter_map(column).collect()
}

/// The payloads that `data-samples/payloads/<source>` holds, in order of their paths: path below it with `/`, and bytes.
pub(crate) fn payloads(source: &str) -> Vec<(String, Vec<u8>)> {
    let root = folder().join("../../../data-samples/payloads").join(source);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// This file's folder, wherever the crate that holds it stands.
fn folder() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [package.join(file!()), package.parent().unwrap().join(file!())];
    places.iter().find(|place| place.exists()).unwrap().parent().unwrap().to_path_buf()
}

/// Everything decoded, a fact a line.
pub(crate) fn render(decoded: &Result<Decoded, Wrong>) -> String {
    let mut text = String::new();
    match decoded {
        Err(error) => write_wrong(&mut text, "refused", error),
        Ok(decoded) => {
            writeln!(text, "topic {}", decoded.topic).unwrap();
            decoded.rows.iter().for_each(|row| write_row(&mut text, row));
            decoded.sets.iter().for_each(|set| write_set(&mut text, set));
            decoded.wrong.iter().for_each(|wrong| write_wrong(&mut text, "wrong", wrong));
            decoded.marks.iter().for_each(|mark| write_mark(&mut text, mark));
        }
    }
    text
}

fn write_row(text: &mut String, row: &Row) {
    let partial = if row.partial { " partial" } else { "" };
    let deleted = if row.deleted { " deleted" } else { "" };
    writeln!(text, "\nrow {}{partial}{deleted}", row.table).unwrap();
    writeln!(text, "    _version      {} #{}", row.version.to_rfc3339(), row.sequence).unwrap();
    if let Some(at) = row.occurred_at {
        writeln!(text, "    _occurred_at  {}", at.to_rfc3339()).unwrap();
    }
    if let Some(instance) = &row.instance {
        writeln!(text, "    _instance     {instance}").unwrap();
    }
    if let Some(event) = &row.event_id {
        writeln!(text, "    _event_id     {event}").unwrap();
    }
    for (column, value) in &row.values {
        writeln!(text, "    {column} = {}", shown(value)).unwrap();
    }
    for column in &row.cleared {
        writeln!(text, "    {column} = null").unwrap();
    }
}

fn write_set(text: &mut String, set: &ChildSet) {
    let parent: Vec<String> = set.parent.iter().map(|(column, value)| format!("{column} = {}", shown(value))).collect();
    let instance = set.instance.as_deref().map(|instance| format!(" at {instance}")).unwrap_or_default();
    let version = set.version.to_rfc3339();
    writeln!(text, "\nset {} of {}{instance}, as of {version} #{}", set.table, parent.join(", "), set.sequence).unwrap();
}

fn write_wrong(text: &mut String, word: &str, wrong: &Wrong) {
    writeln!(text, "\n{word}: record {}, field {:?}, value {:?}: {}", wrong.record, wrong.field, wrong.value, wrong.reason)
        .unwrap();
}

fn write_mark(text: &mut String, mark: &Mark) {
    writeln!(text, "\nmark {mark:?}").unwrap();
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Whole(number) => number.to_string(),
        Value::Decimal(number) => format!("{number} decimal"),
        Value::Instant(instant) => instant.to_rfc3339(),
        Value::Date(date) => date.to_string(),
        Value::Truth(truth) => truth.to_string(),
        Value::Raw(text) => format!("{text} raw"),
    }
}

/// Lines that only one of both has, in their order; enough to see what moved.
fn difference(expected: &str, actual: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    let head = old.iter().zip(&new).take_while(|(left, right)| left == right).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(left, right)| left == right).count();
    let mut text = format!("from line {}:\n", head + 1);
    old[head..old.len() - tail].iter().for_each(|line| writeln!(text, "- {line}").unwrap());
    new[head..new.len() - tail].iter().for_each(|line| writeln!(text, "+ {line}").unwrap());
    text
}
