//! Sign-in by a real identity provider: who gets in, who does not, and that nothing of a sign-in counts twice.

mod server;

use super::*;
use crate::testing::{fresh_stores, staged_stores};
use crate::{Domains, Grant, HttpRequest, HttpResponse, Kind, Membership, Partner, Person, PersonRequest, Place};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use self::server::{Server, query, send};

/// The provider's ID tokens are of the real time.
#[expect(clippy::disallowed_methods, reason = "a real server stamps what it says")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn provider(server: &str) -> IdentityProvider {
    IdentityProvider {
        partner_id: "north".into(),
        issuer: server.into(),
        client_id: "quarterdeck".into(),
        client_secret: Some("a client secret".into()),
        redirect_url: "https://us.example/signed-in".into(),
        email_domains: ["example.com".to_owned()].into(),
        first_sign_in: FirstSignIn::KnownPeople,
    }
}

async fn person(control: &Control, login: &str, home: Place) -> Person {
    let request = PersonRequest { login: login.into(), name: login.into(), home, locale: None };
    control.create_person(&request, now()).await.unwrap()
}

/// The whole way: to the provider, and back.
async fn sign_in(control: &Control, server: &Server, subject: &str) -> Result<ProviderSignIn> {
    let start = control.begin_provider_sign_in("north", Some("/kpis?of=desk"), &send, now()).await?;
    let (state, code) = server.sign_in(&start.url, subject).await;
    control.finish_provider_sign_in(&state, &code, &start.cookie, &send, now()).await
}

async fn refusal(control: &Control, server: &Server, subject: &str) -> String {
    let error = sign_in(control, server, subject).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotAuthentic, "{error}");
    error.to_string().replace("the sign-in is not valid: ", "")
}

#[tokio::test]
async fn known_people_sign_in_by_a_verified_address_and_then_by_their_subject() {
    let server = Server::start().await;
    for control in staged_stores().await {
        control.ensure_identity_provider(&provider(&server.issuer)).await.unwrap();
        let ada = person(&control, "ada@example.com", Place::Partner("north".into())).await;
        server.knows("ada", json!({ "email": "Ada@Example.com", "email_verified": true })).await;
        let signed_in = sign_in(&control, &server, "ada").await.unwrap();
        assert_eq!(signed_in, ProviderSignIn { person: ada.clone(), return_to: Some("/kpis?of=desk".into()) });
        server.knows("ada", json!({ "email": "ada@elsewhere.example", "email_verified": false })).await;
        assert_eq!(sign_in(&control, &server, "ada").await.unwrap().person, ada, "the subject is known now");
        control.disable_person(&ada.id, now()).await.unwrap();
        assert_eq!(refusal(&control, &server, "ada").await, "the person may not sign in");
        control.enable_person(&ada.id).await.unwrap();
        server.knows("successor", json!({ "email": "ada@example.com", "email_verified": true })).await;
        assert_eq!(refusal(&control, &server, "successor").await, "the person is known as somebody else of this provider");
    }
}

#[tokio::test]
async fn a_provider_speaks_for_its_partners_people_alone() {
    let server = Server::start().await;
    for control in staged_stores().await {
        control.ensure_identity_provider(&provider(&server.issuer)).await.unwrap();
        let foreign = "the person is not one whom this provider speaks for";
        let cases = [
            ("verified@example.com", true, None, "nobody is known here by that e-mail address"),
            ("a@example.com", false, Some(Place::Partner("north".into())), "the provider has not verified an e-mail address"),
            (
                "b@sub.example.com",
                true,
                Some(Place::Partner("north".into())),
                "addresses of that e-mail domain do not count here",
            ),
            ("c@example.com", true, Some(Place::Partner("south".into())), foreign),
            ("d@example.com", true, Some(Place::Installation), foreign),
            ("e@example.com", true, Some(Place::Tenant("desk".into())), foreign),
        ];
        for (email, email_verified, home, expected) in cases {
            if let Some(home) = home {
                person(&control, email, home).await;
            }
            let subject = email.replace('@', "-");
            server.knows(&subject, json!({ "email": email, "email_verified": email_verified })).await;
            assert_eq!(refusal(&control, &server, &subject).await, expected, "{email}");
        }
        server.knows("without", json!({ "email_verified": true })).await;
        assert_eq!(refusal(&control, &server, "without").await, "the provider has not verified an e-mail address");

        // A tenant that this partner alone looks after.
        let gifts = person(&control, "f@example.com", Place::Tenant("gifts".into())).await;
        server.knows("f", json!({ "email": "f@example.com", "email_verified": true })).await;
        assert_eq!(sign_in(&control, &server, "f").await.unwrap().person, gifts);
        let some = Domains::Only(["service".to_owned()].into());
        control.ensure_grant(&Grant::new("north", "gifts", some)).await.unwrap();
        assert_eq!(refusal(&control, &server, "f").await, foreign, "no longer all of it");
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM provider_subjects").fetch_one(&control.pool).await.unwrap();
        assert_eq!(count, 1);
    }
}

#[tokio::test]
async fn new_people_are_made_once() {
    let server = Server::start().await;
    for control in staged_stores().await {
        let settings = IdentityProvider { first_sign_in: FirstSignIn::NewPeople(Role::Analyst), ..provider(&server.issuer) };
        control.ensure_identity_provider(&settings).await.unwrap();
        server.knows("grace", json!({ "email": "grace@example.com", "email_verified": true, "name": "Grace Hopper" })).await;
        let mut coming = Vec::new();
        for node in control.nodes(3).await {
            let start = node.begin_provider_sign_in("north", None, &send, now()).await.unwrap();
            let (state, code) = server.sign_in(&start.url, "grace").await;
            // The future of a sign-in can be handed to any thread, as doors do.
            coming.push(tokio::spawn(async move {
                node.finish_provider_sign_in(&state, &code, &start.cookie, &send, now()).await.unwrap().person
            }));
        }
        let mut people = Vec::new();
        for came in coming {
            people.push(came.await.unwrap());
        }
        assert!(people.iter().all(|person| person.id == people[0].id));
        let grace = &people[0];
        assert_eq!((grace.login.as_str(), grace.name.as_str()), ("grace@example.com", "Grace Hopper"));
        assert_eq!(grace.home, Place::Partner("north".into()));
        let expected = Membership::new(&grace.id, grace.home.clone(), Role::Analyst);
        assert_eq!(control.memberships(&grace.id).await.unwrap(), [expected]);
        let session = control.create_session(&grace.id, None, now()).await.unwrap();
        assert_eq!(control.session(&session.cookie, now()).await.unwrap().1.tenants.len(), 2);
    }
}

#[tokio::test]
async fn a_state_counts_once_for_a_while_and_for_one_browser() {
    let server = Server::start().await;
    for control in staged_stores().await {
        control.ensure_identity_provider(&provider(&server.issuer)).await.unwrap();
        person(&control, "ada@example.com", Place::Partner("north".into())).await;
        server.knows("ada", json!({ "email": "ada@example.com", "email_verified": true })).await;
        let begin = async || control.begin_provider_sign_in("north", None, &send, now()).await.unwrap();

        // Eight at once with the same state, on two nodes.
        let start = begin().await;
        let (state, code) = server.sign_in(&start.url, "ada").await;
        let mut coming = Vec::new();
        for node in control.nodes(2).await.iter().cycle().take(8) {
            let node = node.clone();
            let (state, code, cookie) = (state.clone(), code.clone(), start.cookie.clone());
            coming.push(tokio::spawn(async move { node.finish_provider_sign_in(&state, &code, &cookie, &send, now()).await }));
        }
        let mut let_in = 0;
        for came in coming {
            match came.await.unwrap() {
                Ok(_) => let_in += 1,
                Err(error) => assert!(matches!(error, ControlError::SignInRefused), "{error}"),
            }
        }
        assert_eq!(let_in, 1);

        let finish = async |state: &str, code: &str, cookie: &str, at| {
            control.finish_provider_sign_in(state, code, cookie, &send, at).await.unwrap_err()
        };
        let (one, other) = (begin().await, begin().await);
        let (one_state, one_code) = server.sign_in(&one.url, "ada").await;
        let (other_state, _) = server.sign_in(&other.url, "ada").await;
        assert!(matches!(finish(&one_state, &one_code, &other.cookie, now()).await, ControlError::SignInRefused));
        assert!(matches!(finish(&one_state, &one_code, &one.cookie, now()).await, ControlError::SignInRefused), "used up");
        let mixed = finish(&other_state, &one_code, &other.cookie, now()).await;
        assert!(mixed.to_string().contains("its ID token does not count"), "another sign-in's code: {mixed}");

        let late = begin().await;
        let (late_state, late_code) = server.sign_in(&late.url, "ada").await;
        let after = now() + TimeDelta::minutes(PROVIDER_SIGN_IN_MINUTES);
        assert!(matches!(finish(&late_state, &late_code, &late.cookie, after).await, ControlError::SignInRefused));
        for (state, cookie) in [("", ""), ("unknown", late.cookie.as_str()), ("a\0", "b\0")] {
            assert!(matches!(finish(state, "code", cookie, now()).await, ControlError::SignInRefused));
        }
        begin().await;
        assert_eq!(control.sweep(now()).await.unwrap(), 0);
        assert_eq!(control.sweep(after + TimeDelta::minutes(1)).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn the_provider_is_asked_with_pkce_state_and_nonce_and_none_of_them_is_stored() {
    let server = Server::start().await;
    for control in staged_stores().await {
        control.ensure_identity_provider(&provider(&server.issuer)).await.unwrap();
        person(&control, "ada@example.com", Place::Partner("north".into())).await;
        server.knows("ada", json!({ "email": "ada@example.com", "email_verified": true })).await;
        let start = control.begin_provider_sign_in("north", None, &send, now()).await.unwrap();
        let asked = query(&start.url);
        let get = |name: &str| asked[name].as_str();
        assert_eq!([get("response_type"), get("client_id"), get("code_challenge_method")], ["code", "quarterdeck", "S256"]);
        assert_eq!([get("redirect_uri"), get("scope")], ["https://us.example/signed-in", "openid email profile"]);
        let sql = "SELECT state_hash || cookie_hash || partner_id || coalesce(return_to, '') FROM provider_sign_ins";
        let kept: String = sqlx::query_scalar(sql).fetch_one(&control.pool).await.unwrap();
        for secret in [get("state"), get("nonce"), get("code_challenge"), &start.cookie] {
            assert!(!kept.contains(secret) && !format!("{start:?}").contains(secret));
        }

        let sent = std::sync::Mutex::new(Vec::new());
        let listening = |request: HttpRequest| {
            sent.lock().unwrap().push(String::from_utf8(request.body().clone()).unwrap());
            send(request)
        };
        let (state, code) = server.sign_in(&start.url, "ada").await;
        control.finish_provider_sign_in(&state, &code, &start.cookie, &listening, now()).await.unwrap();
        let bodies = sent.into_inner().unwrap().join("");
        let verifier = query(&format!("http://x/?{bodies}")).remove("code_verifier").unwrap();
        let challenge =
            openidconnect::PkceCodeChallenge::from_code_verifier_sha256(&openidconnect::PkceCodeVerifier::new(verifier));
        assert_eq!(challenge.as_str(), get("code_challenge"));
    }
}

#[tokio::test]
async fn a_provider_that_says_no_says_nothing_or_says_it_late() {
    let server = Server::start().await;
    let control = &staged_stores().await[0];
    control.ensure_identity_provider(&provider(&server.issuer)).await.unwrap();
    server.knows("ada", json!({ "email": "ada@example.com", "email_verified": true })).await;

    let start = control.begin_provider_sign_in("north", None, &send, now()).await.unwrap();
    let state = query(&start.url).remove("state").unwrap();
    let error = control.finish_provider_sign_in(&state, "a made-up code", &start.cookie, &send, now()).await.unwrap_err();
    assert_eq!(error.to_string(), "the sign-in is not valid: the provider says `invalid_grant`");

    let later = now() + TimeDelta::hours(2);
    let start = control.begin_provider_sign_in("north", None, &send, later).await.unwrap();
    let (state, code) = server.sign_in(&start.url, "ada").await;
    let error = control.finish_provider_sign_in(&state, &code, &start.cookie, &send, later).await.unwrap_err();
    assert!(error.to_string().contains("its ID token does not count") && error.to_string().contains("expired"), "{error}");

    let start = control.begin_provider_sign_in("north", None, &send, now()).await.unwrap();
    let state = query(&start.url).remove("state").unwrap();
    drop(server);
    for error in [
        control.begin_provider_sign_in("north", None, &send, now()).await.unwrap_err(),
        control.finish_provider_sign_in(&state, "code", &start.cookie, &send, now()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), Kind::Unavailable, "{error}");
        assert!(error.to_string().starts_with("reading what the identity provider says of itself: "), "{error}");
    }
}

#[tokio::test]
async fn settings_are_stored_changed_listed_and_removed() {
    for control in staged_stores().await {
        assert_eq!(control.identity_provider("north").await.unwrap_err().kind(), Kind::NotFound);
        let first = provider("https://id.example/realm/");
        control.ensure_identity_provider(&first).await.unwrap();
        assert_eq!(control.identity_provider("north").await.unwrap(), first);
        let second = IdentityProvider {
            client_secret: None,
            first_sign_in: FirstSignIn::NewPeople(Role::Executive),
            ..provider("https://other.example")
        };
        control.ensure_identity_provider(&second).await.unwrap();
        assert_eq!(control.identity_provider("north").await.unwrap(), second);
        assert_eq!(control.partners_with_identity_provider().await.unwrap(), ["north"]);
        assert!(!format!("{first:?}").contains("a client secret"));
        assert!(control.remove_identity_provider("north").await.unwrap());
        assert!(!control.remove_identity_provider("north").await.unwrap());
    }
}

#[tokio::test]
async fn refuses_settings_of_the_wrong_form_and_paths_that_lead_elsewhere() {
    for control in fresh_stores().await {
        control.ensure_partner(&Partner { id: "north".into(), name: "N".into() }).await.unwrap();
        let good = provider("https://id.example");
        let domains = |domain: &str| IdentityProvider { email_domains: [domain.to_owned()].into(), ..good.clone() };
        let wrong = [
            provider("http://id.example"),
            provider("ftp://id.example"),
            provider("https://user:secret@id.example"),
            provider("id.example"),
            IdentityProvider { redirect_url: "http://us.example/x".into(), ..good.clone() },
            IdentityProvider { client_id: " ".into(), ..good.clone() },
            IdentityProvider { client_secret: Some("two\nlines".into()), ..good.clone() },
            domains("Example.com"),
            domains("@example.com"),
            domains("com"),
            IdentityProvider { first_sign_in: FirstSignIn::NewPeople(Role::Administrator), ..good.clone() },
            IdentityProvider {
                first_sign_in: FirstSignIn::NewPeople(Role::Analyst),
                email_domains: BTreeSet::new(),
                ..good.clone()
            },
        ];
        for settings in wrong {
            let error = control.ensure_identity_provider(&settings).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid, "{settings:?}");
            assert!(!error.to_string().contains("two\nlines"));
        }
        let stranger = IdentityProvider { partner_id: "nobody".into(), ..good };
        assert_eq!(control.ensure_identity_provider(&stranger).await.unwrap_err().kind(), Kind::Conflict);
        for path in ["", "https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "/\n", "kpis"] {
            let error = control.begin_provider_sign_in("north", Some(path), &send, now()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid, "{path}");
        }
        let error = control.begin_provider_sign_in("north", Some("/kpis"), &send, now()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
    }
}
