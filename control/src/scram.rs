//! What a server needs to check a password by SCRAM-SHA-256 (RFC 5802, RFC 7677) without knowing it. Does not know the
//! exchange itself, nor whose password it is.
//!
//! The SQL door's library wants the salted password, not the two keys that are derived from it: so who reads one can sign in
//! there. See migration 0004.

use std::borrow::Cow;
use std::fmt;

use sha2::Sha256;
use sqlx::FromRow;

use crate::hexadecimal::{derived, hexadecimal, random_bytes};
use crate::{ControlError, Result, hexadecimal};

/// How often a password is hashed, for people and tokens alike: a server tells all clients one count before it knows who they
/// are, and a client hashes that often at every connection. A token's 256 random bits need no more than the 4,096 that
/// PostgreSQL takes; a person's password is better with more. At this count a client in C spends some 10 ms on a connection,
/// one in plain Python below 100 ms.
pub const SCRAM_ITERATIONS: u32 = 16_384;

const SALT_BYTES: usize = 16;
const KEY_BYTES: usize = 32;

/// A salt, and a password hashed with it [`SCRAM_ITERATIONS`] times; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ScramSecret {
    salt: Vec<u8>,
    salted_password: Vec<u8>,
}

impl ScramSecret {
    /// Takes some milliseconds.
    pub(crate) fn new(password: &str) -> Result<Self> {
        let salt = random_bytes::<SALT_BYTES>()?;
        Ok(Self { salted_password: salted(password, &salt).to_vec(), salt: salt.to_vec() })
    }

    /// What stands in for a user who is not there: the same salt whenever the same name is asked for, as a real one would
    /// have, and a password that nobody knows.
    pub(crate) fn decoy(installation_secret: &str, user: &str) -> Result<Self> {
        let salt = derived(installation_secret, &format!("salt of {user}"))?;
        Ok(Self { salt: salt[..SALT_BYTES].to_vec(), salted_password: random_bytes::<KEY_BYTES>()?.to_vec() })
    }

    /// What the server sends to the client.
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// What the server checks the client's proof with: RFC 5802's SaltedPassword.
    pub fn salted_password(&self) -> &[u8] {
        &self.salted_password
    }
}

impl fmt::Debug for ScramSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ScramSecret(…)")
    }
}

/// RFC 5802's Hi(Normalize(password), salt, i).
fn salted(password: &str, salt: &[u8]) -> [u8; KEY_BYTES] {
    pbkdf2::pbkdf2_hmac_array::<Sha256, KEY_BYTES>(normalised(password).as_bytes(), salt, SCRAM_ITERATIONS)
}

/// A password as every client prepares it (SASLprep, RFC 4013); as it is, when it cannot be, as PostgreSQL has it.
pub(crate) fn normalised(password: &str) -> Cow<'_, str> {
    stringprep::saslprep(password).unwrap_or(Cow::Borrowed(password))
}

#[derive(FromRow)]
struct ScramRow {
    salt: String,
    salted_password: String,
    iterations: i64,
}

pub(crate) async fn keep<'e>(executor: impl sqlx::AnyExecutor<'e>, subject_id: &str, secret: &ScramSecret) -> Result<()> {
    let sql = "
        INSERT INTO scram_secrets (subject_id, salt, salted_password, iterations)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (subject_id) DO UPDATE SET
            salt = excluded.salt,
            salted_password = excluded.salted_password,
            iterations = excluded.iterations";
    let query = sqlx::query(sql).bind(subject_id).bind(hexadecimal(&secret.salt)).bind(hexadecimal(&secret.salted_password));
    let query = query.bind(i64::from(SCRAM_ITERATIONS));
    query.execute(executor).await.map_err(ControlError::write("keeping a SCRAM secret"))?;
    Ok(())
}

pub(crate) async fn erase<'e>(executor: impl sqlx::AnyExecutor<'e>, subject_id: &str) -> Result<()> {
    let query = sqlx::query("DELETE FROM scram_secrets WHERE subject_id = $1").bind(subject_id);
    query.execute(executor).await.map_err(ControlError::write("erasing a SCRAM secret"))?;
    Ok(())
}

/// None if there is none, or one of another count of iterations, which no client could meet.
pub(crate) async fn read<'e>(executor: impl sqlx::AnyExecutor<'e>, subject_id: &str) -> Result<Option<ScramSecret>> {
    let query = sqlx::query_as("SELECT salt, salted_password, iterations FROM scram_secrets WHERE subject_id = $1");
    let row: Option<ScramRow> =
        query.bind(subject_id).fetch_optional(executor).await.map_err(ControlError::store("reading a SCRAM secret"))?;
    let Some(row) = row.filter(|row| row.iterations == i64::from(SCRAM_ITERATIONS)) else { return Ok(None) };
    let read = |text: &str| {
        let unreadable = || ControlError::Unreadable { what: "SCRAM secret", detail: "it is not hexadecimal".into() };
        hexadecimal::bytes(text).ok_or_else(unreadable)
    };
    Ok(Some(ScramSecret { salt: read(&row.salt)?, salted_password: read(&row.salted_password)? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fresh_stores;

    #[test]
    fn the_salted_password_is_pbkdf2_of_the_prepared_password() {
        // By Python: hashlib.pbkdf2_hmac("sha256", b"IX", bytes(range(16)), 16384).hex()
        let salt: Vec<u8> = (0..16).collect();
        let expected = "a5a85a14e279a36f1cb84afa929cbced69b7adb2ee3e209d1668b94907e57ac5";
        assert_eq!(hexadecimal(&salted("IX", &salt)), expected);
        // RFC 4013, section 3: ROMAN NUMERAL NINE, and a soft hyphen, are prepared away.
        assert_eq!(hexadecimal(&salted("\u{2168}", &salt)), expected);
        assert_eq!(hexadecimal(&salted("I\u{ad}X", &salt)), expected);
    }

    #[test]
    fn a_decoy_keeps_its_salt_and_is_nobodys() {
        let decoy = |key: &str, user: &str| ScramSecret::decoy(key, user).unwrap();
        assert_eq!(decoy("k", "ada").salt(), decoy("k", "ada").salt());
        assert_ne!(decoy("k", "ada").salt(), decoy("k", "bob").salt());
        assert_ne!(decoy("k", "ada").salt(), decoy("l", "ada").salt());
        assert_ne!(decoy("k", "ada").salted_password(), decoy("k", "ada").salted_password());
        let real = ScramSecret::new("a long password").unwrap();
        assert_eq!(real.salt().len(), decoy("k", "ada").salt().len());
        assert_eq!(format!("{real:?}"), "ScramSecret(…)");
    }

    #[tokio::test]
    async fn comes_back_until_it_is_erased_or_out_of_date() {
        for control in fresh_stores().await {
            let secret = ScramSecret::new("a long password").unwrap();
            keep(&control.pool, "one", &ScramSecret::new("an older one").unwrap()).await.unwrap();
            keep(&control.pool, "one", &secret).await.unwrap();
            assert_eq!(read(&control.pool, "one").await.unwrap(), Some(secret));
            sqlx::query("UPDATE scram_secrets SET iterations = 4096").execute(&control.pool).await.unwrap();
            assert_eq!(read(&control.pool, "one").await.unwrap(), None);
            erase(&control.pool, "one").await.unwrap();
            assert_eq!(read(&control.pool, "one").await.unwrap(), None);
        }
    }
}
