//! From whom a provider means to a person: by the provider's own name for them, once it is known; before that by an e-mail
//! address that the provider has verified. A provider speaks for its partner's people alone, and for those of tenants that no
//! other partner looks after.

use chrono::{DateTime, Utc};

use super::exchange::Claimed;
use super::{FirstSignIn, IdentityProvider};
use crate::membership::{self, Membership};
use crate::slug::check_name;
use crate::{Control, ControlError, Domains, Person, PersonRequest, Place, Result, Role, person};

impl Control {
    /// The person that a provider means, who may sign in.
    pub(super) async fn person_claimed(
        &self,
        provider: &IdentityProvider,
        claimed: &Claimed,
        now: DateTime<Utc>,
    ) -> Result<Person> {
        if let Some(person) = self.person_of_subject(&provider.issuer, &claimed.subject).await? {
            return self.let_in(provider, person).await;
        }
        let email = claimed.email.as_deref().ok_or_else(|| refused("the provider has not verified an e-mail address"))?;
        if !provider.counts(email) {
            return Err(refused("addresses of that e-mail domain do not count here"));
        }
        if let Some(person) = self.person_by_login(email).await? {
            let person = self.let_in(provider, person).await?;
            self.bind_subject(provider, claimed, &person).await?;
            return Ok(person);
        }
        let FirstSignIn::NewPeople(role) = provider.first_sign_in else {
            return Err(refused("nobody is known here by that e-mail address"));
        };
        match self.make_person(provider, claimed, email, role, now).await {
            // Somebody else made them in the meantime: another tab of the same browser.
            Err(ControlError::Conflict { .. }) => {
                let person = self.person_of_subject(&provider.issuer, &claimed.subject).await?;
                self.let_in(provider, person.ok_or_else(|| refused("somebody else signs in by that e-mail address"))?).await
            }
            made => made,
        }
    }

    async fn let_in(&self, provider: &IdentityProvider, person: Person) -> Result<Person> {
        if person.disabled_at.is_some() {
            return Err(refused("the person may not sign in"));
        }
        let is_theirs = match &person.home {
            Place::Installation => false,
            Place::Partner(id) => *id == provider.partner_id,
            Place::Tenant(id) => match self.grants_of_tenant(id).await?.as_slice() {
                [only] => only.partner_id == provider.partner_id && only.domains == Domains::All && only.row_filters.is_empty(),
                _ => false,
            },
        };
        if !is_theirs {
            return Err(refused("the person is not one whom this provider speaks for"));
        }
        Ok(person)
    }

    async fn person_of_subject(&self, issuer: &str, subject: &str) -> Result<Option<Person>> {
        let query = sqlx::query_scalar("SELECT person_id FROM provider_subjects WHERE issuer = $1 AND subject = $2");
        let id: Option<String> = query
            .bind(issuer)
            .bind(subject)
            .fetch_optional(&self.pool)
            .await
            .map_err(ControlError::store("reading whom a provider means"))?;
        match id {
            Some(id) => self.person(&id).await.map(Some),
            None => Ok(None),
        }
    }

    async fn bind_subject(&self, provider: &IdentityProvider, claimed: &Claimed, person: &Person) -> Result<()> {
        match insert(&self.pool, &provider.issuer, &claimed.subject, &person.id).await {
            // The address went from one subject of the provider to another, so maybe from one human to another.
            Err(ControlError::Conflict { .. }) => {
                let bound = self.person_of_subject(&provider.issuer, &claimed.subject).await?;
                let is_same = bound.is_some_and(|bound| bound.id == person.id);
                if is_same { Ok(()) } else { Err(refused("the person is known as somebody else of this provider")) }
            }
            outcome => outcome,
        }
    }

    async fn make_person(
        &self,
        provider: &IdentityProvider,
        claimed: &Claimed,
        email: &str,
        role: Role,
        now: DateTime<Utc>,
    ) -> Result<Person> {
        let context = "making a person at their first sign-in";
        let name = claimed.name.clone().filter(|name| check_name("name", name).is_ok()).unwrap_or_else(|| email.to_owned());
        let home = Place::Partner(provider.partner_id.clone());
        let request = PersonRequest { login: email.to_owned(), name, home: home.clone(), locale: None };
        request.check()?;
        let mut transaction = self.begin(context).await?;
        let person = person::insert(&mut *transaction, &request, now).await?;
        membership::insert(&mut *transaction, &Membership::new(&person.id, home, role), context.into()).await?;
        insert(&mut *transaction, &provider.issuer, &claimed.subject, &person.id).await?;
        transaction.commit().await.map_err(ControlError::store(context))?;
        Ok(person)
    }
}

fn refused(detail: &str) -> ControlError {
    ControlError::ProviderRefused { detail: detail.to_owned() }
}

async fn insert<'e>(executor: impl sqlx::AnyExecutor<'e>, issuer: &str, subject: &str, person_id: &str) -> Result<()> {
    let query = sqlx::query("INSERT INTO provider_subjects (issuer, subject, person_id) VALUES ($1, $2, $3)");
    let done = query.bind(issuer).bind(subject).bind(person_id).execute(executor).await;
    done.map(drop).map_err(ControlError::write("noting whom a provider means"))
}
