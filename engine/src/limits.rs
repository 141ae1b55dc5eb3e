//! Every bound of the engine, each a named setting with its unit. Knows no defaults of doors.

use serde::Deserialize;

/// Limits of the engine; one struct, read from the `[engine]` table of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineLimits {
    /// Memory that all queries together may hold.
    pub memory_pool_bytes: usize,
    /// Longest time a query may run.
    pub query_timeout_ms: u64,
    /// Most rows a query answers; beyond it the answer is cut and says so.
    pub query_rows: usize,
    /// Most points of a series, the period before included.
    pub series_points: usize,
    /// Most slices of a breakdown.
    pub slices: usize,
    /// Most records of one page.
    pub records_page: usize,
    /// Most records of an export.
    pub records_export: usize,
    /// How long a tenant's snapshot is used before its logs are looked at again.
    pub snapshot_age_ms: u64,
    /// How long a snapshot may serve before its tables are opened anew, whatever has landed; settling removes old files later than this.
    pub snapshot_reopen_ms: u64,
    /// Memory of each of the two caches of what files hold: versions of new files, keys of settled ones.
    pub file_cache_bytes: u64,
    /// Memory of the cache of answers.
    pub answer_cache_bytes: u64,
    /// Tenants whose snapshots are held open.
    pub open_tenants: u64,
    /// How long a tenant's business calendars are used before they are read again.
    pub calendar_age_ms: u64,
    /// Most exchange rates of a tenant; with more no amount is converted.
    pub exchange_rates: usize,
    /// Memory of the exchange rates that are held.
    pub rate_cache_bytes: u64,
    /// Most rows of a frame that a forecast is made of.
    pub feature_rows: usize,
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self {
            memory_pool_bytes: 4 << 30,
            query_timeout_ms: 60_000,
            query_rows: 100_000,
            series_points: 2_000,
            slices: 1_000,
            records_page: 1_000,
            records_export: 1_000_000,
            snapshot_age_ms: 500,
            snapshot_reopen_ms: 300_000,
            file_cache_bytes: 256 << 20,
            answer_cache_bytes: 64 << 20,
            open_tenants: 1_000,
            calendar_age_ms: 500,
            exchange_rates: 1_000_000,
            rate_cache_bytes: 128 << 20,
            feature_rows: 20_000_000,
        }
    }
}
