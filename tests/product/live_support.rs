//! A server with a door on a port and a journal of its own, and what tests of live ingest ask of the home behind it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

use crate::support::Home;

/// Content types of CloudEvents, one and many.
pub(crate) const EVENT: &str = "application/cloudevents+json";
pub(crate) const EVENTS: &str = "application/cloudevents-batch+json";

/// Lands quickly, takes whatever a test posts, and prints whole tables.
pub(crate) const QUICK: &str = "
[landing]
interval_ms = 100
[door_limits]
tenant_requests_per_second = 1000000
tenant_burst_requests = 1000000
[engine_limits]
query_rows = 10000000
";

/// Tables that say how records came, not what they are.
const SYSTEM_TABLES: [&str; 6] = ["batches", "deliveries", "erased_files", "erasures", "loads", "quarantine"];
/// System columns that are of the record, whichever way it came.
const RECORD_COLUMNS: [&str; 4] = ["_source", "_instance", "_version", "_sequence"];
/// Longer than anything under test takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// A home whose configuration is `toml`, with the tenants `tenants`.
pub(crate) fn home(toml: &str, tenants: &[&str]) -> Home {
    let home = Home::new();
    std::fs::write(home.path().join("quarterdeck.toml"), toml).unwrap();
    for tenant in tenants {
        home.succeed(&["tenant", tenant, "--name", tenant, "--currency", "EUR", "--zone", "Europe/Berlin"]);
    }
    home
}

/// Registers `source` for `tenant`, and answers the path to post to.
pub(crate) fn register(home: &Home, tenant: &str, source: &str) -> String {
    home.succeed(&["source", "add", "--tenant", tenant, "--source", source]).trim().to_owned()
}

/// A server; killed when dropped.
pub(crate) struct Door {
    child: Child,
    pub(crate) address: String,
    client: Client,
}

impl Door {
    /// Serves `home`.
    pub(crate) fn open(home: &Home) -> Self {
        Self::with_journal(home, "journal")
    }

    /// Serves `home` with the journal in its folder `journal`.
    pub(crate) fn with_journal(home: &Home, journal: &str) -> Self {
        let mut command = home.command(&["serve"]);
        command.env("QUARTERDECK_HTTP_LISTEN", "127.0.0.1:0").env("QUARTERDECK_JOURNAL_FOLDER", home.path().join(journal));
        let errors = std::fs::File::options().create(true).append(true).open(errors_file(home)).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("`{line}`: {}", errors_of(home)));
        Self { child, address: address.to_owned(), client: Client::new() }
    }

    /// Posts `body`; no answer is an error.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> reqwest::Result<Response> {
        let request = self.client.post(format!("{}{path}", self.address)).body(body);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await
    }

    /// Posts `body`, which must be taken.
    pub(crate) async fn tell(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) {
        let response = self.post(path, headers, body).await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "{headers:?}: {status}: {text}");
    }

    /// Posts one CloudEvent, which must be taken.
    pub(crate) async fn event(&self, path: &str, event: &Value) {
        self.tell(path, &[("content-type", EVENT)], event.to_string().into_bytes()).await;
    }

    /// The status of an answer to `body`.
    pub(crate) async fn status(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> StatusCode {
        self.post(path, headers, body.to_vec()).await.unwrap().status()
    }

    /// How many messages it has acknowledged, as its metrics say.
    pub(crate) async fn accepted(&self) -> usize {
        let metrics = self.client.get(format!("{}/metrics", self.address)).send().await.unwrap().text().await.unwrap();
        let counts = metrics.lines().filter(|line| line.starts_with("ingest_accepted_total"));
        counts.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum()
    }

    /// Stops the process where it stands, as a machine does that is moved, or lets it go on.
    pub(crate) fn pause(&self, is_paused: bool) {
        let signal = if is_paused { "-STOP" } else { "-CONT" };
        let status = std::process::Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Ends the process at once: nothing of it is told.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.kill();
    }
}

fn errors_file(home: &Home) -> std::path::PathBuf {
    home.path().join("serve.log")
}

/// What servers of `home` said on standard error.
pub(crate) fn errors_of(home: &Home) -> String {
    std::fs::read_to_string(errors_file(home)).unwrap_or_default()
}

/// Waits until `messages` of `tenant` have landed, and no more.
pub(crate) async fn landed(home: &Home, tenant: &str, messages: usize) {
    reaches(home, tenant, "SELECT count(*) FROM deliveries", i64::try_from(messages).unwrap()).await;
}

/// Waits until `statement` answers `expected`.
pub(crate) async fn reaches(home: &Home, tenant: &str, statement: &str, expected: i64) {
    let started = Instant::now();
    loop {
        let found = home.count(tenant, statement);
        if found == expected {
            return;
        }
        assert!(found < expected, "{tenant}: {statement}: {found}, more than {expected}");
        assert!(started.elapsed() < PATIENCE, "{tenant}: {statement}: {found}, not {expected}: {}", errors_of(home));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The current state of a tenant: by table its records, each as a line of all its own columns and what ranks it.
pub(crate) type State = BTreeMap<String, Vec<String>>;

/// A statement that answers the state, made once from what the program says of its tables.
static STATE: LazyLock<String> = LazyLock::new(|| {
    let home = home("", &["t"]);
    let columns = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'history' ORDER BY 1, 2";
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in home.sql("t", columns) {
        let (table, column) = (row["table_name"].as_str().unwrap(), row["column_name"].as_str().unwrap());
        if !column.starts_with('_') || RECORD_COLUMNS.contains(&column) {
            tables.entry(table.to_owned()).or_default().push(column.to_owned());
        }
    }
    tables.retain(|table, _| !SYSTEM_TABLES.contains(&table.as_str()));
    assert!(tables.len() > 20, "{tables:?}");
    let of_table = |(table, columns): (&String, &Vec<String>)| {
        let texts = columns.iter().map(|column| format!("'{column}=' || coalesce(CAST(\"{column}\" AS VARCHAR), '∅')"));
        let texts = texts.collect::<Vec<_>>().join(", ");
        format!("SELECT '{table}' AS name, concat_ws(' | ', {texts}) AS line FROM {table}")
    };
    let tables = tables.iter().map(of_table).collect::<Vec<_>>().join("\nUNION ALL ");
    format!("{tables}\nORDER BY name, line")
});

/// The current state of `tenant`, in an order that no arrival decides.
pub(crate) fn state(home: &Home, tenant: &str) -> State {
    let mut state = State::new();
    for row in home.sql(tenant, &STATE) {
        state.entry(row["name"].as_str().unwrap().to_owned()).or_default().push(row["line"].as_str().unwrap().to_owned());
    }
    state
}

/// Holds two states against each other, and shows where they first differ.
pub(crate) fn assert_same(found: &State, expected: &State, what: &str) {
    for table in expected.keys().chain(found.keys()) {
        let (found, expected) = (found.get(table), expected.get(table));
        let (found, expected) = (found.map_or(&[][..], Vec::as_slice), expected.map_or(&[][..], Vec::as_slice));
        let only =
            |these: &[String], those: &[String]| these.iter().filter(|line| !those.contains(line)).take(2).cloned().collect();
        if found != expected {
            let (more, less): (Vec<_>, Vec<_>) = (only(found, expected), only(expected, found));
            panic!("{what}: {table}: {} rows, not {}:\n+ {more:#?}\n- {less:#?}", found.len(), expected.len());
        }
    }
}

/// `of`, shuffled by `seed`.
pub(crate) fn shuffled<T: Clone>(of: &[T], seed: u64) -> Vec<T> {
    let mut shuffled = of.to_vec();
    shuffled.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    shuffled
}
