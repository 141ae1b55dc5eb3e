//! Vendure's sample events as rows, and its clock.

use chrono::TimeZone;

use super::*;
use crate::sources::{Headers, snapshot};

fn decode(headers: &Headers, body: &[u8]) -> Result<Decoded, Wrong> {
    let setting = Setting { instance: "vendure".to_owned(), zone: chrono_tz::UTC, currency: Some("GBP".to_owned()) };
    Vendure.decode(&Delivery { headers, body, received_at: Utc.with_ymd_and_hms(2026, 4, 1, 12, 0, 0).unwrap() }, &setting)
}

#[test]
fn every_sample_payload() {
    for (path, bytes) in snapshot::payloads("vendure") {
        let decoded = decode(&Headers::of_file(&path), &bytes);
        snapshot::check(&Vendure, path.trim_end_matches(".json"), &decoded);
        snapshot::check_tables(&decoded.unwrap());
    }
}

/// As captured on SQLite: `updatedAt` in whole seconds, and before `orderPlacedAt`.
#[test]
fn ties_and_inversions_of_its_clock() {
    let order = |state: &str, created: &str| {
        let event = format!(
            r#"{{"type": "OrderStateTransitionEvent"{created}, "entity": {{"id": "7", "state": "{state}",
            "updatedAt": "2026-03-02T10:15:29.000Z", "orderPlacedAt": "2026-03-02T10:15:30.000Z"}}}}"#
        );
        decode(&Headers::default(), event.as_bytes()).unwrap().rows.remove(0)
    };
    let (authorised, settled) = (order("PaymentAuthorized", ""), order("PaymentSettled", ""));
    assert_eq!(authorised.version, settled.version);
    assert_eq!(settled.version, Utc.with_ymd_and_hms(2026, 3, 2, 10, 15, 30).unwrap(), "never before the order was placed");
    assert!(authorised.sequence < settled.sequence);
    assert!(order("PaymentSettled", r#", "createdAt": "2026-03-02T10:15:30.5Z""#).version > settled.version);
}

#[test]
fn an_event_is_known_again_without_an_id() {
    let body = br#"{"type": "OrderEvent", "createdAt": "2026-03-02T10:15:30.5Z", "entity": {"id": "7", "state": "Shipped"}}"#;
    let id = |headers: &Headers| Vendure.delivery_id(&Delivery { headers, body, received_at: DateTime::UNIX_EPOCH });
    assert_eq!(id(&Headers::default()).as_deref(), Some("OrderEvent 7 Shipped 2026-03-02T10:15:30.5Z"));
    assert_eq!(id(&Headers::default().with("webhook-id", "msg_1")).as_deref(), Some("msg_1"));
}
