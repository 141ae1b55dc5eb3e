//! `quarterdeck load`: files into the lake by a mapping pack, with progress and a report.

use anyhow::{Result, bail};
use chrono_tz::Tz;
use indicatif::{ProgressBar, ProgressStyle};
use quarterdeck_control::{Brand, Control, Domains, Grant, Partner, Tenant};
use quarterdeck_engine::landing::TenantSink;
use quarterdeck_engine::scope::TenantId;
use quarterdeck_ingest::limits::IngestLimits;
use quarterdeck_ingest::load::{LoadReport, LoadRequest, Progress, load};
use quarterdeck_ingest::load_source::load_source;
use quarterdeck_ingest::pack::Pack;
use quarterdeck_ingest::sources::{self, Setting, Source};
use serde_json::json;

use crate::cli::{LoadArguments, OutputFormat};
use crate::clock;
use crate::config::Config;
use crate::home::{Home, profile};
use crate::output;

/// The partner that owns tenants which the command line makes.
pub(crate) const OWN_PARTNER: &str = "own";
/// Currency of a tenant that names none: ISO 4217's "no currency".
const NO_CURRENCY: &str = "XXX";

pub(crate) async fn run(config: Config, arguments: LoadArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let reader = Reader::named(&home, &arguments)?;
    let id = TenantId::parse(&arguments.tenant)?;
    let tenant = match home.control.tenants().await?.into_iter().find(|tenant| tenant.id == arguments.tenant) {
        Some(tenant) => tenant,
        None => Tenant::new(id.as_str(), id.as_str(), NO_CURRENCY, reader.zone(), "en-GB"),
    };
    let request = LoadRequest {
        files: arguments.files,
        instance: arguments.instance.unwrap_or_else(|| reader.name().to_owned()),
        started_at: clock::now(),
        again: arguments.again,
    };
    let sink = TenantSink::new(home.engine.clone(), id, profile(&tenant));
    // The tenant comes to be before its rows do: nothing lands for nobody.
    keep_tenant(&home.control, &tenant).await?;
    let report = match reader {
        Reader::Pack(pack) => load_files(&sink, &pack, &config.ingest_limits, &request).await?,
        Reader::Source(source) => {
            let currency = Some(tenant.currency.clone()).filter(|currency| currency != NO_CURRENCY);
            let setting = Setting { instance: request.instance.clone(), zone: tenant.zone, currency };
            with_progress(async |show| {
                Ok(load_source(&sink, source, &setting, &config.ingest_limits, &request, show, &clock::now).await?)
            })
            .await?
        }
    };
    match arguments.format {
        OutputFormat::Json => output::line(report_json(&report))?,
        OutputFormat::Table | OutputFormat::Csv => output::line(report_text(&arguments.tenant, &report).trim_end())?,
    }
    Ok(())
}

/// What reads the files.
enum Reader {
    /// A mapping pack.
    Pack(Box<Pack>),
    /// The decoder of a live source.
    Source(&'static dyn Source),
}

impl Reader {
    fn named(home: &Home, arguments: &LoadArguments) -> Result<Self> {
        match (&arguments.pack, &arguments.source) {
            (Some(pack), _) => Ok(Self::Pack(Box::new(Pack::read(home.engine.library(), pack)?))),
            (None, Some(name)) => match sources::named(name) {
                Some(source) => Ok(Self::Source(source)),
                None => {
                    let known = sources::all().into_iter().map(Source::name).collect::<Vec<_>>().join(", ");
                    bail!("no source named `{name}`; there is {known}")
                }
            },
            (None, None) => {
                bail!("say how to read the files: --pack for a mapping pack, --source for captured payloads of a live source")
            }
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Pack(pack) => &pack.name,
            Self::Source(source) => source.name(),
        }
    }

    fn zone(&self) -> Tz {
        match self {
            Self::Pack(pack) => pack.raw.zone,
            Self::Source(_) => Tz::UTC,
        }
    }
}

/// Stores a tenant and grants it to the partner of the home.
pub(crate) async fn keep_tenant(control: &Control, tenant: &Tenant) -> Result<()> {
    control.ensure_tenant(tenant).await?;
    let granted = control.partners().await?;
    if granted.is_empty() {
        control.ensure_partner(&Partner { id: OWN_PARTNER.into(), name: "Own".into() }).await?;
        control.ensure_brand(&plain_brand()).await?;
    }
    for partner in control.partners().await? {
        if partner.id == OWN_PARTNER {
            control.add_grant(&Grant::new(&partner.id, &tenant.id, Domains::All)).await?;
        }
    }
    Ok(())
}

/// What pages look like until a partner has a brand of its own.
fn plain_brand() -> Brand {
    Brand {
        partner_id: OWN_PARTNER.into(),
        name: "Operations".into(),
        accent: "#1f5fae".into(),
        accent_dark: "#7db2f0".into(),
        logo: None,
    }
}

/// Loads with a progress bar on standard error.
pub(crate) async fn load_files(
    sink: &TenantSink,
    pack: &Pack,
    limits: &IngestLimits,
    request: &LoadRequest,
) -> Result<LoadReport> {
    with_progress(async |show| Ok(load(sink, pack, limits, request, show, &clock::now).await?)).await
}

async fn with_progress(run: impl AsyncFnOnce(&(dyn Fn(Progress) + Sync)) -> Result<LoadReport>) -> Result<LoadReport> {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{bar:24}] {pos}/{len} files, {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    let show = |progress: Progress| match progress {
        Progress::Reading { file, index, of } => {
            bar.set_length(u64::try_from(of).unwrap_or(0));
            bar.set_position(u64::try_from(index).unwrap_or(0));
            bar.set_message(format!("reading {file}"));
        }
        Progress::Mapping { table } => bar.set_message(format!("landing {table}")),
    };
    let report = run(&show).await;
    bar.finish_and_clear();
    report
}

/// The report as one JSON object.
fn report_json(report: &LoadReport) -> serde_json::Value {
    json!({
        "batch": report.batch_id,
        "files": report.files.len(),
        "already_landed": report.already_landed.len(),
        "rows_read": report.rows_read(),
        "rows_quarantined": report.rows_quarantined(),
        "rows": report.rows,
    })
}

/// The report as sentences.
pub(crate) fn report_text(tenant: &str, report: &LoadReport) -> String {
    let mut text = String::new();
    if !report.already_landed.is_empty() {
        text += &format!("{}: {} files had landed before and were left alone\n", tenant, report.already_landed.len());
    }
    if report.files.is_empty() {
        return text;
    }
    text += &format!("{tenant}: {} rows read from {} files\n", report.rows_read(), report.files.len());
    for (table, rows) in &report.rows {
        text += &format!("  {table:<24} {rows:>10} rows\n");
    }
    if report.rows_read() == 0 {
        text += "  no rows: a header and nothing else\n";
    }
    if report.rows_quarantined() > 0 {
        text += &format!("  {} rows did not fit and are in quarantine; the first:\n", report.rows_quarantined());
        for misfit in &report.misfits {
            let column = if misfit.column.is_empty() { "the row".to_owned() } else { format!("`{}`", misfit.column) };
            let value = misfit.value.as_deref().map(|value| format!(" ({value:?})")).unwrap_or_default();
            text += &format!("    {}, line {}: {column}{value} {}\n", misfit.file, misfit.line, misfit.reason);
        }
    }
    text
}
