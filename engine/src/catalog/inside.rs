//! A session within a session: what asks about KPIs while a statement is planned, over the sight that the statement has. Knows no schema.

use std::fmt;
use std::sync::Arc;

use datafusion::catalog::SchemaProvider;
use datafusion::common::DataFusionError;

use super::{PUBLIC, Sights, over};
use crate::completeness::Arrivals;
use crate::error::EngineError;
use crate::kpi::cells::Answers;
use crate::kpi::definition::{KpiDefinition, Kpis};
use crate::limits::EngineLimits;
use crate::scope::TenantId;
use crate::session::Session;

/// What the engine gives to every session that it opens.
#[derive(Clone)]
pub struct Givens {
    pub(crate) tenant: TenantId,
    pub(crate) kpis: Arc<Kpis>,
    pub(crate) limits: Arc<EngineLimits>,
    pub(crate) answers: Answers,
    pub(crate) arrivals: Arrivals,
}

/// What opens such sessions.
#[derive(Clone)]
pub(super) struct Inside {
    pub(super) givens: Givens,
    pub(super) sights: Sights,
    pub(super) public: Arc<dyn SchemaProvider>,
}

impl fmt::Debug for Inside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Inside({})", self.givens.tenant)
    }
}

impl Inside {
    /// A session over what the statement sees.
    ///
    /// # Errors
    /// DataFusion's, when the catalog cannot be made.
    pub(super) fn session(&self) -> Result<Session, DataFusionError> {
        let sight = self.sights.now();
        let context = over(sight.planning()?, self.givens.tenant.as_str(), &[(PUBLIC, Arc::clone(&self.public))])?;
        let Givens { tenant, kpis, limits, answers, arrivals } = self.givens.clone();
        Ok(Session {
            context,
            sights: self.sights.clone(),
            policy: Arc::clone(&sight.policy),
            tenant,
            profile: sight.profile.clone(),
            as_of: sight.as_of,
            snapshot: Arc::clone(&sight.snapshot),
            calendars: Arc::clone(&sight.facts.calendars),
            kpis,
            limits,
            answers,
            arrivals,
            caches: sight.caches.clone(),
            contracts: Arc::clone(&sight.contracts),
            views: Arc::clone(&sight.views),
        })
    }

    /// The KPI `id`, if all that it reads may be seen.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], the same for one that may not be seen.
    pub(super) fn kpi(&self, id: &str) -> Result<Arc<KpiDefinition>, EngineError> {
        let kpi = self.givens.kpis.get(id)?;
        if self.sees(kpi) { Ok(Arc::clone(kpi)) } else { Err(EngineError::not_found("KPI", id)) }
    }

    /// Names of the KPIs that may be seen.
    pub(super) fn names(&self) -> Vec<String> {
        self.givens.kpis.iter().filter(|kpi| self.sees(kpi)).map(|kpi| kpi.id.clone()).collect()
    }

    fn sees(&self, kpi: &KpiDefinition) -> bool {
        self.sights.now().sees_all_of(&kpi.sql)
    }
}
