//! What may be under way at one time: requests a second, requests at once and bytes in memory, by tenant and in all. A tenant that is loud
//! is refused; it takes no room that another has.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::limits::DoorLimits;
use super::refusal::Refusal;

/// The bounds of one tenant; as many are kept as there are tenants with a registration.
#[derive(Clone)]
struct Bounds {
    requests: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

pub(super) struct Gate {
    rate: DefaultKeyedRateLimiter<String>,
    tenants: Mutex<HashMap<String, Bounds>>,
    bytes: Arc<Semaphore>,
    judgements: Semaphore,
    tenant_requests: usize,
    tenant_bytes: usize,
}

/// One request's room; given back when dropped.
pub(super) struct Room {
    tenant: Bounds,
    all: Arc<Semaphore>,
    _request: OwnedSemaphorePermit,
    held: Vec<OwnedSemaphorePermit>,
}

impl Gate {
    pub(super) fn new(limits: &DoorLimits) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(limits.tenant_requests_per_second));
        let most = |wanted: usize| wanted.min(Semaphore::MAX_PERMITS);
        Self {
            rate: RateLimiter::keyed(quota.allow_burst(at_least_one(limits.tenant_burst_requests))),
            tenants: Mutex::default(),
            bytes: Arc::new(Semaphore::new(most(limits.buffered_bytes))),
            judgements: Semaphore::new(most(limits.concurrent_judgements.max(1))),
            tenant_requests: most(limits.tenant_concurrent_requests),
            tenant_bytes: most(limits.tenant_buffered_bytes),
        }
    }

    /// Lets one request of `tenant` in, or says why not.
    pub(super) fn enter(&self, tenant: &str) -> Result<Room, Refusal> {
        let name = tenant.to_owned();
        let now = DefaultClock::default().now();
        self.rate.check_key(&name).map_err(|not_until| Refusal::Rate { wait: not_until.wait_time_from(now) })?;
        let tenant = self.bounds(name);
        let request = tenant.requests.clone().try_acquire_owned();
        let _request = request.map_err(|_| Refusal::Crowded { setting: "tenant_concurrent_requests" })?;
        Ok(Room { tenant, all: self.bytes.clone(), _request, held: Vec::new() })
    }

    /// Waits for its turn to unpack or decode.
    pub(super) async fn judgement(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        self.judgements.acquire().await.map_err(|error| Refusal::Fault { detail: error.to_string() })
    }

    fn bounds(&self, tenant: String) -> Bounds {
        let mut tenants = self.tenants.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let bounds = || Bounds {
            requests: Arc::new(Semaphore::new(self.tenant_requests)),
            bytes: Arc::new(Semaphore::new(self.tenant_bytes)),
        };
        tenants.entry(tenant).or_insert_with(bounds).clone()
    }
}

impl Room {
    /// Room for `bytes` more.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), Refusal> {
        let hold = |of: &Arc<Semaphore>, setting| {
            let permits = u32::try_from(bytes).map_err(|_| Refusal::Crowded { setting })?;
            of.clone().try_acquire_many_owned(permits).map_err(|_| Refusal::Crowded { setting })
        };
        let of_tenant = hold(&self.tenant.bytes, "tenant_buffered_bytes")?;
        let of_all = hold(&self.all, "buffered_bytes")?;
        match self.held.as_mut_slice() {
            [tenant, all] => {
                tenant.merge(of_tenant);
                all.merge(of_all);
            }
            _ => self.held = vec![of_tenant, of_all],
        }
        Ok(())
    }
}
