//! WooCommerce's captured payloads as rows, and the traps of its contract: two clocks, drafts, refunds, stock of a parent.

use base64::Engine as _;
use chrono::{TimeZone, Utc};

use super::*;
use crate::sources::{Value, snapshot};

fn decode(headers: &Headers, body: &[u8]) -> Result<Decoded, Wrong> {
    let setting = Setting { instance: "shop".to_owned(), zone: chrono_tz::Europe::Lisbon, currency: Some("EUR".to_owned()) };
    WooCommerce.decode(&Delivery { headers, body, received_at: Utc.with_ymd_and_hms(2026, 4, 1, 12, 0, 0).unwrap() }, &setting)
}

fn told(topic: &str, body: &str) -> Decoded {
    decode(&Headers::default().with("X-WC-Webhook-Topic", topic), body.as_bytes()).unwrap()
}

#[test]
fn every_captured_payload() {
    for (path, bytes) in snapshot::payloads("woocommerce") {
        for (headers, body) in WooCommerce.deliveries_of_file(&path, &bytes).unwrap() {
            let decoded = decode(&headers, body);
            snapshot::check(&WooCommerce, path.trim_end_matches(".json"), &decoded);
            snapshot::check_tables(&decoded.unwrap());
        }
    }
}

/// In July the shop's clock in Lisbon is an hour ahead of UTC.
#[test]
fn utc_stands_beside_the_wall_clock() {
    let body = |gmt: &str| format!(r#"{{"id": 1, "date_created": "2025-07-01T10:00:00"{gmt}, "line_items": []}}"#);
    let ordered_at = |body: &str| {
        let row = told("order.created", body).rows.remove(0);
        row.values.into_iter().find(|(column, _)| column == "ordered_at").map(|(_, value)| value)
    };
    let nine = Some(Value::Instant(Utc.with_ymd_and_hms(2025, 7, 1, 9, 0, 0).unwrap()));
    assert_eq!(ordered_at(&body(r#", "date_created_gmt": "2025-07-01T09:00:00""#)), nine);
    assert_eq!(ordered_at(&body("")), nine, "without it, the registration's zone");
}

#[test]
fn a_new_webhook_asks_whether_somebody_is_there() {
    assert_eq!(decode(&Headers::default(), b"webhook_id=12").unwrap().marks, [Mark::Ping]);
}

#[test]
fn an_order_names_its_refunds_and_they_are_fetched() {
    let order = told(
        "order.updated",
        r#"{"id": 1, "date_created_gmt": "2025-07-01T09:00:00", "refunds": [{"id": 9, "total": "-1.00"}]}"#,
    );
    assert_eq!(order.marks, [Mark::FetchNeeded("refunds", "1/9".to_owned())]);
    assert!(order.sets.is_empty(), "no lines were told");
}

#[test]
fn stock_kept_at_the_parent_is_no_zero() {
    let level = |fields: &str| {
        told("product.updated", &format!(r#"{{"id": 1, "date_modified_gmt": "2025-07-01T09:00:00", {fields}}}"#)).rows.remove(1)
    };
    let has_units = |fields: &str| level(fields).values.iter().any(|(column, _)| column == "on_hand");
    assert!(has_units(r#""manage_stock": true, "stock_quantity": 0"#));
    assert!(
        !has_units(r#""manage_stock": "parent", "stock_quantity": 0"#)
            && !has_units(r#""manage_stock": false, "stock_quantity": null"#)
    );
}

#[test]
fn signed_over_the_exact_bytes() {
    let body = br#"{"id":727}"#;
    let signature = base64::engine::general_purpose::STANDARD.encode(signature::hmac_of(b"secret", &[body]));
    let headers = Headers::default().with("X-WC-Webhook-Signature", signature);
    let authentic = |body: &[u8]| {
        WooCommerce.authentic(
            &Delivery { headers: &headers, body, received_at: DateTime::UNIX_EPOCH },
            b"secret",
            DateTime::UNIX_EPOCH,
        )
    };
    assert!(authentic(body) && !authentic(br#"{"id":728}"#));
}

#[test]
fn a_checkout_that_is_being_filled_in_is_no_order() {
    let draft = told(
        "order.created",
        r#"{"id": 1, "status": "checkout-draft", "date_created_gmt": "2025-07-01T09:00:00", "line_items": []}"#,
    );
    assert!(draft.rows.is_empty() && draft.sets.is_empty());
}
