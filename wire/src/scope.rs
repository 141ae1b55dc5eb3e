//! From who somebody is, and which tenant is asked of, to what the engine takes. The one place where roles and grants become a scope.

use chrono::{DateTime, Utc};
use quarterdeck_control::{Domains, Identity, Tenant, TenantAccess};
use quarterdeck_engine::policy::{Policy, RowFilter};
use quarterdeck_engine::profile::TenantProfile;
use quarterdeck_engine::scope::{Scope, TenantId};
use quarterdeck_engine::{EngineError, Result};

/// What `identity` may see.
///
/// # Errors
/// [`EngineError::Request`] for a tenant whose id no lake can have; there is none.
pub fn scope_of(identity: &Identity) -> Result<Scope> {
    let seen = identity.tenants.iter().map(|access| Ok((TenantId::parse(&access.tenant_id)?, policy_of(access))));
    Ok(Scope::under(seen.collect::<Result<Vec<_>, EngineError>>()?))
}

/// The tenant's calendar and now, as the engine wants them.
pub fn profile_of(tenant: &Tenant, clock: DateTime<Utc>) -> TenantProfile {
    TenantProfile {
        zone: tenant.zone,
        week_start: tenant.week_start,
        currency: tenant.currency.clone(),
        small_n: tenant.small_n.into(),
        now: tenant.now(clock),
    }
}

fn policy_of(access: &TenantAccess) -> Policy {
    let domains = match &access.domains {
        Domains::All => None,
        Domains::Only(names) => Some(names.clone()),
    };
    let row = |filter: &quarterdeck_control::RowFilter| RowFilter {
        table: filter.table.clone(),
        column: filter.column.clone(),
        values: filter.values.clone(),
    };
    Policy { domains, personal: access.pii, rows: access.row_filters.iter().map(row).collect() }
}
