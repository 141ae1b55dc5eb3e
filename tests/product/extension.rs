//! A partner brings its own pack, KPI and page as new files only.

use crate::support::Home;

#[test]
fn a_new_pack_kpi_and_page_take_new_files_only() {
    let home = Home::new();
    let own = home.path().join("own");
    let files = [
        (
            "mappings/shop/raw.sql",
            "-- about = \"Orders of a shop as NDJSON\"\n-- source = \"shop\"\n-- format = \"ndjson\"\n\
             CREATE TABLE raw (id TEXT NOT NULL, placed_at TIMESTAMP NOT NULL OPTIONS (field = 'placed'), \
             total DECIMAL(18, 4) NOT NULL OPTIONS (field = 'total.amount'), currency TEXT NOT NULL OPTIONS (field = 'total.currency', check = 'currency'))",
        ),
        (
            "mappings/shop/orders.sql",
            "-- about = \"x\"\nSELECT id AS order_id, 'order' AS kind, placed_at AS ordered_at, total AS net_value, currency, placed_at AS _version FROM raw",
        ),
        (
            "kpis/commerce/largest_orders.sql",
            "-- title = \"Large orders\"\n-- about = \"Value of orders over a hundred.\"\n-- kind = \"sum\"\n-- unit = \"money\"\n-- better = \"higher\"\n\
             -- owner = \"sales\"\n-- version = 1\nSELECT ordered_at AS at, order_id AS record, net_value AS value, currency FROM orders WHERE net_value > 100",
        ),
        (
            "pages/shop.toml",
            "title = \"Shop\"\nabout = \"The shop.\"\nicon = \"cart\"\norder = 20\nrole = \"executive\"\n[[section]]\ntitle = \"Orders\"\ntiles = [\"largest_orders\"]",
        ),
    ];
    for (path, text) in files {
        let path = own.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let own = own.to_str().unwrap();
    assert!(home.succeed(&["--sql-dir", own, "check"]).contains("0 faults"));
    let orders = home.path().join("orders.ndjson");
    let lines = [
        r#"{"id": 9007199254740993, "placed": "2026-01-05T10:00:00+01:00", "total": {"amount": 120.50, "currency": "EUR"}}"#,
        r#"{"id": "b", "placed": "2026-01-06T10:00:00Z", "total": {"amount": "80", "currency": "EUR"}}"#,
        r#"{"id": "c", "placed": "2026-01-06T10:00:00Z", "total": {"amount": "800", "currency": "EURO"}}"#,
        r#"{"id": "d", "placed": "2026-01-06T10:00:00Z", "total": {"amount": "200.25", "currency": "USD"}}"#,
        "not json",
    ];
    std::fs::write(&orders, lines.join("\n")).unwrap();
    let report = home.succeed(&["--sql-dir", own, "load", "--tenant", "t", "--pack", "shop", orders.to_str().unwrap()]);
    assert!(report.contains("2 rows did not fit") && report.contains("ISO 4217"), "{report}");
    let kpi = home.succeed(&["--sql-dir", own, "kpi", "largest_orders", "--tenant", "t", "--format", "json"]);
    let kpi: serde_json::Value = serde_json::from_str(&kpi).unwrap();
    assert!(kpi["value"].is_null(), "two currencies never add: {kpi}");
    let apart = kpi["currencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|amount| (amount["currency"].as_str().unwrap(), amount["value"].to_string()))
        .collect::<Vec<_>>();
    assert_eq!(apart, [("EUR", "120.5".to_owned()), ("USD", "200.25".to_owned())]);
    let records = home.succeed(&[
        "--sql-dir",
        own,
        "kpi",
        "largest_orders",
        "--tenant",
        "t",
        "--where",
        "currency:EUR",
        "--format",
        "json",
    ]);
    assert!(records.contains("120.5"), "{records}");
    let records = home.succeed(&["--sql-dir", own, "kpi", "largest_orders", "--tenant", "t", "--records", "--format", "json"]);
    assert!(records.contains("9007199254740993"), "{records}");
}
