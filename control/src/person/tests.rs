//! People through the store: one a login, whatever its case, and who is listed where.

use super::*;
use crate::testing::staged_stores;
use crate::{Kind, Partner, Tenant};

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00.123456Z".parse().unwrap()
}

fn request(login: &str, home: Place) -> PersonRequest {
    PersonRequest { login: login.into(), name: "Ada King".into(), home, locale: Some("en-GB".into()) }
}

#[tokio::test]
async fn a_person_comes_back_by_id_and_by_login_in_any_case() {
    for control in staged_stores().await {
        let north = Place::Partner("north".into());
        let made = control.create_person(&request(" Ada.King@Example.com", north.clone()), now()).await.unwrap();
        let expected = Person {
            id: made.id.clone(),
            login: "ada.king@example.com".into(),
            name: "Ada King".into(),
            home: north,
            locale: Some("en-GB".into()),
            created_at: now(),
            disabled_at: None,
        };
        assert_eq!(made, expected);
        assert_eq!(control.person(&made.id).await.unwrap(), expected);
        for login in ["ada.king@example.com", "ADA.KING@EXAMPLE.COM ", "Ada.King@Example.com"] {
            assert_eq!(control.person_by_login(login).await.unwrap(), Some(expected.clone()));
        }
        for login in ["ada", "", "ada.king@example.co", "' OR 1 = 1 --", "a\0", &"x".repeat(10_000)] {
            assert_eq!(control.person_by_login(login).await.unwrap(), None);
        }
        let again = control.create_person(&request("ADA.king@example.com", Place::Installation), now()).await.unwrap_err();
        assert_eq!(again.to_string(), "making person `ada.king@example.com`: it is stored already");
        assert_eq!(control.person("nobody").await.unwrap_err().kind(), Kind::NotFound);
    }
}

#[tokio::test]
async fn people_are_listed_by_where_they_belong() {
    for control in staged_stores().await {
        // A tenant with the id of a partner has other people.
        control.ensure_tenant(&Tenant::new("north", "N", "EUR", chrono_tz::UTC, "en")).await.unwrap();
        control.ensure_partner(&Partner { id: "empty".into(), name: "E".into() }).await.unwrap();
        let homes = [
            ("d", Place::Installation),
            ("c", Place::Partner("north".into())),
            ("b", Place::Tenant("north".into())),
            ("a", Place::Partner("north".into())),
        ];
        for (login, home) in &homes {
            control.create_person(&request(login, home.clone()), now()).await.unwrap();
        }
        let logins = async |home: Option<Place>| {
            let people = control.people(home.as_ref()).await.unwrap();
            people.into_iter().map(|person| person.login).collect::<String>()
        };
        assert_eq!(logins(None).await, "abcd");
        assert_eq!(logins(Some(Place::Installation)).await, "d");
        assert_eq!(logins(Some(Place::Partner("north".into()))).await, "ac");
        assert_eq!(logins(Some(Place::Tenant("north".into()))).await, "b");
        assert_eq!(logins(Some(Place::Partner("empty".into()))).await, "");
    }
}

#[tokio::test]
async fn a_person_changes_is_disabled_and_enabled() {
    for control in staged_stores().await {
        let person = control.create_person(&request("ada", Place::Installation), now()).await.unwrap();
        control.change_person(&person.id, "Ada Byron", None).await.unwrap();
        assert!(control.disable_person(&person.id, now()).await.unwrap());
        assert!(!control.disable_person(&person.id, now()).await.unwrap());
        let changed = control.person(&person.id).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.locale, changed.disabled_at), ("Ada Byron", None, Some(now())));
        assert!(control.enable_person(&person.id).await.unwrap());
        assert!(!control.enable_person(&person.id).await.unwrap());
        assert_eq!(control.person(&person.id).await.unwrap().disabled_at, None);
        assert_eq!(control.change_person("nobody", "N", None).await.unwrap_err().kind(), Kind::NotFound);
        assert!(!control.disable_person("nobody", now()).await.unwrap());
    }
}

#[tokio::test]
async fn refuses_properties_of_the_wrong_form_and_unknown_places() {
    for control in staged_stores().await {
        let good = request("ada", Place::Installation);
        let wrong = [
            PersonRequest { login: "".into(), ..good.clone() },
            PersonRequest { login: "ada king".into(), ..good.clone() },
            PersonRequest { login: "ada\"".into(), ..good.clone() },
            PersonRequest { login: "x".repeat(255), ..good.clone() },
            PersonRequest { name: "\n".into(), ..good.clone() },
            PersonRequest { locale: Some("en_GB".into()), ..good.clone() },
        ];
        for request in wrong {
            assert_eq!(control.create_person(&request, now()).await.unwrap_err().kind(), Kind::Invalid, "{request:?}");
        }
        for home in [Place::Partner("nobody".into()), Place::Tenant("nothing".into())] {
            assert_eq!(control.create_person(&request("ada", home), now()).await.unwrap_err().kind(), Kind::Conflict);
        }
        assert!(control.people(None).await.unwrap().is_empty());
    }
}
