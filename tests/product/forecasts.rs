//! Forecasts as their users meet them: nothing later can be in one, what was said is kept and scored, and too little is said to be so.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::{DEMO, Home};

const HEADER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

/// An invoice a day of 2011 from day `first` to before `last`: two articles, customers in turn.
fn days(home: &Home, name: &str, first: i64, last: i64) {
    let mut lines = HEADER.to_owned();
    for day in first..last {
        let date = chrono::NaiveDate::from_yo_opt(2011, 1).unwrap() + chrono::TimeDelta::days(day);
        let customer = 100 + day % 40;
        writeln!(lines, "{},22423,STAND,{},{date} 10:00:00,10.00,{customer},France", 1000 + day, 5 + day % 7).unwrap();
        if day % 9 == 0 {
            writeln!(lines, "{},84879,BIRD,{},{date} 10:00:00,1.50,{customer},France", 1000 + day, 2 + day % 4).unwrap();
        }
    }
    let path = home.path().join(name);
    std::fs::write(&path, lines).unwrap();
    home.load("t", "online_retail", &[path]);
}

fn forecast(home: &Home, tenant: &str, more: &[&str]) -> Vec<Value> {
    let arguments = [&["forecast", "--tenant", tenant, "--format", "json"], more].concat();
    serde_json::from_str(&home.succeed(&arguments)).unwrap()
}

fn said(home: &Home) -> Vec<Value> {
    let columns =
        "sku, location, target_day, horizon_days, mean, q0_005, q0_5, q0_95, q0_995, naive_mean, method, confidence, basis";
    home.sql("t", &format!("SELECT {columns} FROM forecast.demand ORDER BY issued_at, sku, location, target_day"))
}

#[test]
fn nothing_later_is_in_a_forecast() {
    let home = Home::new();
    home.succeed(&["tenant", "t", "--today", "2011-12-31"]);
    days(&home, "first.csv", 0, 200);
    let first = forecast(&home, "t", &["--model", "demand", "--as-of", "2011-05-01"]);
    assert_eq!((&first[0]["basis"], &first[0]["is_new"]), (&"happened".into(), &true.into()), "{first:?}");
    let before = said(&home);
    assert_eq!(before.len(), 2 * 28, "an article a day");
    assert_eq!(before[0]["target_day"], "2011-05-01");

    // Later days come, and with them the same forecast: the same records, the same words, nothing landed twice.
    days(&home, "later.csv", 200, 260);
    let again = forecast(&home, "t", &["--model", "demand", "--as-of", "2011-05-01"]);
    assert_eq!((&again[0]["data_hash"], &again[0]["is_new"]), (&first[0]["data_hash"], &false.into()));
    assert_eq!(said(&home), before);

    // As of an instant at which the first file was known and the second was not.
    let known = home.sql("t", "SELECT max(recorded_at) AS at FROM batches WHERE pack = 'online_retail' AND recorded_at < (SELECT max(recorded_at) FROM batches)");
    let known = known[0]["at"].as_str().unwrap().to_owned();
    let then = forecast(&home, "t", &["--model", "demand", "--as-of", &known]);
    assert_eq!(then[0]["basis"], "known");
    days(&home, "last.csv", 260, 300);
    let restated = forecast(&home, "t", &["--model", "demand", "--as-of", &known]);
    assert_eq!(restated[0]["data_hash"], then[0]["data_hash"], "what was known then is what it was");
    let now = forecast(&home, "t", &["--model", "demand"]);
    assert_ne!(now[0]["data_hash"], then[0]["data_hash"]);
}

#[test]
fn quantiles_rise_and_nothing_is_no_number() {
    let wrong = "mean IS NULL OR mean < 0 OR q0_005 > q0_025 OR q0_025 > q0_05 OR q0_05 > q0_1 OR q0_1 > q0_165 OR q0_165 > q0_25 OR \
                 q0_25 > q0_5 OR q0_5 > q0_75 OR q0_75 > q0_835 OR q0_835 > q0_9 OR q0_9 > q0_95 OR q0_95 > q0_975 OR q0_975 > q0_995";
    let statement = |condition: &str| format!("SELECT count(*) AS n FROM forecast.demand WHERE {condition}");
    assert!(DEMO.count("gift_wholesale", &statement("true")) > 100_000);
    assert_eq!(DEMO.count("gift_wholesale", &statement(wrong)), 0);
    let churn = "SELECT count(*) AS n FROM forecast.churn WHERE ";
    assert!(DEMO.count("gift_wholesale", &format!("{churn} true")) > 9_000);
    assert_eq!(DEMO.count("gift_wholesale", &format!("{churn} probability IS NULL OR probability <= 0 OR probability >= 1")), 0);
    let falling = "SELECT count(*) AS n FROM forecast.churn AS near JOIN forecast.churn AS far ON near.customer_id = far.customer_id AND \
                   near.issued_at = far.issued_at AND near.horizon_days < far.horizon_days WHERE near.probability < far.probability";
    assert_eq!(DEMO.count("gift_wholesale", falling), 0, "more days bring no fewer orders");
}

#[test]
fn what_was_said_is_scored_when_its_day_has_come() {
    let score = |kpi: &str, more: &[&str]| DEMO.kpi("gift_wholesale", kpi, more);
    let coverage = score("demand_coverage", &[]);
    let matured = DEMO.count("gift_wholesale", "SELECT count(*) AS n FROM matured_demand");
    assert_eq!(coverage["n"], matured);
    let share = coverage["value"].as_f64().unwrap();
    assert!((0.90..=1.0).contains(&share), "{share}");
    let added = score("demand_value_added", &[])["value"].as_f64().unwrap();
    assert!(added > 0.1, "better than the weekday before: {added}");
    // Of those scored a quarter or more was said with some doubt: the score is not one of certainties.
    let brier = score("churn_brier", &["--where", "horizon:90 days"])["value"].as_f64().unwrap();
    assert!((0.10..0.23).contains(&brier), "{brier}");
    let reliability = ["kpi", "churn_reliability", "--tenant", "gift_wholesale", "--by", "said", "--format", "json"];
    let bins: Value = serde_json::from_str(&DEMO.succeed(&reliability)).unwrap();
    assert!(bins["slices"].as_array().unwrap().len() >= 5, "{bins}");
}

#[test]
fn too_little_is_said_to_be_so() {
    let home = Home::new();
    home.succeed(&["tenant", "t", "--today", "2011-12-31"]);
    let runs = forecast(&home, "t", &[]);
    assert_eq!(runs.len(), 6);
    for run in &runs {
        assert!(run["abstained"].as_str().is_some_and(|reason| !reason.is_empty()), "{run}");
    }
    days(&home, "few.csv", 340, 346);
    let runs = forecast(&home, "t", &[]);
    let of = |model: &str| runs.iter().find(|run| run["model"] == model).unwrap().clone();
    assert_eq!(of("demand")["fallbacks"], of("demand")["forecasts"], "six days are little: each says so");
    assert!(of("churn")["abstained"].is_string());
    let labelled = home.sql("t", "SELECT DISTINCT fallback, confidence FROM forecast.demand");
    assert!(labelled.iter().all(|row| row["fallback"].is_string() && row["confidence"] == "low"), "{labelled:?}");
    let kept = home
        .sql("t", "SELECT model, abstained IS NOT NULL AS silent FROM forecast.runs WHERE abstained IS NOT NULL ORDER BY model");
    assert!(kept.len() >= 5, "what was not said is kept too: {kept:?}");

    let unknown = home.fail(&["forecast", "--tenant", "t", "--model", "weather"]);
    assert!(unknown.contains("no model named `weather`; there is demand, stockout, churn, workload, "), "{unknown}");
    let when = home.fail(&["forecast", "--tenant", "t", "--as-of", "soon"]);
    assert!(when.contains("`soon` is no time"), "{when}");
}
