//! Functions that answer by what a tenant has recorded: business hours and exchange rates, as known at a time.

use serde_json::Value;

use crate::support::Home;

const HOURS: [&str; 6] = ["--tenant", "t", "--name", "support", "--from", "2026-01-01"];

fn set_hours(home: &Home, hours: &str, more: &[&str]) -> String {
    home.succeed(&[&["calendar", "set"], HOURS.as_slice(), &["--hours", hours], more].concat())
}

/// The one value that `expression` has.
fn value(home: &Home, expression: &str) -> Value {
    home.sql("t", &format!("SELECT {expression} AS value")).remove(0)["value"].take()
}

fn refusal(home: &Home, expression: &str) -> String {
    home.fail(&["sql", "--tenant", "t", &format!("SELECT {expression}")])
}

/// A tenant with two orders of January 2011, by a pack of its own.
fn shop() -> (Home, String) {
    let home = Home::new();
    let own = home.path().join("own");
    let files = [
        (
            "mappings/shop/raw.sql",
            "-- about = \"Orders\"\n-- source = \"shop\"\n-- format = \"csv\"\nCREATE TABLE raw (id TEXT NOT NULL, placed TIMESTAMP NOT NULL, \
             confirmed TIMESTAMP NOT NULL, total DECIMAL(18, 4) NOT NULL, currency TEXT NOT NULL)",
        ),
        (
            "mappings/shop/orders.sql",
            "-- about = \"x\"\nSELECT id AS order_id, 'order' AS kind, placed AS ordered_at, confirmed AS promised_at, total AS net_value, currency, \
             confirmed AS _version FROM raw",
        ),
        (
            "kpis/commerce/confirming.sql",
            "-- title = \"Confirming\"\n-- about = \"Open minutes until an order is confirmed.\"\n-- kind = \"mean\"\n-- unit = \"count\"\n\
             -- better = \"lower\"\n-- owner = \"sales\"\n-- version = 1\nSELECT ordered_at AS at, order_id AS record, \
             business_minutes(ordered_at, promised_at, 'support') AS value FROM orders",
        ),
    ];
    for (path, text) in files {
        let path = own.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let orders = home.path().join("orders.csv");
    let lines = "id,placed,confirmed,total,currency\n1,2026-01-09T16:00:00Z,2026-01-12T10:00:00Z,100,GBP\n2,2026-01-12T09:00:00Z,2026-01-12T09:30:00Z,50,EUR\n";
    std::fs::write(&orders, lines).unwrap();
    let own = own.to_str().unwrap().to_owned();
    home.succeed(&["--sql-dir", &own, "load", "--tenant", "t", "--pack", "shop", orders.to_str().unwrap()]);
    (home, own)
}

#[test]
fn business_minutes_are_told_by_the_hours_known_then() {
    let (home, own) = shop();
    let confirming = |as_of: Option<&str>| {
        let mut arguments = vec!["--sql-dir", &own, "kpi", "confirming", "--tenant", "t", "--format", "json"];
        arguments.extend(as_of.iter().flat_map(|as_of| ["--as-of", as_of]));
        serde_json::from_str::<Value>(&home.succeed(&arguments)).unwrap()["numerator"].to_string()
    };
    let minutes = "business_minutes('2026-01-09T16:00:00Z', '2026-01-12T10:00:00Z', 'support')";
    let unknown = refusal(&home, minutes);
    assert!(unknown.contains("there is no business calendar named `support`: none is recorded"), "{unknown}");

    assert!(set_hours(&home, "mon-fri=09:00-17:00", &["--zone", "UTC"]).contains("recorded"));
    assert!(set_hours(&home, "mon-fri=09:00-17:00", &["--zone", "UTC"]).contains("says that already"));
    assert_eq!(value(&home, minutes).to_string(), "120.0");
    assert_eq!(value(&home, "business_minutes('2025-12-01T16:00:00Z', '2026-01-12T10:00:00Z', 'support')"), Value::Null);
    assert_eq!(confirming(None), "150");
    let before = home.sql("t", "SELECT now() AS now")[0]["now"].as_str().unwrap().to_owned();

    set_hours(&home, "mon-sat=09:00-17:00", &["--zone", "UTC", "--closed", "2026-01-12"]);
    assert_eq!(value(&home, minutes).to_string(), "540.0", "Saturday is open, that Monday is not");
    assert_eq!(confirming(None), "540");
    assert_eq!(confirming(Some(&before)), "150", "what was reported stays");
    let listed = home.succeed(&["calendar", "list", "--tenant", "t", "--format", "csv"]);
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(refusal(&home, "business_minutes(now(), now(), 'sales')").contains("there is `support`"));
}

#[test]
fn money_is_converted_by_a_named_table_of_rates_alone() {
    let (home, own) = shop();
    let rates = home.path().join("rates.csv");
    let load = |lines: &str| {
        std::fs::write(&rates, format!("rate_table,from_currency,to_currency,valid_from,rate,published_at\n{lines}")).unwrap();
        home.load("t", "exchange_rates", std::slice::from_ref(&rates))
    };
    let pounds = "convert_money(100, 'GBP', 'EUR', DATE '2026-01-10', 'ecb')";
    assert!(refusal(&home, pounds).contains("there is no table of exchange rates named `ecb`: exchange_rates holds none"));
    load(
        "ecb,EUR,GBP,2026-01-09,0.80,2026-01-09\necb,EUR,USD,2026-01-09,1.20,2026-01-09\nbudget,GBP,EUR,2026-01-10,1.10,\necb,EUR,XXY,2026-01-09,1,\n",
    );
    assert_eq!(home.count("t", "SELECT count(*) FROM quarantine"), 1, "XXY is no currency");
    assert_eq!(value(&home, pounds).to_string(), "125.0");
    assert_eq!(value(&home, "convert_money(100, 'GBP', 'EUR', DATE '2026-01-10', 'budget')").to_string(), "110.0");
    assert_eq!(value(&home, "convert_money(100, 'GBP', 'USD', DATE '2026-01-10', 'ecb')").to_string(), "150.0");
    let total = "SELECT sum(convert_money(net_value, currency, 'EUR', ordered_at, 'ecb')) AS value FROM orders";
    assert_eq!(home.sql("t", total)[0]["value"].to_string(), "175.0");

    let then = home.sql("t", "SELECT now() AS now")[0]["now"].as_str().unwrap().to_owned();
    load("ecb,EUR,GBP,2026-01-09,0.50,2026-01-20\n");
    assert_eq!(home.sql("t", total)[0]["value"].to_string(), "250.0", "a correction counts");
    let as_then = home.succeed(&["sql", "--tenant", "t", "--as-of", &then, "--format", "csv", total]);
    assert_eq!(as_then.lines().nth(1), Some("175.0000"), "and changes nothing of what was known before");

    let late = refusal(&home, "convert_money(100, 'GBP', 'EUR', DATE '2026-01-17', 'ecb')");
    assert!(late.contains("no rate from GBP to EUR for 2026-01-17"), "{late}");
    assert!(refusal(&home, "convert_money(100, 'GBP', 'EUR', DATE '2026-01-10')").contains("convert_money takes five arguments"));
    assert!(home.succeed(&["--sql-dir", &own, "check"]).contains("0 faults"));
}
