//! `quarterdeck demo`: one partner with its brand, four tenants with real companies' records, a token each, and the dashboards.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use quarterdeck_control::{
    Brand, Calendar, Control, Domains, Grant, Partner, Role, Target, Tenant, TokenRequest, TokenScope, WeeklyHours,
};
use quarterdeck_engine::landing::TenantSink;
use quarterdeck_engine::scope::TenantId;
use quarterdeck_ingest::load::LoadRequest;
use quarterdeck_ingest::pack::Pack;

use crate::cli::DemoArguments;
use crate::clock;
use crate::config::Config;
use crate::first_start;
use crate::forecast::issue::Issue;
use crate::home::{Home, profile};
use crate::load::{load_files, report_text};
use crate::serve;

const PARTNER: &str = "meridian";
const LOGO: &str = include_str!("demo/logo.svg");

/// One tenant of the demo.
struct Company {
    id: &'static str,
    name: &'static str,
    currency: &'static str,
    zone: Tz,
    locale: &'static str,
    /// The last day of its data that means something; see data-samples/NOTICE.
    today: (i32, u32, u32),
    pack: &'static str,
    targets: &'static [(&'static str, &'static str)],
    /// Days at whose beginning forecasts are issued, so that there is something to score; and now.
    forecast_on: &'static [(i32, u32, u32)],
}

const COMPANIES: [Company; 4] = [
    Company {
        id: "gift_wholesale",
        name: "Gift Wholesale",
        currency: "GBP",
        zone: Tz::Europe__London,
        locale: "en-GB",
        today: (2011, 12, 9),
        pack: "online_retail",
        targets: &[
            ("cancellation_rate", "0.14"),
            ("cancellation_value", "0.03"),
            ("repeat_customer_rate", "0.45"),
            ("average_order_value", "550"),
        ],
        forecast_on: &[(2011, 6, 1), (2011, 8, 1), (2011, 9, 10), (2011, 10, 10), (2011, 11, 7)],
    },
    Company {
        id: "health_supply",
        name: "Health Supply",
        currency: "USD",
        zone: Tz::UTC,
        locale: "en-US",
        today: (2012, 12, 31),
        pack: "scms",
        targets: &[("on_time_delivery", "0.95"), ("delivery_lead_time", "90"), ("freight_share", "0.045")],
        forecast_on: &[],
    },
    Company {
        id: "service_desk",
        name: "Service Desk",
        currency: "EUR",
        zone: Tz::UTC,
        locale: "en-IE",
        today: (2016, 5, 12),
        pack: "incident_log",
        targets: &[
            ("sla_attainment", "0.80"),
            ("resolution_time", "24"),
            ("backlog", "1200"),
            ("reopen_rate", "0.01"),
            ("reassignments", "0.8"),
        ],
        forecast_on: &[(2016, 4, 1)],
    },
    Company {
        id: "travel_claims",
        name: "Travel Claims",
        currency: "EUR",
        zone: Tz::Europe__Amsterdam,
        locale: "en-NL",
        today: (2018, 12, 31),
        pack: "xes",
        targets: &[("run_latency", "168"), ("exception_rate", "0.12"), ("rework_rate", "0.10"), ("approval_cycle_time", "48")],
        forecast_on: &[],
    },
];

pub(crate) async fn run(config: Config, arguments: DemoArguments) -> Result<()> {
    let started = Instant::now();
    let home = Home::open(&config).await?;
    // The address is taken first: a demo that cannot be looked at need not load.
    let listeners = if arguments.no_serve { None } else { Some(serve::Listeners::take(&config).await?) };
    partner(&home.control).await?;
    for company in &COMPANIES {
        load(&config, &home, company, &arguments.samples).await?;
    }
    let token = tokens(&home.control).await?;
    println!("loaded in {:.1} s", started.elapsed().as_secs_f64());
    let Some(listeners) = listeners else { return Ok(()) };
    let administrator = home.control.ensure_first_administrator(clock::now()).await?;
    let server = serve::Server::open(config, home).await?;
    let address = listeners.http.local_addr()?;
    println!("\nopen http://{address}/sign-in?token={token}\n");
    if let Some(administrator) = administrator {
        first_start::tell_how(&administrator, address);
    }
    server.serve(listeners).await
}

async fn partner(control: &Control) -> Result<()> {
    control.ensure_partner(&Partner { id: PARTNER.into(), name: "Meridian Partners".into() }).await?;
    control
        .ensure_brand(&Brand {
            partner_id: PARTNER.into(),
            name: "Meridian".into(),
            accent: "#0b6e5f".into(),
            accent_dark: "#5cc9b5".into(),
            logo: Some(LOGO.to_owned()),
        })
        .await?;
    Ok(())
}

async fn load(config: &Config, home: &Home, company: &Company, samples: &Path) -> Result<()> {
    let tenant = tenant(company)?;
    home.control.ensure_tenant(&tenant).await?;
    home.control.add_grant(&Grant::new(PARTNER, company.id, Domains::All)).await?;
    agree(&home.control, company).await?;
    let pack = Pack::read(home.engine.library(), company.pack)?;
    let request = LoadRequest {
        files: sample_files(&samples.join(company.pack))?,
        instance: company.pack.into(),
        started_at: clock::now(),
        again: false,
    };
    let sink = TenantSink::new(home.engine.clone(), TenantId::parse(company.id)?, profile(&tenant));
    let report = load_files(&sink, &pack, &config.ingest_limits, &request).await?;
    print!("{}", report_text(company.id, &report));
    forecast(config, home, company, &tenant).await
}

/// What the models would have said on some days, and what they say now.
async fn forecast(config: &Config, home: &Home, company: &Company, tenant: &Tenant) -> Result<()> {
    let day = |(year, month, day): &(i32, u32, u32)| NaiveDate::from_ymd_opt(*year, *month, *day);
    let days = company.forecast_on.iter().map(day).collect::<Option<Vec<_>>>().context("a day of the demo does not exist")?;
    let instants = days.into_iter().map(|day| Some(profile(tenant).start_of(day))).chain([None]);
    for as_of in instants {
        let issue = Issue { engine: &home.engine, tenant, as_of, service_level: config.forecast.service_level };
        for model in quarterdeck_models::model::all() {
            issue.run(model).await?;
        }
    }
    Ok(())
}

fn tenant(company: &Company) -> Result<Tenant> {
    let (year, month, day) = company.today;
    let mut tenant = Tenant::new(company.id, company.name, company.currency, company.zone, company.locale);
    tenant.today = Some(NaiveDate::from_ymd_opt(year, month, day).context("a day of the demo does not exist")?);
    Ok(tenant)
}

/// The tenant's business hours and targets.
async fn agree(control: &Control, company: &Company) -> Result<()> {
    let effective_from = NaiveDate::from_ymd_opt(2000, 1, 1).context("a day of the demo does not exist")?;
    control
        .record_calendar(&Calendar {
            tenant_id: company.id.into(),
            name: "business".into(),
            effective_from,
            // As if it had always been known: the records' own knowledge times may be any.
            recorded_at: DateTime::UNIX_EPOCH,
            zone: company.zone,
            hours: WeeklyHours::monday_to_friday("09:00-17:00".parse()?),
            holidays: Default::default(),
        })
        .await?;
    for (kpi, value) in company.targets {
        let target =
            Target { tenant_id: company.id.into(), kpi: (*kpi).into(), slice: None, effective_from, value: (*value).into() };
        control.ensure_target(&target).await?;
    }
    Ok(())
}

fn sample_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let reading =
        || format!("cannot find the sample files in {}: run from the checkout, or name them with --samples", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(reading)? {
        files.push(entry.with_context(reading)?.path());
    }
    if files.is_empty() {
        bail!("{} is empty", folder.display());
    }
    files.sort();
    Ok(files)
}

/// A token a tenant, and one over all of them, which is answered.
async fn tokens(control: &Control) -> Result<String> {
    let partner_id = PARTNER.to_owned();
    for company in &COMPANIES {
        let scope = TokenScope::Tenant { partner_id: partner_id.clone(), tenant_id: company.id.into() };
        let name = format!("{} demo", company.name);
        // The samples tell of no living person whom their publishers have not made nameless.
        let request = TokenRequest { pii: true, ..TokenRequest::new(name, Role::Executive, scope) };
        let issued = control.replace_token(&request, clock::now()).await?;
        println!("token for {:<16} {}", company.id, issued.token);
    }
    let request =
        TokenRequest { pii: true, ..TokenRequest::new("Partner demo", Role::Partner, TokenScope::Partner { partner_id }) };
    Ok(control.replace_token(&request, clock::now()).await?.token)
}
