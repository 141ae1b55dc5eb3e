//! Roles through the store: where somebody can have one, and how it changes.

use super::*;
use crate::testing::staged_stores;
use crate::{Kind, PersonRequest};
use chrono::DateTime;

async fn person(control: &Control, login: &str, home: Place) -> Person {
    let request = PersonRequest { login: login.into(), name: login.into(), home, locale: None };
    control.create_person(&request, DateTime::UNIX_EPOCH).await.unwrap()
}

fn partner(id: &str) -> Place {
    Place::Partner(id.into())
}

fn tenant(id: &str) -> Place {
    Place::Tenant(id.into())
}

#[tokio::test]
async fn roles_are_given_changed_listed_and_taken_away() {
    for control in staged_stores().await {
        let ada = person(&control, "ada", partner("north")).await;
        let wide = Membership::new(&ada.id, partner("north"), Role::Executive);
        let narrow = Membership {
            domains: Domains::Only(["commerce".to_owned()].into()),
            pii: true,
            ..Membership::new(&ada.id, tenant("gifts"), Role::Operator)
        };
        for membership in [&narrow, &wide, &Membership { role: Role::Analyst, ..narrow.clone() }] {
            control.ensure_membership(membership).await.unwrap();
        }
        let expected = [wide.clone(), Membership { role: Role::Analyst, ..narrow }];
        assert_eq!(control.memberships(&ada.id).await.unwrap(), expected);
        assert!(control.remove_membership(&ada.id, &tenant("gifts")).await.unwrap());
        assert!(!control.remove_membership(&ada.id, &tenant("gifts")).await.unwrap());
        assert_eq!(control.memberships(&ada.id).await.unwrap(), [wide]);
    }
}

#[tokio::test]
async fn nobody_has_a_role_in_a_place_that_is_not_theirs() {
    for control in staged_stores().await {
        let homes = [Place::Installation, partner("north"), partner("south"), tenant("desk")];
        let places = [Place::Installation, partner("north"), partner("south"), tenant("gifts"), tenant("desk")];
        // A row a home, a column a place: as staged_stores has granted.
        let expected = ["yes yes yes yes yes", "- yes - yes yes", "- - yes - yes", "- - - - yes"];
        for (index, (home, expected)) in homes.into_iter().zip(expected).enumerate() {
            let somebody = person(&control, &format!("p{index}"), home.clone()).await;
            let mut found = Vec::new();
            for place in &places {
                let given = control.ensure_membership(&Membership::new(&somebody.id, place.clone(), Role::Analyst)).await;
                found.push(match given {
                    Ok(()) => "yes",
                    Err(error) if error.kind() == Kind::Conflict => "-",
                    Err(error) => panic!("{error}"),
                });
            }
            assert_eq!(found.join(" "), expected, "{home:?}");
        }
    }
}

#[tokio::test]
async fn refuses_unknown_people_places_and_empty_lists() {
    for control in staged_stores().await {
        let ada = person(&control, "ada", Place::Installation).await;
        let nobody = Membership::new("nobody", Place::Installation, Role::Analyst);
        assert_eq!(control.ensure_membership(&nobody).await.unwrap_err().kind(), Kind::NotFound);
        let nowhere = Membership::new(&ada.id, tenant("nothing"), Role::Analyst);
        assert_eq!(control.ensure_membership(&nowhere).await.unwrap_err().kind(), Kind::Conflict);
        let nothing = Membership { domains: Domains::Only([].into()), ..Membership::new(&ada.id, tenant("desk"), Role::Analyst) };
        assert_eq!(control.ensure_membership(&nothing).await.unwrap_err().kind(), Kind::Invalid);
    }
}
