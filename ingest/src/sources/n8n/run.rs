//! What all tellings of an n8n run have in common: its key, its words for states. Knows no message.

use chrono::{DateTime, Utc};

use super::super::{Decoded, Mark, Row, Value, Wrong};

/// Highest rank of a state: the run has ended.
pub(crate) const ENDED: i64 = 3;

/// A state: our word, and its rank among states told of one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) status: &'static str,
    pub(crate) rank: i64,
}

impl State {
    /// The state that n8n calls `word`; `finished` tells less and is not read: it is false for a run that failed.
    pub(crate) fn of(field: &str, word: &str) -> Result<Self, Wrong> {
        let (status, rank) = match word {
            "new" | "unknown" => ("running", 0),
            "running" | "started" | "resumed" => ("running", 1),
            "waiting" => ("running", 2),
            "success" => ("succeeded", ENDED),
            "error" | "failed" | "crashed" => ("failed", ENDED),
            "canceled" | "cancelled" => ("cancelled", ENDED),
            _ => return Err(Wrong::field(field, word, "is no state that is known of n8n")),
        };
        Ok(Self { status, rank })
    }

    /// Whether the run goes on no more.
    pub(crate) fn has_ended(self) -> bool {
        self.rank == ENDED
    }
}

/// A part of the run `execution` of `workflow`, as of `version`.
pub(crate) fn part(workflow: &str, execution: &str, version: DateTime<Utc>, rank: i64) -> Row {
    let mut row = Row::new("workflow_runs", version)
        .with("workflow", Value::Text(workflow.to_owned()))
        .with("run_id", Value::Text(execution.to_owned()));
    row.partial = true;
    row.sequence = rank;
    row
}

/// A part of a run that tells its state; whether it failed is known once it has ended.
pub(crate) fn part_with_state(workflow: &str, execution: &str, version: DateTime<Utc>, state: State) -> Row {
    let failed = state.has_ended().then(|| Value::Truth(state.status == "failed"));
    part(workflow, execution, version, state.rank)
        .with("status", Value::Text(state.status.to_owned()))
        .with("has_exception", failed)
}

/// Notes `mark` once.
pub(crate) fn mark(decoded: &mut Decoded, mark: Mark) {
    if !decoded.marks.contains(&mark) {
        decoded.marks.push(mark);
    }
}
