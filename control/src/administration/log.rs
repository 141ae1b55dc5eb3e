//! The audit log as those who administer a place may read it: a tenant's own administrators what was done to that tenant, a partner's what
//! its people and tokens did, the installation's everything.

use super::{Administration, By, not_allowed};
use crate::{AuditFilter, AuditRecord, Place, Result, SubjectKind};

impl Administration<'_> {
    /// Entries that are theirs to read, latest first, at most `limit` and [`crate::AUDIT_PAGE_MAX`].
    ///
    /// # Errors
    /// [`crate::ControlError::NotAllowed`] for a tenant that they do not administer.
    pub async fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRecord>> {
        self.control.audit(&self.narrowed(filter)?, limit).await
    }

    fn narrowed(&self, filter: &AuditFilter) -> Result<AuditFilter> {
        let mut filter = filter.clone();
        let By::Somebody(identity) = self.by else { return Ok(filter) };
        if self.is_unbounded() {
            return Ok(filter);
        }
        let is_tenants_own = identity.subject.kind == SubjectKind::Person && matches!(identity.home, Place::Tenant(_));
        let of_partner = identity.partner_id.clone();
        let administers_partner = of_partner.clone().is_some_and(|id| self.administers(&Place::Partner(id)));
        if !administers_partner && filter.tenant_id.is_none() {
            let only = identity.tenants.iter().find(|access| self.administers(&Place::Tenant(access.tenant_id.clone())));
            filter.tenant_id = Some(only.ok_or_else(|| not_allowed(&Place::Installation))?.tenant_id.clone());
        }
        if let Some(tenant_id) = &filter.tenant_id {
            self.must_administer(&Place::Tenant(tenant_id.clone()))?;
        }
        if !is_tenants_own {
            // Somebody of no partner sees no entry rather than all.
            filter.partner_id = Some(of_partner.unwrap_or_default());
        }
        Ok(filter)
    }
}
