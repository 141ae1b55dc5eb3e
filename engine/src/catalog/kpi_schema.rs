//! The schema `kpi`: each KPI as a table of its months, added up as everywhere else. Knows nothing of how.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::error::Result;

use super::inside::Inside;
use super::kpi_table::KpiTable;
use crate::kpi::grain::Grain;
use crate::kpi::period::PeriodRequest;

/// The schema's name.
pub const KPI: &str = "kpi";

/// KPIs by month, over all that is known.
#[derive(Debug)]
pub(super) struct KpiSchema(pub(super) Inside);

#[async_trait]
impl SchemaProvider for KpiSchema {
    fn table_names(&self) -> Vec<String> {
        self.0.names()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Ok(kpi) = self.0.kpi(name) else { return Ok(None) };
        let period = PeriodRequest::Named("all".into());
        Ok(Some(Arc::new(KpiTable { inside: self.0.clone(), kpi, grain: Grain::Month, by: None, period })))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.0.kpi(name).is_ok()
    }
}
