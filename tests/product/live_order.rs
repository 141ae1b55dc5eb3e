//! Real payloads of each source at its door, in order and shuffled and twice: the same state; and what is wrong with a message harms no other.

use quarterdeck_ingest::sources;
use serde_json::{Value, json};

use crate::live_payloads::{messages, sample};
use crate::live_support::{Door, QUICK, State, assert_same, home, landed, reaches, register, shuffled, state};
use crate::support::Home;

const SEEDS: [u64; 2] = [7, 20_261_122];

/// The state without versions that are the arrival, for messages that tell no time of their own.
fn timeless(mut state: State) -> State {
    let this_year = chrono::DateTime::parse_from_rfc3339("2026-11-01T00:00:00Z").unwrap().timestamp_micros();
    for line in state.values_mut().flatten() {
        let words = line.split(" | ").map(|word| match word.strip_prefix("_version=") {
            Some(version) if version.parse::<i64>().unwrap() > this_year => "_version=arrival",
            _ => word,
        });
        *line = words.collect::<Vec<_>>().join(" | ");
    }
    state.values_mut().for_each(|lines| lines.sort());
    state
}

#[tokio::test(flavor = "multi_thread")]
async fn every_payload_twice_and_shuffled_is_the_same() {
    let home = home(QUICK, &[]);
    let tenant = |source: &str, order: &str| format!("{source}_{order}");
    let mut posted = Vec::new();
    for source in sources::all() {
        for order in ["in_order", "shuffled_0", "shuffled_1"] {
            let tenant = tenant(source.name(), order);
            home.succeed(&["tenant", &tenant, "--name", &tenant, "--currency", "EUR", "--zone", "Europe/Madrid"]);
            let path = register(&home, &tenant, source.name());
            posted.push((source, order, tenant, path));
        }
    }
    let door = Door::open(&home);
    for (source, order, tenant, path) in &posted {
        let once = messages(*source, path);
        let twice = [once.clone(), once].concat();
        let ordered = match *order {
            "in_order" => twice,
            "shuffled_0" => shuffled(&twice, SEEDS[0]),
            _ => shuffled(&twice, SEEDS[1]),
        };
        for message in &ordered {
            message.post(&door).await;
        }
        landed(&home, tenant, ordered.len()).await;
    }
    drop(door);
    for source in sources::all() {
        let in_order = timeless(state(&home, &tenant(source.name(), "in_order")));
        let rows = in_order.values().map(Vec::len).sum::<usize>();
        eprintln!("{}: {rows} records in {} tables", source.name(), in_order.len());
        assert!(rows > 0, "{}", source.name());
        for order in ["shuffled_0", "shuffled_1"] {
            let found = timeless(state(&home, &tenant(source.name(), order)));
            assert_same(&found, &in_order, &format!("{} {order}", source.name()));
        }
    }
}

fn by(home: &Home, tenant: &str, statement: &str) -> Vec<(String, i64)> {
    let pair = |row: Value| (row["name"].as_str().unwrap_or_default().to_owned(), row["number"].as_i64().unwrap());
    home.sql(tenant, statement).into_iter().map(pair).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_n8n_gives_its_runs_outcomes_steps_and_retries() {
    let home = home(QUICK, &["log", "retries"]);
    let paths = ["log", "retries"].map(|tenant| register(&home, tenant, "n8n"));
    let door = Door::open(&home);
    for (path, tenant, name) in [(&paths[0], "log", "v2/n8nEventLog.log"), (&paths[1], "retries", "retries.executions.json")] {
        let messages = sample("n8n", path, name);
        for message in &messages {
            message.post(&door).await;
        }
        landed(&home, tenant, messages.len()).await;
    }
    // As a script counted them in the same lines; see `ingest/src/sources/n8n/tests.rs`.
    let outcomes =
        "SELECT status AS name, count(*) AS number FROM workflow_runs WHERE mode IS DISTINCT FROM 'error' GROUP BY 1 ORDER BY 1";
    let pairs = |pairs: &[(&str, i64)]| pairs.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect::<Vec<_>>();
    assert_eq!(by(&home, "log", outcomes), pairs(&[("failed", 1), ("succeeded", 2)]));
    assert_eq!(home.count("log", "SELECT count(*) FROM workflow_runs WHERE mode = 'error'"), 1, "the run that handles the error");
    assert_eq!(home.count("log", "SELECT count(*) FROM workflow_steps"), 11);
    assert_eq!(by(&home, "retries", outcomes), pairs(&[("cancelled", 1), ("failed", 2), ("running", 1), ("succeeded", 1)]));
    let linked = "SELECT count(*) FROM workflow_runs AS again JOIN workflow_runs AS first ON again.retry_of = first.run_id";
    assert_eq!(home.count("retries", linked), 2, "a retry is linked to what it retries");
    assert_eq!(home.count("retries", "SELECT count(*) FROM quarantine"), 1, "a run of no known status");
}

/// The HMAC of `{"id": 1}` by the secret `hush`: `printf '{"id": 1}' | openssl dgst -sha256 -hmac hush -binary | base64`.
const SIGNED: (&[u8], &str) = (br#"{"id": 1}"#, "E9XxLgppVNX12rqWuu0/CN/43MeuZC0xdhRuMq1MPWg=");

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_leaves_nothing() {
    let home = home(QUICK, &["t"]);
    let secret = home.path().join("secret");
    std::fs::write(&secret, "hush\n").unwrap();
    let path =
        home.succeed(&["source", "add", "--tenant", "t", "--source", "shopify", "--secret-file", secret.to_str().unwrap()]);
    let path = path.trim();
    let door = Door::open(&home);
    let (body, signature) = SIGNED;
    let wrong = signature.replacen(|letter: char| letter.is_alphabetic(), "0", 1);
    let topic = ("x-shopify-topic", "products/create");
    let header = "x-shopify-hmac-sha256";
    assert_eq!(door.status(path, &[topic, (header, &wrong)], body).await, 401);
    assert_eq!(door.status(path, &[topic], body).await, 401);
    assert_eq!(door.status(path, &[topic, (header, signature)], br#"{"id": 2}"#).await, 401);
    assert_eq!(door.status("/ingest/shopify/nobody", &[topic, (header, signature)], body).await, 404);
    assert_eq!(door.status(path, &[topic, (header, signature)], body).await, 202);
    landed(&home, "t", 1).await;
    assert_eq!(home.count("t", "SELECT count(*) FROM deliveries WHERE CAST(body AS VARCHAR) = '{\"id\": 1}'"), 1);
    assert_eq!(home.count("t", "SELECT count(*) FROM deliveries WHERE headers LIKE '%hmac%'"), 0, "signatures are not kept");
}

fn product(sku: &str, name: &str) -> Value {
    json!({"specversion": "1.0", "id": format!("{sku}-{name}"), "source": "/erp", "type": "quarterdeck.products",
        "time": "2026-01-01T00:00:00Z", "tenant": "south", "data": {"sku": sku, "name": name}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_binds_its_tenant_whatever_the_payload_says() {
    let home = home(QUICK, &["north", "south"]);
    let [north, south] = ["north", "south"].map(|tenant| register(&home, tenant, "cloudevents"));
    let door = Door::open(&home);
    for number in 0..20 {
        door.event(&north, &product(&format!("A{number}"), "of the north")).await;
        door.event(&south, &product(&format!("A{number}"), "of the south")).await;
    }
    for (tenant, name) in [("north", "of the north"), ("south", "of the south")] {
        landed(&home, tenant, 20).await;
        let names = format!("SELECT count(*) FROM history.products WHERE name = '{name}'");
        assert_eq!(
            (home.count(tenant, &names), home.count(tenant, "SELECT count(*) FROM history.products")),
            (20, 20),
            "{tenant}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_set_aside_and_stops_nobody() {
    let home = home(QUICK, &["t", "other"]);
    let [path, other] = ["t", "other"].map(|tenant| register(&home, tenant, "shopify"));
    let door = Door::open(&home);
    let good = sample("shopify", &path, "docs-2026-04/products.create.json");
    let topic = |topic| [("x-shopify-topic", topic), ("content-type", "application/json")];
    let deep = "[".repeat(100_000);
    let bad: [&[u8]; 5] = [b"{\"id\": 1, \"variants\": [", b"", b"\xff\xfe\x00", deep.as_bytes(), b"nothing of json"];
    for body in bad {
        door.tell(&path, &topic("products/create"), body.to_vec()).await;
    }
    door.tell(&path, &topic("planets/create"), br#"{"id": 4, "name": "Mars"}"#.to_vec()).await;
    good[0].post(&door).await;
    sample("shopify", &other, "docs-2026-04/products.create.json")[0].post(&door).await;
    landed(&home, "other", 1).await;
    landed(&home, "t", bad.len() + 2).await;
    assert_eq!(home.count("t", "SELECT count(*) FROM quarantine"), i64::try_from(bad.len()).unwrap());
    let outcomes = "SELECT outcome AS name, count(*) AS number FROM deliveries GROUP BY 1 ORDER BY 1";
    let outcomes = by(&home, "t", outcomes);
    assert_eq!(outcomes, [("read".to_owned(), 1), ("unknown".to_owned(), 1), ("unreadable".to_owned(), 5)]);
    let mars = "SELECT count(*) FROM deliveries WHERE topic = 'planets/create' AND CAST(body AS VARCHAR) LIKE '%Mars%'";
    assert_eq!(home.count("t", mars), 1, "what nobody knows is kept as it came");
    assert_eq!(state(&home, "t"), state(&home, "other"));
    good[0].post(&door).await;
    reaches(&home, "t", "SELECT count(*) FROM deliveries", 8).await;
}
