//! Every bound of the HTTP door, each a named setting with its unit.

use serde::Deserialize;

/// Limits of the HTTP door; one struct, read from the `[http]` table of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpLimits {
    /// Longest time a request may take.
    pub request_timeout_ms: u64,
    /// Largest request body; nothing is uploaded here yet.
    pub request_body_bytes: usize,
    /// Questions answered at once; more wait their turn.
    pub concurrent_questions: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { request_timeout_ms: 90_000, request_body_bytes: 64 << 10, concurrent_questions: 64 }
    }
}
