//! Plans every SQL file of the library without data and names each fault: what a partner runs before bringing a pack, KPI or view.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use datafusion::prelude::SessionContext;

use crate::engine::Engine;
use crate::error::{EngineError, Result, readable};
use crate::features;
use crate::kpi::frame::KpiFrame;
use crate::landing::{check_mapped_columns, plan_mapping};
use crate::library::LibraryFile;
use crate::lists::{self, ListDefinition};
use crate::profile::TenantProfile;
use crate::session::Session;

/// One file and what came of planning it.
#[derive(Debug)]
pub struct Checked {
    /// The file's path in the library.
    pub path: String,
    /// The fault, if there is one.
    pub fault: Option<EngineError>,
}

/// Plans every view, KPI, frame of features and list.
///
/// # Errors
/// Only when no session can be opened; faults of files are in the answer.
pub async fn selects(engine: &Engine, profile: TenantProfile) -> Result<Vec<Checked>> {
    let session = engine.empty_session(profile)?;
    let mut checked = Vec::new();
    for view in engine.views() {
        let path = format!("views/{view}.sql");
        let planned = session.plan(&format!("SELECT * FROM {view}")).await;
        let fault = planned.err().map(|error| match error {
            EngineError::Query { cause, .. } => in_file(&path, readable(&cause)),
            other => other,
        });
        checked.push(Checked { path, fault });
    }
    for kpi in engine.kpis().iter() {
        checked.push(Checked { path: kpi.path.clone(), fault: KpiFrame::plan(&session, kpi).await.err() });
    }
    for file in engine.library().under(features::FOLDER) {
        checked.push(Checked { path: file.path.clone(), fault: session.feature_frame(file).await.err() });
    }
    for file in engine.library().under(lists::FOLDER) {
        checked.push(Checked { path: file.path.clone(), fault: list(&session, engine, file).await.err() });
    }
    Ok(checked)
}

async fn list(session: &Session, engine: &Engine, file: &LibraryFile) -> Result<()> {
    let definition = ListDefinition::parse(file)?;
    let rows = session.list_frame(file).await?;
    definition.check(file, rows.schema().as_arrow(), engine.library())
}

/// Plans the mapping `sql` of `path` to `table` over raw rows of `raw`.
///
/// # Errors
/// [`EngineError::File`] naming what does not plan or fit, [`EngineError::NotFound`] for a table that does not exist.
pub async fn mapping(engine: &Engine, profile: &TenantProfile, table: &str, path: &str, sql: &str, raw: Schema) -> Result<()> {
    let contract = engine.contracts().get(table)?;
    let context = SessionContext::new_with_state(engine.planning(profile.now)?);
    let rows = RecordBatch::new_empty(Arc::new(raw));
    let frame = plan_mapping(&context, sql, &[rows]).await.map_err(|error| EngineError::file(path, readable(&error)))?;
    check_mapped_columns(path, contract, &frame)
}

/// A message that names its file already is left as it is.
fn in_file(path: &str, detail: String) -> EngineError {
    if detail.starts_with("views/") { EngineError::Request(detail) } else { EngineError::file(path, detail) }
}
