//! Registrations of live sources as the door asks for them: from the control store, remembered for a few seconds, so that a message costs
//! no query and a revocation is obeyed within five. Remembers that there is none, too. Knows no HTTP.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use quarterdeck_control::{Control, LiveRegistration};
use quarterdeck_ingest::door::{Registration, Registrations, Unreachable};
use quarterdeck_ingest::sources::Setting;

use crate::refusals::Refusals;

/// How long an answer serves, counted from before it was asked for: whatever is revoked is refused that much later at most.
const REMEMBERED: Duration = Duration::from_secs(3);
/// Most registrations, and as many keys without one, that are remembered at a time.
const REMEMBERED_MAX: usize = 4096;
/// Source and key together; what is longer is no registration's and not worth remembering.
const ADDRESS_MAX_BYTES: usize = 256;

type Address = (String, String);

/// Registrations of a control store.
pub(crate) struct KeptRegistrations {
    control: Control,
    /// Apart from `missed`, so that guessed keys push out no good ones.
    found: Mutex<Memory<Registration>>,
    missed: Mutex<Memory<()>>,
    refusals: Refusals,
}

impl KeptRegistrations {
    pub(crate) fn new(control: Control) -> Self {
        Self { control, found: Mutex::default(), missed: Mutex::default(), refusals: Refusals::default() }
    }

    /// What was refused of known senders.
    pub(crate) fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// The registration that serves at `now`.
    async fn find_at(&self, source: &str, key: &str, now: Instant) -> Result<Option<Registration>, Unreachable> {
        if source.len() + key.len() > ADDRESS_MAX_BYTES {
            return Ok(None);
        }
        let address = (source.to_owned(), key.to_owned());
        if let Some(registration) = recall(&self.found, &address, now) {
            return Ok(Some(registration));
        }
        if recall(&self.missed, &address, now).is_some() {
            return Ok(None);
        }
        // The error is of the store and names neither key nor secret.
        let found = self.control.find_registration(source, key).await.map_err(|error| Unreachable(error.to_string()))?;
        let registration = found.map(for_door);
        match &registration {
            Some(registration) => remember(&self.found, address, registration.clone(), now),
            None => remember(&self.missed, address, (), now),
        }
        Ok(registration)
    }
}

#[async_trait]
impl Registrations for KeptRegistrations {
    async fn find(&self, source: &str, key: &str) -> Result<Option<Registration>, Unreachable> {
        self.find_at(source, key, Instant::now()).await
    }

    fn refused(&self, registration: &Registration, reason: &'static str) {
        self.refusals.count(registration, reason);
    }
}

fn for_door(live: LiveRegistration) -> Registration {
    let LiveRegistration { registration, secrets } = live;
    Registration {
        tenant: registration.tenant_id,
        source: registration.source,
        setting: Setting { instance: registration.instance, zone: registration.zone, currency: registration.currency },
        secrets: secrets.into_iter().map(|live| live.secret.as_bytes().to_vec()).collect(),
        require_signature: registration.require_signature,
    }
}

/// Answers, each with the instant before which it was asked for.
struct Memory<T>(HashMap<Address, (Instant, T)>);

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

fn recall<T: Clone>(memory: &Mutex<Memory<T>>, address: &Address, now: Instant) -> Option<T> {
    let memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    memory.0.get(address).filter(|(asked_at, _)| serves(*asked_at, now)).map(|(_, answer)| answer.clone())
}

fn remember<T>(memory: &Mutex<Memory<T>>, address: Address, answer: T, asked_at: Instant) {
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    if memory.0.len() >= REMEMBERED_MAX {
        memory.0.retain(|_, (earlier, _)| serves(*earlier, asked_at));
    }
    // Full of what still serves: forgetting all of it costs a query each, and keeps this in bounds.
    if memory.0.len() >= REMEMBERED_MAX {
        memory.0.clear();
    }
    memory.0.insert(address, (asked_at, answer));
}

fn serves(asked_at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(asked_at) < REMEMBERED
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use quarterdeck_control::{IssuedRegistration, RegistrationRequest, SigningSecret, Tenant};

    use super::*;

    fn at() -> DateTime<Utc> {
        "2026-11-22T08:00:00Z".parse().unwrap()
    }

    async fn stage() -> (KeptRegistrations, IssuedRegistration) {
        let control = Control::in_memory().await.unwrap();
        control.ensure_tenant(&Tenant::new("gifts", "Gifts", "EUR", chrono_tz::UTC, "en")).await.unwrap();
        let request = RegistrationRequest {
            tenant_id: "gifts".into(),
            source: "shopify".into(),
            instance: "gifts.myshopify.com".into(),
            zone: chrono_tz::Europe::Berlin,
            currency: Some("EUR".into()),
            require_signature: false,
            secret: Some(SigningSecret::new("hush").unwrap()),
        };
        let issued = control.create_registration(&request, at()).await.unwrap();
        (KeptRegistrations::new(control), issued)
    }

    #[tokio::test]
    async fn what_the_door_needs_is_found() {
        let (registrations, issued) = stage().await;
        let expected = Registration {
            tenant: "gifts".into(),
            source: "shopify".into(),
            setting: Setting {
                instance: "gifts.myshopify.com".into(),
                zone: chrono_tz::Europe::Berlin,
                currency: Some("EUR".into()),
            },
            secrets: vec![b"hush".to_vec()],
            require_signature: true,
        };
        assert_eq!(registrations.find("shopify", &issued.key).await.unwrap(), Some(expected));
        assert_eq!(registrations.find("stripe", &issued.key).await.unwrap(), None);
        assert_eq!(registrations.find("shopify", &"x".repeat(10_000)).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_refused_is_counted_by_reason() {
        let (registrations, issued) = stage().await;
        let found = registrations.find("shopify", &issued.key).await.unwrap().unwrap();
        for reason in ["signature", "rate", "signature"] {
            registrations.refused(&found, reason);
        }
        let refused = registrations.refusals().of("gifts");
        let counts = refused.iter().map(|refused| (refused.reason.as_str(), refused.count)).collect::<Vec<_>>();
        assert_eq!(counts, [("rate", 1), ("signature", 2)]);
        assert_eq!((refused[0].source.as_str(), refused[0].instance.as_str()), ("shopify", "gifts.myshopify.com"));
        assert!(registrations.refusals().of("others").is_empty());
    }

    #[tokio::test]
    async fn a_revocation_is_obeyed_within_seconds() {
        let (registrations, issued) = stage().await;
        let start = Instant::now();
        let is_found =
            async |later: Duration| registrations.find_at("shopify", &issued.key, start + later).await.unwrap().is_some();
        assert!(is_found(Duration::ZERO).await);
        registrations.control.revoke_registration(&issued.id, at()).await.unwrap();
        assert!(is_found(REMEMBERED - Duration::from_millis(1)).await, "remembered: no query");
        assert!(!is_found(REMEMBERED).await);
        assert!(REMEMBERED < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn a_secret_counts_within_seconds() {
        let (registrations, issued) = stage().await;
        let start = Instant::now();
        registrations.find_at("shopify", &issued.key, start).await.unwrap();
        registrations.control.add_secret(&issued.id, &SigningSecret::new("new").unwrap(), at()).await.unwrap();
        let later = registrations.find_at("shopify", &issued.key, start + REMEMBERED).await.unwrap().unwrap();
        assert_eq!(later.secrets.len(), 2);
    }

    #[tokio::test]
    async fn guessed_keys_are_bounded_and_push_out_no_good_ones() {
        let (registrations, issued) = stage().await;
        let start = Instant::now();
        registrations.find_at("shopify", &issued.key, start).await.unwrap();
        for guess in 0..=REMEMBERED_MAX {
            assert!(registrations.find_at("shopify", &format!("{guess:064}"), start).await.unwrap().is_none());
        }
        assert!(registrations.missed.lock().unwrap().0.len() <= REMEMBERED_MAX);
        registrations.control.close().await;
        assert!(registrations.find_at("shopify", &issued.key, start).await.unwrap().is_some(), "remembered: no query");
        let last = format!("{REMEMBERED_MAX:064}");
        assert!(registrations.find_at("shopify", &last, start).await.unwrap().is_none(), "remembered: no query");
        assert!(registrations.find_at("shopify", &issued.key, start + REMEMBERED).await.is_err(), "and nothing is made up");
    }
}
