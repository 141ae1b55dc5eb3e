//! The TOML that stands in the leading `--` lines of an SQL file. Knows nothing of what the keys mean.

use serde::de::DeserializeOwned;

use crate::error::{EngineError, Result};

/// Reads the leading comment lines of `text` as TOML into `T`; blank lines may stand between them.
///
/// # Errors
/// [`EngineError::File`] naming the file and the TOML line that does not parse or the key that is unknown.
pub fn parse<T: DeserializeOwned>(path: &str, text: &str) -> Result<T> {
    toml::from_str(&leading_comments(text))
        .map_err(|error| EngineError::file(path, format!("front matter (the leading `-- key = value` lines): {error}")))
}

fn leading_comments(text: &str) -> String {
    let mut toml = String::new();
    for line in text.lines() {
        let line = line.trim_start_matches('\u{feff}').trim();
        match line.strip_prefix("--") {
            Some(comment) => toml.push_str(comment.trim()),
            None if line.is_empty() => {}
            None => break,
        }
        toml.push('\n');
    }
    toml
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Head {
        title: String,
        version: u32,
    }

    #[test]
    fn reads_leading_comments_only() {
        let text = "-- title = \"T\"   # a note\n\n-- version = 2\nSELECT 1 -- version = 3";
        assert_eq!(parse::<Head>("k.sql", text).unwrap(), Head { title: "T".into(), version: 2 });
    }

    #[test]
    fn names_file_and_key() {
        let error = parse::<Head>("kpis/k.sql", "-- title = \"T\"\n-- version = 1\n-- colour = 1\nSELECT 1").unwrap_err();
        let message = error.to_string();
        assert!(message.contains("kpis/k.sql") && message.contains("colour"), "{message}");
    }
}
