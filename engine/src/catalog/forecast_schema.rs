//! The schema `forecast`: the canonical tables whose names begin with `forecast_`, by the rest of their names. Knows no model.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::error::Result;

use crate::contract::FORECAST_PREFIX;

/// The schema's name.
pub const FORECAST: &str = "forecast";

/// Forecasts, over the schema that holds their tables.
#[derive(Debug)]
pub(super) struct ForecastSchema(pub(super) Arc<dyn SchemaProvider>);

#[async_trait]
impl SchemaProvider for ForecastSchema {
    fn table_names(&self) -> Vec<String> {
        self.0.table_names().iter().filter_map(|name| name.strip_prefix(FORECAST_PREFIX)).map(str::to_owned).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        self.0.table(&format!("{FORECAST_PREFIX}{name}")).await
    }

    fn table_exist(&self, name: &str) -> bool {
        self.0.table_exist(&format!("{FORECAST_PREFIX}{name}"))
    }
}
