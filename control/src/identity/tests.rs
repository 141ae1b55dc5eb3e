//! What people see: their places, narrowed by what their partner is granted.

use super::*;
use crate::testing::{Fresh, staged_stores};
use crate::{Kind, PersonRequest};
use chrono::DateTime;

struct Somebody<'c> {
    control: &'c Fresh,
    person: Person,
}

impl Somebody<'_> {
    async fn has(&self, place: Place, role: Role) -> &Self {
        self.control.ensure_membership(&Membership::new(&self.person.id, place, role)).await.unwrap();
        self
    }

    async fn identity(&self) -> Identity {
        self.control.identity_of_person(&self.person).await.unwrap()
    }

    /// `tenant role` of each tenant they see.
    async fn sees(&self) -> String {
        let tenants = self.identity().await.tenants;
        tenants.iter().map(|access| format!("{} {}", access.tenant_id, access.role)).collect::<Vec<_>>().join(", ")
    }
}

async fn somebody<'c>(control: &'c Fresh, login: &str, home: Place) -> Somebody<'c> {
    let request = PersonRequest { login: login.into(), name: "Ada".into(), home, locale: Some("en-GB".into()) };
    Somebody { control, person: control.create_person(&request, DateTime::UNIX_EPOCH).await.unwrap() }
}

fn partner(id: &str) -> Place {
    Place::Partner(id.into())
}

fn tenant(id: &str) -> Place {
    Place::Tenant(id.into())
}

#[tokio::test]
async fn people_see_the_tenants_of_their_places() {
    for control in &staged_stores().await {
        let north = somebody(control, "north", partner("north")).await;
        assert_eq!(control.identity_of_person(&north.person).await.unwrap_err().kind(), Kind::NotAuthentic, "no role yet");
        north.has(partner("north"), Role::Partner).await;
        assert_eq!(north.sees().await, "desk partner, gifts partner");
        let identity = north.identity().await;
        assert_eq!((identity.partner_id.as_deref(), identity.locale.as_deref()), (Some("north"), Some("en-GB")));

        let south = somebody(control, "south", partner("south")).await;
        assert_eq!(south.has(partner("south"), Role::Partner).await.sees().await, "desk partner");

        let desk = somebody(control, "desk", tenant("desk")).await;
        assert_eq!(desk.has(tenant("desk"), Role::Executive).await.sees().await, "desk executive");
        assert_eq!(desk.identity().await.partner_id.as_deref(), Some("north"), "the first of its partners, for the brand");

        let root = somebody(control, "root", Place::Installation).await;
        root.has(Place::Installation, Role::Administrator).await;
        assert_eq!(root.sees().await, "desk administrator, gifts administrator");
        assert_eq!(root.identity().await.partner_id, None);
    }
}

#[tokio::test]
async fn the_narrowest_place_counts() {
    for control in &staged_stores().await {
        let ada = somebody(control, "ada", partner("north")).await;
        ada.has(partner("north"), Role::Administrator).await.has(tenant("gifts"), Role::Executive).await;
        assert_eq!(ada.sees().await, "desk administrator, gifts executive");
        let identity = ada.identity().await;
        assert!(identity.may_in("desk", Permission::Sql) && !identity.may_in("gifts", Permission::Sql));
        assert!(!identity.may_in("nothing", Permission::Dashboards));
        assert_eq!(identity.role, Role::Administrator);

        let bob = somebody(control, "bob", partner("north")).await;
        bob.has(tenant("gifts"), Role::Analyst).await;
        assert_eq!(bob.sees().await, "gifts analyst");
        assert!(bob.identity().await.may(Permission::Sql));

        let root = somebody(control, "root", Place::Installation).await;
        root.has(Place::Installation, Role::Administrator).await.has(partner("south"), Role::Executive).await;
        assert_eq!(root.sees().await, "desk executive, gifts administrator");
    }
}

#[tokio::test]
async fn grants_narrow_what_a_partners_people_see_and_not_what_a_tenants_do() {
    for control in &staged_stores().await {
        let only = |names: &[&str]| Domains::Only(names.iter().map(|name| (*name).to_owned()).collect());
        let filter = RowFilter { table: "orders".into(), column: "shop".into(), values: ["1".to_owned()].into() };
        let narrow = Grant { pii: false, row_filters: vec![filter.clone()], ..Grant::new("north", "desk", only(&["service"])) };
        control.ensure_grant(&narrow).await.unwrap();
        let all = |person: &Person, place: Place| Membership { pii: true, ..Membership::new(&person.id, place, Role::Analyst) };
        let ada = somebody(control, "ada", partner("north")).await;
        control.ensure_membership(&all(&ada.person, partner("north"))).await.unwrap();
        let dee = somebody(control, "dee", tenant("desk")).await;
        control.ensure_membership(&all(&dee.person, tenant("desk"))).await.unwrap();

        let (ada_sees, dee_sees) = (ada.identity().await, dee.identity().await);
        let (desk, gifts) = (ada_sees.tenant("desk").unwrap(), ada_sees.tenant("gifts").unwrap());
        assert_eq!((&desk.domains, desk.pii, desk.row_filters.as_slice()), (&only(&["service"]), false, [filter].as_slice()));
        assert_eq!((&gifts.domains, gifts.pii, gifts.row_filters.len()), (&Domains::All, true, 0));
        let own = dee_sees.tenant("desk").unwrap();
        assert_eq!((&own.domains, own.pii, own.row_filters.len()), (&Domains::All, true, 0));

        let some = Membership { domains: only(&["commerce"]), ..all(&ada.person, partner("north")) };
        control.ensure_membership(&some).await.unwrap();
        assert_eq!(ada.sees().await, "gifts analyst", "of the desk no domain is left");
        control.remove_grant("north", "gifts").await.unwrap();
        assert_eq!(ada.sees().await, "");
        assert_eq!(ada.identity().await.within("gifts"), None);
    }
}

#[tokio::test]
async fn administrators_administer_their_own_places() {
    for control in &staged_stores().await {
        let places = [Place::Installation, partner("north"), partner("south"), tenant("gifts"), tenant("desk")];
        let cases = [
            (Place::Installation, Role::Administrator, "yes yes yes yes yes"),
            (Place::Installation, Role::Partner, "- - - - -"),
            (partner("north"), Role::Administrator, "- yes - yes yes"),
            (partner("south"), Role::Administrator, "- - yes - yes"),
            (partner("north"), Role::Operator, "- - - - -"),
            (tenant("desk"), Role::Administrator, "- - - - yes"),
        ];
        for (index, (home, role, expected)) in cases.into_iter().enumerate() {
            let one = somebody(control, &format!("p{index}"), home.clone()).await;
            let identity = one.has(home.clone(), role).await.identity().await;
            let found = places.clone().map(|place| if identity.administers(&place) { "yes" } else { "-" });
            assert_eq!(found.join(" "), expected, "{home:?} {role}");
        }
    }
}
