//! The command line, as `--help` tells it. Knows no engine.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Operational intelligence over commerce and ERP records: KPIs that open into the records that add up to them.
#[derive(Debug, Parser)]
#[command(version, about, long_about = None, arg_required_else_help = true, after_help = "Start with `quarterdeck demo`: it loads four real companies' records and opens their dashboards.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArguments,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub(crate) struct GlobalArguments {
    /// Directory of the lake and the state [default: .quarterdeck]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Configuration file [default: quarterdeck.toml in the home, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Directory of SQL files (tables/, mappings/, views/, kpis/) and pages/ that add to the built-in ones or override them; may be
    /// given again
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) sql_dir: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load four real companies' records and serve their dashboards
    Demo(DemoArguments),
    /// Serve the dashboards and the HTTP API
    Serve,
    /// Load files by a mapping pack: all of them or, if one is broken, none
    Load(LoadArguments),
    /// Print a KPI: one number, or by time, by a dimension, or its records
    Kpi(KpiArguments),
    /// Ask a tenant's current state in SQL
    Sql(SqlArguments),
    /// Plan every SQL file and page without data, and name each fault
    Check(CheckArguments),
    /// List the canonical tables, or describe one
    Tables(TablesArguments),
    /// Create or change a tenant: name, zone, currency, today
    Tenant(TenantArguments),
    /// Make up a company, with the truth of what goes wrong in it, into files or at the live door
    Synth(crate::synth::SynthArguments),
    /// Settle tables and remove files that no table names, once; serving does so by itself
    Upkeep(UpkeepArguments),
    /// Say what is coming, by the models, from what is known; what was said is kept and scored when its day comes
    Forecast(crate::forecast::ForecastArguments),
    /// Score the models on data that are at hand, beside naive methods and what peers reached
    Backtest(crate::backtest::BacktestArguments),
    /// Erase a person, a record, an installation or a whole tenant for good, with a proof of what went; without any of them, show what was erased
    Erase(EraseArguments),
    /// Make people, and let them sign in
    Person(crate::person::PersonArguments),
    /// Say which role a person has where
    Member(crate::member::MemberArguments),
    /// Make tokens to sign in with, which are shown once, and end them
    Token(crate::token::TokenArguments),
    /// Say what partners may see of tenants
    Grant(crate::grant::GrantArguments),
    /// Say where the people of a partner sign in by OpenID Connect
    Provider(crate::provider::ProviderArguments),
    /// See what was done, by whom, and whether the log of it is whole
    Audit(crate::audit::AuditArguments),
    /// Record business hours, which `business_minutes` counts by
    Calendar(crate::calendar::CalendarArguments),
    /// Keep what a source says that it holds of each day, to be compared with what arrived
    Totals(TotalsArguments),
    /// Register sources that send to a tenant, and the secrets that they sign with
    Source(SourceArguments),
}

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Directory of the sample files
    #[arg(long, value_name = "DIR", default_value = "data-samples")]
    pub(crate) samples: PathBuf,
    /// Load only, do not serve
    #[arg(long)]
    pub(crate) no_serve: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UpkeepArguments {
    /// The tenant; all without
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// Also remove files that no version within this many minutes names
    #[arg(long, value_name = "MINUTES")]
    pub(crate) vacuum: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct EraseArguments {
    /// The tenant
    #[arg(long)]
    pub(crate) tenant: String,
    /// The source that told the records, such as shopify
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// Which installation of it [default: the source's name]
    #[arg(long)]
    pub(crate) instance: Option<String>,
    /// Table of the record: `customers` for a person
    #[arg(long, requires = "key")]
    pub(crate) table: Option<String>,
    /// Key of the record: the customer_id of a person
    #[arg(long, requires = "table")]
    pub(crate) key: Option<String>,
    /// Everything that the installation told, in every table
    #[arg(long, conflicts_with_all = ["table", "key"])]
    pub(crate) everything: bool,
    /// What sources asked to erase and is not erased yet
    #[arg(long)]
    pub(crate) asked: bool,
    /// The whole tenant: its records, people, tokens, sources and everything else of it; its id is never used again
    #[arg(long, requires = "confirm", conflicts_with_all = ["table", "key", "everything", "asked", "source", "instance"])]
    pub(crate) whole_tenant: bool,
    /// The tenant's id once more, because the end of a tenant cannot be undone
    #[arg(long, value_name = "TENANT", requires = "whole_tenant")]
    pub(crate) confirm: Option<String>,
    /// Why, in words that name nobody; kept with the proof
    #[arg(long, default_value = "asked by hand")]
    pub(crate) reason: String,
    /// Who does it; kept with the proof
    #[arg(long, default_value = "the command line")]
    pub(crate) by: String,
    /// Remove the replaced files at once instead of after `upkeep.keep_files_ms`: questions under way may fail
    #[arg(long)]
    pub(crate) now: bool,
    /// How to print the proof
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    pub(crate) format: OutputFormat,
}

#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// The tenant; created with its pack's zone if it does not exist
    #[arg(long)]
    pub(crate) tenant: String,
    /// The mapping pack: online_retail, scms, incident_log, netsuite, xes, or one of your own
    #[arg(long, conflicts_with = "source")]
    pub(crate) pack: Option<String>,
    /// Read captured payloads of a live source: shopify, n8n, cloudevents, …
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// Which installation of the source system the files are of [default: the pack's or source's name]
    #[arg(long)]
    pub(crate) instance: Option<String>,
    /// Map files again that have landed, with the pack as it is now; what it gave before is retracted
    #[arg(long)]
    pub(crate) again: bool,
    /// The files, plain or gzipped
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    pub(crate) format: OutputFormat,
}

/// Encodings of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people
    Table,
    /// For programs
    Json,
    /// Comma-separated, with a header
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct KpiArguments {
    /// The KPI, such as net_sales; `quarterdeck kpi list --tenant T` lists them
    pub(crate) id: String,
    /// The tenant
    #[arg(long)]
    pub(crate) tenant: String,
    /// A named period, such as month_to_date or last_30_days [default: all]
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub(crate) period: Option<String>,
    /// First day (2011-12-01, in the tenant's zone) or instant that counts
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// First day or instant that no longer counts
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// By hour, day, week, month, quarter or year
    #[arg(long)]
    pub(crate) grain: Option<String>,
    /// By the values of a dimension
    #[arg(long, conflicts_with = "grain")]
    pub(crate) by: Option<String>,
    /// Only records of a dimension's value, as dimension:value; may be given again
    #[arg(long = "where", value_name = "DIMENSION:VALUE")]
    pub(crate) filters: Vec<String>,
    /// As it was known at an instant (2026-01-31T12:00:00Z)
    #[arg(long, value_name = "INSTANT")]
    pub(crate) as_of: Option<String>,
    /// The records that add up to the number
    #[arg(long, conflicts_with_all = ["grain", "by"])]
    pub(crate) records: bool,
    /// Most rows of --by and --records
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    pub(crate) format: OutputFormat,
}

#[derive(Debug, Args)]
pub(crate) struct SqlArguments {
    /// The tenant
    #[arg(long)]
    pub(crate) tenant: String,
    /// As it was known at an instant (2026-01-31T12:00:00Z)
    #[arg(long, value_name = "INSTANT")]
    pub(crate) as_of: Option<String>,
    /// A statement that reads, such as "SELECT count(*) FROM orders"; tables of all versions are in the schema history
    pub(crate) statement: String,
    /// How to print the rows
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    pub(crate) format: OutputFormat,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Also run the .slt tests beside the files of the --sql-dir directories
    #[arg(long)]
    pub(crate) tests: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TablesArguments {
    /// A table to describe; all are listed without it
    pub(crate) table: Option<String>,
    /// Count a tenant's records
    #[arg(long)]
    pub(crate) tenant: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TenantArguments {
    /// The tenant's identifier: a-z, 0-9, _ and -
    pub(crate) tenant: String,
    /// Its name
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Its reporting currency, ISO 4217
    #[arg(long)]
    pub(crate) currency: Option<String>,
    /// Its time zone, such as Europe/London
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// The locale of its numbers and dates, such as en-GB
    #[arg(long)]
    pub(crate) locale: Option<String>,
    /// The first day of its week
    #[arg(long)]
    pub(crate) week_start: Option<String>,
    /// The day that is today for it, when its data end in the past; `clock` for the real one
    #[arg(long)]
    pub(crate) today: Option<Today>,
}

/// A day that is today, or the clock's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Today {
    /// The real one.
    Clock,
    /// A day in the past.
    Day(NaiveDate),
}

impl std::str::FromStr for Today {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "clock" {
            return Ok(Self::Clock);
        }
        text.parse().map(Self::Day).map_err(|_| format!("`{text}` is no day: write 2011-12-09, or clock"))
    }
}

#[derive(Debug, Args)]
pub(crate) struct TotalsArguments {
    /// The tenant
    #[arg(long)]
    pub(crate) tenant: String,
    /// The source, such as shopify
    #[arg(long)]
    pub(crate) source: String,
    /// Which installation of the source [default: the source's name]
    #[arg(long)]
    pub(crate) instance: Option<String>,
    /// Only totals of this table; may be given again
    #[arg(long)]
    pub(crate) table: Vec<String>,
    /// The file: .json as it would be posted, or .csv with day, table, count, column, value, currency
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct SourceArguments {
    #[command(subcommand)]
    pub(crate) action: SourceAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SourceAction {
    /// Print the path that a source is to post to; it is shown once
    Add(SourceAddArguments),
    /// List registrations, with the ids of their live secrets
    List {
        /// The tenant that they send to; all without it
        #[arg(long)]
        tenant: Option<String>,
        /// How to print them
        #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
        format: OutputFormat,
    },
    /// Replace what a source signs with: add the new secret, tell the source, retire the old one
    Secret {
        #[command(subcommand)]
        action: SecretAction,
    },
    /// End a registration for good: nothing more is taken by its path
    Revoke {
        /// The registration's id; `quarterdeck source list` shows it
        registration: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SourceAddArguments {
    /// The tenant that it sends to
    #[arg(long)]
    pub(crate) tenant: String,
    /// The source, such as shopify
    #[arg(long)]
    pub(crate) source: String,
    /// Which installation of the source it is, such as gifts.myshopify.com [default: the source's name]
    #[arg(long)]
    pub(crate) instance: Option<String>,
    /// Zone of times that come without an offset, such as Europe/Berlin [default: the tenant's]
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// Currency of amounts that come without one, ISO 4217
    #[arg(long)]
    pub(crate) currency: Option<String>,
    /// File of the secret that it signs with, - for standard input; from then on only signed messages are taken
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// Take signed messages only, and none until a secret is added
    #[arg(long)]
    pub(crate) require_signature: bool,
    /// How to print the path
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    pub(crate) format: OutputFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretAction {
    /// Add a secret beside those that are live; prints its id
    Add {
        /// The registration's id; `quarterdeck source list` shows it
        registration: String,
        /// File of the secret, - for standard input
        #[arg(long, value_name = "FILE")]
        secret_file: PathBuf,
    },
    /// End a secret for good and erase it
    Retire {
        /// The secret's id; `quarterdeck source list` shows it
        secret: String,
    },
}
