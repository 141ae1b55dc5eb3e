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
            quarantined_bytes: 4 << 10,
        }
    }
}
