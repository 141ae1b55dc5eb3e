//! `quarterdeck tenant`: creates or changes a tenant.

use anyhow::{Result, anyhow};
use quarterdeck_control::{Tenant, weekday_name};
use quarterdeck_engine::scope::TenantId;

use crate::cli::{TenantArguments, Today};
use crate::config::Config;
use crate::home::Home;
use crate::load::keep_tenant;

pub(crate) async fn run(config: Config, arguments: TenantArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let id = TenantId::parse(&arguments.tenant)?;
    let existing = home.control.tenants().await?.into_iter().find(|tenant| tenant.id == id.as_str());
    let mut tenant = existing.unwrap_or_else(|| Tenant::new(id.as_str(), id.as_str(), "XXX", chrono_tz::UTC, "en-GB"));
    if let Some(name) = arguments.name {
        tenant.name = name;
    }
    if let Some(currency) = arguments.currency {
        tenant.currency = currency;
    }
    if let Some(zone) = arguments.zone {
        tenant.zone = zone.parse().map_err(|_| anyhow!("`{zone}` is no time zone: write one such as Europe/London"))?;
    }
    if let Some(locale) = arguments.locale {
        tenant.locale = locale;
    }
    if let Some(day) = arguments.week_start {
        tenant.week_start = day.parse().map_err(|_| anyhow!("`{day}` is no weekday"))?;
    }
    match arguments.today {
        Some(Today::Clock) => tenant.today = None,
        Some(Today::Day(day)) => tenant.today = Some(day),
        None => {}
    }
    keep_tenant(&home.control, &tenant).await?;
    let today = tenant.today.map_or_else(|| "the clock's".to_owned(), |day| day.to_string());
    println!(
        "{}: {}, {}, {}, weeks from {}, today {today}",
        tenant.id,
        tenant.name,
        tenant.currency,
        tenant.zone,
        weekday_name(tenant.week_start)
    );
    Ok(())
}
