//! Opening the store: which file, how it is locked, and that its tables are up to date. Does not know what the tables mean.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

use crate::{ControlError, Result};

/// The pool of the one database that is supported today.
pub(crate) type Pool = sqlx::SqlitePool;

/// How long a statement waits for another writer before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Readers that may run at once; SQLite has one writer at a time anyway.
const MAX_CONNECTIONS: u32 = 8;

/// A handle on the transactional state; cheap to clone. Several handles, also of several processes, may share one file.
#[derive(Debug, Clone)]
pub struct Control {
    pub(crate) pool: Pool,
}

impl Control {
    /// Opens the store at a path or a `sqlite:` URL, creating the file and its folder, and brings its tables up to date.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a URL of another database, [`ControlError::Store`] when the file cannot be used.
    pub async fn open(location: &str) -> Result<Self> {
        let file = file_of(location)?;
        let context = format!("opening the control store {}", file.display());
        if let Some(folder) = file.parent() {
            tokio::fs::create_dir_all(folder).await.map_err(ControlError::store(&context))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            // What is erased leaves the file, not only the table.
            .pragma("secure_delete", "ON")
            .journal_mode(SqliteJournalMode::Wal);
        let turn = OpeningTurn::take(&file).await.map_err(ControlError::store(&context))?;
        create_for_its_owner(&file).await.map_err(ControlError::store(&context))?;
        let pool = SqlitePoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .connect_with(options)
            .await
            .map_err(ControlError::store(&context))?;
        let control = Self::migrated(pool, &context).await?;
        drop(turn);
        Ok(control)
    }

    /// A store of its own that is gone when the last clone is: for tests.
    ///
    /// # Errors
    /// [`ControlError::Store`] when SQLite refuses.
    pub async fn in_memory() -> Result<Self> {
        let context = "opening a control store in memory";
        let options = SqliteConnectOptions::from_str("sqlite::memory:").map_err(ControlError::store(context))?;
        // The database lives as long as a connection does: keep exactly one, for ever.
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect_with(options.foreign_keys(true)).await.map_err(ControlError::store(context))?;
        Self::migrated(pool, context).await
    }

    /// Closes all connections, so that SQLite folds its write-ahead log into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn migrated(pool: Pool, context: &str) -> Result<Self> {
        sqlx::migrate!().run(&pool).await.map_err(ControlError::store(context))?;
        Ok(Self { pool })
    }
}

/// The file that a location means. Errors name no more of a URL than its scheme: the rest may hold a password.
fn file_of(location: &str) -> Result<PathBuf> {
    let path = match location.split_once(':') {
        Some(("sqlite", rest)) => rest.strip_prefix("//").unwrap_or(rest),
        Some((scheme, rest)) if rest.starts_with("//") => {
            return Err(ControlError::invalid("control store", scheme, "is not supported: give a path or a sqlite: URL"));
        }
        _ => location,
    };
    if path.is_empty() || path.starts_with(":memory:") {
        return Err(ControlError::invalid("control store", location, "is not a file: give a path or a sqlite: URL"));
    }
    Ok(Path::new(path).to_owned())
}

/// Makes a new file one that its owner alone can read, since it will hold secrets; SQLite gives its other files the same
/// mode. A file that is there stays as it is, and is not opened: closing it would drop SQLite's own locks.
async fn create_for_its_owner(file: &Path) -> std::io::Result<()> {
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
struct OpeningTurn {
    _locked: std::fs::File,
}

impl OpeningTurn {
    async fn take(database: &Path) -> std::io::Result<Self> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Partner};

    fn partner(id: &str) -> Partner {
        Partner { id: id.into(), name: id.into() }
    }

    #[tokio::test]
    async fn creates_folder_and_file_and_keeps_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/folder/control.db");
        let location = path.to_str().unwrap();

        let first = Control::open(location).await.unwrap();
        first.ensure_partner(&partner("north")).await.unwrap();
        first.close().await;

        let second = Control::open(&format!("sqlite://{location}")).await.unwrap();
        assert_eq!(second.partners().await.unwrap(), [partner("north")]);
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&second.pool).await.unwrap();
        assert_eq!(mode, "wal");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_new_file_is_its_owners_and_an_old_one_stays_as_it_is() {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control.db");
        let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        let control = Control::open(path.to_str().unwrap()).await.unwrap();
        control.ensure_partner(&partner("north")).await.unwrap();
        assert_eq!([mode("control.db"), mode("control.db-wal"), mode("control.db-shm")], [0o600; 3]);
        control.close().await;

        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        Control::open(path.to_str().unwrap()).await.unwrap();
        assert_eq!(mode("control.db"), 0o640);
    }

    #[tokio::test]
    async fn refuses_what_it_cannot_open_and_shows_no_password() {
        let error = Control::open("postgres://me:secret@host/db").await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(!error.to_string().contains("secret"), "{error}");

        let folder = tempfile::tempdir().unwrap();
        let error = Control::open(folder.path().to_str().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unavailable);

        let file = folder.path().join("not-a-database");
        std::fs::write(&file, "this is some other file, and a long enough one to be looked at ".repeat(20)).unwrap();
        let error = Control::open(file.to_str().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unavailable);
        for bad in ["", "sqlite:", "sqlite::memory:"] {
            assert_eq!(Control::open(bad).await.unwrap_err().kind(), Kind::Invalid, "{bad:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_handles_open_and_write_one_new_file_at_once() {
        const HANDLES: usize = 6;
        const WRITES: usize = 20;
        let folder = tempfile::tempdir().unwrap();
        let location = folder.path().join("control.db").to_str().unwrap().to_owned();
        let mut writers = Vec::new();
        for handle in 0..HANDLES {
            let location = location.clone();
            writers.push(tokio::spawn(async move {
                let control = Control::open(&location).await.unwrap();
                for write in 0..WRITES {
                    control.ensure_partner(&partner(&format!("p-{handle}-{write}"))).await.unwrap();
                    control.ensure_partner(&partner("shared")).await.unwrap();
                }
                control
            }));
        }
        let mut handles = Vec::new();
        for writer in writers {
            handles.push(writer.await.unwrap());
        }
        for handle in &handles {
            assert_eq!(handle.partners().await.unwrap().len(), HANDLES * WRITES + 1);
        }
    }

    #[tokio::test]
    async fn stores_in_memory_are_apart() {
        let one = Control::in_memory().await.unwrap();
        let other = Control::in_memory().await.unwrap();
        one.ensure_partner(&partner("north")).await.unwrap();
        assert!(other.partners().await.unwrap().is_empty());
    }
}
