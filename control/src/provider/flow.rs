//! A sign-in by a provider: a browser is sent there with a state, and comes back with it and a code. Each state counts once,
//! for a short time, and for the browser that began alone. Only hashes are stored. Does not know what is said to the provider
//! (exchange.rs), nor whom it means (subject.rs).

use std::fmt;
use std::future::Future;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{HttpRequest, HttpResponse};
use sqlx::FromRow;

use super::exchange;
use crate::hexadecimal::{hash, random, same};
use crate::{Control, ControlError, Person, Result, stored};

/// How long somebody may take at the provider.
pub const PROVIDER_SIGN_IN_MINUTES: i64 = 10;

const SECRET_BYTES: usize = 32;

/// The beginning of a sign-in.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderStart {
    /// Where to send the browser.
    pub url: String,
    /// What the browser keeps until it comes back: HttpOnly, Secure, SameSite=Lax, for [`PROVIDER_SIGN_IN_MINUTES`].
    pub cookie: String,
}

impl fmt::Debug for ProviderStart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProviderStart").field("url", &"…").field("cookie", &"…").finish()
    }
}

/// A sign-in that the provider vouches for. It needs a session: [`Control::create_session`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSignIn {
    /// Who it is.
    pub person: Person,
    /// The path that they wanted to see.
    pub return_to: Option<String>,
}

#[derive(FromRow)]
struct SignInRow {
    cookie_hash: String,
    partner_id: String,
    return_to: Option<String>,
    expires_at: String,
}

impl Control {
    /// Begins a sign-in by a partner's provider. `return_to` is a path of ours. `http` sends one request, follows no redirect,
    /// and bounds time and size of the answer.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for a partner without a provider, [`ControlError::ProviderFailed`] if it does not answer,
    /// [`ControlError::Invalid`] for a path that leads elsewhere.
    pub async fn begin_provider_sign_in<H, F, E>(
        &self,
        partner_id: &str,
        return_to: Option<&str>,
        http: &H,
        now: DateTime<Utc>,
    ) -> Result<ProviderStart>
    where
        H: Fn(HttpRequest) -> F + Sync,
        F: Future<Output = Result<HttpResponse, E>> + Send + 'static,
        E: std::error::Error + Send + Sync + 'static,
    {
        return_to.map_or(Ok(()), check_path)?;
        let provider = self.identity_provider(partner_id).await?;
        let (state, cookie) = (random::<SECRET_BYTES>()?, random::<SECRET_BYTES>()?);
        let url = exchange::authorization_url(&provider, &cookie, state.clone(), http).await?;
        let sql = "
            INSERT INTO provider_sign_ins (state_hash, cookie_hash, partner_id, return_to, expires_at)
            VALUES ($1, $2, $3, $4, $5)";
        let query = sqlx::query(sql).bind(hash(&state)).bind(hash(&cookie)).bind(partner_id).bind(return_to);
        let query = query.bind(stored::instant_text(now + TimeDelta::minutes(PROVIDER_SIGN_IN_MINUTES)));
        query.execute(&self.pool).await.map_err(ControlError::write("beginning a sign-in by a provider"))?;
        Ok(ProviderStart { url, cookie })
    }

    /// Finishes a sign-in with what the browser brought back: `state` and `code` of the URL, and its cookie. Whatever comes of
    /// it, the state is used up.
    ///
    /// # Errors
    /// [`ControlError::SignInRefused`] for a state that is unknown, used, out of date or another browser's;
    /// [`ControlError::ProviderRefused`] if the provider's word does not count, or not for anybody here;
    /// [`ControlError::ProviderFailed`] if it does not answer.
    pub async fn finish_provider_sign_in<H, F, E>(
        &self,
        state: &str,
        code: &str,
        cookie: &str,
        http: &H,
        now: DateTime<Utc>,
    ) -> Result<ProviderSignIn>
    where
        H: Fn(HttpRequest) -> F + Sync,
        F: Future<Output = Result<HttpResponse, E>> + Send + 'static,
        E: std::error::Error + Send + Sync + 'static,
    {
        let row = self.take_sign_in(state).await?.ok_or(ControlError::SignInRefused)?;
        if !same(&hash(cookie), &row.cookie_hash) || stored::instant(&row.expires_at)? <= now {
            return Err(ControlError::SignInRefused);
        }
        let provider = self.identity_provider(&row.partner_id).await?;
        let claimed = exchange::claimed(&provider, cookie, code.to_owned(), http, now).await?;
        let person = self.person_claimed(&provider, &claimed, now).await?;
        Ok(ProviderSignIn { person, return_to: row.return_to })
    }

    /// Takes a sign-in under way out of the store, so that nobody else has it.
    async fn take_sign_in(&self, state: &str) -> Result<Option<SignInRow>> {
        let sql = "
            DELETE FROM provider_sign_ins
            WHERE state_hash = $1
            RETURNING cookie_hash, partner_id, return_to, expires_at";
        let query = sqlx::query_as(sql).bind(hash(state));
        query.fetch_optional(&self.pool).await.map_err(ControlError::write("finishing a sign-in by a provider"))
    }

    /// Drops sign-ins that never came back. Returns how many.
    pub(crate) async fn forget_provider_sign_ins(&self, now: DateTime<Utc>) -> Result<u64> {
        let query = sqlx::query("DELETE FROM provider_sign_ins WHERE expires_at <= $1").bind(stored::instant_text(now));
        let done = query.execute(&self.pool).await.map_err(ControlError::write("forgetting sign-ins"))?;
        Ok(done.rows_affected())
    }
}

/// A path of ours: `//host` and `/\host` lead elsewhere.
fn check_path(path: &str) -> Result<()> {
    const PATH_MAX_BYTES: usize = 2048;
    let leads_elsewhere = !path.starts_with('/') || path.starts_with("//") || path.contains('\\');
    if leads_elsewhere || path.len() > PATH_MAX_BYTES || path.chars().any(char::is_control) {
        return Err(ControlError::invalid("path to return to", path, "must be a path of this site"));
    }
    Ok(())
}
