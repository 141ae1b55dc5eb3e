//! A whole stream in memory, and the current state that a naive reader makes of it: versions in order of (time, sequence, deleted, content),
//! whole rows replace, partial rows set columns, deletes remove.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::company::Company;
use super::super::plan::Plan;
use super::super::summary;
use super::super::truth::Sheet;

pub(super) type Row = Map<String, Value>;

/// Everything that a plan gives.
pub(super) struct Stream {
    pub(super) lines: Vec<Vec<u8>>,
    /// Number of the line and whether it is malformed on purpose.
    malformed: Vec<bool>,
    pub(super) truth: BTreeMap<&'static str, String>,
    pub(super) summary: Value,
    pub(super) totals: String,
    state: BTreeMap<String, BTreeMap<String, Row>>,
}

type VersionKey = (String, i64, bool, String);
/// The versions of a record, each with whether it is partial.
type Versions = BTreeMap<VersionKey, (bool, Row)>;

impl Stream {
    pub(super) fn of(plan: Plan) -> Self {
        let mut company = Company::new(plan);
        let (mut lines, mut malformed) = (Vec::new(), Vec::new());
        let mut truth: BTreeMap<&'static str, String> = BTreeMap::new();
        let mut day_before = None;
        while let Some(output) = company.next_day() {
            assert!(day_before < Some(output.day), "days go forward");
            day_before = Some(output.day);
            for (line, is_malformed) in output.arrivals.messages() {
                lines.push(line.to_vec());
                malformed.push(is_malformed);
            }
            for (sheet, rows) in output.truth {
                truth.entry(sheet.file()).or_default().push_str(&String::from_utf8(rows).unwrap());
            }
        }
        let (summary, totals) = (summary::summary(&company), summary::totals(&company));
        let mut stream = Self { lines, malformed, truth, summary, totals, state: BTreeMap::new() };
        stream.state = stream.fold();
        stream
    }

    /// The messages that can be read, in order of arrival.
    pub(super) fn messages(&self) -> impl Iterator<Item = Value> {
        let sound = self.lines.iter().zip(&self.malformed).filter(|(_, malformed)| !**malformed);
        sound.map(|(line, _)| serde_json::from_slice(line).unwrap())
    }

    /// The messages that cannot.
    pub(super) fn malformed(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().zip(&self.malformed).filter(|(_, malformed)| **malformed).map(|(line, _)| line.as_slice())
    }

    fn fold(&self) -> BTreeMap<String, BTreeMap<String, Row>> {
        let mut versions: BTreeMap<String, BTreeMap<String, Versions>> = BTreeMap::new();
        for message in self.messages() {
            let kind = message["type"].as_str().unwrap().strip_prefix("quarterdeck.").unwrap();
            let (table, deleted) = kind.strip_suffix(".deleted").map_or((kind, false), |table| (table, true));
            let data = message["data"].as_object().unwrap().clone();
            let key = key_columns(table).iter().map(|column| data[column].to_string()).collect::<Vec<_>>().join("/");
            let sequence = message["sequence"].as_i64().unwrap();
            let version = (message["time"].as_str().unwrap().to_owned(), sequence, deleted, message["data"].to_string());
            let partial = message.get("partial").is_some();
            versions.entry(table.to_owned()).or_default().entry(key).or_default().insert(version, (partial, data));
        }
        let mut state = BTreeMap::new();
        for (table, records) in versions {
            let current = records.into_iter().filter_map(|(key, versions)| Some((key, winner(versions)?))).collect();
            state.insert(table, current);
        }
        state
    }

    /// The current rows of a table.
    pub(super) fn rows(&self, table: &str) -> impl Iterator<Item = &Row> {
        self.state.get(table).into_iter().flat_map(BTreeMap::values)
    }

    /// The rows of a sheet of the truth.
    pub(super) fn sheet(&self, file: &str) -> Vec<Vec<&str>> {
        assert!(Sheet::ALL.iter().any(|sheet| sheet.file() == file));
        self.truth.get(file).map(|text| text.lines().map(|line| line.split(',').collect()).collect()).unwrap_or_default()
    }

    /// The current rows of a table by the text of one column.
    pub(super) fn by(&self, table: &str, column: &str) -> BTreeMap<&str, Vec<&Row>> {
        let mut found: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in self.rows(table) {
            found.entry(row[column].as_str().unwrap_or_default()).or_default().push(row);
        }
        found
    }
}

fn winner(versions: Versions) -> Option<Row> {
    let mut row: Option<Row> = None;
    for ((_, _, deleted, _), (partial, data)) in versions {
        match (&mut row, deleted, partial) {
            (row, true, _) => *row = None,
            (Some(row), _, true) => row.extend(data),
            (row, _, _) => *row = Some(data),
        }
    }
    row
}

/// The contract of a table, as it lies in sql/tables.
pub(super) fn contract(table: &str) -> String {
    std::fs::read_to_string(format!("{}/sql/tables/{table}.sql", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The columns that name a record.
pub(super) fn key_columns(table: &str) -> Vec<String> {
    thread_local! {
        static KEYS: std::cell::RefCell<BTreeMap<String, Vec<String>>> = const { std::cell::RefCell::new(BTreeMap::new()) };
    }
    KEYS.with_borrow_mut(|keys| {
        let read = || {
            let contract = contract(table);
            let list = contract.split("PRIMARY KEY (").nth(1).unwrap().split(')').next().unwrap();
            list.split(',').map(|column| column.trim().to_owned()).collect()
        };
        keys.entry(table.to_owned()).or_insert_with(read).clone()
    })
}

/// Money of a column in hundredths (of a yen too, so that all add alike).
pub(super) fn cents(row: &Row, column: &str) -> i64 {
    amount(row[column].as_str().unwrap())
}

/// A decimal as hundredths.
pub(super) fn amount(text: &str) -> i64 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "00"));
    let value = whole.trim_start_matches('-').parse::<i64>().unwrap() * 100 + rest.parse::<i64>().unwrap();
    if text.starts_with('-') { -value } else { value }
}
