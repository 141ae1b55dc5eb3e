//! A statement that runs: until its end, its deadline or its cancellation, whichever comes first; then its place is free and its trace is noted.
//! What nobody fetches any more ends at its deadline too. Knows no protocol.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use quarterdeck_control::AuditEntry;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::AbortHandle;

use crate::audit::Audit;
use crate::sqlstate::{SqlError, code};

/// A statement under way.
pub(crate) struct Running {
    deadline: tokio::time::Instant,
    cancelled: Option<BoxFuture<'static, ()>>,
    trace: Trace,
    place: Place,
    /// Frees the place at the deadline, whoever still holds the statement.
    waiting: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.place.free();
        self.waiting.abort();
    }
}

/// A place that is given back by the end or the deadline.
#[derive(Clone)]
struct Place(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Place {
    fn free(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Bytes that went to whoever asked; counted where they are made.
#[derive(Debug, Clone, Default)]
pub struct Sent(Arc<AtomicU64>);

impl Sent {
    /// So many more.
    pub fn more(&self, bytes: usize) {
        self.0.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What is noted of a statement when it ends, however it ends.
struct Trace {
    entry: Option<AuditEntry>,
    audit: Audit,
    started: Instant,
    rows: u64,
    bytes: Sent,
    outcome: &'static str,
}

impl Drop for Trace {
    fn drop(&mut self) {
        let Some(mut entry) = self.entry.take() else { return };
        entry.duration_us = u64::try_from(self.started.elapsed().as_micros()).ok();
        entry.rows = Some(self.rows);
        entry.bytes = Some(self.bytes.bytes());
        self.audit.note_now(entry.with("outcome", self.outcome));
    }
}

impl Running {
    /// A statement that has begun and may run for `most`.
    pub(crate) fn new(entry: AuditEntry, audit: Audit, place: OwnedSemaphorePermit, most: Duration) -> Self {
        let deadline = tokio::time::Instant::now() + most;
        let place = Place(Arc::new(Mutex::new(Some(place))));
        let at_deadline = place.clone();
        let waiting = tokio::spawn(async move {
            tokio::time::sleep_until(deadline).await;
            at_deadline.free();
        });
        let trace =
            Trace { entry: Some(entry), audit, started: Instant::now(), rows: 0, bytes: Sent::default(), outcome: "left" };
        Self { deadline, cancelled: None, trace, place, waiting: waiting.abort_handle() }
    }

    /// Awaits `step` of the statement.
    ///
    /// # Errors
    /// [`SqlError`] past the deadline and when cancelled.
    pub(crate) async fn step<T>(&mut self, step: impl Future<Output = T>) -> Result<T, SqlError> {
        let cancelled = async {
            match self.cancelled.as_mut() {
                Some(cancelled) => cancelled.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = cancelled => {
                self.trace.outcome = "cancelled";
                Err(SqlError::new(code::CANCELLED, "canceling statement due to user request"))
            }
            () = tokio::time::sleep_until(self.deadline) => {
                self.trace.outcome = "timed out";
                Err(SqlError::new(code::CANCELLED, "canceling statement due to statement timeout")
                    .with_hint("ask for a shorter period, or for fewer rows"))
            }
            done = step => Ok(done),
        }
    }

    /// It may run for no longer than `most` from now.
    pub(crate) fn within(&mut self, most: Duration) {
        self.deadline = self.deadline.min(tokio::time::Instant::now() + most);
    }

    /// It ends as soon as `cancelled` does.
    pub(crate) fn ends_with(&mut self, cancelled: BoxFuture<'static, ()>) {
        self.cancelled = Some(cancelled);
    }

    /// What runs, without values.
    pub(crate) fn tells(&mut self, shape: String) {
        if let Some(entry) = self.trace.entry.take() {
            self.trace.entry = Some(entry.with("sql", shape));
        }
    }

    /// It was prepared only: nothing is noted.
    pub(crate) fn forget(mut self) {
        self.trace.entry = None;
        self.place.free();
    }

    /// Counts a row of so many bytes.
    pub(crate) fn row(&mut self, bytes: usize) {
        self.rows(1);
        self.trace.bytes.more(bytes);
    }

    /// Counts rows; their bytes are counted by [`Running::sent`].
    pub(crate) fn rows(&mut self, rows: usize) {
        self.trace.rows += u64::try_from(rows).unwrap_or(u64::MAX);
    }

    /// Where bytes are counted.
    pub(crate) fn sent(&self) -> Sent {
        self.trace.bytes.clone()
    }

    /// It has ended by itself.
    pub(crate) fn done(&mut self) {
        self.trace.outcome = "done";
        self.place.free();
    }

    /// It has ended with an error.
    pub(crate) fn failed(&mut self) {
        self.trace.outcome = "failed";
        self.place.free();
    }
}
