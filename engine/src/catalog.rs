//! The schemas that a session sees: `public` (current state and views) and `history` (all versions) of one tenant, and nothing
//! else. Tables open and views plan when a query names them. Knows nothing of KPIs.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, MemoryCatalogProviderList, SchemaProvider, TableProvider};
use datafusion::datasource::ViewTable;
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::SessionContext;

use crate::contract::Contracts;
use crate::error::{EngineError, readable};
use crate::lake::current::{FileCaches, Looker};
use crate::lake::history;
use crate::lake::snapshot::TenantSnapshot;
use crate::library::{Library, LibraryFile};

/// The catalog's name in every session; which tenant it is, is the session's business.
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
    /// Functions and settings to plan with; holds no table.
    pub planning: SessionState,
}

/// A session over `sight`.
pub fn context(sight: Sight) -> Result<SessionContext> {
    let sight = Arc::new(sight);
    let public: Arc<dyn SchemaProvider> =
        Arc::new_cyclic(|me: &Weak<CurrentSchema>| CurrentSchema { sight: Arc::clone(&sight), me: Weak::clone(me) });
    let history: Arc<dyn SchemaProvider> = Arc::new(HistorySchema { sight: Arc::clone(&sight) });
    over(&sight.planning, &[(PUBLIC, public), (HISTORY, history)])
}

fn over(planning: &SessionState, schemas: &[(&str, Arc<dyn SchemaProvider>)]) -> Result<SessionContext> {
    let catalog = MemoryCatalogProvider::new();
    for (name, schema) in schemas {
        catalog.register_schema(name, Arc::clone(schema))?;
    }
    let state = SessionStateBuilder::new_from_existing(planning.clone())
        .with_catalog_list(Arc::new(MemoryCatalogProviderList::new()))
        .build();
    let context = SessionContext::new_with_state(state);
    context.register_catalog(CATALOG, Arc::new(catalog));
    Ok(context)
}

/// Current states and views.
#[derive(Debug)]
struct CurrentSchema {
    sight: Arc<Sight>,
    me: Weak<Self>,
}

impl CurrentSchema {
    async fn view(&self, file: &LibraryFile) -> Result<Arc<dyn TableProvider>> {
        let Some(me) = self.me.upgrade() else {
            return Err(EngineError::Internal(format!("the session of the view {} is gone", file.path)).into());
        };
        let context = over(&self.sight.planning, &[(PUBLIC, me as Arc<dyn SchemaProvider>)])?;
        let plan = context
            .state()
            .create_logical_plan(&file.text)
            .await
            .map_err(|error| EngineError::file(&file.path, readable(&error)))?;
        Ok(Arc::new(ViewTable::new(plan, Some(file.text.clone()))))
    }

    async fn current(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let sight = &self.sight;
        let Ok(contract) = sight.contracts.get(name) else { return Ok(None) };
        let Some(table) = sight.snapshot.table(name) else { return history::empty(contract).map(Some) };
        let runtime = sight.planning.runtime_env();
        let state = sight.snapshot.current(table, contract, sight.as_of, &sight.caches, runtime).await?;
        Ok(Some(Arc::clone(&state.selection) as Arc<dyn TableProvider>))
    }
}

#[async_trait]
impl SchemaProvider for CurrentSchema {
    fn table_names(&self) -> Vec<String> {
        let tables = self.sight.contracts.iter().map(|contract| contract.name.clone());
        tables.chain(self.sight.views.keys().cloned()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        match self.sight.views.get(name) {
            Some(file) => self.view(file).await.map(Some),
            None => self.current(name).await,
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.sight.views.contains_key(name) || self.sight.contracts.get(name).is_ok()
    }
}

/// All versions of every table.
#[derive(Debug)]
struct HistorySchema {
    sight: Arc<Sight>,
}

#[async_trait]
impl SchemaProvider for HistorySchema {
    fn table_names(&self) -> Vec<String> {
        self.sight.contracts.iter().map(|contract| contract.name.clone()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let sight = &self.sight;
        let Ok(contract) = sight.contracts.get(name) else { return Ok(None) };
        let Some(table) = sight.snapshot.table(name) else { return history::empty(contract).map(Some) };
        let (batches, runtime) = (sight.snapshot.batches(), sight.planning.runtime_env());
        let looker = Looker { table, contract, batches, as_of: sight.as_of, caches: &sight.caches, runtime };
        history::all_versions(&SessionContext::new_with_state(sight.planning.clone()), &looker).map(Some)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.sight.contracts.get(name).is_ok()
    }
}
