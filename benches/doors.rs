//! Benchmarks of the analysts' doors: an answer of a million rows by each, in rows per CPU second of the server, beside reading the same columns
//! from the Parquet files themselves; how long `SELECT 1` and opening a connection take; many dashboards at once; and a tenant beside a noisy
//! one. Run with `make bench`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark stops at the first surprise, and reads the clock"
)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use arrow_flight::sql::client::FlightSqlServiceClient;
use futures::TryStreamExt;
use futures::future::join_all;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, Connection};
use tonic::transport::Channel;

const PROGRAM: &str = env!("CARGO_BIN_EXE_quarterdeck");
const TENANT: &str = "gift_wholesale";
const ROWS: usize = 1_000_000;
/// What is asked for, of every line twice, up to a million.
const COLUMNS: [&str; 6] = ["order_id", "line_number", "sku", "quantity", "unit_price", "net_value"];
/// Answers that count together (CPU seconds are told in hundredths), and answers to `SELECT 1`.
const ROUNDS: u32 = 5;
const SMALL: usize = 200;
/// Dashboards at once, and what each asks.
const DASHBOARDS: usize = 64;
const QUESTIONS: usize = 10;
/// Another tenant, what its analysts ask at once, and how often the quiet one asks meanwhile.
const NOISY: &str = "service_desk";
const NOISE: usize = 16;
const RUNAWAY: &str = "SELECT count(*) FROM tickets a CROSS JOIN tickets b CROSS JOIN tickets c WHERE a.ticket_id <> b.ticket_id";
const QUIET: usize = 60;
const QUIET_QUESTION: &str = "SELECT country, count(*), sum(net_value) FROM order_lines GROUP BY country";

/// A server with the demo's records; killed when dropped.
struct Server {
    child: Child,
    http: String,
    postgres: String,
    flight: String,
}

impl Server {
    fn start(home: &Path) -> Self {
        let mut command = Command::new(PROGRAM);
        command.arg("--home").arg(home).arg("serve").stdout(Stdio::piped());
        for door in ["HTTP", "POSTGRES", "FLIGHT"] {
            command.env(format!("QUARTERDECK_{door}_LISTEN"), "127.0.0.1:0");
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = || lines.next().unwrap().unwrap().rsplit("://").next().unwrap().to_owned();
        let (http, postgres, flight) = (address(), address(), address());
        Self { child, http, postgres, flight }
    }

    /// A connection to the PostgreSQL door with a token.
    async fn connect(&self, tenant: &str, name: &str, token: &str) -> PgConnection {
        let port = self.postgres.rsplit(':').next().unwrap().parse().unwrap();
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port).ssl_mode(PgSslMode::Disable);
        PgConnection::connect_with(&options.username(name).password(token).database(tenant)).await.unwrap()
    }

    fn cpu_seconds(&self) -> f64 {
        cpu_seconds(&self.child.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU seconds of a process, user and system.
fn cpu_seconds(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace().collect::<Vec<_>>();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks / 100.0
}

fn run(home: &Path, arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).arg("--home").arg(home).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn data_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "parquet")).collect()
}

/// Rows and CPU seconds of reading the columns from the files themselves, up to as many rows.
fn parquet(files: &[PathBuf]) -> (usize, f64) {
    let before = cpu_seconds("self");
    let mut rows = 0;
    for file in files.iter().chain(files) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(file).unwrap()).unwrap();
        let columns = ProjectionMask::columns(reader.parquet_schema(), COLUMNS);
        for batch in reader.with_projection(columns).with_batch_size(8_192).build().unwrap() {
            rows += batch.unwrap().num_rows();
            if rows >= ROWS {
                return (rows, cpu_seconds("self") - before);
            }
        }
    }
    (rows, cpu_seconds("self") - before)
}

async fn by_flight(client: &mut FlightSqlServiceClient<Channel>, sql: &str) -> usize {
    let info = client.execute(sql.to_owned(), None).await.unwrap();
    let mut batches = client.do_get(info.endpoint[0].ticket.clone().unwrap()).await.unwrap();
    let mut rows = 0;
    while let Some(batch) = batches.try_next().await.unwrap() {
        rows += batch.num_rows();
    }
    rows
}

/// Somebody who asks over HTTP.
struct ByHttp<'s> {
    server: &'s Server,
    client: reqwest::Client,
    token: &'s str,
}

async fn by_http(asker: &ByHttp<'_>, sql: &str, accept: &str) -> usize {
    let body = serde_json::json!({"tenant": TENANT, "sql": sql}).to_string();
    let url = format!("http://{}/api/v1/sql", asker.server.http);
    let request = asker.client.post(url).bearer_auth(asker.token);
    let request = request.header("content-type", "application/json").header("accept", accept).body(body);
    let mut answer = request.send().await.unwrap().error_for_status().unwrap();
    let mut bytes = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        bytes += piece.len();
    }
    bytes
}

/// Prints what a round of `ask` takes, in rows per CPU second of the server.
async fn million(name: &str, server: &Server, ask: impl AsyncFn()) -> f64 {
    let (before, started) = (server.cpu_seconds(), Instant::now());
    for _ in 0..ROUNDS {
        ask().await;
    }
    let rounds = f64::from(ROUNDS);
    let (cpu, wall) = ((server.cpu_seconds() - before) / rounds, started.elapsed().as_secs_f64() / rounds);
    let rate = ROWS as f64 / cpu;
    println!("{name}: {ROWS} rows in {cpu:.3} CPU s, {wall:.3} s: {rate:.0} rows per CPU second");
    rate
}

/// How long each of so many questions, asked one after another, takes; in order.
async fn times(questions: usize, mut ask: impl AsyncFnMut()) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..questions {
        let started = Instant::now();
        ask().await;
        times.push(started.elapsed());
    }
    times.sort();
    times
}

/// The time that so many of a hundred questions do not exceed.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

async fn small(name: &str, ask: impl AsyncFnMut()) {
    let times = times(SMALL, ask).await;
    println!("{name}, p50 {:?}, p99 {:?}", percentile(&times, 50), percentile(&times, 99));
}

async fn by_postgres(connection: &mut PgConnection, sql: &str) -> usize {
    let mut answer = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch(connection);
    let mut rows = 0;
    while answer.try_next().await.unwrap().is_some() {
        rows += 1;
    }
    rows
}

/// Many dashboards, each asking one KPI after another by periods that nobody has asked for: nothing kept can answer.
async fn dashboards(asker: &ByHttp<'_>) {
    let before = asker.server.cpu_seconds();
    let started = Instant::now();
    let board = async |board: usize| {
        let mut question = 0;
        times(QUESTIONS, async || {
            question += 1;
            let kpi = ["net_sales", "orders", "average_order_value", "active_customers"][question % 4];
            let first =
                chrono::NaiveDate::from_ymd_opt(2011, 1, 1).unwrap() + chrono::TimeDelta::days((board * 3 + question % 3) as i64);
            let url =
                format!("http://{}/api/v1/tenants/{TENANT}/kpis/{kpi}/reading?from={first}&to=2011-12-01", asker.server.http);
            let answer = asker.client.get(url).bearer_auth(asker.token).send().await.unwrap();
            answer.error_for_status().unwrap().bytes().await.unwrap();
        })
        .await
    };
    let mut all = join_all((0..DASHBOARDS).map(board)).await.concat();
    all.sort();
    let (wall, cpu) = (started.elapsed().as_secs_f64(), asker.server.cpu_seconds() - before);
    println!(
        "{DASHBOARDS} dashboards at once, {QUESTIONS} questions each, none kept: p50 {:?}, p99 {:?}; {:.0} answers a second, {:.1} CPU ms each",
        percentile(&all, 50),
        percentile(&all, 99),
        all.len() as f64 / wall,
        cpu * 1e3 / all.len() as f64
    );
}

/// One tenant's questions alone, and while another's analysts run statements that never end.
async fn noise(server: &Server, quiet: &str, noisy: &str) {
    let mut connection = server.connect(TENANT, "bench", quiet).await;
    let alone = times(QUIET, async || assert!(by_postgres(&mut connection, QUIET_QUESTION).await > 0)).await;
    let noise = (0..NOISE).map(async |_| {
        let mut connection = server.connect(NOISY, "noise", noisy).await;
        sqlx::query(RUNAWAY).fetch(&mut connection).try_next().await.map(|_| ())
    });
    let beside = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        times(QUIET, async || assert!(by_postgres(&mut connection, QUIET_QUESTION).await > 0)).await
    };
    let beside = tokio::select! {
        beside = beside => beside,
        ended = join_all(noise) => panic!("the noise ended: {ended:?}"),
    };
    let (alone, beside) = (percentile(&alone, 95), percentile(&beside, 95));
    let times = beside.as_secs_f64() / alone.as_secs_f64();
    println!("a quiet tenant's p95: {alone:?}; beside {NOISE} endless statements of another tenant {beside:?}, {times:.2} times");
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let home = tempfile::tempdir().unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples");
    run(home.path(), &["demo", "--no-serve", "--samples", samples.to_str().unwrap()]);
    let token = run(home.path(), &["token", "create", "--tenant", TENANT, "--role", "analyst", "--name", "bench"]);
    let noisy = run(home.path(), &["token", "create", "--tenant", NOISY, "--role", "analyst", "--name", "noise"]);
    let server = Server::start(home.path());
    let lines = format!("SELECT {} FROM order_lines", COLUMNS.join(", "));
    let sql = format!("SELECT * FROM ({lines} UNION ALL {lines}) LIMIT {ROWS}");

    let files = data_files(&home.path().join("lake").join(TENANT).join("order_lines"));
    let read = (0..ROUNDS).map(|_| parquet(&files)).fold((0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
    let (rows, seconds) = read;
    let itself = rows as f64 / seconds;
    println!("Parquet itself: {rows} rows in {seconds:.2} CPU s: {itself:.0} rows per CPU second");
    runtime.block_on(async {
        let endpoint = Channel::from_shared(format!("http://{}", server.flight)).unwrap().http2_adaptive_window(true);
        let channel = endpoint.connect().await.unwrap();
        let mut client = FlightSqlServiceClient::new(channel);
        client.set_token(token.clone());
        let asked = client.clone();
        let flight = million("Flight", &server, async || assert_eq!(by_flight(&mut asked.clone(), &sql).await, ROWS)).await;
        println!("Flight takes {:.2} times the CPU of reading the Parquet itself", itself / flight);
        let asker = ByHttp { server: &server, client: reqwest::Client::new(), token: &token };
        for accept in
            ["application/vnd.apache.arrow.stream", "text/csv", "application/x-ndjson", "application/vnd.apache.parquet"]
        {
            let ask = async || assert!(by_http(&asker, &sql, accept).await > ROWS);
            million(&format!("HTTP {accept}"), &server, ask).await;
        }
        let mut connection = server.connect(TENANT, "bench", &token).await;
        million("PostgreSQL, binary", &server, async || {
            assert_eq!(by_postgres(&mut server.connect(TENANT, "bench", &token).await, &sql).await, ROWS);
        })
        .await;
        small("Flight: SELECT 1", async || assert_eq!(by_flight(&mut client.clone(), "SELECT 1").await, 1)).await;
        small("HTTP: SELECT 1", async || assert!(by_http(&asker, "SELECT 1", "application/json").await > 0)).await;
        small("PostgreSQL: SELECT 1", async || assert_eq!(by_postgres(&mut connection, "SELECT 1").await, 1)).await;
        small("PostgreSQL: connecting", async || drop(server.connect(TENANT, "bench", &token).await)).await;
        dashboards(&asker).await;
        noise(&server, &token, &noisy).await;
    });
}
