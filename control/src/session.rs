//! Sessions: browsers that are signed in. A cookie holds 256 random bits, of which only a hash is stored; the token against
//! cross-site requests (CSRF) is derived from them, and stored nowhere. Does not know how a cookie travels, nor who was let
//! in by what (sign_in.rs, provider.rs).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;

use crate::hexadecimal::{derived, hash, hexadecimal, is_hexadecimal, random, same};
use crate::{Control, ControlError, Identity, Result, stored};

/// A session ends when it was not used for so long: a working day with its breaks.
pub const SESSION_IDLE_MAX_HOURS: i64 = 12;
/// A session ends, used or not.
pub const SESSION_MAX_DAYS: i64 = 7;
/// How exactly a session's last use is known: a page of many requests writes once.
pub const SESSION_SEEN_SECONDS: i64 = 60;

const ID_BYTES: usize = 8;
const COOKIE_BYTES: usize = 32;
/// Ended and expired sessions are kept so long, for whoever asks what happened.
const KEPT_DAYS: i64 = 30;

/// A new session: the only time that its cookie is to be seen.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedSession {
    /// Its public name, for [`Control::end_session`].
    pub id: String,
    /// What the browser keeps: HttpOnly, Secure, SameSite=Lax.
    pub cookie: String,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

impl fmt::Debug for IssuedSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, cookie: _, expires_at } = self;
        formatter.debug_struct("IssuedSession").field("id", id).field("cookie", &"…").field("expires_at", expires_at).finish()
    }
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its public name.
    pub id: String,
    /// Who signed in.
    pub person_id: String,
    /// What the browser said that it is, if anything.
    pub client: Option<String>,
    /// When they signed in.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct SessionRow {
    id: String,
    person_id: String,
    client: Option<String>,
    created_at: String,
    last_seen_at: String,
    expires_at: String,
}

impl TryFrom<SessionRow> for Session {
    type Error = ControlError;

    fn try_from(row: SessionRow) -> Result<Self> {
        Ok(Self {
            created_at: stored::instant(&row.created_at)?,
            last_seen_at: stored::instant(&row.last_seen_at)?,
            expires_at: stored::instant(&row.expires_at)?,
            id: row.id,
            person_id: row.person_id,
            client: row.client,
        })
    }
}

/// What a page of a session sends along with whatever changes something. Only who has the cookie can make it.
///
/// # Errors
/// [`ControlError::Store`] if the text cannot be hashed, which does not happen.
pub fn csrf_token(cookie: &str) -> Result<String> {
    Ok(hexadecimal(&derived(cookie, "quarterdeck csrf")?))
}

/// Whether a page's token is the session's, told in a time that says nothing of it.
pub fn csrf_token_matches(cookie: &str, token: &str) -> bool {
    csrf_token(cookie).is_ok_and(|expected| same(&expected, token))
}

impl Control {
    /// Begins a session for a person who has just shown who they are. `client` is what the browser says that it is; it is
    /// shortened.
    ///
    /// # Errors
    /// [`ControlError::SignInRefused`] for a person who is unknown or disabled.
    pub async fn create_session(&self, person_id: &str, client: Option<&str>, now: DateTime<Utc>) -> Result<IssuedSession> {
        const CLIENT_MAX_CHARACTERS: usize = 200;
        let client = client.map(|client| {
            let shown = client.chars().filter(|character| !character.is_control());
            shown.take(CLIENT_MAX_CHARACTERS).collect::<String>()
        });
        let (id, cookie) = (random::<ID_BYTES>()?, random::<COOKIE_BYTES>()?);
        let expires_at = now + TimeDelta::days(SESSION_MAX_DAYS);
        let sql = "
            INSERT INTO sessions (id, cookie_hash, person_id, client, created_at, last_seen_at, expires_at)
            SELECT $1, $2, id, $4, $5, $5, $6
            FROM people
            WHERE id = $3 AND disabled_at IS NULL";
        let query = sqlx::query(sql).bind(&id).bind(hash(&cookie)).bind(person_id).bind(client);
        let query = query.bind(stored::instant_text(now)).bind(stored::instant_text(expires_at));
        let done = query.execute(&self.pool).await.map_err(ControlError::write("beginning a session"))?;
        if done.rows_affected() == 0 {
            return Err(ControlError::SignInRefused);
        }
        Ok(IssuedSession { id, cookie, expires_at })
    }

    /// Whose session a cookie is of, and what they may see now.
    ///
    /// # Errors
    /// [`ControlError::SignInRefused`] alike for a cookie that is malformed or unknown, a session that has ended or was not
    /// used for too long, and a person who may not sign in.
    pub async fn session(&self, cookie: &str, now: DateTime<Utc>) -> Result<(Session, Identity)> {
        if !is_hexadecimal(cookie, COOKIE_BYTES) {
            return Err(ControlError::SignInRefused);
        }
        let sql = "
            SELECT id, person_id, client, created_at, last_seen_at, expires_at
            FROM sessions
            WHERE cookie_hash = $1 AND ended_at IS NULL AND expires_at > $2 AND last_seen_at > $3";
        let query = sqlx::query_as(sql).bind(hash(cookie)).bind(stored::instant_text(now)).bind(idle_since(now));
        let row: Option<SessionRow> = query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a session"))?;
        let session = Session::try_from(row.ok_or(ControlError::SignInRefused)?)?;
        let person = self.person(&session.person_id).await?;
        if person.disabled_at.is_some() {
            return Err(ControlError::SignInRefused);
        }
        let identity = self.identity_of_person(&person).await?;
        if now - session.last_seen_at >= TimeDelta::seconds(SESSION_SEEN_SECONDS) {
            self.see_session(&session.id, now).await?;
        }
        Ok((session, identity))
    }

    async fn see_session(&self, id: &str, now: DateTime<Utc>) -> Result<()> {
        let query = sqlx::query("UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2").bind(id);
        let done = query.bind(stored::instant_text(now)).execute(&self.pool).await;
        done.map(drop).map_err(ControlError::write("noting a session's use"))
    }

    /// A person's live sessions, newest first.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn sessions(&self, person_id: &str, now: DateTime<Utc>) -> Result<Vec<Session>> {
        let sql = "
            SELECT id, person_id, client, created_at, last_seen_at, expires_at
            FROM sessions
            WHERE person_id = $1 AND ended_at IS NULL AND expires_at > $2 AND last_seen_at > $3
            ORDER BY created_at DESC, id";
        let query = sqlx::query_as(sql).bind(person_id).bind(stored::instant_text(now)).bind(idle_since(now));
        let rows: Vec<SessionRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading sessions"))?;
        rows.into_iter().map(Session::try_from).collect()
    }

    /// Ends one session of a person: another's is not found. True if it was live until now.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn end_session(&self, person_id: &str, id: &str, now: DateTime<Utc>) -> Result<bool> {
        let sql = "UPDATE sessions SET ended_at = $3 WHERE id = $1 AND person_id = $2 AND ended_at IS NULL";
        let query = sqlx::query(sql).bind(id).bind(person_id).bind(stored::instant_text(now));
        let done = query.execute(&self.pool).await.map_err(ControlError::write("ending a session"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends all sessions of a person. Returns how many were live until now.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn end_sessions(&self, person_id: &str, now: DateTime<Utc>) -> Result<u64> {
        end_all(&self.pool, person_id, now).await
    }

    /// Drops sessions that ended long ago. Returns how many.
    pub(crate) async fn forget_sessions(&self, now: DateTime<Utc>) -> Result<u64> {
        let query = sqlx::query("DELETE FROM sessions WHERE expires_at < $1 OR ended_at < $1");
        let done = query.bind(stored::instant_text(now - TimeDelta::days(KEPT_DAYS))).execute(&self.pool).await;
        Ok(done.map_err(ControlError::write("forgetting sessions"))?.rows_affected())
    }
}

fn idle_since(now: DateTime<Utc>) -> String {
    stored::instant_text(now - TimeDelta::hours(SESSION_IDLE_MAX_HOURS))
}

pub(crate) async fn end_all<'e>(executor: impl sqlx::AnyExecutor<'e>, person_id: &str, now: DateTime<Utc>) -> Result<u64> {
    let query = sqlx::query("UPDATE sessions SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL").bind(person_id);
    let done = query.bind(stored::instant_text(now)).execute(executor).await.map_err(ControlError::write("ending sessions"))?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests;
