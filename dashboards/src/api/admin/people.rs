//! The people of the places that whoever asks administers.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use quarterdeck_control::{Membership, NewPerson, Person, PersonRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::administration;
use super::roles::{RoleBody, RoleEntry};
use crate::auth::Asker;
use crate::body::Body;
use crate::problem::{Answer, Refusals};
use crate::state::Dashboards;

/// A person as they are set up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonEntry {
    /// Given once, never again.
    pub id: String,
    /// What they sign in with.
    pub login: String,
    /// For people.
    pub name: String,
    /// Where they belong: `installation`, `partner:<id>` or `tenant:<id>`.
    pub home: String,
    /// BCP 47 tag of how they read numbers and dates.
    pub locale: Option<String>,
    /// When they joined.
    pub created_at: DateTime<Utc>,
    /// Since when they cannot sign in.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Their roles, from the widest place to the narrowest.
    pub roles: Vec<RoleEntry>,
}

impl PersonEntry {
    fn new(person: Person, memberships: &[Membership]) -> Self {
        Self {
            home: person.home.to_string(),
            roles: memberships.iter().map(RoleEntry::from).collect(),
            id: person.id,
            login: person.login,
            name: person.name,
            locale: person.locale,
            created_at: person.created_at,
            disabled_at: person.disabled_at,
        }
    }
}

/// The people that somebody sets up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PeopleList {
    /// By login.
    pub people: Vec<PersonEntry>,
}

/// Somebody to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonBody {
    /// An e-mail address, or another name to sign in with.
    login: String,
    /// For people.
    name: String,
    /// Where they belong, for good: `installation`, `partner:<id>` or `tenant:<id>`.
    home: String,
    /// BCP 47 tag of how they read numbers and dates; the tenant's own way without.
    locale: Option<String>,
    /// Their role at home; none yet without.
    role: Option<RoleBody>,
    /// False for those who come by an identity provider alone.
    #[serde(default = "yes")]
    password: bool,
}

fn yes() -> bool {
    true
}

/// A person who was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadePerson {
    /// Who they are.
    pub person: PersonEntry,
    /// To sign in with once, and choose another; it is not shown again.
    pub one_time_password: Option<String>,
}

/// A password that was reset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneTimePassword {
    /// To sign in with once, and choose another; it is not shown again.
    pub one_time_password: String,
}

/// Whether something is otherwise than it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changed {
    /// False if it was so already.
    pub changed: bool,
}

/// The people of the places that whoever asks administers.
#[utoipa::path(get, path = "/api/v1/admin/people", tag = "admin", responses((status = 200, body = PeopleList), Refusals))]
pub(crate) async fn list(State(state): State<Dashboards>, asker: Asker) -> Answer<Json<PeopleList>> {
    let people = administration(&state, &asker).people().await?;
    Ok(Json(PeopleList { people: people.into_iter().map(|one| PersonEntry::new(one.person, &one.memberships)).collect() }))
}

/// Makes a person, with a password to sign in once.
#[utoipa::path(post, path = "/api/v1/admin/people", tag = "admin", request_body = PersonBody, responses((status = 201, body = MadePerson), Refusals))]
pub(crate) async fn create(
    State(state): State<Dashboards>,
    asker: Asker,
    Body(body): Body<PersonBody>,
) -> Answer<(StatusCode, Json<MadePerson>)> {
    let PersonBody { login, name, home, locale, role, password } = body;
    let request = PersonRequest { login, name, home: home.parse()?, locale };
    let new = NewPerson { request, role: role.map(RoleBody::given).transpose()?, password };
    let (person, one_time_password) = administration(&state, &asker).create_person(&new).await?;
    let memberships = state.control.memberships(&person.id).await?;
    Ok((StatusCode::CREATED, Json(MadePerson { person: PersonEntry::new(person, &memberships), one_time_password })))
}

/// Keeps a person from signing in, and ends their sessions.
#[utoipa::path(post, path = "/api/v1/admin/people/{person}/disable", tag = "admin", params(("person" = String, Path)), responses((status = 200, body = Changed), Refusals))]
pub(crate) async fn disable(State(state): State<Dashboards>, asker: Asker, Path(person): Path<String>) -> Answer<Json<Changed>> {
    Ok(Json(Changed { changed: administration(&state, &asker).disable_person(&person).await? }))
}

/// Lets a person sign in again.
#[utoipa::path(post, path = "/api/v1/admin/people/{person}/enable", tag = "admin", params(("person" = String, Path)), responses((status = 200, body = Changed), Refusals))]
pub(crate) async fn enable(State(state): State<Dashboards>, asker: Asker, Path(person): Path<String>) -> Answer<Json<Changed>> {
    Ok(Json(Changed { changed: administration(&state, &asker).enable_person(&person).await? }))
}

/// Gives a person another password to sign in once, and ends their sessions.
#[utoipa::path(post, path = "/api/v1/admin/people/{person}/reset-password", tag = "admin", params(("person" = String, Path)), responses((status = 200, body = OneTimePassword), Refusals))]
pub(crate) async fn reset_password(
    State(state): State<Dashboards>,
    asker: Asker,
    Path(person): Path<String>,
) -> Answer<Json<OneTimePassword>> {
    Ok(Json(OneTimePassword { one_time_password: administration(&state, &asker).reset_password(&person).await? }))
}
