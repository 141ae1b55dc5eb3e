//! A tenant in memory, to test SQL files by their own rows: tables take INSERTs, and the file under test stands as a view. Never near
//! a lake.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use chrono::{DateTime, Utc};
use datafusion::catalog::CatalogProvider;
use datafusion::catalog::{MemTable, MemoryCatalogProvider, MemorySchemaProvider};
use datafusion::common::TableReference;
use datafusion::datasource::ViewTable;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::SessionContext;

use crate::catalog::{CATALOG, HISTORY, PUBLIC};
use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::landing::RAW;

/// Tables in memory, and the functions that SQL files may use.
pub struct Workbench {
    context: SessionContext,
}

impl Workbench {
    /// Every canonical table, empty, by its declared columns; and every view. `now()` answers `now`.
    ///
    /// # Errors
    /// [`EngineError::Query`] for a view that does not plan.
    pub async fn new(engine: &Engine, now: DateTime<Utc>) -> Result<Self> {
        let context = SessionContext::new_with_state(engine.planning(now)?);
        let catalog = MemoryCatalogProvider::new();
        for schema in [PUBLIC, HISTORY] {
            let tables = Arc::new(MemorySchemaProvider::new());
            catalog.register_schema(schema, tables).map_err(failed("making tables in memory"))?;
        }
        context.register_catalog(CATALOG, Arc::new(catalog));
        let workbench = Self { context };
        for contract in engine.contracts().iter() {
            let columns =
                contract.columns.iter().map(|column| arrow::datatypes::Field::new(&column.name, column.data_type.clone(), true));
            workbench.add_table(PUBLIC, &contract.name, Arc::new(Schema::new(columns.collect::<Vec<_>>())))?;
            workbench.add_table(HISTORY, &contract.name, Arc::new(nullable(&contract.schema)))?;
        }
        workbench.add_views(engine).await?;
        Ok(workbench)
    }

    /// The raw rows that a mapping reads.
    ///
    /// # Errors
    /// [`EngineError::Query`] when the schema cannot be used.
    pub fn add_raw(&self, schema: &Schema) -> Result<()> {
        self.add_table(PUBLIC, RAW, Arc::new(nullable(schema)))
    }

    fn add_table(&self, schema: &str, name: &str, columns: SchemaRef) -> Result<()> {
        let place = TableReference::partial(schema, name);
        let made = MemTable::try_new(columns, vec![vec![]]).and_then(|table| self.context.register_table(place, Arc::new(table)));
        made.map(|_| ()).map_err(failed(name))
    }

    /// Views may read views: those that plan are added until none is left.
    async fn add_views(&self, engine: &Engine) -> Result<()> {
        let mut left = engine.library().under("views").collect::<Vec<_>>();
        while !left.is_empty() {
            let mut waiting = Vec::new();
            let mut fault = None;
            for file in &left {
                if let Err(error) = self.add_view(file.stem(), &file.text).await {
                    fault = Some(error);
                    waiting.push(*file);
                }
            }
            if waiting.len() == left.len() {
                return Err(fault.unwrap_or_else(|| EngineError::Internal("views wait for one another".into())));
            }
            left = waiting;
        }
        Ok(())
    }

    /// Adds a SELECT as a view.
    ///
    /// # Errors
    /// [`EngineError::Query`] when it does not plan.
    pub async fn add_view(&self, name: &str, sql: &str) -> Result<()> {
        let plan = self.context.state().create_logical_plan(sql).await.map_err(failed(name))?;
        self.context.register_table(name, Arc::new(ViewTable::new(plan, None))).map(|_| ()).map_err(failed(name))
    }

    /// Runs an INSERT or a SELECT.
    ///
    /// # Errors
    /// [`EngineError::Query`] when it fails or is another statement.
    pub async fn run(&self, statement: &str) -> Result<Vec<RecordBatch>> {
        let allowed = SQLOptions::new().with_allow_ddl(false).with_allow_dml(true).with_allow_statements(false);
        let frame = self.context.sql_with_options(statement, allowed).await.map_err(failed("the statement"))?;
        frame.collect().await.map_err(failed("the statement"))
    }
}

fn nullable(schema: &Schema) -> Schema {
    Schema::new(schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true)).collect::<Vec<_>>())
}

fn failed(what: &str) -> impl FnOnce(DataFusionError) -> EngineError + use<> {
    EngineError::query(what.to_owned())
}
