//! Tests of `cloudevents`.

use proptest::prelude::*;

use super::super::snapshot;
use super::super::testing::{self, decode, delivery, setting};
use super::*;

#[test]
fn what_the_samples_tell() {
    testing::check_samples(&CloudEvents);
}

#[test]
fn a_duplicate_in_a_batch_counts_once() {
    let body =
        br#"[{"specversion":"1.0","id":"1","source":"/a","type":"orders","time":"2026-01-01T00:00:00Z","data":{"order_id":1}},
        {"specversion":"1.0","id":"2","source":"/a","type":"orders","data":{"order_id":2}},
        {"specversion":"1.0","id":"1","source":"/a","type":"orders","time":"2026-01-01T00:00:00Z","data":{"order_id":1}},
        {"specversion":"1.0","id":"1","source":"/b","type":"orders","data":{"order_id":3}},
        {"specversion":"1.0","id":"4","source":"/a","type":"orders","data":{"order_id":[]}},
        {"specversion":"0.3","id":"5","source":"/a","type":"orders"},
        17]"#;
    let decoded =
        decode(&CloudEvents, &Headers::default().with("content-type", "application/cloudevents-batch+json"), body).unwrap();
    assert_eq!(decoded.rows.len(), 3);
    assert_eq!(decoded.wrong.iter().map(|wrong| wrong.record).collect::<Vec<_>>(), [5, 7]);
    assert_eq!(decoded.marks, [Mark::Unknown("CloudEvents 0.3".to_owned())]);
}

#[test]
fn a_retry_has_the_same_identity() {
    let binary = Headers::default().with("ce-id", "7").with("ce-source", "/shop");
    let structured = Headers::default().with("content-type", "application/cloudevents+json");
    let body = br#"{"id":"7","source":"/shop"}"#;
    assert_eq!(CloudEvents.delivery_id(&delivery(&binary, b"")).as_deref(), Some("/shop 7"));
    assert_eq!(CloudEvents.delivery_id(&delivery(&structured, body)).as_deref(), Some("/shop 7"));
}

#[test]
fn exact_numbers_pass_through() {
    let body = br#"{"specversion":"1.0","id":"1","source":"/a","type":"orders","data":{"order_id":820982911946154508,"net_value":39.950}}"#;
    let decoded = decode(&CloudEvents, &Headers::default(), body).unwrap();
    let texts = decoded.rows[0].values.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
    assert_eq!(texts, [super::super::Value::Raw("820982911946154508".into()), super::super::Value::Raw("39.950".into())]);
    snapshot::check(&CloudEvents, "exact_numbers", &Ok(decoded));
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), value in "\\PC*") {
        for kind in ["application/cloudevents+json", "application/cloudevents-batch+json", "application/json"] {
            let headers = Headers::default().with("content-type", kind).with("ce-type", value.clone()).with("ce-id", value.clone());
            let _ = CloudEvents.decode(&delivery(&headers, &bytes), &setting());
            let _ = CloudEvents.delivery_id(&delivery(&headers, &bytes));
        }
    }

    #[test]
    fn mutated_samples_do_not_panic(mutation in testing::mutation()) {
        testing::mutate_samples(&CloudEvents, &mutation);
    }
}
