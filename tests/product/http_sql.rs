//! SQL over HTTP: every format, what is cut off, what is refused and by which code, who reaches what, and clients that go or stand still.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Decimal128Type, Int64Type};
use arrow::ipc::reader::StreamReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::serving::{DESK, GIFTS, RUNAWAY, Serving, noted, token};
use crate::support::DEMO;

const ARROW: &str = "application/vnd.apache.arrow.stream";
const PARQUET: &str = "application/vnd.apache.parquet";

/// Somebody with a token.
struct Asking<'s> {
    server: &'s Serving,
    token: String,
}

impl Asking<'_> {
    async fn ask(&self, accept: &str, request: &Value) -> Response {
        let client = Client::new().post(format!("http://{}/api/v1/sql", self.server.http)).bearer_auth(&self.token);
        let client = client.header("accept", accept).header("content-type", "application/json");
        client.body(request.to_string()).send().await.unwrap()
    }

    async fn json(&self, request: Value) -> Value {
        let response = self.ask("application/json", &request).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{request}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// What `sql` answers of the tenant's rows.
    async fn rows(&self, sql: &str) -> Value {
        self.json(json!({"tenant": GIFTS, "sql": sql})).await["rows"].take()
    }

    async fn problem(&self, request: Value) -> Value {
        let response = self.ask("*/*", &request).await;
        let (status, kind) = (response.status().as_u16(), response.headers()["content-type"].clone());
        let text = response.text().await.unwrap();
        assert_eq!(kind, "application/problem+json", "{request}: {text}");
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(problem["status"], status);
        problem
    }

    /// The answer as it comes over the wire, its head and its trailer with it.
    fn wire(&self, request: &Value, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.server.http).unwrap();
        let (body, token) = (request.to_string(), &self.token);
        let length = body.len();
        write!(
            stream,
            "POST /api/v1/sql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n{headers}connection: close\r\n\r\n{body}"
        )
        .unwrap();
        stream
    }
}

/// One row of every type that a client may get wrong.
const TYPES: &str = "SELECT 9007199254740993 AS big, CAST('12345678901234.5678' AS DECIMAL(18, 4)) AS money, CAST('2024-02-29' AS DATE) AS day, \
     arrow_cast('2024-02-29T12:30:00.000001Z', 'Timestamp(Microsecond, Some(\"UTC\"))') AS at, '' AS empty, CAST(NULL AS TEXT) AS nothing, 'a,\"b\"' AS quoted, true AS truth";

#[tokio::test(flavor = "multi_thread")]
async fn every_format_tells_the_same_and_loses_no_digit() {
    let server = Serving::start(&DEMO, &[]);
    let asking = Asking { server: &server, token: token(GIFTS, "analyst", "formats") };
    let request = json!({"tenant": GIFTS, "sql": TYPES});

    let answer = asking.json(request.clone()).await;
    let row = json!([[
        "9007199254740993",
        "12345678901234.5678",
        "2024-02-29",
        "2024-02-29T12:30:00.000001Z",
        "",
        null,
        "a,\"b\"",
        true
    ]]);
    assert_eq!(answer["rows"], row, "{answer}");
    assert_eq!((&answer["row_count"], &answer["truncated"]), (&json!(1), &json!(false)));
    assert_eq!(answer["columns"][1], json!({"name": "money", "type": "Decimal128(18, 4)", "as_text": true}));
    assert!(answer["knowledge_time"].is_string(), "{answer}");

    let response = asking.ask("text/csv", &request).await;
    assert_eq!(
        (&response.headers()["x-row-count"], &response.headers()["x-truncated"]),
        (&"1".parse().unwrap(), &"false".parse().unwrap())
    );
    let csv = response.text().await.unwrap();
    let expected = "big,money,day,at,empty,nothing,quoted,truth\r\n9007199254740993,12345678901234.5678,2024-02-29,2024-02-29T12:30:00.000001Z,\"\",,\"a,\"\"b\"\"\",true\r\n";
    assert_eq!(csv, expected);

    let lines = asking.ask("application/x-ndjson", &request).await.text().await.unwrap();
    let line: Value = serde_json::from_str(lines.trim_end()).unwrap();
    assert_eq!(
        (&line["big"], &line["money"], &line["nothing"]),
        (&json!("9007199254740993"), &json!("12345678901234.5678"), &Value::Null)
    );

    let bytes = asking.ask(ARROW, &request).await.bytes().await.unwrap();
    let arrow = StreamReader::try_new(bytes.as_ref(), None).unwrap().map(Result::unwrap).collect::<Vec<_>>();
    let parquet = asking.ask(PARQUET, &request).await.bytes().await.unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap();
    let told = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
    assert!(told.iter().any(|pair| pair.key == "row_count" && pair.value.as_deref() == Some("1")), "{told:?}");
    let parquet = reader.build().unwrap().map(Result::unwrap).collect::<Vec<_>>();
    for batch in [&arrow[0], &parquet[0]] {
        assert_eq!(batch.column(0).as_primitive::<Int64Type>().value(0), 9_007_199_254_740_993);
        assert_eq!(batch.column(1).as_primitive::<Decimal128Type>().value(0), 123_456_789_012_345_678);
        assert!(batch.column(5).is_null(0) && !batch.column(4).is_null(0));
    }
    let none = asking.ask("image/png", &request).await;
    assert_eq!(none.status().as_u16(), 406);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_knowledge_time_and_limits() {
    let server = Serving::start(
        &DEMO,
        &[("QUARTERDECK_WIRE_LIMITS_HTTP_ROWS", "1000"), ("QUARTERDECK_WIRE_LIMITS_HTTP_REQUEST_BYTES", "20000")],
    );
    let asking = Asking { server: &server, token: token(GIFTS, "analyst", "parameters") };
    let count = |filter: &str, parameters: Value| json!({"tenant": GIFTS, "sql": format!("SELECT count(*) FROM {filter}"), "parameters": parameters});
    for (request, rows) in [
        (count("orders WHERE country = $1", json!(["France"])), "461"),
        (count("orders WHERE country = ? AND line_count > ?", json!(["France", 0])), "461"),
        (count("order_lines WHERE net_value > $1", json!(["100.5"])), "13548"),
        (count("order_lines WHERE net_value > $1", json!([100.5])), "13548"),
        (count("orders WHERE ordered_at >= $1", json!(["2011-11-01T00:00:00Z"])), "4477"),
        (count("orders WHERE country = $1", json!([null])), "0"),
    ] {
        assert_eq!(asking.json(request.clone()).await["rows"], json!([[rows]]), "{request}");
    }
    let before =
        asking.json(json!({"tenant": GIFTS, "sql": "SELECT count(*) FROM orders", "as_of": "2000-01-01T00:00:00Z"})).await;
    assert_eq!(before["rows"], json!([["0"]]));

    let all = json!({"tenant": GIFTS, "sql": "SELECT order_id FROM order_lines"});
    let cut = asking.json(all.clone()).await;
    assert_eq!((&cut["row_count"], &cut["truncated"]), (&json!(1000), &json!(true)));
    let response = asking.ask("text/csv", &all).await;
    assert!(response.headers()["x-row-limit"] == "1000" && response.headers()["x-truncated"] == "true");
    assert_eq!(response.text().await.unwrap().lines().count(), 1001);
    let mut few = all.clone();
    few["limit"] = json!(3);
    assert_eq!(asking.json(few).await["rows"].as_array().unwrap().len(), 3);
    let exactly = asking.json(json!({"tenant": GIFTS, "sql": "SELECT order_id FROM order_lines LIMIT 1000"})).await;
    assert_eq!((&exactly["row_count"], &exactly["truncated"]), (&json!(1000), &json!(false)));

    for (request, code, words) in [
        (count("orders WHERE country = $1", json!([])), "22023", "1 parameters, and 0 values"),
        (count("orders WHERE ordered_at >= $1", json!(["soon"])), "22P02", "parameter $1"),
    ] {
        let problem = asking.problem(request.clone()).await;
        assert!(problem["sqlstate"] == code && problem["detail"].as_str().unwrap().contains(words), "{request}: {problem}");
    }
    for (request, status, words) in [
        (json!({"tenant": GIFTS, "sql": "SELECT 1", "as_of": "yesterday"}), 400, "yesterday"),
        (json!({"tenant": GIFTS, "sql": "SELECT $1", "parameters": [[1]]}), 400, "parameter $1"),
        (json!({"tenant": GIFTS, "sql": "SELECT 1", "limits": 3}), 422, "limits"),
        (json!({"tenant": GIFTS, "sql": "x".repeat(30_000)}), 413, "http_request_bytes"),
    ] {
        let problem = asking.problem(request.clone()).await;
        assert!(problem["status"] == status && problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_have_their_code_hint_and_place() {
    let server = Serving::start(&DEMO, &[]);
    let asking = Asking { server: &server, token: token(GIFTS, "analyst", "errors") };
    for (sql, status, code, position) in [
        ("SELECT 1 +", 400, "42601", Value::Null),
        ("SELECT 1\nFROM )", 400, "42601", json!(15)),
        ("SELECT nothing FROM orders", 400, "42703", json!(8)),
        ("SELECT 1 FROM nothing", 400, "42P01", json!(15)),
        ("SELECT nothing(1)", 400, "42883", json!(8)),
        ("SELECT 1 / 0", 400, "22012", Value::Null),
        ("SELECT 1; SELECT 2", 400, "42601", Value::Null),
        ("", 400, "42601", Value::Null),
        ("INSERT INTO orders (order_id) VALUES ('x')", 400, "25006", Value::Null),
        ("CREATE TABLE x AS SELECT 1", 400, "25006", Value::Null),
        ("SELECT 1 INTO x", 400, "25006", Value::Null),
        ("COPY orders TO '/tmp/quarterdeck-http-copy.csv'", 400, "25006", Value::Null),
        ("SET datafusion.execution.target_partitions = 1", 403, "42501", Value::Null),
        ("SET statement_timeout = 1", 400, "0A000", Value::Null),
        ("BEGIN", 400, "0A000", Value::Null),
    ] {
        let problem = asking.problem(json!({"tenant": GIFTS, "sql": sql})).await;
        assert_eq!((&problem["status"], &problem["sqlstate"]), (&json!(status), &json!(code)), "{sql}: {problem}");
        assert_eq!(problem["position"], position, "{sql}: {problem}");
    }
    let deep = format!("SELECT 1 WHERE {}", vec!["1 = 2"; 10_000].join(" OR "));
    let problem = asking.problem(json!({"tenant": GIFTS, "sql": deep})).await;
    assert!(problem["sqlstate"] == "54001" && problem["hint"].as_str().unwrap().contains("IN"), "{problem}");
    let problem = asking.problem(json!({"tenant": GIFTS, "sql": format!("SELECT 1 -- {}", "x".repeat(1_500_000))})).await;
    assert_eq!((&problem["status"], &problem["sqlstate"]), (&json!(422), &json!("54000")));
    for sql in
        ["EXPLAIN SELECT count(*) FROM orders", "EXPLAIN ANALYZE SELECT count(*) FROM orders", "SHOW TABLES", "DESCRIBE orders"]
    {
        assert!(!asking.rows(sql).await.as_array().unwrap().is_empty(), "{sql}");
    }
    let done = noted("errors", |record| record.entry.detail.get("outcome") == Some(&json!("failed"))).await;
    assert_eq!(done.entry.detail["door"], "http");
    assert!(!format!("{done:?}").contains("'x'"), "values are not noted");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_another_tenant_or_a_file() {
    let server = Serving::start(&DEMO, &[]);
    let asking = Asking { server: &server, token: token(GIFTS, "analyst", "gifts by http") };
    let desk = Asking { server: &server, token: token(DESK, "analyst", "desk by http") };
    assert!(desk.json(json!({"tenant": DESK, "sql": "SELECT count(*) FROM tickets"})).await["row_count"] == 1);

    let foreign = asking.problem(json!({"tenant": DESK, "sql": "SELECT 1"})).await;
    let missing = asking.problem(json!({"tenant": "no_such_desk", "sql": "SELECT 1"})).await;
    assert_eq!((&foreign["status"], &foreign["sqlstate"]), (&json!(404), &json!("3D000")), "{foreign}");
    assert_eq!(
        foreign.to_string().replace(DESK, "no_such_desk"),
        missing.to_string(),
        "a tenant of others is as unknown as none"
    );

    let lake = DEMO.path().join("lake");
    let lake = lake.to_str().unwrap();
    let parquet = walk(&DEMO.path().join("lake").join(DESK));
    for sql in [
        "SELECT * FROM service_desk.public.tickets",
        "SELECT * FROM service_desk.history.tickets",
        "SELECT * FROM public.service_desk",
        "EXPLAIN SELECT * FROM service_desk.public.tickets",
        "EXPLAIN ANALYZE VERBOSE SELECT * FROM service_desk.public.tickets",
        "DESCRIBE service_desk.public.tickets",
        "SELECT * FROM '../service_desk/tickets'",
        &format!("SELECT * FROM '{parquet}'"),
        &format!("SELECT * FROM \"{parquet}\""),
        &format!("SELECT * FROM read_parquet('{parquet}')"),
        &format!("SELECT * FROM parquet_metadata('{parquet}')"),
        &format!("SELECT * FROM metadata_cache('{parquet}')"),
        &format!("CREATE EXTERNAL TABLE x STORED AS PARQUET LOCATION '{parquet}'"),
        "COPY (SELECT 1) TO '/tmp/quarterdeck-http.parquet'",
        "COPY orders FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "LOAD 'x'",
    ] {
        let problem = asking.problem(json!({"tenant": GIFTS, "sql": sql})).await;
        let told = problem.to_string();
        assert_eq!(problem["status"], 400, "{sql}: {told}");
        let about_lake = told.contains("lake") && !sql.contains("lake");
        assert!(!about_lake && !told.contains("ticket_id") && !told.contains("root:"), "{sql}: {told}");
    }
    assert!(!std::path::Path::new("/tmp/quarterdeck-http.parquet").exists());
    for sql in [
        "SELECT table_catalog, table_schema, table_name FROM information_schema.tables",
        "SELECT DISTINCT table_catalog FROM information_schema.columns",
        "SELECT * FROM information_schema.schemata",
        "SELECT * FROM information_schema.views",
        "SHOW TABLES",
        "SHOW ALL",
        "EXPLAIN VERBOSE SELECT count(*) FROM orders",
    ] {
        let told = asking.rows(sql).await.to_string();
        assert!(!told.contains(DESK), "{sql}: {told}");
        assert!(!told.contains(&format!("{lake}/{DESK}")), "{sql}");
    }
    let masked = asking.rows("SELECT count(*), count(record), count(value) FROM quarantine WHERE record LIKE '%' OR true").await;
    assert_eq!(masked, json!([["0", "0", "0"]]));
    let personal =
        desk.json(json!({"tenant": DESK, "sql": "SELECT count(requester), count(assignee), count(*) FROM tickets"})).await;
    assert_eq!(personal["rows"], json!([["0", "0", "20769"]]), "{personal}");

    let executive = Asking { server: &server, token: token(GIFTS, "executive", "pages only") };
    let problem = executive.problem(json!({"tenant": GIFTS, "sql": "SELECT 1"})).await;
    assert_eq!((&problem["status"], &problem["sqlstate"]), (&json!(403), &json!("42501")));
    let nobody = Asking { server: &server, token: "nonsense".into() };
    assert_eq!(nobody.problem(json!({"tenant": GIFTS, "sql": "SELECT 1"})).await["status"], 401);
}

/// Some data file under `folder`.
fn walk(folder: &std::path::Path) -> String {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("_delta_log") {
            let found = walk(&path);
            if !found.is_empty() {
                return found;
            }
        } else if path.extension().is_some_and(|ending| ending == "parquet") {
            return path.to_str().unwrap().to_owned();
        }
    }
    String::new()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_tells_its_counts_in_the_trailer() {
    let server = Serving::start(&DEMO, &[("QUARTERDECK_WIRE_LIMITS_HTTP_ANSWER_BYTES", "30000000")]);
    let asking = Asking { server: &server, token: token(GIFTS, "analyst", "long answers") };
    let request = json!({"tenant": GIFTS, "sql": "SELECT order_id, quantity FROM order_lines"});
    let mut text = String::new();
    asking.wire(&request, "accept: text/csv\r\nte: trailers\r\n").read_to_string(&mut text).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("trailer: x-row-count, x-truncated") && head.contains("x-row-limit: 1000000"), "{head}");
    assert!(text.ends_with("\r\n0\r\nx-row-count: 541909\r\nx-truncated: false\r\n\r\n"), "{}", &text[text.len() - 200..]);
    let whole = asking.json(request.clone()).await;
    assert_eq!((&whole["row_count"], whole["rows"].as_array().unwrap().len()), (&json!(541_909), 541_909));
    let bytes = asking.ask(ARROW, &request).await.bytes().await.unwrap();
    let batches = StreamReader::try_new(bytes.as_ref(), None).unwrap().map(Result::unwrap);
    assert_eq!(batches.map(|batch: RecordBatch| batch.num_rows()).sum::<usize>(), 541_909);
    let bytes = asking.ask(PARQUET, &request).await.bytes().await.unwrap();
    assert_eq!(ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().metadata().file_metadata().num_rows(), 541_909);
    let done = noted("long answers", |record| record.entry.rows == Some(541_909)).await;
    assert!(done.entry.bytes.unwrap() > 100_000 && done.entry.detail["outcome"] == "done", "{done:?}");

    // Over the limit of bytes, or failing half way: broken off, not ended.
    for sql in [
        "SELECT * FROM history.order_lines",
        "SELECT order_id, 1 / (quantity - quantity + (_row - 400000)) FROM history.order_lines",
    ] {
        let mut text = Vec::new();
        let _ = asking.wire(&json!({"tenant": GIFTS, "sql": sql}), "accept: text/csv\r\n").read_to_end(&mut text);
        assert!(
            text.starts_with(b"HTTP/1.1 200") && text.len() > 1_000_000 && !text.ends_with(b"\r\n0\r\n\r\n"),
            "{sql}: {}",
            text.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_or_stands_still_holds_nothing() {
    let settings = [
        ("QUARTERDECK_WIRE_LIMITS_STALLED_MS", "1000"),
        ("QUARTERDECK_WIRE_LIMITS_TENANT_STATEMENTS", "1"),
        ("QUARTERDECK_CONNECTION_LIMITS_WRITE_TIMEOUT_MS", "3000"),
    ];
    let server = Serving::start(&DEMO, &settings);
    let asking = Asking { server: &server, token: token(GIFTS, "analyst", "comes and goes") };
    // Gone before there is an answer.
    let stream = asking.wire(&json!({"tenant": GIFTS, "sql": RUNAWAY}), "");
    std::thread::sleep(Duration::from_secs(2));
    drop(stream);
    let started = Instant::now();
    assert_eq!(asking.rows("SELECT 1").await, json!([["1"]]));
    assert!(started.elapsed() < Duration::from_secs(15), "the only place was held for {:?}", started.elapsed());
    noted("comes and goes", |record| record.entry.detail["sql"].to_string().contains("CROSS JOIN")).await;

    // Takes the head of a long answer and no more.
    let long = json!({"tenant": GIFTS, "sql": "SELECT a.* FROM history.order_lines a CROSS JOIN (VALUES (1), (2)) b"});
    let mut stream = asking.wire(&long, "accept: text/csv\r\n");
    let mut head = [0; 1000];
    stream.read_exact(&mut head).unwrap();
    let started = Instant::now();
    assert_eq!(asking.rows("SELECT 1").await, json!([["1"]]));
    assert!(started.elapsed() < Duration::from_secs(15), "the only place was held for {:?}", started.elapsed());
    let left = noted("comes and goes", |record| record.entry.detail["sql"].to_string().contains("VALUES")).await;
    assert_ne!(left.entry.detail["outcome"], "done");
    std::thread::sleep(Duration::from_secs(4));
    let mut rest = Vec::new();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let ended = stream.read_to_end(&mut rest);
    assert!(
        !rest.ends_with(b"\r\n0\r\n\r\n") && !matches!(&ended, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock),
        "{ended:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runaway_ends_by_its_deadline() {
    let server = Serving::start(&DEMO, &[("QUARTERDECK_WIRE_LIMITS_STATEMENT_TIMEOUT_MS", "2000")]);
    let asking = Asking { server: &server, token: token(GIFTS, "analyst", "http runaway") };
    let problem = asking.problem(json!({"tenant": GIFTS, "sql": RUNAWAY})).await;
    assert_eq!((&problem["status"], &problem["sqlstate"]), (&json!(504), &json!("57014")), "{problem}");
    let memory = "SELECT array_agg(a.event_id || b.event_id) FROM (SELECT _event_id AS event_id FROM history.order_lines) a, (SELECT _event_id AS event_id FROM history.order_lines LIMIT 1000) b";
    let problem = asking.problem(json!({"tenant": GIFTS, "sql": memory})).await;
    assert!(["53200", "57014"].contains(&problem["sqlstate"].as_str().unwrap()), "{problem}");
    assert_eq!(asking.rows("SELECT 2").await, json!([["2"]]));
}
