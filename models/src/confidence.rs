//! How much stands behind a forecast.

/// A tier: the low one is shown, and nothing acts on it by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Too little to rely on.
    Low,
    /// Enough for a look.
    Medium,
    /// As much as the model can use.
    High,
}

impl Confidence {
    /// As it is written in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
