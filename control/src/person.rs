//! People: who they are, and where they belong. Does not know what they may do (membership.rs), nor how they sign in.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, FromRow};

use crate::place::Place;
use crate::slug::check_name;
use crate::tenant::check_locale;
use crate::{Control, ControlError, Result, hexadecimal, session, stored};

const ID_BYTES: usize = 8;
/// As long as an e-mail address may be (RFC 5321).
const LOGIN_MAX_BYTES: usize = 254;
const COLUMNS: &str = "id, login, name, partner_id, tenant_id, locale, created_at, disabled_at";

/// A person to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRequest {
    /// An e-mail address, or another name to sign in with; one person's alone, whatever its case.
    pub login: String,
    /// For people.
    pub name: String,
    /// Where they belong, for good.
    pub home: Place,
    /// BCP 47 tag of how they read numbers and dates; the tenant's own way, if absent.
    pub locale: Option<String>,
}

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Given once, never again.
    pub id: String,
    /// What they sign in with, in small letters.
    pub login: String,
    /// For people.
    pub name: String,
    /// Where they belong.
    pub home: Place,
    /// BCP 47 tag of how they read numbers and dates.
    pub locale: Option<String>,
    /// When they joined.
    pub created_at: DateTime<Utc>,
    /// Since when they cannot sign in.
    pub disabled_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct PersonRow {
    id: String,
    login: String,
    name: String,
    partner_id: Option<String>,
    tenant_id: Option<String>,
    locale: Option<String>,
    created_at: String,
    disabled_at: Option<String>,
}

impl TryFrom<PersonRow> for Person {
    type Error = ControlError;

    fn try_from(row: PersonRow) -> Result<Self> {
        Ok(Self {
            home: Place::read(row.partner_id, row.tenant_id)?,
            created_at: stored::instant(&row.created_at)?,
            disabled_at: row.disabled_at.as_deref().map(stored::instant).transpose()?,
            id: row.id,
            login: row.login,
            name: row.name,
            locale: row.locale,
        })
    }
}

/// A login as it is stored and looked for.
pub(crate) fn login_key(login: &str) -> String {
    login.trim().to_lowercase()
}

fn check_login(login: &str) -> Result<()> {
    let fits = |character: char| !character.is_whitespace() && !character.is_control() && !matches!(character, '"' | '\'' | '\\');
    if !login.is_empty() && login.len() <= LOGIN_MAX_BYTES && login.chars().all(fits) {
        return Ok(());
    }
    Err(ControlError::invalid("login", login, "must be an e-mail address, or another name without blanks and quotes"))
}

impl PersonRequest {
    pub(crate) fn check(&self) -> Result<()> {
        check_login(&login_key(&self.login))?;
        check_name("name", &self.name)?;
        self.locale.as_deref().map_or(Ok(()), check_locale)
    }
}

impl Control {
    /// Makes a person, who may do nothing yet and has no password.
    ///
    /// # Errors
    /// [`ControlError::Conflict`] if the login is taken, or the partner or tenant unknown; [`ControlError::Invalid`] for a
    /// property of the wrong form.
    pub async fn create_person(&self, request: &PersonRequest, now: DateTime<Utc>) -> Result<Person> {
        request.check()?;
        insert(&self.pool, request, now).await
    }

    /// One person.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub async fn person(&self, id: &str) -> Result<Person> {
        let sql = format!("SELECT {COLUMNS} FROM people WHERE id = $1");
        self.find_person(sql, id).await?.ok_or_else(|| ControlError::not_found("person", id))
    }

    /// Who signs in with a login, in whatever case it is written.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn person_by_login(&self, login: &str) -> Result<Option<Person>> {
        let login = login_key(login);
        if check_login(&login).is_err() {
            return Ok(None);
        }
        self.find_person(format!("SELECT {COLUMNS} FROM people WHERE login = $1"), &login).await
    }

    async fn find_person(&self, sql: String, key: &str) -> Result<Option<Person>> {
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(key);
        let row: Option<PersonRow> = query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a person"))?;
        row.map(Person::try_from).transpose()
    }

    /// The people of a place, by login; of every place without one.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn people(&self, home: Option<&Place>) -> Result<Vec<Person>> {
        let sql = format!(
            "
            SELECT {COLUMNS}
            FROM people
            WHERE $1 = 1 OR (coalesce(partner_id, '') = $2 AND coalesce(tenant_id, '') = $3)
            ORDER BY login"
        );
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(i64::from(home.is_none()));
        let query = query.bind(home.and_then(Place::partner_id).unwrap_or_default());
        let query = query.bind(home.and_then(Place::tenant_id).unwrap_or_default());
        let rows: Vec<PersonRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading the people"))?;
        rows.into_iter().map(Person::try_from).collect()
    }

    /// Changes what a person is called, and how they read numbers.
    ///
    /// # Errors
    /// [`ControlError::NotFound`], [`ControlError::Invalid`] for a property of the wrong form.
    pub async fn change_person(&self, id: &str, name: &str, locale: Option<&str>) -> Result<()> {
        check_name("name", name)?;
        locale.map_or(Ok(()), check_locale)?;
        let query = sqlx::query("UPDATE people SET name = $2, locale = $3 WHERE id = $1").bind(id).bind(name).bind(locale);
        let done = query.execute(&self.pool).await.map_err(ControlError::write("changing a person"))?;
        if done.rows_affected() == 0 {
            return Err(ControlError::not_found("person", id));
        }
        Ok(())
    }

    /// Keeps a person from signing in, and ends their sessions. Their tokens stay: they are their partner's. True if they
    /// could sign in until now.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn disable_person(&self, id: &str, now: DateTime<Utc>) -> Result<bool> {
        let context = "disabling a person";
        let mut transaction = self.begin(context).await?;
        let query = sqlx::query("UPDATE people SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL").bind(id);
        let done =
            query.bind(stored::instant_text(now)).execute(&mut *transaction).await.map_err(ControlError::write(context))?;
        session::end_all(&mut *transaction, id, now).await?;
        transaction.commit().await.map_err(ControlError::store(context))?;
        Ok(done.rows_affected() > 0)
    }

    /// Lets a person sign in again. True if they could not until now.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn enable_person(&self, id: &str) -> Result<bool> {
        let query = sqlx::query("UPDATE people SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL").bind(id);
        let done = query.execute(&self.pool).await.map_err(ControlError::write("enabling a person"))?;
        Ok(done.rows_affected() > 0)
    }
}

pub(crate) async fn insert<'e>(
    executor: impl sqlx::AnyExecutor<'e>,
    request: &PersonRequest,
    now: DateTime<Utc>,
) -> Result<Person> {
    let login = login_key(&request.login);
    let sql = format!(
        "
        INSERT INTO people (id, login, name, partner_id, tenant_id, locale, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        RETURNING {COLUMNS}"
    );
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(hexadecimal::random::<ID_BYTES>()?).bind(&login).bind(&request.name);
    let query = query.bind(request.home.partner_id()).bind(request.home.tenant_id()).bind(request.locale.as_deref());
    let query = query.bind(stored::instant_text(now));
    let row: PersonRow = query.fetch_one(executor).await.map_err(ControlError::write(format!("making person `{login}`")))?;
    row.try_into()
}

#[cfg(test)]
mod tests;
