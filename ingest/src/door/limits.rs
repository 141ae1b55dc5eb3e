//! Every bound of the door, each a named setting with its unit.

use serde::Deserialize;

/// Limits of the door; read from the `[door]` table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DoorLimits {
    /// Largest body as it is sent, in bytes.
    pub body_bytes: usize,
    /// Largest body after gzip was taken off, in bytes.
    pub unpacked_bytes: usize,
    /// How many times larger than as sent a body may become.
    pub unpack_ratio: usize,
    /// Up to this size, in bytes, a body may become any times larger.
    pub unpack_free_bytes: usize,
    /// All headers of a request together, in bytes.
    pub header_bytes: usize,
    /// How long a body may take to arrive, in milliseconds.
    pub body_timeout_ms: u64,
    /// Requests a second of one tenant, in the long run.
    pub tenant_requests_per_second: u32,
    /// Requests of one tenant at once, above which the rate counts.
    pub tenant_burst_requests: u32,
    /// Requests of one tenant that are being received at one time.
    pub tenant_concurrent_requests: usize,
    /// Bodies of one tenant in memory at one time, in bytes; at least `body_bytes`.
    pub tenant_buffered_bytes: usize,
    /// Bodies of all tenants in memory at one time, in bytes.
    pub buffered_bytes: usize,
    /// Bodies that are unpacked or decoded at one time.
    pub concurrent_judgements: usize,
    /// Largest body, in bytes, that is judged at once; larger ones are on threads of their own.
    pub inline_bytes: usize,
    /// Control totals in one request, each at most a kibibyte.
    pub control_totals: usize,
    /// What senders are told to wait when the journal or the door is full, in seconds.
    pub retry_after_s: u64,
}

impl Default for DoorLimits {
    fn default() -> Self {
        Self {
            body_bytes: 16 << 20,
            unpacked_bytes: 48 << 20,
            unpack_ratio: 200,
            unpack_free_bytes: 1 << 20,
            header_bytes: 32 << 10,
            body_timeout_ms: 30_000,
            tenant_requests_per_second: 1_000,
            tenant_burst_requests: 5_000,
            tenant_concurrent_requests: 512,
            tenant_buffered_bytes: 64 << 20,
            buffered_bytes: 512 << 20,
            concurrent_judgements: 8,
            inline_bytes: 64 << 10,
            control_totals: 10_000,
            retry_after_s: 2,
        }
    }
}
