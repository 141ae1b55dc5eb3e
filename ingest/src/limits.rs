//! Every bound of reading files, each a named setting with its unit.

use serde::Deserialize;

/// Limits of ingest; one struct, read from the `[ingest]` table of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IngestLimits {
    /// Longest record (a CSV line, a JSON object, an XES trace) in bytes; a longer one is quarantined, or refused where the file cannot be read past it.
    pub record_bytes: usize,
    /// Most columns of a file.
    pub columns: usize,
    /// Rows read before they are mapped and appended; a file is never split.
    pub part_rows: usize,
    /// Most rows of one file.
    pub file_rows: usize,
    /// Most values set aside at once; a file of another kind is refused rather than quarantined whole.
    pub misfits: usize,
    /// Most rows of a part that mappings may not take before the pack is held to be wrong; each costs a score of small queries to find.
    pub unmapped_rows: usize,
    /// Largest file of captured payloads, unzipped, in bytes: it is held in memory.
    pub source_file_bytes: usize,
    /// Most messages of one landing.
    pub landing_entries: usize,
    /// About how many bytes of messages one landing holds.
    pub landing_bytes: usize,
    /// How much of a quarantined row is kept, in bytes.
    pub quarantined_bytes: usize,
}

impl Default for IngestLimits {
    fn default() -> Self {
        Self {
            record_bytes: 1 << 20,
            columns: 4_096,
            part_rows: 1_000_000,
            file_rows: 20_000_000,
            misfits: 200_000,
            unmapped_rows: 200,
            source_file_bytes: 256 << 20,
            landing_entries: 50_000,
            landing_bytes: 64 << 20,
            quarantined_bytes: 4 << 10,
        }
    }
}
