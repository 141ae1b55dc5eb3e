//! A catalog whose schemas come in the order of their names: whoever numbers what is in it numbers it alike for every session. Knows no table.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use datafusion::catalog::{CatalogProvider, SchemaProvider};
use datafusion::error::Result;

/// Schemas by name.
#[derive(Debug, Default)]
pub(super) struct Schemas(RwLock<BTreeMap<String, Arc<dyn SchemaProvider>>>);

impl CatalogProvider for Schemas {
    fn schema_names(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn register_schema(&self, name: &str, schema: Arc<dyn SchemaProvider>) -> Result<Option<Arc<dyn SchemaProvider>>> {
        Ok(self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), schema))
    }
}
