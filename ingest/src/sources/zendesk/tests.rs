//! Zendesk's example events as rows, and what a part of a ticket leaves alone.

use base64::Engine as _;
use chrono::TimeZone;

use super::*;
use crate::sources::{Headers, snapshot};

fn decode(headers: &Headers, body: &[u8]) -> Result<Decoded, Wrong> {
    let setting = Setting { instance: "desk".to_owned(), zone: chrono_tz::UTC, currency: None };
    Zendesk.decode(&Delivery { headers, body, received_at: Utc.with_ymd_and_hms(2026, 4, 1, 12, 0, 0).unwrap() }, &setting)
}

#[test]
fn every_captured_payload() {
    for (path, bytes) in snapshot::payloads("zendesk") {
        let decoded = decode(&Headers::of_file(&path), &bytes);
        snapshot::check(&Zendesk, path.trim_end_matches(".json"), &decoded);
        snapshot::check_tables(&decoded.unwrap());
    }
}

#[test]
fn signed_with_time_over_the_exact_bytes() {
    let (body, time) = (br#"{"id":"a"}"#, "2025-01-08T10:12:07Z");
    let signature = base64::engine::general_purpose::STANDARD.encode(signature::hmac_of(b"secret", &[time.as_bytes(), body]));
    let headers =
        Headers::default().with("X-Zendesk-Webhook-Signature", signature).with("X-Zendesk-Webhook-Signature-Timestamp", time);
    let authentic = |headers: &Headers, body: &[u8]| {
        Zendesk.authentic(&Delivery { headers, body, received_at: DateTime::UNIX_EPOCH }, b"secret", DateTime::UNIX_EPOCH)
    };
    assert!(authentic(&headers, body) && !authentic(&headers, br#"{"id":"b"}"#));
    let later = headers.with("X-Zendesk-Webhook-Signature-Timestamp", "2025-01-08T10:12:08Z");
    assert!(!authentic(&later, body));
}

#[test]
fn what_detail_leaves_out_stays_and_what_it_has_as_null_goes() {
    let event = br#"{"id": "e", "type": "zen:event-type:ticket.status_changed", "time": "2026-01-01T00:00:00Z",
        "detail": {"id": 9007199254740993, "status": "OPEN", "assignee_id": null, "created_at": "2025-12-31T00:00:00Z"}}"#;
    let ticket = decode(&Headers::default(), event).unwrap().rows.remove(1);
    assert!(ticket.partial);
    assert_eq!(ticket.cleared, ["assignee", "resolved_at"]);
    assert!(ticket.values.contains(&("ticket_id".into(), crate::sources::Value::Text("9007199254740993".to_owned()))));
}
