//! The first start of an installation: somebody must be able to come in. Does not know how they are told.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::membership::{self, Membership};
use crate::person::{self, PersonRequest};
use crate::{Control, ControlError, Place, Result, Role, installation, password};

/// What the first administrator signs in with.
pub const FIRST_ADMINISTRATOR_LOGIN: &str = "administrator";

/// How to sign in for the first time: shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct FirstAdministrator {
    /// The login.
    pub login: String,
    /// The password, good for choosing another alone.
    pub password: String,
}

impl fmt::Debug for FirstAdministrator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FirstAdministrator").field("login", &self.login).field("password", &"…").finish()
    }
}

impl Control {
    /// Makes an administrator of the installation when there is no person at all, whichever node asks first; None from then
    /// on. Who loses the password makes another by [`Control::reset_password`].
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn ensure_first_administrator(&self, now: DateTime<Utc>) -> Result<Option<FirstAdministrator>> {
        let context = "making the first administrator";
        if self.has_people(&self.pool).await? {
            return Ok(None);
        }
        let login = FIRST_ADMINISTRATOR_LOGIN.to_owned();
        let password = password::one_time_password()?;
        let hashed = self.hash_password(&password, true).await?;
        // Who sets the value is the one; others wait for it here.
        let mut transaction = self.begin(context).await?;
        let is_first = installation::claim(&mut *transaction, "first administrator", &login).await?;
        if !is_first || self.has_people(&mut *transaction).await? {
            return Ok(None);
        }
        let name = "Administrator".to_owned();
        let request = PersonRequest { login: login.clone(), name, home: Place::Installation, locale: None };
        let person = person::insert(&mut *transaction, &request, now).await?;
        let membership = Membership::new(&person.id, Place::Installation, Role::Administrator);
        membership::insert(&mut *transaction, &membership, context.into()).await?;
        password::keep(&mut transaction, &person.id, &hashed, now).await?;
        transaction.commit().await.map_err(ControlError::store(context))?;
        Ok(Some(FirstAdministrator { login, password }))
    }

    async fn has_people<'e>(&self, executor: impl sqlx::AnyExecutor<'e>) -> Result<bool> {
        let query = sqlx::query_scalar("SELECT count(*) FROM people");
        let count: i64 = query.fetch_one(executor).await.map_err(ControlError::store("counting people"))?;
        Ok(count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fresh_stores;
    use crate::{Permission, SignIn};

    fn now() -> DateTime<Utc> {
        "2026-11-22T08:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn one_of_many_nodes_makes_one_and_the_password_opens_choosing_another_alone() {
        for control in fresh_stores().await {
            let nodes = control.nodes(4).await;
            let starting =
                nodes.into_iter().map(|node| tokio::spawn(async move { node.ensure_first_administrator(now()).await }));
            let mut made = Vec::new();
            for started in starting.collect::<Vec<_>>() {
                made.extend(started.await.unwrap().unwrap());
            }
            let [FirstAdministrator { login, password }] = made.as_slice() else { panic!("{made:?}") };
            assert!(!format!("{made:?}").contains(password));
            assert_eq!(control.ensure_first_administrator(now()).await.unwrap(), None);

            let address = "192.0.2.1".parse().unwrap();
            let first = control.sign_in(login, password, address, now()).await.unwrap();
            assert!(matches!(first, SignIn::MustChangePassword(_)));
            control.change_password(login, password, "correct horse battery", address, now()).await.unwrap();
            let SignIn::Complete(person) = control.sign_in(login, "correct horse battery", address, now()).await.unwrap() else {
                panic!("the password was changed");
            };
            let session = control.create_session(&person.id, None, now()).await.unwrap();
            let (_, identity) = control.session(&session.cookie, now()).await.unwrap();
            assert!(identity.may(Permission::Administration) && identity.administers(&Place::Partner("any".into())));
        }
    }

    #[tokio::test]
    async fn where_there_is_somebody_none_is_made() {
        for control in fresh_stores().await {
            let request = PersonRequest { login: "ada".into(), name: "Ada".into(), home: Place::Installation, locale: None };
            control.create_person(&request, now()).await.unwrap();
            assert_eq!(control.ensure_first_administrator(now()).await.unwrap(), None);
        }
    }
}
