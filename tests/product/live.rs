//! A synthetic company told at the live door while its messages land: what is seen is the truth that was planted, however the messages came.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::live_support::{Door, EVENT, QUICK, State, assert_same, home, landed, register, shuffled, state};
use crate::support::Home;

const TENANT: &str = "acme";
const SEED: u64 = 20_261_122;
/// Twelve days of a company of some twenty orders a day.
const COMPANY: [&str; 14] = [
    "--days",
    "12",
    "--seed",
    "3",
    "--orders-per-day",
    "20",
    "--skus",
    "40",
    "--customers",
    "150",
    "--malformed-per-million",
    "2000",
    "--duplicates-per-million",
    "20000",
];
/// Requests under way at a time where messages are posted one by one.
const CONNECTIONS: usize = 32;
/// A twentieth of the messages is sent twice.
const ONE_IN: usize = 20;

/// The company in files: one of NDJSON a day of arrival, and the truth.
fn company(folder: &Path) -> Vec<PathBuf> {
    Home::new().succeed(&[&["synth", "--out", folder.to_str().unwrap()], &COMPANY[..]].concat());
    let mut files = std::fs::read_dir(folder.join("events")).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    files.sort();
    files
}

/// Holds rows by table and money by currency against the planted truth.
fn assert_truth(home: &Home, folder: &Path, what: &str) {
    let summary = std::fs::read(folder.join("truth/summary.json")).unwrap();
    let summary: Value = serde_json::from_slice(&summary).unwrap();
    let tables = summary["tables"].as_object().unwrap();
    let mut measures = Vec::new();
    for (table, truth) in tables {
        measures.push((format!("SELECT count(*) FROM {table}"), format!("{table} rows"), truth["rows"].to_string()));
        let money = truth.as_object().unwrap().iter().filter_map(|(column, value)| Some((column, value.as_object()?)));
        for (column, by_currency) in money {
            for (currency, value) in by_currency {
                let sum = format!("SELECT coalesce(sum({column}), 0) FROM {table} WHERE currency = '{currency}'");
                measures.push((sum, format!("{table} {column} {currency}"), value.as_str().unwrap().to_owned()));
            }
        }
    }
    assert!(measures.len() > 40, "the truth says less than it did");
    // Fifteen digits before the point and six after it hold each sum exactly.
    let of = |(sum, name, truth): &(String, String, String)| {
        format!("SELECT '{name}' AS name, CAST(({sum}) AS DECIMAL(24, 6)) AS found, CAST('{truth}' AS DECIMAL(24, 6)) AS truth")
    };
    let measured = measures.iter().map(of).collect::<Vec<_>>().join("\nUNION ALL ");
    let wrong = home.sql(TENANT, &format!("SELECT * FROM ({measured}) WHERE found <> truth"));
    assert_eq!(wrong, Vec::<Value>::new(), "{what}");
}

/// Posts the company in its order, in batches, and answers the state.
async fn told_in_order(folder: &Path) -> State {
    let home = home(QUICK, &[TENANT]);
    let path = register(&home, TENANT, "cloudevents");
    let door = Door::open(&home);
    let url = format!("{}{path}", door.address);
    let posting = ["synth", "--to", &url, "--batch", "100"];
    home.succeed(&[&posting[..], &COMPANY[..]].concat());
    landed(&home, TENANT, door.accepted().await).await;
    assert_truth(&home, folder, "live, in order");
    let live = state(&home, TENANT);
    drop(door);
    let printed = home.succeed(&["upkeep"]);
    assert!(printed.contains("settled orders: "), "{printed}");
    assert_truth(&home, folder, "live, in order, settled");
    assert_same(&state(&home, TENANT), &live, "live, in order, settled");
    live
}

/// Posts each message alone, in an order of the seed's, some twice, from many connections.
async fn told_in_any_order(folder: &Path, files: &[PathBuf]) -> State {
    let home = home(QUICK, &[TENANT]);
    let path = register(&home, TENANT, "cloudevents");
    let door = std::sync::Arc::new(Door::open(&home));
    let text = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect::<String>();
    // What is malformed is refused at the door, as `synth` knows.
    let readable = |line: &&str| serde_json::from_str::<Value>(line).is_ok_and(|event| event["data"].is_object());
    let mut messages = text.lines().filter(readable).map(str::to_owned).collect::<Vec<_>>();
    let again = shuffled(&messages, SEED).into_iter().step_by(ONE_IN).collect::<Vec<_>>();
    messages.extend(again);
    let messages = shuffled(&messages, SEED);
    let mut posting = tokio::task::JoinSet::new();
    for share in messages.chunks(messages.len().div_ceil(CONNECTIONS)) {
        let (door, path, share) = (std::sync::Arc::clone(&door), path.clone(), share.to_vec());
        posting.spawn(async move {
            let mut accepted = 0;
            for message in share {
                let answer = door.post(&path, &[("content-type", EVENT)], message.into_bytes()).await.unwrap();
                assert!(answer.status().is_success() || answer.status() == 400, "{}", answer.status());
                accepted += usize::from(answer.status().is_success());
            }
            accepted
        });
    }
    let accepted = posting.join_all().await.into_iter().sum::<usize>();
    eprintln!("{accepted} of {} messages accepted one by one", messages.len());
    landed(&home, TENANT, accepted).await;
    assert_truth(&home, folder, "live, in any order");
    let live = state(&home, TENANT);
    drop(door);
    home.succeed(&["upkeep"]);
    assert_same(&state(&home, TENANT), &live, "live, in any order, settled");
    live
}

/// Loads the daily files in an order of the seed's, each with its copy under another name, in several loads.
fn loaded_from_files(folder: &Path, files: &[PathBuf]) -> State {
    let home = home(QUICK, &[TENANT]);
    let copies = tempfile::tempdir().unwrap();
    let copy = |file: &PathBuf| {
        let copy = copies.path().join(format!("copy of {}", file.file_name().unwrap().to_string_lossy()));
        std::fs::copy(file, &copy).unwrap();
        copy
    };
    let both = files.iter().map(copy).chain(files.iter().cloned()).collect::<Vec<_>>();
    let (mut landed, mut already) = (0, 0);
    for some in shuffled(&both, SEED).chunks(12) {
        let some = some.iter().map(|file| file.to_str().unwrap()).collect::<Vec<_>>();
        let arguments = ["load", "--tenant", TENANT, "--source", "cloudevents", "--format", "json"];
        let report: Value = serde_json::from_str(&home.succeed(&[&arguments[..], &some].concat())).unwrap();
        landed += report["files"].as_u64().unwrap();
        already += report["already_landed"].as_u64().unwrap();
    }
    let one_each = u64::try_from(files.len()).unwrap();
    assert!(landed == one_each && already <= one_each, "{landed} files landed, {already} were known, of twice {one_each}");
    assert_truth(&home, folder, "from files");
    state(&home, TENANT)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_told_live_in_any_order_or_from_files_is_its_truth() {
    let folder = tempfile::tempdir().unwrap();
    let files = company(folder.path());
    let in_order = told_in_order(folder.path()).await;
    assert!(in_order.values().map(Vec::len).sum::<usize>() > 3_000);
    assert_same(&loaded_from_files(folder.path(), &files), &in_order, "from files");
    assert_same(&told_in_any_order(folder.path(), &files).await, &in_order, "in any order");
}
