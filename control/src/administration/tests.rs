//! Who may set up what: nobody beyond their place, nobody more than they have, and every change in the log.

use super::*;
use crate::testing::{Fresh, staged_stores};
use crate::{
    AuditFilter, Grant, IdentityProvider, Kind, Membership, Person, PersonRequest, Role, SignIn, TokenRequest, TokenScope,
};
use std::net::IpAddr;

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

fn place(text: &str) -> Place {
    text.parse().unwrap()
}

fn given(role: Role) -> Given {
    Given { role, domains: Domains::All, personal: false }
}

fn new_person(login: &str, home: &str, role: Role) -> NewPerson {
    let request = PersonRequest { login: login.into(), name: login.into(), home: place(home), locale: None };
    NewPerson { request, role: Some(given(role)), password: true }
}

/// Somebody of `home` with a role in `at`, and sight of personal data.
async fn somebody(control: &Fresh, login: &str, home: &str, at: &str, role: Role) -> Identity {
    let request = PersonRequest { login: login.into(), name: login.into(), home: place(home), locale: None };
    let person: Person = control.create_person(&request, now()).await.unwrap();
    let membership = Membership { pii: true, ..Membership::new(&person.id, place(at), role) };
    control.ensure_membership(&membership).await.unwrap();
    control.identity_of_person(&person).await.unwrap()
}

async fn logins(control: &Fresh, identity: &Identity) -> String {
    let people = control.administration(identity, now()).people().await.unwrap();
    people.into_iter().map(|one| one.person.login).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn people_are_set_up_by_those_who_administer_their_home_alone() {
    for control in staged_stores().await {
        let root = somebody(&control, "root", "installation", "installation", Role::Administrator).await;
        let north = somebody(&control, "north", "partner:north", "partner:north", Role::Administrator).await;
        let staff = somebody(&control, "staff", "installation", "partner:north", Role::Administrator).await;
        let desk = somebody(&control, "desk", "tenant:desk", "tenant:desk", Role::Administrator).await;
        let gifts = somebody(&control, "gifts", "tenant:gifts", "tenant:gifts", Role::Executive).await;
        let south = somebody(&control, "south", "partner:south", "partner:south", Role::Partner).await;
        assert_eq!(logins(&control, &root).await, "desk gifts north root south staff");
        assert_eq!(logins(&control, &north).await, "gifts north", "desk has another partner too");
        assert_eq!(logins(&control, &staff).await, "north", "of the installation, but an administrator of a partner alone");
        assert_eq!(logins(&control, &desk).await, "desk");
        for nobody in [&gifts, &south] {
            assert_eq!(logins(&control, nobody).await, "");
        }
        let refused = [
            (&north, "partner:south"),
            (&north, "installation"),
            (&north, "tenant:desk"),
            (&staff, "installation"),
            (&desk, "partner:north"),
            (&gifts, "tenant:gifts"),
            (&south, "partner:south"),
        ];
        for (by, home) in refused {
            let new = new_person("mallory", home, Role::Executive);
            let error = control.administration(by, now()).create_person(&new).await.unwrap_err();
            assert_eq!(error.kind(), Kind::NotAllowed, "{} in {home}: {error}", by.name);
        }
        let as_north = control.administration(&north, now());
        for (login, what) in [("south", "another's"), ("root", "the installation's"), ("desk", "a shared tenant's")] {
            assert_eq!(as_north.disable_person(login).await.unwrap_err().kind(), Kind::NotFound, "{what}");
            assert_eq!(as_north.reset_password(login).await.unwrap_err().kind(), Kind::NotFound, "{what}");
        }
        let (ada, password) = as_north.create_person(&new_person("ada", "partner:north", Role::Analyst)).await.unwrap();
        let address = IpAddr::from([192, 0, 2, 1]);
        let signed_in = control.sign_in("ada", &password.unwrap(), address, now()).await.unwrap();
        assert_eq!(signed_in, SignIn::MustChangePassword(ada.clone()));
        assert!(as_north.disable_person("ada").await.unwrap() && as_north.enable_person(&ada.id).await.unwrap());
        assert_eq!(as_north.disable_person("north").await.unwrap_err().kind(), Kind::Conflict, "oneself");
        let log = control.audit(&AuditFilter::default(), 10).await.unwrap();
        let said: Vec<String> =
            log.iter().map(|record| format!("{} {}", record.entry.action, record.entry.detail["change"])).collect();
        assert_eq!(said, [r#"person_change "enabled""#, r#"person_change "disabled""#, r#"person_change "created""#]);
        assert!(log.iter().all(|record| record.entry.who == AuditWho::Person(north.subject.id.clone())));
        assert!(!format!("{log:?}").contains("\"ada\""), "a name that may have to be forgotten is not in the chain");
    }
}

#[tokio::test]
async fn nobody_gives_more_than_they_have() {
    for control in staged_stores().await {
        let north = somebody(&control, "north", "partner:north", "partner:north", Role::Administrator).await;
        let ada = somebody(&control, "ada", "partner:north", "partner:north", Role::Analyst).await;
        let service = Domains::Only(["service".to_owned()].into());
        let few = Membership {
            domains: service.clone(),
            ..Membership::new(&north.subject.id, place("partner:north"), Role::Administrator)
        };
        control.ensure_membership(&few).await.unwrap();
        let as_north = control.administration(&north, now());
        let give = async |domains: &Domains, personal, at: &str| {
            let given = Given { role: Role::Analyst, domains: domains.clone(), personal };
            as_north.give_role("ada", &place(at), &given).await.map(drop).map_err(|error| error.kind())
        };
        assert_eq!(give(&Domains::All, false, "partner:north").await, Err(Kind::NotAllowed));
        assert_eq!(give(&service, true, "partner:north").await, Err(Kind::NotAllowed));
        assert_eq!(give(&service, false, "partner:south").await, Err(Kind::NotAllowed));
        assert_eq!(give(&service, false, "tenant:gifts").await, Ok(()));
        assert!(as_north.take_role("ada", &place("tenant:gifts")).await.unwrap());
        assert_eq!(as_north.take_role("north", &place("partner:north")).await.unwrap_err().kind(), Kind::Conflict);
        let scope = TokenScope::Partner { partner_id: "north".into() };
        let wide = TokenRequest::new("wide", Role::Administrator, scope.clone());
        assert_eq!(as_north.create_token(&wide).await.unwrap_err().kind(), Kind::NotAllowed);
        let narrow = TokenRequest { domains: service.clone(), ..wide.clone() };
        let issued = as_north.create_token(&narrow).await.unwrap();
        assert_eq!(control.token(&issued.id).await.unwrap().created_by.as_deref(), Some(north.subject.id.as_str()));
        // A token is held to the same.
        let bearer = control.authenticate(&issued.token, now()).await.unwrap();
        assert_eq!(control.administration(&bearer, now()).create_token(&wide).await.unwrap_err().kind(), Kind::NotAllowed);
        assert_eq!(control.administration(&ada, now()).create_token(&narrow).await.unwrap_err().kind(), Kind::NotAllowed);
        control.administration_by_owner(now()).create_token(&wide).await.unwrap();
    }
}

#[tokio::test]
async fn tokens_grants_and_providers_stop_at_the_place() {
    for control in staged_stores().await {
        let root = somebody(&control, "root", "installation", "installation", Role::Administrator).await;
        let north = somebody(&control, "north", "partner:north", "partner:north", Role::Administrator).await;
        let desk = somebody(&control, "desk", "tenant:desk", "tenant:desk", Role::Administrator).await;
        let scope = |partner: &str, tenant: &str| TokenScope::Tenant { partner_id: partner.into(), tenant_id: tenant.into() };
        let south_token = TokenRequest::new("south's", Role::Analyst, scope("south", "desk"));
        let (as_root, as_north) = (control.administration(&root, now()), control.administration(&north, now()));
        let as_desk = control.administration(&desk, now());
        assert_eq!(as_north.create_token(&south_token).await.unwrap_err().kind(), Kind::NotAllowed);
        let issued = as_root.create_token(&south_token).await.unwrap();
        assert!(as_north.tokens().await.unwrap().is_empty());
        assert_eq!(as_north.revoke_token(&issued.id).await.unwrap_err().kind(), Kind::NotFound);
        assert!(as_root.revoke_token(&issued.id).await.unwrap());
        as_north.create_token(&TokenRequest::new("north's", Role::Analyst, scope("north", "gifts"))).await.unwrap();

        let some = Grant::new("south", "gifts", Domains::All);
        assert_eq!(as_north.put_grant(&some).await.unwrap_err().kind(), Kind::NotAllowed);
        assert_eq!(as_desk.put_grant(&some).await.unwrap_err().kind(), Kind::NotAllowed);
        as_root.put_grant(&some).await.unwrap();
        assert!(as_desk.remove_grant("south", "desk").await.unwrap(), "its own");
        let seen = async |by: &Administration<'_>| {
            let grants = by.grants().await.unwrap();
            grants.iter().map(|grant| format!("{}:{}", grant.partner_id, grant.tenant_id)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(seen(&as_root).await, "north:desk north:gifts south:gifts");
        assert_eq!((seen(&as_north).await.as_str(), seen(&as_desk).await.as_str()), ("north:desk north:gifts", "north:desk"));

        let provider = |partner: &str, secret: Option<&str>| IdentityProvider {
            partner_id: partner.into(),
            issuer: "https://id.example".into(),
            client_id: "us".into(),
            client_secret: secret.map(str::to_owned),
            redirect_url: "https://us.example/sign-in/callback".into(),
            email_domains: ["example.com".to_owned()].into(),
            first_sign_in: crate::FirstSignIn::KnownPeople,
        };
        assert_eq!(as_north.put_identity_provider(&provider("south", None)).await.unwrap_err().kind(), Kind::NotAllowed);
        as_north.put_identity_provider(&provider("north", Some("hush"))).await.unwrap();
        as_north.put_identity_provider(&provider("north", None)).await.unwrap();
        assert_eq!(as_north.identity_providers().await.unwrap(), [provider("north", Some("hush"))], "the secret stays");
        assert!(control.administration(&desk, now()).identity_providers().await.unwrap().is_empty());
        assert_eq!(as_north.remove_identity_provider("south").await.unwrap_err().kind(), Kind::NotAllowed);
        assert!(as_north.remove_identity_provider("north").await.unwrap());
        let log = control.audit(&AuditFilter::default(), 100).await.unwrap();
        assert!(!format!("{log:?}").contains("hush") && !format!("{log:?}").contains(&issued.token));
    }
}

#[tokio::test]
async fn each_reads_their_part_of_the_log() {
    for control in staged_stores().await {
        let root = somebody(&control, "root", "installation", "installation", Role::Administrator).await;
        let north = somebody(&control, "north", "partner:north", "partner:north", Role::Administrator).await;
        let south = somebody(&control, "south", "partner:south", "partner:south", Role::Administrator).await;
        let desk = somebody(&control, "desk", "tenant:desk", "tenant:desk", Role::Administrator).await;
        let lead = somebody(&control, "lead", "partner:north", "tenant:desk", Role::Administrator).await;
        let plain = somebody(&control, "plain", "partner:north", "partner:north", Role::Analyst).await;
        let entry = |identity: &Identity, tenant| AuditEntry::new(now(), identity.into(), AuditAction::Query, tenant);
        let entries = [
            entry(&north, Some("gifts")),
            entry(&north, Some("desk")),
            entry(&south, Some("desk")),
            entry(&root, None),
            AuditEntry::new(now(), AuditWho::Nobody, AuditAction::SignInRefused, Some("desk")),
        ];
        control.append_audit(&entries).await.unwrap();
        let read = async |by: &Identity, tenant: Option<&str>| {
            let filter = AuditFilter { tenant_id: tenant.map(str::to_owned), ..AuditFilter::default() };
            let read = control.administration(by, now()).audit(&filter, 100).await;
            read.map(|records| records.iter().map(|record| record.seq).collect::<Vec<_>>()).map_err(|error| error.kind())
        };
        assert_eq!(read(&root, None).await, Ok(vec![5, 4, 3, 2, 1]));
        assert_eq!(read(&north, None).await, Ok(vec![2, 1]), "what its own people did");
        assert_eq!(read(&north, Some("desk")).await, Ok(vec![2]));
        assert_eq!(read(&south, None).await, Ok(vec![3]));
        assert_eq!(read(&south, Some("gifts")).await, Err(Kind::NotAllowed));
        assert_eq!(read(&desk, None).await, Ok(vec![5, 3, 2]), "whoever looked at its records");
        assert_eq!(read(&lead, None).await, Ok(vec![2]));
        assert_eq!(read(&plain, None).await, Err(Kind::NotAllowed));
    }
}
