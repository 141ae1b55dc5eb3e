//! What was known of live records at a moment stays what it was: before and after settling, and whatever comes late.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::live_support::{Door, QUICK, home, landed, register};
use crate::support::Home;

const TENANT: &str = "t";
/// Nothing settles but when asked to.
const UNSETTLED: &str = "[upkeep]\ninterval_ms = 3600000\nsettle_parts = 1000000\n";

/// An answer, and when it was known.
struct Known {
    at: String,
    value: Value,
    receipt: Value,
    records: i64,
}

fn ask(home: &Home, as_of: Option<&str>) -> Known {
    let more = as_of.map_or(vec![], |at| vec!["--as-of", at]);
    let answer = home.kpi(TENANT, "net_sales", &more);
    let at = answer["knowledge_time"].as_str().unwrap_or_default().to_owned();
    Known { at, value: answer["value"].clone(), receipt: answer["receipt"].clone(), records: answer["n"].as_i64().unwrap() }
}

/// Asks again as of then, and of the moment before the next landing: the same answer with the same receipt.
fn assert_known(home: &Home, known: &[Known], when: &str) {
    for (index, then) in known.iter().enumerate() {
        let next = known.get(index + 1).map(|next| next.at.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        let before_next = next.map(|next| (next - chrono::TimeDelta::microseconds(1)).to_rfc3339());
        for at in [Some(then.at.clone()), before_next].into_iter().flatten() {
            let again = ask(home, Some(&at));
            let found = (again.value, again.records, again.receipt, again.at);
            let expected = (then.value.clone(), then.records, then.receipt.clone(), then.at.clone());
            assert_eq!(found, expected, "landing {index} as of {at}, {when}");
        }
    }
}

fn line(order: &str, number: i64, second: u32, told: Value) -> Value {
    let mut data = json!({"order_id": order, "line_number": number});
    data.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
    let mut event = json!({"specversion": "1.0", "id": format!("{order}-{number}-{second}"), "source": "/shop",
        "type": "quarterdeck.order_lines", "time": format!("2026-01-05T10:00:{second:02}Z"), "data": data});
    if told.get("net_value").is_none() {
        event["type"] = "quarterdeck.order_lines.deleted".into();
    } else if told.get("currency").is_none() {
        event["partial"] = true.into();
    }
    event
}

fn whole(order: &str, number: i64, second: u32, value: &str) -> Value {
    let told = json!({"ordered_at": "2026-01-05T09:00:00Z", "order_kind": "order", "line_type": "product", "quantity": 1,
        "net_value": value, "currency": "EUR"});
    line(order, number, second, told)
}

/// What comes, a landing each: new lines, a newer version, a part of one, a deletion, an older version, one that a deletion outranks.
fn landings() -> Vec<Vec<Value>> {
    vec![
        vec![whole("a", 1, 1, "10.00"), whole("a", 2, 1, "5.00"), whole("b", 1, 1, "7.00")],
        vec![whole("a", 1, 5, "11.00"), whole("c", 1, 5, "100.00")],
        vec![line("a", 2, 6, json!({"net_value": "6.50"}))],
        vec![line("b", 1, 7, json!({}))],
        vec![whole("a", 1, 3, "999.00"), whole("b", 1, 6, "999.00"), whole("d", 1, 8, "1.25")],
        vec![whole("a", 2, 4, "4.00"), line("c", 1, 9, json!({"net_value": "90.00"}))],
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_stays_before_and_after_settling() {
    let home = home(&format!("{QUICK}{UNSETTLED}"), &[TENANT]);
    home.succeed(&["tenant", TENANT, "--today", "2026-01-31"]);
    let path = register(&home, TENANT, "cloudevents");
    let door = Door::open(&home);
    let (mut known, mut messages) = (Vec::new(), 0);
    let values = ["22", "123", "124.5", "117.5", "118.75", "108.75"];
    for (index, events) in landings().into_iter().enumerate() {
        let body = Value::Array(events).to_string().into_bytes();
        door.tell(&path, &[("content-type", crate::live_support::EVENTS)], body).await;
        messages += 1;
        landed(&home, TENANT, messages).await;
        known.push(ask(&home, None));
        assert_eq!(known[index].value.to_string(), values[index], "after landing {index}");
        // The third to the fifth are settled together, between answers as of each.
        if index == 1 || index == 4 {
            assert_known(&home, &known, "not settled");
            assert!(home.succeed(&["upkeep"]).contains("settled order_lines"));
            assert_known(&home, &known, "settled");
        }
    }
    assert_known(&home, &known, "after late records");
    assert!(home.succeed(&["upkeep"]).contains("settled order_lines"));
    assert_known(&home, &known, "settled again");
    let earlier = ask(&home, Some("2001-01-01T00:00:00Z"));
    assert_eq!((earlier.value.to_string(), earlier.records), ("0".to_owned(), 0));
    assert_eq!(ask(&home, None).value.to_string(), "108.75");
}

/// The pack's lines at half their price.
fn mended(home: &Home) -> String {
    let own = home.path().join("own/mappings/online_retail");
    std::fs::create_dir_all(&own).unwrap();
    let mapping = std::fs::read_to_string(crate::support::checkout().join("sql/mappings/online_retail/order_lines.sql")).unwrap();
    let halved = mapping.replace(
        "lines.quantity * lines.unit_price AS net_value",
        "CAST(lines.quantity * lines.unit_price / 2 AS DECIMAL(18, 4)) AS net_value",
    );
    assert_ne!(mapping, halved);
    std::fs::write(own.join("order_lines.sql"), halved).unwrap();
    home.path().join("own").to_string_lossy().into_owned()
}

/// How often one of two processes is stopped where it stands while the other goes on and an answer is given.
const PAUSES: u64 = 30;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_stays_when_a_process_stops_in_a_landing_and_goes_on() {
    let home = home(&QUICK.replace("interval_ms = 100", "interval_ms = 20"), &[TENANT]);
    home.succeed(&["tenant", TENANT, "--today", "2026-01-31"]);
    let path = register(&home, TENANT, "cloudevents");
    let doors = ["north", "south"].map(|order| Arc::new(Door::with_journal(&home, order)));
    let is_over = Arc::new(AtomicBool::new(false));
    let telling = ["north", "south"].into_iter().zip(&doors).map(|(order, door)| {
        let (door, path, is_over) = (Arc::clone(door), path.clone(), Arc::clone(&is_over));
        tokio::spawn(async move {
            let mut told = 0;
            while !is_over.load(Ordering::Relaxed) {
                told += 1;
                door.event(&path, &whole(order, told, 1, "1.00")).await;
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            usize::try_from(told).unwrap()
        })
    });
    let telling = telling.collect::<Vec<_>>();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut known = Vec::new();
    for number in 0..PAUSES {
        tokio::time::sleep(Duration::from_millis(number * 7 % 100)).await;
        doors[1].pause(true);
        tokio::time::sleep(Duration::from_millis(300)).await;
        known.push(ask(&home, None));
        doors[1].pause(false);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    is_over.store(true, Ordering::Relaxed);
    let mut told = 0;
    for telling in telling {
        told += telling.await.unwrap();
    }
    landed(&home, TENANT, told).await;
    let mut changed = Vec::new();
    for then in &known {
        let again = ask(&home, Some(&then.at));
        if (&again.at, again.records, &again.receipt) != (&then.at, then.records, &then.receipt) {
            changed.push(format!("as of {}: {} records, now {}", then.at, then.records, again.records));
        }
    }
    assert!(changed.is_empty(), "{} of {PAUSES} answers changed: {changed:#?}", changed.len());
}

/// A home that knows two lines of an order, what it answered, and how they were loaded.
fn loaded() -> (Home, Vec<Known>, String) {
    let home = home("", &[TENANT]);
    home.succeed(&["tenant", TENANT, "--today", "2011-12-31"]);
    let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    let lines = ["1,22423,STAND,2,2011-01-04 10:00:00,10.00,1,France", "2,22423,STAND,1,2011-01-05 10:00:00,3.00,1,France"];
    let file = home.path().join("lines.csv");
    std::fs::write(&file, [header, lines[0], lines[1], ""].join("\n")).unwrap();
    let file = file.to_string_lossy().into_owned();
    home.succeed(&["load", "--tenant", TENANT, "--pack", "online_retail", &file]);
    let known = vec![ask(&home, None)];
    assert_eq!(known[0].value.to_string(), "23");
    (home, known, file)
}

#[test]
fn loaded_again_with_a_mended_pack_the_old_rows_go_and_stay_known() {
    let (home, mut known, file) = loaded();
    home.succeed(&["upkeep"]);
    assert_known(&home, &known, "settled");
    let own = mended(&home);
    let again = ["load", "--tenant", TENANT, "--pack", "online_retail", "--again", &file];
    home.succeed(&[&["--sql-dir", &own], &again[..]].concat());
    known.push(ask(&home, None));
    assert_eq!((known[1].value.to_string(), known[1].records), ("11.5".to_owned(), 2));
    assert_known(&home, &known, "loaded again");
    home.succeed(&["upkeep"]);
    assert_known(&home, &known, "loaded again and settled");
    assert_eq!(home.count(TENANT, "SELECT count(*) FROM history.order_lines"), 2, "what was retracted is no version");
}

#[test]
fn loaded_again_with_the_pack_as_it_was_the_old_rows_come_back() {
    let (home, mut known, file) = loaded();
    let own = mended(&home);
    let again = ["load", "--tenant", TENANT, "--pack", "online_retail", "--again", &file];
    home.succeed(&[&["--sql-dir", &own], &again[..]].concat());
    known.push(ask(&home, None));
    home.succeed(&again);
    known.push(ask(&home, None));
    assert_eq!((known[2].value.to_string(), known[2].records), ("23".to_owned(), 2));
    home.succeed(&["upkeep"]);
    assert_known(&home, &known, "settled");
}
