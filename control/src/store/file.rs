//! A SQLite file made safe before it is opened: its owner's alone, and one opener at a time. Does not know what is in it.

use std::path::{Path, PathBuf};

/// Makes a new file one that its owner alone can read, since it will hold secrets; SQLite gives its other files the same
/// mode. A file that is there stays as it is, and is not opened: closing it would drop SQLite's own locks.
pub(super) async fn create_for_its_owner(file: &Path) -> std::io::Result<()> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    match options.open(file).await {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// One opener at a time: switching a new file to WAL cannot wait for a lock, and SQLite migrations take none, so two first
/// openers would disturb each other. The lock goes with the handle, also when the process dies. It is held on a file of
/// its own, because closing a second handle on the database file would drop SQLite's own locks.
pub(super) struct OpeningTurn {
    _locked: std::fs::File,
}

impl OpeningTurn {
    pub(super) async fn take(database: &Path) -> std::io::Result<Self> {
        let mut name = database.as_os_str().to_owned();
        name.push(".opening");
        let lock = move || {
            let file = std::fs::File::create(PathBuf::from(name))?;
            file.lock()?;
            Ok(Self { _locked: file })
        };
        tokio::task::spawn_blocking(lock).await.map_err(std::io::Error::other)?
    }
}
