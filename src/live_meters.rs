//! What landings and upkeep measure of themselves, for `/metrics`.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use quarterdeck_engine::retention::TableExpired;
use quarterdeck_engine::upkeep::TableSettled;
use quarterdeck_ingest::lander::Landing;

/// Upper bounds of the duration buckets, in seconds.
const SECONDS: [f64; 9] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 10.0];

/// The meters.
pub(crate) struct LiveMeters {
    deliveries: Counter,
    rows: Counter,
    wrong: Counter,
    landings: Histogram,
    landing_failures: Counter,
    settled_rows: Counter,
    settled_files: Counter,
    vacuumed_files: Counter,
    erased_rows: Counter,
    erased_files: Counter,
    expired_rows: Counter,
    upkeep_failures: Counter,
}

impl LiveMeters {
    pub(crate) fn new(registry: &mut Registry) -> Self {
        let counter = |registry: &mut Registry, name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let landings = Histogram::new(SECONDS);
        registry.register_with_unit("landing_duration", "Time of a landing", Unit::Seconds, landings.clone());
        Self {
            deliveries: counter(registry, "landed_deliveries", "Messages moved from the journal into the lake"),
            rows: counter(registry, "landed_rows", "Rows landed, over all tables"),
            wrong: counter(registry, "quarantined_records", "Records of messages that did not fit"),
            landings,
            landing_failures: counter(registry, "landing_failures", "Landings that failed and were tried again"),
            settled_rows: counter(registry, "settled_rows", "Rows written anew by settling"),
            settled_files: counter(registry, "settled_files", "Files that settling took out of tables"),
            vacuumed_files: counter(registry, "vacuumed_files", "Data files removed because no table names them"),
            erased_rows: counter(registry, "erased_rows", "Rows removed or blanked by erasures"),
            erased_files: counter(registry, "erased_files", "Data files removed because they held what was erased"),
            expired_rows: counter(registry, "expired_rows", "Rows removed because their class is kept no longer"),
            upkeep_failures: counter(registry, "upkeep_failures", "Rounds of upkeep that failed for a tenant"),
        }
    }

    pub(crate) fn landed(&self, landing: &Landing, elapsed: Duration) {
        self.deliveries.inc_by(u64::try_from(landing.deliveries).unwrap_or(u64::MAX));
        self.rows.inc_by(landing.rows.values().sum());
        self.wrong.inc_by(landing.wrong);
        self.landings.observe(elapsed.as_secs_f64());
    }

    pub(crate) fn landing_failed(&self) {
        self.landing_failures.inc();
    }

    pub(crate) fn settled(&self, settled: &TableSettled) {
        self.settled_rows.inc_by(u64::try_from(settled.rows).unwrap_or(u64::MAX));
        self.settled_files.inc_by(u64::try_from(settled.files_removed).unwrap_or(u64::MAX));
    }

    pub(crate) fn vacuumed(&self, files: usize) {
        self.vacuumed_files.inc_by(u64::try_from(files).unwrap_or(u64::MAX));
    }

    pub(crate) fn erased(&self, rows: u64, files: usize) {
        self.erased_rows.inc_by(rows);
        self.erased_files.inc_by(u64::try_from(files).unwrap_or(u64::MAX));
    }

    pub(crate) fn expired(&self, expired: &TableExpired) {
        self.expired_rows.inc_by(expired.rows);
    }

    pub(crate) fn upkeep_failed(&self) {
        self.upkeep_failures.inc();
    }
}
