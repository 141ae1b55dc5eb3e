//! Signing in with a password, and choosing another. Does not know sessions or doors: whoever is let in here still needs a
//! session (session.rs) or is answered at once.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::password::check_password;
use crate::person::login_key;
use crate::{Control, ControlError, Identity, Person, Result};

/// What a right password opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// Everything that is theirs.
    Complete(Person),
    /// Choosing another password, by [`Control::change_password`], and nothing else.
    MustChangePassword(Person),
}

#[derive(FromRow)]
struct PasswordRow {
    person_id: String,
    hash: String,
    must_change: i64,
    disabled_at: Option<String>,
}

impl Control {
    /// Lets a person in by login and password. An unknown login, one that is disabled, and a wrong password are told apart
    /// neither by the answer nor by the time that it takes.
    ///
    /// # Errors
    /// [`ControlError::SignInRefused`], [`ControlError::TooManyAttempts`].
    pub async fn sign_in(&self, login: &str, password: &str, address: IpAddr, now: DateTime<Utc>) -> Result<SignIn> {
        // So many tries and no more are between being looked at and being counted.
        let _place = self.guessing.acquire().await.map_err(ControlError::store("waiting to check a password"))?;
        let attempt = self.look(login, address, now).await?;
        let kept = self.password_row(login).await?;
        let matches = self.password_matches(password, kept.as_ref().map(|kept| kept.hash.clone())).await?;
        let Some(kept) = kept.filter(|kept| matches && kept.disabled_at.is_none()) else {
            self.count_failure(&attempt, now).await?;
            return Err(ControlError::SignInRefused);
        };
        self.count_success(&attempt, now).await?;
        let person = self.person(&kept.person_id).await?;
        Ok(if kept.must_change == 0 { SignIn::Complete(person) } else { SignIn::MustChangePassword(person) })
    }

    /// Lets a person choose another password, and ends their sessions.
    ///
    /// # Errors
    /// Those of [`Control::sign_in`]; [`ControlError::Invalid`] for a new password that is not good enough, or the old one.
    pub async fn change_password(
        &self,
        login: &str,
        old: &str,
        new: &str,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<Person> {
        let (SignIn::Complete(person) | SignIn::MustChangePassword(person)) = self.sign_in(login, old, address, now).await?;
        check_password(new, &person)?;
        if new == old {
            return Err(ControlError::invalid("password", "…", "must be another than the old one"));
        }
        self.set_password(&person.id, new, now).await?;
        Ok(person)
    }

    /// Who somebody is who gives a user name and a secret at once (HTTP Basic, the handshake of Flight): a token under any
    /// name, or a login and its password.
    ///
    /// # Errors
    /// [`ControlError::NotAuthentic`], [`ControlError::SignInRefused`], also for a password that must be changed first,
    /// [`ControlError::TooManyAttempts`].
    pub async fn identify(&self, user: &str, secret: &str, address: IpAddr, now: DateTime<Utc>) -> Result<Identity> {
        if crate::token::is_token(secret) {
            return self.authenticate(secret, now).await;
        }
        match self.sign_in(user, secret, address, now).await? {
            SignIn::Complete(person) => self.identity_of_person(&person).await,
            SignIn::MustChangePassword(_) => Err(ControlError::SignInRefused),
        }
    }

    async fn password_row(&self, login: &str) -> Result<Option<PasswordRow>> {
        let sql = "
            SELECT person_id, hash, must_change, disabled_at
            FROM passwords
            JOIN people ON people.id = passwords.person_id
            WHERE login = $1";
        let login = login_key(login).replace('\0', "");
        let query = sqlx::query_as(sql).bind(login);
        query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a password"))
    }
}

#[cfg(test)]
mod tests;
