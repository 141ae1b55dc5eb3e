//! `quarterdeck check`: plans every SQL file and page without data, and names each fault; with `--tests` runs the `.slt` beside them.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Result;
use quarterdeck_dashboards::pages::Pages;
use quarterdeck_engine::Engine;
use quarterdeck_engine::check;
use quarterdeck_engine::contract::TableContract;
use quarterdeck_engine::kpi::definition::KpiDefinition;
use quarterdeck_engine::kpi::frame::KpiFrame;
use quarterdeck_engine::lake::Lake;
use quarterdeck_engine::library::{Library, LibraryFile};
use quarterdeck_engine::lists;
use quarterdeck_engine::profile::TenantProfile;
use quarterdeck_ingest::pack::{self, Pack};

use crate::cli::CheckArguments;
use crate::clock;
use crate::config::Config;
use crate::home::{library, pages};
use crate::slt;

pub(crate) async fn run(config: Config, arguments: CheckArguments) -> Result<ExitCode> {
    let mut faults = Vec::new();
    let everything = library(&config)?;
    let readable = readable(&everything, &mut faults);
    let engine = Engine::new(Lake::open(&config.lake_location(), Default::default())?, readable, config.engine_limits.clone())?;
    let profile = TenantProfile::neutral(clock::now());

    let mut files = everything.under("tables").count();
    for checked in check::selects(&engine, profile.clone()).await? {
        files += 1;
        faults.extend(checked.fault.map(|fault| fault.to_string()));
    }
    files += mappings(&engine, &profile, &mut faults).await;
    let (pages, page_faults) = pages(&config)?;
    faults.extend(page_faults);
    files += pages.in_order().len();
    faults.extend(check_pages(&engine, &profile, &pages).await?);
    if arguments.tests {
        faults.extend(slt::run_directories(&everything, &config.sql.dirs).await?);
    }

    for fault in &faults {
        eprintln!("{fault}");
    }
    println!("{files} files checked, {} faults", faults.len());
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The library without the table and KPI files that cannot be read at all: each is a fault, and must not hide the others.
fn readable(everything: &Library, faults: &mut Vec<String>) -> Library {
    let mut readable = Library::default();
    for folder in ["tables", "features", "lists", "kpis", "views", "mappings"] {
        for file in everything.under(folder) {
            match fault_in_front(folder, file) {
                Some(fault) => faults.push(fault),
                None => readable.insert(&file.path, &file.text),
            }
        }
    }
    readable
}

fn fault_in_front(folder: &str, file: &LibraryFile) -> Option<String> {
    match folder {
        "tables" => TableContract::parse(&file.path, &file.text).err().map(|fault| fault.to_string()),
        "kpis" => KpiDefinition::parse(file).err().map(|fault| fault.to_string()),
        _ => None,
    }
}

/// Plans every mapping of every pack; answers how many files were looked at.
async fn mappings(engine: &Engine, profile: &TenantProfile, faults: &mut Vec<String>) -> usize {
    let mut files = 0;
    for name in pack::names(engine.library()) {
        files += 1;
        let pack = match Pack::read(engine.library(), &name) {
            Ok(pack) => pack,
            Err(fault) => {
                faults.push(fault.to_string());
                continue;
            }
        };
        for mapping in &pack.mappings {
            files += 1;
            let schema = pack.raw.schema.as_ref().clone();
            let planned = check::mapping(engine, profile, &mapping.table, &mapping.path, &mapping.sql, schema).await;
            faults.extend(planned.err().map(|fault| fault.to_string()));
        }
    }
    files
}

async fn check_pages(engine: &Engine, profile: &TenantProfile, pages: &Pages) -> Result<Vec<String>> {
    let session = engine.empty_session(profile.clone())?;
    let mut dimensions = BTreeMap::new();
    for kpi in engine.kpis().iter() {
        if let Ok(frame) = KpiFrame::plan(&session, kpi).await {
            dimensions.insert(kpi.id.clone(), frame.dimensions);
        }
    }
    let lists = lists::names(engine.library()).map(str::to_owned).collect();
    Ok(pages.faults(&dimensions, &lists))
}
