//! The centre: opens sessions for scopes. Nothing else touches object storage or makes DataFusion contexts over tenants' tables.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use moka::future::Cache;

use crate::calendar::book::CalendarKeeper;
use crate::catalog::{self, CATALOG, Givens, PUBLIC, Sight};
use crate::completeness::Arrivals;
use crate::contract::Contracts;
use crate::elsewhere::QueryThreads;
use crate::erasure::Searched;
use crate::error::{EngineError, Result};
use crate::functions::{self, Facts};
use crate::kept_calendars::KeptCalendars;
use crate::kept_rates::{AskedRates, KeptRates};
use crate::kpi::cells::Answers;
use crate::kpi::definition::Kpis;
use crate::lake::Lake;
use crate::lake::current::FileCaches;
use crate::lake::snapshot::TenantSnapshot;
use crate::library::{Library, LibraryFile};
use crate::limits::EngineLimits;
use crate::policy::Policy;
use crate::profile::TenantProfile;
use crate::scope::{Scope, TenantId};
use crate::session::Session;

/// The engine: one a process, cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) lake: Lake,
    pub(crate) library: Arc<Library>,
    pub(crate) contracts: Arc<Contracts>,
    kpis: Arc<Kpis>,
    views: Arc<BTreeMap<String, LibraryFile>>,
    limits: Arc<EngineLimits>,
    /// Functions, settings and rules, of which every session begins; holds no table.
    beginning: Arc<SessionState>,
    snapshots: Cache<TenantId, KeptSnapshot>,
    caches: FileCaches,
    answers: Answers,
    arrivals: Arrivals,
    calendars: KeptCalendars,
    rates: KeptRates,
    pub(crate) searched: Searched,
}

/// A snapshot, when it was opened and when its logs were last looked at.
#[derive(Clone)]
struct KeptSnapshot {
    snapshot: Arc<TenantSnapshot>,
    opened: Instant,
    looked: Instant,
}

impl Engine {
    /// Reads the library and prepares to open tenants of `lake`.
    ///
    /// # Errors
    /// [`EngineError::File`] for the first table or KPI file that cannot be read.
    pub fn new(lake: Lake, library: Library, limits: EngineLimits) -> Result<Self> {
        let contracts = Arc::new(Contracts::read(&library)?);
        let kpis = Arc::new(Kpis::read(&library)?);
        let views = catalog::views(&library);
        catalog::refuse_circles(&views)?;
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory_pool_bytes)))
            .build_arc()
            .map_err(unprepared)?;
        let threads = Arc::new(QueryThreads::start()?);
        let beginning = beginning(runtime, &threads).map_err(unprepared)?;
        Ok(Self {
            views: Arc::new(views),
            answers: Answers::new(limits.answer_cache_bytes),
            arrivals: Arrivals::default(),
            searched: Searched::default(),
            beginning: Arc::new(beginning),
            calendars: KeptCalendars::none(&limits),
            rates: KeptRates::new(&limits),
            snapshots: Cache::new(limits.open_tenants),
            caches: FileCaches::new(limits.file_cache_bytes),
            lake,
            library: Arc::new(library),
            contracts,
            kpis,
            limits: Arc::new(limits),
        })
    }

    /// The same engine, with the business calendars that `keeper` keeps.
    #[must_use]
    pub fn with_calendars(mut self, keeper: Arc<dyn CalendarKeeper>) -> Self {
        self.calendars = KeptCalendars::of(keeper, &self.limits);
        self
    }

    /// Opens a session of `scope` over `tenant` as known at `as_of`, or now.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when the scope does not hold the tenant, [`EngineError::Storage`] when its logs cannot be read.
    pub async fn session(
        &self,
        scope: &Scope,
        tenant: &str,
        profile: TenantProfile,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Session> {
        let tenant = scope.tenant(tenant)?;
        let snapshot = self.snapshot(tenant).await?;
        let policy = Arc::clone(scope.policy(tenant)?);
        let facts = self.facts(tenant, &snapshot, &policy, &profile, as_of).await?;
        self.session_over(tenant, self.sight(snapshot, policy, facts, profile, as_of))
    }

    /// A session over what happened before `profile.now`, whenever it was learnt: imported history, as it would have been known had each record
    /// been told when it happened.
    ///
    /// # Errors
    /// As [`Engine::session`].
    pub(crate) async fn session_over_history(&self, scope: &Scope, tenant: &str, profile: TenantProfile) -> Result<Session> {
        let tenant = scope.tenant(tenant)?;
        let snapshot = Arc::new(self.snapshot(tenant).await?.before(profile.now));
        let policy = Arc::clone(scope.policy(tenant)?);
        let facts = self.facts(tenant, &snapshot, &policy, &profile, None).await?;
        self.session_over(tenant, self.sight(snapshot, policy, facts, profile, None))
    }

    /// `session` with what has landed since, or as known at another time: its context, with whatever was registered in it, is the same.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the tenant's logs cannot be read.
    pub async fn renewed(&self, session: &Session, profile: TenantProfile, as_of: Option<DateTime<Utc>>) -> Result<Session> {
        let snapshot = self.snapshot(&session.tenant).await?;
        let facts = self.facts(&session.tenant, &snapshot, &session.policy, &profile, as_of).await?;
        functions::register(&mut *session.context.state_ref().write(), &facts).map_err(unprepared)?;
        let calendars = Arc::clone(&facts.calendars);
        let sight = self.sight(Arc::clone(&snapshot), Arc::clone(&session.policy), facts, profile.clone(), as_of);
        session.sights.look(sight);
        Ok(Session { snapshot, calendars, profile, as_of, ..session.clone() })
    }

    /// A session over no rows at all, to plan files with.
    ///
    /// # Errors
    /// [`EngineError::Query`] when the query engine cannot be prepared.
    pub fn empty_session(&self, profile: TenantProfile) -> Result<Session> {
        let (everything, facts) = (Arc::new(Policy::everything()), Facts::neutral(profile.now));
        let sight = self.sight(Arc::new(TenantSnapshot::empty()), everything, facts, profile, None);
        self.session_over(&TenantId::parse("nobody")?, sight)
    }

    fn session_over(&self, tenant: &TenantId, sight: Sight) -> Result<Session> {
        let (snapshot, policy) = (Arc::clone(&sight.snapshot), Arc::clone(&sight.policy));
        let (calendars, profile, as_of) = (Arc::clone(&sight.facts.calendars), sight.profile.clone(), sight.as_of);
        let givens = Givens {
            tenant: tenant.clone(),
            kpis: Arc::clone(&self.kpis),
            limits: Arc::clone(&self.limits),
            answers: self.answers.clone(),
            arrivals: self.arrivals.clone(),
        };
        let opened = catalog::context(sight, givens).map_err(EngineError::query("opening a session"))?;
        let (context, sights) = opened;
        Ok(Session {
            context,
            sights,
            policy,
            tenant: tenant.clone(),
            profile,
            as_of,
            snapshot,
            calendars,
            kpis: Arc::clone(&self.kpis),
            limits: Arc::clone(&self.limits),
            answers: self.answers.clone(),
            arrivals: self.arrivals.clone(),
            caches: self.caches.clone(),
            contracts: Arc::clone(&self.contracts),
            views: Arc::clone(&self.views),
        })
    }

    fn sight(
        &self,
        snapshot: Arc<TenantSnapshot>,
        policy: Arc<Policy>,
        facts: Facts,
        profile: TenantProfile,
        as_of: Option<DateTime<Utc>>,
    ) -> Sight {
        Sight {
            as_of,
            policy,
            snapshot,
            caches: self.caches.clone(),
            contracts: Arc::clone(&self.contracts),
            views: Arc::clone(&self.views),
            beginning: Arc::clone(&self.beginning),
            facts,
            profile,
        }
    }

    /// What functions answer by, to those who see `policy` of the tenant.
    async fn facts(
        &self,
        tenant: &TenantId,
        snapshot: &TenantSnapshot,
        policy: &Arc<Policy>,
        profile: &TenantProfile,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Facts> {
        let calendars = self.calendars.as_known(tenant, as_of).await?;
        let asked = AskedRates { tenant, snapshot, policy, as_of, caches: &self.caches, planning: &self.beginning };
        let rates = self.rates.of(&asked, &self.contracts).await?;
        Ok(Facts { now: profile.now, zone: profile.zone, calendars, rates })
    }

    /// When the tenant's first records landed; none before that.
    pub(crate) async fn first_landing(&self, tenant: &TenantId) -> Result<Option<DateTime<Utc>>> {
        Ok(self.snapshot(tenant).await?.first_landing())
    }

    /// What is kept of files.
    pub(crate) fn caches(&self) -> &FileCaches {
        &self.caches
    }

    /// Makes the next session open the tenant's tables anew.
    pub(crate) async fn reopen(&self, tenant: &TenantId) {
        self.snapshots.invalidate(tenant).await;
    }

    /// The tables' contracts.
    pub fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    /// The KPIs.
    pub fn kpis(&self) -> &Kpis {
        &self.kpis
    }

    /// The names of the views.
    pub fn views(&self) -> impl Iterator<Item = &str> {
        self.views.keys().map(String::as_str)
    }

    /// The library that the engine was made from.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// What queries run in.
    pub(crate) fn runtime(&self) -> &Arc<RuntimeEnv> {
        self.beginning.runtime_env()
    }

    /// Functions and settings of nobody, no tables.
    ///
    /// # Errors
    /// [`EngineError::Query`] when the query engine cannot be prepared.
    pub(crate) fn planning(&self, now: DateTime<Utc>) -> Result<SessionState> {
        catalog::planning(&self.beginning, &Facts::neutral(now)).map_err(unprepared)
    }

    /// The newest consistent cut of the tenant's tables; looked at anew when older than [`EngineLimits::snapshot_age_ms`].
    pub(crate) async fn snapshot(&self, tenant: &TenantId) -> Result<Arc<TenantSnapshot>> {
        let kept = self.snapshots.get(tenant).await;
        if let Some(kept) = &kept {
            let fresh = kept.looked.elapsed() < Duration::from_millis(self.limits.snapshot_age_ms);
            let serves = kept.opened.elapsed() < Duration::from_millis(self.limits.snapshot_reopen_ms);
            if serves && (fresh || kept.snapshot.is_fresh(&self.lake, tenant).await?) {
                if !fresh {
                    self.snapshots.insert(tenant.clone(), KeptSnapshot { looked: Instant::now(), ..kept.clone() }).await;
                }
                return Ok(Arc::clone(&kept.snapshot));
            }
        }
        let before = kept.as_ref().map(|kept| kept.snapshot.as_ref());
        let snapshot = Arc::new(TenantSnapshot::open(&self.lake, tenant, &self.contracts, before, self.runtime()).await?);
        let now = Instant::now();
        self.snapshots.insert(tenant.clone(), KeptSnapshot { snapshot: Arc::clone(&snapshot), opened: now, looked: now }).await;
        Ok(snapshot)
    }
}

fn unprepared(error: DataFusionError) -> EngineError {
    EngineError::query("preparing the query engine")(error)
}

fn beginning(runtime: Arc<RuntimeEnv>, threads: &Arc<QueryThreads>) -> Result<SessionState, DataFusionError> {
    let config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, PUBLIC)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true);
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_physical_optimizer_rule(threads.rule())
        .build();
    let mut context = SessionContext::new_with_state(state);
    functions::register_json(&mut context)?;
    let mut state = context.state();
    functions::register_postgres(&mut state)?;
    Ok(state)
}
