//! Opens what a configuration names: library, engine, control store, pages, and sessions of the command line's user, who owns the home
//! and may see every tenant in it.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use quarterdeck_control::{Control, Tenant};
use quarterdeck_dashboards::pages::{Page, Pages};
use quarterdeck_engine::lake::Lake;
use quarterdeck_engine::library::{Library, read_directory};
use quarterdeck_engine::profile::TenantProfile;
use quarterdeck_engine::scope::{Scope, TenantId};
use quarterdeck_engine::{Engine, Session};
use quarterdeck_wire::ControlCalendars;

use crate::clock;
use crate::config::Config;

/// What a home holds, opened.
pub(crate) struct Home {
    pub(crate) engine: Engine,
    pub(crate) control: Control,
}

impl Home {
    /// Opens the home, making its directory if it is new.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&config.home).with_context(|| format!("cannot make the home {}", config.home.display()))?;
        let lake = Lake::open(&config.lake_location(), config.lake.options.clone())?;
        let control = Control::open(&config.control_location()).await?;
        let calendars = Arc::new(ControlCalendars(control.clone()));
        let engine = Engine::new(lake, library(config)?, config.engine_limits.clone())?.with_calendars(calendars);
        Ok(Self { engine, control })
    }

    /// A session over `tenant`.
    pub(crate) async fn session(&self, tenant: &str, as_of: Option<&str>) -> anyhow::Result<Session> {
        let id = TenantId::parse(tenant)?;
        let tenant = self.tenant(tenant).await?;
        let as_of = as_of.map(instant).transpose()?;
        Ok(self.engine.session(&Scope::of([id.clone()]), id.as_str(), profile(&tenant), as_of).await?)
    }

    /// The tenant, or an error that names those there are.
    pub(crate) async fn tenant(&self, id: &str) -> anyhow::Result<Tenant> {
        let tenants = self.control.tenants().await?;
        let names = tenants.iter().map(|tenant| tenant.id.as_str()).collect::<Vec<_>>().join(", ");
        let known = if names.is_empty() { "load files first, or run the demo".to_owned() } else { format!("there is {names}") };
        tenants.into_iter().find(|tenant| tenant.id == id).ok_or_else(|| anyhow!("no tenant named `{id}`; {known}"))
    }
}

/// The tenant's profile by the machine's clock.
pub(crate) fn profile(tenant: &Tenant) -> TenantProfile {
    quarterdeck_wire::profile_of(tenant, clock::now())
}

fn instant(text: &str) -> anyhow::Result<DateTime<Utc>> {
    text.parse().map_err(|_| anyhow!("`{text}` is no instant: write it as 2026-01-31T12:00:00Z"))
}

/// The embedded SQL files, overridden by the configured directories.
pub(crate) fn library(config: &Config) -> anyhow::Result<Library> {
    let mut library = Library::default();
    for (path, text) in quarterdeck_sql::files() {
        library.insert(path, text);
    }
    for directory in &config.sql.dirs {
        require_directory(directory)?;
        library.insert_directory(directory)?;
    }
    Ok(library)
}

/// The embedded pages, overridden by those in `pages/` of the configured directories; every fault is a sentence.
pub(crate) fn pages(config: &Config) -> anyhow::Result<(Pages, Vec<String>)> {
    let mut pages = Pages::embedded().map_err(|fault| anyhow!(fault))?;
    let mut faults = Vec::new();
    for directory in config.sql.dirs.iter().map(|directory| directory.join("pages")).filter(|directory| directory.is_dir()) {
        for (path, text) in read_directory(&directory, "toml")? {
            match Page::parse(&format!("pages/{path}"), &text) {
                Ok(page) => pages.insert(page),
                Err(fault) => faults.push(fault),
            }
        }
    }
    Ok((pages, faults))
}

fn require_directory(directory: &Path) -> anyhow::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    Err(anyhow!("--sql-dir {}: no such directory", directory.display()))
}
