//! Guessing made slow: failed sign-ins are counted for a login, for an address, and for the two together, in the store, so
//! that all nodes know. Logins that do not exist are counted like those that do. Does not know what is tried (sign_in.rs,
//! wire_sign_in.rs).
//!
//! Who fails from one address is soon held up there, for longer and longer; who owns the login is not held up elsewhere. Only
//! failures from many addresses hold up the login itself, for half a minute at most, and not at an address from which it
//! signed in lately: so nobody can keep an owner out. Failures are forgotten one by one, so that a busy address is not held up
//! for what its people mistype.
//!
//! A try is looked at before it is checked, and counted when it has failed: whoever opens many connections with the right
//! password at once is not held up by them. How many can be between the two is bounded by those who ask.

mod delay;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use self::delay::{Count, Counted, DAY_MS};
use crate::hexadecimal::hash;
use crate::person::login_key;
use crate::{Control, ControlError, Result};

pub use self::delay::{
    ADDRESS_BLOCK_MAX_SECONDS, ADDRESS_FREE_FAILURES, KNOWN_ADDRESS_DAYS, LOGIN_BLOCK_MAX_SECONDS, LOGIN_FREE_FAILURES,
    PAIR_BLOCK_MAX_SECONDS, PAIR_FREE_FAILURES,
};

/// A try that may be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    subjects: Subjects,
    /// A right one has nothing to note.
    is_settled: bool,
}

/// What a try counts for, as hashes: what is typed as a login may be a password.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Subjects {
    address: String,
    login: String,
    pair: String,
}

impl Subjects {
    fn new(login: &str, address: IpAddr) -> Self {
        let login = login_key(login);
        let address = network(address);
        Self { pair: hash(&format!("{address} {login}")), address: hash(&address), login: hash(&login) }
    }

    /// In the order in which all take the rows, so that no two wait for each other.
    fn in_order(&self) -> [(Counted, &str); 3] {
        [(Counted::Address, &self.address), (Counted::Login, &self.login), (Counted::Pair, &self.pair)]
    }
}

/// Whom an address stands for: an IPv6 customer has a whole /64.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[derive(FromRow)]
struct CountRow {
    kind: String,
    failures: i64,
    failed_at_ms: i64,
    blocked_until_ms: i64,
    succeeded_at_ms: i64,
}

impl CountRow {
    fn count(&self) -> Count {
        let Self { kind: _, failures, failed_at_ms, blocked_until_ms, succeeded_at_ms } = *self;
        Count { failures, failed_at_ms, blocked_until_ms, succeeded_at_ms }
    }
}

impl Control {
    /// Whether a try may be checked, or how long it must wait. Writes nothing.
    pub(crate) async fn look(&self, login: &str, address: IpAddr, now: DateTime<Utc>) -> Result<Attempt> {
        let subjects = Subjects::new(login, address);
        let sql = "
            SELECT kind, failures, failed_at_ms, blocked_until_ms, succeeded_at_ms
            FROM sign_in_attempts
            WHERE (kind = 'address' AND subject = $1) OR (kind = 'login' AND subject = $2) OR (kind = 'pair' AND subject = $3)";
        let query = sqlx::query_as(sql).bind(&subjects.address).bind(&subjects.login).bind(&subjects.pair);
        let rows: Vec<CountRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading failed sign-ins"))?;
        let counts = subjects.in_order().map(|(kind, _)| {
            let row = rows.iter().find(|row| row.kind == kind.as_str());
            (kind, row.map(CountRow::count).unwrap_or_default())
        });
        let now_ms = now.timestamp_millis();
        if let Some(wait_ms) = delay::wait_ms(&counts, now_ms) {
            let retry_after_seconds = u64::try_from(wait_ms).unwrap_or_default().div_ceil(1000);
            return Err(ControlError::TooManyAttempts { retry_after_seconds });
        }
        let [_, _, (_, pair)] = counts;
        Ok(Attempt { subjects, is_settled: pair.is_settled(now_ms) })
    }

    /// A try was wrong.
    pub(crate) async fn count_failure(&self, attempt: &Attempt, now: DateTime<Utc>) -> Result<()> {
        let context = "counting a failed sign-in";
        let mut transaction = self.begin(context).await?;
        for (kind, subject) in attempt.subjects.in_order() {
            let row = take(&mut transaction, kind, subject).await.map_err(ControlError::write(context))?;
            let count = row.count().failed(kind, now.timestamp_millis());
            let sql = "
                UPDATE sign_in_attempts
                SET failures = $3, failed_at_ms = $4, blocked_until_ms = $5
                WHERE kind = $1 AND subject = $2";
            let query = sqlx::query(sql).bind(kind.as_str()).bind(subject);
            let query = query.bind(count.failures).bind(count.failed_at_ms).bind(count.blocked_until_ms);
            query.execute(&mut *transaction).await.map_err(ControlError::write(context))?;
        }
        transaction.commit().await.map_err(ControlError::store(context))
    }

    /// A try was right: the login is known at its address, and its failures there are forgotten. What was tried with other
    /// logins from there, and with this one from elsewhere, stays counted.
    pub(crate) async fn count_success(&self, attempt: &Attempt, now: DateTime<Utc>) -> Result<()> {
        if attempt.is_settled {
            return Ok(());
        }
        let count = Count::succeeded(now.timestamp_millis());
        let sql = "
            INSERT INTO sign_in_attempts (kind, subject, failures, failed_at_ms, blocked_until_ms, succeeded_at_ms)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (kind, subject) DO UPDATE SET
                failures = excluded.failures,
                failed_at_ms = excluded.failed_at_ms,
                blocked_until_ms = excluded.blocked_until_ms,
                succeeded_at_ms = excluded.succeeded_at_ms";
        let query = sqlx::query(sql).bind(Counted::Pair.as_str()).bind(&attempt.subjects.pair).bind(count.failures);
        let query = query.bind(count.failed_at_ms).bind(count.blocked_until_ms).bind(count.succeeded_at_ms);
        let done = query.execute(&self.pool).await;
        done.map(drop).map_err(ControlError::write("noting a sign-in"))
    }

    /// Forgets what holds up sign-ins with a login at an address, for an administrator who was asked to.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn unblock_login(&self, login: &str, address: IpAddr) -> Result<()> {
        for (kind, subject) in Subjects::new(login, address).in_order() {
            let sql = "UPDATE sign_in_attempts SET failures = 0, blocked_until_ms = 0 WHERE kind = $1 AND subject = $2";
            let query = sqlx::query(sql).bind(kind.as_str()).bind(subject);
            query.execute(&self.pool).await.map_err(ControlError::write("letting sign-ins through"))?;
        }
        Ok(())
    }

    /// Drops counts that no longer matter. Returns how many.
    pub(crate) async fn forget_attempts(&self, now: DateTime<Utc>) -> Result<u64> {
        let before = now.timestamp_millis() - KNOWN_ADDRESS_DAYS * DAY_MS;
        let sql = "DELETE FROM sign_in_attempts WHERE failed_at_ms < $1 AND succeeded_at_ms < $1 AND blocked_until_ms < $1";
        let done = sqlx::query(sql).bind(before).execute(&self.pool).await;
        Ok(done.map_err(ControlError::write("forgetting sign-ins"))?.rows_affected())
    }
}

/// Takes a row, new or not, so that nobody else counts on it until the transaction ends, and reads it.
async fn take(transaction: &mut sqlx::AnyConnection, kind: Counted, subject: &str) -> Result<CountRow, sqlx::Error> {
    let sql = "
        INSERT INTO sign_in_attempts (kind, subject, failures, failed_at_ms, blocked_until_ms, succeeded_at_ms)
        VALUES ($1, $2, 0, 0, 0, 0)
        ON CONFLICT (kind, subject) DO UPDATE SET kind = excluded.kind
        RETURNING kind, failures, failed_at_ms, blocked_until_ms, succeeded_at_ms";
    sqlx::query_as(sql).bind(kind.as_str()).bind(subject).fetch_one(transaction).await
}

#[cfg(test)]
mod tests;
