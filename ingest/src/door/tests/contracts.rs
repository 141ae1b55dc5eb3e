//! CloudEvents and OTLP over HTTP: what their specifications ask of an endpoint.

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;

use super::*;

const EVENTS: &str = "/ingest/cloudevents/quiet-key";
const EVENT: &str = r#"{"specversion":"1.0","id":"1","source":"/shop","type":"orders","data":{"order_id":"7"}}"#;
const STRUCTURED: (&str, &str) = ("Content-Type", "application/cloudevents+json; charset=utf-8");
const PROTOBUF: (&str, &str) = ("Content-Type", "application/x-protobuf");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const BEARER: (&str, &str) = ("Authorization", "Bearer quiet-key");

#[tokio::test]
async fn events_in_each_mode() {
    let house = House::new(DoorLimits::default()).await;
    assert_eq!(house.post(EVENTS, &[STRUCTURED], EVENT.as_bytes()).await.status, 202);
    let batch = format!("[{EVENT}]");
    let answer = house.post(EVENTS, &[("Content-Type", "application/cloudevents-batch+json")], batch.as_bytes()).await;
    assert_eq!(answer.status, 202);
    let binary =
        [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/shop"), ("ce-type", "orders"), ("ce-comment", "€ 😀"), JSON];
    assert_eq!(house.post(EVENTS, &binary, br#"{"order_id":"7"}"#).await.status, 202);
    let packed = house.post(EVENTS, &[STRUCTURED, ("Content-Encoding", "gzip")], &gzip(EVENT.as_bytes())).await;
    assert_eq!(packed.status, 202);
    let kept = house.kept("quiet").await;
    assert_eq!(kept.len(), 4);
    assert_eq!(kept[2].headers.get("ce-comment"), Some("€ 😀"));
    assert!(kept[0].delivery_id.is_some());
}

#[tokio::test]
async fn events_that_are_none() {
    let house = House::new(DoorLimits::default()).await;
    for (content_type, body) in [
        ("application/cloudevents+avro", EVENT),
        ("application/cloudevents+xml", EVENT),
        ("application/cloudevents-batch+protobuf", EVENT),
        ("application/json", EVENT),
        ("text/plain", EVENT),
    ] {
        let answer = house.post(EVENTS, &[("Content-Type", content_type)], body.as_bytes()).await;
        assert_eq!((answer.status, answer.problem().as_str()), (415, "urn:problem:content-type"), "{content_type}");
    }
    let nested = "[".repeat(100_000);
    for body in ["", "{", "nonsense", "[]", "{}", r#"{"specversion":"1.0"}"#, "\u{0}", &nested] {
        let answer = house.post(EVENTS, &[STRUCTURED], body.as_bytes()).await;
        assert_eq!((answer.status, answer.problem().as_str()), (400, "urn:problem:malformed"), "{}", &body[..body.len().min(40)]);
    }
    assert_eq!(house.post(EVENTS, &[STRUCTURED], b"{\"id\":\"\xff\"}").await.status, 400);
    let mut head = wire::request(EVENTS, &[("ce-specversion", "1.0"), ("ce-id", "~"), JSON], b"{}");
    let at = head.iter().position(|byte| *byte == b'~').unwrap();
    head[at] = 0xff;
    let answer = wire::send(house.address, &head).await;
    assert_eq!((answer.status, answer.text().contains("`ce-id` is not UTF-8")), (400, true));
    assert_eq!(house.kept("quiet").await.len(), 0, "what is refused is not kept");
}

fn traces(spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    ExportTraceServiceRequest { resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }] }
}

fn span() -> Span {
    Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        name: "workflow.execute".to_owned(),
        start_time_unix_nano: 1_767_225_600_000_000_000,
        end_time_unix_nano: 1_767_225_601_000_000_000,
        ..Span::default()
    }
}

#[tokio::test]
async fn telemetry_in_each_encoding() {
    let house = House::new(DoorLimits::default()).await;
    let body = traces(vec![span()]).encode_to_vec();
    let answer = house.post("/v1/traces", &[PROTOBUF, BEARER], &body).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-protobuf")));
    assert_eq!(ExportTraceServiceResponse::decode(answer.body.as_slice()).unwrap(), ExportTraceServiceResponse::default());
    let key = ("X-Quarterdeck-Key", "quiet-key");
    assert_eq!(house.post("/v1/traces", &[PROTOBUF, key, ("Content-Encoding", "gzip")], &gzip(&body)).await.status, 200);
    let answer = house.post("/v1/logs", &[JSON, BEARER], b"{\"resourceLogs\":[]}").await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let kept = house.kept("quiet").await;
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[1].body, body);
    let topics: Vec<_> = kept.iter().map(|entry| entry.headers.get(crate::sources::delivery::TOPIC).unwrap()).collect();
    assert_eq!(topics, ["v1/traces", "v1/traces", "v1/logs"]);
    assert_eq!(kept[1].headers.get("x-quarterdeck-key"), None);
}

#[tokio::test]
async fn telemetry_that_fits_in_part() {
    let house = House::new(DoorLimits::default()).await;
    let body = traces(vec![span(), Span { trace_id: vec![], ..span() }]).encode_to_vec();
    let answer = house.post("/v1/traces", &[PROTOBUF, BEARER], &body).await;
    assert_eq!(answer.status, 200);
    let response = ExportTraceServiceResponse::decode(answer.body.as_slice()).unwrap();
    assert_eq!(response.partial_success.unwrap().rejected_spans, 1);
    assert_eq!(house.kept("quiet").await.len(), 1, "kept whole; what does not fit shows where it lands");
}

#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

#[tokio::test]
async fn telemetry_that_is_refused() {
    let house = House::new(DoorLimits { body_bytes: 1_000, ..DoorLimits::default() }).await;
    let status = |answer: &Answer| Status::decode(answer.body.as_slice()).unwrap();
    let answer = house.post("/v1/traces", &[PROTOBUF, BEARER], b"\xff\xff\xff").await;
    assert_eq!((answer.status, status(&answer).code), (400, 3));
    assert_eq!(answer.header("content-type"), Some("application/x-protobuf"));
    let answer = house.post("/v1/traces", &[JSON, BEARER], b"{").await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &3.into()));
    for content_type in ["text/plain", "application/xml", ""] {
        let answer = house.post("/v1/logs", &[("Content-Type", content_type), BEARER], b"{}").await;
        assert_eq!((answer.status, answer.problem().as_str()), (415, "urn:problem:content-type"));
    }
    for key in
        [("X", "y"), ("Authorization", "Bearer nobody"), ("Authorization", "Basic quiet-key"), ("Authorization", "quiet-key")]
    {
        let answer = house.post("/v1/traces", &[PROTOBUF, key], b"").await;
        assert_eq!((answer.status, status(&answer).code), (401, 16), "{key:?}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    let answer = house.post("/v1/traces", &[PROTOBUF, BEARER], &[0; 2_000]).await;
    assert_eq!((answer.status, status(&answer).code), (413, 8));
    assert_eq!(house.kept("quiet").await.len(), 0);
    let house = House::stuck(JournalError::Busy { setting: "queue_entries" }).await;
    let answer = house.post("/v1/traces", &[JSON, BEARER], b"{}").await;
    assert_eq!((answer.status, &answer.json()["code"], answer.header("retry-after")), (429, &8.into(), Some("2")));
}
