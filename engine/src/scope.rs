//! Who may see what. Every door turns a credential into a [`Scope`]; the engine opens sessions for scopes only. Knows nothing of
//! credentials, people or roles.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::error::{EngineError, Result};
use crate::policy::Policy;

/// A tenant's identifier, safe as a path segment: 1 to 63 of `a-z`, `0-9`, `_` and `-`, starting with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(String);

impl TenantId {
    /// Checks and takes `id`.
    ///
    /// # Errors
    /// [`EngineError::Request`] when `id` holds anything else than the allowed characters.
    pub fn parse(id: &str) -> Result<Self> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
        let starts_well = id.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if starts_well && id.len() <= 63 && id.bytes().all(allowed) {
            return Ok(Self(id.to_owned()));
        }
        Err(EngineError::Request(format!(
            "`{}` cannot name a tenant: use 1 to 63 of a-z, 0-9, _ and -, starting with a letter or digit",
            id.chars().take(80).collect::<String>()
        )))
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a caller may see. A cache key always contains it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    tenants: BTreeMap<TenantId, Arc<Policy>>,
}

impl Scope {
    /// A scope over everything of exactly these tenants.
    pub fn of(tenants: impl IntoIterator<Item = TenantId>) -> Self {
        let everything = Arc::new(Policy::everything());
        Self { tenants: tenants.into_iter().map(|tenant| (tenant, Arc::clone(&everything))).collect() }
    }

    /// A scope over exactly these tenants, of each what its policy says.
    pub fn under(tenants: impl IntoIterator<Item = (TenantId, Policy)>) -> Self {
        Self { tenants: tenants.into_iter().map(|(tenant, policy)| (tenant, Arc::new(policy))).collect() }
    }

    /// The tenant named `id`, if this scope may see it.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], the same whether the tenant exists elsewhere or not at all.
    pub fn tenant(&self, id: &str) -> Result<&TenantId> {
        self.tenants.keys().find(|tenant| tenant.as_str() == id).ok_or_else(|| EngineError::not_found("tenant", id))
    }

    /// What of the tenant may be seen.
    ///
    /// # Errors
    /// As [`Scope::tenant`].
    pub fn policy(&self, tenant: &TenantId) -> Result<&Arc<Policy>> {
        self.tenants.get(tenant).ok_or_else(|| EngineError::not_found("tenant", tenant.as_str()))
    }

    /// All tenants of the scope, in order.
    pub fn tenants(&self) -> impl Iterator<Item = &TenantId> {
        self.tenants.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_could_leave_the_prefix() {
        for id in ["", "..", "a/b", "A", "a b", "_x", "ä", &"a".repeat(64)] {
            assert!(TenantId::parse(id).is_err(), "{id}");
        }
        assert_eq!(TenantId::parse("gift-shop_1").unwrap().as_str(), "gift-shop_1");
    }

    #[test]
    fn hides_other_tenants() {
        let scope = Scope::of([TenantId::parse("a").unwrap()]);
        let elsewhere = scope.tenant("b").unwrap_err().to_string();
        assert_eq!(elsewhere, "no tenant named `b`");
    }
}
