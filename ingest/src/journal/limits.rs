//! Every bound of the journal, each a named setting with its unit.

use serde::Deserialize;

/// Limits of the journal; read from the `[journal]` table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JournalLimits {
    /// Largest message that is taken, encoded, in bytes.
    pub entry_bytes: u64,
    /// What one tenant may have waiting to land, in bytes; more is refused until it has landed.
    pub tenant_waiting_bytes: u64,
    /// What one tenant may have waiting to land, in entries.
    pub tenant_waiting_entries: u64,
    /// What all tenants together may have waiting to land, in bytes: what the disk must hold.
    pub waiting_bytes: u64,
    /// Entries that may wait to be written.
    pub queue_entries: usize,
    /// Entries of one tenant that may wait to be written; below `queue_entries`, so that a loud tenant leaves room.
    pub tenant_queue_entries: u64,
    /// Bytes that may wait to be written.
    pub queue_bytes: u64,
    /// Bytes of one tenant that may wait to be written; below `queue_bytes`, so that a loud tenant leaves room.
    pub tenant_queue_bytes: u64,
    /// Most bytes of one write with one fsync.
    pub group_bytes: usize,
    /// Most entries of one write with one fsync.
    pub group_entries: usize,
    /// How long an append may take, in milliseconds; after that its fate is not known and it counts as failed.
    pub append_timeout_ms: u64,
    /// Pause between attempts to open the journal again after the disk was full, in milliseconds.
    pub reopen_ms: u64,
    /// Recent entries held in memory before they become a sorted file, in bytes.
    pub memtable_bytes: u64,
    /// Size of the write-ahead files at which they are shortened, in bytes; at least 64 MiB.
    pub write_ahead_bytes: u64,
    /// After how many forgotten bytes their space on disk is won back.
    pub reclaim_bytes: u64,
    /// Memory for blocks read back from disk, in bytes.
    pub cache_bytes: u64,
}

impl Default for JournalLimits {
    fn default() -> Self {
        Self {
            entry_bytes: 64 << 20,
            tenant_waiting_bytes: 1 << 30,
            tenant_waiting_entries: 1_000_000,
            waiting_bytes: 8 << 30,
            queue_entries: 8_192,
            tenant_queue_entries: 2_048,
            queue_bytes: 256 << 20,
            tenant_queue_bytes: 64 << 20,
            group_bytes: 4 << 20,
            group_entries: 2_048,
            append_timeout_ms: 10_000,
            reopen_ms: 1_000,
            memtable_bytes: 32 << 20,
            write_ahead_bytes: 128 << 20,
            reclaim_bytes: 256 << 20,
            cache_bytes: 16 << 20,
        }
    }
}
