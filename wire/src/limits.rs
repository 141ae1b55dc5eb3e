//! Named limits of the analysts' doors.

use serde::Deserialize;

/// Limits, each named as in the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WireLimits {
    /// Connections at once, over all tenants.
    pub connections: usize,
    /// Statements of one tenant that run at once; others wait.
    pub tenant_statements: usize,
    /// How long a statement waits for its turn, in milliseconds.
    pub waiting_ms: u64,
    /// How long a statement may run, in milliseconds; a session may ask for less.
    pub statement_timeout_ms: u64,
    /// Length of a statement.
    pub statement_bytes: usize,
    /// Words and signs of a statement that may nest (`AND`, `+`, `JOIN`): a chain of them is as deep as it is long.
    pub statement_terms: usize,
    /// Memory of one statement; what needs more goes to disk where it can, and ends with an error where it cannot.
    pub statement_memory_bytes: usize,
    /// Rows of one answer over HTTP; more are cut off, and the answer says so.
    pub http_rows: usize,
    /// Bytes of one answer over HTTP; what is longer ends with an error.
    pub http_answer_bytes: u64,
    /// Length of a request over HTTP: a statement with its parameters.
    pub http_request_bytes: usize,
    /// Bytes of an answer over HTTP that are gathered before they are sent: an answer that is no longer is sent with its counts ahead.
    pub http_gathered_bytes: usize,
    /// How long a client may take none of what is there for it before it is let go, in milliseconds.
    pub stalled_ms: u64,
    /// Audit entries that wait to be written; a statement waits for room.
    pub audit_queue: usize,
}

impl Default for WireLimits {
    fn default() -> Self {
        Self {
            connections: 500,
            tenant_statements: 8,
            waiting_ms: 30_000,
            statement_timeout_ms: 120_000,
            statement_bytes: 1_048_576,
            statement_terms: 2_500,
            statement_memory_bytes: 1_073_741_824,
            http_rows: 1_000_000,
            http_answer_bytes: 1 << 30,
            http_request_bytes: 2 << 20,
            http_gathered_bytes: 1 << 20,
            stalled_ms: 30_000,
            audit_queue: 10_000,
        }
    }
}
