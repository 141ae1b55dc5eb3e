//! A statement that runs: until its end, its deadline or its cancellation, whichever comes first; then its place is free and its trace is noted.
//! What nobody fetches any more ends at its deadline too. Knows no protocol.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use quarterdeck_control::AuditEntry;
use tokio::sync::OwnedSemaphorePermit;

use crate::audit::Audit;
use crate::sqlstate::{SqlError, code};

/// A statement under way.
pub(crate) struct Running {
    deadline: tokio::time::Instant,
    cancelled: Option<BoxFuture<'static, ()>>,
    trace: Trace,
    place: Place,
}

/// A place that is given back by the end or the deadline.
#[derive(Clone)]
struct Place(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Place {
    fn free(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// What is noted of a statement when it ends, however it ends.
struct Trace {
    entry: Option<AuditEntry>,
    audit: Audit,
    started: Instant,
    rows: u64,
    bytes: u64,
    outcome: &'static str,
}

impl Drop for Trace {
    fn drop(&mut self) {
        let Some(mut entry) = self.entry.take() else { return };
        entry.duration_us = u64::try_from(self.started.elapsed().as_micros()).ok();
        entry.rows = Some(self.rows);
        entry.bytes = Some(self.bytes);
        self.audit.note_now(entry.with("outcome", self.outcome));
    }
}

impl Running {
    /// A statement that has begun and may run for `most`.
    pub(crate) fn new(entry: AuditEntry, audit: Audit, place: OwnedSemaphorePermit, most: Duration) -> Self {
        let deadline = tokio::time::Instant::now() + most;
        let place = Place(Arc::new(Mutex::new(Some(place))));
        let waiting = place.clone();
        tokio::spawn(async move {
            tokio::time::sleep_until(deadline).await;
            waiting.free();
        });
        let trace = Trace { entry: Some(entry), audit, started: Instant::now(), rows: 0, bytes: 0, outcome: "left" };
        Self { deadline, cancelled: None, trace, place }
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
        self.trace.rows += 1;
        self.trace.bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
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
