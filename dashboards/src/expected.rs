//! Control totals of a tenant, as the engine compares them: each day in the zone of the registration that told it. Knows no records.

use std::collections::HashMap;
use std::ops::Range;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use quarterdeck_control::{Control, ControlTotal, Result, Tenant};
use quarterdeck_engine::Session;
use quarterdeck_engine::completeness::{self, Expected};
use quarterdeck_engine::kpi::definition::KpiDefinition;
use quarterdeck_engine::kpi::period::Period;
use rust_decimal::Decimal;

/// Days until the newest one told that data health looks at.
const HEALTH_DAYS: i64 = 92;

/// Totals of the tables that `kpi` reads, over the days of `period`; those posted after the session's knowledge time are left out.
///
/// # Errors
/// Those of the control store.
pub async fn of_kpi(
    control: &Control,
    tenant: &Tenant,
    session: &Session,
    kpi: &KpiDefinition,
    period: &Period,
) -> Result<Vec<Expected>> {
    let days = kept_days(completeness::days_of(session, period));
    if days.is_empty() {
        return Ok(Vec::new());
    }
    let tables = session.tables_of(kpi);
    let tables = tables.iter().map(String::as_str).collect::<Vec<_>>();
    let totals = control.control_totals_of(&tenant.id, &tables, days).await?;
    expected(control, tenant, totals, session.as_of()).await
}

/// Totals of the last quarter of a year that anything was told of, until the tenant's today.
///
/// # Errors
/// Those of the control store.
pub async fn of_late(control: &Control, tenant: &Tenant, session: &Session) -> Result<Vec<Expected>> {
    let today = session.profile().today();
    let Some(last) = control.last_control_total_day(&tenant.id, today).await? else { return Ok(Vec::new()) };
    let end = last + TimeDelta::days(1);
    let totals = control.control_totals(&tenant.id, kept_days(end - TimeDelta::days(HEALTH_DAYS)..end)).await?;
    expected(control, tenant, totals, session.as_of()).await
}

/// A period that is open to the past begins before any day that is kept.
fn kept_days(days: Range<NaiveDate>) -> Range<NaiveDate> {
    let (first, last) = (NaiveDate::from_ymd_opt(1900, 1, 1), NaiveDate::from_ymd_opt(9998, 1, 1));
    days.start.max(first.unwrap_or_default())..days.end.min(last.unwrap_or_default())
}

async fn expected(
    control: &Control,
    tenant: &Tenant,
    mut totals: Vec<ControlTotal>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Expected>> {
    totals.retain(|total| as_of.is_none_or(|as_of| total.posted_at <= as_of));
    if totals.is_empty() {
        return Ok(Vec::new());
    }
    let mut zones = HashMap::new();
    // Live registrations come last and stand.
    let (live, revoked): (Vec<_>, Vec<_>) =
        control.registrations(&tenant.id).await?.into_iter().partition(|registration| registration.revoked_at.is_none());
    for registration in revoked.into_iter().chain(live) {
        zones.insert((registration.source, registration.instance), registration.zone);
    }
    let expected = |total: ControlTotal| {
        let zone = zones.get(&(total.source.clone(), total.instance.clone())).copied();
        let sum = total.sum.and_then(|sum| Some((sum.column, Decimal::from_str_exact(&sum.value).ok()?)));
        Expected {
            source: total.source,
            instance: total.instance,
            table: total.table,
            day: total.day,
            zone: zone.unwrap_or(tenant.zone),
            currency: total.currency,
            count: total.count,
            sum,
            posted_at: total.posted_at,
        }
    };
    Ok(totals.into_iter().map(expected).collect())
}
