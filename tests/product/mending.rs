//! What does not fit a mapping is set aside, a mended mapping takes the place of the old one, and settling changes no answer.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Home, samples};

const RAW: &str = "-- about = \"Orders of a shop\"\n-- source = \"shop\"\n-- format = \"csv\"\n\
     CREATE TABLE raw (id TEXT NOT NULL, at TIMESTAMP NOT NULL, total DECIMAL(18, 4) NOT NULL, parts BIGINT NOT NULL, currency TEXT NOT NULL)";
const ORDERS: &str = "-- about = \"x\"\nSELECT id AS order_id, CASE WHEN id <> 'nameless' THEN 'order' END AS kind, at AS ordered_at, \
     CAST(total / parts AS DECIMAL(18, 4)) AS net_value, currency, at AS _version FROM raw";

/// A home with the pack `shop`, and the way to its files.
fn shop(orders: &str) -> (Home, PathBuf) {
    let home = Home::new();
    let own = home.path().join("own");
    write(&own.join("mappings/shop/raw.sql"), RAW);
    write(&own.join("mappings/shop/orders.sql"), orders);
    (home, own)
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn load(home: &Home, own: &Path, file: &Path, more: &[&str]) -> Value {
    let arguments = ["--sql-dir", own.to_str().unwrap(), "load", "--tenant", "t", "--pack", "shop", "--format", "json"];
    serde_json::from_str(&home.succeed(&[&arguments, more, &[file.to_str().unwrap()]].concat())).unwrap()
}

fn csv(home: &Home, name: &str, rows: usize, faults: &[&str]) -> PathBuf {
    let mut text = "id,at,total,parts,currency\n".to_owned();
    for row in 0..rows {
        text += &format!("{name}-{row},2026-01-05T10:00:00Z,{row}.50,1,EUR\n");
    }
    text += &faults.join("\n");
    let path = home.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn rows_that_a_mapping_cannot_take_are_set_aside() {
    let (home, own) = shop(ORDERS);
    let divided_by_zero = "zero,2026-01-05T10:00:00Z,10,0,EUR";
    let without_kind = "nameless,2026-01-05T10:00:00Z,10,1,EUR";
    let file = csv(&home, "orders.csv", 3_000, &[divided_by_zero, without_kind]);
    let report = load(&home, &own, &file, &[]);
    assert_eq!((report["rows_read"].as_i64(), report["rows_quarantined"].as_i64()), (Some(3_002), Some(2)));
    assert_eq!(home.count("t", "SELECT count(*) FROM orders"), 3_000);
    let set_aside = home.sql("t", "SELECT file, line, reason, record FROM quarantine ORDER BY line");
    assert_eq!((set_aside[0]["file"].as_str(), set_aside[0]["line"].as_i64()), (Some("orders.csv"), Some(3_002)));
    assert!(set_aside[0]["reason"].as_str().unwrap().to_lowercase().contains("divide by zero"), "{set_aside:?}");
    assert!(set_aside[1]["reason"].as_str().unwrap().contains("kind") && set_aside[1]["line"] == 3_003, "{set_aside:?}");
    assert!(set_aside[0]["record"].as_str().unwrap().contains("id=zero"), "{set_aside:?}");
}

#[test]
fn a_mapping_that_takes_no_row_is_wrong_itself() {
    let (home, own) = shop(&ORDERS.replace("CASE WHEN id <> 'nameless' THEN 'order' END", "CAST(NULL AS TEXT)"));
    let file = csv(&home, "orders.csv", 3_000, &[]);
    let arguments = ["--sql-dir", own.to_str().unwrap(), "load", "--tenant", "t", "--pack", "shop", file.to_str().unwrap()];
    let message = home.fail(&arguments);
    assert!(message.contains("`kind`") && message.contains("orders"), "{message}");
}

#[test]
fn a_mended_pack_takes_the_place_of_the_old_one() {
    let (home, own) = shop(ORDERS);
    let first = csv(&home, "first.csv", 10, &[]);
    let second = csv(&home, "second.csv", 12, &["late,2026-01-06T10:00:00Z,100,1,EUR"]);
    load(&home, &own, &first, &[]);
    load(&home, &own, &second, &[]);
    let sums = "SELECT count(*) AS orders, sum(net_value) AS value FROM orders";
    let old = home.sql("t", sums);
    let known = home.kpi("t", "orders", &[])["knowledge_time"].as_str().unwrap().to_owned();

    assert_eq!(load(&home, &own, &second, &[])["already_landed"], 1, "a file that has landed is left alone");
    assert_eq!(load(&home, &own, &second, &["--again"])["already_landed"], 1, "also when asked for, by the same pack");
    write(
        &own.join("mappings/shop/orders.sql"),
        &ORDERS.replace("total / parts", "total / parts * 2").replace("FROM raw", "FROM raw WHERE id <> 'late'"),
    );
    for settle in [false, true] {
        if settle {
            home.succeed(&["upkeep", "--vacuum", "0"]);
        }
        let report = load(&home, &own, &second, &["--again"]);
        assert_eq!(report["rows_read"], if settle { 0 } else { 13 }, "the second time there is nothing to mend");
        // 0.5 + … + 9.5 = 50 of the first file; 0.5 + … + 11.5 = 72, twice; the order that the mended pack leaves out is gone.
        assert_eq!(home.sql("t", sums), [serde_json::json!({"orders": 22, "value": 194.0})], "settled: {settle}");
        let then = home.succeed(&["sql", "--tenant", "t", "--as-of", &known, "--format", "json", sums]);
        assert_eq!(serde_json::from_str::<Vec<Value>>(&then).unwrap(), old, "what was known then: settled: {settle}");
    }
}

#[test]
fn what_landed_together_is_mended_together() {
    let (home, own) = shop(ORDERS);
    let files = [csv(&home, "first.csv", 10, &[]), csv(&home, "second.csv", 12, &[])];
    let both = files.iter().map(|file| file.to_str().unwrap()).collect::<Vec<_>>();
    let arguments = ["--sql-dir", own.to_str().unwrap(), "load", "--tenant", "t", "--pack", "shop"];
    home.succeed(&[&arguments, both.as_slice()].concat());
    let message = home.fail(&[&arguments[..], &["--again"], &both[..1]].concat());
    assert!(message.contains("1 more files landed together"), "{message}");
}

#[test]
fn settling_changes_no_answer() {
    let home = Home::new();
    let files = samples("online_retail");
    home.succeed(&["tenant", "t", "--today", "2011-12-31"]);
    home.load("t", "online_retail", &files[1..3]);
    let early = home.kpi("t", "net_sales", &[]);
    home.load("t", "online_retail", &files[3..4]);
    let late = home.kpi("t", "net_sales", &[]);
    let known = early["knowledge_time"].as_str().unwrap().to_owned();
    assert!(home.succeed(&["upkeep", "--vacuum", "0"]).contains("settled order_lines"));
    assert_eq!(home.kpi("t", "net_sales", &[]), late);
    assert_eq!(home.kpi("t", "net_sales", &["--as-of", &known]), early, "as known before: read from all versions");
    home.load("t", "online_retail", &files[4..5]);
    assert_eq!(home.kpi("t", "net_sales", &["--as-of", late["knowledge_time"].as_str().unwrap()])["value"], late["value"]);
    let customers = "SELECT count(*), max(customer_id) FROM customers";
    let unsettled = home.sql("t", customers);
    home.succeed(&["upkeep"]);
    assert_eq!(home.sql("t", customers), unsettled);
    assert_eq!(home.kpi("t", "net_sales", &["--as-of", &known]), early);
}
