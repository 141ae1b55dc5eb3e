//! Arrived against expected: a source posts what it holds of each day, and data health, the KPIs and the command line say what is missing.

use serde_json::{Value, json};

use crate::live_support::{self, Door, EVENT, QUICK, register};
use crate::support::Home;

const TENANT: &str = "reconciled";
/// The door's answer is JSON whatever is posted.
const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

/// A home whose tenant lives in Berlin on 4 March 2026.
fn home() -> Home {
    let home = live_support::home(QUICK, &[TENANT]);
    home.succeed(&["tenant", TENANT, "--today", "2026-03-04"]);
    home
}

fn order(number: u32, ordered_at: &str, net_value: &str) -> Value {
    json!({
        "specversion": "1.0", "id": number.to_string(), "source": "/shop", "type": "orders", "time": ordered_at,
        "data": {"order_id": format!("O-{number}"), "kind": "order", "ordered_at": ordered_at, "net_value": net_value, "currency": "EUR"},
    })
}

fn total(day: &str, count: u64, value: &str) -> Value {
    json!({"table": "orders", "day": day, "count": count, "sum": {"column": "net_value", "value": value, "currency": "EUR"}})
}

struct Api<'a> {
    door: &'a Door,
    token: String,
}

impl<'a> Api<'a> {
    fn new(home: &Home, door: &'a Door) -> Self {
        let token = home.succeed(&["token", "create", "--tenant", TENANT, "--role", "executive", "--name", "test"]);
        Self { door, token: token.trim().to_owned() }
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("{}/api/v1/tenants/{TENANT}/{path}", self.door.address);
        let answer = reqwest::Client::new().get(url).bearer_auth(&self.token).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// Health of the one source.
    async fn source(&self) -> Value {
        self.get("health").await["sources"][0].clone()
    }

    /// Waits until the server has seen `messages`: what has landed is looked at anew every half second.
    async fn sees(&self, messages: u64) {
        for _ in 0..100 {
            if self.source().await["deliveries"] == messages {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("{} instead of {messages} messages", self.source().await["deliveries"]);
    }

    /// Completeness of the KPI's inputs over the first days of March.
    async fn of_kpi(&self) -> Value {
        self.get("kpis/orders/reading?from=2026-03-01&to=2026-03-05").await["completeness"].clone()
    }
}

async fn post(door: &Door, path: &str, body: &Value) -> (u16, Value) {
    let answer = door.post(path, JSON, body.to_string().into_bytes()).await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_with_its_day_and_money() {
    let home = home();
    let path = register(&home, TENANT, "cloudevents");
    let door = Door::open(&home);
    let api = Api::new(&home, &door);
    assert_eq!(api.get("health").await["sources"], json!([]));

    // Half past eleven in UTC is the third of March in Berlin.
    let orders = [
        order(1, "2026-03-02T08:00:00Z", "10.00"),
        order(2, "2026-03-02T12:00:00Z", "20.00"),
        order(3, "2026-03-02T22:59:59Z", "30.00"),
        order(4, "2026-03-02T23:30:00Z", "15.25"),
        order(5, "2026-03-03T12:00:00Z", "14.75"),
    ];
    for order in &orders {
        door.event(&path, order).await;
    }
    door.event(&path, &orders[0]).await;
    api.sees(6).await;
    assert_eq!(api.of_kpi().await, Value::Null, "nothing was told yet");
    assert_eq!(api.source().await["completeness"], Value::Null);

    let totals = format!("{path}/totals");
    let told = json!([total("2026-03-02", 3, "60.00"), total("2026-03-03", 2, "30.00")]);
    assert_eq!(post(&door, &totals, &told).await, (202, json!({"totals": 2, "changed": 2})));
    let source = api.source().await;
    assert_eq!((&source["title"], &source["state"]), (&json!("CloudEvents"), &json!("good")), "{source}");
    assert_eq!((&source["deliveries"], &source["duplicates"]), (&json!(6), &json!(1)));
    let completeness = &source["completeness"];
    assert_eq!((&completeness["days_expected"], &completeness["days_complete"]), (&json!(2), &json!(2)), "{completeness}");
    assert_eq!(completeness["worst"], Value::Null);
    assert_eq!(api.of_kpi().await, json!({"arrived": 5, "expected": 5}));

    // The source holds one more of the third than it has sent.
    assert_eq!(post(&door, &totals, &total("2026-03-03", 3, "55.50")).await.0, 202);
    let source = api.source().await;
    assert_eq!((&source["state"], &source["words"]), (&json!("bad"), &json!("1 expected record missing")));
    let completeness = &source["completeness"];
    assert_eq!((&completeness["days_complete"], &completeness["missing"]), (&json!(1), &json!(1)), "{completeness}");
    let sum = json!({"column": "net_value", "currency": "EUR", "expected": 55.5, "arrived": 30, "missing": 25.5});
    let worst = json!({"table": "orders", "day": "2026-03-03", "expected": 3, "arrived": 2, "sums": [sum]});
    assert_eq!(completeness["worst"], worst);
    assert_eq!(
        completeness["missing_sums"],
        json!([{"table": "orders", "column": "net_value", "currency": "EUR", "value": 25.5}])
    );
    assert_eq!(api.of_kpi().await, json!({"arrived": 5, "expected": 6}));
    let printed = home.kpi(TENANT, "orders", &["--from", "2026-03-01", "--to", "2026-03-05"]);
    assert_eq!(printed["completeness"], json!({"arrived": 5, "expected": 6}));

    // It comes; then another one is deleted, which the totals do not know of.
    door.event(&path, &order(6, "2026-03-03T13:00:00Z", "25.50")).await;
    api.sees(7).await;
    assert_eq!(api.of_kpi().await, json!({"arrived": 6, "expected": 6}));
    let mut deleted = order(6, "2026-03-03T14:00:00Z", "25.50");
    deleted["id"] = json!("6 deleted");
    deleted["type"] = json!("orders.deleted");
    door.event(&path, &deleted).await;
    api.sees(8).await;
    assert_eq!(api.of_kpi().await, json!({"arrived": 5, "expected": 6}));

    // The command line corrects the total.
    let file = home.path().join("totals.csv");
    std::fs::write(&file, "day,table,count,column,value,currency\n2026-03-03,orders,2,net_value,30,EUR\n").unwrap();
    let arguments = ["totals", "--tenant", TENANT, "--source", "cloudevents", file.to_str().unwrap()];
    assert!(home.succeed(&arguments).contains("1 control totals of cloudevents (cloudevents) kept, 1 of them"));
    assert_eq!(api.source().await["state"], "good");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_door_refuses_is_counted_and_named() {
    let home = home();
    let path = register(&home, TENANT, "cloudevents");
    let door = Door::open(&home);
    let api = Api::new(&home, &door);
    let totals = format!("{path}/totals");
    for (wrong, says) in [
        (total("yesterday", 1, "1"), "`day`"),
        (
            json!({"table": "orders", "day": "2026-03-02", "count": 1, "sum": {"column": "net_value", "value": "1"}}),
            "`sum.currency`",
        ),
        (json!({"table": "orders", "day": "2026-03-02", "count": 1, "sum": {"column": "status", "value": "1"}}), "`sum.column`"),
        (json!({"table": "suppliers", "day": "2026-03-02", "count": 1}), "`table`: the records of `suppliers` belong to no day"),
        (json!([total("2026-03-02", 1, "1"), {"table": "loads", "day": "2026-03-02", "count": 1}]), "`[1].table`"),
    ] {
        let (status, problem) = post(&door, &totals, &wrong).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(problem["detail"].as_str().unwrap().starts_with(says), "{problem}");
    }
    let stranger = "/ingest/cloudevents/0000000000000000000000000000000000000000000000000000000000000000/totals";
    assert_eq!(post(&door, stranger, &total("2026-03-02", 1, "1")).await.0, 404);
    assert_eq!(door.status(&path, &[("content-type", EVENT)], b"nonsense").await.as_u16(), 400);

    let health = api.get("health").await;
    assert_eq!(health["sources"][0]["refused"], json!([{"reason": "malformed", "count": 6}]), "{health}");
    assert_eq!(health["sources"][0]["completeness"], Value::Null, "all or none of a post");
    assert_eq!((&health["door"]["waiting_entries"], health["door"]["open_since"].is_string()), (&json!(0), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_synthetic_company_is_complete_by_its_own_truth() {
    let home = live_support::home(QUICK, &[]);
    home.succeed(&["tenant", TENANT, "--name", "Synthetic", "--currency", "EUR", "--zone", "UTC"]);
    let folder = home.path().join("company");
    let out = folder.to_str().unwrap();
    home.succeed(&["synth", "--seed", "7", "--orders-per-day", "30", "--days", "20", "--skus", "40", "--out", out]);
    let mut events = std::fs::read_dir(folder.join("events")).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    events.sort();
    let files = events.iter().map(|file| file.to_str().unwrap()).collect::<Vec<_>>();
    home.succeed(&[&["load", "--tenant", TENANT, "--source", "cloudevents"], files.as_slice()].concat());
    let totals = folder.join("truth/totals.csv");
    home.succeed(&["totals", "--tenant", TENANT, "--source", "cloudevents", totals.to_str().unwrap()]);
    let printed = home.kpi(TENANT, "net_sales", &[]);
    let completeness = &printed["completeness"];
    assert!(completeness["expected"].as_u64().unwrap() > 500, "{completeness}");
    assert_eq!(completeness["arrived"], completeness["expected"]);
    let door = Door::open(&home);
    let health = Api::new(&home, &door).get("health").await;
    let completeness = &health["sources"][0]["completeness"];
    assert_eq!((&completeness["missing"], &completeness["surplus"]), (&json!(0), &json!(0)), "{completeness:#}");
    assert_eq!((&completeness["days_complete"], &completeness["missing_sums"]), (&completeness["days_expected"], &json!([])));
}
