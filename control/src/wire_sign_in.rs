//! Signing in to the SQL door: a user name and a tenant lead to what SCRAM needs, and a proof that was right leads to an
//! identity. A user is a person's login, a token's name, or a token's public part. Does not know the exchange itself.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use crate::attempt::Attempt;
use crate::scram::{self, ScramSecret};
use crate::token::Token;
use crate::{Control, ControlError, Identity, Person, Result};

/// A sign-in under way, which ends with [`Control::finish_wire_sign_in`] or [`Control::refuse_wire_sign_in`].
#[derive(Debug, Clone)]
pub struct WireSignIn {
    /// What the client's proof is checked with; of nobody, if there is no such user.
    pub secret: ScramSecret,
    user: Option<User>,
    attempt: Option<Attempt>,
    tenant_id: String,
}

#[derive(Debug, Clone)]
enum User {
    Person(Person),
    Token(Token),
}

impl User {
    fn id(&self) -> &str {
        match self {
            Self::Person(person) => &person.id,
            Self::Token(token) => &token.id,
        }
    }
}

impl Control {
    /// What SCRAM needs to check a user of a tenant. A user who does not exist, may not sign in, does not see the tenant, or
    /// must change their password gets a secret that no password fits. Writes nothing: connections are opened all day.
    ///
    /// # Errors
    /// [`ControlError::TooManyAttempts`].
    pub async fn begin_wire_sign_in(
        &self,
        user: &str,
        tenant_id: &str,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<WireSignIn> {
        let found = self.wire_user(user, tenant_id, now).await?;
        // Nobody guesses 256 random bits; and a token's name that many connect with is not to be held up by one that is wrong.
        let attempt = match &found {
            Some(User::Token(_)) => None,
            Some(User::Person(_)) | None => Some(self.look(user, address, now).await?),
        };
        let secret = match &found {
            Some(user) => scram::read(&self.pool, user.id()).await?,
            None => None,
        };
        let (secret, user) = match secret {
            Some(secret) => (secret, found),
            None => (ScramSecret::decoy(&self.installation_secret("decoys").await?, user)?, None),
        };
        Ok(WireSignIn { secret, user, attempt, tenant_id: tenant_id.to_owned() })
    }

    /// Who has signed in, seeing that tenant alone; to be called once the client's proof was right, and never otherwise.
    ///
    /// # Errors
    /// [`ControlError::SignInRefused`] or [`ControlError::NotAuthentic`] if what was good has ended meanwhile.
    pub async fn finish_wire_sign_in(&self, sign_in: &WireSignIn, now: DateTime<Utc>) -> Result<Identity> {
        let identity = match &sign_in.user {
            None => return Err(ControlError::SignInRefused),
            Some(User::Token(token)) => self.identity_of_token(&self.token(&token.id).await?, now).await?,
            Some(User::Person(person)) => {
                let person = self.person(&person.id).await?;
                if person.disabled_at.is_some() {
                    return Err(ControlError::SignInRefused);
                }
                self.identity_of_person(&person).await?
            }
        };
        let identity = identity.within(&sign_in.tenant_id).ok_or(ControlError::SignInRefused)?;
        if let Some(attempt) = &sign_in.attempt {
            self.count_success(attempt, now).await?;
        }
        Ok(identity)
    }

    /// Counts a guess that was wrong; to be called when the client's proof was. A client that went away without a proof has
    /// learnt nothing.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn refuse_wire_sign_in(&self, sign_in: &WireSignIn, now: DateTime<Utc>) -> Result<()> {
        match &sign_in.attempt {
            Some(attempt) => self.count_failure(attempt, now).await,
            None => Ok(()),
        }
    }

    async fn wire_user(&self, user: &str, tenant_id: &str, now: DateTime<Utc>) -> Result<Option<User>> {
        if user.contains('\0') || tenant_id.contains('\0') {
            return Ok(None);
        }
        if let Some(person) = self.person_by_login(user).await?.filter(|person| person.disabled_at.is_none()) {
            let sees = match self.identity_of_person(&person).await {
                Ok(identity) => identity.tenant(tenant_id).is_some(),
                Err(ControlError::SignInRefused) => false,
                Err(error) => return Err(error),
            };
            if sees {
                return Ok(Some(User::Person(person)));
            }
        }
        Ok(self.token_by_user(user, tenant_id, now).await?.map(User::Token))
    }
}

#[cfg(test)]
mod tests;
