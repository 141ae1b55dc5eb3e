//! Sessions through the store: how long they last, who ends them, and that a cookie is kept nowhere.

use super::*;
use crate::testing::staged_stores;
use crate::{Kind, Membership, Person, PersonRequest, Place, Role};

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00.123456Z".parse().unwrap()
}

async fn person(control: &Control, login: &str) -> Person {
    let home = Place::Partner("north".into());
    let request = PersonRequest { login: login.into(), name: login.into(), home: home.clone(), locale: None };
    let person = control.create_person(&request, now()).await.unwrap();
    control.ensure_membership(&Membership::new(&person.id, home, Role::Analyst)).await.unwrap();
    person
}

async fn is_live(control: &Control, session: &IssuedSession, at: DateTime<Utc>) -> bool {
    match control.session(&session.cookie, at).await {
        Ok((found, _)) => found.id == session.id,
        Err(error) => {
            assert_eq!(error.to_string(), "the sign-in is not valid");
            false
        }
    }
}

#[tokio::test]
async fn a_cookie_leads_to_its_session_and_person() {
    for control in staged_stores().await {
        let ada = person(&control, "ada").await;
        let client = format!("Mozilla/5.0\n{}", "x".repeat(300));
        let issued = control.create_session(&ada.id, Some(&client), now()).await.unwrap();
        let (session, identity) = control.session(&issued.cookie, now()).await.unwrap();
        let expected = Session {
            id: issued.id.clone(),
            person_id: ada.id.clone(),
            client: Some(format!("Mozilla/5.0{}", "x".repeat(189))),
            created_at: now(),
            last_seen_at: now(),
            expires_at: now() + TimeDelta::days(SESSION_MAX_DAYS),
        };
        assert_eq!((&session, identity.subject.id), (&expected, ada.id.clone()));
        assert_eq!(identity.tenants.len(), 2);
        assert_eq!(control.sessions(&ada.id, now()).await.unwrap(), [expected]);
        let near = format!("{}{}", &issued.cookie[..63], if issued.cookie.ends_with('0') { '1' } else { '0' });
        for cookie in ["", "x", &issued.id, &hash(&issued.cookie), &near, &issued.cookie.to_uppercase()] {
            assert_eq!(control.session(cookie, now()).await.unwrap_err().kind(), Kind::NotAuthentic);
        }
        assert!(!format!("{issued:?}").contains(&issued.cookie));
        let kept: String = sqlx::query_scalar("SELECT cookie_hash FROM sessions").fetch_one(&control.pool).await.unwrap();
        assert_ne!(kept, issued.cookie);
    }
}

#[tokio::test]
async fn a_session_ends_by_rest_and_by_age() {
    for control in staged_stores().await {
        let ada = person(&control, "ada").await;
        let idle = TimeDelta::hours(SESSION_IDLE_MAX_HOURS);
        let rested = control.create_session(&ada.id, None, now()).await.unwrap();
        assert!(is_live(&control, &rested, now() + idle - TimeDelta::microseconds(1)).await);
        assert!(is_live(&control, &rested, now() + idle * 2 - TimeDelta::seconds(1)).await, "use has lengthened it");
        assert!(!is_live(&control, &rested, now() + idle * 4).await);

        let used = control.create_session(&ada.id, None, now()).await.unwrap();
        let end = now() + TimeDelta::days(SESSION_MAX_DAYS);
        let mut at = now();
        while at < end {
            assert!(is_live(&control, &used, at).await);
            at += TimeDelta::hours(11);
        }
        assert!(!is_live(&control, &used, end).await);
        assert!(control.sessions(&ada.id, end).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn use_is_noted_once_a_minute() {
    for control in staged_stores().await {
        let ada = person(&control, "ada").await;
        let issued = control.create_session(&ada.id, None, now()).await.unwrap();
        for (second, expected) in [(59, 0), (60, 60), (61, 60), (119, 60), (120, 120)] {
            control.session(&issued.cookie, now() + TimeDelta::seconds(second)).await.unwrap();
            let seen = control.sessions(&ada.id, now()).await.unwrap()[0].last_seen_at;
            assert_eq!(seen, now() + TimeDelta::seconds(expected), "{second}");
        }
    }
}

#[tokio::test]
async fn sessions_end_one_by_one_and_all_with_a_password_or_a_person() {
    for control in staged_stores().await {
        let (ada, bob) = (person(&control, "ada").await, person(&control, "bob").await);
        let new = async |person: &Person| control.create_session(&person.id, None, now()).await.unwrap();
        let (first, second, of_bob) = (new(&ada).await, new(&ada).await, new(&bob).await);
        assert!(!control.end_session(&bob.id, &first.id, now()).await.unwrap(), "another's is not found");
        assert!(control.end_session(&ada.id, &first.id, now()).await.unwrap());
        assert!(!control.end_session(&ada.id, &first.id, now()).await.unwrap());
        assert_eq!((is_live(&control, &first, now()).await, is_live(&control, &second, now()).await), (false, true));

        control.set_password(&ada.id, "correct horse battery", now()).await.unwrap();
        assert!(!is_live(&control, &second, now()).await);
        let third = new(&ada).await;
        control.reset_password(&ada.id, now()).await.unwrap();
        assert!(!is_live(&control, &third, now()).await);
        let fourth = new(&ada).await;
        assert_eq!(control.end_sessions(&ada.id, now()).await.unwrap(), 1);
        assert!(!is_live(&control, &fourth, now()).await);

        let fifth = new(&ada).await;
        control.disable_person(&ada.id, now()).await.unwrap();
        assert!(!is_live(&control, &fifth, now()).await);
        let refused = control.create_session(&ada.id, None, now()).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::NotAuthentic);
        control.enable_person(&ada.id).await.unwrap();
        assert!(!is_live(&control, &fifth, now()).await, "and does not come back with them");
        assert!(is_live(&control, &of_bob, now()).await);
        assert_eq!(control.create_session("nobody", None, now()).await.unwrap_err().kind(), Kind::NotAuthentic);
    }
}

#[tokio::test]
async fn what_ended_long_ago_is_swept() {
    for control in staged_stores().await {
        let ada = person(&control, "ada").await;
        let ended = control.create_session(&ada.id, None, now()).await.unwrap();
        control.end_session(&ada.id, &ended.id, now()).await.unwrap();
        control.create_session(&ada.id, None, now()).await.unwrap();
        for (days, swept) in [(KEPT_DAYS, 0), (KEPT_DAYS + 1, 1), (KEPT_DAYS + SESSION_MAX_DAYS + 1, 1)] {
            assert_eq!(control.sweep(now() + TimeDelta::days(days)).await.unwrap(), swept, "{days}");
        }
    }
}

#[test]
fn a_pages_token_is_the_cookies_own() {
    let (one, other) = ("1".repeat(64), "2".repeat(64));
    let token = csrf_token(&one).unwrap();
    assert!(csrf_token_matches(&one, &token));
    for (cookie, token) in [(&other, token.as_str()), (&one, ""), (&one, &token[1..]), (&one, &one)] {
        assert!(!csrf_token_matches(cookie, token));
    }
}
