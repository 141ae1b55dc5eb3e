//! The catalogue of KPIs: what each counts, how, and from which tables.

use axum::Json;
use axum::extract::{Path, State};
use quarterdeck_engine::Session;
use quarterdeck_engine::kpi::definition::{Better, Kind, KpiDefinition};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Asked;
use crate::problem::{Answer, Problem};
use crate::state::Dashboards;

/// A KPI.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KpiEntry {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub title: String,
    /// What is counted.
    pub about: String,
    /// Process domain.
    pub domain: String,
    /// How records make the number.
    pub kind: Kind,
    /// `percent`, `money`, …
    pub unit: String,
    /// Which direction is good.
    pub better: Better,
    /// Who answers for it.
    pub owner: String,
    /// Version of the definition.
    pub version: u32,
    /// SCOR metric.
    pub scor: Option<String>,
    /// What it may be sliced and filtered by.
    pub dimensions: Vec<String>,
    /// Whether the tenant has records of it.
    pub available: bool,
    /// Why not.
    pub reason: Option<String>,
}

impl KpiEntry {
    fn new(kpi: &KpiDefinition, state: &Dashboards, session: &Session) -> Self {
        let missing = session.missing_table(kpi);
        Self {
            id: kpi.id.clone(),
            title: kpi.title.clone(),
            about: kpi.about.clone(),
            domain: kpi.domain.clone(),
            kind: kpi.kind,
            unit: kpi.unit.clone(),
            better: kpi.better,
            owner: kpi.owner.clone(),
            version: kpi.version,
            scor: kpi.scor.clone(),
            dimensions: state.dimensions.get(&kpi.id).cloned().unwrap_or_default(),
            available: missing.is_none(),
            reason: missing.map(|table| format!("no records in {table} yet")),
        }
    }
}

/// What the address of a KPI names beside the tenant.
#[derive(Debug, Deserialize)]
pub(crate) struct KpiPath {
    /// The KPI.
    pub(crate) kpi: String,
}

/// The catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Catalogue {
    /// In order of their identifiers.
    pub kpis: Vec<KpiEntry>,
}

/// A KPI with its definition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KpiView {
    /// The catalogue's entry.
    #[serde(flatten)]
    pub entry: KpiEntry,
    /// The whole file that defines it.
    pub sql: String,
    /// The canonical tables that it reads.
    pub tables: Vec<String>,
    /// SHA-256 of the file.
    pub definition_hash: String,
}

/// The catalogue of KPIs.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/kpis", tag = "kpis", params(("tenant" = String, Path)),
    responses((status = 200, body = Catalogue), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn catalogue(State(state): State<Dashboards>, asked: Asked) -> Answer<Json<Catalogue>> {
    let kpis = asked.session.kpis().map(|kpi| KpiEntry::new(kpi, &state, &asked.session)).collect();
    Ok(Json(Catalogue { kpis }))
}

/// One KPI with its definition.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/kpis/{kpi}", tag = "kpis", params(("tenant" = String, Path), ("kpi" = String, Path)),
    responses((status = 200, body = KpiView), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn one(State(state): State<Dashboards>, asked: Asked, Path(path): Path<KpiPath>) -> Answer<Json<KpiView>> {
    let kpi = asked.session.kpi(&path.kpi)?;
    Ok(Json(KpiView {
        entry: KpiEntry::new(&kpi, &state, &asked.session),
        sql: kpi.sql.clone(),
        tables: asked.session.tables_of(&kpi).into_iter().collect(),
        definition_hash: kpi.definition_hash.clone(),
    }))
}
