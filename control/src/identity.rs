//! Whoever asks, whatever door they came by: one person or token, and what they may see of which tenants. Does not know how
//! they showed who they are, nor how rows and columns are held back: the engine does that.

use crate::{Control, ControlError, Domains, Grant, Membership, Permission, Person, Place, Result, Role, RowFilter};

/// A person or a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectKind {
    /// Somebody with a login.
    Person,
    /// A program, or a browser that was given a token.
    Token,
}

impl SubjectKind {
    /// The word for it in answers and the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Token => "token",
        }
    }
}

/// Which person or token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    /// Which of the two.
    pub kind: SubjectKind,
    /// Its public name.
    pub id: String,
}

/// Who asks, and what they may see and do at the moment of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Which person or token.
    pub subject: Subject,
    /// For people: the person's name, or the token's.
    pub name: String,
    /// The role in the widest of their places; what counts in a tenant stands in its [`TenantAccess`].
    pub role: Role,
    /// Whose brand they see; None for those who run the installation, and for a tenant's people without any partner.
    pub partner_id: Option<String>,
    /// Where they belong; for a token, where it sees.
    pub home: Place,
    /// The widest of their places: that of `role`.
    pub widest: Place,
    /// BCP 47 tag of how they read numbers and dates; the tenant's own way, if absent.
    pub locale: Option<String>,
    /// What they may see, by tenant id.
    pub tenants: Vec<TenantAccess>,
}

/// What somebody may see and do of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantAccess {
    /// Which tenant.
    pub tenant_id: String,
    /// What they may do there.
    pub role: Role,
    /// The process domains they see.
    pub domains: Domains,
    /// Whether they see personal data.
    pub pii: bool,
    /// Which rows alone they see, in tables where not all.
    pub row_filters: Vec<RowFilter>,
    /// The name of the tenant's limits in the configuration; the usual ones, if absent.
    pub limits: Option<String>,
}

impl Identity {
    /// What they may see of a tenant; None if nothing.
    pub fn tenant(&self, tenant_id: &str) -> Option<&TenantAccess> {
        self.tenants.iter().find(|access| access.tenant_id == tenant_id)
    }

    /// Whether they may do something in a tenant.
    pub fn may_in(&self, tenant_id: &str, permission: Permission) -> bool {
        self.tenant(tenant_id).is_some_and(|access| access.role.may(permission))
    }

    /// Whether they may do something somewhere: in their widest place, or in one tenant at least.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission) || self.tenants.iter().any(|access| access.role.may(permission))
    }

    /// Whether they administer a place: the installation's administrators every one, a partner's that partner, and whoever
    /// is administrator in a tenant that tenant.
    pub fn administers(&self, place: &Place) -> bool {
        let at_home = self.role.may(Permission::Administration) && (self.widest == Place::Installation || self.widest == *place);
        let in_tenant = |id: &String| self.may_in(id, Permission::Administration);
        at_home || matches!(place, Place::Tenant(id) if in_tenant(id))
    }

    /// The same, seeing one tenant alone; None if they do not see it.
    #[must_use]
    pub fn within(mut self, tenant_id: &str) -> Option<Self> {
        self.tenants.retain(|access| access.tenant_id == tenant_id);
        (!self.tenants.is_empty()).then_some(self)
    }
}

/// A role as a person or token has it, before grants.
pub(crate) struct Claim<'c> {
    pub(crate) role: Role,
    pub(crate) domains: &'c Domains,
    pub(crate) pii: bool,
}

impl Claim<'_> {
    /// What a grant leaves of it.
    pub(crate) fn under(&self, grant: &Grant) -> TenantAccess {
        TenantAccess {
            tenant_id: grant.tenant_id.clone(),
            role: self.role,
            domains: self.domains.intersection(&grant.domains),
            pii: self.pii && grant.pii,
            row_filters: grant.row_filters.clone(),
            limits: None,
        }
    }

    /// All of it, for those who see a tenant through no partner.
    fn over(&self, tenant_id: &str) -> TenantAccess {
        self.under(&Grant::new("", tenant_id, Domains::All))
    }
}

impl<'c> From<&'c Membership> for Claim<'c> {
    fn from(membership: &'c Membership) -> Self {
        Self { role: membership.role, domains: &membership.domains, pii: membership.pii }
    }
}

impl Control {
    /// What a person may see now. Whether they are who they say, and may sign in, is the caller's question.
    pub(crate) async fn identity_of_person(&self, person: &Person) -> Result<Identity> {
        let memberships = self.memberships(&person.id).await?;
        let first = memberships.first().ok_or(ControlError::SignInRefused)?;
        let (role, widest) = (first.role, first.place.clone());
        let grants = match &person.home {
            Place::Partner(partner) => self.grants(partner).await?,
            Place::Installation | Place::Tenant(_) => Vec::new(),
        };
        let mut tenants: Vec<TenantAccess> = Vec::new();
        // From the widest place to the narrowest: the narrowest is what counts.
        for membership in &memberships {
            for access in self.access_by(person, membership, &grants).await? {
                tenants.retain(|wider| wider.tenant_id != access.tenant_id);
                tenants.push(access);
            }
        }
        let partner_id = match &person.home {
            Place::Installation => None,
            Place::Partner(id) => Some(id.clone()),
            Place::Tenant(id) => self.grants_of_tenant(id).await?.into_iter().next().map(|grant| grant.partner_id),
        };
        Ok(Identity {
            subject: Subject { kind: SubjectKind::Person, id: person.id.clone() },
            name: person.name.clone(),
            role,
            partner_id,
            home: person.home.clone(),
            widest,
            locale: person.locale.clone(),
            tenants: self.with_limits(tenants).await?,
        })
    }

    async fn access_by(&self, person: &Person, membership: &Membership, grants: &[Grant]) -> Result<Vec<TenantAccess>> {
        let claim = Claim::from(membership);
        Ok(match (&person.home, &membership.place) {
            (Place::Installation, Place::Installation) => {
                self.tenants().await?.iter().map(|tenant| claim.over(&tenant.id)).collect()
            }
            (Place::Installation, Place::Partner(partner)) => {
                self.grants(partner).await?.iter().map(|grant| claim.under(grant)).collect()
            }
            (Place::Installation, Place::Tenant(tenant)) => vec![claim.over(tenant)],
            (Place::Partner(home), Place::Partner(partner)) if home == partner => {
                grants.iter().map(|grant| claim.under(grant)).collect()
            }
            (Place::Partner(_), Place::Tenant(tenant)) => {
                grants.iter().filter(|grant| grant.tenant_id == *tenant).map(|grant| claim.under(grant)).collect()
            }
            (Place::Tenant(home), Place::Tenant(tenant)) if home == tenant => vec![claim.over(tenant)],
            _ => Vec::new(),
        })
    }

    /// In order of tenant id, with the limits of each. A tenant of which no domain is left is not seen.
    pub(crate) async fn with_limits(&self, mut tenants: Vec<TenantAccess>) -> Result<Vec<TenantAccess>> {
        tenants.retain(|access| !matches!(&access.domains, Domains::Only(names) if names.is_empty()));
        tenants.sort_by(|one, other| one.tenant_id.cmp(&other.tenant_id));
        let limits = self.limits_of_tenants().await?;
        for access in &mut tenants {
            access.limits = limits.get(&access.tenant_id).cloned();
        }
        Ok(tenants)
    }
}

#[cfg(test)]
mod tests;
