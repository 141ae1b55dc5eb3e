//! Which database a location means: a path, a `sqlite:` URL or a `postgres:` URL. Opens nothing. What it shows of a location
//! never holds a password.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use sqlx::any::AnyConnectOptions;

use crate::{ControlError, Result};

/// Where a store is.
#[derive(Clone)]
pub(super) enum Location {
    /// A file of SQLite.
    File(PathBuf),
    /// A database on a PostgreSQL server.
    Server(AnyConnectOptions),
}

impl Location {
    /// Errors name no more of a URL than its scheme: the rest may hold a password.
    pub(super) fn parse(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some(("sqlite", rest)) => file(text, rest.strip_prefix("//").unwrap_or(rest)),
            Some((scheme @ ("postgres" | "postgresql"), _)) => server(text, scheme),
            Some((scheme, rest)) if rest.starts_with("//") => {
                let detail = "is not supported: give a path, a sqlite: URL or a postgres: URL";
                Err(ControlError::invalid("control store", scheme, detail))
            }
            _ => file(text, text),
        }
    }

    /// For people, without user and password.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::File(file) => file.display().to_string(),
            Self::Server(options) => {
                let url = &options.database_url;
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("postgres://{}{port}{}", url.host_str().unwrap_or_default(), url.path())
            }
        }
    }
}

fn file(text: &str, path: &str) -> Result<Location> {
    if path.is_empty() || path.starts_with(":memory:") {
        return Err(ControlError::invalid("control store", text, "is not a file: give a path, a sqlite: or a postgres: URL"));
    }
    Ok(Location::File(Path::new(path).to_owned()))
}

fn server(text: &str, scheme: &str) -> Result<Location> {
    let detail = "is not such a URL: write postgres://user:password@host/database, with %40 for @ in a password and the like";
    let options: AnyConnectOptions = text.parse().map_err(|_| ControlError::invalid("control store", scheme, detail))?;
    let url = &options.database_url;
    if url.cannot_be_a_base() || url.path().trim_matches('/').is_empty() {
        return Err(ControlError::invalid("control store", scheme, detail));
    }
    Ok(Location::Server(options))
}

/// A whole path as a URL: whatever could mean something else in one is written `%xx`.
pub(super) fn sqlite_url(file: &Path) -> String {
    let mut url = "sqlite://".to_owned();
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => url.push(char::from(*byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(url, "%{byte:02x}")),
        }
    }
    url + "?mode=rwc"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_where_without_who() {
        let shown = |text: &str| Location::parse(text).unwrap().shown();
        assert_eq!(
            shown("postgres://me:secret@db.example:6543/quarterdeck?sslmode=require"),
            "postgres://db.example:6543/quarterdeck"
        );
        assert_eq!(shown("postgresql://me@db.example/quarterdeck"), "postgres://db.example/quarterdeck");
        assert_eq!(shown("sqlite:///var/lib/control.db"), "/var/lib/control.db");
        assert_eq!(shown("odd:name"), "odd:name");
    }

    #[test]
    fn refuses_other_databases_and_shows_no_password() {
        let bad = [
            "mysql://me:secret@host/db",
            "postgres://me:secret@host",
            "postgres://me:secret@host:port/db",
            "postgres:secret",
            "postgres://me:se/cret@host/db",
            "sqlite:",
            "",
        ];
        for text in bad {
            let error = Location::parse(text).err().unwrap();
            assert_eq!(error.kind(), crate::Kind::Invalid, "{text}");
            assert!(!error.to_string().contains("cret"), "{error}");
        }
    }

    #[test]
    fn a_path_is_a_url_byte_for_byte() {
        assert_eq!(sqlite_url(Path::new("/a b/100%.db?x#é")), "sqlite:///a%20b/100%25.db%3fx%23%c3%a9?mode=rwc");
    }
}
