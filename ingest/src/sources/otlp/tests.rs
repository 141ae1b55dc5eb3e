//! Tests of `otlp`.

use proptest::prelude::*;

use super::super::testing::{self, delivery, sample, setting};
use super::super::{Row, Value};
use super::*;

#[test]
fn what_the_samples_tell() {
    testing::check_samples(&Otlp);
}

fn of_table<'a>(decoded: &'a Decoded, table: &'a str) -> impl Iterator<Item = &'a Row> {
    decoded.rows.iter().filter(move |row| row.table == table)
}

fn value<'a>(row: &'a Row, name: &str) -> Option<&'a Value> {
    row.values.iter().find(|(column, _)| column == name).map(|(_, value)| value)
}

#[test]
fn four_executions_are_four_runs_with_eleven_steps_in_one_trace_or_more() {
    for name in ["n8n.traces.bin", "n8n.traces.json"] {
        let decoded = sample(&Otlp, name);
        assert_eq!((of_table(&decoded, "workflow_runs").count(), of_table(&decoded, "workflow_steps").count()), (4, 11));
        for step in of_table(&decoded, "workflow_steps") {
            let place = (value(step, "trace_id"), value(step, "parent_span_id"));
            let runs = of_table(&decoded, "workflow_runs").filter(|run| (value(run, "trace_id"), value(run, "span_id")) == place);
            assert_eq!(runs.count(), 1, "each step has its run, though runs share a trace");
        }
    }
}

#[test]
fn both_encodings_tell_the_same() {
    assert_eq!(sample(&Otlp, "n8n.traces.bin").rows, sample(&Otlp, "n8n.traces.json").rows);
}

#[test]
fn a_span_that_does_not_fit_is_rejected_in_the_answer() {
    let headers = Headers::default().with("content-type", "application/json").with(TOPIC, "v1/traces");
    let body = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[
        {"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","name":"sync","startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000"},
        {"traceId":"S/kvNXezTaajzpKdDg5HNg==","spanId":"EEE19B7EC3C1B174","name":"in base64","endTimeUnixNano":"1"},
        {"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"0000000000000000","name":"no id","endTimeUnixNano":"1544712661000000000"}]}]}]}"#;
    let request = delivery(&headers, body);
    let decoded = Otlp.decode(&request, &setting()).unwrap();
    assert_eq!((decoded.rows.len(), decoded.wrong.len()), (1, 2));
    let answer = accepted(&request, &decoded);
    assert_eq!(answer.content_type, "application/json");
    let text = String::from_utf8(answer.body).unwrap();
    assert!(text.starts_with(r#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"#), "{text}");
    let whole = accepted(&request, &Decoded::default());
    assert_eq!(whole.body, b"{}");
}

#[test]
fn answers_in_protobuf() {
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
    use prost::Message;

    let headers = Headers::default().with("content-type", "application/x-protobuf").with(TOPIC, "v1/logs");
    let request = delivery(&headers, b"\xff");
    let wrong = Otlp.decode(&request, &setting()).unwrap_err();
    assert!(!refused(&request, &wrong).body.is_empty());
    let decoded = Decoded { wrong: vec![wrong], ..Decoded::default() };
    let answer = ExportLogsServiceResponse::decode(accepted(&request, &decoded).body.as_slice()).unwrap();
    assert_eq!(answer.partial_success.map(|partial| partial.rejected_log_records), Some(1));
    assert_eq!(accepted(&request, &Decoded::default()), Response { content_type: "application/x-protobuf", body: Vec::new() });
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for topic in ["v1/traces", "v1/logs", "v1/metrics"] {
            for content_type in ["application/json", "application/x-protobuf"] {
                let headers = Headers::default().with("content-type", content_type).with(TOPIC, topic);
                let decoded = Otlp.decode(&delivery(&headers, &bytes), &setting());
                if let Ok(decoded) = decoded {
                    let _ = accepted(&delivery(&headers, &bytes), &decoded);
                }
            }
        }
    }

    #[test]
    fn mutated_samples_do_not_panic(mutation in testing::mutation()) {
        testing::mutate_samples(&Otlp, &mutation);
    }
}
