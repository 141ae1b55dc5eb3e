//! Events gathered by the objects that they relate to. Knows the JSON of OCEL 2.0.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::super::json_object::JsonObject;
use super::super::{Decoded, Mark, Row, Setting, Value, Wrong};
use super::outcome;

/// One event.
struct Event {
    id: String,
    activity: String,
    at: DateTime<Utc>,
    resource: Option<String>,
    objects: BTreeSet<String>,
}

/// Tells runs and steps of `log`.
pub(super) fn tell(log: &JsonObject<'_>, setting: &Setting, decoded: &mut Decoded) -> Result<(), Wrong> {
    let mut types = BTreeMap::new();
    for (record, text) in (1..).zip(log.array("objects")?) {
        match object(text) {
            Ok((id, kind)) => drop(types.insert(id, kind)),
            Err(wrong) => decoded.wrong.push(wrong.of(record)),
        }
    }
    let mut events = Vec::new();
    for (record, text) in (1..).zip(log.array("events")?) {
        match event(text, setting) {
            Ok(event) => events.push((record, event)),
            Err(wrong) => decoded.wrong.push(wrong.of(record)),
        }
    }
    events.sort_by_key(|(record, event)| (event.at, *record));
    let mut histories: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for (record, event) in &events {
        let alone = Mark::Unknown("events without objects".to_owned());
        if event.objects.is_empty() && !decoded.marks.contains(&alone) {
            decoded.marks.push(alone);
        }
        for object in &event.objects {
            if types.contains_key(object) {
                histories.entry(object).or_default().push(event);
            } else {
                let reason = "is an object that the log does not hold";
                decoded.wrong.push(Wrong::field("relationships", object.as_str(), reason).of(*record));
            }
        }
    }
    for (object, history) in histories {
        let workflow = types.get(object).map(String::as_str).unwrap_or_default();
        decoded.rows.extend(run(workflow, object, &history));
        decoded.rows.extend(steps(workflow, object, &history));
    }
    Ok(())
}

fn object(text: &str) -> Result<(String, String), Wrong> {
    let object = JsonObject::read(text)?;
    Ok((object.required("id")?.into_owned(), object.required("type")?.into_owned()))
}

fn event(text: &str, setting: &Setting) -> Result<Event, Wrong> {
    let event = JsonObject::read(text)?;
    let at = event.instant("time", setting.zone)?.ok_or_else(|| Wrong::field("time", "", "is missing"))?;
    let mut objects = BTreeSet::new();
    for relation in event.array("relationships")? {
        objects.insert(JsonObject::read(relation)?.required("objectId")?.into_owned());
    }
    let mut resource = None;
    for attribute in event.array("attributes")? {
        let attribute = JsonObject::read(attribute)?;
        if matches!(attribute.word("name")?.as_deref(), Some("resource" | "org:resource")) {
            resource = attribute.word("value")?.map(std::borrow::Cow::into_owned);
        }
    }
    Ok(Event { id: event.required("id")?.into_owned(), activity: event.required("type")?.into_owned(), at, resource, objects })
}

fn run(workflow: &str, object: &str, history: &[&Event]) -> Option<Row> {
    let (first, last) = (history.first()?, history.last()?);
    let count = |number: usize| i64::try_from(number).ok().map(Value::Whole);
    let activities = history.iter().map(|event| event.activity.as_str()).collect::<BTreeSet<_>>();
    let repeats = history.len().saturating_sub(activities.len());
    let exceptions = history.iter().filter(|event| outcome::of_step(&event.activity) != "succeeded").count();
    let status = outcome::of_run(&last.activity);
    let mut row = Row::new("workflow_runs", last.at)
        .with("workflow", Value::Text(workflow.to_owned()))
        .with("run_id", Value::Text(object.to_owned()))
        .with("document", Value::Text(object.to_owned()))
        .with("status", Value::Text(status.to_owned()))
        .with("started_at", Value::Instant(first.at))
        .with("finished_at", Value::Instant(last.at))
        .with("first_step", Value::Text(first.activity.clone()))
        .with("last_step", Value::Text(last.activity.clone()))
        .with("step_count", count(history.len()))
        .with("repeated_step_count", count(repeats))
        .with("exception_count", count(exceptions))
        .with("has_exception", Value::Truth(exceptions > 0 || status == "failed"))
        .with("is_reworked", Value::Truth(repeats > 0));
    row.sequence = i64::try_from(history.len()).unwrap_or(i64::MAX);
    row.occurred_at = Some(last.at);
    Some(row)
}

fn steps(workflow: &str, object: &str, history: &[&Event]) -> Vec<Row> {
    let mut done = BTreeSet::new();
    let mut steps = Vec::with_capacity(history.len());
    for (number, event) in (1..).zip(history) {
        let is_repeat = !done.insert(event.activity.as_str());
        steps.push(step(workflow, object, event, number, is_repeat));
    }
    steps
}

fn step(workflow: &str, object: &str, event: &Event, number: i64, is_repeat: bool) -> Row {
    let status = outcome::of_step(&event.activity);
    let mut row = Row::new("workflow_steps", event.at)
        .with("step_id", Value::Text(format!("{} / {object}", event.id)))
        .with("workflow", Value::Text(workflow.to_owned()))
        .with("run_id", Value::Text(object.to_owned()))
        .with("step_number", Value::Whole(number))
        .with("step", Value::Text(event.activity.clone()))
        .with("transition", Value::Text("complete".to_owned()))
        .with("status", Value::Text(status.to_owned()))
        .with("step_at", Value::Instant(event.at))
        .with("resource", event.resource.clone().map(Value::Text))
        .with("is_repeat", Value::Truth(is_repeat))
        .with("is_exception", Value::Truth(status != "succeeded"));
    row.occurred_at = Some(event.at);
    row.event_id = Some(event.id.clone());
    row
}
