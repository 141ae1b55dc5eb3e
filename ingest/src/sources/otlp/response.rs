//! Answers to export requests, in the encoding of the request: what was taken with how much was not, or why nothing was. The status of HTTP is
//! the door's: 200 beside [`accepted`], 400 beside [`refused`]; both tell the exporter not to send again.

use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;

use super::super::{Decoded, Delivery, Wrong};
use super::{Signal, is_json};

/// An answer's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its content type.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// The answer to `delivery`, of which `decoded` was read: `Export…ServiceResponse`, with partial success where items were set aside.
pub fn accepted(delivery: &Delivery<'_>, decoded: &Decoded) -> Response {
    let signal = Signal::of(delivery);
    let rejected = i64::try_from(decoded.wrong.len()).unwrap_or(i64::MAX);
    let reason = decoded.wrong.first().map(|wrong| format!("{}: {wrong}", wrong.field)).unwrap_or_default();
    if is_json(delivery) {
        return json(&success(signal, rejected, reason));
    }
    let body = match signal {
        _ if rejected == 0 => Vec::new(),
        Signal::Traces => {
            let partial = ExportTracePartialSuccess { rejected_spans: rejected, error_message: reason };
            ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec()
        }
        Signal::Logs => {
            let partial = ExportLogsPartialSuccess { rejected_log_records: rejected, error_message: reason };
            ExportLogsServiceResponse { partial_success: Some(partial) }.encode_to_vec()
        }
        Signal::Metrics => Vec::new(),
    };
    Response { content_type: PROTOBUF, body }
}

/// The answer to `delivery`, of which nothing can be read: a `google.rpc.Status` that says why.
pub fn refused(delivery: &Delivery<'_>, wrong: &Wrong) -> Response {
    let status = Status { code: INVALID_ARGUMENT, message: wrong.to_string() };
    if is_json(delivery) { json(&status) } else { Response { content_type: PROTOBUF, body: status.encode_to_vec() } }
}

const PROTOBUF: &str = "application/x-protobuf";
const INVALID_ARGUMENT: i32 = 3;

/// `google.rpc.Status`, as far as it is used.
#[derive(Clone, PartialEq, prost::Message, serde::Serialize)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// The JSON of a success; int64 is text in proto3-JSON.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Success {
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_success: Option<PartialSuccess>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct PartialSuccess {
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_spans: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_log_records: Option<String>,
    error_message: String,
}

fn success(signal: Signal, rejected: i64, error_message: String) -> Success {
    if rejected == 0 {
        return Success { partial_success: None };
    }
    let of = |wanted: Signal| (signal == wanted).then(|| rejected.to_string());
    let partial_success =
        PartialSuccess { rejected_spans: of(Signal::Traces), rejected_log_records: of(Signal::Logs), error_message };
    Success { partial_success: Some(partial_success) }
}

fn json(answer: &impl serde::Serialize) -> Response {
    let body = serde_json::to_vec(answer).unwrap_or_else(|_| b"{}".to_vec());
    Response { content_type: "application/json", body }
}
