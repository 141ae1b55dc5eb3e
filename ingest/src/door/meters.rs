//! What the door counts, by source: never by tenant, of which there may be thousands.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    source: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    source: &'static str,
    reason: &'static str,
}

/// Upper bounds of the acknowledgement buckets, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The meters of the door.
#[derive(Clone)]
pub struct DoorMeters {
    accepted: Family<Of, Counter>,
    refused: Family<Refused, Counter>,
    bytes: Family<Of, Counter>,
    acknowledgement: Family<Of, Histogram>,
}

impl DoorMeters {
    /// Meters that `registry` shows.
    pub fn new(registry: &mut Registry) -> Self {
        let acknowledgement: Family<Of, Histogram> = Family::new_with_constructor(|| Histogram::new(SECONDS));
        let meters = Self { accepted: Family::default(), refused: Family::default(), bytes: Family::default(), acknowledgement };
        registry.register("ingest_accepted", "Messages acknowledged", meters.accepted.clone());
        registry.register("ingest_refused", "Messages refused", meters.refused.clone());
        registry.register_with_unit("ingest_received", "Bodies acknowledged, as sent", Unit::Bytes, meters.bytes.clone());
        let about = "Time from a request's head to its acknowledgement";
        registry.register_with_unit("ingest_acknowledgement", about, Unit::Seconds, meters.acknowledgement.clone());
        meters
    }

    pub(super) fn accepted(&self, source: &'static str, bytes: usize, elapsed: Duration) {
        let of = Of { source };
        self.accepted.get_or_create(&of).inc();
        self.bytes.get_or_create(&of).inc_by(bytes as u64);
        self.acknowledgement.get_or_create(&of).observe(elapsed.as_secs_f64());
    }

    pub(super) fn refused(&self, source: &'static str, reason: &'static str) {
        self.refused.get_or_create(&Refused { source, reason }).inc();
    }
}
