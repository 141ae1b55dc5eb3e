//! Why the door does not take a message, and the one place where such a reason becomes an HTTP status, and is logged where the fault is
//! ours.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};

use super::limits::DoorLimits;
use super::problem::Problem;
use super::registrations::Unreachable;
use crate::journal::{JournalError, JournalKind};

#[derive(Debug)]
pub(super) enum Refusal {
    /// No such source, or no such key: which of them is not told.
    UnknownAddress,
    /// A standard path without a key, or with one that is not known.
    NotSignedIn,
    /// No live secret signed these bytes.
    NotAuthentic,
    NotPost,
    /// The tenant sends too often.
    Rate {
        wait: Duration,
    },
    /// Too much of the tenant, or of all, is being received at this moment.
    Crowded {
        setting: &'static str,
    },
    TooLarge {
        limit: usize,
        setting: &'static str,
    },
    HeadersTooLarge,
    TooSlow,
    /// The sender went away before the body's end.
    CutShort {
        detail: String,
    },
    ContentEncoding {
        told: String,
    },
    ContentType {
        told: String,
        taken: &'static str,
    },
    /// Not what the contract asks for.
    Malformed {
        detail: String,
    },
    Journal(JournalError),
    Registrations(Unreachable),
    /// Control totals cannot be kept just now.
    Totals(Unreachable),
    /// A fault of ours while judging the message.
    Fault {
        detail: String,
    },
}

impl Refusal {
    /// One of a few words, for meters and data health.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::UnknownAddress => "unknown_address",
            Self::NotSignedIn => "not_signed_in",
            Self::NotAuthentic => "signature",
            Self::NotPost => "method",
            Self::Rate { .. } => "rate",
            Self::Crowded { .. } => "crowded",
            Self::TooLarge { .. } => "too_large",
            Self::HeadersTooLarge => "headers_too_large",
            Self::TooSlow => "too_slow",
            Self::CutShort { .. } => "cut_short",
            Self::ContentEncoding { .. } => "content_encoding",
            Self::ContentType { .. } => "content_type",
            Self::Malformed { .. } => "malformed",
            Self::Journal(error) => match error.kind() {
                JournalKind::Full => "journal_full",
                JournalKind::TooLarge => "too_large",
                JournalKind::Unavailable | JournalKind::Internal => "journal_unavailable",
            },
            Self::Registrations(_) => "registrations_unavailable",
            Self::Totals(_) => "totals_unavailable",
            Self::Fault { .. } => "fault",
        }
    }

    pub(super) fn problem(self, limits: &DoorLimits) -> Problem {
        let unknown = "No such address; look at the registration of the source.";
        match self {
            Self::UnknownAddress => Problem::new(StatusCode::NOT_FOUND, "not-found", unknown),
            Self::NotSignedIn => {
                let detail = "Send the key of the registration as `Authorization: Bearer …` or `X-Quarterdeck-Key`.";
                let bearer = HeaderValue::from_static("Bearer");
                Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", detail).with(header::WWW_AUTHENTICATE, bearer)
            }
            Self::NotAuthentic => {
                let detail = "No live secret of this registration signed these bytes.";
                Problem::new(StatusCode::UNAUTHORIZED, "not-authentic", detail)
            }
            Self::NotPost => {
                let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Messages come by POST.");
                problem.with(header::ALLOW, HeaderValue::from_static("POST"))
            }
            Self::Rate { wait } => {
                let most = limits.tenant_requests_per_second;
                let detail = format!("More than {most} requests a second (`tenant_requests_per_second`).");
                again(Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate", detail), wait.as_secs() + 1)
            }
            Self::Crowded { setting } => {
                let detail = format!("Too much is being received at this moment (`{setting}`).");
                again(Problem::new(StatusCode::TOO_MANY_REQUESTS, "crowded", detail), limits.retry_after_s)
            }
            Self::TooLarge { limit, setting } => too_large(format!("More than {limit} (`{setting}`).")),
            Self::HeadersTooLarge => {
                let detail = format!("Headers of more than {} bytes (`header_bytes`).", limits.header_bytes);
                Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large", detail)
            }
            Self::TooSlow => {
                let detail = format!("The body did not arrive within {} ms (`body_timeout_ms`).", limits.body_timeout_ms);
                closing(Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", detail))
            }
            Self::CutShort { detail } => closing(Problem::new(StatusCode::BAD_REQUEST, "cut-short", detail)),
            Self::ContentEncoding { told } => {
                let detail = format!("The content encoding `{told}` is not read here; send gzip or none.");
                let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-encoding", detail);
                problem.with(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"))
            }
            Self::ContentType { told, taken } => {
                let detail = format!("The content type `{told}` is not read here; send {taken}.");
                Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type", detail)
            }
            Self::Malformed { detail } => Problem::new(StatusCode::BAD_REQUEST, "malformed", detail),
            Self::Journal(error) => journal(&error, limits),
            Self::Registrations(error) | Self::Totals(error) => {
                tracing::error!(error = %error, "message refused");
                unavailable(limits)
            }
            Self::Fault { detail } => {
                tracing::error!(error = %detail, "message refused");
                internal()
            }
        }
    }
}

fn journal(error: &JournalError, limits: &DoorLimits) -> Problem {
    match error.kind() {
        JournalKind::Full => again(Problem::new(StatusCode::TOO_MANY_REQUESTS, "full", error.to_string()), limits.retry_after_s),
        JournalKind::TooLarge => too_large(error.to_string()),
        JournalKind::Unavailable => {
            tracing::error!(error = %error, "message refused");
            unavailable(limits)
        }
        JournalKind::Internal => {
            tracing::error!(error = %error, "message refused");
            internal()
        }
    }
}

fn too_large(detail: String) -> Problem {
    closing(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail))
}

fn unavailable(limits: &DoorLimits) -> Problem {
    let detail = "The message cannot be kept just now; send it again shortly.";
    again(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail), limits.retry_after_s)
}

fn internal() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong here; it has been logged.")
}

fn again(problem: Problem, seconds: u64) -> Problem {
    problem.with(header::RETRY_AFTER, HeaderValue::from(seconds))
}

/// The rest of the body is not read: nothing else can come by this connection.
fn closing(problem: Problem) -> Problem {
    problem.with(header::CONNECTION, HeaderValue::from_static("close"))
}
