//! Each planted loss can be found again in the records, with its amount.

use std::collections::BTreeMap;

use super::stream::{Row, Stream, amount, cents};

type Records<'a> = BTreeMap<&'a str, Vec<&'a Row>>;

pub(super) fn re_derive(stream: &Stream) {
    let orders = stream.by("orders", "order_id");
    let shipments = stream.by("shipments", "shipment_id");
    let invoices = stream.by("invoices", "order_id");
    let invoices_by_id = stream.by("invoices", "invoice_id");
    let bills = stream.by("bills", "bill_id");
    let credits = stream.by("bills", "purchase_order_id");
    let payments = stream.by("payments", "payment_id");
    let refunds = stream.by("refunds", "refund_id");
    let receipts = stream.by("receipts", "purchase_order_id");
    let purchase_lines = stream.by("purchase_order_lines", "purchase_order_id");
    for leak in stream.sheet("leaks.csv") {
        let (record, related, lost) = (leak[3], leak[5], amount(leak[6]));
        match leak[0] {
            "M5" | "M7" | "M8" | "M17" => assert!(lost > 0),
            "M9" => {
                let cost = cents(shipments[record][0], "freight_cost");
                assert_eq!(cost - cents(orders[related][0], "shipping_value"), lost, "{leak:?}");
                assert_eq!(shipments[record][0]["freight_terms"], "charged");
            }
            "M10" => {
                assert!(refunds[record][0]["return_id"].is_null());
                assert_eq!(cents(refunds[record][0], "net_value"), lost);
            }
            "M12" => assert!(credits[related].iter().all(|bill| bill["kind"] == "bill"), "{leak:?}"),
            "M13" => {
                let matched = matched(&receipts[related], &purchase_lines[related]);
                assert_eq!(cents(bills[record][0], "net_value") - matched, lost, "{leak:?}");
            }
            "M14" => {
                assert_eq!(payments[record][0]["bill_id"], payments[related][0]["bill_id"]);
                assert_eq!(cents(payments[record][0], "paid_value"), lost);
            }
            "M15" => {
                assert!(!invoices.contains_key(related), "{leak:?}");
                assert_eq!(cents(orders[related][0], "net_value"), lost);
            }
            "M16" => assert_eq!(cents(invoices_by_id[record][0], "open_value"), lost, "{leak:?}"),
            "M18" => assert!(cents(orders[record][0], "tax_value") > 0 || lost <= 200),
            "M20" => assert!(cents(payments[record][0], "fee_value") == 2 * lost, "{leak:?}"),
            other => panic!("{other} is no rule"),
        }
    }
    no_freight_is_lost_unseen(stream, &orders);
}

/// What was received, at the price ordered.
fn matched(receipts: &[&Row], lines: &[&Row]) -> i64 {
    let price = |line: &str| lines.iter().find(|row| row["line_id"] == line).map(|row| cents(row, "unit_price")).unwrap();
    receipts.iter().map(|row| row["quantity"].as_i64().unwrap() * price(row["purchase_order_line"].as_str().unwrap())).sum()
}

/// The other way round: a detector that looks for freight above its charge finds what was planted and nothing else.
fn no_freight_is_lost_unseen(stream: &Stream, orders: &Records<'_>) {
    let planted = stream.sheet("leaks.csv").iter().filter(|leak| leak[0] == "M9").count();
    let found = stream.rows("shipments").filter(|row| row["freight_terms"] == "charged" && row["freight_cost"].is_string());
    let found =
        found.filter(|row| cents(row, "freight_cost") > cents(orders[row["order_id"].as_str().unwrap()][0], "shipping_value"));
    assert_eq!(found.count(), planted);
}
