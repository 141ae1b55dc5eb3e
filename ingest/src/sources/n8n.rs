//! n8n: lines of its event log, posted or tailed; executions of its public API, listed or one by one with their data; and what an error
//! workflow posts. Each tells a part of a run, so that runs converge whatever comes first.
//!
//! The key of a run is workflow and execution id, both unique to the installation alone. The API knows when a run began and ended best, the
//! log says so at once; both agree on versions, the instant of the change. Steps of the log have an end and no beginning; `told_by` says
//! which telling a step is of, so that a view can take one of them. What an error workflow itself does is a run of mode `error`: it handles
//! another run's failure. Spans of n8n 2.x come by `otlp`. Absence is no deletion: n8n prunes what it has done.

mod error_post;
pub(crate) mod event_log;
mod executions;
pub(crate) mod run;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

use super::json_object::{JsonObject, elements, excerpt};
use super::{Decoded, Delivery, Mark, Setting, Source, Wrong, static_key};

/// The source.
pub struct N8n;

impl Source for N8n {
    fn name(&self) -> &'static str {
        "n8n"
    }

    fn title(&self) -> &'static str {
        "n8n"
    }

    fn about(&self) -> &'static str {
        "n8n: event-log lines, executions of the public API, posts of error workflows."
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        static_key::borne(delivery.headers, secret)
    }

    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        let event = JsonObject::of_bytes(delivery.body).ok().filter(|event| event.tells("__type"))?;
        event.word("id").ok()?.map(std::borrow::Cow::into_owned)
    }

    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
        let text = std::str::from_utf8(delivery.body).map_err(|error| Wrong::whole(format!("is not UTF-8: {error}")))?;
        let mut reading = Reading { received_at: delivery.received_at, setting, decoded: Decoded::default() };
        match serde_json::from_str::<&RawValue>(text) {
            Ok(document) => reading.document(document.get()),
            Err(_) => reading.lines(text)?,
        }
        Ok(reading.decoded)
    }
}

/// A delivery while it is read.
struct Reading<'a> {
    received_at: DateTime<Utc>,
    setting: &'a Setting,
    decoded: Decoded,
}

impl Reading<'_> {
    /// One document: a message, an array of them, or a page of the API.
    fn document(&mut self, text: &str) {
        let page = JsonObject::read(text).ok().and_then(|page| page.raw("data").filter(|data| data.starts_with('[')));
        match elements(page.unwrap_or(text)) {
            Ok(messages) => (1..).zip(messages).for_each(|(record, message)| self.message(message, record)),
            Err(_) => self.message(text, 1),
        }
    }

    /// A message a line; refused only when no line can be read.
    fn lines(&mut self, text: &str) -> Result<(), Wrong> {
        for (record, line) in (1..).zip(text.lines()) {
            if !line.trim().is_empty() {
                self.message(line, record);
            }
        }
        let nothing_read = self.decoded.topic.is_empty() && self.decoded.marks.is_empty();
        match self.decoded.wrong.first() {
            Some(wrong) if nothing_read => Err(wrong.clone()),
            _ => Ok(()),
        }
    }

    fn message(&mut self, text: &str, record: u64) {
        if let Err(wrong) = JsonObject::read(text).and_then(|message| self.dispatch(&message)) {
            self.decoded.wrong.push(wrong.of(record));
        }
    }

    fn dispatch(&mut self, message: &JsonObject<'_>) -> Result<(), Wrong> {
        if message.tells("__type") {
            self.topic("event log");
            event_log::tell(message, self.setting, &mut self.decoded)
        } else if message.tells("execution") {
            self.topic("error workflow");
            error_post::tell(message, self.received_at, &mut self.decoded)
        } else if message.tells("workflowId") && message.tells("startedAt") {
            self.topic("executions");
            executions::tell(message, self.received_at, self.setting, &mut self.decoded)
        } else {
            let names = message.entries().map(|(name, _)| name).take(8).collect::<Vec<_>>().join(", ");
            run::mark(&mut self.decoded, Mark::Unknown(format!("message with {}", excerpt(&names))));
            Ok(())
        }
    }

    fn topic(&mut self, topic: &str) {
        if self.decoded.topic.is_empty() {
            topic.clone_into(&mut self.decoded.topic);
        }
    }
}

#[cfg(test)]
mod tests;
