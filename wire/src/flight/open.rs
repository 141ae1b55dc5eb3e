//! What callers have open: statements that wait to be fetched, that run, and that are prepared. Each belongs to one owner and is unknown to all
//! others; so many an owner, and none for longer than it is used. Knows no message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::callers::Owner;
use crate::analysts::Analyst;
use crate::parameters::Parameter;
use crate::sqlstate::{SqlError, code};
use crate::statement::Planned;

/// What a handle is made of: nobody guesses it.
const HANDLE_BYTES: usize = 16;

/// A name for something open, of which clients know nothing else.
pub(super) type Handle = Vec<u8>;

/// A statement that is planned and waits to be fetched, once.
pub(super) struct Asked {
    pub(super) analyst: Analyst,
    pub(super) planned: Planned,
    pub(super) parameters: Vec<Parameter>,
}

/// A statement to be asked again and again, planned anew each time.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) sql: String,
    pub(super) as_of: Option<DateTime<Utc>>,
    pub(super) parameters: Vec<Parameter>,
}

enum What {
    Asked(Box<Asked>),
    Running(Arc<Notify>),
    Prepared(Prepared),
}

struct Open {
    owner: Owner,
    what: What,
    used: Instant,
}

/// Everything that is open.
#[derive(Clone)]
pub(super) struct OpenStatements {
    all: Arc<Mutex<HashMap<Handle, Open>>>,
    most: usize,
    idle: Duration,
}

/// A statement that runs; it is open no more once this is dropped.
pub(super) struct RunningStatement {
    all: OpenStatements,
    handle: Handle,
    /// Told when somebody cancels it.
    pub(super) cancelled: Arc<Notify>,
}

impl Drop for RunningStatement {
    fn drop(&mut self) {
        self.all.lock().remove(&self.handle);
    }
}

fn unknown() -> SqlError {
    SqlError::new(code::NO_STATEMENT, "there is no such statement, or no more").with_hint("ask again")
}

impl OpenStatements {
    /// At most `most` an owner, each for as long as `idle` unused.
    pub(super) fn new(most: usize, idle: Duration) -> Self {
        Self { all: Arc::default(), most, idle }
    }

    /// Forgets what nobody has used for too long.
    fn sweep(&self) {
        self.lock().retain(|_, open| self.lives(open));
    }

    /// Sweeps again and again, as long as anybody else holds what is open.
    pub(super) fn sweep_every(&self, pause: Duration) {
        let (all, most, idle) = (Arc::downgrade(&self.all), self.most, self.idle);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(pause).await;
                let Some(all) = all.upgrade() else { return };
                Self { all, most, idle }.sweep();
            }
        });
    }

    /// Keeps a statement that is to be fetched.
    ///
    /// # Errors
    /// [`SqlError`] when the owner has too many open.
    pub(super) fn ask(&self, owner: Owner, asked: Asked) -> Result<Handle, SqlError> {
        self.open(owner, What::Asked(Box::new(asked)))
    }

    /// Keeps a prepared statement.
    ///
    /// # Errors
    /// [`SqlError`] when the owner has too many open.
    pub(super) fn prepare(&self, owner: Owner, prepared: Prepared) -> Result<Handle, SqlError> {
        self.open(owner, What::Prepared(prepared))
    }

    /// Takes a statement to be fetched, which runs from now on.
    ///
    /// # Errors
    /// [`SqlError`] when the owner has none of that handle.
    pub(super) fn run(&self, handle: &[u8], owner: &Owner) -> Result<(Box<Asked>, RunningStatement), SqlError> {
        let mut all = self.lock();
        let open = all.get_mut(handle).filter(|open| open.owner == *owner && self.lives(open)).ok_or_else(unknown)?;
        let cancelled = Arc::new(Notify::new());
        match std::mem::replace(&mut open.what, What::Running(Arc::clone(&cancelled))) {
            What::Asked(asked) => Ok((asked, RunningStatement { all: self.clone(), handle: handle.to_vec(), cancelled })),
            other => {
                open.what = other;
                Err(unknown())
            }
        }
    }

    /// The prepared statement of `handle`.
    ///
    /// # Errors
    /// [`SqlError`] when the owner has none of that handle.
    pub(super) fn prepared(&self, handle: &[u8], owner: &Owner) -> Result<Prepared, SqlError> {
        self.with_prepared(handle, owner, |prepared| prepared.clone())
    }

    /// Binds `parameters` to the prepared statement of `handle`.
    ///
    /// # Errors
    /// [`SqlError`] when the owner has none of that handle.
    pub(super) fn bind(&self, handle: &[u8], owner: &Owner, parameters: Vec<Parameter>) -> Result<(), SqlError> {
        self.with_prepared(handle, owner, |prepared| prepared.parameters = parameters)
    }

    fn with_prepared<R>(&self, handle: &[u8], owner: &Owner, then: impl FnOnce(&mut Prepared) -> R) -> Result<R, SqlError> {
        match self.lock().get_mut(handle) {
            Some(Open { owner: of, what: What::Prepared(prepared), used }) if of == owner && used.elapsed() < self.idle => {
                *used = Instant::now();
                Ok(then(prepared))
            }
            _ => Err(unknown()),
        }
    }

    /// Closes or cancels what the owner has under `handle`; false when there is nothing.
    pub(super) fn close(&self, handle: &[u8], owner: &Owner) -> bool {
        let mut all = self.lock();
        match all.get(handle) {
            Some(open) if open.owner == *owner => {
                if let What::Running(cancelled) = &open.what {
                    cancelled.notify_one();
                }
                all.remove(handle);
                true
            }
            _ => false,
        }
    }

    fn open(&self, owner: Owner, what: What) -> Result<Handle, SqlError> {
        let mut all = self.lock();
        if all.values().filter(|open| open.owner.subject == owner.subject && self.lives(open)).count() >= self.most {
            let message = format!("{} statements are open already (flight_open_statements)", self.most);
            return Err(
                SqlError::new(code::LIMIT, message).with_hint("fetch or close them; they close by themselves when unused")
            );
        }
        let handle = rand::random::<[u8; HANDLE_BYTES]>().to_vec();
        all.insert(handle.clone(), Open { owner, what, used: Instant::now() });
        Ok(handle)
    }

    /// What runs ends by its own deadline.
    fn lives(&self, open: &Open) -> bool {
        matches!(open.what, What::Running(_)) || open.used.elapsed() < self.idle
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Handle, Open>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
