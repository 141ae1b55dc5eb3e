//! What somebody of one tenant may try to see of another, by every door that takes SQL: no byte of it. What they are told does not say whether
//! there is anything to see.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::flight_door;
use crate::serving::{DESK, GIFTS, Serving, token};
use crate::support::DEMO;

/// Texts that only the other tenant's records hold: numbers of its incidents, who works on them, its table's path.
const THEIRS: [&str; 4] = ["INC00", "Caller ", "Resolver ", "lake/service_desk"];

/// Statements; `{desk}` is the other tenant's name.
const STATEMENTS: &[&str] = &[
    // By name.
    "SELECT * FROM {desk}.public.tickets",
    "SELECT * FROM {desk}.history.tickets",
    "SELECT * FROM \"{desk}\".\"public\".\"tickets\"",
    "SELECT * FROM {desk}.records.backlog",
    "SELECT * FROM {desk}.control.audit",
    "TABLE {desk}.public.tickets",
    "SELECT * FROM public.{desk}",
    "SELECT (SELECT count(*) FROM {desk}.public.tickets)",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM {desk}.public.tickets)",
    "WITH t AS (SELECT * FROM {desk}.public.tickets) SELECT * FROM t",
    "SELECT * FROM orders JOIN {desk}.public.tickets ON true",
    "SELECT '{desk}.public.tickets'::regclass",
    // By what plans and lists.
    "EXPLAIN SELECT * FROM {desk}.public.tickets",
    "EXPLAIN ANALYZE SELECT * FROM {desk}.public.tickets",
    "EXPLAIN VERBOSE SELECT * FROM tickets",
    "EXPLAIN FORMAT TREE SELECT * FROM tickets",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM information_schema.columns",
    "SELECT * FROM information_schema.schemata",
    "SELECT * FROM information_schema.views",
    "SELECT * FROM information_schema.df_settings",
    "SELECT * FROM information_schema.routines",
    "SELECT * FROM information_schema.parameters",
    "SELECT * FROM pg_catalog.pg_database",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM pg_catalog.pg_stat_activity",
    "SELECT * FROM pg_catalog.pg_settings",
    "SHOW ALL",
    "SHOW TABLES",
    "SHOW TABLES FROM {desk}",
    "DESCRIBE {desk}.public.tickets",
    // By path.
    "SELECT * FROM '{lake}/{desk}/tickets'",
    "SELECT * FROM '{lake}/{desk}/tickets/'",
    "SELECT * FROM '../{desk}/tickets'",
    "SELECT * FROM 'file://{lake}/{desk}/tickets'",
    "SELECT * FROM \"../{desk}/tickets\"",
    "SELECT * FROM read_parquet('{lake}/{desk}/tickets')",
    "SELECT * FROM parquet_metadata('{lake}/{desk}/tickets')",
    "SELECT * FROM delta_scan('{lake}/{desk}/tickets')",
    "SELECT pg_read_file('{lake}/{desk}/tickets/_delta_log/00000000000000000000.json')",
    "CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '{lake}/{desk}/tickets'",
    "COPY (SELECT 1) TO '{lake}/{desk}/tickets/x.parquet'",
    // By who one is.
    "SET ROLE {desk}",
    "SET SESSION AUTHORIZATION '{desk}'",
    "SET datafusion.catalog.default_catalog = '{desk}'",
    "SET search_path = {desk}",
    "USE {desk}",
    "SELECT set_config('datafusion.catalog.default_catalog', '{desk}', false)",
    // By the KPI layer.
    "SELECT * FROM kpi('backlog', 'month', '{desk}')",
    "SELECT * FROM kpi('../{desk}/backlog', 'month')",
    "SELECT * FROM records.backlog",
    "SELECT * FROM kpi.backlog",
    // By the control store.
    "SELECT * FROM control.tenants",
    "SELECT * FROM control.tokens",
    "SELECT * FROM control.people",
    // By errors.
    "SELECT CAST(ticket_id AS BIGINT) FROM {desk}.public.tickets",
    "SELECT 1 / (SELECT count(*) - count(*) FROM {desk}.public.tickets)",
    "SELECT arrow_typeof(t) FROM {desk}.public.tickets t",
];

fn statements() -> Vec<String> {
    let lake = DEMO.path().join("lake").display().to_string();
    STATEMENTS.iter().map(|sql| sql.replace("{desk}", DESK).replace("{lake}", &lake)).collect()
}

/// What was told, less the words of the question.
fn assert_nothing_of_theirs(sql: &str, told: &str) {
    let asked = |word: &str| sql.contains(word);
    for theirs in THEIRS.iter().filter(|theirs| !asked(theirs)) {
        assert!(!told.contains(theirs), "{sql}: {theirs}: {told}");
    }
    // Its very name is told only to whoever wrote it.
    assert!(asked(DESK) || !told.contains(DESK), "{sql}: {told}");
}

#[test]
fn their_marks_are_there_to_be_found() {
    let found = DEMO.sql(DESK, "SELECT min(ticket_id) AS id, min(requester) AS who FROM tickets");
    let told = format!("{found:?}");
    assert!(told.contains(THEIRS[0]) && told.contains(THEIRS[1]), "{told}");
}

#[test]
fn over_postgres() {
    let server = Serving::start(&DEMO, &[]);
    let password = token(GIFTS, "administrator", "attacks by wire");
    // As good as another's name: none is told more of the one that exists.
    let shape = |told: &str, name: &str| told.replace(name, "NAME");
    for sql in statements() {
        let output = server.psql(GIFTS, "attacks by wire", &password, &sql);
        let told = [output.stdout, output.stderr].concat();
        assert_nothing_of_theirs(&sql, &String::from_utf8_lossy(&told));
        let nowhere = server.psql(GIFTS, "attacks by wire", &password, &sql.replace(DESK, "service_nowhere"));
        if sql.contains(&format!("FROM {DESK}.")) {
            let (there, nowhere) =
                (String::from_utf8_lossy(&told).into_owned(), String::from_utf8_lossy(&nowhere.stderr).into_owned());
            assert_eq!(shape(&there, DESK), shape(&nowhere, "service_nowhere"), "{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http() {
    let server = Serving::start(&DEMO, &[]);
    let token = token(GIFTS, "administrator", "attacks by http");
    let client = reqwest::Client::new();
    let address = format!("http://{}/api/v1/sql", server.http);
    for sql in statements() {
        for accept in ["application/json", "text/csv"] {
            let request = json!({"tenant": GIFTS, "sql": sql});
            let asked =
                client.post(&address).bearer_auth(&token).header("accept", accept).header("content-type", "application/json");
            let told = asked.body(request.to_string()).send().await.unwrap().text().await.unwrap();
            assert_nothing_of_theirs(&sql, &told);
        }
    }
    // In the name of the other tenant.
    let request = json!({"tenant": DESK, "sql": "SELECT 1"});
    let asked = client.post(&address).bearer_auth(&token).header("content-type", "application/json");
    let response = asked.body(request.to_string()).send().await.unwrap();
    assert_eq!(response.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_flight() {
    let server = Serving::start(&DEMO, &[]);
    let token = token(GIFTS, "administrator", "attacks by flight");
    let mut client = flight_door::client(&server, &token).await;
    assert_eq!(flight_door::told(&mut client, "SELECT count(*) FROM orders").await, "25900");
    for sql in statements() {
        assert_nothing_of_theirs(&sql, &flight_door::told(&mut client, &sql).await);
    }
    client.set_header("database", DESK);
    let told = flight_door::told(&mut client, "SELECT 1").await;
    assert!(told.contains("does not exist"), "{told}");
}

/// Refused as fast whether what is named exists or not: the medians of questions that alternate, on one connection.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_that_a_refusal_takes_tells_nothing() {
    const ROUNDS: usize = 60;
    let server = Serving::start(&DEMO, &[]);
    let token = token(GIFTS, "administrator", "attacks by time");
    let (client, address) = (reqwest::Client::new(), format!("http://{}/api/v1/sql", server.http));
    let ask = async |tenant: &str, sql: &str| {
        let asked = client.post(&address).bearer_auth(&token).header("content-type", "application/json");
        let started = Instant::now();
        let response = asked.body(json!({"tenant": tenant, "sql": sql}).to_string()).send().await.unwrap();
        assert!(response.status().is_client_error(), "{tenant}: {sql}");
        response.bytes().await.unwrap();
        started.elapsed()
    };
    // As long as the other's name, so that their bytes are no difference.
    let nowhere = "service_nook";
    assert_eq!(nowhere.len(), DESK.len());
    let table = |name: &str| format!("SELECT * FROM {name}.public.tickets");
    for (there, missing) in
        [((GIFTS, table(DESK)), (GIFTS, table(nowhere))), ((DESK, "SELECT 1".into()), (nowhere, "SELECT 1".into()))]
    {
        let (mut of_there, mut of_missing) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            of_there.push(ask(there.0, &there.1).await);
            of_missing.push(ask(missing.0, &missing.1).await);
        }
        let median = |times: &mut Vec<Duration>| {
            times.sort();
            times[ROUNDS / 2]
        };
        let (there_time, missing_time) = (median(&mut of_there), median(&mut of_missing));
        let (shorter, longer) = (there_time.min(missing_time), there_time.max(missing_time));
        assert!(longer < shorter * 2, "{there:?}: {there_time:?}, {missing_time:?}");
    }
}
