//! What an append carries in the log, so that it counts once. Knows no log.

/// What an append carries in the log, so that it counts once.
#[derive(Debug, Clone)]
pub struct Once {
    /// Who counts: a batch counts its parts, a journal its positions.
    pub counter: String,
    /// What the counter stands at after the append.
    pub count: i64,
    /// What it must stand at before.
    pub rule: Rule,
}

/// When an append with a count is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Unless the counter has come as far already.
    UnlessDone,
    /// Whatever the counter stands at: the rows count through their batch.
    Always,
    /// If the counter stands at this, or has never counted and this is 0; else another one has counted on.
    After(i64),
}

impl Once {
    /// Part `part` of `batch`.
    pub fn part(batch: &str, part: i64) -> Self {
        Self { counter: batch.to_owned(), count: part, rule: Rule::UnlessDone }
    }
}

/// What came of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// The rows are there.
    Now,
    /// They, or later ones of the same counter, were there before.
    Before,
}
