//! Test support of the workflow, general and ERP sources: samples, mutations of them, and columns held against `sql/tables`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::{ChildSet, Decoded, Delivery, Headers, Row, Setting, Source, Wrong, snapshot};

/// When every test message arrives.
pub(crate) fn received_at() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-12-01T00:00:00Z").unwrap().to_utc()
}

/// An installation in Madrid that bills in euros.
pub(crate) fn setting() -> Setting {
    Setting { instance: "acme".to_owned(), zone: chrono_tz::Europe::Madrid, currency: Some("EUR".to_owned()) }
}

/// A message that arrives at [`received_at`].
pub(crate) fn delivery<'a>(headers: &'a Headers, body: &'a [u8]) -> Delivery<'a> {
    Delivery { headers, body, received_at: received_at() }
}

/// What `body` tells by `source`.
pub(crate) fn decode(source: &dyn Source, headers: &Headers, body: &[u8]) -> Result<Decoded, Wrong> {
    source.decode(&delivery(headers, body), &setting())
}

/// What the sample file of `source` named `name` tells; of its first delivery.
pub(crate) fn sample(source: &dyn Source, name: &str) -> Decoded {
    let samples = snapshot::payloads(source.name());
    let (_, bytes) = samples.iter().find(|(found, _)| found == name).unwrap_or_else(|| panic!("no sample {name}"));
    let deliveries = source.deliveries_of_file(name, bytes).unwrap();
    let (headers, body) = deliveries.first().unwrap();
    decode(source, headers, body).unwrap()
}

/// Holds every sample of `source` against its snapshot, and its rows against the tables.
pub(crate) fn check_samples(source: &dyn Source) {
    let samples = snapshot::payloads(source.name());
    assert!(!samples.is_empty());
    let mut differing = Vec::new();
    for (name, bytes) in samples {
        for (headers, body) in source.deliveries_of_file(&name, &bytes).unwrap() {
            let decoded = decode(source, &headers, body);
            if let Ok(decoded) = &decoded {
                fits_the_tables(decoded, &name);
                // Columns of CloudEvents are typed where they land.
                if source.name() != "cloudevents" {
                    snapshot::check_tables(decoded);
                }
            }
            let check = || snapshot::check(source, &name.replace('/', "."), &decoded);
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).is_err() {
                differing.push(name.clone());
            }
        }
    }
    assert!(differing.is_empty(), "{differing:?}");
}

/// Every row is of a table of `sql/tables`, with columns of it and its whole key, and a whole row with all that may not be null.
pub(crate) fn fits_the_tables(decoded: &Decoded, name: &str) {
    let tables = tables();
    for row in &decoded.rows {
        let table = tables.get(row.table.as_ref()).unwrap_or_else(|| panic!("{name}: no table {}", row.table));
        let told = row.values.iter().map(|(column, _)| column.as_ref()).collect::<Vec<_>>();
        for column in told.iter().copied().chain(row.cleared.iter().map(AsRef::as_ref)) {
            assert!(table.columns.contains(column), "{name}: {} has no column {column}", row.table);
        }
        assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len(), "{name}: {} tells a column twice", row.table);
        let needed = table.required.iter().filter(|column| table.key.contains(column) || !(row.partial || row.deleted));
        for column in needed {
            assert!(told.contains(&column.as_str()), "{name}: {} lacks {column}", row.table);
        }
    }
    for ChildSet { table, parent, .. } in &decoded.sets {
        let key = &tables.get(*table).unwrap_or_else(|| panic!("{name}: no table {table}")).key;
        assert_eq!(parent.iter().map(|(column, _)| column.to_string()).collect::<Vec<_>>(), key[..key.len() - 1], "{name}");
    }
}

struct Table {
    columns: BTreeSet<String>,
    required: BTreeSet<String>,
    key: Vec<String>,
}

/// The tables as their SQL declares them: enough of a reader for our own files.
fn tables() -> BTreeMap<String, Table> {
    let folder = std::fs::canonicalize(snapshot_folder()).unwrap().join("../../../sql/tables");
    let mut tables = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let (mut columns, mut required, mut key) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for line in text.lines().filter(|line| line.starts_with("    ")) {
            let line = line.trim();
            if let Some(names) = line.strip_prefix("PRIMARY KEY (") {
                key = names.trim_end_matches(')').split(", ").map(str::to_owned).collect();
                continue;
            }
            let name = line.split_whitespace().next().unwrap().to_owned();
            if line.split(" COMMENT ").next().unwrap().contains("NOT NULL") {
                required.insert(name.clone());
            }
            columns.insert(name);
        }
        tables.insert(path.file_stem().unwrap().to_string_lossy().into_owned(), Table { columns, required, key });
    }
    tables
}

/// The folder of this file.
fn snapshot_folder() -> std::path::PathBuf {
    let above = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    above.join(file!()).parent().unwrap().to_path_buf()
}

/// Changes to a sample: which bytes, counted from the start, become what; and where it is cut.
pub(crate) type Mutation = (Vec<(proptest::sample::Index, u8)>, Option<proptest::sample::Index>);

/// Any mutation.
pub(crate) fn mutation() -> impl Strategy<Value = Mutation> {
    let bytes =
        prop_oneof![any::<u8>(), Just(b'"'), Just(b'{'), Just(b'}'), Just(b'0'), Just(b'9'), Just(b'-'), Just(b'.'), Just(b'n')];
    (proptest::collection::vec((any::<proptest::sample::Index>(), bytes), 1..12), any::<Option<proptest::sample::Index>>())
}

/// Decodes every sample of `source` with `mutation` made to it: whatever comes of it, nothing panics.
pub(crate) fn mutate_samples(source: &dyn Source, (changes, cut): &Mutation) {
    for (name, mut bytes) in snapshot::payloads(source.name()) {
        if bytes.is_empty() {
            continue;
        }
        for (index, byte) in changes {
            let place = index.index(bytes.len());
            bytes[place] = *byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let Ok(deliveries) = source.deliveries_of_file(&name, &bytes) else { continue };
        for (headers, body) in deliveries {
            let _ = decode(source, &headers, body);
            let _ = source.delivery_id(&delivery(&headers, body));
        }
    }
}

/// The records that `rows` come to, by table and key: each column as its latest version tells it, as the lake merges them.
pub(crate) fn merged(rows: &[Row]) -> BTreeMap<(String, Vec<String>), BTreeMap<String, String>> {
    type Told = (DateTime<Utc>, i64, String);
    let tables = tables();
    let mut records: BTreeMap<(String, Vec<String>), BTreeMap<String, Told>> = BTreeMap::new();
    for row in rows {
        let told = |name: &String| row.values.iter().find(|(column, _)| column == name.as_str());
        let key = tables[row.table.as_ref()].key.iter().map(|name| format!("{:?}", told(name).unwrap().1)).collect();
        let record = records.entry((row.table.to_string(), key)).or_default();
        for (column, value) in &row.values {
            let told = (row.version, row.sequence, format!("{value:?}"));
            let latest = record.entry(column.to_string()).or_insert_with(|| told.clone());
            *latest = latest.clone().max(told);
        }
    }
    let plain = |columns: BTreeMap<String, Told>| columns.into_iter().map(|(column, (_, _, value))| (column, value)).collect();
    records.into_iter().map(|(key, columns)| (key, plain(columns))).collect()
}
