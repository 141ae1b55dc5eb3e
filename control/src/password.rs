//! Passwords: which are good enough, how they are hashed and checked, and how they change. A password is kept by argon2id, and
//! beside it by SCRAM (scram.rs). Does not know who may change whose, nor how often somebody may guess (attempt.rs).

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::{DateTime, Utc};

use crate::scram::{self, ScramSecret, normalised};
use crate::{Control, ControlError, Person, Result, hexadecimal, session, stored};

/// The shortest password. Length is what counts: no rule asks for digits or signs (NIST SP 800-63B).
pub const PASSWORD_MIN_CHARACTERS: usize = 12;
/// The longest, so that hashing one is a bounded task.
pub const PASSWORD_MAX_BYTES: usize = 1024;

/// Passwords hashed at once on a node: 4 × 19 MiB.
pub(crate) const HASHES_AT_ONCE: usize = 4;

/// Sign-ins by password that a node checks at once: whoever sends a thousand guesses at once has that many more of them
/// checked than those that are free, and no more.
pub(crate) const GUESSES_AT_ONCE: usize = 4;

/// What OWASP's Password Storage Cheat Sheet asks of argon2id at the least: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// 128 random bits.
const ONE_TIME_PASSWORD_BYTES: usize = 16;

/// A password as it is kept.
pub(crate) struct HashedPassword {
    hash: String,
    /// None for a password that is good for choosing another alone.
    scram: Option<ScramSecret>,
}

impl Control {
    /// Sets a person's password and ends their sessions.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for one that is too short, too long or their own name, which it does not repeat;
    /// [`ControlError::NotFound`] for an unknown person.
    pub async fn set_password(&self, person_id: &str, password: &str, now: DateTime<Utc>) -> Result<()> {
        check_password(password, &self.person(person_id).await?)?;
        let hashed = self.hash_password(password, false).await?;
        self.replace_password(person_id, &hashed, now).await
    }

    /// Gives a person a random password, which is returned this once and is good for choosing another alone; ends their
    /// sessions.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for an unknown person.
    pub async fn reset_password(&self, person_id: &str, now: DateTime<Utc>) -> Result<String> {
        self.person(person_id).await?;
        let password = one_time_password()?;
        let hashed = self.hash_password(&password, true).await?;
        self.replace_password(person_id, &hashed, now).await?;
        Ok(password)
    }

    async fn replace_password(&self, person_id: &str, hashed: &HashedPassword, now: DateTime<Utc>) -> Result<()> {
        let context = "changing a password";
        let mut transaction = self.begin(context).await?;
        keep(&mut transaction, person_id, hashed, now).await?;
        session::end_all(&mut *transaction, person_id, now).await?;
        transaction.commit().await.map_err(ControlError::store(context))
    }

    pub(crate) async fn hash_password(&self, password: &str, must_change: bool) -> Result<HashedPassword> {
        let password = password.to_owned();
        let hashing = move || {
            let hash = argon2()?.hash_password(normalised(&password).as_bytes());
            let hash = hash.map_err(|error| ControlError::store("hashing a password")(error.to_string()))?.to_string();
            let scram = if must_change { None } else { Some(ScramSecret::new(&password)?) };
            Ok(HashedPassword { hash, scram })
        };
        self.off_the_runtime(hashing).await
    }

    /// Whether a password is the one that was hashed. Without a hash it is not, and that takes as long to say.
    pub(crate) async fn password_matches(&self, password: &str, hash: Option<String>) -> Result<bool> {
        if password.len() > PASSWORD_MAX_BYTES {
            return Ok(false);
        }
        let password = password.to_owned();
        let checking = move || {
            let password = normalised(&password);
            let Some(hash) = hash else {
                let _ = argon2()?.hash_password(password.as_bytes());
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).map_err(stored::unreadable("password hash"))?;
            Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
        };
        self.off_the_runtime(checking).await
    }

    /// Runs what keeps a processor busy where it holds nobody up, a few at a time.
    pub(crate) async fn off_the_runtime<T: Send + 'static>(
        &self,
        task: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let context = "hashing";
        let _place = self.hashing.clone().acquire_owned().await.map_err(ControlError::store(context))?;
        tokio::task::spawn_blocking(task).await.map_err(ControlError::store(context))?
    }
}

/// Keeps a password in a transaction that takes the person's row of passwords first.
pub(crate) async fn keep(
    transaction: &mut sqlx::AnyConnection,
    person_id: &str,
    hashed: &HashedPassword,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "
        INSERT INTO passwords (person_id, hash, must_change, changed_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (person_id) DO UPDATE SET
            hash = excluded.hash,
            must_change = excluded.must_change,
            changed_at = excluded.changed_at";
    let query = sqlx::query(sql).bind(person_id).bind(&hashed.hash).bind(i64::from(hashed.scram.is_none()));
    let query = query.bind(stored::instant_text(now));
    query.execute(&mut *transaction).await.map_err(ControlError::write("keeping a password"))?;
    match &hashed.scram {
        Some(secret) => scram::keep(transaction, person_id, secret).await,
        None => scram::erase(transaction, person_id).await,
    }
}

/// For a person to sign in with once.
pub(crate) fn one_time_password() -> Result<String> {
    hexadecimal::random::<ONE_TIME_PASSWORD_BYTES>()
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.map_err(|error| ControlError::store("setting argon2 up")(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Refuses a password that is too short, too long, or what everybody knows of the person. No error repeats it.
pub(crate) fn check_password(password: &str, person: &Person) -> Result<()> {
    if password.chars().count() < PASSWORD_MIN_CHARACTERS || password.len() > PASSWORD_MAX_BYTES {
        let detail = format!("must be {PASSWORD_MIN_CHARACTERS} characters or more, of at most {PASSWORD_MAX_BYTES} bytes");
        return Err(ControlError::invalid("password", "…", detail));
    }
    let given = normalised(password).trim().to_lowercase();
    let local_part = person.login.split('@').next().unwrap_or_default();
    let known = [person.login.as_str(), local_part, &person.name.to_lowercase()];
    let first = given.chars().next();
    if known.contains(&given.as_str()) || given.chars().all(|character| Some(character) == first) {
        return Err(ControlError::invalid("password", "…", "may not be your name, your login, or one character over and over"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fresh_stores;
    use crate::{Kind, Place};

    fn person(login: &str, name: &str) -> Person {
        Person {
            id: "1".into(),
            login: login.into(),
            name: name.into(),
            home: Place::Installation,
            locale: None,
            created_at: DateTime::UNIX_EPOCH,
            disabled_at: None,
        }
    }

    #[test]
    fn a_password_is_long_and_not_what_everybody_knows() {
        let ada = person("ada.lovelace.the.first@example.com", "Augusta Ada King");
        for good in ["correct horse battery", "twelve chars", "пароль-пароль", &"xy".repeat(512)] {
            check_password(good, &ada).unwrap();
        }
        let long = "xy".repeat(513);
        let bad = [
            "",
            "eleven char",
            &long,
            "ADA.Lovelace.the.first@example.com",
            "ada.lovelace.the.first",
            "augusta ada king",
            "aaaaaaaaaaaaaaaaaa",
        ];
        for password in bad {
            let error = check_password(password, &ada).unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid, "{password}");
            assert!(password.is_empty() || !error.to_string().contains(password), "{error}");
        }
    }

    #[tokio::test]
    async fn a_hash_is_argon2id_and_of_one_password() {
        let control = crate::testing::Fresh::sqlite().await;
        let hashed = control.hash_password("correct horse battery", false).await.unwrap();
        assert!(hashed.hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hashed.hash);
        assert!(control.password_matches("correct horse battery", Some(hashed.hash.clone())).await.unwrap());
        // The same letters, typed in the wide forms of an East Asian keyboard.
        assert!(control.password_matches("correct\u{3000}ｈｏｒｓｅ battery", Some(hashed.hash.clone())).await.unwrap());
        for wrong in ["correct horse batterz", "", &"x".repeat(10_000)] {
            assert!(!control.password_matches(wrong, Some(hashed.hash.clone())).await.unwrap());
        }
        assert!(!control.password_matches("correct horse battery", None).await.unwrap());
        assert!(control.password_matches("x", Some("nonsense".into())).await.is_err());
    }

    #[tokio::test]
    async fn unknown_people_have_no_password_to_set() {
        for control in fresh_stores().await {
            let outcome = control.set_password("nobody", "correct horse battery", DateTime::UNIX_EPOCH).await;
            assert_eq!(outcome.unwrap_err().kind(), Kind::NotFound);
            assert_eq!(control.reset_password("nobody", DateTime::UNIX_EPOCH).await.unwrap_err().kind(), Kind::NotFound);
        }
    }
}
