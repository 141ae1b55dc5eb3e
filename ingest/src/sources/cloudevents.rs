//! CloudEvents 1.0 over HTTP, in binary, structured and batch mode, or an event a line: the door for whoever can say in our own words what happened. The type
//! names a table, the data is a row of it, its members are columns.
//!
//! - **type**: its last dot-separated part is the table: `orders`, `quarterdeck.orders`, `com.example.shop.orders`. Behind it may stand what
//!   happened (`.created`, `.updated`, `.changed`, `.deleted`) and a version (`.v1`); `.deleted` deletes the record, whose key the data tells.
//!   A type whose last part cannot be a table's name is marked as unknown.
//! - **data**: a JSON object, or its base64 in `data_base64`. Members are columns; `_version`, `_occurred_at` and `_deleted` go before what
//!   the attributes say.
//! - **time** is the version, the arrival where there is none. The extension `sequence` orders versions of one instant, `partial` = true
//!   leaves the columns that are not told as they were (null clears one), `instance` names the installation.
//!
//! Knows no contract: text, numbers and truths are typed where the row meets its table, which is also where an unknown table is found out.

mod binary;
mod event;
mod lines;
mod told;

use std::borrow::Cow;
use std::collections::HashSet;

use super::json_object::{JsonText, elements};
use super::{Decoded, Delivery, Headers, Mark, RowTaker, Setting, Source, Teller, Wrong, captured, static_key};
use event::Event;
use told::Told;

/// The source.
pub struct CloudEvents;

impl Source for CloudEvents {
    fn name(&self) -> &'static str {
        "cloudevents"
    }

    fn title(&self) -> &'static str {
        "CloudEvents"
    }

    fn about(&self) -> &'static str {
        "CloudEvents 1.0 over HTTP (binary, structured, batch, or a line each) whose type names a table and whose data is a row of it."
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: chrono::DateTime<chrono::Utc>) -> bool {
        static_key::borne(delivery.headers, secret)
    }

    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        let event = match Mode::of(delivery) {
            Mode::Binary => binary::attributes(delivery.headers).ok()?,
            Mode::Structured => Event::read(std::str::from_utf8(delivery.body).ok()?).ok()?,
            Mode::Batch | Mode::Lines => return None,
        };
        Some(format!("{} {}", event.source?.0, event.id?.0))
    }

    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
        let mut keep = |event: &Event<'_>, record: u64, decoded: &mut Decoded| {
            keep(event.told(delivery.received_at, setting), record, decoded);
        };
        match Mode::of(delivery) {
            Mode::Binary => one(&binary::event(delivery)?, delivery, setting),
            Mode::Structured => one(&Event::read(utf8(delivery.body)?)?, delivery, setting),
            Mode::Batch => Ok(each(events_of(delivery)?, "batch", &mut keep)),
            Mode::Lines => Ok(each(events_of(delivery)?, "lines", &mut keep)),
        }
    }

    /// Batches alone: what comes singly costs more in being received than in being read.
    fn tell(
        &self,
        delivery: &Delivery<'_>,
        setting: &Setting,
        teller: Teller<'_>,
        taker: &mut dyn RowTaker,
    ) -> Option<Result<(Decoded, u64), Wrong>> {
        let topic = match Mode::of(delivery) {
            Mode::Batch => "batch",
            Mode::Lines => "lines",
            Mode::Binary | Mode::Structured => return None,
        };
        let mut rows = 0;
        let mut keep = |event: &Event<'_>, record: u64, decoded: &mut Decoded| match event.tell(
            delivery.received_at,
            setting,
            teller,
            taker,
        ) {
            Ok(None) => rows += 1,
            Ok(Some(unknown)) => mark_unknown(unknown, decoded),
            Err(wrong) => decoded.wrong.push(wrong.of(record)),
        };
        let decoded = events_of(delivery).map(|events| each(events, topic, &mut keep));
        Some(decoded.map(|decoded| (decoded, rows)))
    }

    /// Captured requests are one delivery; a file of an event a line is as many as keep each in bounds.
    fn deliveries_of_file<'a>(&self, file_name: &str, bytes: &'a [u8]) -> Result<Vec<(Headers, &'a [u8])>, Wrong> {
        if !lines::is_lines(file_name, bytes) {
            return Ok(vec![captured::request(file_name, bytes)]);
        }
        let headers = Headers::default().with("content-type", lines::CONTENT_TYPE);
        Ok(lines::pieces(bytes).map(|piece| (headers.clone(), piece)).collect())
    }
}

/// How a message carries its events.
enum Mode {
    Binary,
    Structured,
    Batch,
    /// An event a line (NDJSON), which the standard does not know and log shippers like.
    Lines,
}

impl Mode {
    /// By the content type; by the look of the body where there is none, as in a file.
    fn of(delivery: &Delivery<'_>) -> Self {
        let content_type = delivery.headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
        if content_type.starts_with("application/cloudevents-batch") {
            return Self::Batch;
        }
        if lines::CONTENT_TYPES.iter().any(|lines| content_type.starts_with(lines)) {
            return Self::Lines;
        }
        if content_type.starts_with("application/cloudevents") {
            return Self::Structured;
        }
        if delivery.headers.iter().any(|(name, _)| name.starts_with("ce-")) {
            return Self::Binary;
        }
        match delivery.body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'[') => Self::Batch,
            _ => Self::Structured,
        }
    }
}

fn one(event: &Event<'_>, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
    let topic = event.kind.as_ref().map(|kind| kind.0.to_string());
    let mut decoded = Decoded { topic: topic.unwrap_or_default(), ..Decoded::default() };
    keep(event.told(delivery.received_at, setting), 1, &mut decoded);
    Ok(decoded)
}

/// The events of a batch, or of lines: each, or why it is none.
fn events_of<'a>(delivery: &Delivery<'a>) -> Result<Vec<Result<Event<'a>, Wrong>>, Wrong> {
    let text = utf8(delivery.body)?;
    let texts = match Mode::of(delivery) {
        Mode::Lines => lines::of(text),
        // Read at once where all of them are events; where one is not, each by itself.
        _ => match serde_json::from_str::<Vec<Event<'_>>>(text) {
            Ok(events) => return Ok(events.into_iter().map(Ok).collect()),
            Err(_) => elements(text)?,
        },
    };
    Ok(texts.into_iter().map(Event::read).collect())
}

/// Each event by itself: one that does not fit leaves the others alone, one that is there twice counts once.
fn each<'a>(events: Vec<Result<Event<'a>, Wrong>>, topic: &str, keep: &mut dyn FnMut(&Event<'a>, u64, &mut Decoded)) -> Decoded {
    let mut decoded = Decoded { topic: topic.to_owned(), ..Decoded::default() };
    let mut seen: HashSet<(Cow<'_, str>, Cow<'_, str>)> = HashSet::with_capacity(events.len());
    for (record, event) in (1..).zip(events) {
        match event {
            Ok(event) => {
                if let (Some(JsonText(source)), Some(JsonText(id))) = (&event.source, &event.id)
                    && !seen.insert((source.clone(), id.clone()))
                {
                    continue;
                }
                keep(&event, record, &mut decoded);
            }
            Err(wrong) => decoded.wrong.push(wrong.of(record)),
        }
    }
    decoded
}

fn keep(told: Result<Told, Wrong>, record: u64, decoded: &mut Decoded) {
    match told {
        Ok(Told::Row(row)) => decoded.rows.push(row),
        Ok(Told::Unknown(what)) => mark_unknown(what, decoded),
        Err(wrong) => decoded.wrong.push(wrong.of(record)),
    }
}

fn mark_unknown(what: String, decoded: &mut Decoded) {
    let mark = Mark::Unknown(what);
    if !decoded.marks.contains(&mark) {
        decoded.marks.push(mark);
    }
}

fn utf8(body: &[u8]) -> Result<&str, Wrong> {
    std::str::from_utf8(body).map_err(|error| Wrong::whole(format!("is not UTF-8: {error}")))
}

#[cfg(test)]
mod tests;
