//! Live ingest while serving: the journal, the door, and what moves records on in the background: landings, settling, removal of old files.
//! Wiring alone; each does its own work elsewhere.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use prometheus_client::registry::Registry;
use quarterdeck_control::{Control, TenantErasure};
use quarterdeck_engine::landing::TenantSink;
use quarterdeck_engine::profile::TenantProfile;
use quarterdeck_engine::scope::TenantId;
use quarterdeck_engine::{Engine, EngineError};
use quarterdeck_ingest::IngestError;
use quarterdeck_ingest::door::{self, DoorMeters, DoorState};
use quarterdeck_ingest::journal::{Journal, LocalJournal};
use quarterdeck_ingest::lander::{Landing, land};
use quarterdeck_ingest::limits::IngestLimits;
use quarterdeck_ingest::sources;

use crate::clock;
use crate::config::{Config, UpkeepConfig};
use crate::door_health::DoorHealth;
use crate::home::Home;
use crate::kept_totals::KeptTotals;
use crate::live_meters::LiveMeters;
use crate::registrations::KeptRegistrations;
use crate::tenant_end;

/// What runs beside the doors.
pub(crate) struct Live {
    journal: Arc<dyn Journal>,
    health: Arc<DoorHealth>,
    engine: Engine,
    control: Control,
    limits: IngestLimits,
    landing_interval: Duration,
    upkeep: UpkeepConfig,
    meters: LiveMeters,
    /// Tenants that a landing is under way for: each has one at a time, so that none waits for another.
    landing: Mutex<HashSet<String>>,
    /// Tenants that were ended: nothing of theirs lands any more.
    ended: Mutex<HashSet<String>>,
}

/// Opens the journal, and makes the door before it.
pub(crate) async fn open(config: &Config, home: &Home, registry: &mut Registry) -> Result<(Arc<Live>, Router)> {
    let journal = journal(config).await?;
    let registrations = Arc::new(KeptRegistrations::new(home.control.clone()));
    let health =
        DoorHealth { registrations: Arc::clone(&registrations), journal: Arc::clone(&journal), open_since: clock::now() };
    let state = DoorState {
        registrations,
        journal: Arc::clone(&journal),
        totals: Arc::new(KeptTotals::new(home.control.clone(), home.engine.clone())),
        limits: config.door_limits.clone(),
        clock: clock::now,
        meters: DoorMeters::new(registry),
        sources: sources::named,
    };
    let live = Live {
        journal,
        health: Arc::new(health),
        engine: home.engine.clone(),
        control: home.control.clone(),
        limits: config.ingest_limits.clone(),
        landing_interval: Duration::from_millis(config.landing.interval_ms.max(1)),
        upkeep: config.upkeep.clone(),
        meters: LiveMeters::new(registry),
        landing: Mutex::default(),
        ended: Mutex::default(),
    };
    live.hear_of_ends().await?;
    Ok((Arc::new(live), door::router(state)))
}

/// Opens the journal that `config` names.
pub(crate) async fn journal(config: &Config) -> Result<Arc<dyn Journal>> {
    #[cfg(feature = "nats")]
    if let Some(nats) = &config.journal.nats {
        let journal = quarterdeck_ingest::journal::NatsJournal::open(nats, &config.journal_limits).await?;
        return Ok(Arc::new(journal));
    }
    let folder = config.journal.folder.clone().unwrap_or_else(|| config.home.join("journal"));
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the journal's folder {}", folder.display()))?;
    Ok(Arc::new(LocalJournal::open(&folder, &config.journal_limits)?))
}

impl Live {
    /// What data health asks of the door and the journal.
    pub(crate) fn health(&self) -> Arc<DoorHealth> {
        Arc::clone(&self.health)
    }

    /// Lands what waits, again and again, until the process ends.
    pub(crate) async fn land_for_ever(self: Arc<Self>) {
        let mut interval = tokio::time::interval(self.landing_interval);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            match self.journal.tenants().await {
                Ok(tenants) => tenants.into_iter().for_each(|tenant| self.start_landing(tenant)),
                Err(error) => tracing::error!(%error, "the journal cannot say who waits"),
            }
        }
    }

    fn start_landing(self: &Arc<Self>, tenant: String) {
        if self.ended.lock().unwrap_or_else(PoisonError::into_inner).contains(&tenant)
            || !self.landing.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.clone())
        {
            return;
        }
        let live = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = live.land_all(&tenant).await {
                live.meters.landing_failed();
                tracing::error!(tenant = %tenant, %error, "a landing failed and will be tried again");
            }
            live.landing.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
        });
    }

    /// Lands until nothing waits.
    async fn land_all(&self, tenant: &str) -> Result<()> {
        let id = TenantId::parse(tenant)?;
        let sink = TenantSink::new(self.engine.clone(), id, TenantProfile::neutral(clock::now()));
        loop {
            let started = Instant::now();
            match land(self.journal.as_ref(), tenant, &sink, &self.limits, &clock::now).await {
                Ok(Some(landing)) => self.note(&landing, started.elapsed()),
                Ok(None) => return Ok(()),
                // Another node has landed the same messages: that is as good.
                Err(IngestError::Engine(EngineError::Outrun { .. })) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn note(&self, landing: &Landing, elapsed: Duration) {
        self.meters.landed(landing, elapsed);
        tracing::debug!(deliveries = landing.deliveries, wrong = landing.wrong, elapsed_ms = elapsed.as_millis(), "landed");
    }

    /// Settles tables and removes old files, again and again, until the process ends.
    pub(crate) async fn keep_up_for_ever(self: Arc<Self>) {
        let mut interval = tokio::time::interval(Duration::from_millis(self.upkeep.interval_ms.max(1)));
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let vacuum_every = Duration::from_millis(self.upkeep.vacuum_interval_ms.max(1));
        let mut vacuumed = Instant::now();
        let expire_every = Duration::from_millis(self.upkeep.retention_interval_ms.max(1));
        let mut expired: Option<Instant> = None;
        let mut scrubbed: Option<DateTime<Utc>> = None;
        loop {
            interval.tick().await;
            let due = vacuumed.elapsed() >= vacuum_every;
            if due {
                vacuumed = Instant::now();
            }
            let expire = expired.is_none_or(|expired| expired.elapsed() >= expire_every);
            if expire {
                expired = Some(Instant::now());
            }
            if let Err(error) = self.end_tenants().await {
                self.meters.upkeep_failed();
                tracing::error!(%error, "the end of a tenant failed and will be tried again");
            }
            let tenants = match self.control.tenants().await {
                Ok(tenants) => tenants,
                Err(error) => {
                    tracing::error!(%error, "upkeep cannot read the tenants");
                    continue;
                }
            };
            let mut erased = scrubbed;
            for tenant in tenants {
                match self.keep_up(&tenant.id, due, expire).await {
                    Ok(last) => erased = erased.max(last),
                    Err(error) => {
                        self.meters.upkeep_failed();
                        tracing::error!(tenant = %tenant.id, %error, "upkeep failed and will be tried again");
                    }
                }
            }
            // What was erased since had come through the journal.
            if erased > scrubbed {
                match self.journal.scrub().await {
                    Ok(()) => scrubbed = erased,
                    Err(error) => tracing::error!(%error, "the journal may still hold what was erased"),
                }
            }
        }
    }

    /// Answers when something of the tenant was last erased.
    async fn keep_up(&self, tenant: &str, vacuum: bool, expire: bool) -> Result<Option<DateTime<Utc>>> {
        let id = TenantId::parse(tenant)?;
        self.erase(&id).await?;
        if expire {
            for expired in self.engine.expire(&id, &self.upkeep.retention_days, clock::now()).await? {
                self.meters.expired(&expired);
                tracing::info!(tenant = %id, table = %expired.table, rows = expired.rows, "rows are kept no longer");
            }
        }
        for settled in self.engine.settle(&id, self.upkeep.settle_parts, clock::now()).await? {
            self.meters.settled(&settled);
            tracing::debug!(table = %settled.table, rows = settled.rows, files = settled.files_removed, "settled");
        }
        self.engine.trim_logs(&id, clock::now() - TimeDelta::milliseconds(self.upkeep.keep_log_ms)).await?;
        if vacuum {
            let removed = self.engine.vacuum(&id, Duration::from_millis(self.upkeep.keep_files_ms)).await?;
            self.meters.vacuumed(removed);
        }
        let erasures = self.engine.erasures(&id, clock::now()).await?;
        Ok(erasures.iter().filter_map(|erasure| erasure.erased_at).max())
    }

    /// Learns which tenants were ended; answers those whose end is not proven.
    async fn hear_of_ends(&self) -> Result<Vec<TenantErasure>> {
        let mut ends = self.control.tenant_erasures().await?;
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = ends.iter().map(|end| end.tenant_id.clone()).collect();
        ends.retain(|end| end.proven_at.is_none());
        Ok(ends)
    }

    /// Goes on with the end of tenants.
    async fn end_tenants(&self) -> Result<()> {
        let grace = Duration::from_millis(self.upkeep.keep_files_ms);
        for end in self.hear_of_ends().await? {
            // A landing that had begun writes to its end.
            if self.landing.lock().unwrap_or_else(PoisonError::into_inner).contains(&end.tenant_id) {
                continue;
            }
            let noted = tenant_end::round(&self.engine, &self.control, Some(self.journal.as_ref()), &end, grace).await?;
            let files = noted.gone.files.saturating_sub(end.gone.files);
            self.meters.erased(noted.gone.control_rows.saturating_sub(end.gone.control_rows), usize::try_from(files)?);
        }
        Ok(())
    }

    /// Erases whom sources ask to erase, and copies that have come since.
    async fn erase(&self, tenant: &TenantId) -> Result<()> {
        let mut asked = self.engine.asked_erasures(tenant, clock::now()).await?;
        asked.retain(|request| request.subject.record.is_some() || self.upkeep.erase_installations);
        let mut rows = 0;
        if !asked.is_empty() {
            let erased = self.engine.erase(tenant, &asked, &clock::now).await?;
            rows += erased.iter().map(|one| one.counts.rows_removed + one.counts.rows_blanked).sum::<u64>();
            tracing::info!(%tenant, requests = asked.len(), "erased what sources asked to erase");
        }
        rows += self.engine.resume_erasures(tenant, &clock::now).await?;
        let keep = Duration::from_millis(self.upkeep.keep_files_ms);
        let files = self.engine.remove_erased_files(tenant, keep, clock::now()).await?;
        self.meters.erased(rows, files);
        Ok(())
    }
}
