//! Webhooks of Dataverse (`RemoteExecutionContext`): what was done to one record, with the attributes that were told. Knows the entities of
//! [`super::entity_shapes`]; others are marked.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::super::json_object::{JsonObject, scalar};
use super::super::shape::{self, Record};
use super::super::{Decoded, Delivery, Mark, Row, Setting, Value, Wrong};
use super::entity_shapes::{ENTITIES, EntityShape};
use super::is_no_time;

/// Header of a message that lost its attributes because it was too large.
const SIZE_EXCEEDED: &str = "x-ms-dynamics-msg-size-exceeded";

/// Tells what was done to the record that `context` is about.
pub(super) fn tell(
    context: &JsonObject<'_>,
    delivery: &Delivery<'_>,
    setting: &Setting,
    decoded: &mut Decoded,
) -> Result<(), Wrong> {
    let entity = context.required("PrimaryEntityName")?;
    let message = context.required("MessageName")?;
    let Some(shape) = ENTITIES.iter().find(|shape| shape.entity == entity) else {
        decoded.marks.push(Mark::Unknown(entity.into_owned()));
        return Ok(());
    };
    let id = context.required("PrimaryEntityId")?.into_owned();
    let done_at = context.instant("OperationCreatedOn", setting.zone)?.unwrap_or(delivery.received_at);
    let target = target(context)?;
    let is_stripped = delivery.headers.get(SIZE_EXCEEDED).is_some();
    match (message.as_ref(), target) {
        ("Delete", _) => {
            let mut row = row(shape, id, done_at, context)?;
            row.deleted = true;
            decoded.rows.push(row);
        }
        ("Create" | "Update", Some(target)) if !is_stripped => {
            let version = target.time("modifiedon", setting)?.unwrap_or(done_at);
            let row = row(shape, id, version, context)?;
            decoded.rows.push(told(row, shape, &target, message == "Create", done_at, setting)?);
        }
        ("Create" | "Update" | "SetState" | "SetStateDynamicEntity" | "Assign", _) => {
            decoded.marks.push(Mark::FetchNeeded(shape.entity, id));
        }
        _ => decoded.marks.push(Mark::Unknown(format!("{entity}/{message}"))),
    }
    Ok(())
}

fn row(shape: &EntityShape, id: String, version: DateTime<Utc>, context: &JsonObject<'_>) -> Result<Row, Wrong> {
    let mut row = Row::new(shape.table, version).with(shape.key, Value::Text(id));
    row.occurred_at = Some(version);
    row.event_id = context.word("OperationId")?.map(Cow::into_owned);
    Ok(row)
}

/// A creation tells the whole record, what it leaves out is null; an update tells what changed.
fn told(
    mut row: Row,
    shape: &EntityShape,
    target: &Attributes<'_>,
    is_whole: bool,
    done_at: DateTime<Utc>,
    setting: &Setting,
) -> Result<Row, Wrong> {
    row.partial = !is_whole;
    for (column, text) in shape.constants {
        row = row.with(column, Value::Text((*text).to_owned()));
    }
    row = shape::tell(row, target, shape.fields, setting.zone)?;
    if !is_whole {
        return Ok(row);
    }
    if let Some(created) = shape.created
        && !row.values.iter().any(|(column, _)| column == created)
    {
        row = row.with(created, Value::Instant(done_at));
    }
    if shape.has_money {
        row = row.with("currency", setting.currency.clone().map(Value::Text));
    }
    Ok(row)
}

/// Attributes of the parameter `Target`; none where there is no such parameter, or it is a mere reference.
fn target<'a>(context: &JsonObject<'a>) -> Result<Option<Attributes<'a>>, Wrong> {
    for text in context.array("InputParameters")? {
        let parameter = JsonObject::read(text)?;
        if parameter.word("key")?.as_deref() != Some("Target") {
            continue;
        }
        let Some(target) = parameter.object("value")? else { return Ok(None) };
        if !target.tells("Attributes") {
            return Ok(None);
        }
        let mut attributes = BTreeMap::new();
        for text in target.array("Attributes")? {
            let attribute = JsonObject::read(text)?;
            attributes.insert(attribute.required("key")?.into_owned(), attribute.raw("value"));
        }
        return Ok(Some(Attributes(attributes)));
    }
    Ok(None)
}

/// Attributes by name: the exact JSON of each, none for null.
struct Attributes<'a>(BTreeMap<String, Option<&'a str>>);

impl Attributes<'_> {
    fn time(&self, name: &str, setting: &Setting) -> Result<Option<DateTime<Utc>>, Wrong> {
        self.word(name)?.map(|text| super::super::times::required(name, &text, setting.zone)).transpose()
    }

    /// A plain value; or of an object, the first of `members` that it has.
    fn part(&self, name: &str, members: &[&str]) -> Result<Option<Cow<'_, str>>, Wrong> {
        let Some(Some(raw)) = self.0.get(name) else { return Ok(None) };
        if let Some(text) = scalar(raw) {
            return Ok(Some(text).filter(|text| !text.is_empty() && !is_no_time(text)));
        }
        let value = JsonObject::read(raw).map_err(|wrong| Wrong { field: name.to_owned(), ..wrong })?;
        for member in members {
            if let Some(text) = value.word(member)? {
                return Ok(Some(Cow::Owned(text.into_owned())));
            }
        }
        Ok(None)
    }
}

impl Record for Attributes<'_> {
    /// The value; of an OptionSetValue or Money its Value.
    fn word(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        self.part(name, &["Value"])
    }

    fn id(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        self.part(name, &["Id"])
    }

    fn label(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        self.part(name, &["Name", "Id"])
    }

    fn is_null(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(None))
    }
}
