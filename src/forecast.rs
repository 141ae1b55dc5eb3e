//! `quarterdeck forecast`: has the models say what is coming, and keeps what they say.

pub(crate) mod issue;
pub(crate) mod schedule;

use anyhow::{Result, anyhow, bail};
use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use quarterdeck_control::Tenant;
use quarterdeck_models::model::{self, Model};
use serde_json::json;

use self::issue::{Issue, Run};
use crate::cli::OutputFormat;
use crate::config::Config;
use crate::home::{Home, profile};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct ForecastArguments {
    /// The tenant
    #[arg(long)]
    tenant: String,
    /// Forecast as of this instant (2026-01-31T12:00:00Z) or beginning of a day (2026-01-31), from what was known by then
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// The model; all without
    #[arg(long)]
    model: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    format: OutputFormat,
}

pub(crate) async fn run(config: Config, arguments: ForecastArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let tenant = home.tenant(&arguments.tenant).await?;
    let as_of = arguments.as_of.as_deref().map(|text| instant(text, &tenant)).transpose()?;
    let models = chosen(arguments.model.as_deref())?;
    let issue = Issue { engine: &home.engine, tenant: &tenant, as_of, service_level: config.forecast.service_level };
    let bar = ProgressBar::new(u64::try_from(models.len()).unwrap_or(0));
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{bar:24}] {pos}/{len} models, {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    let mut runs = Vec::new();
    for model in models {
        bar.set_message(format!("forecasting {}", model.name()));
        runs.push(issue.run(model).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    match arguments.format {
        OutputFormat::Json => output::line(json!(runs)),
        OutputFormat::Csv => csv(&runs),
        OutputFormat::Table => runs.iter().try_for_each(|run| output::line(sentence(run))),
    }
}

/// The model of a name, or all.
fn chosen(name: Option<&str>) -> Result<Vec<&'static dyn Model>> {
    let all = model::all();
    let Some(name) = name else { return Ok(all.to_vec()) };
    match all.iter().find(|model| model.name() == name) {
        Some(model) => Ok(vec![*model]),
        None => bail!("no model named `{name}`; there is {}", all.map(Model::name).join(", ")),
    }
}

/// An instant, or the beginning of a day of the tenant's.
fn instant(text: &str, tenant: &Tenant) -> Result<DateTime<Utc>> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(profile(tenant).start_of(day));
    }
    text.parse().map_err(|_| anyhow!("`{text}` is no time: write it as 2026-01-31T12:00:00Z, or a day as 2026-01-31"))
}

fn sentence(run: &Run) -> String {
    let head = format!("{} ({}), as of {}", run.model, run.model_version, run.issued_at.to_rfc3339());
    let basis = if run.basis == "happened" { " from what had happened by then, for nothing had been learnt yet" } else { "" };
    match (&run.abstained, run.is_new) {
        (Some(reason), _) => format!("{head}: nothing is said, because {reason}"),
        (None, false) => format!("{head}: had been said before, from the same records"),
        (None, true) => format!(
            "{head}: {} forecasts in {} rows{basis}, {} of them by something simpler, {} ms",
            run.forecasts, run.row_count, run.fallbacks, run.elapsed_ms
        ),
    }
}

fn csv(runs: &[Run]) -> Result<()> {
    output::line("model,model_version,issued_at,basis,forecasts,fallbacks,row_count,elapsed_ms,abstained")?;
    runs.iter().try_for_each(|run| {
        let abstained = run.abstained.as_deref().unwrap_or_default().replace('"', "\"\"");
        output::line(format!(
            "{},{},{},{},{},{},{},{},\"{abstained}\"",
            run.model,
            run.model_version,
            run.issued_at.to_rfc3339(),
            run.basis,
            run.forecasts,
            run.fallbacks,
            run.row_count,
            run.elapsed_ms
        ))
    })
}
