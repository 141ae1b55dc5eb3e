//! The schema `records`: each KPI's records, a row each, as its SQL gives them; what they add up to is the number. Knows nothing of adding up.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::datasource::ViewTable;
use datafusion::error::{DataFusionError, Result};

use super::inside::Inside;
use crate::kpi::frame::KpiFrame;

/// The schema's name.
pub const RECORDS: &str = "records";

/// Records by KPI.
#[derive(Debug)]
pub(super) struct RecordsSchema(pub(super) Inside);

#[async_trait]
impl SchemaProvider for RecordsSchema {
    fn table_names(&self) -> Vec<String> {
        self.0.names()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Ok(kpi) = self.0.kpi(name) else { return Ok(None) };
        let session = self.0.session()?;
        let frame = KpiFrame::plan(&session, &kpi).await.map_err(DataFusionError::from)?;
        Ok(Some(Arc::new(ViewTable::new(frame.rows.into_unoptimized_plan(), Some(kpi.sql.clone())))))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.0.kpi(name).is_ok()
    }
}
