//! Loading again, in any order, or after a crash changes nothing; what has not landed is not seen.

use std::io::Read;
use std::process::Stdio;
use std::time::Instant;

use serde_json::Value;

use crate::support::{Home, samples};

/// Three months are enough to have several files and stay quick.
fn three_months() -> Vec<std::path::PathBuf> {
    samples("online_retail").into_iter().skip(1).take(3).collect()
}

/// What must be the same however the files came in.
fn state(home: &Home) -> Vec<String> {
    let figures = [
        "SELECT count(*), sum(net_value), count(DISTINCT customer_id) FROM order_lines",
        "SELECT count(*), sum(net_value), sum(line_count) FROM orders",
        "SELECT count(*), max(customer_id) FROM customers",
        "SELECT count(*), min(name), max(name) FROM products",
    ];
    let text = |rows: Vec<Value>| serde_json::to_string(&rows).unwrap();
    figures.iter().map(|statement| text(home.sql("t", statement))).collect()
}

#[test]
fn the_same_files_twice_in_any_order_and_grouping() {
    let files = three_months();
    let together = Home::new();
    let report = together.load("t", "online_retail", &files);
    assert_eq!(report["files"], 3);
    let once = state(&together);

    let again = together.load("t", "online_retail", &files);
    assert_eq!((again["files"].as_i64(), again["already_landed"].as_i64()), (Some(0), Some(3)));
    assert_eq!(state(&together), once);

    let apart = Home::new();
    for file in files.iter().rev() {
        apart.load("t", "online_retail", std::slice::from_ref(file));
    }
    assert_eq!(state(&apart), once);
}

#[test]
fn a_file_under_another_name_is_the_same_file() {
    let home = Home::new();
    let files = three_months();
    home.load("t", "online_retail", &files[..1]);
    let copy = home.path().join("renamed.csv.gz");
    std::fs::copy(&files[0], &copy).unwrap();
    assert_eq!(home.load("t", "online_retail", &[copy])["already_landed"], 1);
}

#[test]
fn the_same_file_of_another_installation_is_another_source() {
    let home = Home::new();
    let file = three_months().remove(0);
    for instance in ["north", "south"] {
        home.succeed(&["load", "--tenant", "t", "--pack", "online_retail", "--instance", instance, file.to_str().unwrap()]);
    }
    assert_eq!(home.count("t", "SELECT count(*) FROM order_lines"), 2 * 35_147);
}

#[test]
fn killed_half_way_and_started_again() {
    let files = samples("online_retail");
    let whole = Home::new();
    let started = Instant::now();
    whole.load("t", "online_retail", &files);
    let takes = started.elapsed();
    let expected = state(&whole);

    let arguments = files.iter().map(|file| file.to_str().unwrap()).collect::<Vec<_>>();
    let arguments = [&["load", "--tenant", "t", "--pack", "online_retail"], arguments.as_slice()].concat();
    // Killed ever later, so that some kills fall between the commits of two tables.
    let mut killed_with_rows = 0;
    for percent in [20, 50, 60, 65, 70, 75, 80, 85, 90, 95, 100, 110] {
        let delay = takes * percent / 100;
        let home = Home::new();
        let mut child = home.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(delay);
        child.kill().unwrap();
        child.wait().unwrap();
        let tables = std::fs::read_dir(home.path().join("lake/t")).map_or(0, Iterator::count);
        if tables == 0 {
            continue;
        }
        let seen = home.count("t", "SELECT count(*) FROM order_lines");
        assert!(seen == 0 || seen == 541_909, "half a load is seen: {seen} rows after {delay:?}");
        if seen == 0 {
            killed_with_rows += 1;
        }
        home.succeed(&arguments);
        assert_eq!(state(&home), expected, "after a kill at {delay:?}");
    }
    assert!(killed_with_rows > 0, "no kill fell into a landing: choose other delays");
}

#[test]
fn a_load_shows_progress_and_counts() {
    let home = Home::new();
    let file = three_months().remove(0);
    let printed = home.succeed(&["load", "--tenant", "t", "--pack", "online_retail", file.to_str().unwrap()]);
    assert!(printed.contains("35147 rows read from 1 files"), "{printed}");
    let mut log = String::new();
    std::fs::File::open(home.path().join("lake/t/order_lines/_delta_log/00000000000000000000.json"))
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(log.contains("order_id"), "a plain Delta table that others can read");
}
