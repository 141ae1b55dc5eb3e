//! What handlers share: the engine, the control store, the pages, the meters. Made once by the binary.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use prometheus_client::registry::Registry;
use quarterdeck_control::Control;
use quarterdeck_engine::kpi::frame::KpiFrame;
use quarterdeck_engine::profile::TenantProfile;
use quarterdeck_engine::{Engine, EngineError};
use quarterdeck_wire::Analysts;
use tokio::sync::Semaphore;

use crate::client::Front;
use crate::limits::HttpLimits;
use crate::live_health::LiveHealth;
use crate::meters::Meters;
use crate::pages::Pages;
use crate::sign_in::provider::ProviderClient;

/// Tells the time; only the binary knows the real one.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The door's state, cheap to clone.
#[derive(Clone)]
pub struct Dashboards {
    pub(crate) engine: Engine,
    pub(crate) control: Control,
    pub(crate) pages: Arc<Pages>,
    pub(crate) dimensions: Arc<BTreeMap<String, Vec<String>>>,
    pub(crate) clock: Clock,
    pub(crate) limits: HttpLimits,
    pub(crate) questions: Arc<Semaphore>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) titles: Arc<BTreeMap<String, String>>,
    pub(crate) live: Option<Arc<dyn LiveHealth>>,
    pub(crate) front: Front,
    pub(crate) provider_client: ProviderClient,
    pub(crate) analysts: Option<Analysts>,
}

impl Dashboards {
    /// Gathers what handlers need; `registry` holds what others measure, and is shown at `/metrics` with the door's own; every KPI is planned once, so that a broken file stops the start and not a reader.
    ///
    /// # Errors
    /// The first KPI that cannot be planned.
    pub async fn new(
        engine: Engine,
        control: Control,
        pages: Pages,
        clock: Clock,
        limits: HttpLimits,
        registry: Registry,
    ) -> Result<Self, EngineError> {
        let session = engine.empty_session(TenantProfile::neutral(clock()))?;
        let mut dimensions = BTreeMap::new();
        for kpi in engine.kpis().iter() {
            dimensions.insert(kpi.id.clone(), KpiFrame::plan(&session, kpi).await?.dimensions);
        }
        Ok(Self {
            questions: Arc::new(Semaphore::new(limits.concurrent_questions)),
            meters: Arc::new(Meters::new(registry)),
            dimensions: Arc::new(dimensions),
            pages: Arc::new(pages),
            engine,
            control,
            clock,
            limits,
            titles: Arc::default(),
            live: None,
            front: Front::default(),
            provider_client: Arc::new(|_| Box::pin(async { Err(std::io::Error::other("this door asks no identity provider")) })),
            analysts: None,
        })
    }

    /// With the names of sources for readers, and what is known of their live side.
    #[must_use]
    pub fn with_sources(self, titles: BTreeMap<String, String>, live: Arc<dyn LiveHealth>) -> Self {
        Self { titles: Arc::new(titles), live: Some(live), ..self }
    }

    /// With what stands before the door, and what asks identity providers.
    #[must_use]
    pub fn with_front(self, front: Front, provider_client: ProviderClient) -> Self {
        Self { front, provider_client, ..self }
    }

    /// With the door for SQL.
    #[must_use]
    pub fn with_analysts(self, analysts: Analysts) -> Self {
        Self { analysts: Some(analysts), ..self }
    }
}
