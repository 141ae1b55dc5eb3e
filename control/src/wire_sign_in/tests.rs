//! The SQL door's sign-in through the store: what a right client can prove, and what all others meet.

use super::*;
use crate::testing::staged_stores;
use crate::{Kind, Membership, PersonRequest, Place, Role, SCRAM_ITERATIONS, SubjectKind, TokenRequest, TokenScope};

const PASSWORD: &str = "correct horse battery";

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

fn address() -> IpAddr {
    IpAddr::from([192, 0, 2, 1])
}

/// Whether a client with that password can make the proof: all else of SCRAM follows from the salted password.
fn opens(sign_in: &WireSignIn, password: &str) -> bool {
    let salted: [u8; 32] =
        pbkdf2::pbkdf2_hmac_array::<sha2::Sha256, 32>(password.as_bytes(), sign_in.secret.salt(), SCRAM_ITERATIONS);
    salted.as_slice() == sign_in.secret.salted_password()
}

async fn person(control: &Control, login: &str, home: Place) -> Person {
    let request = PersonRequest { login: login.into(), name: login.into(), home: home.clone(), locale: None };
    let person = control.create_person(&request, now()).await.unwrap();
    control.ensure_membership(&Membership::new(&person.id, home, Role::Analyst)).await.unwrap();
    control.set_password(&person.id, PASSWORD, now()).await.unwrap();
    person
}

async fn begin(control: &Control, user: &str, tenant: &str) -> WireSignIn {
    control.begin_wire_sign_in(user, tenant, address(), now()).await.unwrap()
}

#[tokio::test]
async fn a_person_and_a_token_sign_in_to_a_tenant_and_see_it_alone() {
    for control in staged_stores().await {
        let ada = person(&control, "ada@example.com", Place::Partner("north".into())).await;
        let scope = TokenScope::Partner { partner_id: "north".into() };
        let token = control.create_token(&TokenRequest::new("nightly", Role::Analyst, scope), now()).await.unwrap();
        let cases = [
            ("ada@example.com", PASSWORD, SubjectKind::Person, &ada.id),
            ("ADA@example.com", PASSWORD, SubjectKind::Person, &ada.id),
            ("nightly", &token.token, SubjectKind::Token, &token.id),
            (token.id.as_str(), &token.token, SubjectKind::Token, &token.id),
        ];
        for (user, password, kind, id) in cases {
            for tenant in ["desk", "gifts"] {
                let sign_in = begin(&control, user, tenant).await;
                assert!(opens(&sign_in, password) && !opens(&sign_in, "wrong"), "{user}");
                let identity = control.finish_wire_sign_in(&sign_in, now()).await.unwrap();
                assert_eq!((identity.subject.kind, &identity.subject.id), (kind, id));
                let seen: Vec<&str> = identity.tenants.iter().map(|access| access.tenant_id.as_str()).collect();
                assert_eq!(seen, [tenant]);
                assert!(!format!("{sign_in:?}").contains(&format!("{:?}", sign_in.secret.salted_password())));
            }
        }
        assert_eq!(control.token(&token.id).await.unwrap().last_used_at, Some(now()));
    }
}

#[tokio::test]
async fn everybody_else_meets_a_secret_that_nothing_fits() {
    for control in staged_stores().await {
        let ada = person(&control, "ada", Place::Partner("south".into())).await;
        let gone = person(&control, "gone", Place::Partner("north".into())).await;
        control.disable_person(&gone.id, now()).await.unwrap();
        let reset = person(&control, "reset", Place::Partner("north".into())).await;
        let one_time = control.reset_password(&reset.id, now()).await.unwrap();
        let scope = TokenScope::Partner { partner_id: "north".into() };
        let token = control.create_token(&TokenRequest::new("nightly", Role::Analyst, scope), now()).await.unwrap();
        control.revoke_token(&token.id, now()).await.unwrap();
        let cases = [
            ("ada", "gifts", PASSWORD),
            ("ada", "nothing", PASSWORD),
            (ada.id.as_str(), "desk", PASSWORD),
            ("gone", "desk", PASSWORD),
            ("reset", "desk", &one_time),
            ("nightly", "desk", &token.token),
            (&token.id, "desk", &token.token),
            ("nobody", "desk", PASSWORD),
            ("a\0b", "d\0", PASSWORD),
        ];
        for (user, tenant, password) in cases {
            let (once, again) = (begin(&control, user, tenant).await, begin(&control, user, tenant).await);
            assert!(!opens(&once, password), "{user}");
            assert_eq!((once.secret.salt().len(), once.secret.salt()), (16, again.secret.salt()), "as a real user's would be");
            assert_eq!(control.finish_wire_sign_in(&once, now()).await.unwrap_err().kind(), Kind::NotAuthentic);
        }
    }
}

#[tokio::test]
async fn what_ends_between_the_two_steps_does_not_get_in() {
    for control in staged_stores().await {
        let ada = person(&control, "ada", Place::Partner("north".into())).await;
        let scope = TokenScope::Tenant { partner_id: "north".into(), tenant_id: "desk".into() };
        let token = control.create_token(&TokenRequest::new("nightly", Role::Analyst, scope), now()).await.unwrap();
        let (by_ada, by_token) = (begin(&control, "ada", "desk").await, begin(&control, "nightly", "desk").await);
        control.remove_grant("north", "desk").await.unwrap();
        for sign_in in [&by_ada, &by_token] {
            assert_eq!(control.finish_wire_sign_in(sign_in, now()).await.unwrap_err().kind(), Kind::NotAuthentic);
        }
        let by_ada = begin(&control, "ada", "gifts").await;
        control.disable_person(&ada.id, now()).await.unwrap();
        control.revoke_token(&token.id, now()).await.unwrap();
        for sign_in in [&by_ada, &by_token] {
            assert_eq!(control.finish_wire_sign_in(sign_in, now()).await.unwrap_err().kind(), Kind::NotAuthentic);
        }
    }
}

#[tokio::test]
async fn guesses_at_people_are_slow_and_tokens_connect_as_often_as_they_like() {
    for control in staged_stores().await {
        person(&control, "ada", Place::Partner("north".into())).await;
        let scope = TokenScope::Partner { partner_id: "north".into() };
        control.create_token(&TokenRequest::new("nightly", Role::Analyst, scope), now()).await.unwrap();
        for _ in 0..50 {
            begin(&control, "nightly", "desk").await;
            let right = begin(&control, "ada", "desk").await;
            control.finish_wire_sign_in(&right, now()).await.unwrap();
        }
        // A pool that opens many connections at once is not held up by itself.
        for _ in 0..50 {
            begin(&control, "ada", "desk").await;
        }
        for user in ["ada", "nobody"] {
            for _ in 0..=crate::PAIR_FREE_FAILURES {
                let wrong = begin(&control, user, "desk").await;
                control.refuse_wire_sign_in(&wrong, now()).await.unwrap();
            }
            let error = control.begin_wire_sign_in(user, "desk", address(), now()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::TooMany, "{user}");
        }
        for _ in 0..50 {
            let wrong = begin(&control, "nightly", "desk").await;
            control.refuse_wire_sign_in(&wrong, now()).await.unwrap();
        }
        begin(&control, "nightly", "desk").await;
    }
}
