//! People set up by those who administer their home. Who does not, knows no more of them than of nobody.

use std::collections::HashMap;

use super::{Administration, Given};
use crate::{AuditAction, ControlError, Membership, Person, PersonRequest, Place, Result, membership, password, person};

/// Somebody to be, with the role that they have at home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// Who they are.
    pub request: PersonRequest,
    /// What they may do at home; nothing yet, if absent.
    pub role: Option<Given>,
    /// Whether they get a password; without one they come by their partner's identity provider.
    pub password: bool,
}

/// A person and their roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRoles {
    /// Who they are.
    pub person: Person,
    /// From the widest place to the narrowest.
    pub memberships: Vec<Membership>,
}

impl Administration<'_> {
    /// The people of the places that they administer, by login.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn people(&self) -> Result<Vec<PersonRoles>> {
        let mut of_person: HashMap<String, Vec<Membership>> = HashMap::new();
        for membership in self.control.all_memberships().await? {
            of_person.entry(membership.person_id.clone()).or_default().push(membership);
        }
        let mut homes: HashMap<Place, bool> = HashMap::new();
        let mut people = Vec::new();
        for person in self.control.people(None).await? {
            let is_theirs = match homes.get(&person.home) {
                Some(known) => *known,
                None => self.administers_people_of(&person.home).await?,
            };
            homes.insert(person.home.clone(), is_theirs);
            if is_theirs {
                let memberships = of_person.remove(&person.id).unwrap_or_default();
                people.push(PersonRoles { person, memberships });
            }
        }
        Ok(people)
    }

    /// One of those people, by id or login.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] also for people of other places.
    pub async fn person(&self, id_or_login: &str) -> Result<Person> {
        let unknown = || ControlError::not_found("person", id_or_login);
        let found = match self.control.person(id_or_login).await {
            Err(ControlError::NotFound { .. }) => self.control.person_by_login(id_or_login).await?.ok_or_else(unknown)?,
            found => found?,
        };
        if self.administers_people_of(&found.home).await? { Ok(found) } else { Err(unknown()) }
    }

    /// Makes a person; the second is their password, shown this once and good for choosing another alone.
    ///
    /// # Errors
    /// [`ControlError::NotAllowed`] for a place or a role that is not theirs to give, [`ControlError::Conflict`] for a login that is
    /// taken, [`ControlError::Invalid`] for a property of the wrong form.
    pub async fn create_person(&self, new: &NewPerson) -> Result<(Person, Option<String>)> {
        let context = "making a person";
        let NewPerson { request, role, password } = new;
        request.check()?;
        self.must_administer_people_of(&request.home).await?;
        if let Some(given) = role {
            self.must_have(&given.domains, given.personal).await?;
            given.domains.check()?;
        }
        let secret = if *password { Some(password::one_time_password()?) } else { None };
        let hashed = match &secret {
            Some(secret) => Some(self.control.hash_password(secret, true).await?),
            None => None,
        };
        let mut transaction = self.control.begin(context).await?;
        let person = person::insert(&mut *transaction, request, self.now).await?;
        if let Some(given) = role {
            let membership = given.to(&person.id, request.home.clone());
            membership::insert(&mut *transaction, &membership, context.into()).await?;
        }
        if let Some(hashed) = &hashed {
            password::keep(&mut transaction, &person.id, hashed, self.now).await?;
        }
        transaction.commit().await.map_err(ControlError::store(context))?;
        let entry = self.entry(AuditAction::PersonChange, "created", &person.home).with("person", person.id.as_str());
        let entry = entry.with("role", role.as_ref().map(|given| given.role.as_str()));
        self.note(entry).await?;
        Ok((person, secret))
    }

    /// Keeps a person from signing in. True if they could until now.
    ///
    /// # Errors
    /// [`ControlError::NotFound`], [`ControlError::Conflict`] for oneself.
    pub async fn disable_person(&self, id_or_login: &str) -> Result<bool> {
        let person = self.person(id_or_login).await?;
        self.must_be_another(&person.id)?;
        let changed = self.control.disable_person(&person.id, self.now).await?;
        if changed {
            self.note_person(AuditAction::PersonChange, "disabled", &person).await?;
        }
        Ok(changed)
    }

    /// Lets a person sign in again. True if they could not until now.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub async fn enable_person(&self, id_or_login: &str) -> Result<bool> {
        let person = self.person(id_or_login).await?;
        let changed = self.control.enable_person(&person.id).await?;
        if changed {
            self.note_person(AuditAction::PersonChange, "enabled", &person).await?;
        }
        Ok(changed)
    }

    /// Gives a person another password, shown this once and good for choosing another alone; ends their sessions.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub async fn reset_password(&self, id_or_login: &str) -> Result<String> {
        let person = self.person(id_or_login).await?;
        let password = self.control.reset_password(&person.id, self.now).await?;
        self.note_person(AuditAction::PasswordChange, "reset", &person).await?;
        Ok(password)
    }

    async fn note_person(&self, action: AuditAction, change: &str, person: &Person) -> Result<()> {
        self.note(self.entry(action, change, &person.home).with("person", person.id.as_str())).await
    }
}
