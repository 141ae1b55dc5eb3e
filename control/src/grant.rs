//! Grants: which tenants a partner may see, which of their process domains, which rows, and whether personal data. Several
//! partners may share a tenant. Does not know which KPI or table belongs to a domain, nor how rows are left out.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
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
    /// False keeps personal data from everyone of the partner, whatever their own membership or token says.
    pub pii: bool,
    /// Which rows alone, in tables where not all.
    pub row_filters: Vec<RowFilter>,
}

impl Grant {
    /// Every row of these domains; personal data for those who may see it.
    pub fn new(partner_id: &str, tenant_id: &str, domains: Domains) -> Self {
        Self { partner_id: partner_id.into(), tenant_id: tenant_id.into(), domains, pii: true, row_filters: Vec::new() }
    }

    fn check(&self) -> Result<()> {
        self.domains.check()?;
        self.row_filters.iter().try_for_each(RowFilter::check)
    }

    fn row_filters_text(&self) -> Result<String> {
        serde_json::to_string(&self.row_filters).map_err(ControlError::store("writing row filters as JSON"))
    }
}

/// Of a table, only the rows whose column holds one of these values. Several filters of one table must all let a row pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowFilter {
    /// Name of the table.
    pub table: String,
    /// Name of the column.
    pub column: String,
    /// What it may hold, as text.
    pub values: BTreeSet<String>,
}

impl RowFilter {
    fn check(&self) -> Result<()> {
        const VALUES_MAX: usize = 1000;
        check_slug("table", &self.table)?;
        check_slug("column", &self.column)?;
        if self.values.is_empty() || self.values.len() > VALUES_MAX {
            let detail = format!("must let 1 to {VALUES_MAX} values pass: to grant nothing, remove the grant");
            return Err(ControlError::invalid("row filter", &self.column, detail));
        }
        Ok(())
    }
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

    /// What both hold.
    pub fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, some) | (some, Self::All) => some.clone(),
            (Self::Only(one), Self::Only(other)) => Self::Only(one.intersection(other).cloned().collect()),
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::All => Ok(()),
            Self::Only(names) if names.is_empty() => {
                Err(ControlError::invalid("domains", "", "must name at least one: to grant nothing, remove the grant"))
            }
            Self::Only(names) => names.iter().try_for_each(|name| check_slug("domain", name)),
        }
    }

    pub(crate) fn text(&self) -> Result<String> {
        match self {
            Self::All => Ok("*".into()),
            Self::Only(names) => serde_json::to_string(names).map_err(ControlError::store("writing domains as JSON")),
        }
    }

    pub(crate) fn read(text: &str) -> Result<Self> {
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
    pii: i64,
    row_filters: String,
}

impl TryFrom<GrantRow> for Grant {
    type Error = ControlError;

    fn try_from(row: GrantRow) -> Result<Self> {
        Ok(Self {
            domains: Domains::read(&row.domains)?,
            row_filters: serde_json::from_str(&row.row_filters).map_err(stored::unreadable("list of row filters"))?,
            pii: row.pii != 0,
            partner_id: row.partner_id,
            tenant_id: row.tenant_id,
        })
    }
}

impl Control {
    /// Lets a partner see a tenant, or changes what of it.
    ///
    /// # Errors
    /// [`ControlError::Conflict`] for an unknown partner or tenant, [`ControlError::Invalid`] for an empty list of domains or
    /// values.
    pub async fn ensure_grant(&self, grant: &Grant) -> Result<()> {
        let sql = "
            INSERT INTO grants (partner_id, tenant_id, domains, pii, row_filters)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (partner_id, tenant_id) DO UPDATE SET
                domains = excluded.domains,
                pii = excluded.pii,
                row_filters = excluded.row_filters";
        self.write_grant(sql, grant).await.map(drop)
    }

    /// Lets a partner see a tenant, unless it does already: what was said of it then stays. True if it is new.
    ///
    /// # Errors
    /// Those of [`Control::ensure_grant`].
    pub async fn add_grant(&self, grant: &Grant) -> Result<bool> {
        let sql = "
            INSERT INTO grants (partner_id, tenant_id, domains, pii, row_filters)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (partner_id, tenant_id) DO NOTHING";
        self.write_grant(sql, grant).await
    }

    async fn write_grant(&self, sql: &'static str, grant: &Grant) -> Result<bool> {
        grant.check()?;
        let query = sqlx::query(sql).bind(&grant.partner_id).bind(&grant.tenant_id).bind(grant.domains.text()?);
        let query = query.bind(i64::from(grant.pii)).bind(grant.row_filters_text()?);
        let context = format!("granting tenant `{}` to partner `{}`", grant.tenant_id, grant.partner_id);
        let done = query.execute(&self.pool).await.map_err(ControlError::write(context))?;
        Ok(done.rows_affected() > 0)
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
        let sql = "
            SELECT partner_id, tenant_id, domains, pii, row_filters
            FROM grants
            WHERE partner_id = $1
            ORDER BY tenant_id";
        let query = sqlx::query_as(sql).bind(partner_id);
        let rows: Vec<GrantRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading grants"))?;
        rows.into_iter().map(Grant::try_from).collect()
    }

    /// Which partners may see a tenant, by partner id.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn grants_of_tenant(&self, tenant_id: &str) -> Result<Vec<Grant>> {
        let sql = "
            SELECT partner_id, tenant_id, domains, pii, row_filters
            FROM grants
            WHERE tenant_id = $1
            ORDER BY partner_id";
        let query = sqlx::query_as(sql).bind(tenant_id);
        let rows: Vec<GrantRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading grants"))?;
        rows.into_iter().map(Grant::try_from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fresh, fresh_stores};
    use crate::{Kind, Partner, Tenant};

    async fn two_partners_and_a_tenant() -> [Fresh; 2] {
        let stores = fresh_stores().await;
        for control in &stores {
            for id in ["north", "south"] {
                control.ensure_partner(&Partner { id: id.into(), name: id.into() }).await.unwrap();
            }
            let tenant = Tenant::new("gifts", "Gifts", "GBP", chrono_tz::UTC, "en");
            control.ensure_tenant(&tenant).await.unwrap();
        }
        stores
    }

    #[tokio::test]
    async fn partners_share_a_tenant_each_with_its_own_domains() {
        for control in two_partners_and_a_tenant().await {
            let some = Domains::Only(["service".to_owned(), "workflow".to_owned()].into());
            assert!(some.contains("service") && !some.contains("finance") && Domains::All.contains("finance"));
            control.ensure_grant(&Grant::new("north", "gifts", Domains::All)).await.unwrap();
            control.ensure_grant(&Grant::new("south", "gifts", Domains::All)).await.unwrap();
            control.ensure_grant(&Grant::new("south", "gifts", some.clone())).await.unwrap();
            assert_eq!(control.grants("north").await.unwrap(), [Grant::new("north", "gifts", Domains::All)]);
            assert_eq!(control.grants("south").await.unwrap(), [Grant::new("south", "gifts", some)]);

            assert!(control.remove_grant("south", "gifts").await.unwrap());
            assert!(!control.remove_grant("south", "gifts").await.unwrap());
            assert!(control.grants("south").await.unwrap().is_empty());
            assert_eq!(control.grants("north").await.unwrap().len(), 1);
        }
    }

    #[tokio::test]
    async fn refuses_unknown_ends_and_empty_grants() {
        for control in two_partners_and_a_tenant().await {
            for (partner, tenant) in [("nobody", "gifts"), ("north", "nothing")] {
                let error = control.ensure_grant(&Grant::new(partner, tenant, Domains::All)).await.unwrap_err();
                assert_eq!(error.kind(), Kind::Conflict);
            }
            for names in [BTreeSet::new(), BTreeSet::from(["Fin ance".to_owned()])] {
                let error = control.ensure_grant(&Grant::new("north", "gifts", Domains::Only(names))).await.unwrap_err();
                assert_eq!(error.kind(), Kind::Invalid);
            }
        }
    }

    #[tokio::test]
    async fn rows_and_personal_data_are_kept_and_a_second_grant_does_not_undo_them() {
        for control in two_partners_and_a_tenant().await {
            let shops = RowFilter { table: "orders".into(), column: "shop".into(), values: ["it's 1".into(), "2".into()].into() };
            let narrow = Grant { pii: false, row_filters: vec![shops.clone()], ..Grant::new("north", "gifts", Domains::All) };
            assert!(control.add_grant(&narrow).await.unwrap());
            assert!(!control.add_grant(&Grant::new("north", "gifts", Domains::All)).await.unwrap());
            assert_eq!(control.grants("north").await.unwrap(), std::slice::from_ref(&narrow));
            assert_eq!(control.grants_of_tenant("gifts").await.unwrap(), [narrow]);
            for wrong in [
                RowFilter { values: BTreeSet::new(), ..shops.clone() },
                RowFilter { table: "a b".into(), ..shops.clone() },
                RowFilter { column: "".into(), ..shops.clone() },
            ] {
                let grant = Grant { row_filters: vec![wrong], ..Grant::new("north", "gifts", Domains::All) };
                assert_eq!(control.ensure_grant(&grant).await.unwrap_err().kind(), Kind::Invalid);
            }
            control.ensure_grant(&Grant::new("north", "gifts", Domains::All)).await.unwrap();
            assert!(control.grants("north").await.unwrap()[0].pii);
        }
    }

    #[test]
    fn domains_intersect() {
        let only = |names: &[&str]| Domains::Only(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(Domains::All.intersection(&Domains::All), Domains::All);
        assert_eq!(Domains::All.intersection(&only(&["a"])), only(&["a"]));
        assert_eq!(only(&["a", "b"]).intersection(&only(&["b", "c"])), only(&["b"]));
        assert!(!only(&["a"]).intersection(&only(&["c"])).contains("a"));
    }
}
