//! Memberships: which role a person has where, over which domains, and whether they see personal data. Does not know what a
//! role allows (role.rs), nor what a partner's grants leave of it (identity.rs).

use sqlx::FromRow;

use crate::{Control, ControlError, Domains, Person, Place, Result, Role, stored};

/// A person's role in a place. In a tenant, a role in that tenant counts before one in its partner or the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Whose role.
    pub person_id: String,
    /// Where.
    pub place: Place,
    /// What they may do there.
    pub role: Role,
    /// Over which part of the records.
    pub domains: Domains,
    /// Whether they see personal data there, unless their partner may not.
    pub pii: bool,
}

impl Membership {
    /// A role over every domain, without personal data.
    pub fn new(person_id: &str, place: Place, role: Role) -> Self {
        Self { person_id: person_id.into(), place, role, domains: Domains::All, pii: false }
    }
}

#[derive(FromRow)]
struct MembershipRow {
    person_id: String,
    partner_id: Option<String>,
    tenant_id: Option<String>,
    role: String,
    domains: String,
    pii: i64,
}

impl TryFrom<MembershipRow> for Membership {
    type Error = ControlError;

    fn try_from(row: MembershipRow) -> Result<Self> {
        Ok(Self {
            place: Place::read(row.partner_id, row.tenant_id)?,
            role: stored::value("role", &row.role)?,
            domains: Domains::read(&row.domains)?,
            pii: row.pii != 0,
            person_id: row.person_id,
        })
    }
}

impl Control {
    /// Gives a person a role in a place, or changes it. A partner's people have roles in that partner and in its tenants, a
    /// tenant's in that tenant, the installation's everywhere.
    ///
    /// # Errors
    /// [`ControlError::Conflict`] for a place that is not theirs, [`ControlError::NotFound`] for an unknown person,
    /// [`ControlError::Invalid`] for an empty list of domains.
    pub async fn ensure_membership(&self, membership: &Membership) -> Result<()> {
        membership.domains.check()?;
        let person = self.person(&membership.person_id).await?;
        let context = format!("giving `{}` a role", person.login);
        if !self.is_theirs(&person, &membership.place).await? {
            return Err(ControlError::Conflict { context, detail: "the place is not one of theirs".into() });
        }
        insert(&self.pool, membership, context).await
    }

    async fn is_theirs(&self, person: &Person, place: &Place) -> Result<bool> {
        Ok(match (&person.home, place) {
            (Place::Installation, _) => true,
            (Place::Partner(partner), Place::Tenant(tenant)) => {
                self.grants(partner).await?.iter().any(|grant| grant.tenant_id == *tenant)
            }
            (home, place) => home == place,
        })
    }

    /// Takes a role away. True if they had one there.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn remove_membership(&self, person_id: &str, place: &Place) -> Result<bool> {
        let query = sqlx::query("DELETE FROM memberships WHERE person_id = $1 AND place = $2").bind(person_id).bind(place.text());
        let done = query.execute(&self.pool).await.map_err(ControlError::store("taking a role away"))?;
        Ok(done.rows_affected() > 0)
    }

    /// A person's roles, from the widest place to the narrowest.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn memberships(&self, person_id: &str) -> Result<Vec<Membership>> {
        let sql = "
            SELECT person_id, partner_id, tenant_id, role, domains, pii
            FROM memberships
            WHERE person_id = $1";
        let query = sqlx::query_as(sql).bind(person_id);
        let rows: Vec<MembershipRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading roles"))?;
        let mut memberships = rows.into_iter().map(Membership::try_from).collect::<Result<Vec<_>>>()?;
        memberships.sort_by(|one, other| one.place.cmp(&other.place));
        Ok(memberships)
    }

    /// The roles of all people, by person and from the widest place to the narrowest.
    pub(crate) async fn all_memberships(&self) -> Result<Vec<Membership>> {
        let query = sqlx::query_as("SELECT person_id, partner_id, tenant_id, role, domains, pii FROM memberships");
        let rows: Vec<MembershipRow> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading roles"))?;
        let mut memberships = rows.into_iter().map(Membership::try_from).collect::<Result<Vec<_>>>()?;
        memberships.sort_by(|one, other| (&one.person_id, &one.place).cmp(&(&other.person_id, &other.place)));
        Ok(memberships)
    }
}

pub(crate) async fn insert<'e>(executor: impl sqlx::AnyExecutor<'e>, membership: &Membership, context: String) -> Result<()> {
    let sql = "
        INSERT INTO memberships (person_id, place, partner_id, tenant_id, role, domains, pii)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (person_id, place) DO UPDATE SET
            role = excluded.role,
            domains = excluded.domains,
            pii = excluded.pii";
    let place = &membership.place;
    let query = sqlx::query(sql).bind(&membership.person_id).bind(place.text()).bind(place.partner_id()).bind(place.tenant_id());
    let query = query.bind(membership.role.as_str()).bind(membership.domains.text()?).bind(i64::from(membership.pii));
    query.execute(executor).await.map_err(ControlError::write(context))?;
    Ok(())
}

#[cfg(test)]
mod tests;
