//! What a data file holds, told by its name, so that the log alone says how to read it. Knows no content.

use chrono::{DateTime, Utc};

const SUFFIX: &str = ".zstd.parquet";

/// What the rows of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// A part of a batch as it landed, not yet settled.
    Part {
        /// The batch.
        batch: String,
    },
    /// The one current version each of records, as of the settling.
    Settled,
    /// Versions that others had replaced.
    Superseded,
    /// The current versions of records that are deleted: nobody reads them, but older versions that come late must find them.
    Deleted,
    /// All versions of records that are told column by column.
    Merging,
}

/// The name of a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// What it holds.
    pub holds: Holds,
    /// For a file of a settling: the newest landing that it took in.
    pub settled_until: Option<DateTime<Utc>>,
}

impl FileName {
    /// The name of part `part` of `batch`: storing it again after a crash replaces it.
    pub fn of_part(batch: &str, part: i64) -> String {
        format!("part-{part:05}-{batch}{SUFFIX}")
    }

    /// A name for a file of the settling `id` that took in the landings until `until`.
    pub fn of_settling(holds: &Holds, until: DateTime<Utc>, id: &str, number: usize) -> String {
        let word = match holds {
            Holds::Part { .. } => "part",
            Holds::Settled => "settled",
            Holds::Superseded => "superseded",
            Holds::Deleted => "deleted",
            Holds::Merging => "merging",
        };
        format!("{word}-{}-{id}-{number:05}{SUFFIX}", until.timestamp_micros())
    }

    /// A name for the file that takes the place of the one at `path` in the rewriting `id`, and holds the same.
    pub fn of_rewriting(path: &str, id: &str) -> String {
        let name = path.rsplit('/').next().unwrap_or(path);
        let name = name.strip_suffix(SUFFIX).unwrap_or(name);
        let mut words = name.splitn(3, '-');
        let (word, second, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next());
        let rest = rest.unwrap_or_default();
        // The second word of a part is free; that of a settled file is its instant.
        match word {
            "settled" | "superseded" | "deleted" | "merging" => format!("{word}-{second}-{id}r{rest}{SUFFIX}"),
            _ => format!("{word}-{id}r{second}-{rest}{SUFFIX}"),
        }
    }

    /// Reads a name; what is of no settling is taken for a part.
    pub fn parse(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let name = name.strip_suffix(SUFFIX).unwrap_or(name);
        let mut words = name.splitn(3, '-');
        let (word, second, rest) = (words.next().unwrap_or_default(), words.next(), words.next());
        let settled_until = || second.and_then(|micros| micros.parse().ok()).and_then(DateTime::from_timestamp_micros);
        let holds = match word {
            "settled" => Holds::Settled,
            "superseded" => Holds::Superseded,
            "deleted" => Holds::Deleted,
            "merging" => Holds::Merging,
            _ => return Self { holds: Holds::Part { batch: rest.unwrap_or_default().to_owned() }, settled_until: None },
        };
        Self { holds, settled_until: settled_until() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        let part = FileName::parse(&FileName::of_part("j7-acme-9", 2));
        assert_eq!(part, FileName { holds: Holds::Part { batch: "j7-acme-9".into() }, settled_until: None });
        let again = FileName::of_rewriting(&FileName::of_rewriting(&FileName::of_part("j7-acme-9", 2), "5e"), "5f");
        assert_eq!(FileName::parse(&again), part);
        let until = DateTime::from_timestamp_micros(1_700_000_000_000_001).unwrap();
        for holds in [Holds::Settled, Holds::Superseded, Holds::Deleted, Holds::Merging] {
            let name = FileName::of_settling(&holds, until, "8f-3", 1);
            assert_eq!(FileName::parse(&name), FileName { holds, settled_until: Some(until) });
            let again = FileName::of_rewriting(&name, "5e");
            assert_ne!(again, name);
            assert_eq!(FileName::parse(&again), FileName::parse(&name));
        }
    }
}
