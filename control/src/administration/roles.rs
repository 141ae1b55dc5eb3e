//! Roles given and taken: who administers both the place and the person's home may.

use super::Administration;
use crate::{AuditAction, Domains, Membership, Place, Result, Role};

/// A role, as it is given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What they may do.
    pub role: Role,
    /// Over which part of the records.
    pub domains: Domains,
    /// Whether they see personal data.
    pub personal: bool,
}

impl Given {
    pub(super) fn to(&self, person_id: &str, place: Place) -> Membership {
        let Self { role, domains, personal } = self;
        Membership { person_id: person_id.to_owned(), place, role: *role, domains: domains.clone(), pii: *personal }
    }
}

impl Administration<'_> {
    /// Gives a person a role in a place, or changes it.
    ///
    /// # Errors
    /// [`crate::ControlError::NotFound`] for a person who is not theirs to set up, [`crate::ControlError::NotAllowed`] for a place or role
    /// that is not theirs to give, [`crate::ControlError::Conflict`] for a place that is not one of the person's.
    pub async fn give_role(&self, id_or_login: &str, place: &Place, given: &Given) -> Result<Membership> {
        let person = self.person(id_or_login).await?;
        self.must_administer(place)?;
        self.must_have(&given.domains, given.personal).await?;
        self.must_be_another(&person.id)?;
        let membership = given.to(&person.id, place.clone());
        self.control.ensure_membership(&membership).await?;
        let entry = self.entry(AuditAction::PolicyChange, "role given", place).with("person", person.id.as_str());
        let entry =
            entry.with("role", given.role.as_str()).with("domains", given.domains.text()?).with("personal", given.personal);
        self.note(entry).await?;
        Ok(membership)
    }

    /// Takes a person's role in a place away. True if they had one there.
    ///
    /// # Errors
    /// Those of [`Administration::give_role`].
    pub async fn take_role(&self, id_or_login: &str, place: &Place) -> Result<bool> {
        let person = self.person(id_or_login).await?;
        self.must_administer(place)?;
        self.must_be_another(&person.id)?;
        let had = self.control.remove_membership(&person.id, place).await?;
        if had {
            let entry = self.entry(AuditAction::PolicyChange, "role taken", place).with("person", person.id.as_str());
            self.note(entry).await?;
        }
        Ok(had)
    }
}
