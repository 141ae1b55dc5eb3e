//! As known at T: what was reported stays reproducible while late data restates it.

use crate::support::Home;

const HEADER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

fn load_line(home: &Home, name: &str, line: &str) {
    let path = home.path().join(name);
    std::fs::write(&path, format!("{HEADER}{line}\n")).unwrap();
    home.load("t", "online_retail", &[path]);
}

#[test]
fn late_rows_restate_and_what_was_known_stays() {
    let home = Home::new();
    // A day that is set, so that "until now" asks the same each time.
    home.succeed(&["tenant", "t", "--today", "2011-12-31"]);
    load_line(&home, "first.csv", "1,22423,STAND,2,2011-01-04 10:00:00,10.00,1,France");
    let before = home.kpi("t", "net_sales", &[]);
    assert_eq!(before["value"].to_string(), "20");
    let known = before["knowledge_time"].as_str().unwrap().to_owned();

    load_line(&home, "late.csv", "2,22423,STAND,1,2011-01-03 10:00:00,5.50,1,France");
    let after = home.kpi("t", "net_sales", &[]);
    assert_eq!(after["value"].to_string(), "25.5");
    let then = home.kpi("t", "net_sales", &["--as-of", &known]);
    assert_eq!(then["value"], before["value"]);
    assert_eq!(then["receipt"], before["receipt"], "the same question at the same knowledge time has the same receipt");
    assert_ne!(after["receipt"], before["receipt"]);
    let earlier = home.kpi("t", "net_sales", &["--as-of", "2001-01-01T00:00:00Z"]);
    assert_eq!((earlier["value"].to_string(), earlier["n"].as_i64()), ("0".to_owned(), Some(0)));
}

#[test]
fn a_later_version_of_a_record_wins_whatever_came_first() {
    // A product's name is that of its latest invoice, in both orders of arrival.
    let january = "1,22423,OLD NAME,2,2011-01-04 10:00:00,10.00,1,France";
    let march = "2,22423,NEW NAME,2,2011-03-04 10:00:00,10.00,1,France";
    for order in [[january, march], [march, january]] {
        let home = Home::new();
        load_line(&home, "a.csv", order[0]);
        load_line(&home, "b.csv", order[1]);
        let rows = home.sql("t", "SELECT name FROM products");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["name"], "NEW NAME");
        assert_eq!(home.count("t", "SELECT count(*) FROM history.products"), 2);
    }
}
