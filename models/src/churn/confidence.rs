//! How far a forecast may be relied on.

/// In three steps, as a planner reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// To be shown, not to be acted on by a machine.
    Low,
    /// Enough history, but not of this season.
    Medium,
    /// Enough history, of the same season too.
    High,
}
