//! The Flight SQL door over a real wire: by the clients that analysts bring, and by callers who try what is not theirs.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use arrow::util::display::array_value_to_string;
use arrow_flight::error::FlightError;
use arrow_flight::sql::client::FlightSqlServiceClient;
use arrow_flight::sql::{CommandGetDbSchemas, CommandGetPrimaryKeys, CommandGetTables, CommandGetXdbcTypeInfo};
use arrow_flight::{Action, CancelFlightInfoRequest, FlightDescriptor, FlightInfo, Ticket};
use futures::{StreamExt, TryStreamExt};
use quarterdeck_control::Control;
use serde_json::{Value, json};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use crate::serving::{DESK, GIFTS, RUNAWAY, Serving, noted, token};
use crate::support::{DEMO, checkout};

pub(crate) type Client = FlightSqlServiceClient<Channel>;

pub(crate) async fn client(server: &Serving, token: &str) -> Client {
    let channel = Channel::from_shared(format!("http://127.0.0.1:{}", server.flight)).unwrap().connect().await.unwrap();
    let mut client = FlightSqlServiceClient::new(channel);
    client.set_token(token.to_owned());
    client
}

fn ticket(info: &FlightInfo) -> Ticket {
    info.endpoint[0].ticket.clone().unwrap()
}

async fn fetch(client: &mut Client, info: &FlightInfo) -> Result<Vec<RecordBatch>, FlightError> {
    client.do_get(ticket(info)).await?.try_collect().await
}

async fn rows(client: &mut Client, sql: &str) -> Result<usize, FlightError> {
    let info = client.execute(sql.to_owned(), None).await?;
    Ok(fetch(client, &info).await?.iter().map(RecordBatch::num_rows).sum())
}

/// Everything that `sql` is answered, as text.
pub(crate) async fn told(client: &mut Client, sql: &str) -> String {
    let info = match client.execute(sql.to_owned(), None).await {
        Ok(info) => info,
        Err(error) => return error.to_string(),
    };
    match fetch(client, &info).await {
        Ok(batches) => {
            let cells = |batch: &RecordBatch| {
                let cell = |column: &arrow::array::ArrayRef, row| array_value_to_string(column, row).unwrap();
                (0..batch.num_rows())
                    .flat_map(|row| batch.columns().iter().map(move |column| cell(column, row)))
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            batches.iter().map(cells).collect::<Vec<_>>().join("\n")
        }
        Err(error) => error.to_string(),
    }
}

fn status<T: std::fmt::Debug>(answer: Result<T, FlightError>) -> Status {
    match answer.unwrap_err() {
        FlightError::Tonic(status) => *status,
        other => panic!("{other:?}"),
    }
}

/// Tells of a call of theirs by hand, for what the client keeps to itself.
fn theirs<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

fn steps(server: &Serving, user: &str, password: &str, certificate: Option<&str>) -> BTreeMap<String, Value> {
    let python = Command::new(checkout().join("scripts/flight-clients")).output().unwrap();
    let python = String::from_utf8(python.stdout).unwrap().trim().to_owned();
    let script = checkout().join("tests/clients/flight.py");
    let mut command = Command::new(python);
    command.arg(script).args([&server.flight, GIFTS, user, password]).args(certificate);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said.lines().map(|line| serde_json::from_str::<(String, Value)>(line).unwrap()).collect()
}

#[test]
fn clients_ask_list_and_are_refused_by_code() {
    let server = Serving::start(&DEMO, &[]);
    let password = token(GIFTS, "analyst", "flight clients");
    let steps = steps(&server, "flight clients", &password, None);
    let expected = [
        ("count", json!([[541_909, "9747747.9340"]])),
        ("text", json!([[461]])),
        ("two", json!([[461]])),
        ("instant", json!([[4_477]])),
        ("decimal", json!([[13_548]])),
        ("truth and nothing", json!([[true, null]])),
        ("too few", json!("22023")),
        ("row", json!([["536365", "2010-12-01 08:26:00+00:00", "139.1200", 7]])),
        ("all", json!(541_909)),
        ("masked", json!([[0, 0, 0]])),
        ("views", json!("{DataType(string)}")),
        ("schemas", json!(["control", "forecast", "history", "kpi", "public", "records"].map(|schema| [GIFTS, schema]))),
        ("columns", json!(["order_id", "order_number"])),
        ("table schema", json!(true)),
        ("types", json!(["TABLE", "VIEW"])),
        ("name", json!("Operations SQL")),
        ("insert", json!("25006")),
        ("create", json!("25006")),
        ("external", json!("42601")),
        ("copy", json!("25006")),
        ("engine setting", json!("42501")),
        ("no table", json!("42P01")),
        ("no column", json!("42703")),
        ("no syntax", json!("42601")),
        ("by zero", json!("22012")),
        ("long", json!("54000")),
        ("deep", json!("54001")),
        ("other tenant", json!("42P01")),
        ("file", json!("42P01")),
        ("ingest", json!("25006")),
        ("cancelled", json!("cancelled")),
        ("soon", json!(true)),
        ("afterwards", json!([[2]])),
        ("polars", json!([["United Kingdom", 23_494]])),
        ("as of", json!([[0]])),
        ("no instant", json!("22023")),
        ("bearer", json!([[25_900]])),
        ("pyarrow", json!(["authorization", "Bearer"])),
        ("wrong password", json!("28P01")),
        ("not theirs", json!("3D000")),
    ];
    for (step, answer) in expected {
        assert_eq!(steps.get(step), Some(&answer), "{step}: {steps:#?}");
    }
    let tables = steps["tables"].to_string();
    assert!(tables.contains(r#""public","order_lines","TABLE""#), "{tables}");
    assert_eq!(steps["duckdb"][0][0], "United Kingdom", "{steps:#?}");
}

#[test]
fn clients_come_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("door.pem"), folder.path().join("door.key"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let tls = format!(r#"{{certificate = "{}", key = "{}"}}"#, certificate.display(), key.display());
    let server = Serving::start(&DEMO, &[("QUARTERDECK_FLIGHT_TLS", &tls)]);
    let password = token(GIFTS, "analyst", "flight over tls");
    let steps = steps(&server, "flight over tls", &password, certificate.to_str());
    assert_eq!((&steps["count"], &steps["bearer"]), (&json!([[541_909, "9747747.9340"]]), &json!([[25_900]])), "{steps:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_and_handles_are_worth_nothing_to_others() {
    let server = Serving::start(&DEMO, &[]);
    let (gifts, desk) = (token(GIFTS, "analyst", "flight gifts"), token(DESK, "analyst", "flight desk"));
    let (mut owner, mut other) = (client(&server, &gifts).await, client(&server, &desk).await);

    let info = owner.execute("SELECT order_id FROM orders".into(), None).await.unwrap();
    for thief in [&mut other, &mut client(&server, &token(GIFTS, "analyst", "flight colleague")).await] {
        let refused = status(fetch(thief, &info).await);
        assert_eq!((refused.code(), refused.metadata().get("sqlstate").unwrap().to_str().unwrap()), (Code::NotFound, "26000"));
        let cancel = Action::new("CancelFlightInfo", prost_of(&CancelFlightInfoRequest::new(info.clone())));
        let told = thief.do_action(theirs(cancel, thief.token().unwrap())).await.unwrap().next().await.unwrap().unwrap();
        // Not cancellable.
        assert_eq!(told.body.as_ref(), [8, 3]);
    }
    let mut guessed = ticket(&info);
    let mut bytes = guessed.ticket.to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    guessed.ticket = bytes.into();
    assert_eq!(status(owner.do_get(guessed).await.map(drop)).code(), Code::NotFound);
    assert_eq!(fetch(&mut owner, &info).await.unwrap().iter().map(RecordBatch::num_rows).sum::<usize>(), 25_900);
    assert_eq!(status(fetch(&mut owner, &info).await).code(), Code::NotFound, "a ticket is good once");

    let mut prepared = owner.prepare("SELECT count(*) FROM orders WHERE country = $1".into(), None).await.unwrap();
    assert_eq!(prepared.parameter_schema().unwrap().field(0).data_type(), &arrow::datatypes::DataType::Utf8);
    let france: arrow::array::ArrayRef = std::sync::Arc::new(arrow::array::StringArray::from(vec!["France"]));
    prepared.set_parameters(RecordBatch::try_from_iter([("$1", france.clone())]).unwrap()).unwrap();
    let info = prepared.execute().await.unwrap();
    let descriptor: FlightDescriptor = info.flight_descriptor.clone().unwrap();
    let refused = other.inner_mut().get_flight_info(theirs(descriptor.clone(), &desk)).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "{refused}");
    let nobody = other.inner_mut().get_flight_info(theirs(descriptor.clone(), "nonsense")).await.unwrap_err();
    assert_eq!(nobody.code(), Code::Unauthenticated);
    let count = fetch(&mut owner, &info).await.unwrap();
    assert_eq!(count[0].column(0).as_primitive::<Int64Type>().value(0), 461);
    let two: arrow::array::ArrayRef = std::sync::Arc::new(arrow::array::StringArray::from(vec!["France", "Spain"]));
    prepared.set_parameters(RecordBatch::try_from_iter([("$1", two)]).unwrap()).unwrap();
    assert_eq!(status(prepared.execute().await).code(), Code::Unimplemented);

    // A header that names another tenant opens nothing, and says nothing.
    let mut elsewhere = client(&server, &gifts).await;
    elsewhere.set_header("database", DESK);
    let refused = status(rows(&mut elsewhere, "SELECT 1").await);
    let mut nowhere = client(&server, &gifts).await;
    nowhere.set_header("database", "no_such_desk");
    let missing = status(rows(&mut nowhere, "SELECT 1").await);
    assert_eq!(refused.message().replace(DESK, "no_such_desk"), missing.message());

    let control = Control::open(DEMO.path().join("control.sqlite").to_str().unwrap()).await.unwrap();
    let entry = noted("flight gifts", |_| true).await.entry;
    let quarterdeck_control::AuditWho::Token(id) = entry.who else { panic!("{entry:?}") };
    let waits = owner.execute("SELECT 1".into(), None).await.unwrap();
    assert!(control.revoke_token(&id, entry.at).await.unwrap());
    assert_eq!(status(fetch(&mut owner, &waits).await).code(), Code::Unauthenticated, "what is revoked ends at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_another_tenant_by_name_listing_or_file() {
    let server = Serving::start(&DEMO, &[]);
    let mut gifts = client(&server, &token(GIFTS, "analyst", "flight names")).await;
    for sql in [
        "SELECT * FROM service_desk.public.tickets",
        "SELECT * FROM service_desk.history.tickets",
        "EXPLAIN ANALYZE VERBOSE SELECT * FROM service_desk.public.tickets",
        "SELECT * FROM '../service_desk/tickets'",
        "SELECT * FROM read_parquet('/etc/passwd')",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "COPY (SELECT 1) TO '/tmp/quarterdeck-flight.parquet'",
    ] {
        let told = status(rows(&mut gifts, sql).await).message().to_owned();
        assert!(!told.contains("ticket_id") && !told.contains("lake") && !told.contains("root:"), "{sql}: {told}");
        assert!(gifts.prepare(sql.to_owned(), None).await.is_err(), "{sql}");
    }
    assert!(!std::path::Path::new("/tmp/quarterdeck-flight.parquet").exists());
    let lists = [
        gifts.get_catalogs().await.unwrap(),
        gifts.get_db_schemas(CommandGetDbSchemas::default()).await.unwrap(),
        gifts.get_db_schemas(CommandGetDbSchemas { catalog: Some(DESK.into()), ..CommandGetDbSchemas::default() }).await.unwrap(),
        gifts.get_tables(CommandGetTables { include_schema: true, ..CommandGetTables::default() }).await.unwrap(),
        gifts.get_tables(CommandGetTables { catalog: Some(DESK.into()), ..CommandGetTables::default() }).await.unwrap(),
    ];
    for info in lists {
        for batch in fetch(&mut gifts, &info).await.unwrap() {
            let catalogs = batch.column(0).as_string::<i32>();
            assert!(catalogs.iter().all(|catalog| catalog == Some(GIFTS)), "{batch:?}");
        }
    }
    let mut names = Vec::new();
    for table in ["orders", "service_desk", "no_such_table"] {
        let asked = CommandGetPrimaryKeys { table: table.into(), ..CommandGetPrimaryKeys::default() };
        let info = gifts.get_primary_keys(asked).await.unwrap();
        for batch in fetch(&mut gifts, &info).await.unwrap() {
            names.extend(batch.column(3).as_string::<i32>().iter().map(|name| name.unwrap().to_owned()));
        }
    }
    assert_eq!(names, ["_source", "_instance", "order_id"]);
    let types = gifts.get_xdbc_type_info(CommandGetXdbcTypeInfo::default()).await.unwrap();
    assert!(fetch(&mut gifts, &types).await.unwrap()[0].num_rows() >= 8);

    let mut executive = client(&server, &token(GIFTS, "executive", "flight pages only")).await;
    assert_eq!(status(rows(&mut executive, "SELECT 1").await).code(), Code::PermissionDenied);
    let listing = executive.get_tables(CommandGetTables::default()).await.unwrap();
    assert_eq!(status(fetch(&mut executive, &listing).await).code(), Code::PermissionDenied);
    let mut nobody = client(&server, "nonsense").await;
    assert_eq!(status(nobody.get_catalogs().await).code(), Code::Unauthenticated);
    let update = status(nobody.execute_update("DELETE FROM orders".into(), None).await);
    assert_eq!(update.code(), Code::Unauthenticated, "{update}");
    let update = status(gifts.execute_update("DELETE FROM orders".into(), None).await);
    assert_eq!(update.metadata().get("sqlstate").unwrap(), "25006", "{update}");
    nobody.clear_token();
    let refused = nobody.handshake("flight names", "wrong").await.unwrap_err().to_string();
    assert!(refused.contains("password authentication failed"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_is_bounded_and_ends() {
    let settings = [
        ("QUARTERDECK_WIRE_LIMITS_FLIGHT_OPEN_STATEMENTS", "3"),
        ("QUARTERDECK_WIRE_LIMITS_FLIGHT_OPEN_MS", "2000"),
        ("QUARTERDECK_WIRE_LIMITS_FLIGHT_MESSAGE_BYTES", "100000"),
        ("QUARTERDECK_WIRE_LIMITS_STATEMENT_TIMEOUT_MS", "3000"),
    ];
    let server = Serving::start(&DEMO, &settings);
    let mut analyst = client(&server, &token(GIFTS, "analyst", "flight limits")).await;
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(analyst.execute("SELECT 1".into(), None).await.unwrap());
    }
    let refused = status(analyst.execute("SELECT 1".into(), None).await);
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert!(refused.message().contains("flight_open_statements"), "{refused}");
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(status(fetch(&mut analyst, &asked[0]).await).code(), Code::NotFound, "a ticket ends");
    assert_eq!(rows(&mut analyst, "SELECT 1").await.unwrap(), 1, "what has ended takes no room");
    let long = status(rows(&mut analyst, &format!("SELECT 1 -- {}", "x".repeat(200_000))).await);
    assert_eq!(long.code(), Code::OutOfRange, "{long}");
    let started = Instant::now();
    let runaway = status(rows(&mut analyst, RUNAWAY).await);
    assert!(runaway.message().contains("57014") && started.elapsed() < Duration::from_secs(20), "{runaway}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_reading_or_cancels_holds_nothing_and_leaves_a_trace() {
    let settings = [("QUARTERDECK_WIRE_LIMITS_STALLED_MS", "1000"), ("QUARTERDECK_WIRE_LIMITS_TENANT_STATEMENTS", "1")];
    let server = Serving::start(&DEMO, &settings);
    let secret = token(GIFTS, "analyst", "flight stalls");
    let (mut analyst, mut again) = (client(&server, &secret).await, client(&server, &secret).await);
    let all = analyst.execute("SELECT * FROM history.order_lines".into(), None).await.unwrap();
    let mut stalled = analyst.do_get(ticket(&all)).await.unwrap();
    assert!(stalled.next().await.unwrap().is_ok());
    tokio::time::sleep(Duration::from_millis(3_000)).await;
    let started = Instant::now();
    assert_eq!(rows(&mut again, "SELECT 1").await.unwrap(), 1);
    assert!(started.elapsed() < Duration::from_secs(10), "the only place was held for {:?}", started.elapsed());
    let mut ended = false;
    while let Some(batch) = stalled.next().await {
        ended |= batch.is_err();
        if ended {
            break;
        }
    }
    assert!(ended, "a part is not taken for the whole");

    let runaway = analyst.execute(RUNAWAY.into(), None).await.unwrap();
    let mut running = client(&server, &secret).await;
    let taking = tokio::spawn({
        let runaway = runaway.clone();
        async move { status(fetch(&mut running, &runaway).await) }
    });
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let cancel = Action::new("CancelFlightInfo", prost_of(&CancelFlightInfoRequest::new(runaway)));
    let told = analyst.do_action(theirs(cancel, &secret)).await.unwrap().next().await.unwrap().unwrap();
    assert_eq!(told.body.as_ref(), [8, 1]);
    let cancelled = tokio::time::timeout(Duration::from_secs(10), taking).await.unwrap().unwrap();
    assert_eq!(cancelled.code(), Code::Cancelled, "{cancelled}");
    let trace = noted("flight stalls", |record| record.entry.detail.get("outcome") == Some(&json!("cancelled"))).await;
    assert_eq!(trace.entry.detail["door"], "flight");
    assert_eq!(rows(&mut analyst, "SELECT order_id FROM orders WHERE order_id <> 'Secretland'").await.unwrap(), 25_900);
    let trace = noted("flight stalls", |record| record.entry.rows == Some(25_900)).await;
    assert!(trace.entry.bytes.unwrap() > 100_000 && trace.entry.detail["outcome"] == "done", "{trace:?}");
    assert!(!format!("{trace:?}").contains("Secretland"), "values are not noted");
}

/// A message as it is sent.
fn prost_of(message: &CancelFlightInfoRequest) -> Vec<u8> {
    use prost::Message;
    message.encode_to_vec()
}
