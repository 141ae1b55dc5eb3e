//! Executions of n8n's public API: the run, and with `includeData=true` its steps. The list names no workflow but by its id.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::json_object::{JsonObject, elements};
use super::super::{Decoded, Mark, Row, Setting, Value, Wrong, times};
use super::run::{State, mark, part_with_state};

/// Tells the run that `execution` is, and its steps.
pub(super) fn tell(
    execution: &JsonObject<'_>,
    received_at: DateTime<Utc>,
    setting: &Setting,
    decoded: &mut Decoded,
) -> Result<(), Wrong> {
    let data = match execution.raw("data") {
        Some(flatted) if flatted.starts_with('"') => {
            mark(decoded, Mark::Unknown("execution data as n8n stores it; ask the API with includeData=true".to_owned()));
            JsonObject::default()
        }
        _ => execution.object("data")?.unwrap_or_default(),
    };
    let result = data.object("resultData")?.unwrap_or_default();
    let steps = steps(execution, &result)?;
    let run = run(execution, &result, received_at, setting)?;
    decoded.rows.push(with_counts(run, &result, &steps));
    decoded.rows.extend(steps);
    Ok(())
}

fn run(execution: &JsonObject<'_>, result: &JsonObject<'_>, received_at: DateTime<Utc>, setting: &Setting) -> Result<Row, Wrong> {
    let state = State::of("status", &execution.required("status")?)?;
    let instant = |name: &str| execution.instant(name, setting.zone);
    let (created_at, started_at, stopped_at) = (instant("createdAt")?, instant("startedAt")?, instant("stoppedAt")?);
    let version = stopped_at.or(started_at).or(created_at).unwrap_or(received_at);
    let definition = execution.object("workflowData")?.unwrap_or_default();
    let error = result.object("error")?.unwrap_or_default();
    let (trace_id, span_id) = trace(execution)?;
    let mut row = part_with_state(&execution.required("workflowId")?, &execution.required("id")?, version, state)
        .with("workflow_name", definition.text("name")?)
        .with("workflow_version", execution.text("workflowVersionId")?)
        .with("mode", execution.text("mode")?)
        .with("retry_of", execution.text("retryOf")?)
        .with("queued_at", created_at.map(Value::Instant))
        .with("started_at", started_at.map(Value::Instant))
        .with("finished_at", stopped_at.filter(|_| state.has_ended()).map(Value::Instant))
        .with("last_step", result.text("lastNodeExecuted")?)
        .with("error", error.text("message")?)
        .with("trace_id", trace_id)
        .with("span_id", span_id);
    row.occurred_at = Some(version);
    Ok(row)
}

fn with_counts(run: Row, result: &JsonObject<'_>, steps: &[Row]) -> Row {
    if !result.tells("runData") {
        return run;
    }
    let count = |flag: &str| {
        let is_set = |row: &&Row| row.values.iter().any(|(column, value)| column == flag && *value == Value::Truth(true));
        i64::try_from(steps.iter().filter(is_set).count()).ok().map(Value::Whole)
    };
    let (repeats, exceptions) = (count("is_repeat"), count("is_exception"));
    run.with("step_count", i64::try_from(steps.len()).ok().map(Value::Whole))
        .with("repeated_step_count", repeats)
        .with("exception_count", exceptions)
}

/// The trace and span of the run: `tracingContext.traceparent` of n8n 2.x is that of its own `workflow.execute` span.
fn trace(execution: &JsonObject<'_>) -> Result<(Option<Value>, Option<Value>), Wrong> {
    let Some(context) = execution.object("tracingContext")? else { return Ok((None, None)) };
    let Some(parent) = context.word("traceparent")? else { return Ok((None, None)) };
    let mut parts = parent.split('-').skip(1).map(|part| Value::Text(part.to_owned()));
    Ok((parts.next(), parts.next()))
}

fn steps(execution: &JsonObject<'_>, result: &JsonObject<'_>) -> Result<Vec<Row>, Wrong> {
    let nodes = result.object("runData")?.unwrap_or_default();
    let kinds = kinds(execution)?;
    let mut steps = Vec::new();
    for (node, runs) in nodes.entries() {
        let kind = kinds.iter().find(|(name, _)| name == node).map(|(_, kind)| Value::Text(kind.clone()));
        for (index, text) in elements(runs)?.into_iter().enumerate() {
            let step = JsonObject::read(text)?;
            steps.push(self::step(execution, node, index, &step)?.with("step_kind", kind.clone()));
        }
    }
    Ok(steps)
}

/// Which kind each node is of, by the workflow as it was when it ran.
fn kinds(execution: &JsonObject<'_>) -> Result<Vec<(String, String)>, Wrong> {
    let definition = execution.object("workflowData")?.unwrap_or_default();
    let mut kinds = Vec::new();
    for text in definition.array("nodes")? {
        let node = JsonObject::read(text)?;
        if let (Some(name), Some(kind)) = (node.word("name")?, node.word("type")?) {
            kinds.push((name.into_owned(), kind.into_owned()));
        }
    }
    Ok(kinds)
}

/// One run of a node. What `retryOnFail` tried again is one run here: n8n does not tell its tries.
fn step(execution: &JsonObject<'_>, node: &str, index: usize, step: &JsonObject<'_>) -> Result<Row, Wrong> {
    let run_id = execution.required("id")?.into_owned();
    let whole = |name: &str| match step.whole(name)? {
        Some(Value::Whole(number)) => Ok::<_, Wrong>(Some(number)),
        _ => Ok(None),
    };
    let started_at = whole("startTime")?.and_then(times::of_milliseconds);
    let started_at =
        started_at.ok_or_else(|| Wrong::field("startTime", step.raw("startTime").unwrap_or_default(), "is no time"))?;
    let took = TimeDelta::try_milliseconds(whole("executionTime")?.unwrap_or_default()).unwrap_or_default();
    let ended_at = started_at.checked_add_signed(took).unwrap_or(started_at);
    let status = match step.word("executionStatus")?.as_deref() {
        Some("success") => Some("succeeded"),
        Some("error" | "crashed" | "canceled") => Some("failed"),
        Some("waiting") => Some("held"),
        _ => None,
    };
    let number = whole("executionIndex")?.and_then(|index| index.checked_add(1));
    let error = step.object("error")?.unwrap_or_default();
    let mut row = Row::new("workflow_steps", ended_at)
        .with("step_id", Value::Text(format!("{run_id}/{node}/{index}")))
        .with("workflow", execution.text("workflowId")?)
        .with("run_id", Value::Text(run_id))
        .with("step_number", number.map(Value::Whole))
        .with("step", Value::Text(node.to_owned()))
        .with("transition", Value::Text("complete".to_owned()))
        .with("status", status.map(|status| Value::Text(status.to_owned())))
        .with("started_at", Value::Instant(started_at))
        .with("step_at", Value::Instant(ended_at))
        .with("is_repeat", Value::Truth(index > 0))
        .with("is_exception", status.map(|status| Value::Truth(status != "succeeded")))
        .with("error", error.text("message")?)
        .with("told_by", Value::Text("api".to_owned()));
    row.occurred_at = Some(ended_at);
    Ok(row)
}
