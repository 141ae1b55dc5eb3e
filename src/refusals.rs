//! What the door refused since it opened, by sender and reason, in memory: for data health. Only senders that are registered are counted,
//! and reasons are few words, so it stays small.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use quarterdeck_engine::health::Refused;
use quarterdeck_ingest::door::Registration;

/// Source, installation and reason.
type Cause = (String, String, &'static str);

/// Counts by tenant and cause.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<HashMap<String, BTreeMap<Cause, u64>>>);

impl Refusals {
    /// Counts one.
    pub(crate) fn count(&self, registration: &Registration, reason: &'static str) {
        let sender = (registration.source.clone(), registration.setting.instance.clone(), reason);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(registration.tenant.clone()).or_default().entry(sender).or_default() += 1;
    }

    /// Those of one tenant.
    pub(crate) fn of(&self, tenant: &str) -> Vec<Refused> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = |((source, instance, reason), count): (&Cause, &u64)| Refused {
            source: source.clone(),
            instance: instance.clone(),
            reason: (*reason).to_owned(),
            count: *count,
        };
        counts.get(tenant).map(|of_tenant| of_tenant.iter().map(refused).collect()).unwrap_or_default()
    }
}
