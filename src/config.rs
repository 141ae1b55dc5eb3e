//! The configuration: one TOML file, overridden by the environment, overridden by the command line; unknown keys are refused. The only
//! place that reads the environment.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, bail};
use quarterdeck_dashboards::limits::HttpLimits;
use quarterdeck_engine::limits::EngineLimits;
use quarterdeck_ingest::door::DoorLimits;
use quarterdeck_ingest::journal::JournalLimits;
#[cfg(feature = "nats")]
use quarterdeck_ingest::journal::NatsSetting;
use quarterdeck_ingest::limits::IngestLimits;
use quarterdeck_wire::WireLimits;
use quarterdeck_wire::postgres::TlsFiles;
use serde::Deserialize;
use toml::{Table, Value};

use crate::cli::GlobalArguments;
use crate::http_server::ConnectionLimits;

/// Prefix of environment variables: `QUARTERDECK_HTTP_LISTEN` is `listen` in the section `[http]`.
const PREFIX: &str = "QUARTERDECK_";
/// Name of the variable that names the configuration file; it is no key of it.
const CONFIG_VARIABLE: &str = "QUARTERDECK_CONFIG";
const SECTIONS: [&str; 17] = [
    "wire_limits",
    "postgres",
    "flight",
    "connection_limits",
    "http_limits",
    "engine_limits",
    "ingest_limits",
    "door_limits",
    "journal_limits",
    "http",
    "lake",
    "control",
    "sql",
    "journal",
    "landing",
    "upkeep",
    "forecast",
];
const DEFAULT_HOME: &str = ".quarterdeck";
const FILE_NAME: &str = "quarterdeck.toml";

/// Everything that can be configured.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Directory of the lake and the state.
    pub(crate) home: PathBuf,
    /// What is logged, as tracing's filter directives.
    pub(crate) log: String,
    pub(crate) http: HttpConfig,
    pub(crate) lake: LakeConfig,
    pub(crate) control: ControlConfig,
    pub(crate) sql: SqlConfig,
    pub(crate) postgres: PostgresConfig,
    pub(crate) flight: FlightConfig,
    pub(crate) wire_limits: WireLimits,
    pub(crate) connection_limits: ConnectionLimits,
    pub(crate) http_limits: HttpLimits,
    pub(crate) engine_limits: EngineLimits,
    pub(crate) ingest_limits: IngestLimits,
    pub(crate) door_limits: DoorLimits,
    pub(crate) journal_limits: JournalLimits,
    pub(crate) journal: JournalConfig,
    pub(crate) landing: LandingConfig,
    pub(crate) upkeep: UpkeepConfig,
    pub(crate) forecast: ForecastConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            home: DEFAULT_HOME.into(),
            // The Delta kernel calls a table that does not exist yet, and a commit that is tried again, an error.
            log: "warn,buoyant_kernel=off,deltalake_core::kernel::transaction=off".into(),
            http: HttpConfig::default(),
            lake: LakeConfig::default(),
            control: ControlConfig::default(),
            sql: SqlConfig::default(),
            postgres: PostgresConfig::default(),
            flight: FlightConfig::default(),
            wire_limits: WireLimits::default(),
            connection_limits: ConnectionLimits::default(),
            http_limits: HttpLimits::default(),
            engine_limits: EngineLimits::default(),
            ingest_limits: IngestLimits::default(),
            door_limits: DoorLimits::default(),
            journal_limits: JournalLimits::default(),
            journal: JournalConfig::default(),
            landing: LandingConfig::default(),
            upkeep: UpkeepConfig::default(),
            forecast: ForecastConfig::default(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ForecastConfig {
    /// Whether forecasts are issued while serving, once a day of each tenant that is over.
    pub(crate) daily: bool,
    /// How often it is looked whether a day is over.
    pub(crate) interval_ms: u64,
    /// The share of cycles without running out that suggested orders are made for.
    pub(crate) service_level: f64,
}

impl Default for ForecastConfig {
    fn default() -> Self {
        Self { daily: true, interval_ms: 600_000, service_level: 0.95 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HttpConfig {
    /// Address of the HTTP door.
    pub(crate) listen: SocketAddr,
    /// Whether browsers come by HTTPS: cookies are then kept to it. A request that a proxy marks as HTTPS counts so in any case.
    pub(crate) https: bool,
    /// Proxies of ours that stand before the door; the client's address is then read from X-Forwarded-For.
    pub(crate) proxies: usize,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8080)), https: false, proxies: 0 }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PostgresConfig {
    /// Address of the PostgreSQL door; without one 127.0.0.1:5433, if that is free.
    pub(crate) listen: Option<SocketAddr>,
    /// The certificate that it shows; connections are not encrypted without.
    pub(crate) tls: TlsFiles,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FlightConfig {
    /// Address of the Flight SQL door; without one 127.0.0.1:50051, if that is free.
    pub(crate) listen: Option<SocketAddr>,
    /// The certificate that it shows; connections are not encrypted without.
    pub(crate) tls: TlsFiles,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LakeConfig {
    /// URL of the lake, such as `s3://bucket/prefix`; the folder `lake` in the home without one.
    pub(crate) url: Option<String>,
    /// Options of its object store.
    pub(crate) options: HashMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ControlConfig {
    /// URL of the control store; the file `control.sqlite` in the home without one.
    pub(crate) url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SqlConfig {
    /// Directories that add to the built-in SQL files and pages or override them, the last one winning.
    pub(crate) dirs: Vec<PathBuf>,
}

/// Where accepted messages wait: in the home's folder `journal`, or in NATS JetStream for several nodes over one lake.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct JournalConfig {
    /// Its folder on the local disk, of one serving process alone; the folder `journal` in the home without one.
    pub(crate) folder: Option<PathBuf>,
    /// The stream that takes the folder's place.
    #[cfg(feature = "nats")]
    pub(crate) nats: Option<NatsSetting>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LandingConfig {
    /// How often what waits in the journal is landed, in milliseconds.
    pub(crate) interval_ms: u64,
}

impl Default for LandingConfig {
    fn default() -> Self {
        Self { interval_ms: 750 }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UpkeepConfig {
    /// How often tables are looked at, in milliseconds.
    pub(crate) interval_ms: u64,
    /// Files that may wait in a table before it is settled.
    pub(crate) settle_parts: usize,
    /// How long log entries are kept that a checkpoint stands for, in milliseconds.
    pub(crate) keep_log_ms: i64,
    /// How often files that no table names are removed, in milliseconds.
    pub(crate) vacuum_interval_ms: u64,
    /// How long such files are kept for readers that are under way, in milliseconds; longer than the engine's `snapshot_reopen_ms`.
    pub(crate) keep_files_ms: u64,
    /// Whether everything of an installation is erased when its source asks; without, it waits for `quarterdeck erase --asked`. Persons are
    /// erased in either case.
    pub(crate) erase_installations: bool,
    /// How often ended sessions and old failed sign-ins are forgotten, in milliseconds.
    pub(crate) sweep_interval_ms: u64,
    /// How often rows that are kept no longer are removed, in milliseconds.
    pub(crate) retention_interval_ms: u64,
    /// For how many days rows are kept after we learnt them, by the retention class of their table; for ever without.
    pub(crate) retention_days: BTreeMap<String, u32>,
}

impl Default for UpkeepConfig {
    fn default() -> Self {
        Self {
            interval_ms: 10_000,
            settle_parts: 20,
            keep_log_ms: 120_000,
            vacuum_interval_ms: 600_000,
            keep_files_ms: 3_600_000,
            erase_installations: false,
            sweep_interval_ms: 3_600_000,
            retention_interval_ms: 21_600_000,
            retention_days: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Reads file, environment and command line.
    pub(crate) fn read(arguments: &GlobalArguments) -> anyhow::Result<Self> {
        let environment = environment();
        let home = arguments.home.clone().or_else(|| environment.get("QUARTERDECK_HOME").map(PathBuf::from));
        let in_home = home.clone().unwrap_or_else(|| DEFAULT_HOME.into()).join(FILE_NAME);
        let named = arguments.config.clone().or_else(|| environment.get(CONFIG_VARIABLE).map(PathBuf::from));
        let file = named.clone().or_else(|| in_home.is_file().then_some(in_home));
        let mut table = match &file {
            Some(file) => {
                let text =
                    std::fs::read_to_string(file).with_context(|| format!("cannot read the configuration {}", file.display()))?;
                // Read twice: once alone, so that an unknown key is named with its line.
                toml::from_str::<Self>(&text).with_context(|| format!("in the configuration {}", file.display()))?;
                text.parse::<Table>()?
            }
            None => Table::new(),
        };
        for (name, value) in &environment {
            if name != CONFIG_VARIABLE {
                set(&mut table, name, value)?;
            }
        }
        let mut config: Self = Value::Table(table).try_into().context("in the environment variables QUARTERDECK_…")?;
        if let Some(home) = home {
            config.home = home;
        }
        config.sql.dirs.extend(arguments.sql_dir.iter().cloned());
        Ok(config)
    }

    /// Where the lake is.
    pub(crate) fn lake_location(&self) -> String {
        self.lake.url.clone().unwrap_or_else(|| self.home.join("lake").to_string_lossy().into_owned())
    }

    /// Where the control store is.
    pub(crate) fn control_location(&self) -> String {
        self.control.url.clone().unwrap_or_else(|| self.home.join("control.sqlite").to_string_lossy().into_owned())
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn environment() -> HashMap<String, String> {
    std::env::vars().filter(|(name, _)| name.starts_with(PREFIX)).collect()
}

/// Sets the key that `variable` names; a value that is no TOML is taken as text.
fn set(table: &mut Table, variable: &str, text: &str) -> anyhow::Result<()> {
    let key = variable.trim_start_matches(PREFIX).to_ascii_lowercase();
    let section = SECTIONS.iter().find_map(|section| Some((*section, key.strip_prefix(section)?.strip_prefix('_')?)));
    let parsed = format!("value = {text}").parse::<Table>().ok().and_then(|mut table| table.remove("value"));
    let value = parsed.filter(|value| !matches!(value, Value::Datetime(_))).unwrap_or_else(|| Value::String(text.to_owned()));
    match section {
        Some((section, key)) => {
            let entry = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            let Some(entry) = entry.as_table_mut() else { bail!("{variable}: `{section}` is no section in the configuration") };
            entry.insert(key.to_owned(), value);
        }
        None => {
            table.insert(key, value);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_sets_sections_and_is_checked() {
        let mut table = Table::new();
        set(&mut table, "QUARTERDECK_HTTP_LISTEN", "127.0.0.1:9090").unwrap();
        set(&mut table, "QUARTERDECK_ENGINE_LIMITS_QUERY_ROWS", "10").unwrap();
        let config: Config = Value::Table(table).try_into().unwrap();
        assert_eq!(config.http.listen.port(), 9090);
        assert_eq!(config.engine_limits.query_rows, 10);

        let mut table = Table::new();
        set(&mut table, "QUARTERDECK_HTTP_LISTN", "x").unwrap();
        let error = Value::Table(table).try_into::<Config>().unwrap_err().to_string();
        assert!(error.contains("listn"), "{error}");
    }
}
