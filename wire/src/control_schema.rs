//! The schema `control` of an analyst's session: what is kept about the tenant beside its records, as far as they may see it. Asks the control
//! store when a statement reads it; knows no protocol.

mod audit;
mod tenants;

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{SchemaProvider, Session, TableProvider};
use datafusion::datasource::MemTable;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::TableType;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::{Expr, SessionContext};
use quarterdeck_control::{Control, Identity};

/// The schema's name.
const CONTROL: &str = "control";

/// Whose view of what.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) control: Control,
    pub(crate) identity: Identity,
    pub(crate) tenant_id: String,
    /// Most entries of the audit log that one statement reads.
    pub(crate) audit_rows: usize,
}

/// A table of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Audit,
    Tenants,
}

impl Table {
    const ALL: [Self; 2] = [Self::Audit, Self::Tenants];

    fn name(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Tenants => "tenants",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    fn schema(self) -> SchemaRef {
        match self {
            Self::Audit => audit::schema(),
            Self::Tenants => tenants::schema(),
        }
    }

    async fn rows(self, view: &View) -> Result<RecordBatch> {
        match self {
            Self::Audit => audit::rows(view).await,
            Self::Tenants => tenants::rows(view).await,
        }
    }
}

/// Adds the schema to the catalog of a session.
///
/// # Errors
/// DataFusion's, when the session has no such catalog.
pub(crate) fn register(context: &SessionContext, view: View) -> Result<()> {
    let none = || DataFusionError::Internal(format!("there is no catalog {}", view.tenant_id));
    let catalog = context.catalog(&view.tenant_id).ok_or_else(none)?;
    catalog.register_schema(CONTROL, Arc::new(ControlSchema(view)))?;
    Ok(())
}

#[derive(Debug)]
struct ControlSchema(View);

#[async_trait]
impl SchemaProvider for ControlSchema {
    fn table_names(&self) -> Vec<String> {
        Table::ALL.map(|table| table.name().to_owned()).to_vec()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let table = Table::named(name).map(|table| ControlTable { table, view: self.0.clone() });
        Ok(table.map(|table| Arc::new(table) as Arc<dyn TableProvider>))
    }

    fn table_exist(&self, name: &str) -> bool {
        Table::named(name).is_some()
    }
}

#[derive(Debug)]
struct ControlTable {
    table: Table,
    view: View,
}

#[async_trait]
impl TableProvider for ControlTable {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let rows = self.table.rows(&self.view).await?;
        MemTable::try_new(self.schema(), vec![vec![rows]])?.scan(state, projection, filters, limit).await
    }
}

/// An error of the store, as a statement meets it.
fn unread(error: quarterdeck_control::ControlError) -> DataFusionError {
    tracing::error!(%error, "the control store did not answer a statement");
    DataFusionError::Execution("what is kept beside the records cannot be read at the moment; try again".into())
}
