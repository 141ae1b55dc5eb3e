//! What a standard asks of the door beyond a webhook: which content types it takes, that it decodes before it answers, and in which words it
//! answers. Every other source is a plain webhook: whatever it sends is kept.

use axum::response::{IntoResponse, Response};

use super::otlp;
use super::problem::Problem;
use super::refusal::Refusal;
use crate::sources::otlp::{Response as Reply, accepted};
use crate::sources::{Decoded, Delivery, Headers, Wrong};

/// The name of the source that reads CloudEvents.
const CLOUDEVENTS: &str = "cloudevents";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contract {
    /// Kept as it comes; what is wrong with it shows where it lands.
    Webhook,
    /// CloudEvents over HTTP.
    CloudEvents,
    /// OTLP over HTTP.
    Otlp(Signal, Encoding),
}

/// What an OTLP request tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Traces,
    Logs,
}

/// How OTLP writes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Protobuf,
    Json,
    /// The request says neither.
    Unknown,
}

impl Signal {
    /// The topic under which the source knows it.
    pub(super) fn topic(self) -> &'static str {
        match self {
            Self::Traces => "v1/traces",
            Self::Logs => "v1/logs",
        }
    }
}

impl Encoding {
    pub(super) fn of(content_type: Option<&str>) -> Self {
        match media_type(content_type).as_str() {
            "application/x-protobuf" => Self::Protobuf,
            "application/json" => Self::Json,
            _ => Self::Unknown,
        }
    }
}

impl Contract {
    /// The contract of a source on its own path.
    pub(super) fn of(source: &str) -> Self {
        if source == CLOUDEVENTS { Self::CloudEvents } else { Self::Webhook }
    }

    /// Whether the message is decoded before it is answered.
    pub(super) fn decodes_first(self) -> bool {
        self != Self::Webhook
    }

    /// Refuses a content type that the contract does not know; `mended` names headers that were no UTF-8.
    pub(super) fn takes(self, headers: &Headers, mended: &[String]) -> Result<(), Refusal> {
        let told = media_type(headers.get("content-type"));
        let refused = |taken| Err(Refusal::ContentType { told: told.chars().take(100).collect(), taken });
        match self {
            Self::Webhook | Self::Otlp(_, Encoding::Protobuf | Encoding::Json) => Ok(()),
            Self::Otlp(_, Encoding::Unknown) => refused("application/x-protobuf or application/json"),
            Self::CloudEvents => {
                if let Some(name) = mended.iter().find(|name| name.starts_with("ce-")) {
                    return Err(Refusal::Malformed { detail: format!("The header `{name}` is not UTF-8.") });
                }
                let structured = told.starts_with("application/cloudevents");
                let json = matches!(told.as_str(), "application/cloudevents+json" | "application/cloudevents-batch+json");
                let binary = headers.get("ce-specversion").is_some() || headers.get("ce-id").is_some();
                if json || (!structured && binary) {
                    return Ok(());
                }
                refused(
                    "application/cloudevents+json, application/cloudevents-batch+json, or the event's attributes as `ce-` headers",
                )
            }
        }
    }

    /// What is wrong with a message of which nothing fits, where the standard wants that refused.
    pub(super) fn fault(self, decoded: &Decoded) -> Option<&Wrong> {
        let nothing = decoded.rows.is_empty() && decoded.sets.is_empty() && decoded.marks.is_empty();
        if self == Self::CloudEvents && nothing { decoded.wrong.first() } else { None }
    }

    /// What the standard answers to a message of which `decoded` was read; nothing where any 2xx will do.
    pub(super) fn reply(self, delivery: &Delivery<'_>, decoded: &Decoded) -> Option<Reply> {
        match self {
            Self::Otlp(..) => Some(accepted(delivery, decoded)),
            Self::Webhook | Self::CloudEvents => None,
        }
    }

    /// The answer to a message that is not.
    pub(super) fn refused(self, problem: Problem) -> Response {
        match self {
            Self::Otlp(_, encoding) => otlp::refused(encoding, problem),
            Self::Webhook | Self::CloudEvents => problem.into_response(),
        }
    }
}

/// The content type without its parameters, in lower case.
fn media_type(content_type: Option<&str>) -> String {
    content_type.and_then(|told| told.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase()
}
