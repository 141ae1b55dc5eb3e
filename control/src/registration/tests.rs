//! Registrations through the store: who is found, who is not, and that neither key nor secret shows.

use super::*;
use crate::testing::{Fresh, fresh_stores};
use crate::{Kind, Tenant};

fn now() -> DateTime<Utc> {
    at(0)
}

fn at(minute: u32) -> DateTime<Utc> {
    format!("2026-11-22T08:{minute:02}:00.123456Z").parse().unwrap()
}

fn secret(text: &str) -> SigningSecret {
    SigningSecret::new(text).unwrap()
}

fn request() -> RegistrationRequest {
    RegistrationRequest {
        tenant_id: "gifts".into(),
        source: "shopify".into(),
        instance: "gifts.myshopify.com".into(),
        zone: Tz::Europe__Berlin,
        currency: Some("EUR".into()),
        require_signature: false,
        secret: None,
    }
}

fn signed(text: &str) -> RegistrationRequest {
    RegistrationRequest { secret: Some(secret(text)), ..request() }
}

async fn stage() -> [Fresh; 2] {
    let stores = fresh_stores().await;
    for control in &stores {
        for id in ["gifts", "desk"] {
            control.ensure_tenant(&Tenant::new(id, id, "EUR", chrono_tz::UTC, "en")).await.unwrap();
        }
    }
    stores
}

async fn find(control: &Control, key: &str) -> Option<LiveRegistration> {
    control.find_registration("shopify", key).await.unwrap()
}

async fn live_secrets(control: &Control, key: &str) -> Vec<SigningSecret> {
    let found = find(control, key).await.unwrap();
    found.secrets.into_iter().map(|live| live.secret).collect()
}

/// Every text of the tables that hold registrations and secrets.
async fn stored_texts(control: &Control) -> String {
    let registrations = "SELECT id || source || key_hash || instance FROM registrations ORDER BY id";
    let secrets = "SELECT id || coalesce(secret, '') FROM registration_secrets ORDER BY id";
    let mut texts: Vec<String> = sqlx::query_scalar(registrations).fetch_all(&control.pool).await.unwrap();
    texts.extend(sqlx::query_scalar::<_, String>(secrets).fetch_all(&control.pool).await.unwrap());
    texts.concat()
}

#[tokio::test]
async fn every_property_comes_back_by_the_key() {
    for control in stage().await {
        let issued = control.create_registration(&signed("shhh"), now()).await.unwrap();
        let registration = Registration {
            id: issued.id.clone(),
            tenant_id: "gifts".into(),
            source: "shopify".into(),
            instance: "gifts.myshopify.com".into(),
            zone: Tz::Europe__Berlin,
            currency: Some("EUR".into()),
            require_signature: true,
            created_at: now(),
            revoked_at: None,
        };
        assert_eq!(control.registrations("gifts").await.unwrap(), std::slice::from_ref(&registration));
        let secrets = vec![LiveSecret { id: issued.secret_id.unwrap(), created_at: now(), secret: secret("shhh") }];
        assert_eq!(find(&control, &issued.key).await, Some(LiveRegistration { registration, secrets }));
    }
}

#[tokio::test]
async fn without_a_secret_the_key_alone_opens_unless_signatures_are_asked_for() {
    for control in stage().await {
        for require_signature in [false, true] {
            let request = RegistrationRequest { require_signature, currency: None, ..request() };
            let issued = control.create_registration(&request, now()).await.unwrap();
            assert_eq!(issued.secret_id, None);
            let found = find(&control, &issued.key).await.unwrap();
            assert_eq!((found.registration.require_signature, found.registration.currency), (require_signature, None));
            assert!(found.secrets.is_empty());
        }
    }
}

#[tokio::test]
async fn malformed_unknown_foreign_and_revoked_keys_find_nothing() {
    for control in stage().await {
        let issued = control.create_registration(&signed("shhh"), now()).await.unwrap();
        let other = control.create_registration(&request(), now()).await.unwrap();
        assert_eq!(control.find_registration("stripe", &issued.key).await.unwrap(), None);
        let hash = hexadecimal::hash(&issued.key);
        let near = format!("{}{}", &issued.key[..63], if issued.key.ends_with('0') { '1' } else { '0' });
        for key in ["", "nonsense", "' OR 1=1 --", &issued.id, &hash, &near, &issued.key[..63], &issued.key.to_uppercase()] {
            assert_eq!(find(&control, key).await, None, "{key}");
        }

        assert!(control.revoke_registration(&issued.id, at(1)).await.unwrap());
        assert!(!control.revoke_registration(&issued.id, at(2)).await.unwrap());
        assert!(!control.revoke_registration("unknown", at(2)).await.unwrap());
        assert_eq!(find(&control, &issued.key).await, None);
        assert!(find(&control, &other.key).await.is_some());

        let kept = control.registrations("gifts").await.unwrap();
        let ends = kept.iter().map(|one| (one.id == issued.id, one.revoked_at)).collect::<std::collections::BTreeMap<_, _>>();
        assert_eq!(ends, [(true, Some(at(1))), (false, None)].into(), "a second revocation moves nothing");
        let secrets = control.secrets(&issued.id).await.unwrap();
        assert_eq!(secrets[0].retired_at, Some(at(1)), "its secrets end with it");
        assert!(!stored_texts(&control).await.contains("shhh"), "and are erased");
    }
}

#[tokio::test]
async fn secrets_take_over_from_each_other() {
    for control in stage().await {
        let issued = control.create_registration(&request(), now()).await.unwrap();
        let key = issued.key.as_str();
        let first = control.add_secret(&issued.id, &secret("first"), at(1)).await.unwrap();
        assert!(find(&control, key).await.unwrap().registration.require_signature, "a secret asks for signatures");
        let second = control.add_secret(&issued.id, &secret("second"), at(2)).await.unwrap();
        assert_eq!(live_secrets(&control, key).await, [secret("first"), secret("second")]);

        assert_eq!(control.retire_secret(&first, at(3)).await.unwrap().as_deref(), Some(issued.id.as_str()));
        assert_eq!(control.retire_secret(&first, at(4)).await.unwrap(), None);
        assert_eq!(live_secrets(&control, key).await, [secret("second")]);
        let texts = stored_texts(&control).await;
        assert!(!texts.contains("first") && texts.contains("second"), "a retired secret is erased");

        let kept = |id: &str, added, retired_at| KeptSecret { id: id.into(), created_at: at(added), retired_at };
        let expected = [kept(&first, 1, Some(at(3))), kept(&second, 2, None)];
        assert_eq!(control.secrets(&issued.id).await.unwrap(), expected);

        control.retire_secret(&second, at(4)).await.unwrap();
        let found = find(&control, key).await.unwrap();
        assert!(found.secrets.is_empty() && found.registration.require_signature, "no secret left opens nothing");
    }
}

#[tokio::test]
async fn a_secret_is_added_once_to_what_is_live_and_not_without_end() {
    for control in stage().await {
        let issued = control.create_registration(&signed("0"), now()).await.unwrap();
        let again = control.add_secret(&issued.id, &secret("0"), at(1)).await.unwrap_err();
        let context = format!("adding a secret to registration `{}`", issued.id);
        assert_eq!(again.to_string(), format!("{context}: it is stored already"));
        for number in 1..LIVE_SECRETS_MAX {
            control.add_secret(&issued.id, &secret(&number.to_string()), at(1)).await.unwrap();
        }
        let full = control.add_secret(&issued.id, &secret("one more"), at(2)).await.unwrap_err();
        assert_eq!((again.kind(), full.kind()), (Kind::Conflict, Kind::Conflict));
        assert!(full.to_string().ends_with("4 secrets are live, the most there may be: retire one first"), "{full}");

        control.retire_secret(&issued.secret_id.unwrap(), at(3)).await.unwrap();
        control.add_secret(&issued.id, &secret("0"), at(4)).await.unwrap();
        control.revoke_registration(&issued.id, at(5)).await.unwrap();
        for gone in [issued.id.as_str(), "unknown"] {
            let error = control.add_secret(gone, &secret("late"), at(6)).await.unwrap_err();
            assert_eq!(error.to_string(), format!("no live registration named `{gone}`"));
        }
        assert!(!stored_texts(&control).await.contains("late"));
    }
}

#[tokio::test]
async fn another_registration_has_its_own_key_and_secrets() {
    for control in stage().await {
        let one = control.create_registration(&signed("one"), now()).await.unwrap();
        let same_secret = control.create_registration(&signed("one"), now()).await.unwrap();
        let desk = RegistrationRequest { tenant_id: "desk".into(), ..request() };
        let other = control.create_registration(&desk, now()).await.unwrap();
        assert_ne!(one.key, same_secret.key);
        assert_eq!(live_secrets(&control, &one.key).await, live_secrets(&control, &same_secret.key).await);
        assert_eq!(find(&control, &other.key).await.unwrap().registration.tenant_id, "desk");
        assert!(live_secrets(&control, &other.key).await.is_empty());
        assert_eq!(control.registrations("gifts").await.unwrap().len(), 2);
        assert_eq!(control.registrations("desk").await.unwrap().len(), 1);
        assert!(control.registrations("nobody").await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_store_refuses_a_key_that_it_has() {
    for control in stage().await {
        let insert = async |id: &str, request: RegistrationRequest| {
            let outcome = insert_registration(&control.pool, id, &hexadecimal::hash("the same key"), &request, now()).await;
            outcome.map_err(ControlError::write("registering"))
        };
        insert("1", request()).await.unwrap();
        let of_another_source = RegistrationRequest { source: "stripe".into(), tenant_id: "desk".into(), ..request() };
        for request in [request(), of_another_source] {
            assert_eq!(insert("2", request).await.unwrap_err().kind(), Kind::Conflict);
        }
    }
}

#[tokio::test]
async fn refuses_properties_of_the_wrong_form_and_unknown_tenants() {
    for control in stage().await {
        let wrong = [
            RegistrationRequest { source: "Shopify".into(), ..request() },
            RegistrationRequest { source: "../x".into(), ..request() },
            RegistrationRequest { instance: " ".into(), ..request() },
            RegistrationRequest { instance: "two\nlines".into(), ..request() },
            RegistrationRequest { currency: Some("eur".into()), ..request() },
            RegistrationRequest { currency: Some("".into()), ..request() },
        ];
        for request in wrong {
            assert_eq!(control.create_registration(&request, now()).await.unwrap_err().kind(), Kind::Invalid, "{request:?}");
        }
        let stranger = RegistrationRequest { tenant_id: "nobody".into(), ..signed("shhh") };
        let error = control.create_registration(&stranger, now()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        assert!(error.to_string().starts_with("registering source `shopify` for tenant `nobody`: "), "{error}");
        assert_eq!(stored_texts(&control).await, "");
    }
}

#[tokio::test]
async fn a_tenant_that_is_registered_is_not_deleted() {
    for control in stage().await {
        control.create_registration(&request(), now()).await.unwrap();
        let delete = async |id: &str| sqlx::query("DELETE FROM tenants WHERE id = $1").bind(id).execute(&control.pool).await;
        assert!(delete("gifts").await.is_err());
        delete("desk").await.unwrap();
    }
}

#[test]
fn a_secret_is_one_line_and_no_error_repeats_it() {
    for good in ["x", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "with blanks within", "ключ", &"x".repeat(1024)] {
        assert_eq!(secret(good).as_bytes(), good.as_bytes());
    }
    let long = "hush".repeat(257);
    for bad in ["", " hush", "hush\n", "hush\nhush", "hush\0", &long] {
        let error = SigningSecret::new(bad).unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn neither_key_nor_secret_is_printed_and_the_key_is_not_stored() {
    for control in stage().await {
        let request = signed("hush hush");
        let issued = control.create_registration(&request, now()).await.unwrap();
        let found = find(&control, &issued.key).await.unwrap();
        let kept = control.secrets(&issued.id).await.unwrap();
        let printed = format!("{request:?} {issued:?} {found:?} {kept:?} {:?}", control.clone());
        assert!(!printed.contains("hush") && !printed.contains(&issued.key), "{printed}");
        assert!(!stored_texts(&control).await.contains(&issued.key));
    }
}

#[tokio::test]
async fn what_is_erased_leaves_the_file() {
    let control = Fresh::sqlite().await;
    control.ensure_tenant(&Tenant::new("gifts", "g", "EUR", chrono_tz::UTC, "en")).await.unwrap();
    let issued = control.create_registration(&signed("a retired secret"), now()).await.unwrap();
    let live = control.create_registration(&signed("a live secret"), now()).await.unwrap();
    control.retire_secret(&issued.secret_id.unwrap(), at(1)).await.unwrap();
    control.close().await;
    let bytes = String::from_utf8_lossy(&std::fs::read(&control.location).unwrap()).into_owned();
    assert!(bytes.contains("a live secret") && !bytes.contains("a retired secret"));
    assert!(!bytes.contains(&issued.key) && !bytes.contains(&live.key));
}

#[tokio::test]
async fn one_indexed_query_finds_a_registration() {
    let control = Fresh::sqlite().await;
    let query = sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {FIND}")));
    let plan: Vec<(i64, i64, i64, String)> = query.bind("x").bind("shopify").fetch_all(&control.pool).await.unwrap();
    let (searches, others): (Vec<_>, Vec<_>) = plan.iter().map(|row| &row.3).partition(|step| step.starts_with("SEARCH"));
    assert!(searches.len() == 2 && searches.iter().all(|step| step.contains("INDEX")), "{plan:?}");
    assert!(others.iter().all(|step| step.contains("ORDER BY")), "{plan:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_add_secrets_at_once_stay_within_the_bound() {
    for store in stage().await {
        let handles = store.nodes(2).await;
        let issued = store.create_registration(&request(), now()).await.unwrap();
        let mut adders = Vec::new();
        for turn in 0..20 {
            let (control, id) = (handles[turn % 2].clone(), issued.id.clone());
            adders.push(tokio::spawn(async move { control.add_secret(&id, &secret(&turn.to_string()), now()).await }));
        }
        let mut added = 0;
        for adder in adders {
            match adder.await.unwrap() {
                Ok(_) => added += 1,
                Err(error) => assert_eq!(error.kind(), Kind::Conflict, "{error}"),
            }
        }
        assert_eq!(added, LIVE_SECRETS_MAX);
        assert_eq!(live_secrets(&handles[1], &issued.key).await.len(), LIVE_SECRETS_MAX);
    }
}
