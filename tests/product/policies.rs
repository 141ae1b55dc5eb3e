//! What somebody may try who sees some rows, some domains and no personal data of their own tenant, by every door that takes SQL: nothing of the
//! rest, not in rows, plans, lists or errors.

use std::sync::LazyLock;

use serde_json::json;

use crate::flight_door;
use crate::serving::{GIFTS, Serving};
use crate::support::{Home, checkout};

/// Texts of rows that are not theirs to see.
const HIDDEN: [&str; 4] = ["Germany", "EIRE", "Norway", "25900"];

/// The demo, whose partner sees France's orders alone.
static FRANCE: LazyLock<(Home, String)> = LazyLock::new(|| {
    let home = Home::new();
    home.succeed(&["demo", "--no-serve", "--samples", checkout().join("data-samples").to_str().unwrap()]);
    let partner = home.succeed(&["grant", "list", "--format", "json"]);
    let partner: serde_json::Value = serde_json::from_str(&partner).unwrap();
    let partner = partner[0]["partner"].as_str().unwrap().to_owned();
    let tables = ["orders", "order_lines", "customers"].map(|table| format!("{table}.country=France"));
    let grant = ["grant", "add", "--partner", &partner, "--tenant", GIFTS, "--domain", "commerce"];
    let only = tables.iter().flat_map(|filter| ["--only", filter.as_str()]);
    home.succeed(&grant.into_iter().chain(only).collect::<Vec<_>>());
    let token = home.succeed(&["token", "create", "--tenant", GIFTS, "--role", "analyst", "--name", "france"]).trim().to_owned();
    (home, token)
});

/// Statements, none of which may tell of other rows, tables or people.
const STATEMENTS: &[&str] = &[
    "SELECT DISTINCT country FROM orders",
    "SELECT * FROM orders WHERE country <> 'France'",
    "SELECT country, count(*) FROM history.orders GROUP BY country",
    "SELECT DISTINCT country FROM records.net_sales",
    "SELECT * FROM kpi('net_sales', 'year', 'country')",
    "SELECT sum(records) FROM kpi.orders",
    "SELECT count(*) FROM orders",
    "SELECT min(country), max(country) FROM orders",
    // By an error over rows that are not theirs.
    "SELECT * FROM orders WHERE CAST(country AS BIGINT) = 1",
    "SELECT CAST(country AS BIGINT) FROM orders",
    "SELECT * FROM history.order_lines WHERE CAST(country AS BIGINT) > 1",
    "SELECT 1 FROM orders WHERE country = 'France' AND CAST(order_number || country AS BIGINT) = 1",
    "SELECT sum(CAST(country AS BIGINT)) FROM order_lines",
    "SELECT a.country FROM orders a JOIN orders b ON CAST(a.country AS BIGINT) = CAST(b.country AS BIGINT)",
    // By plans.
    "EXPLAIN SELECT * FROM orders",
    "EXPLAIN VERBOSE SELECT * FROM orders WHERE country = 'France'",
    "EXPLAIN ANALYZE SELECT * FROM orders",
    "EXPLAIN ANALYZE VERBOSE SELECT count(*) FROM history.orders",
    // Other domains.
    "SELECT * FROM suppliers",
    "SELECT * FROM history.bills",
    "SELECT * FROM records.on_time_delivery",
    "SELECT * FROM kpi('on_time_delivery', 'month')",
    "SELECT table_name FROM information_schema.tables",
    "SELECT column_name FROM information_schema.columns",
    "SELECT relname FROM pg_catalog.pg_class",
];

/// Names that other domains have, and nobody who sees commerce alone is told unless they said them.
const OTHER_DOMAINS: [&str; 4] = ["suppliers", "on_time_delivery", "ticket_events", "purchase_orders"];

fn assert_nothing_hidden(sql: &str, told: &str) {
    for hidden in HIDDEN.iter().chain(&OTHER_DOMAINS).filter(|hidden| !sql.contains(*hidden)) {
        assert!(!told.contains(hidden), "{sql}: {hidden}: {told}");
    }
}

/// Asked outright and by a division that fails where such a row is: both answers must be the same for a country that is hidden and one
/// that does not exist.
fn by_zero(country: &str) -> String {
    format!("SELECT count(*) FROM orders WHERE 1 / (CASE WHEN country = '{country}' THEN 0 ELSE 1 END) = 1")
}

#[test]
fn what_is_hidden_is_there_to_be_found() {
    let home = &FRANCE.0;
    assert_eq!(home.count(GIFTS, "SELECT count(*) FROM orders"), 25_900);
    assert!(home.count(GIFTS, "SELECT count(*) FROM orders WHERE country = 'Germany'") > 0);
}

#[test]
fn over_postgres() {
    let (home, token) = &*FRANCE;
    let server = Serving::start(home, &[]);
    let told = |sql: &str| {
        let output = server.psql(GIFTS, "france", token, sql);
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    assert_eq!(told("SELECT count(*), count(DISTINCT country) FROM orders").trim(), "461|1");
    assert_eq!(
        told("SELECT count(*) FROM orders WHERE upper(country) = 'FRANCE' AND net_value > 0").trim(),
        told("SELECT count(*) FROM orders WHERE net_value > 0").trim()
    );
    for sql in STATEMENTS {
        assert_nothing_hidden(sql, &told(sql));
    }
    assert_eq!(told(&by_zero("Germany")), told(&by_zero("Atlantis")));
    assert!(told(&by_zero("France")).contains("zero"));
    let (hidden, missing) = (told("SELECT * FROM suppliers"), told("SELECT * FROM supplierz"));
    assert_eq!(hidden.replace("suppliers", "NAME"), missing.replace("supplierz", "NAME"));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_and_flight() {
    let (home, token) = &*FRANCE;
    let server = Serving::start(home, &[]);
    let client = reqwest::Client::new();
    let mut flight = flight_door::client(&server, token).await;
    assert_eq!(flight_door::told(&mut flight, "SELECT count(*) FROM orders").await, "461");
    for sql in STATEMENTS.iter().copied().map(str::to_owned).chain([by_zero("Germany")]) {
        let asked = client.post(format!("http://{}/api/v1/sql", server.http)).bearer_auth(token);
        let asked = asked.header("content-type", "application/json").header("accept", "application/json");
        let told = asked.body(json!({"tenant": GIFTS, "sql": sql}).to_string()).send().await.unwrap().text().await.unwrap();
        assert_nothing_hidden(&sql, &told);
        assert_nothing_hidden(&sql, &flight_door::told(&mut flight, &sql).await);
    }
    // The pages' numbers are of the same rows.
    let reading = format!("http://{}/api/v1/tenants/{GIFTS}/kpis/orders/reading", server.http);
    let reading = client.get(format!("{reading}?period=all")).bearer_auth(token).send().await.unwrap().text().await.unwrap();
    assert!(!reading.contains("25900") && !reading.contains("22064"), "{reading}");
}
