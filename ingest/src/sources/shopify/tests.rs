//! Shopify's captured payloads as rows, and the traps of its contract: rounded identifiers, untracked stock, ties, captures, privacy.

use base64::Engine as _;
use chrono::{TimeZone, Utc};

use super::*;
use crate::sources::snapshot;
use crate::sources::{Mark, Row, Value};

fn setting() -> Setting {
    Setting {
        instance: "registered.myshopify.com".to_owned(),
        zone: chrono_tz::America::New_York,
        currency: Some("CAD".to_owned()),
    }
}

fn decode(headers: &Headers, body: &[u8]) -> Result<Decoded, Wrong> {
    let received_at = Utc.with_ymd_and_hms(2026, 4, 1, 12, 0, 0).unwrap();
    Shopify.decode(&Delivery { headers, body, received_at }, &setting())
}

fn told(topic: &str, body: &str) -> Decoded {
    decode(&Headers::default().with("x-shopify-topic", topic), body.as_bytes()).unwrap()
}

fn value<'a>(row: &'a Row, column: &str) -> Option<&'a Value> {
    row.values.iter().find(|(told, _)| told == column).map(|(_, value)| value)
}

fn text(row: &Row, column: &str) -> String {
    match value(row, column) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Decimal(number)) => number.to_string(),
        other => panic!("{column}: {other:?}"),
    }
}

#[test]
fn every_captured_payload() {
    for (path, bytes) in snapshot::payloads("shopify") {
        let (folder, file) = path.rsplit_once('/').unwrap();
        for (mut headers, body) in Shopify.deliveries_of_file(file, &bytes).unwrap() {
            if folder == "shapes-2024" {
                // `2024-01.orders.1.json`: the shape of a real order, every value replaced by an example.
                let resource = file.split('.').nth(1).unwrap();
                let action = if resource == "orders" { "updated" } else { "create" };
                headers = headers.with("x-shopify-topic", format!("{resource}/{action}"));
            }
            let decoded = decode(&headers, body);
            snapshot::check(&Shopify, path.trim_end_matches(".json"), &decoded);
            snapshot::check_tables(&decoded.unwrap());
        }
    }
}

#[test]
fn identifiers_past_2_to_the_53_keep_every_digit() {
    let order = told("orders/create", r#"{"id": 9007199254740993, "created_at": "2026-01-01T00:00:00Z", "line_items": []}"#);
    assert_eq!(text(&order.rows[0], "order_id"), "9007199254740993");
    let gid = r#"{"id": 820982911946154500, "admin_graphql_api_id": "gid://shopify/Order/820982911946154508", "created_at": "2026-01-01T00:00:00Z"}"#;
    assert_eq!(text(&told("orders/create", gid).rows[0], "order_id"), "820982911946154508", "the gid was not rounded");
    let level = r#"{"inventory_item_id": 271878346596884000, "location_id": 24826418, "available": null,
        "admin_graphql_api_id": "gid://shopify/InventoryLevel/24826418?inventory_item_id=271878346596884015"}"#;
    assert_eq!(text(&told("inventory_levels/update", level).rows[0], "sku"), "271878346596884015");
}

/// Pairs of the number and the gid of one object, wherever they stand in `value`.
fn identifiers(value: &serde_json::Value, found: &mut Vec<(String, String)>) {
    match value {
        serde_json::Value::Object(fields) => {
            let gid = fields.get("admin_graphql_api_id").and_then(|gid| gid.as_str()).and_then(event::gid_tail);
            if let Some((number, gid)) = fields.get("id").filter(|id| id.is_number()).zip(gid) {
                found.push((number.to_string(), gid.to_owned()));
            }
            fields.values().for_each(|inner| identifiers(inner, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|inner| identifiers(inner, found)),
        _ => {}
    }
}

#[test]
fn no_key_is_a_number_that_javascript_rounded() {
    let (mut objects, mut rounded, mut keys) = (0, 0, 0);
    for (path, bytes) in snapshot::payloads("shopify") {
        let mut found = Vec::new();
        identifiers(&serde_json::from_slice(&bytes).unwrap(), &mut found);
        let lost: Vec<_> =
            found.iter().filter(|(number, gid)| number != gid).map(|(number, _)| Value::Text(number.clone())).collect();
        (objects, rounded) = (objects + found.len(), rounded + lost.len());
        for (headers, body) in Shopify.deliveries_of_file(path.rsplit('/').next().unwrap(), &bytes).unwrap() {
            for row in decode(&headers, body).unwrap().rows {
                let own: Vec<_> =
                    ["line_id", row.values[0].0.as_ref()].iter().filter_map(|column| value(&row, column).cloned()).collect();
                assert!(own.iter().all(|id| !lost.contains(id)), "{path}: {own:?}");
                keys += 1;
            }
        }
    }
    assert_eq!((objects, rounded, keys), (137, 89, 63), "gids, those whose number is another, rows");
}

#[test]
fn stock_that_is_not_counted_is_no_zero() {
    let level = |available: &str| {
        format!(
            r#"{{"inventory_item_id": 1, "location_id": 2, "available": {available}, "updated_at": "2026-01-01T00:00:00-05:00"}}"#
        )
    };
    assert_eq!(value(&told("inventory_levels/update", &level("null")).rows[0], "available"), None);
    assert_eq!(value(&told("inventory_levels/update", &level("-3")).rows[0], "available"), Some(&Value::Whole(-3)));
}

#[test]
fn a_field_that_does_not_fit_sets_its_record_aside_and_keeps_the_rest() {
    let line = |price: &str| format!(r#"{{"id": 1, "quantity": 2, "price": {price}}}"#);
    let body = format!(
        r#"{{"id": 7, "created_at": "2026-01-01T00:00:00Z", "line_items": [{}, {}, 5]}}"#,
        line("\"10.005\""),
        line("\"ten\"")
    );
    let order = told("orders/updated", &body);
    let tables: Vec<_> = order.rows.iter().map(|row| row.table.as_ref()).collect();
    assert_eq!(tables, ["orders", "order_lines"]);
    assert_eq!(text(&order.rows[1], "net_value"), "20.01");
    assert_eq!(value(&order.rows[0], "net_value"), None, "a sum over lines that are not all known is not told");
    let faults: Vec<_> = order.wrong.iter().map(|wrong| (wrong.record, wrong.field.as_str(), wrong.value.as_deref())).collect();
    assert_eq!(faults, [(3, "line_items[1].price", Some("\"ten\"")), (4, "line_items[2]", Some("5"))]);
    assert!(order.sets.is_empty(), "the line that was set aside is not told to be gone");
}

#[test]
fn taxes_that_prices_include_are_no_sales() {
    let body = r#"{"id": 7, "created_at": "2026-01-01T00:00:00Z", "taxes_included": true, "total_tax": "19.00", "line_items": [
        {"id": 1, "quantity": 3, "price": "59.50", "discount_allocations": [{"amount": "50.00"}, {"amount": "9.50"}], "tax_lines": [{"price": 19}]}]}"#;
    let order = told("orders/create", body);
    assert_eq!((text(&order.rows[0], "net_value"), text(&order.rows[0], "discount_value")), ("100".into(), "59.5".into()));
    assert_eq!(text(&order.rows[1], "unit_price"), "33.3333");
}

#[test]
fn states_of_one_second_are_ordered() {
    let sequence = |fields: &str| {
        told("orders/updated", &format!(r#"{{"id": 7, "created_at": "2026-01-01T00:00:00Z", {fields}}}"#)).rows[0].sequence
    };
    let placed = sequence(r#""financial_status": "pending""#);
    let paid = sequence(r#""financial_status": "paid""#);
    let shipped = sequence(r#""financial_status": "paid", "fulfillment_status": "fulfilled""#);
    let refunded = sequence(r#""financial_status": "refunded", "fulfillment_status": "fulfilled""#);
    let cancelled =
        sequence(r#""financial_status": "refunded", "fulfillment_status": "restocked", "cancelled_at": "2026-01-01T00:00:00Z""#);
    assert!(placed < paid && paid < shipped && shipped < refunded && refunded < cancelled);
}

#[test]
fn a_capture_takes_the_place_of_its_authorisation() {
    let body = r#"{"id": 2, "order_id": 7, "kind": "capture", "status": "success", "amount": 60, "parent_id": 1, "created_at": "2026-01-01T00:00:00Z"}"#;
    let money = told("order_transactions/create", body);
    assert_eq!((text(&money.rows[0], "payment_id"), text(&money.rows[0], "paid_value")), ("2".into(), "60".into()));
    assert!(money.rows[1].deleted && text(&money.rows[1], "payment_id") == "1");
    assert!(told("order_transactions/create", &body.replace("capture", "refund")).rows.is_empty(), "told by refunds/create");
    let failed = told("order_transactions/create", &body.replace("success", "failure"));
    assert_eq!((failed.rows.len(), text(&failed.rows[0], "status")), (1, "failed".into()));
}

#[test]
fn privacy_topics() {
    let told = |topic: &str, body: &str| {
        let headers = Headers::default().with("x-shopify-topic", topic).with("x-shopify-shop-domain", "a.myshopify.com");
        decode(&headers, body.as_bytes()).unwrap()
    };
    let instance = Some("a.myshopify.com".to_owned());
    let redact = told("customers/redact", r#"{"customer": {"id": 191167}, "orders_to_redact": [299938, 280263]}"#);
    let erased = [("customers", "191167"), ("orders", "299938"), ("orders", "280263")];
    assert_eq!(redact.marks, erased.map(|(table, key)| Mark::Erase { table, key: key.to_owned(), instance: instance.clone() }));
    assert_eq!(told("shop/redact", r#"{"shop_id": 1}"#).marks, [Mark::EraseAll { instance }]);
}

#[test]
fn a_topic_that_nobody_reads_is_kept() {
    assert_eq!(told("themes/publish", "{}").marks, [Mark::Unknown("themes/publish".to_owned())]);
    assert_eq!(told("", "{}").marks, [Mark::Unknown(String::new())]);
}

#[test]
fn what_is_older_than_any_time_of_its_own_is_as_old_as_its_trigger() {
    let headers = Headers::default().with("X-Shopify-Topic", "orders/delete");
    let arrived = decode(&headers, br#"{"id": 1}"#).unwrap().rows[0].version;
    assert_eq!(arrived, Utc.with_ymd_and_hms(2026, 4, 1, 12, 0, 0).unwrap());
    let headers = headers.with("X-Shopify-Triggered-At", "2024-08-07T22:58:02.728860151Z");
    let triggered = decode(&headers, br#"{"id": 1}"#).unwrap().rows[0].version;
    assert_eq!(triggered.to_rfc3339(), "2024-08-07T22:58:02.728860+00:00");
}

#[test]
fn signed_over_the_exact_bytes() {
    let body = br#"{"id":820982911946154508}"#;
    let signature = base64::engine::general_purpose::STANDARD.encode(signature::hmac_of(b"shpss_secret", &[body]));
    let headers = Headers::default().with("X-Shopify-Hmac-Sha256", signature);
    let authentic = |body: &[u8], secret: &[u8]| {
        Shopify.authentic(&Delivery { headers: &headers, body, received_at: DateTime::UNIX_EPOCH }, secret, DateTime::UNIX_EPOCH)
    };
    assert!(authentic(body, b"shpss_secret"));
    assert!(!authentic(body, b"shpss_other") && !authentic(body, b""));
    assert!(!authentic(br#"{"id":820982911946154509}"#, b"shpss_secret"));
    assert!(!authentic(br#"{"id": 820982911946154508}"#, b"shpss_secret"), "one space more is another body");
}

#[test]
fn one_event_has_one_delivery_id_a_topic() {
    let id = |headers: &Headers| Shopify.delivery_id(&Delivery { headers, body: b"", received_at: DateTime::UNIX_EPOCH });
    let headers = Headers::default()
        .with("x-shopify-topic", "orders/paid")
        .with("x-shopify-webhook-id", "w")
        .with("x-shopify-shop-domain", "a.myshopify.com");
    assert_eq!(id(&headers).as_deref(), Some("a.myshopify.com orders/paid w"));
    assert_eq!(id(&headers.with("x-shopify-event-id", "e")).as_deref(), Some("a.myshopify.com orders/paid e"));
    assert_eq!(id(&Headers::default()), None);
}
