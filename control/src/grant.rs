//! Grants: which tenants a partner may see, and which of their process domains. Several partners may share a tenant. Does
//! not know which KPI or table belongs to a domain.

use std::collections::BTreeSet;

use sqlx::FromRow;

use crate::slug::check_slug;
use crate::{Control, ControlError, Result, stored};

/// What a partner may see of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Who may see.
    pub partner_id: String,
    /// Whose records.
    pub tenant_id: String,
    /// Which part of them.
    pub domains: Domains,
}

/// The process domains of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domains {
    /// Every domain, also those to come.
    All,
    /// Only these, by name: `commerce`, `service`, …
    Only(BTreeSet<String>),
}

impl Domains {
    /// Whether the domain is granted.
    pub fn contains(&self, domain: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(domain),
        }
    }

    fn check(&self) -> Result<()> {
        match self {
            Self::All => Ok(()),
            Self::Only(names) if names.is_empty() => {
                Err(ControlError::invalid("domains", "", "must name at least one: to grant nothing, remove the grant"))
            }
            Self::Only(names) => names.iter().try_for_each(|name| check_slug("domain", name)),
        }
    }

    fn text(&self) -> Result<String> {
        match self {
            Self::All => Ok("*".into()),
            Self::Only(names) => serde_json::to_string(names).map_err(ControlError::store("writing domains as JSON")),
        }
    }

    fn read(text: &str) -> Result<Self> {
        if text == "*" {
            return Ok(Self::All);
        }
        serde_json::from_str(text).map(Self::Only).map_err(stored::unreadable("list of domains"))
    }
}

#[derive(FromRow)]
struct GrantRow {
    partner_id: String,
    tenant_id: String,
    domains: String,
}

impl TryFrom<GrantRow> for Grant {
    type Error = ControlError;

    fn try_from(row: GrantRow) -> Result<Self> {
        Ok(Self { domains: Domains::read(&row.domains)?, partner_id: row.partner_id, tenant_id: row.tenant_id })
    }
}

impl Control {
    /// Lets a partner see a tenant, or changes which domains of it.
    ///
    /// # Errors
    /// [`ControlError::Conflict`] for an unknown partner or tenant, [`ControlError::Invalid`] for an empty list of domains.
    pub async fn ensure_grant(&self, grant: &Grant) -> Result<()> {
        grant.domains.check()?;
        let sql = "
            INSERT INTO grants (partner_id, tenant_id, domains)
            VALUES ($1, $2, $3)
            ON CONFLICT (partner_id, tenant_id) DO UPDATE SET domains = excluded.domains";
        let query = sqlx::query(sql).bind(&grant.partner_id).bind(&grant.tenant_id).bind(grant.domains.text()?);
        let context = format!("granting tenant `{}` to partner `{}`", grant.tenant_id, grant.partner_id);
        query.execute(&self.pool).await.map_err(ControlError::write(context))?;
        Ok(())
    }

    /// Takes a tenant out of a partner's sight; its tokens stop seeing it at once. True if there was such a grant.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn remove_grant(&self, partner_id: &str, tenant_id: &str) -> Result<bool> {
        let query = sqlx::query("DELETE FROM grants WHERE partner_id = $1 AND tenant_id = $2").bind(partner_id).bind(tenant_id);
        let done = query.execute(&self.pool).await.map_err(ControlError::store("removing a grant"))?;
        Ok(done.rows_affected() > 0)
    }

    /// What a partner may see, by tenant id.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn grants(&self, partner_id: &str) -> Result<Vec<Grant>> {
        let sql = "SELECT partner_id, tenant_id, domains FROM grants WHERE partner_id = $1 ORDER BY tenant_id";
        let query = sqlx::query_as(sql).bind(partner_id);
        let rows: Vec<GrantRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading grants"))?;
        rows.into_iter().map(Grant::try_from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Partner, Tenant};

    fn grant(partner: &str, tenant: &str, domains: Domains) -> Grant {
        Grant { partner_id: partner.into(), tenant_id: tenant.into(), domains }
    }

    async fn two_partners_and_a_tenant() -> Control {
        let control = Control::in_memory().await.unwrap();
        for id in ["north", "south"] {
            control.ensure_partner(&Partner { id: id.into(), name: id.into() }).await.unwrap();
        }
        let tenant = Tenant::new("gifts", "Gifts", "GBP", chrono_tz::UTC, "en");
        control.ensure_tenant(&tenant).await.unwrap();
        control
    }

    #[tokio::test]
    async fn partners_share_a_tenant_each_with_its_own_domains() {
        let control = two_partners_and_a_tenant().await;
        let some = Domains::Only(["service".to_owned(), "workflow".to_owned()].into());
        assert!(some.contains("service") && !some.contains("finance") && Domains::All.contains("finance"));
        control.ensure_grant(&grant("north", "gifts", Domains::All)).await.unwrap();
        control.ensure_grant(&grant("south", "gifts", Domains::All)).await.unwrap();
        control.ensure_grant(&grant("south", "gifts", some.clone())).await.unwrap();
        assert_eq!(control.grants("north").await.unwrap(), [grant("north", "gifts", Domains::All)]);
        assert_eq!(control.grants("south").await.unwrap(), [grant("south", "gifts", some)]);

        assert!(control.remove_grant("south", "gifts").await.unwrap());
        assert!(!control.remove_grant("south", "gifts").await.unwrap());
        assert!(control.grants("south").await.unwrap().is_empty());
        assert_eq!(control.grants("north").await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn refuses_unknown_ends_and_empty_grants() {
        let control = two_partners_and_a_tenant().await;
        for (partner, tenant) in [("nobody", "gifts"), ("north", "nothing")] {
            let error = control.ensure_grant(&grant(partner, tenant, Domains::All)).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Conflict);
        }
        for names in [BTreeSet::new(), BTreeSet::from(["Fin ance".to_owned()])] {
            let error = control.ensure_grant(&grant("north", "gifts", Domains::Only(names))).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid);
        }
    }
}
