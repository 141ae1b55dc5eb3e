//! The one thread that writes. It takes whatever waits, writes it as one batch with one fsync, and only then answers all of it. After a
//! failure it closes the store and opens it again when the fault may pass (no space), or stays closed (a failed fsync).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::super::{JournalError, JournalLimits, Position};
use super::Shared;
use super::ledger::{Admitted, Ledger};
use super::store::{Group, Store};

/// An entry to write.
pub(super) struct Append {
    pub tenant: String,
    pub value: Vec<u8>,
    pub answer: oneshot::Sender<Result<Position, JournalError>>,
    /// Its room in the queue, given back once it is answered.
    pub admitted: Admitted,
}

/// Entries to forget, with their sizes in bytes, in order.
pub(super) struct Forget {
    pub tenant: String,
    pub sizes: Vec<(Position, u64)>,
    pub answer: oneshot::Sender<Result<(), JournalError>>,
}

/// What the thread is asked to do.
pub(super) enum Request {
    Append(Append),
    Forget(Forget),
}

pub(super) struct Writer {
    folder: PathBuf,
    limits: JournalLimits,
    store: Shared,
    ledger: Arc<Ledger>,
    requests: mpsc::Receiver<Request>,
    /// When opening again was last tried.
    tried: Option<Instant>,
}

impl Writer {
    pub(super) fn new(
        folder: &Path,
        limits: &JournalLimits,
        store: Shared,
        ledger: Arc<Ledger>,
        requests: mpsc::Receiver<Request>,
    ) -> Self {
        Self { folder: folder.to_owned(), limits: limits.clone(), store, ledger, requests, tried: None }
    }

    /// Writes until nobody can ask any more.
    pub(super) fn run(mut self) {
        while let Some(first) = self.requests.blocking_recv() {
            let (appends, forgets) = self.take(first);
            match self.open_again_if_closed() {
                Ok(()) => self.write(appends, forgets),
                Err(why) => refuse(appends, forgets, &why),
            }
        }
        // Whoever reads still holds no store open that another process waits for.
        *self.store.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Err(super::closing());
    }

    /// `first` and what else waits, up to the size of a group.
    fn take(&mut self, first: Request) -> (Vec<Append>, Vec<Forget>) {
        let (mut appends, mut forgets, mut bytes) = (Vec::new(), Vec::new(), 0);
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Append(append) => {
                    bytes += append.value.len();
                    appends.push(append);
                }
                Request::Forget(forget) => forgets.push(forget),
            }
            let room = bytes < self.limits.group_bytes && appends.len() + forgets.len() < self.limits.group_entries;
            next = if room { self.requests.try_recv().ok() } else { None };
        }
        (appends, forgets)
    }

    fn write(&mut self, mut appends: Vec<Append>, forgets: Vec<Forget>) {
        let (group, positions) = self.group(&mut appends, &forgets);
        let written = match self.store.read().unwrap_or_else(|poisoned| poisoned.into_inner()).as_ref() {
            Ok(store) => store.write(group).map_err(|error| fault(&error)),
            Err(why) => Err(why.clone()),
        };
        if let Err(why) = written {
            tracing::error!(error = %why, "journal write failed");
            refuse(appends, forgets, &why);
            *self.store.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Err(why);
            return;
        }
        for (append, position) in appends.into_iter().zip(positions) {
            self.ledger.stored(&append.tenant, position, append.admitted.bytes);
            drop(append.admitted);
            let _ = append.answer.send(Ok(position));
        }
        for forget in forgets {
            let gone = self.new_to_forget(&forget);
            let (entries, bytes) = gone.fold((0, 0), |(entries, bytes), (_, size)| (entries + 1, bytes + size));
            let through = forget.sizes.last().map_or(0, |(position, _)| *position);
            self.ledger.forgot(&forget.tenant, through, entries, bytes);
            let _ = forget.answer.send(Ok(()));
        }
    }

    /// What the store is to write (the bytes of `appends` move there), and the positions of `appends`.
    fn group(&self, appends: &mut [Append], forgets: &[Forget]) -> (Group, Vec<Position>) {
        let mut group = Group::default();
        let mut positions = Vec::with_capacity(appends.len());
        let mut next: HashMap<String, Position> = HashMap::new();
        for append in appends {
            let next = next.entry(append.tenant.clone()).or_insert_with(|| self.ledger.next(&append.tenant));
            positions.push(*next);
            group.added.push((append.tenant.clone(), *next, std::mem::take(&mut append.value)));
            *next += 1;
        }
        for forget in forgets {
            group.removed.extend(self.new_to_forget(forget).map(|(position, _)| (forget.tenant.clone(), position)));
        }
        (group, positions)
    }

    /// Two may ask to forget the same entries; the second finds them gone.
    fn new_to_forget(&self, forget: &Forget) -> impl Iterator<Item = (Position, u64)> {
        let forgotten = self.ledger.forgotten(&forget.tenant);
        forget.sizes.iter().copied().filter(move |(position, _)| *position > forgotten)
    }

    /// Opens the store where it is closed and opening it may help, with a pause between attempts.
    fn open_again_if_closed(&mut self) -> Result<(), JournalError> {
        let why = match self.store.read().unwrap_or_else(|poisoned| poisoned.into_inner()).as_ref() {
            Ok(_) => return Ok(()),
            Err(why) => why.clone(),
        };
        let pause = Duration::from_millis(self.limits.reopen_ms);
        let too_soon = self.tried.is_some_and(|tried| tried.elapsed() < pause);
        if too_soon || matches!(why, JournalError::Closed { .. }) {
            return Err(why);
        }
        self.tried = Some(Instant::now());
        let opened = Store::open(&self.folder, &self.limits).and_then(|opened| {
            self.ledger.begin(opened.accounts()?);
            Ok(opened)
        });
        let outcome = opened.as_ref().map(|_| tracing::info!("journal open again")).map_err(Clone::clone);
        *self.store.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = opened;
        outcome
    }
}

/// What a failed write means. When the disk is full, or work in the background failed, nothing that was fsynced is in doubt and the store can
/// be opened again; when writing or fsync itself failed, what the kernel holds may not be what the disk holds.
fn fault(error: &fjall::Error) -> JournalError {
    match error {
        fjall::Error::Io(error) if full(error) => JournalError::unavailable("writing", "no space left on its disk"),
        fjall::Error::Poisoned => JournalError::unavailable("writing", "its background work failed (is its disk full?)"),
        error => JournalError::Closed { detail: error.to_string() },
    }
}

fn full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

fn refuse(appends: Vec<Append>, forgets: Vec<Forget>, why: &JournalError) {
    for append in appends {
        drop(append.admitted);
        let _ = append.answer.send(Err(why.clone()));
    }
    for forget in forgets {
        let _ = forget.answer.send(Err(why.clone()));
    }
}
