//! EasyPost's example events as rows, and the first promise.

use chrono::TimeZone;

use super::*;
use crate::sources::{Value, snapshot};

fn decode(headers: &Headers, body: &[u8]) -> Result<Decoded, Wrong> {
    let setting = Setting { instance: "user".to_owned(), zone: chrono_tz::UTC, currency: None };
    EasyPost.decode(&Delivery { headers, body, received_at: Utc.with_ymd_and_hms(2026, 4, 1, 12, 0, 0).unwrap() }, &setting)
}

#[test]
fn every_captured_payload() {
    for (path, bytes) in snapshot::payloads("easypost") {
        for (headers, body) in EasyPost.deliveries_of_file(&path, &bytes).unwrap() {
            let decoded = decode(&headers, body);
            snapshot::check(&EasyPost, path.trim_end_matches(".json"), &decoded);
            snapshot::check_tables(&decoded.unwrap());
        }
    }
}

#[test]
fn the_first_promise_is_not_moved_by_a_later_one() {
    let told = |action: &str, scans: &str| {
        let event = format!(
            r#"{{"id": "evt_1", "description": "tracker.{action}", "result": {{"id": "trk_1", "status": "in_transit",
            "est_delivery_date": "2026-03-09T00:00:00Z", "tracking_details": {scans}}}}}"#
        );
        let row = decode(&Headers::default(), event.as_bytes()).unwrap().rows.remove(0);
        assert!(row.partial && !row.cleared.iter().any(|column| column == "promised_at"));
        row.values.into_iter().find(|(column, _)| column == "promised_at").map(|(_, value)| value)
    };
    let day = |day| Some(Value::Instant(Utc.with_ymd_and_hms(2026, 3, day, 0, 0, 0).unwrap()));
    let scans = r#"[{"datetime": "2026-03-02T08:00:00Z", "est_delivery_date": "2026-03-07T00:00:00Z"},
        {"datetime": "2026-03-01T08:00:00Z", "est_delivery_date": "2026-03-05T00:00:00Z"}]"#;
    assert_eq!(told("updated", scans), day(5));
    assert_eq!(told("created", "[]"), day(9));
    assert_eq!(told("updated", "[]"), None);
}

#[test]
fn signed_over_the_exact_bytes() {
    let body = br#"{"id":"evt_1"}"#;
    let signature: String = signature::hmac_of(b"secret", &[body]).iter().map(|byte| format!("{byte:02x}")).collect();
    let headers = Headers::default().with("X-Hmac-Signature", format!("hmac-sha256-hex={signature}"));
    let authentic = |body: &[u8]| {
        EasyPost.authentic(
            &Delivery { headers: &headers, body, received_at: DateTime::UNIX_EPOCH },
            b"secret",
            DateTime::UNIX_EPOCH,
        )
    };
    assert!(authentic(body) && !authentic(br#"{"id":"evt_2"}"#));
}
