//! Opens the store, in SQLite or PostgreSQL, and makes sure that its tables are up to date. Does not know what the tables
//! mean.
//!
//! All SQL is written once, for both databases, and runs through sqlx's `Any`. It keeps to what both understand alike: text,
//! whole numbers (0 and 1 for no and yes) and null; `$1` for parameters; upserts and `RETURNING`. Two who write at once are
//! kept apart by conditional statements, or by a transaction whose first statement writes the row that they would fight over:
//! SQLite then waits for its one writer's turn, PostgreSQL for that row.

mod file;
mod location;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Executor;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use tokio::sync::Semaphore;

use self::file::{OpeningTurn, create_for_its_owner};
use self::location::{Location, sqlite_url};
use crate::password::{GUESSES_AT_ONCE, HASHES_AT_ONCE};
use crate::{ControlError, Result};

/// The pool of whichever database it is.
pub(crate) type Pool = sqlx::AnyPool;
/// A transaction on it.
pub(crate) type Transaction = sqlx::Transaction<'static, sqlx::Any>;

/// Connections that may be open at once; SQLite has one writer at a time anyway.
const MAX_CONNECTIONS: u32 = 8;
/// How long to wait for a server, or for a connection to become free.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// What every connection to a file begins with: it waits up to ten seconds for another writer; and what is erased leaves the
/// file, not only the table.
const FILE_PRAGMAS: &str = "
    PRAGMA busy_timeout = 10000;
    PRAGMA journal_mode = WAL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;";

/// What every connection to a server begins with: the isolation that the statements are written for, whatever the server's
/// own is; ten seconds of waiting for another writer; and an end to whoever keeps others waiting and does nothing.
const SERVER_SETTINGS: &str = "
    SET default_transaction_isolation = 'read committed';
    SET lock_timeout = '10s';
    SET idle_in_transaction_session_timeout = '30s';";

/// A handle on the transactional state; cheap to clone. Several handles, also of several processes, may share one store.
#[derive(Debug, Clone)]
pub struct Control {
    pub(crate) pool: Pool,
    /// Passwords hashed at once: each takes some megabytes.
    pub(crate) hashing: Arc<Semaphore>,
    /// Sign-ins by password checked at once.
    pub(crate) guessing: Arc<Semaphore>,
}

impl Control {
    /// Opens the store at a path, a `sqlite:` URL or a `postgres:` URL, and brings its tables up to date. A file and its
    /// folder are made if they are not there; a server's database must be.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a URL of another database, [`ControlError::Store`] when the store cannot be used. Neither
    /// shows a URL's password.
    pub async fn open(location: &str) -> Result<Self> {
        let location = Location::parse(location)?;
        let context = format!("opening the control store {}", location.shown());
        match location {
            Location::File(file) => Self::open_file(&file, &context).await,
            Location::Server(options) => {
                let pool = prepared_by(SERVER_SETTINGS).connect_with(options).await.map_err(ControlError::store(&context))?;
                Self::migrated(pool, &context).await
            }
        }
    }

    async fn open_file(file: &Path, context: &str) -> Result<Self> {
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        tokio::fs::create_dir_all(folder).await.map_err(ControlError::store(context))?;
        let folder = tokio::fs::canonicalize(folder).await.map_err(ControlError::store(context))?;
        let file = folder.join(file.file_name().unwrap_or_default());
        let turn = OpeningTurn::take(&file).await.map_err(ControlError::store(context))?;
        create_for_its_owner(&file).await.map_err(ControlError::store(context))?;
        let options: AnyConnectOptions = sqlite_url(&file).parse().map_err(ControlError::store(context))?;
        let pool = prepared_by(FILE_PRAGMAS).connect_with(options).await.map_err(ControlError::store(context))?;
        let control = Self::migrated(pool, context).await?;
        drop(turn);
        Ok(control)
    }

    /// A store of its own that is gone when the last clone is: for tests.
    ///
    /// # Errors
    /// [`ControlError::Store`] when SQLite refuses.
    pub async fn in_memory() -> Result<Self> {
        let context = "opening a control store in memory";
        let options: AnyConnectOptions = "sqlite::memory:".parse().map_err(ControlError::store(context))?;
        // The database lives as long as a connection does: keep exactly one, for ever.
        let pool = pool_options().max_connections(1).idle_timeout(None).max_lifetime(None);
        Self::migrated(pool.connect_with(options).await.map_err(ControlError::store(context))?, context).await
    }

    /// Closes all connections, so that SQLite folds its write-ahead log into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn migrated(pool: Pool, context: &str) -> Result<Self> {
        sqlx::migrate!().run(&pool).await.map_err(ControlError::store(context))?;
        let hashing = Arc::new(Semaphore::new(HASHES_AT_ONCE));
        Ok(Self { pool, hashing, guessing: Arc::new(Semaphore::new(GUESSES_AT_ONCE)) })
    }

    /// Begins a transaction; `context` says what for, in the error.
    pub(crate) async fn begin(&self, context: &str) -> Result<Transaction> {
        self.pool.begin().await.map_err(ControlError::store(context))
    }
}

fn pool_options() -> AnyPoolOptions {
    sqlx::any::install_default_drivers();
    AnyPoolOptions::new().max_connections(MAX_CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT)
}

/// A pool each connection of which begins with some statements.
fn prepared_by(sql: &'static str) -> AnyPoolOptions {
    pool_options().after_connect(move |connection, _| Box::pin(async move { connection.execute(sql).await.map(drop) }))
}

#[cfg(test)]
mod tests;
