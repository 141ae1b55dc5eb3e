//! Refusals in OTLP's own words: `google.rpc.Status` in the encoding of the request (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP
//! Response"). The answer to what was taken is the source's to make, who knows what of it was not.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use prost::Message;

use super::contract::Encoding;
use super::problem::Problem;

/// `google.rpc.Status`, without its details.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

pub(super) fn refused(encoding: Encoding, problem: Problem) -> Response {
    let (code, message) = (code(problem.status), problem.detail.clone());
    match encoding {
        Encoding::Protobuf => problem.into_response_of("application/x-protobuf", Status { code, message }.encode_to_vec()),
        Encoding::Json => {
            let status = serde_json::json!({ "code": code, "message": message });
            problem.into_response_of("application/json", status.to_string().into_bytes())
        }
        Encoding::Unknown => problem.into_response(),
    }
}

/// The code of `google.rpc.Code` that goes with an HTTP status.
fn code(status: StatusCode) -> i32 {
    match status.as_u16() {
        400 | 405 | 415 => 3,
        401 => 16,
        404 => 5,
        408 => 4,
        413 | 429 | 431 => 8,
        503 => 14,
        _ => 13,
    }
}
