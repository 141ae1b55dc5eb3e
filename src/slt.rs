//! Runs the `.slt` tests beside SQL files (sqllogictest): each with its own rows in memory, the file under test as the view `kpi`
//! (KPIs) or `result` (views and mappings).

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow};
use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use quarterdeck_engine::lake::Lake;
use quarterdeck_engine::library::{Library, read_directory};
use quarterdeck_engine::workbench::Workbench;
use quarterdeck_engine::{Engine, EngineError};
use quarterdeck_ingest::pack::Pack;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};

/// What `now()` answers in every test.
const NOW: &str = "2026-06-30T00:00:00Z";

/// Runs every `.slt` under `directories`; answers the failures, each naming its file.
pub(crate) async fn run_directories(library: &Library, directories: &[PathBuf]) -> Result<Vec<String>> {
    let now: DateTime<Utc> = NOW.parse()?;
    let mut failures = Vec::new();
    let mut files = 0;
    for directory in directories {
        for (path, text) in read_directory(directory, "slt")? {
            files += 1;
            // A lake is needed to make an engine, and never looked into here.
            let lake = Lake::open("memory:///", Default::default())?;
            let engine = Engine::new(lake, library.clone(), Default::default())?;
            if let Err(error) = run(&engine, now, &path, &text).await {
                failures.push(format!("{path}: {error:#}"));
            }
        }
    }
    println!("{files} .slt files run, {} failed", failures.len());
    Ok(failures)
}

async fn run(engine: &Engine, now: DateTime<Utc>, path: &str, text: &str) -> Result<()> {
    let subject = path.replace(".slt", ".sql");
    let file = engine.library().get(&subject).ok_or_else(|| anyhow!("stands beside no {subject}"))?;
    let workbench = Workbench::new(engine, now).await?;
    if let Some(pack) = file.folder().strip_prefix("mappings/") {
        workbench.add_raw(&Pack::read(engine.library(), pack)?.raw.schema)?;
    }
    let view = if subject.starts_with("kpis/") { "kpi" } else { "result" };
    workbench.add_view(view, &file.text).await?;
    let workbench = std::sync::Arc::new(workbench);
    let mut runner = Runner::new(|| {
        let workbench = std::sync::Arc::clone(&workbench);
        async move { Ok(Rows(workbench)) }
    });
    let records = sqllogictest::parse::<DefaultColumnType>(text)?;
    runner.run_multi_async(records).await?;
    Ok(())
}

struct Rows(std::sync::Arc<Workbench>);

#[async_trait]
impl AsyncDB for Rows {
    type Error = EngineError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, statement: &str) -> Result<DBOutput<DefaultColumnType>, Self::Error> {
        let batches = self.0.run(statement).await?;
        let is_query = !statement.trim_start().to_ascii_uppercase().starts_with("INSERT");
        if !is_query {
            return Ok(DBOutput::StatementComplete(0));
        }
        let width = batches.first().map_or(0, RecordBatch::num_columns);
        Ok(DBOutput::Rows {
            types: vec![DefaultColumnType::Any; width],
            rows: texts(&batches).map_err(|error| EngineError::Request(error.to_string()))?,
        })
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &str {
        "quarterdeck"
    }

    async fn sleep(duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

fn texts(batches: &[RecordBatch]) -> Result<Vec<Vec<String>>, arrow::error::ArrowError> {
    let options = FormatOptions::default().with_null("NULL");
    let mut rows = Vec::new();
    for batch in batches {
        let columns =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let cell = |column: &ArrayFormatter<'_>| {
                let text = column.value(row).to_string();
                if text.is_empty() { "(empty)".to_owned() } else { text }
            };
            rows.push(columns.iter().map(cell).collect());
        }
    }
    Ok(rows)
}
