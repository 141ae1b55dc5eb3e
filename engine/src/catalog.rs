//! The schemas that a session sees: `public` (current state and views), `history` (all versions), `kpi`, `records` and `forecast` of one tenant,
//! and nothing else. Tables open and views plan when a query names them.

mod forecast_schema;
mod inside;
mod kpi_function;
mod kpi_schema;
mod kpi_table;
mod records_schema;
mod schemas;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::catalog::{CatalogProvider, CatalogProviderList, MemoryCatalogProviderList, SchemaProvider, TableProvider};
use datafusion::datasource::ViewTable;
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::prelude::SessionContext;

pub use self::forecast_schema::FORECAST;
use self::forecast_schema::ForecastSchema;
pub use self::inside::Givens;
use self::inside::Inside;
use self::kpi_function::KpiFunction;
pub use self::kpi_schema::KPI;
use self::kpi_schema::KpiSchema;
pub use self::records_schema::RECORDS;
use self::records_schema::RecordsSchema;
use self::schemas::Schemas;
use crate::contract::Contracts;
use crate::error::{EngineError, readable};
use crate::functions::{self, Facts};
use crate::lake::current::{FileCaches, Looker};
use crate::lake::history;
use crate::lake::snapshot::TenantSnapshot;
use crate::library::{Library, LibraryFile};
use crate::lineage;
use crate::policy::Policy;
use crate::profile::TenantProfile;

/// The catalog's name where there is no tenant; in a session it is the tenant's.
pub const CATALOG: &str = "quarterdeck";
/// The schema of current states and views.
pub const PUBLIC: &str = "public";
/// The schema of all versions.
pub const HISTORY: &str = "history";

/// Named SELECTs of `sql/views/`, by name.
pub fn views(library: &Library) -> BTreeMap<String, LibraryFile> {
    library.under("views").map(|file| (file.stem().to_owned(), file.clone())).collect()
}

/// The first view that reads itself, directly or through others.
///
/// # Errors
/// [`EngineError::File`] naming it and the way round.
pub fn refuse_circles(views: &BTreeMap<String, LibraryFile>) -> Result<(), EngineError> {
    for (name, file) in views {
        let mut seen = std::collections::BTreeSet::new();
        let mut pending = crate::lineage::references(&file.text);
        while let Some(read) = pending.pop() {
            if read == *name {
                return Err(EngineError::file(
                    &file.path,
                    format!("the view `{name}` reads itself, by itself or through other views"),
                ));
            }
            if let Some(view) = views.get(&read)
                && seen.insert(read)
            {
                pending.extend(crate::lineage::references(&view.text));
            }
        }
    }
    Ok(())
}

/// What the schemas of a session are made from.
#[derive(Debug)]
pub struct Sight {
    /// The tenant's tables at one cut.
    pub snapshot: Arc<TenantSnapshot>,
    /// The knowledge time asked for; none for now.
    pub as_of: Option<DateTime<Utc>>,
    /// What is kept of files.
    pub caches: FileCaches,
    /// All table contracts.
    pub contracts: Arc<Contracts>,
    /// All views.
    pub views: Arc<BTreeMap<String, LibraryFile>>,
    /// Settings and DataFusion's functions, of which every session begins; holds no table.
    pub beginning: Arc<SessionState>,
    /// What the engine's functions answer by.
    pub facts: Facts,
    /// What of the tenant may be seen.
    pub policy: Arc<Policy>,
    /// The tenant's calendar and now.
    pub profile: TenantProfile,
}

impl Sight {
    /// Functions and settings to plan with; holds no table.
    fn planning(&self) -> Result<SessionState> {
        planning(&self.beginning, &self.facts)
    }

    fn sees(&self, table: &str) -> bool {
        self.contracts.get(table).is_ok_and(|contract| self.policy.sees(contract))
    }

    /// A view is seen if all that it reads is.
    fn sees_view(&self, file: &LibraryFile) -> bool {
        self.sees_all_of(&file.text)
    }

    /// Whether every table that `sql` reads is seen.
    fn sees_all_of(&self, sql: &str) -> bool {
        self.policy.domains.is_none() || lineage::tables(sql, &self.contracts, &self.views).iter().all(|table| self.sees(table))
    }
}

/// What a session sees, which may be looked at anew between two statements.
#[derive(Debug, Clone)]
pub struct Sights(Arc<RwLock<Arc<Sight>>>);

impl Sights {
    /// Looks at `sight` from now on; what is planned already goes on with what it was planned with.
    pub fn look(&self, sight: Sight) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sight);
    }

    fn now(&self) -> Arc<Sight> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A session over `sight`, in a catalog named as the tenant; and what may give it another sight.
///
/// # Errors
/// DataFusion's, when the catalog cannot be made.
pub fn context(sight: Sight, givens: Givens) -> Result<(SessionContext, Sights)> {
    let planning = sight.planning()?;
    let sights = Sights(Arc::new(RwLock::new(Arc::new(sight))));
    let public: Arc<dyn SchemaProvider> =
        Arc::new_cyclic(|me: &Weak<CurrentSchema>| CurrentSchema { sights: sights.clone(), me: Weak::clone(me) });
    let history: Arc<dyn SchemaProvider> = Arc::new(HistorySchema { sights: sights.clone() });
    let inside = Inside { givens, sights: sights.clone(), public: Arc::clone(&public) };
    let kpi: Arc<dyn SchemaProvider> = Arc::new(KpiSchema(inside.clone()));
    let records: Arc<dyn SchemaProvider> = Arc::new(RecordsSchema(inside.clone()));
    let forecast: Arc<dyn SchemaProvider> = Arc::new(ForecastSchema(Arc::clone(&public)));
    let schemas = [(PUBLIC, public), (HISTORY, history), (KPI, kpi), (RECORDS, records), (FORECAST, forecast)];
    let context = over(planning, inside.givens.tenant.as_str(), &schemas)?;
    context.register_udtf(KPI, Arc::new(KpiFunction(inside)));
    Ok((context, sights))
}

/// A state of which every session begins, with the engine's functions; holds no table.
///
/// # Errors
/// DataFusion's, when a function cannot be registered.
pub fn planning(beginning: &SessionState, facts: &Facts) -> Result<SessionState> {
    let mut state = beginning.clone();
    functions::register(&mut state, facts)?;
    Ok(state)
}

fn over(mut state: SessionState, name: &str, schemas: &[(&str, Arc<dyn SchemaProvider>)]) -> Result<SessionContext> {
    let catalog = Schemas::default();
    for (name, schema) in schemas {
        catalog.register_schema(name, Arc::clone(schema))?;
    }
    let catalogs = MemoryCatalogProviderList::new();
    catalogs.register_catalog(name.to_owned(), Arc::new(catalog));
    let names = &mut state.config_mut().options_mut().catalog;
    names.default_catalog = name.to_owned();
    names.default_schema = PUBLIC.to_owned();
    state.register_catalog_list(Arc::new(catalogs));
    Ok(SessionContext::new_with_state(state))
}

/// Current states and views.
#[derive(Debug)]
struct CurrentSchema {
    sights: Sights,
    me: Weak<Self>,
}

impl CurrentSchema {
    async fn view(&self, sight: &Sight, file: &LibraryFile) -> Result<Arc<dyn TableProvider>> {
        let Some(me) = self.me.upgrade() else {
            return Err(EngineError::Internal(format!("the session of the view {} is gone", file.path)).into());
        };
        let history: Arc<dyn SchemaProvider> = Arc::new(HistorySchema { sights: self.sights.clone() });
        let context = over(sight.planning()?, CATALOG, &[(PUBLIC, me as Arc<dyn SchemaProvider>), (HISTORY, history)])?;
        let plan = context
            .state()
            .create_logical_plan(&file.text)
            .await
            .map_err(|error| EngineError::file(&file.path, readable(&error)))?;
        Ok(Arc::new(ViewTable::new(plan, Some(file.text.clone()))))
    }

    async fn current(&self, sight: &Sight, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(contract) = sight.contracts.get(name).ok().filter(|contract| sight.policy.sees(contract)) else {
            return Ok(None);
        };
        let Some(table) = sight.snapshot.table(name) else { return history::empty(contract).map(Some) };
        let runtime = sight.beginning.runtime_env();
        let state = sight.snapshot.current(table, contract, sight.as_of, &sight.caches, runtime).await?;
        sight.policy.guard(Arc::clone(&state.selection) as Arc<dyn TableProvider>, contract, &sight.beginning).map(Some)
    }
}

#[async_trait]
impl SchemaProvider for CurrentSchema {
    fn table_names(&self) -> Vec<String> {
        let sight = self.sights.now();
        let tables = sight.contracts.iter().filter(|contract| sight.policy.sees(contract)).map(|contract| contract.name.clone());
        let views = sight.views.iter().filter(|(_, file)| sight.sees_view(file)).map(|(name, _)| name.clone());
        tables.chain(views).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let sight = self.sights.now();
        match sight.views.get(name) {
            Some(file) if sight.sees_view(file) => self.view(&sight, file).await.map(Some),
            Some(_) => Ok(None),
            None => self.current(&sight, name).await,
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        let sight = self.sights.now();
        sight.views.get(name).is_some_and(|file| sight.sees_view(file)) || sight.sees(name)
    }
}

/// All versions of every table.
#[derive(Debug)]
struct HistorySchema {
    sights: Sights,
}

#[async_trait]
impl SchemaProvider for HistorySchema {
    fn table_names(&self) -> Vec<String> {
        let sight = self.sights.now();
        sight.contracts.iter().filter(|contract| sight.policy.sees(contract)).map(|contract| contract.name.clone()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let sight = self.sights.now();
        let Some(contract) = sight.contracts.get(name).ok().filter(|contract| sight.policy.sees(contract)) else {
            return Ok(None);
        };
        let Some(table) = sight.snapshot.table(name) else { return history::empty(contract).map(Some) };
        let (batches, runtime) = (sight.snapshot.batches(), sight.beginning.runtime_env());
        let occurred_before = sight.snapshot.occurred_before();
        let looker = Looker { table, contract, batches, as_of: sight.as_of, occurred_before, caches: &sight.caches, runtime };
        let versions = history::all_versions(&SessionContext::new_with_state(sight.beginning.as_ref().clone()), &looker)?;
        sight.policy.guard(versions, contract, &sight.beginning).map(Some)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.sights.now().sees(name)
    }
}
