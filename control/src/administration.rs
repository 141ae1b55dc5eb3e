//! Setting up people, roles, tokens, grants and identity providers, and reading the audit log: each by somebody, in the places that they
//! administer alone, each change with its entry in the log. The one place where that is decided, whatever the door.
//!
//! The rules: who administers a place administers its people; a tenant's own people are administered by that tenant's, and by a partner
//! that alone looks after all of it; nobody but the installation's administrators gives more than they have.

mod grants;
mod log;
mod people;
mod providers;
mod roles;
mod tokens;

use chrono::{DateTime, Utc};

use crate::{AuditAction, AuditEntry, AuditWho, Control, ControlError, Domains, Identity, Place, Result, SubjectKind};

pub use self::people::{NewPerson, PersonRoles};
pub use self::roles::Given;

/// Somebody setting things up. Made for one request, at one instant.
#[derive(Debug)]
pub struct Administration<'c> {
    control: &'c Control,
    by: By<'c>,
    now: DateTime<Utc>,
}

#[derive(Debug)]
enum By<'c> {
    /// Whoever owns the store: the command line.
    Owner,
    Somebody(&'c Identity),
}

/// The places that somebody administers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Whether the installation itself is among them.
    pub installation: bool,
    /// Ids and names of partners.
    pub partners: Vec<(String, String)>,
    /// Ids and names of tenants.
    pub tenants: Vec<(String, String)>,
}

impl Control {
    /// What whoever owns the store sets up: everything.
    pub fn administration_by_owner(&self, now: DateTime<Utc>) -> Administration<'_> {
        Administration { control: self, by: By::Owner, now }
    }

    /// What somebody sets up who came by a door.
    pub fn administration<'c>(&'c self, identity: &'c Identity, now: DateTime<Utc>) -> Administration<'c> {
        Administration { control: self, by: By::Somebody(identity), now }
    }
}

impl Administration<'_> {
    /// The places that they administer, by id.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn places(&self) -> Result<Places> {
        let mut partners = Vec::new();
        for partner in self.control.partners().await? {
            if self.administers(&Place::Partner(partner.id.clone())) {
                partners.push((partner.id, partner.name));
            }
        }
        let mut tenants = Vec::new();
        for tenant in self.control.tenants().await? {
            if self.administers(&Place::Tenant(tenant.id.clone())) {
                tenants.push((tenant.id, tenant.name));
            }
        }
        Ok(Places { installation: self.administers(&Place::Installation), partners, tenants })
    }

    fn administers(&self, place: &Place) -> bool {
        match self.by {
            By::Owner => true,
            By::Somebody(identity) => identity.administers(place),
        }
    }

    /// Whether everything is theirs to set up.
    fn is_unbounded(&self) -> bool {
        self.administers(&Place::Installation)
    }

    /// Refuses a place that they do not administer, whether or not there is one.
    fn must_administer(&self, place: &Place) -> Result<()> {
        if self.administers(place) { Ok(()) } else { Err(not_allowed(place)) }
    }

    /// Refuses a place whose people are not theirs to set up.
    async fn must_administer_people_of(&self, home: &Place) -> Result<()> {
        if self.administers_people_of(home).await? { Ok(()) } else { Err(not_allowed(home)) }
    }

    async fn administers_people_of(&self, home: &Place) -> Result<bool> {
        let By::Somebody(identity) = self.by else { return Ok(true) };
        if self.is_unbounded() || !self.administers(home) {
            return Ok(self.is_unbounded());
        }
        let Place::Tenant(tenant_id) = home else { return Ok(true) };
        let is_own = identity.subject.kind == SubjectKind::Person && identity.home == *home;
        Ok(is_own || self.looks_after_all_of(identity, tenant_id).await?)
    }

    /// Whether the partner of somebody is the only one that looks after a tenant, after all of it, and they see all of it too.
    async fn looks_after_all_of(&self, identity: &Identity, tenant_id: &str) -> Result<bool> {
        let grants = self.control.grants_of_tenant(tenant_id).await?;
        let [only] = grants.as_slice() else { return Ok(false) };
        let is_whole = only.domains == Domains::All && only.row_filters.is_empty() && only.pii;
        let sees_all = identity.tenant(tenant_id).is_some_and(|access| access.domains == Domains::All && access.pii);
        Ok(is_whole && sees_all && identity.partner_id.as_ref() == Some(&only.partner_id))
    }

    /// Refuses to give more than the giver has: domains, or sight of personal data.
    async fn must_have(&self, domains: &Domains, personal: bool) -> Result<()> {
        let By::Somebody(identity) = self.by else { return Ok(()) };
        if self.is_unbounded() {
            return Ok(());
        }
        let id = &identity.subject.id;
        let (own, sees_personal) = match identity.subject.kind {
            SubjectKind::Token => {
                let token = self.control.token(id).await?;
                (token.domains, token.pii)
            }
            SubjectKind::Person => {
                let widest = self.control.memberships(id).await?.into_iter().next().ok_or(ControlError::SignInRefused)?;
                (widest.domains, widest.pii)
            }
        };
        let detail = "nobody gives more than they have: ask an administrator of the installation";
        if own.intersection(domains) != *domains {
            return Err(ControlError::NotAllowed { what: "domains that are not yours".into(), detail });
        }
        if personal && !sees_personal {
            return Err(ControlError::NotAllowed { what: "personal data, which you do not see".into(), detail });
        }
        Ok(())
    }

    /// Refuses to take from oneself what it needs to give it back.
    fn must_be_another(&self, person_id: &str) -> Result<()> {
        let is_self = matches!(self.by, By::Somebody(identity)
            if identity.subject.kind == SubjectKind::Person && identity.subject.id == person_id);
        if !is_self {
            return Ok(());
        }
        let detail = "that is you: ask another administrator".into();
        Err(ControlError::Conflict { context: "locking an administrator out".into(), detail })
    }

    /// Who made something, as it is kept beside it.
    fn maker(&self) -> Option<String> {
        match self.by {
            By::Owner => None,
            By::Somebody(identity) => Some(identity.subject.id.clone()),
        }
    }

    fn entry(&self, action: AuditAction, change: &str, place: &Place) -> AuditEntry {
        let who = match self.by {
            By::Owner => AuditWho::Service,
            By::Somebody(identity) => AuditWho::from(identity),
        };
        let entry = AuditEntry::new(self.now, who, action, place.tenant_id()).with("change", change);
        entry.with("place", place.text())
    }

    async fn note(&self, entry: AuditEntry) -> Result<()> {
        self.control.append_audit(&[entry]).await.map(drop)
    }
}

fn not_allowed(place: &Place) -> ControlError {
    ControlError::NotAllowed { what: format!("setting up `{place}`"), detail: "you do not administer that place" }
}

#[cfg(test)]
mod tests;
