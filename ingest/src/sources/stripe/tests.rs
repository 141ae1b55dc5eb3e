//! Stripe's captured payloads as rows, and the traps of its contract: decimals of currencies, one payment told twice, many events of a second.

use chrono::TimeZone;

use super::*;
use crate::sources::{Row, Value, snapshot};

fn decode(headers: &Headers, body: &[u8]) -> Result<Decoded, Wrong> {
    let setting = Setting { instance: "acct".to_owned(), zone: chrono_tz::UTC, currency: None };
    Stripe.decode(&Delivery { headers, body, received_at: Utc.with_ymd_and_hms(2026, 4, 1, 12, 0, 0).unwrap() }, &setting)
}

fn told(kind: &str, object: &str) -> Decoded {
    let event = format!(
        r#"{{"id": "evt_1", "object": "event", "created": 1700000000, "type": "{kind}", "data": {{"object": {object}}}}}"#
    );
    decode(&Headers::default(), event.as_bytes()).unwrap()
}

fn value(row: &Row, column: &str) -> String {
    match row.values.iter().find(|(told, _)| told == column).map(|(_, value)| value) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Decimal(number)) => number.to_string(),
        other => panic!("{column}: {other:?}"),
    }
}

#[test]
fn every_captured_payload() {
    for (path, bytes) in snapshot::payloads("stripe") {
        for (headers, body) in Stripe.deliveries_of_file(&path, &bytes).unwrap() {
            let decoded = decode(&headers, body);
            snapshot::check(&Stripe, path.trim_end_matches(".json"), &decoded);
            snapshot::check_tables(&decoded.unwrap());
        }
    }
}

#[test]
fn amounts_have_the_decimals_of_their_currency() {
    let paid = |currency: &str| {
        let charge = format!(
            r#"{{"id": "ch_1", "amount": 12345, "currency": "{currency}", "created": 1700000000, "status": "succeeded"}}"#
        );
        value(&told("charge.succeeded", &charge).rows[0], "paid_value")
    };
    assert_eq!(
        (paid("usd"), paid("jpy"), paid("kwd"), paid("isk")),
        ("123.45".into(), "12345".into(), "12.345".into(), "123.45".into())
    );
}

#[test]
fn intent_and_charge_are_one_payment_and_the_charge_counts() {
    let charge = told(
        "charge.succeeded",
        r#"{"id": "ch_1", "payment_intent": "pi_1", "amount": 1, "currency": "usd", "created": 5, "status": "succeeded"}"#,
    );
    let intent = told(
        "payment_intent.succeeded",
        r#"{"id": "pi_1", "amount": 1, "currency": "usd", "created": 4, "status": "succeeded"}"#,
    );
    assert_eq!(value(&charge.rows[0], "payment_id"), value(&intent.rows[0], "payment_id"));
    assert!(charge.rows[0].version == intent.rows[0].version && charge.rows[0].sequence > intent.rows[0].sequence);
    let expanded = told(
        "charge.failed",
        r#"{"id": "ch_1", "payment_intent": {"id": "pi_1"}, "amount": 1, "currency": "usd", "created": 5, "status": "failed"}"#,
    );
    assert_eq!(value(&expanded.rows[0], "payment_id"), "pi_1");
}

#[test]
fn events_of_one_second_are_ordered_by_state() {
    let sequence = |status: &str| {
        told("invoice.updated", &format!(r#"{{"id": "in_1", "currency": "usd", "created": 5, "status": "{status}"}}"#)).rows[0]
            .sequence
    };
    assert!(sequence("draft") < sequence("open") && sequence("open") < sequence("paid"));
}

#[test]
fn a_credit_note_is_negative() {
    let note = told(
        "credit_note.created",
        r#"{"id": "cn_1", "currency": "eur", "created": 5, "total": 1190, "total_excluding_tax": 1000}"#,
    );
    assert_eq!((value(&note.rows[0], "net_value"), value(&note.rows[0], "tax_value")), ("-10".into(), "-1.9".into()));
}

#[test]
fn signed_with_time_over_the_exact_bytes() {
    let (body, now) = (br#"{"id":"evt_1"}"#, Utc.with_ymd_and_hms(2023, 3, 3, 9, 0, 0).unwrap());
    let signature: String =
        signature::hmac_of(b"whsec_1", &[b"1677834000.", body]).iter().map(|byte| format!("{byte:02x}")).collect();
    let headers = Headers::default().with("Stripe-Signature", format!("t=1677834000,v1={signature}"));
    let authentic =
        |body: &[u8], secret: &[u8], now| Stripe.authentic(&Delivery { headers: &headers, body, received_at: now }, secret, now);
    assert!(authentic(body, b"whsec_1", now) && !authentic(body, b"whsec_2", now));
    assert!(!authentic(br#"{"id":"evt_2"}"#, b"whsec_1", now) && !authentic(body, b"whsec_1", now + chrono::TimeDelta::hours(1)));
}
