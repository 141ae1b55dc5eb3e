//! A share of the engine's memory: what one session may take of it. Knows no query.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::common::DataFusionError;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::SessionContext;

/// Gives `context` a share of at most `bytes` of the memory that it had.
pub(crate) fn share(context: &SessionContext, bytes: usize) {
    let state = context.state();
    let runtime = state.runtime_env().as_ref().clone();
    let share = Share { whole: Arc::clone(&runtime.memory_pool), used: AtomicUsize::new(0), most: bytes };
    let runtime = RuntimeEnv { memory_pool: Arc::new(share), ..runtime };
    let state = SessionStateBuilder::new_from_existing(state).with_runtime_env(Arc::new(runtime)).build();
    *context.state_ref().write() = state;
}

/// A pool within a pool.
#[derive(Debug)]
struct Share {
    whole: Arc<dyn MemoryPool>,
    used: AtomicUsize,
    most: usize,
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "share of at most {} bytes of {}", self.most, self.whole)
    }
}

impl MemoryPool for Share {
    fn name(&self) -> &str {
        "share"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.whole.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.whole.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.used.fetch_add(additional, Ordering::Relaxed);
        self.whole.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.whole.shrink(reservation, shrink);
        self.used.fetch_sub(shrink, Ordering::Relaxed);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<(), DataFusionError> {
        let fits = |used: usize| used.checked_add(additional).filter(|used| *used <= self.most);
        if self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_err() {
            let message = format!(
                "{} asked for {additional} bytes more than its share of {} bytes has",
                reservation.consumer().name(),
                self.most
            );
            return Err(DataFusionError::ResourcesExhausted(message));
        }
        self.whole.try_grow(reservation, additional).inspect_err(|_| {
            self.used.fetch_sub(additional, Ordering::Relaxed);
        })
    }

    fn reserved(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.most)
    }
}
