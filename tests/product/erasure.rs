//! Whom an erasure is about is gone: from every table, every version, every file and every log; and every number stays what it was. What is
//! kept no longer goes too.

use std::path::{Path, PathBuf};
use std::time::Duration;

use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::{Value, json};

use crate::live_support::{Door, EVENT, EVENTS, QUICK, errors_of, home, landed, reaches, register};
use crate::support::Home;

const TENANT: &str = "t";
/// Upkeep when it is asked for alone.
const BY_HAND: &str = "[upkeep]\ninterval_ms = 3600000\nsettle_parts = 1000000\n";
/// Upkeep all the time.
const ALWAYS: &str = "[upkeep]\ninterval_ms = 50\nsettle_parts = 2\nkeep_files_ms = 3000\nvacuum_interval_ms = 500\n";
/// What must be found nowhere.
const SECRETS: [&str; 4] = ["ann@example.com", "+49 171 5550100", "Ann Secretive", "cust-4711"];

fn event(kind: &str, id: &str, second: u32, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/shop", "type": format!("quarterdeck.{kind}"),
        "time": format!("2026-01-05T10:00:{second:02}Z"), "data": data})
}

fn customer(id: &str, name: &str, email: &str, second: u32) -> Value {
    let data = json!({"customer_id": id, "name": name, "email": email, "phone": SECRETS[1], "kind": "person"});
    event(
        "customers",
        &format!("c{}-{second}", name.len()),
        second,
        if name == "Bob" { json!({"customer_id": id, "name": name}) } else { data },
    )
}

fn order(id: &str, customer: &str, value: &str) -> Value {
    let data = json!({"order_id": id, "kind": "order", "customer_id": customer, "ordered_at": "2026-01-05T09:00:00Z",
        "net_value": value, "currency": "EUR"});
    event("orders", id, 1, data)
}

fn line(order: &str, customer: &str, value: &str) -> Value {
    let data = json!({"order_id": order, "line_number": 1, "customer_id": customer, "ordered_at": "2026-01-05T09:00:00Z",
        "order_kind": "order", "line_type": "product", "quantity": 1, "net_value": value, "currency": "EUR"});
    event("order_lines", &format!("{order}-1"), 1, data)
}

/// Ann in every way in which a person comes to be known, and Bob, who stays.
fn company() -> Vec<Value> {
    vec![
        customer(SECRETS[3], "Ann Secretive", "Ann@Example.com", 1),
        customer(SECRETS[3], "Ann Secretive", SECRETS[0], 7),
        customer("cust-1", "Bob", "", 1),
        order("o1", SECRETS[3], "10.00"),
        order("o2", SECRETS[3], "20.00"),
        order("o3", "cust-1", "5.00"),
        line("o1", SECRETS[3], "10.00"),
        line("o2", SECRETS[3], "20.00"),
        line("o3", "cust-1", "5.00"),
        event("tickets", "t1", 2, json!({"ticket_id": "t1", "requester": SECRETS[0], "opened_at": "2026-01-05T09:30:00Z"})),
        event(
            "tickets",
            "t2",
            2,
            json!({"ticket_id": "t2", "requester": "bob@example.com", "opened_at": "2026-01-05T09:30:00Z"}),
        ),
        // Of no table, and of a table that it does not fit.
        event("wishes", "w1", 3, json!({"from": SECRETS[0]})),
        event("orders", "broken", 3, json!({"order_id": "o9", "customer_id": SECRETS[3], "ordered_at": "no day"})),
    ]
}

async fn tell(door: &Door, path: &str, events: &[Value]) {
    for event in events {
        door.tell(path, &[("content-type", EVENT)], event.to_string().into_bytes()).await;
    }
}

/// What executives see of it.
fn numbers(home: &Home, as_of: Option<&str>) -> Vec<(Value, Value)> {
    let more = as_of.map_or(vec![], |at| vec!["--as-of", at]);
    let numbers =
        ["net_sales", "orders", "active_customers", "repeat_customer_rate", "backlog"].map(|kpi| home.kpi(TENANT, kpi, &more));
    numbers.into_iter().map(|answer| (answer["value"].clone(), answer["n"].clone())).collect()
}

fn erase(home: &Home, more: &[&str]) -> Value {
    serde_json::from_str(&home.succeed(&[&["erase", "--tenant", TENANT, "--format", "json"], more].concat())).unwrap()
}

fn erase_ann(home: &Home, more: &[&str]) -> Value {
    let ann = ["--source", "cloudevents", "--table", "customers", "--key", SECRETS[3]];
    erase(home, &[&ann, more].concat())
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

/// Files of the lake, data and log, that hold `text` in any way.
fn files_with(home: &Home, text: &str) -> Vec<PathBuf> {
    let text = text.to_lowercase();
    let holds = |path: &PathBuf| {
        // Whatever is removed meanwhile holds nothing.
        let Ok(bytes) = std::fs::read(path) else { return false };
        let raw = String::from_utf8_lossy(&bytes).to_lowercase();
        if raw.contains(&text) {
            return true;
        }
        if path.extension().is_none_or(|extension| extension != "parquet") {
            return false;
        }
        let reader = SerializedFileReader::new(axum::body::Bytes::from(bytes)).unwrap();
        let mut rows = reader.get_row_iter(None).unwrap();
        rows.any(|row| row.unwrap().into_columns().into_iter().any(|(_, field)| told(&field).to_lowercase().contains(&text)))
    };
    files_under(&home.path().join("lake")).into_iter().filter(holds).collect()
}

/// Files of the journal that hold `text`.
fn journal_with(home: &Home, text: &str) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| std::fs::read(path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text));
    files_under(&home.path().join("journal")).into_iter().filter(holds).collect()
}

/// Waits until the journal holds `text` nowhere.
async fn leaves_the_journal(home: &Home, text: &str) {
    let started = std::time::Instant::now();
    while !journal_with(home, text).is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60), "{text}: {:?}: {}", journal_with(home, text), errors_of(home));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn told(field: &parquet::record::Field) -> String {
    match field {
        parquet::record::Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        other => other.to_string(),
    }
}

fn assert_gone(home: &Home) {
    for secret in SECRETS {
        assert_eq!(files_with(home, secret), Vec::<PathBuf>::new(), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_goes_from_every_file_and_every_number_stays() {
    let home = home(&format!("{QUICK}{BY_HAND}"), &[TENANT]);
    home.succeed(&["tenant", TENANT, "--today", "2026-01-31"]);
    let path = register(&home, TENANT, "cloudevents");
    let door = Door::open(&home);
    let company = company();
    tell(&door, &path, &company[..8]).await;
    landed(&home, TENANT, 8).await;
    home.succeed(&["upkeep", "--tenant", TENANT]);
    tell(&door, &path, &company[8..]).await;
    landed(&home, TENANT, company.len()).await;
    assert!(!files_with(&home, SECRETS[0]).is_empty(), "the search finds what is there");
    let (known, then) = (numbers(&home, None), home.kpi(TENANT, "orders", &[])["knowledge_time"].as_str().unwrap().to_owned());

    let proof = erase_ann(&home, &["--now", "--reason", "asked by letter"]);
    let one = &proof[0];
    assert_eq!(
        (&one["state"], &one["found_after"], &one["reason"]),
        (&json!("proven"), &json!(0), &json!("asked by letter")),
        "{proof}"
    );
    assert_eq!(one["rows_removed"], 2, "two versions of one customer: {proof}");
    // Two orders and their lines, the ticket, and every message and row set aside that told of her.
    assert_eq!(one["rows_blanked"].as_i64().unwrap() - one["messages_blanked"].as_i64().unwrap(), 5, "{proof}");
    assert_gone(&home);
    assert_eq!(numbers(&home, None), known);
    assert_eq!(numbers(&home, Some(&then)), known);
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM customers"), 1);
    assert_eq!(home.count(TENANT, "SELECT count(DISTINCT customer_id) FROM orders WHERE customer_id LIKE 'erased-%'"), 1);
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM tickets WHERE requester = 'bob@example.com'"), 1);
    let kept = "SELECT count(*) FROM deliveries WHERE body IS NOT NULL";
    assert_eq!(home.count(TENANT, kept), 4, "Bob, his order, its line, his ticket");
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM erased_files WHERE removed_at IS NULL"), 0);

    // Settled, it is still so; and asking again is the same erasure.
    home.succeed(&["upkeep", "--tenant", TENANT]);
    assert_eq!(numbers(&home, None), known);
    assert_eq!(erase_ann(&home, &["--now"])[0]["erasure_id"], one["erasure_id"]);

    // The source sends old messages again: known by their hash, they go as well. What happens later is a new person's.
    let asked_at = one["asked_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let time = (asked_at + chrono::TimeDelta::seconds(1)).to_rfc3339();
    let later = json!({"specversion": "1.0", "id": "new", "source": "/shop", "type": "quarterdeck.customers", "time": time,
        "data": {"customer_id": SECRETS[3], "name": "Ann Anew"}});
    tell(&door, &path, &[company[0].clone(), company[3].clone(), later]).await;
    landed(&home, TENANT, company.len() + 3).await;
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM customers"), 2);
    home.succeed(&["upkeep", "--tenant", TENANT]);
    let again = erase(&home, &["--now"]);
    assert_eq!((&again[0]["state"], &again[0]["rows_removed"]), (&json!("proven"), &json!(3)), "{again}");
    assert_eq!(home.sql(TENANT, "SELECT name FROM customers WHERE customer_id = 'cust-4711'")[0]["name"], "Ann Anew");
    assert_eq!(numbers(&home, None), known);
    for secret in &SECRETS[..3] {
        assert_eq!(files_with(&home, secret), Vec::<PathBuf>::new(), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_shop_asks_to_redact_is_erased_and_a_whole_shop_waits_for_a_word() {
    let home = home(&format!("{QUICK}{ALWAYS}"), &[TENANT]);
    let path = register(&home, TENANT, "shopify");
    let door = Door::open(&home);
    let post = async |topic: &str, id: &str, body: Value| {
        let headers = [
            ("content-type", "application/json"),
            ("x-shopify-topic", topic),
            ("x-shopify-event-id", id),
            ("x-shopify-shop-domain", "gifts.myshopify.com"),
            ("x-shopify-triggered-at", "2026-01-05T10:00:00Z"),
        ];
        door.tell(&path, &headers, body.to_string().into_bytes()).await;
    };
    let customer = |id: u32, email: &str| {
        json!({"id": id, "email": email, "first_name": "A", "last_name": "B",
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-05T10:00:00Z", "state": "enabled"})
    };
    post("customers/create", "1", customer(4711, SECRETS[0])).await;
    post("customers/create", "2", customer(4712, "bob@example.com")).await;
    landed(&home, TENANT, 2).await;
    assert!(!journal_with(&home, SECRETS[0]).is_empty(), "the search finds what is there");
    let redact =
        json!({"shop_domain": "gifts.myshopify.com", "customer": {"id": 4711, "email": SECRETS[0]}, "orders_to_redact": [1, 2]});
    post("customers/redact", "3", redact).await;
    reaches(&home, TENANT, "SELECT count(*) FROM erasures WHERE state = 'proven' AND found_after = 0", 3).await;
    assert_eq!(files_with(&home, SECRETS[0]), Vec::<PathBuf>::new(), "{}", errors_of(&home));
    leaves_the_journal(&home, SECRETS[0]).await;
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM customers"), 1);

    post("shop/redact", "4", json!({"shop_domain": "gifts.myshopify.com"})).await;
    landed(&home, TENANT, 4).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM customers"), 1, "one message does not end a shop");
    erase(&home, &["--asked"]);
    reaches(&home, TENANT, "SELECT count(*) FROM erasures WHERE state = 'proven' AND found_after = 0", 4).await;
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM history.customers"), 0);
    assert_eq!(files_with(&home, "bob@example.com"), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_survives_kills_beside_landings_and_settlings() {
    const ROUNDS: u64 = 12;
    let home = home(&format!("{QUICK}{ALWAYS}"), &[TENANT]);
    let path = register(&home, TENANT, "cloudevents");
    let door = Door::open(&home);
    let company = company();
    tell(&door, &path, &company).await;
    landed(&home, TENANT, company.len()).await;
    let ann = ["erase", "--tenant", TENANT, "--source", "cloudevents", "--table", "customers", "--key", SECRETS[3]];
    let mut told = 0;
    for round in 0..ROUNDS {
        let orders = (0..20).map(|number| order(&format!("r{round}-{number}"), "cust-1", "1.00")).collect::<Vec<_>>();
        told += orders.len();
        door.tell(&path, &[("content-type", EVENTS)], Value::Array(orders).to_string().into_bytes()).await;
        let mut erasing = home.command(&ann).stdout(std::process::Stdio::null()).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(40 + 35 * round)).await;
        erasing.kill().unwrap();
        erasing.wait().unwrap();
    }
    erase_ann(&home, &[]);
    reaches(&home, TENANT, "SELECT count(*) FROM erasures WHERE state = 'proven' AND found_after = 0", 1).await;
    reaches(&home, TENANT, "SELECT count(*) FROM orders", i64::try_from(told + 3).unwrap()).await;
    assert_eq!(home.count(TENANT, "SELECT count(DISTINCT customer_id) FROM orders"), 2);
    assert_gone(&home);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_kept_as_long_as_their_class() {
    let expire = "retention_days = { raw = 0 }\n";
    let home = home(&format!("{QUICK}{BY_HAND}{expire}"), &[TENANT]);
    let path = register(&home, TENANT, "cloudevents");
    let door = Door::open(&home);
    tell(&door, &path, &company()[..4]).await;
    landed(&home, TENANT, 4).await;
    drop(door);
    let said = home.succeed(&["upkeep", "--tenant", TENANT, "--vacuum", "0"]);
    assert!(said.contains("deliveries: 4 rows are kept no longer"), "{said}");
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM deliveries"), 0);
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM orders"), 1);
    assert!(files_with(&home, "specversion").is_empty());

    std::fs::write(home.path().join("quarterdeck.toml"), "[upkeep.retention_days]\nraww = 3\n").unwrap();
    let message = home.fail(&["upkeep", "--tenant", TENANT]);
    assert!(message.contains("raww") && message.contains("raw"), "{message}");
}

/// An order of the tenant that ends, and of no other.
const ITS_ORDER: &str = "order-of-t-alone";
const CONTRACT_ENDED: [&str; 6] = ["erase", "--tenant", TENANT, "--whole-tenant", "--confirm", TENANT];

fn end(home: &Home, more: &[&str]) -> Value {
    serde_json::from_str(&home.succeed(&[CONTRACT_ENDED.as_slice(), &["--format", "json"], more].concat())).unwrap()
}

/// Folders and files that tell of the tenant: in the lake by their place, in the journal by an order of its own.
fn tells_of_the_tenant(home: &Home) -> Vec<PathBuf> {
    let lake = home.path().join("lake").join(TENANT);
    let mut files = if lake.exists() { files_under(&lake) } else { Vec::new() };
    files.extend(lake.exists().then_some(lake));
    files.extend(journal_with(home, ITS_ORDER));
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_tenant_goes_and_its_neighbour_stays() {
    const OTHER: &str = "other";
    let home = home(&format!("{QUICK}{ALWAYS}"), &[TENANT, OTHER]);
    let (path, others) = (register(&home, TENANT, "cloudevents"), register(&home, OTHER, "cloudevents"));
    let door = Door::open(&home);
    let company = company();
    for path in [&path, &others] {
        tell(&door, path, &company).await;
    }
    tell(&door, &path, &[order(ITS_ORDER, "cust-1", "1.00")]).await;
    landed(&home, TENANT, company.len() + 1).await;
    landed(&home, OTHER, company.len()).await;
    assert!(tells_of_the_tenant(&home).len() > 20, "the search finds what is there");
    let stays = home.kpi(OTHER, "net_sales", &[])["value"].clone();
    let token = home.succeed(&["token", "create", "--tenant", TENANT, "--role", "executive", "--name", "board"]);

    // Not by a slip of the hand.
    let message = home.fail(&["erase", "--tenant", TENANT, "--whole-tenant", "--confirm", OTHER]);
    assert!(message.contains("--confirm must repeat the id `t`"), "{message}");
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM customers"), 2);

    // While it serves and more comes: serving goes on with it until nothing is found.
    let orders = (0..200).map(|number| order(&format!("r{number}"), "cust-1", "1.00")).collect::<Vec<_>>();
    door.tell(&path, &[("content-type", EVENTS)], Value::Array(orders).to_string().into_bytes()).await;
    let ended = end(&home, &["--reason", "the contract has ended"]);
    assert!(ended["gone"]["files"].as_u64().unwrap() > 20, "{ended}");
    assert_eq!(ended["proven_at"], Value::Null, "a server runs that may not have heard of it: {ended}");
    let started = std::time::Instant::now();
    let proof = loop {
        let shown: Value = serde_json::from_str(&home.succeed(&["erase", "--tenant", TENANT, "--format", "json"])).unwrap();
        if shown["proven_at"].is_string() {
            break shown;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{shown} {}", errors_of(&home));
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(proof["reason"], "the contract has ended");
    assert_eq!(tells_of_the_tenant(&home), Vec::<PathBuf>::new());
    let refused = door.status(&path, &[("content-type", EVENT)], company[0].to_string().as_bytes()).await;
    assert!(refused.is_client_error(), "{refused}");
    let asked = reqwest::Client::new().get(format!("{}/api/v1/me", door.address)).bearer_auth(token.trim()).send().await.unwrap();
    assert_eq!(asked.status(), 401);

    // Its neighbour has everything, and nobody bears its name again.
    assert_eq!(home.kpi(OTHER, "net_sales", &[])["value"], stays);
    assert_eq!(home.count(OTHER, "SELECT count(*) FROM deliveries"), i64::try_from(company.len()).unwrap());
    let message = home.fail(&["kpi", "net_sales", "--tenant", TENANT]);
    assert!(message.contains("no tenant named `t`"), "{message}");
    let message = home.fail(&["source", "add", "--tenant", TENANT, "--source", "cloudevents"]);
    assert!(message.contains("no tenant named"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_tenant_survives_kills() {
    let home = home(&format!("{QUICK}{BY_HAND}"), &[TENANT]);
    let path = register(&home, TENANT, "cloudevents");
    let mut door = Door::open(&home);
    tell(&door, &path, &company()).await;
    landed(&home, TENANT, company().len()).await;
    tell(&door, &path, &[order(ITS_ORDER, "cust-1", "1.00")]).await;
    door.kill();
    for round in 0..10 {
        let mut ending = home.command(&CONTRACT_ENDED).stdout(std::process::Stdio::null()).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(20 * round)).await;
        ending.kill().unwrap();
        ending.wait().unwrap();
    }
    let proof = end(&home, &["--now"]);
    assert!(proof["proven_at"].is_string(), "{proof}");
    assert_eq!(tells_of_the_tenant(&home), Vec::<PathBuf>::new());
    // What waited in the journal has gone too: nothing lands when it serves again.
    let _door = Door::open(&home);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(tells_of_the_tenant(&home), Vec::<PathBuf>::new());
}
