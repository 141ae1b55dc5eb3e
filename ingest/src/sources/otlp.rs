//! OpenTelemetry over HTTP (OTLP), protobuf and JSON: traces of workflow engines, and logs that carry n8n's event log.
//!
//! A span is a run or a step, each known by (trace, span) alone. n8n 2.x says which: `workflow.execute` is a run, whose key is that of n8n's
//! own API and log, `node.execute` a step. Of any other engine the span without a parent is the run and those below it are steps. A step
//! says nothing of its run and comes before it: the view `run_steps` joins them by trace and parent. A trace is not a run: callers hand their
//! trace on, and several runs share it.
//!
//! Of n8n's runs its API and log are the authority; the view `business_runs` leaves out spans of runs that they tell too.
//!
//! The topic tells the signal (`v1/traces`, `v1/logs`, `v1/metrics`), as the path of the request does. Metrics are not read. [`accepted`] and
//! [`refused`] make the answers.

mod attributes;
mod logs;
mod request;
mod response;
mod spans;

use chrono::{DateTime, Utc};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::delivery::TOPIC;
use super::{Decoded, Delivery, Headers, Mark, Setting, Source, Wrong, static_key};
pub use response::{Response, accepted, refused};

/// The source.
pub struct Otlp;

impl Source for Otlp {
    fn name(&self) -> &'static str {
        "otlp"
    }

    fn title(&self) -> &'static str {
        "OpenTelemetry"
    }

    fn about(&self) -> &'static str {
        "OpenTelemetry over HTTP: spans of n8n 2.x and other workflow engines as runs and steps; logs that carry n8n events."
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        static_key::borne(delivery.headers, secret)
    }

    /// None: an exporter sends nothing of the kind; spans are known by their ids.
    fn delivery_id(&self, _delivery: &Delivery<'_>) -> Option<String> {
        None
    }

    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
        let signal = Signal::of(delivery);
        let mut decoded = Decoded { topic: signal.name().to_owned(), ..Decoded::default() };
        match signal {
            Signal::Traces => {
                for carried in request::read::<Span>(delivery)? {
                    match carried.item.and_then(|span| spans::row(&span, &carried.resource)) {
                        Ok(row) => decoded.rows.push(row),
                        Err(wrong) => decoded.wrong.push(wrong.of(carried.record)),
                    }
                }
            }
            Signal::Logs => {
                for carried in request::read::<LogRecord>(delivery)? {
                    let told = carried.item.and_then(|log| logs::tell(&log, &carried.resource, setting, &mut decoded));
                    if let Err(wrong) = told {
                        decoded.wrong.push(wrong.of(carried.record));
                    }
                }
            }
            Signal::Metrics => decoded.marks.push(Mark::Unknown("metrics".to_owned())),
        }
        Ok(decoded)
    }

    fn deliveries_of_file<'a>(&self, file_name: &str, bytes: &'a [u8]) -> Result<Vec<(Headers, &'a [u8])>, Wrong> {
        let signal = [Signal::Logs, Signal::Metrics].into_iter().find(|signal| file_name.contains(signal.name()));
        let content_type = if file_name.ends_with(".json") { "application/json" } else { "application/x-protobuf" };
        let topic = format!("v1/{}", signal.unwrap_or(Signal::Traces).name());
        Ok(vec![(Headers::default().with("content-type", content_type).with(TOPIC, topic), bytes)])
    }
}

/// What an exporter sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Traces,
    Logs,
    Metrics,
}

impl Signal {
    fn of(delivery: &Delivery<'_>) -> Self {
        let topic = delivery.headers.get(TOPIC).unwrap_or_default();
        let told = [Self::Logs, Self::Metrics].into_iter().find(|signal| topic.ends_with(signal.name()));
        told.unwrap_or(Self::Traces)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Logs => "logs",
            Self::Metrics => "metrics",
        }
    }
}

/// Whether the message is JSON; protobuf otherwise.
fn is_json(delivery: &Delivery<'_>) -> bool {
    match delivery.headers.get("content-type") {
        Some(content_type) => content_type.to_ascii_lowercase().contains("json"),
        None => delivery.body.first() == Some(&b'{'),
    }
}

#[cfg(test)]
mod tests;
