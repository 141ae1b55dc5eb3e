//! Grants said and taken back: by those who run the installation, and by a tenant's own administrators. A partner sees its own, and may
//! not widen them.

use super::{Administration, By};
use crate::{AuditAction, ControlError, Grant, Place, Result, SubjectKind};

impl Administration<'_> {
    /// Which partners may see which tenants, where they administer either, by partner and tenant.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn grants(&self) -> Result<Vec<Grant>> {
        let mut grants = Vec::new();
        for partner in self.control.partners().await? {
            let is_theirs = self.administers(&Place::Partner(partner.id.clone()));
            let of_partner = self.control.grants(&partner.id).await?;
            grants.extend(of_partner.into_iter().filter(|grant| is_theirs || self.gives(&grant.tenant_id)));
        }
        Ok(grants)
    }

    /// Lets a partner see a tenant, or changes what of it.
    ///
    /// # Errors
    /// [`ControlError::NotAllowed`] for a tenant that is not theirs to share, those of [`crate::Control::ensure_grant`].
    pub async fn put_grant(&self, grant: &Grant) -> Result<()> {
        self.must_give(&grant.tenant_id)?;
        self.control.ensure_grant(grant).await?;
        let place = Place::Tenant(grant.tenant_id.clone());
        let entry = self.entry(AuditAction::PolicyChange, "grant said", &place).with("partner", grant.partner_id.as_str());
        self.note(entry.with("domains", grant.domains.text()?).with("personal", grant.pii)).await
    }

    /// Takes a tenant out of a partner's sight. True if there was such a grant.
    ///
    /// # Errors
    /// [`ControlError::NotAllowed`] for a tenant that is not theirs to share.
    pub async fn remove_grant(&self, partner_id: &str, tenant_id: &str) -> Result<bool> {
        self.must_give(tenant_id)?;
        let had = self.control.remove_grant(partner_id, tenant_id).await?;
        if had {
            let place = Place::Tenant(tenant_id.to_owned());
            let entry = self.entry(AuditAction::PolicyChange, "grant removed", &place).with("partner", partner_id);
            self.note(entry).await?;
        }
        Ok(had)
    }

    fn must_give(&self, tenant_id: &str) -> Result<()> {
        if self.gives(tenant_id) {
            return Ok(());
        }
        let what = format!("sharing the tenant `{tenant_id}`");
        Err(ControlError::NotAllowed { what, detail: "the installation's administrators do that, and the tenant's own" })
    }

    /// Whether a tenant is theirs to share.
    fn gives(&self, tenant_id: &str) -> bool {
        let place = Place::Tenant(tenant_id.to_owned());
        match self.by {
            By::Owner => true,
            By::Somebody(_) if self.is_unbounded() => true,
            By::Somebody(identity) => {
                identity.subject.kind == SubjectKind::Person && identity.home == place && identity.administers(&place)
            }
        }
    }
}
