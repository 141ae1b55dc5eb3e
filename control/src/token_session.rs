//! Browsers that were signed in by a token. They keep a cookie of their own, so that the token is in no browser, and signing out ends
//! something. Does not know how a cookie travels, nor where the token came from.

use chrono::{DateTime, TimeDelta, Utc};

use crate::hexadecimal::{hash, is_hexadecimal, random};
use crate::{Control, ControlError, Identity, Result, Token, stored};

/// A browser stays signed in by a token for so long, if the token is good as long.
pub const TOKEN_SESSION_MAX_DAYS: i64 = 30;

/// Tells the cookie from that of a person's session: no hexadecimal digit.
const MARK: char = 't';
const COOKIE_BYTES: usize = 32;

/// Whether a cookie has the form of one for a token.
pub fn is_token_session(cookie: &str) -> bool {
    cookie.strip_prefix(MARK).is_some_and(|rest| is_hexadecimal(rest, COOKIE_BYTES))
}

impl Control {
    /// Signs a browser in by a token: what it keeps, and who it is. Of the cookie only a hash is stored.
    ///
    /// # Errors
    /// [`ControlError::NotAuthentic`] as [`Control::authenticate`] has it.
    pub async fn create_token_session(&self, token: &str, now: DateTime<Utc>) -> Result<(String, Identity)> {
        let identity = self.authenticate(token, now).await?;
        let cookie = format!("{MARK}{}", random::<COOKIE_BYTES>()?);
        let sql = "INSERT INTO token_sessions (cookie_hash, token_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
        let query = sqlx::query(sql).bind(hash(&cookie)).bind(&identity.subject.id).bind(stored::instant_text(now));
        let query = query.bind(stored::instant_text(now + TimeDelta::days(TOKEN_SESSION_MAX_DAYS)));
        query.execute(&self.pool).await.map_err(ControlError::write("signing a browser in by a token"))?;
        Ok((cookie, identity))
    }

    /// Who the bearer of the token is that a browser was signed in by, and what they may see now.
    ///
    /// # Errors
    /// [`ControlError::NotAuthentic`] alike for a cookie that is unknown or out of date, and a token that is good no longer.
    pub async fn token_session(&self, cookie: &str, now: DateTime<Utc>) -> Result<Identity> {
        if !is_token_session(cookie) {
            return Err(ControlError::NotAuthentic);
        }
        let sql = "SELECT token_id FROM token_sessions WHERE cookie_hash = $1 AND expires_at > $2";
        let query = sqlx::query_scalar(sql).bind(hash(cookie)).bind(stored::instant_text(now));
        let id: Option<String> =
            query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a browser's sign-in"))?;
        let token: Token = self.token(&id.ok_or(ControlError::NotAuthentic)?).await?;
        self.identity_of_token(&token, now).await
    }

    /// Signs a browser out. True if it was signed in until now.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn end_token_session(&self, cookie: &str) -> Result<bool> {
        let query = sqlx::query("DELETE FROM token_sessions WHERE cookie_hash = $1").bind(hash(cookie));
        let done = query.execute(&self.pool).await.map_err(ControlError::write("signing a browser out"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Drops those that are out of date. Returns how many.
    pub(crate) async fn forget_token_sessions(&self, now: DateTime<Utc>) -> Result<u64> {
        let query = sqlx::query("DELETE FROM token_sessions WHERE expires_at <= $1").bind(stored::instant_text(now));
        let done = query.execute(&self.pool).await.map_err(ControlError::write("forgetting sign-ins by tokens"))?;
        Ok(done.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::staged_stores;
    use crate::{Kind, Role, TokenRequest, TokenScope};

    fn now() -> DateTime<Utc> {
        "2026-11-22T08:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn a_browser_is_signed_in_by_a_cookie_that_is_no_token() {
        for control in staged_stores().await {
            let scope = TokenScope::Partner { partner_id: "north".into() };
            let issued = control.create_token(&TokenRequest::new("link", Role::Partner, scope), now()).await.unwrap();
            let (cookie, identity) = control.create_token_session(&issued.token, now()).await.unwrap();
            let (other, _) = control.create_token_session(&issued.token, now()).await.unwrap();
            assert!(is_token_session(&cookie) && !cookie.contains(&issued.id) && cookie != other);
            assert_eq!(control.token_session(&cookie, now()).await.unwrap(), identity);
            let refused = async |cookie: &str, at| control.token_session(cookie, at).await.unwrap_err().kind();
            let last = if cookie.ends_with('0') { '1' } else { '0' };
            for wrong in ["", "t", &cookie[1..], &issued.token, &format!("{}{last}", &cookie[..64])] {
                assert_eq!(refused(wrong, now()).await, Kind::NotAuthentic, "{wrong}");
            }
            let after = now() + TimeDelta::days(TOKEN_SESSION_MAX_DAYS);
            assert_eq!(refused(&cookie, after).await, Kind::NotAuthentic);
            assert!(control.end_token_session(&cookie).await.unwrap() && !control.end_token_session(&cookie).await.unwrap());
            assert_eq!(refused(&cookie, now()).await, Kind::NotAuthentic, "signed out");
            control.token_session(&other, now()).await.unwrap();
            control.revoke_token(&issued.id, now()).await.unwrap();
            assert_eq!(refused(&other, now()).await, Kind::NotAuthentic, "the token is revoked");
            assert_eq!(control.create_token_session(&issued.token, now()).await.unwrap_err().kind(), Kind::NotAuthentic);
            assert_eq!((control.sweep(now()).await.unwrap(), control.sweep(after).await.unwrap()), (0, 1));
        }
    }
}
