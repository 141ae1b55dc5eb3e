//! What an error workflow posts (Error Trigger, then HTTP Request): the run that failed, with its error. Without a run, a trigger failed
//! before there was one.

use chrono::{DateTime, Utc};

use super::super::json_object::JsonObject;
use super::super::{Decoded, Value, Wrong, times};
use super::run::{State, part_with_state};

/// Tells the run that failed, as of the error's own time; its end may be told better by others.
pub(super) fn tell(post: &JsonObject<'_>, received_at: DateTime<Utc>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let execution = post.object("execution")?.ok_or_else(|| Wrong::field("execution", "", "is missing"))?;
    let workflow = post.object("workflow")?.ok_or_else(|| Wrong::field("workflow", "", "is missing"))?;
    let error = execution.object("error")?.unwrap_or_default();
    let failed_at = match error.whole("timestamp")? {
        Some(Value::Whole(milliseconds)) => times::of_milliseconds(milliseconds),
        _ => None,
    };
    let state = State::of("execution", "error")?;
    let mut row = part_with_state(&workflow.required("id")?, &execution.required("id")?, failed_at.unwrap_or(received_at), state)
        .with("workflow_name", workflow.text("name")?)
        .with("mode", execution.text("mode")?)
        .with("retry_of", execution.text("retryOf")?)
        .with("finished_at", failed_at.map(Value::Instant))
        .with("last_step", execution.text("lastNodeExecuted")?)
        .with("error", error.text("message")?);
    row.occurred_at = failed_at;
    decoded.rows.push(row);
    Ok(())
}
