//! Every SQL file plans, every page shows what exists, and the `.slt` beside each file passes.

use crate::support::{Home, checkout};

#[test]
fn check_finds_no_fault_and_every_slt_passes() {
    let home = Home::new();
    let sql = checkout().join("sql");
    let output = home.run(&["--sql-dir", sql.to_str().unwrap(), "check", "--tests"]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains("0 faults") && printed.contains(" 0 failed"), "{printed}");
}

#[test]
fn views_in_a_circle_are_named() {
    let home = Home::new();
    let views = home.path().join("own/views");
    std::fs::create_dir_all(&views).unwrap();
    std::fs::write(views.join("v1.sql"), "SELECT order_id FROM v2").unwrap();
    std::fs::write(views.join("v2.sql"), "SELECT order_id FROM v1").unwrap();
    let error = home.fail(&["--sql-dir", home.path().join("own").to_str().unwrap(), "check"]);
    assert!(error.contains("views/v1.sql") && error.contains("reads itself"), "{error}");
}

#[test]
fn check_names_each_fault() {
    let home = Home::new();
    let own = home.path().join("own");
    let files = [
        ("kpis/commerce/broken.sql", "-- title = \"x\"\nSELECT 1"),
        (
            "kpis/commerce/unknown_column.sql",
            "-- title = \"x\"\n-- about = \"x\"\n-- kind = \"sum\"\n-- unit = \"count\"\n-- better = \"higher\"\n-- owner = \"x\"\n-- version = 1\nSELECT ordered_at AS at, order_id AS record, nothing AS value FROM orders",
        ),
        (
            "kpis/commerce/inexact.sql",
            "-- title = \"x\"\n-- about = \"x\"\n-- kind = \"sum\"\n-- unit = \"count\"\n-- better = \"higher\"\n-- owner = \"x\"\n-- version = 1\nSELECT ordered_at AS at, order_id AS record, CAST(1 AS DOUBLE) AS value FROM orders",
        ),
        ("views/lost.sql", "SELECT order_id FROM no_such_table"),
        ("mappings/own/raw.sql", "-- about = \"x\"\n-- source = \"own\"\n-- format = \"csv\"\nCREATE TABLE raw (a TEXT)"),
        ("mappings/own/orders.sql", "SELECT a AS order_id, a AS colour, now() AS _version FROM raw"),
        (
            "mappings/lossy/raw.sql",
            "-- about = \"x\"\n-- source = \"own\"\n-- format = \"csv\"\nCREATE TABLE raw (a TEXT, b DOUBLE)",
        ),
        (
            "mappings/lossy/orders.sql",
            "SELECT a AS order_id, 'order' AS kind, now() AS ordered_at, b * 3 AS net_value, now() AS _version FROM raw",
        ),
        (
            "pages/lost.toml",
            "title = \"x\"\nabout = \"x\"\nicon = \"x\"\norder = 1\nrole = \"x\"\n[[section]]\ntitle = \"x\"\ntiles = [\"no_such_kpi\"]",
        ),
    ];
    for (path, text) in files {
        let path = own.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let faults = home.fail(&["--sql-dir", own.to_str().unwrap(), "check"]);
    for expected in [
        "broken.sql",
        "unknown_column.sql",
        "nothing",
        "inexact.sql",
        "views/lost.sql",
        "no_such_table",
        "mappings/own/orders.sql",
        "mappings/lossy/orders.sql",
        "colour",
        "mappings/lossy/orders.sql",
        "cast or round it",
        "pages/lost.toml",
        "no_such_kpi",
    ] {
        assert!(faults.contains(expected), "{expected} is not named:\n{faults}");
    }
}
