//! What holds for every stream.

use std::collections::{BTreeMap, BTreeSet};

use super::stream::{Stream, amount, cents};

/// All of them.
pub(super) fn hold(stream: &Stream) {
    hold_for_parts(stream);
    lines_re_add_to_headers(stream);
    stock_is_never_negative(stream);
    nothing_sells_while_out_of_stock(stream);
    payments_stay_within_invoices(stream);
    truth_names_records_that_exist(stream);
}

/// Those that hold for the messages of some systems too.
pub(super) fn hold_for_parts(stream: &Stream) {
    arrivals_are_in_order(stream);
    current_state_is_what_the_summary_says(stream);
    malformed_messages_are_malformed(stream);
}

fn arrivals_are_in_order(stream: &Stream) {
    let mut before = String::new();
    let mut by_id: BTreeMap<String, String> = BTreeMap::new();
    for message in stream.messages() {
        let arrived = message["arrivedat"].as_str().unwrap().to_owned();
        assert!(arrived >= before, "{arrived} arrives after {before}");
        assert!(message["time"].as_str().unwrap() <= arrived.as_str());
        before = arrived;
        let data = by_id.entry(message["id"].to_string()).or_insert_with(|| message["data"].to_string());
        assert_eq!(*data, message["data"].to_string(), "one id, one content");
    }
}

fn current_state_is_what_the_summary_says(stream: &Stream) {
    let mut total = 0;
    for (table, told) in stream.summary["tables"].as_object().unwrap() {
        assert_eq!(stream.rows(table).count() as i64, told["rows"].as_i64().unwrap(), "rows of {table}");
        total += told["rows"].as_i64().unwrap();
        let column = told.as_object().unwrap().keys().find(|key| key.ends_with("_value"));
        let Some(column) = column else { continue };
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for row in stream.rows(table).filter(|row| !row[column].is_null()) {
            *sums.entry(row["currency"].as_str().unwrap()).or_default() += cents(row, column);
        }
        for (currency, value) in told[column].as_object().unwrap() {
            assert_eq!(sums.get(currency.as_str()).copied().unwrap_or(0), amount(value.as_str().unwrap()), "{table} {currency}");
        }
    }
    let by_day = stream.totals.lines().skip(1).map(|line| line.split(',').nth(3).unwrap().parse::<i64>().unwrap()).sum::<i64>();
    assert_eq!(by_day, total);
    let orders = stream.totals.lines().filter(|line| line.contains(",orders,"));
    let mut days: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for row in stream.rows("orders") {
        *days.entry((&row["ordered_at"].as_str().unwrap()[..10], row["currency"].as_str().unwrap())).or_default() += 1;
    }
    for line in orders {
        let cells = line.split(',').collect::<Vec<_>>();
        let count = days.remove(&(cells[0], cells[2])).unwrap_or(0);
        assert_eq!(count, cells[3].parse::<i64>().unwrap(), "{line}");
    }
    assert!(days.is_empty());
}

fn malformed_messages_are_malformed(stream: &Stream) {
    for line in stream.malformed() {
        let Ok(message) = serde_json::from_slice::<serde_json::Value>(line) else { continue };
        let data = &message["data"];
        let sound = data.is_object()
            && data["order_id"].is_string()
            && data["ordered_at"].as_str().is_some_and(|at| !at.starts_with("2026-02-30"))
            && data["net_value"].as_str() != Some("twelve");
        assert!(!sound, "{message}");
    }
}

fn lines_re_add_to_headers(stream: &Stream) {
    let lines = stream.by("order_lines", "order_id");
    for order in stream.rows("orders") {
        let lines = &lines[order["order_id"].as_str().unwrap()];
        assert_eq!(order["line_count"].as_u64().unwrap() as usize, lines.len());
        for column in ["net_value", "discount_value"] {
            assert_eq!(cents(order, column), lines.iter().map(|line| cents(line, column)).sum::<i64>(), "{column} of {order:?}");
        }
        assert_eq!(order["quantity"].as_i64(), Some(lines.iter().map(|line| line["quantity"].as_i64().unwrap()).sum()));
        for line in lines {
            assert_eq!(cents(line, "net_value"), cents(line, "unit_price") * line["quantity"].as_i64().unwrap());
        }
    }
    assert_eq!(lines.values().map(Vec::len).sum::<usize>(), stream.rows("order_lines").count());
    let orders = stream.by("orders", "order_id");
    assert!(lines.keys().all(|order| orders.contains_key(order)), "a line has no order");
}

fn stock_is_never_negative(stream: &Stream) {
    let mut movements = stream.rows("inventory_movements").collect::<Vec<_>>();
    movements.sort_by_key(|row| (row["moved_at"].as_str(), row["from_warehouse"].is_string()));
    let mut on_hand: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    let levels = stream.rows("inventory_levels").collect::<Vec<_>>();
    let counted = levels.first().map_or("", |_| levels.iter().map(|row| row["counted_at"].as_str().unwrap()).max().unwrap());
    for movement in movements.iter().filter(|row| row["moved_at"].as_str().unwrap() <= counted) {
        let (from, to) = (movement["from_warehouse"].as_str(), movement["to_warehouse"].as_str());
        let place = (movement["sku"].as_str().unwrap(), from.or(to).unwrap());
        let units = movement["quantity"].as_i64().unwrap();
        let level = on_hand.entry(place).or_default();
        *level += if from.is_some() { -units } else { units };
        assert!(*level >= 0, "{place:?} falls to {level}");
    }
    for level in levels {
        let place = (level["sku"].as_str().unwrap(), level["warehouse"].as_str().unwrap());
        assert_eq!(level["on_hand"].as_i64(), on_hand.get(&place).copied(), "{place:?}");
        let (on_hand, reserved) = (level["on_hand"].as_i64().unwrap(), level["reserved"].as_i64().unwrap());
        assert!(reserved >= 0 && level["available"].as_i64() == Some(on_hand - reserved) && on_hand >= reserved);
        assert!(level["incoming"].as_i64().unwrap() >= 0);
    }
}

fn nothing_sells_while_out_of_stock(stream: &Stream) {
    let lines = stream.by("order_lines", "sku");
    let is_american = |country: &str| ["United States", "Canada", "Japan"].contains(&country);
    for span in stream.sheet("stockouts.csv") {
        let (sku, warehouse, from, until) = (span[0], span[1], span[2], span[3]);
        for line in lines.get(sku).into_iter().flatten().filter(|line| line["order_kind"] == "order") {
            let at = line["ordered_at"].as_str().unwrap();
            let is_here = is_american(line["country"].as_str().unwrap()) == (warehouse == "Memphis");
            assert!(!is_here || at <= from || (!until.is_empty() && at >= until), "{sku} sold at {at} within {span:?}");
        }
    }
}

fn payments_stay_within_invoices(stream: &Stream) {
    let mut paid: BTreeMap<&str, i64> = BTreeMap::new();
    for payment in stream.rows("payments").filter(|row| row["direction"] == "in" && row["status"] == "succeeded") {
        *paid.entry(payment["invoice_id"].as_str().unwrap()).or_default() += cents(payment, "paid_value");
    }
    for invoice in stream.rows("invoices").filter(|row| row["kind"] == "invoice") {
        let due = cents(invoice, "net_value") + cents(invoice, "tax_value");
        let paid = paid.get(invoice["invoice_id"].as_str().unwrap()).copied().unwrap_or(0);
        assert!(paid <= due, "{invoice:?}");
    }
}

fn truth_names_records_that_exist(stream: &Stream) {
    let names = |table: &str, column: &str| stream.by(table, column).into_keys().map(str::to_owned).collect::<BTreeSet<_>>();
    let mut known: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (table, column) in [
        ("orders", "order_id"),
        ("shipments", "shipment_id"),
        ("refunds", "refund_id"),
        ("receipts", "receipt_id"),
        ("bills", "bill_id"),
        ("payments", "payment_id"),
        ("invoices", "invoice_id"),
        ("purchase_orders", "purchase_order_id"),
        ("tickets", "ticket_id"),
        ("approvals", "approval_id"),
        ("workflow_runs", "run_id"),
        ("customers", "customer_id"),
        ("products", "sku"),
    ] {
        known.insert(table, names(table, column));
    }
    for row in stream.rows("order_lines") {
        let name = format!("{}/{}", row["order_id"].as_str().unwrap(), row["line_number"]);
        known.entry("order_lines").or_default().insert(name);
    }
    let exists =
        |table: &str, record: &str| assert!(known.get(table).is_some_and(|all| all.contains(record)), "{table} {record}");
    for leak in stream.sheet("leaks.csv") {
        exists(leak[2], leak[3]);
        if !leak[4].is_empty() {
            exists(leak[4], leak[5]);
        }
        assert!(amount(leak[6]) > 0 && amount(leak[7]) <= amount(leak[6]), "{leak:?}");
    }
    for breach in stream.sheet("breaches.csv") {
        let table = match breach[0] {
            "delivery_promise" => "shipments",
            "approval" => "approvals",
            _ => "tickets",
        };
        exists(table, breach[1]);
    }
    for churn in stream.sheet("churn.csv") {
        exists("customers", churn[0]);
    }
    for run in stream.sheet("runs.csv") {
        exists("workflow_runs", run[1]);
        if !run[4].is_empty() {
            exists("workflow_runs", run[4]);
        }
    }
    for sheet in ["stockouts.csv", "products.csv"] {
        stream.sheet(sheet).iter().for_each(|row| exists("products", row[0]));
    }
}
