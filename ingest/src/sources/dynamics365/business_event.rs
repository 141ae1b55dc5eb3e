//! Business events of Finance and Operations: the envelope, and the part of a document that each kind tells. Knows the kinds of
//! [`super::event_shapes`]; others are marked.

use std::borrow::Cow;

use super::super::json_object::JsonObject;
use super::super::shape::{self, Record};
use super::super::{Decoded, Delivery, Mark, Row, Setting, Value, Wrong};
use super::event_shapes::EVENTS;
use super::is_no_time;

/// A test message that activation sends.
const TEST_EVENT: &str = "BusinessEventsTestEndpoint";

/// Tells the part of a document that `event` is about.
pub(super) fn tell(
    event: &JsonObject<'_>,
    delivery: &Delivery<'_>,
    setting: &Setting,
    decoded: &mut Decoded,
) -> Result<(), Wrong> {
    let name = event.required("BusinessEventId")?;
    if name.starts_with(TEST_EVENT) {
        decoded.marks.push(Mark::Ping);
        return Ok(());
    }
    let Some(shape) = EVENTS.iter().find(|shape| shape.event == name) else {
        decoded.marks.push(Mark::Unknown(name.into_owned()));
        return Ok(());
    };
    let fields = EventFields(event);
    let at = match fields.word("EventTimeIso8601")?.or(fields.word("EventTime")?) {
        Some(text) => super::super::times::required("EventTime", &text, setting.zone)?,
        None => delivery.received_at,
    };
    let mut row = Row::new(shape.table, at);
    row.partial = true;
    row.occurred_at = Some(at);
    if let Some(Value::Whole(number)) = event.whole("ControlNumber")? {
        row.sequence = number;
    }
    row.event_id = event.word("EventId")?.map(Cow::into_owned);
    row.instance = legal_entity(event)?.map(|entity| format!("{}/{}", setting.instance, entity.to_lowercase()));
    for (column, text) in shape.constants {
        row = row.with(column, Value::Text((*text).to_owned()));
    }
    if let Some(column) = shape.happened {
        row = row.with(column, Value::Instant(at));
    }
    let key = event.required(shape.key)?.into_owned();
    decoded.rows.push(shape::tell(row, &fields, shape.fields, setting.zone)?);
    if let Some(document) = shape.fetch {
        decoded.marks.push(Mark::FetchNeeded(document, key));
    }
    Ok(())
}

fn legal_entity<'a>(event: &JsonObject<'a>) -> Result<Option<Cow<'a, str>>, Wrong> {
    Ok(event.word("LegalEntity")?.or(event.word("BusinessEventLegalEntity")?))
}

/// Fields of an event; the time that stands for none is none.
struct EventFields<'a>(&'a JsonObject<'a>);

impl Record for EventFields<'_> {
    fn word(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        Ok(self.0.word(name)?.filter(|text| !is_no_time(text)))
    }
}
