//! What the samples are known to add up to, cross-checked outside of this program.

use crate::support::{DEMO, Home};

#[test]
fn online_retail_adds_up() {
    let tenant = "gift_wholesale";
    let net_sales = DEMO.kpi(tenant, "net_sales", &[]);
    assert_eq!(net_sales["value"].to_string(), "9747747.934");
    assert_eq!(net_sales["n"], 541_909);
    assert_eq!(DEMO.count(tenant, "SELECT count(*) FROM order_lines"), 541_909);
    assert_eq!(DEMO.count(tenant, "SELECT count(*) FROM order_lines WHERE customer_id IS NULL"), 135_080);
    assert_eq!(DEMO.count(tenant, "SELECT count(DISTINCT customer_id) FROM order_lines"), 4_372);
    assert_eq!(DEMO.count(tenant, "SELECT count(*) FROM customers"), 4_372);
    assert_eq!(DEMO.count(tenant, "SELECT count(*) FROM quarantine"), 0);
    let cancelled = DEMO.kpi(tenant, "cancellation_rate", &[]);
    assert_eq!((cancelled["numerator"].as_i64(), cancelled["denominator"].as_i64()), (Some(3_836), Some(25_900)));
}

/// (tenant, KPI, numerator, denominator, n) over all records until the tenant's today.
const RATIOS: [(&str, &str, &str, &str, i64); 5] = [
    ("gift_wholesale", "repeat_customer_rate", "1602", "3370", 3_370),
    ("gift_wholesale", "average_order_value", "10655622.484", "19963", 19_963),
    ("gift_wholesale", "cancellation_value", "478724.18", "10271433.063", 536_865),
    ("health_supply", "on_time_delivery", "4258", "4681", 4_681),
    ("health_supply", "freight_share", "40518156.88", "885258294.87", 4_150),
];

#[test]
fn ratios_are_two_numbers() {
    for (tenant, id, numerator, denominator, n) in RATIOS {
        let kpi = DEMO.kpi(tenant, id, &[]);
        assert_eq!(kpi["numerator"].to_string(), numerator, "{id}");
        assert_eq!(kpi["denominator"].to_string(), denominator, "{id}");
        assert_eq!(kpi["n"], n, "{id}");
    }
}

#[test]
fn sums_and_percentiles() {
    let below = DEMO.kpi("gift_wholesale", "below_usual_price", &[]);
    assert_eq!(below["value"].to_string(), "981995.625");
    assert_eq!(DEMO.kpi("gift_wholesale", "orders", &[])["value"].to_string(), "19963");
    assert_eq!(DEMO.kpi("gift_wholesale", "active_customers", &[])["value"].to_string(), "4339");
    let lead_time = DEMO.kpi("health_supply", "delivery_lead_time", &[]);
    assert_eq!(lead_time["quantiles"][0]["value"].to_string(), "91");
    assert_eq!(lead_time["quantiles"][1]["value"].to_string(), "217");
}

#[test]
fn the_month_to_date_stands_beside_the_same_elapsed_days() {
    let sales = |period: &[&str]| DEMO.kpi("gift_wholesale", "net_sales", period)["value"].to_string();
    assert_eq!(sales(&["--period", "month_to_date"]), "433668.01");
    assert_eq!(sales(&["--from", "2011-11-01", "--to", "2011-11-10"]), "429039.49");
}

#[test]
fn series_add_up_to_the_number() {
    let series = DEMO.kpi("gift_wholesale", "net_sales", &["--grain", "month"]);
    let points = series["points"].as_array().unwrap();
    assert_eq!(points.len(), 13);
    assert_eq!(points[11]["value"].to_string(), "1461756.25");
    assert_eq!(points.iter().map(|point| point["n"].as_i64().unwrap()).sum::<i64>(), 541_909);
}

#[test]
fn every_version_of_a_ticket_is_kept_and_the_latest_counts() {
    assert_eq!(DEMO.count("service_desk", "SELECT count(*) FROM tickets"), 20_769);
    assert_eq!(DEMO.count("service_desk", "SELECT count(*) FROM history.tickets"), 119_998);
}

#[test]
fn identifiers_beyond_2_to_the_53rd_survive() {
    let home = Home::new();
    let file = home.path().join("lines.csv");
    let text = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
                9007199254740993,22423,CAKE STAND,1,2011-01-04 10:00:00,12.75,9007199254740995,France\n";
    std::fs::write(&file, text).unwrap();
    home.load("t", "online_retail", &[file]);
    let rows = home.sql("t", "SELECT order_id, customer_id FROM order_lines");
    assert_eq!(rows[0]["order_id"], "9007199254740993");
    assert_eq!(rows[0]["customer_id"], "9007199254740995");
}
