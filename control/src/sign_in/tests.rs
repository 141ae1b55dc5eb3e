//! Signing in through the store: who gets in, and that all others look the same.

use super::*;
use crate::testing::staged_stores;
use crate::{Kind, Membership, PersonRequest, Place, Role, TokenRequest, TokenScope};
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse battery";

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

fn address(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

async fn person(control: &Control, login: &str) -> Person {
    let home = Place::Partner("north".into());
    let request = PersonRequest { login: login.into(), name: login.into(), home: home.clone(), locale: None };
    let person = control.create_person(&request, now()).await.unwrap();
    control.ensure_membership(&Membership::new(&person.id, home, Role::Analyst)).await.unwrap();
    person
}

#[tokio::test]
async fn the_right_password_lets_in_and_all_else_looks_the_same() {
    for control in staged_stores().await {
        let ada = person(&control, "ada@example.com").await;
        let without = person(&control, "without").await;
        control.set_password(&ada.id, PASSWORD, now()).await.unwrap();
        let bob = person(&control, "bob").await;
        control.set_password(&bob.id, PASSWORD, now()).await.unwrap();
        control.disable_person(&bob.id, now()).await.unwrap();

        let sign_in = async |login: &str, password: &str| control.sign_in(login, password, address(1), now()).await;
        assert_eq!(sign_in("ADA@example.com", PASSWORD).await.unwrap(), SignIn::Complete(ada));
        let long = "x".repeat(100_000);
        let wrong = [
            ("ada@example.com", "correct horse batterY"),
            ("ada@example.com", ""),
            ("ada@example.com", long.as_str()),
            (without.login.as_str(), PASSWORD),
            (without.login.as_str(), ""),
            ("bob", PASSWORD),
            ("nobody", PASSWORD),
            ("a\0b", PASSWORD),
            ("' OR 1 = 1 --", PASSWORD),
        ];
        for (login, password) in wrong {
            let error = sign_in(login, password).await.unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (Kind::NotAuthentic, "the sign-in is not valid"), "{login}");
        }
    }
}

/// Medians, since the machine is busy with other tests: what must not be is an answer without any hashing.
#[tokio::test]
async fn an_unknown_login_takes_as_long_as_a_wrong_password() {
    let control = crate::testing::Fresh::sqlite().await;
    let request = PersonRequest { login: "ada".into(), name: "Ada".into(), home: Place::Installation, locale: None };
    let ada = control.create_person(&request, now()).await.unwrap();
    control.set_password(&ada.id, PASSWORD, now()).await.unwrap();
    let mut times: [Vec<Duration>; 2] = [Vec::new(), Vec::new()];
    for turn in 0..9 {
        for (login, times) in ["ada", "nobody"].into_iter().zip(&mut times) {
            let started = Instant::now();
            control.sign_in(login, "a wrong password", address(turn), now()).await.unwrap_err();
            times.push(started.elapsed());
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    assert!(unknown * 3 > known && known * 3 > unknown, "known {known:?}, unknown {unknown:?}");
}

#[tokio::test]
async fn a_password_is_changed_by_its_owner() {
    for control in staged_stores().await {
        let ada = person(&control, "ada").await;
        control.set_password(&ada.id, PASSWORD, now()).await.unwrap();
        let session = control.create_session(&ada.id, None, now()).await.unwrap();
        let change = async |old: &str, new: &str| control.change_password("Ada", old, new, address(1), now()).await;
        assert_eq!(change("wrong", "another good password").await.unwrap_err().kind(), Kind::NotAuthentic);
        for new in [PASSWORD, "short", "ada"] {
            assert_eq!(change(PASSWORD, new).await.unwrap_err().kind(), Kind::Invalid, "{new}");
        }
        control.session(&session.cookie, now()).await.unwrap();
        assert_eq!(change(PASSWORD, "another good password").await.unwrap(), ada);
        control.session(&session.cookie, now()).await.unwrap_err();
        control.sign_in("ada", PASSWORD, address(1), now()).await.unwrap_err();
        control.sign_in("ada", "another good password", address(1), now()).await.unwrap();
    }
}

#[tokio::test]
async fn a_password_that_was_reset_is_for_choosing_another() {
    for control in staged_stores().await {
        let ada = person(&control, "ada").await;
        control.set_password(&ada.id, PASSWORD, now()).await.unwrap();
        let given = control.reset_password(&ada.id, now()).await.unwrap();
        control.sign_in("ada", PASSWORD, address(1), now()).await.unwrap_err();
        let sign_in = control.sign_in("ada", &given, address(1), now()).await.unwrap();
        assert_eq!(sign_in, SignIn::MustChangePassword(ada.clone()));
        assert_eq!(control.identify("ada", &given, address(1), now()).await.unwrap_err().kind(), Kind::NotAuthentic);
        control.change_password("ada", &given, PASSWORD, address(1), now()).await.unwrap();
        assert_eq!(control.sign_in("ada", PASSWORD, address(1), now()).await.unwrap(), SignIn::Complete(ada));
    }
}

#[tokio::test]
async fn a_name_and_a_secret_identify_a_person_or_a_token() {
    for control in staged_stores().await {
        let ada = person(&control, "ada").await;
        control.set_password(&ada.id, PASSWORD, now()).await.unwrap();
        let scope = TokenScope::Tenant { partner_id: "north".into(), tenant_id: "desk".into() };
        let token = control.create_token(&TokenRequest::new("nightly", Role::Analyst, scope), now()).await.unwrap();
        let identify = async |user: &str, secret: &str| control.identify(user, secret, address(1), now()).await;
        assert_eq!(identify("ada", PASSWORD).await.unwrap().subject.id, ada.id);
        for user in ["nightly", "token", ""] {
            assert_eq!(identify(user, &token.token).await.unwrap().subject.id, token.id);
        }
        let near = format!("{}{}", &token.token[..83], if token.token.ends_with('0') { '1' } else { '0' });
        for (user, secret) in [("ada", "wrong"), ("nightly", PASSWORD), ("ada", &near)] {
            assert_eq!(identify(user, secret).await.unwrap_err().kind(), Kind::NotAuthentic);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_guesses_at_once_gain_little_and_many_right_ones_lose_nothing() {
    for store in staged_stores().await {
        let ada = person(&store, "ada").await;
        store.set_password(&ada.id, PASSWORD, now()).await.unwrap();
        let at_once = async |password: &'static str, address| {
            let mut tries = Vec::new();
            for _ in 0..30 {
                let node = store.clone();
                tries.push(tokio::spawn(async move { node.sign_in("ada", password, address, now()).await }));
            }
            let mut kinds = Vec::new();
            for tried in tries {
                kinds.push(tried.await.unwrap().map_err(|error| error.kind()).err());
            }
            kinds
        };
        assert!(at_once(PASSWORD, address(1)).await.iter().all(Option::is_none));
        let refused = at_once("a wrong password", address(2)).await;
        let checked = refused.iter().filter(|kind| **kind == Some(Kind::NotAuthentic)).count();
        let free = usize::try_from(crate::PAIR_FREE_FAILURES).unwrap();
        assert!((free + 1..=free + crate::password::GUESSES_AT_ONCE).contains(&checked), "{checked}");
        assert!(refused.iter().all(Option::is_some));
    }
}

#[tokio::test]
async fn neither_password_nor_login_is_stored_where_it_does_not_belong() {
    let control = crate::testing::Fresh::sqlite().await;
    let request = PersonRequest { login: "ada".into(), name: "Ada".into(), home: Place::Installation, locale: None };
    let ada = control.create_person(&request, now()).await.unwrap();
    control.set_password(&ada.id, PASSWORD, now()).await.unwrap();
    control.sign_in("a password typed as a login", "x", address(1), now()).await.unwrap_err();
    control.close().await;
    let bytes = String::from_utf8_lossy(&std::fs::read(&control.location).unwrap()).into_owned();
    assert!(bytes.contains("$argon2id$"));
    for secret in [PASSWORD, "typed as a login", "192.0.2.1"] {
        assert!(!bytes.contains(secret), "{secret}");
    }
}
