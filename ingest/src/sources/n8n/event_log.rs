//! Lines of n8n's event log (`n8nEventLog.log`; log streaming sends the same): one event each. Runs begin and end here, steps end here. An
//! audit event tells of people and settings, not of runs, and is marked.

use super::super::json_object::JsonObject;
use super::super::{Decoded, Mark, Row, Setting, Value, Wrong};
use super::run::{State, mark, part, part_with_state};

/// Tells the rows of `event`; none of a line that only confirms another.
pub(crate) fn tell(event: &JsonObject<'_>, setting: &Setting, decoded: &mut Decoded) -> Result<(), Wrong> {
    if event.required("__type")? == "$$EventMessageConfirm" {
        return Ok(());
    }
    let name = event.required("eventName")?;
    let payload = event.object("payload")?.unwrap_or_default();
    let state = name.strip_prefix("n8n.workflow.").map(|word| State::of("eventName", word));
    let row = match (name.as_ref(), state) {
        (_, Some(Ok(state))) => run(event, &payload, state, setting)?,
        ("n8n.node.finished", _) => step(event, &payload, setting)?,
        ("n8n.node.started", _) => return error_trigger(event, &payload, setting, decoded),
        _ => {
            mark(decoded, Mark::Unknown(name.into_owned()));
            return Ok(());
        }
    };
    decoded.rows.push(row);
    Ok(())
}

fn run(event: &JsonObject<'_>, payload: &JsonObject<'_>, state: State, setting: &Setting) -> Result<Row, Wrong> {
    let (workflow, execution) = (payload.required("workflowId")?, payload.required("executionId")?);
    let at = event.instant("ts", setting.zone)?.ok_or_else(|| Wrong::field("ts", "", "is missing"))?;
    let is_manual = payload.raw("isManual") == Some("true");
    let mode = payload.text("mode")?.or_else(|| is_manual.then(|| Value::Text("manual".to_owned())));
    let began = event.required("eventName")? == "n8n.workflow.started";
    let mut row = part_with_state(&workflow, &execution, at, state)
        .with("workflow_name", payload.text("workflowName")?)
        .with("mode", mode)
        .with("started_at", began.then_some(Value::Instant(at)))
        .with("finished_at", state.has_ended().then_some(Value::Instant(at)))
        .with("last_step", payload.text("lastNodeExecuted")?)
        .with("error", payload.text("errorMessage")?);
    row.occurred_at = Some(at);
    row.event_id = event.word("id")?.map(std::borrow::Cow::into_owned);
    Ok(row)
}

/// A node that finished, well or not: which, the log does not say. Nodes of a loop finish many times, so the event names the step.
fn step(event: &JsonObject<'_>, payload: &JsonObject<'_>, setting: &Setting) -> Result<Row, Wrong> {
    let id = event.required("id")?.into_owned();
    let at = event.instant("ts", setting.zone)?.ok_or_else(|| Wrong::field("ts", "", "is missing"))?;
    payload.required("executionId")?;
    let mut row = Row::new("workflow_steps", at)
        .with("step_id", Value::Text(id.clone()))
        .with("workflow", payload.text("workflowId")?)
        .with("run_id", payload.text("executionId")?)
        .with("step", Value::Text(payload.required("nodeName")?.into_owned()))
        .with("step_kind", payload.text("nodeType")?)
        .with("transition", Value::Text("complete".to_owned()))
        .with("step_at", Value::Instant(at))
        .with("told_by", Value::Text("log".to_owned()));
    row.occurred_at = Some(at);
    row.event_id = Some(id);
    Ok(row)
}

/// The beginning of a node is no step of its own. That of an error trigger tells what n8n 1.x does not: its run is of mode `error`.
fn error_trigger(
    event: &JsonObject<'_>,
    payload: &JsonObject<'_>,
    setting: &Setting,
    decoded: &mut Decoded,
) -> Result<(), Wrong> {
    if payload.word("nodeType")?.as_deref() != Some("n8n-nodes-base.errorTrigger") {
        return Ok(());
    }
    let at = event.instant("ts", setting.zone)?.ok_or_else(|| Wrong::field("ts", "", "is missing"))?;
    let mut row = part(&payload.required("workflowId")?, &payload.required("executionId")?, at, 1)
        .with("mode", Value::Text("error".to_owned()));
    row.event_id = event.word("id")?.map(std::borrow::Cow::into_owned);
    decoded.rows.push(row);
    Ok(())
}
