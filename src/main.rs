//! The `quarterdeck` program: reads its configuration, opens the engine and the control store, and runs one subcommand. The only place
//! that knows every part.

mod audit;
mod backtest;
mod calendar;
mod check;
mod cli;
mod clock;
mod config;
mod demo;
mod domains;
mod door_health;
mod erase;
mod first_start;
mod forecast;
mod grant;
mod home;
mod http_server;
mod kept_totals;
mod kpi;
mod listing;
mod live;
mod live_meters;
mod load;
mod member;
mod output;
mod person;
mod provider;
mod provider_client;
mod refusals;
mod registrations;
mod serve;
mod slt;
mod source;
mod sql;
mod sweep;
mod synth;
mod tables;
mod tenant;
mod tenant_end;
mod titles;
mod token;
mod totals;
mod totals_file;
mod upkeep;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command};
use crate::config::Config;

/// Gives back what landings have used: the system's own keeps a heap a thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack of a thread: statements nest as deep as `wire_limits.statement_terms` lets them. Taken as it is used.
const STACK_BYTES: usize = 64 << 20;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        // Whoever read us has read enough.
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quarterdeck: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let config = Config::read(&cli.global)?;
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&config.log)?)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Demo(arguments) => demo::run(config, arguments).await?,
            Command::Serve => serve::run(config).await?,
            Command::Load(arguments) => load::run(config, arguments).await?,
            Command::Kpi(arguments) => kpi::run(config, arguments).await?,
            Command::Sql(arguments) => sql::run(config, arguments).await?,
            Command::Check(arguments) => return check::run(config, arguments).await,
            Command::Tables(arguments) => tables::run(config, arguments).await?,
            Command::Tenant(arguments) => tenant::run(config, arguments).await?,
            Command::Backtest(arguments) => backtest::run(&arguments)?,
            Command::Forecast(arguments) => forecast::run(config, arguments).await?,
            Command::Erase(arguments) => erase::run(config, arguments).await?,
            Command::Upkeep(arguments) => upkeep::run(config, arguments).await?,
            Command::Synth(arguments) => synth::run(arguments).await?,
            Command::Person(arguments) => person::run(config, arguments).await?,
            Command::Member(arguments) => member::run(config, arguments).await?,
            Command::Grant(arguments) => grant::run(config, arguments).await?,
            Command::Provider(arguments) => provider::run(config, arguments).await?,
            Command::Audit(arguments) => return audit::run(config, arguments).await,
            Command::Token(arguments) => token::run(config, arguments).await?,
            Command::Calendar(arguments) => calendar::run(config, arguments).await?,
            Command::Totals(arguments) => totals::run(config, arguments).await?,
            Command::Source(arguments) => source::run(config, arguments).await?,
        }
        Ok(ExitCode::SUCCESS)
    })
}
