//! A span as a run or a step. Knows n8n's attributes and the plain rule for other engines.

use chrono::{DateTime, Utc};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use super::super::n8n::run::State;
use super::super::{Row, Value, Wrong, times};
use super::attributes::{instance, text, word};

/// The row that `span` is.
pub(super) fn row(span: &Span, resource: &Resource) -> Result<Row, Wrong> {
    let span = Timed::of(span)?;
    let mut row = if span.is_run() { span.run()? } else { span.step() };
    row.instance = instance(resource);
    row.occurred_at = Some(span.ended_at);
    Ok(row)
}

/// A span whose ids and times are there.
struct Timed<'a> {
    span: &'a Span,
    trace_id: String,
    span_id: String,
    parent_id: Option<String>,
    started_at: DateTime<Utc>,
    ended_at: DateTime<Utc>,
}

impl<'a> Timed<'a> {
    fn of(span: &'a Span) -> Result<Self, Wrong> {
        let started_at = times::of_nanoseconds(span.start_time_unix_nano);
        let ended_at = times::of_nanoseconds(span.end_time_unix_nano).or(started_at);
        let no_time = || Wrong::field("endTimeUnixNano", span.end_time_unix_nano.to_string(), "is no time");
        let ended_at = ended_at.ok_or_else(no_time)?;
        Ok(Self {
            span,
            trace_id: id("traceId", &span.trace_id, 16)?,
            span_id: id("spanId", &span.span_id, 8)?,
            parent_id: if span.parent_span_id.is_empty() { None } else { id("parentSpanId", &span.parent_span_id, 8).ok() },
            started_at: started_at.unwrap_or(ended_at),
            ended_at,
        })
    }

    fn is_run(&self) -> bool {
        let tells = |key: &str| self.span.attributes.iter().any(|attribute| attribute.key == key);
        tells("n8n.execution.id") || (self.parent_id.is_none() && !tells("n8n.node.id"))
    }

    fn failed(&self) -> bool {
        self.span.status.as_ref().is_some_and(|status| status.code == i32::from(StatusCode::Error))
    }

    /// Why it failed: the message of its last exception, else of its status.
    fn error(&self) -> Option<Value> {
        let status = self.span.status.as_ref().filter(|_| self.failed())?;
        let mut exceptions = self.span.events.iter().rev().filter(|event| event.name == "exception");
        let message = exceptions.find_map(|event| text(&event.attributes, "exception.message"));
        message.or_else(|| Some(status.message.clone()).filter(|message| !message.is_empty()).map(Value::Text))
    }

    fn run(&self) -> Result<Row, Wrong> {
        let attributes = &self.span.attributes;
        let status =
            word(attributes, "n8n.execution.status").map(|status| State::of("n8n.execution.status", &status)).transpose()?;
        let own = State { status: if self.failed() { "failed" } else { "succeeded" }, rank: super::super::n8n::run::ENDED };
        let state = status.unwrap_or(own);
        let retry = word(attributes, "n8n.execution.is_retry").filter(|is_retry| is_retry == "true").map(|_| "retry".to_owned());
        let mode = word(attributes, "n8n.execution.mode").or(retry);
        let first = |keys: &[&str]| keys.iter().find_map(|key| word(attributes, key));
        let workflow = first(&["n8n.workflow.id", "workflow.id", "workflow.name"]).unwrap_or_else(|| self.span.name.clone());
        let execution = word(attributes, "n8n.execution.id").unwrap_or_else(|| self.identity());
        let mut row = Row::new("workflow_runs", self.ended_at)
            .with("workflow", Value::Text(workflow))
            .with("run_id", Value::Text(execution))
            .with("workflow_name", first(&["n8n.workflow.name", "workflow.name"]).map(Value::Text))
            .with("workflow_version", text(attributes, "n8n.workflow.version_id"))
            .with("mode", mode.map(Value::Text))
            .with("status", Value::Text(state.status.to_owned()))
            .with("started_at", Value::Instant(self.started_at))
            .with("finished_at", state.has_ended().then_some(Value::Instant(self.ended_at)))
            .with("has_exception", state.has_ended().then_some(Value::Truth(state.status == "failed")))
            .with("error", self.error())
            .with("told_by", Value::Text("span".to_owned()));
        row.sequence = state.rank;
        Ok(self.placed(row))
    }

    fn step(&self) -> Row {
        let attributes = &self.span.attributes;
        let name = word(attributes, "n8n.node.name").unwrap_or_else(|| self.span.name.clone());
        let row = Row::new("workflow_steps", self.ended_at)
            .with("step_id", Value::Text(self.identity()))
            .with("step", Value::Text(name))
            .with("step_kind", text(attributes, "n8n.node.type"))
            .with("transition", Value::Text("complete".to_owned()))
            .with("status", Value::Text(if self.failed() { "failed" } else { "succeeded" }.to_owned()))
            .with("started_at", Value::Instant(self.started_at))
            .with("step_at", Value::Instant(self.ended_at))
            .with("is_exception", Value::Truth(self.failed()))
            .with("error", self.error())
            .with("told_by", Value::Text("span".to_owned()));
        self.placed(row)
    }

    /// With its place in the trace.
    fn placed(&self, row: Row) -> Row {
        row.with("trace_id", Value::Text(self.trace_id.clone()))
            .with("span_id", Value::Text(self.span_id.clone()))
            .with("parent_span_id", self.parent_id.clone().map(Value::Text))
    }

    /// A span's id is unique in its trace alone.
    fn identity(&self) -> String {
        format!("{}/{}", self.trace_id, self.span_id)
    }
}

/// An id in hex; one of another length, or of zeros, is none.
fn id(field: &str, bytes: &[u8], length: usize) -> Result<String, Wrong> {
    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    if bytes.len() != length || bytes.iter().all(|byte| *byte == 0) {
        return Err(Wrong::field(field, hex, format!("is no id of {length} bytes")));
    }
    Ok(hex)
}
