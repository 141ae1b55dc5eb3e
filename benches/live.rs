//! Benchmarks of live ingest: messages decoded and committed, a KPI over a tail that is not settled beside the same table clean, an hour of
//! landings, the door. CPU seconds stand beside wall time in what it prints. Run with `make bench`; a word alone (`decode`, `tail`, `door`,
//! `visible`, `hour`) runs one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark stops at the first surprise, and reads the clock"
)]

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use quarterdeck_engine::kpi::filter::Filter;
use quarterdeck_engine::kpi::period::{Compare, PeriodRequest};
use quarterdeck_engine::kpi::reading::{ReadingRequest, read};
use quarterdeck_engine::lake::Lake;
use quarterdeck_engine::landing::TenantSink;
use quarterdeck_engine::library::Library;
use quarterdeck_engine::limits::EngineLimits;
use quarterdeck_engine::profile::TenantProfile;
use quarterdeck_engine::scope::{Scope, TenantId};
use quarterdeck_engine::{Engine, Session};
use quarterdeck_ingest::journal::{Entry, Journal, JournalError, Position, Waiting};
use quarterdeck_ingest::lander::land;
use quarterdeck_ingest::limits::IngestLimits;
use quarterdeck_ingest::sources::{Headers, Setting};

#[path = "live/door.rs"]
mod door;

/// As the program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TENANT: &str = "acme";
/// Events of one message.
const BATCH: usize = 500;

fn engine(home: &Path) -> Engine {
    let mut library = Library::default();
    for (path, text) in quarterdeck_sql::files() {
        library.insert(path, text);
    }
    let lake = Lake::open(home.to_str().unwrap(), HashMap::new()).unwrap();
    let limits = EngineLimits { answer_cache_bytes: 0, snapshot_age_ms: 0, ..EngineLimits::default() };
    Engine::new(lake, library, limits).unwrap()
}

fn profile() -> TenantProfile {
    TenantProfile::neutral("2026-01-01T00:00:00Z".parse().unwrap())
}

fn sink(engine: &Engine) -> TenantSink {
    TenantSink::new(engine.clone(), TenantId::parse(TENANT).unwrap(), profile())
}

async fn session(engine: &Engine) -> Session {
    let id = TenantId::parse(TENANT).unwrap();
    engine.session(&Scope::of([id]), TENANT, profile(), None).await.unwrap()
}

/// CPU seconds of this process, user and system.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace().collect::<Vec<_>>();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn resident_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Messages that wait in memory: the journal's own cost is measured apart.
struct Memory(Vec<Entry>);

#[async_trait]
impl Journal for Memory {
    fn name(&self) -> &str {
        "memory"
    }

    async fn append(&self, _: &str, _: Entry) -> Result<Position, JournalError> {
        Ok(0)
    }

    async fn read(&self, _: &str, after: Position, most: usize, bytes: usize) -> Result<Vec<(Position, Entry)>, JournalError> {
        let mut read = 0;
        let rest = (1..).zip(&self.0).skip(usize::try_from(after).unwrap()).take(most);
        let taken = rest.take_while(|(_, entry)| {
            read += entry.body.len();
            read <= bytes
        });
        Ok(taken.map(|(position, entry)| (position, entry.clone())).collect())
    }

    async fn tenants(&self) -> Result<Vec<String>, JournalError> {
        Ok(vec![TENANT.into()])
    }

    async fn forget(&self, _: &str, _: Position) -> Result<(), JournalError> {
        Ok(())
    }

    async fn waiting(&self, _: &str) -> Result<Waiting, JournalError> {
        Ok(Waiting::default())
    }
}

fn message(content_type: &str, body: Vec<u8>) -> Entry {
    let setting = Setting { instance: "bench".into(), zone: chrono_tz::UTC, currency: None };
    let received_at: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    Entry::new("cloudevents", Headers::default().with("content-type", content_type), body, received_at, setting)
}

/// The events of a synthetic company, a line each.
fn events(folder: &Path, days: u32, orders_per_day: u32) -> Vec<String> {
    let program = env!("CARGO_BIN_EXE_quarterdeck");
    let arguments =
        ["synth", "--orderly", "--seed", "7", "--days", &days.to_string(), "--orders-per-day", &orders_per_day.to_string()];
    let written = Command::new(program).args(arguments).arg("--out").arg(folder).output().unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let mut files = std::fs::read_dir(folder.join("events")).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    files.sort();
    files.iter().flat_map(|file| std::fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

async fn land_everything(engine: &Engine, messages: Vec<Entry>) -> u64 {
    let journal = Memory(messages);
    let (sink, limits) = (sink(engine), IngestLimits::default());
    let mut rows = 0;
    while let Some(landing) = land(&journal, TENANT, &sink, &limits, &|| "2026-01-01T00:00:00Z".parse().unwrap()).await.unwrap() {
        assert_eq!(landing.wrong, 0);
        rows += landing.rows.iter().filter(|(table, _)| *table != "deliveries").map(|(_, rows)| rows).sum::<u64>();
    }
    rows
}

/// Records a CPU second, from bytes to committed Delta, by the way that they are batched.
fn decode_and_commit(runtime: &tokio::runtime::Runtime, lines: &[String]) {
    let batch = |lines: &[String]| message("application/cloudevents-batch+json", format!("[{}]", lines.join(",")).into_bytes());
    let ndjson = |lines: &[String]| message("application/x-ndjson", lines.join("\n").into_bytes());
    let batches = lines.chunks(BATCH).map(batch).collect::<Vec<_>>();
    let pieces = lines.chunks(BATCH).map(ndjson).collect::<Vec<_>>();
    for (what, messages) in [("CloudEvents batch", batches), ("NDJSON", pieces)] {
        let mut best: Option<(f64, f64, u64)> = None;
        for _ in 0..3 {
            let home = tempfile::tempdir().unwrap();
            let engine = engine(home.path());
            let messages = messages.clone();
            let (wall, cpu) = (Instant::now(), cpu_seconds());
            let rows = runtime.block_on(land_everything(&engine, messages));
            let spent = (cpu_seconds() - cpu, wall.elapsed().as_secs_f64(), rows);
            if best.is_none_or(|best| spent.0 < best.0) {
                best = Some(spent);
            }
        }
        let (cpu, wall, rows) = best.unwrap();
        #[expect(clippy::cast_precision_loss, reason = "a count of rows")]
        let rate = rows as f64 / cpu;
        println!(
            "{what}: {rows} records of 21 tables, decoded and committed: {cpu:.2} CPU s, {wall:.2} s wall, {rate:.0} records per CPU s"
        );
    }
}

fn request() -> ReadingRequest {
    ReadingRequest {
        period: PeriodRequest::Named("all".into()),
        compare: Compare::Previous,
        filters: Vec::<Filter>::new(),
        target: None,
    }
}

/// One KPI, its plan made anew each time, over all records: milliseconds wall and CPU.
fn kpi_cost(runtime: &tokio::runtime::Runtime, session: &Session, id: &str) -> (f64, f64) {
    const TIMES: u32 = 20;
    let kpi = session.kpi(id).unwrap();
    runtime.block_on(read(session, &kpi, &request())).unwrap();
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    for _ in 0..TIMES {
        runtime.block_on(read(session, &kpi, &request())).unwrap();
    }
    (wall.elapsed().as_secs_f64() * 1e3 / f64::from(TIMES), (cpu_seconds() - cpu) * 1e3 / f64::from(TIMES))
}

fn order_line(order: usize, version: u32) -> String {
    // Two years of orders, a line each: the newest days are at the end.
    let at = DateTime::from_timestamp(1_700_000_000 + i64::try_from(order).unwrap() * 30, 0).unwrap().to_rfc3339();
    format!(
        "{{\"specversion\":\"1.0\",\"id\":\"{order}-{version}\",\"source\":\"/b\",\"type\":\"order_lines\",\"time\":\"2026-01-0{version}T00:00:00Z\",\
         \"data\":{{\"order_id\":\"{order}\",\"line_number\":1,\"order_kind\":\"order\",\"line_type\":\"product\",\"ordered_at\":\"{at}\",\
         \"customer_id\":\"c{}\",\"country\":\"DE\",\"sku\":\"s{}\",\"quantity\":{},\"unit_price\":\"{version}.50\",\"net_value\":\"{}.25\",\"currency\":\"EUR\"}}}}",
        order % 5_000,
        order % 800,
        order % 7 + 1,
        order % 90 + 1,
    )
}

/// A KPI over a settled table, then with a tail of 5 % of the rows that supersedes its newest ones, then with the tail settled.
fn kpi_over_a_tail(runtime: &tokio::runtime::Runtime) {
    const ROWS: usize = 1_000_000;
    let home = tempfile::tempdir().unwrap();
    let engine = engine(home.path());
    let tenant = TenantId::parse(TENANT).unwrap();
    let messages = |orders: std::ops::Range<usize>, version: u32| {
        let lines = orders.map(|order| order_line(order, version)).collect::<Vec<_>>();
        lines
            .chunks(BATCH)
            .map(|lines| message("application/cloudevents-batch+json", format!("[{}]", lines.join(",")).into_bytes()))
            .collect::<Vec<_>>()
    };
    let now = |seconds: i64| DateTime::from_timestamp(1_770_000_000 + seconds, 0).unwrap();
    let mut all = messages(0..ROWS, 1);
    runtime.block_on(land_everything(&engine, all.clone()));
    runtime.block_on(engine.settle(&tenant, 1, now(1))).unwrap();
    let clean = kpi_cost(runtime, &runtime.block_on(session(&engine)), "net_sales");
    all.extend(messages(ROWS - ROWS / 20..ROWS, 2));
    runtime.block_on(land_everything(&engine, all));
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let with_tail = runtime.block_on(session(&engine));
    let kpi = with_tail.kpi("net_sales").unwrap();
    runtime.block_on(read(&with_tail, &kpi, &request())).unwrap();
    let first = (wall.elapsed().as_secs_f64() * 1e3, (cpu_seconds() - cpu) * 1e3);
    let tail = kpi_cost(runtime, &with_tail, "net_sales");
    runtime.block_on(engine.settle(&tenant, 1, now(2))).unwrap();
    let settled = kpi_cost(runtime, &runtime.block_on(session(&engine)), "net_sales");
    println!("net_sales over {ROWS} lines, clean: {:.1} ms wall, {:.1} CPU ms", clean.0, clean.1);
    println!(
        "  with a tail of 5 %: {:.1} ms, {:.1} CPU ms: {:.2} times; the first look at it {:.1} ms, {:.1} CPU ms",
        tail.0,
        tail.1,
        tail.0 / clean.0,
        first.0,
        first.1
    );
    println!("  settled again: {:.1} ms, {:.1} CPU ms", settled.0, settled.1);
}

fn files_under(folder: &Path, ending: &str) -> (usize, u64) {
    let mut found = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let (files, bytes) = files_under(&path, ending);
            found = (found.0 + files, found.1 + bytes);
        } else if path.to_string_lossy().ends_with(ending) {
            found = (found.0 + 1, found.1 + std::fs::metadata(&path).unwrap().len());
        }
    }
    found
}

/// An hour of one-second landings, as fast as they go, with settling and vacuum as serving does them.
fn an_hour_of_landings(runtime: &tokio::runtime::Runtime) {
    const LANDINGS: usize = 3_600;
    let home = tempfile::tempdir().unwrap();
    let engine = engine(home.path());
    let tenant = TenantId::parse(TENANT).unwrap();
    let (sink, limits) = (sink(&engine), IngestLimits::default());
    let mut journal = Memory(Vec::new());
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    for landing in 1..=LANDINGS {
        let lines =
            (landing * 10..landing * 10 + 20).map(|order| order_line(order, 1 + u32::from(landing % 2 == 0))).collect::<Vec<_>>();
        journal.0.push(message("application/cloudevents-batch+json", format!("[{}]", lines.join(",")).into_bytes()));
        let now = DateTime::from_timestamp(1_770_000_000 + i64::try_from(landing).unwrap(), 0).unwrap();
        runtime.block_on(land(&journal, TENANT, &sink, &limits, &move || now)).unwrap();
        if landing % 20 == 0 {
            runtime.block_on(engine.settle(&tenant, 20, now)).unwrap();
        }
        if landing % 120 == 0 {
            // Two minutes of log are kept when landings come each second; here they come faster.
            runtime.block_on(engine.trim_logs(&tenant, Utc::now())).unwrap();
        }
        if landing % 600 == 0 {
            runtime.block_on(engine.vacuum(&tenant, std::time::Duration::ZERO)).unwrap();
            let (files, _) = files_under(home.path(), ".parquet");
            let (logs, bytes) = files_under(home.path(), ".json");
            let session = runtime.block_on(session(&engine));
            let (kpi_wall, kpi_cpu) = kpi_cost(runtime, &session, "net_sales");
            println!(
                "  after {landing} landings: {:.1} CPU s, {:.1} s wall; {files} data files, {logs} log entries of {} kB, {:.0} MB resident; net_sales {kpi_wall:.1} ms, {kpi_cpu:.1} CPU ms",
                cpu_seconds() - cpu,
                wall.elapsed().as_secs_f64(),
                bytes / 1024,
                resident_megabytes()
            );
        }
    }
}

fn main() {
    // Cargo passes `--bench` and criterion's options; a word alone names one of them.
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_wanted = |name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if is_wanted("decode") {
        let folder = tempfile::tempdir().unwrap();
        let lines = events(folder.path(), 60, 200);
        decode_and_commit(&runtime, &lines);
    }
    if is_wanted("tail") {
        kpi_over_a_tail(&runtime);
    }
    if is_wanted("door") {
        runtime.block_on(door::acknowledgements());
    }
    if is_wanted("visible") {
        runtime.block_on(door::visibility());
    }
    if is_wanted("hour") {
        an_hour_of_landings(&runtime);
    }
}
