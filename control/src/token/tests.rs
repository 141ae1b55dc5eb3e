//! Tokens through the store: who gets in, who does not, and that nobody learns why.

use super::*;
use crate::{Domains, Grant, Kind, Partner, Tenant};
use chrono::TimeDelta;

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

/// Partners north (gifts, desk) and south (desk).
async fn stage() -> Control {
    let control = Control::in_memory().await.unwrap();
    for id in ["north", "south"] {
        control.ensure_partner(&Partner { id: id.into(), name: id.into() }).await.unwrap();
    }
    for id in ["gifts", "desk"] {
        control.ensure_tenant(&Tenant::new(id, id, "EUR", chrono_tz::UTC, "en")).await.unwrap();
    }
    for (partner, tenant) in [("north", "gifts"), ("north", "desk"), ("south", "desk")] {
        let grant = Grant { partner_id: partner.into(), tenant_id: tenant.into(), domains: Domains::All };
        control.ensure_grant(&grant).await.unwrap();
    }
    control
}

fn for_partner(partner: &str) -> TokenRequest {
    let scope = TokenScope::Partner { partner_id: partner.into() };
    TokenRequest { name: "nightly".into(), role: Role::Partner, scope, expires_at: None }
}

fn for_tenant(partner: &str, tenant: &str) -> TokenRequest {
    let scope = TokenScope::Tenant { partner_id: partner.into(), tenant_id: tenant.into() };
    TokenRequest { name: "Ada".into(), role: Role::Executive, scope, expires_at: None }
}

#[track_caller]
fn check_refused(outcome: Result<Identity>) {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (Kind::NotAuthentic, "the token is not valid"));
}

#[tokio::test]
async fn a_tenants_token_sees_that_tenant() {
    let control = stage().await;
    let issued = control.create_token(&for_tenant("north", "gifts"), now()).await.unwrap();
    let identity = control.authenticate(&issued.token, now()).await.unwrap();
    let expected = Identity {
        token_id: issued.id,
        name: "Ada".into(),
        role: Role::Executive,
        partner_id: "north".into(),
        tenants: vec!["gifts".into()],
    };
    assert_eq!(identity, expected);
}

#[tokio::test]
async fn a_partners_token_sees_what_is_granted_at_the_time() {
    let control = stage().await;
    let issued = control.create_token(&for_partner("north"), now()).await.unwrap();
    assert_eq!(control.authenticate(&issued.token, now()).await.unwrap().tenants, ["desk", "gifts"]);
    control.remove_grant("north", "desk").await.unwrap();
    assert_eq!(control.authenticate(&issued.token, now()).await.unwrap().tenants, ["gifts"]);
}

#[tokio::test]
async fn a_tenants_token_ends_with_the_grant() {
    let control = stage().await;
    let issued = control.create_token(&for_tenant("south", "desk"), now()).await.unwrap();
    control.authenticate(&issued.token, now()).await.unwrap();
    control.remove_grant("south", "desk").await.unwrap();
    check_refused(control.authenticate(&issued.token, now()).await);
}

#[tokio::test]
async fn wrong_unknown_expired_and_revoked_look_the_same() {
    let control = stage().await;
    let end = now() + TimeDelta::hours(1);
    let request = TokenRequest { expires_at: Some(end), ..for_partner("north") };
    let issued = control.create_token(&request, now()).await.unwrap();
    control.authenticate(&issued.token, end - TimeDelta::microseconds(1)).await.unwrap();
    check_refused(control.authenticate(&issued.token, end).await);

    let other = control.create_token(&for_partner("south"), now()).await.unwrap();
    let secret_of_another = format!("{}{}", &issued.token[..20], &other.token[20..]);
    let unknown = format!("qd_{}_{}", "0".repeat(16), &issued.token[20..]);
    for token in [secret_of_another.as_str(), &unknown, "", "nonsense", "qd_x_y", "' OR 1=1 --"] {
        check_refused(control.authenticate(token, now()).await);
    }

    assert!(control.revoke_token(&issued.id, now()).await.unwrap());
    assert!(!control.revoke_token(&issued.id, now()).await.unwrap());
    check_refused(control.authenticate(&issued.token, now()).await);
    control.authenticate(&other.token, now()).await.unwrap();
}

#[tokio::test]
async fn replacing_leaves_one_good_token_a_name_and_scope() {
    let control = stage().await;
    let first = control.replace_token(&for_partner("north"), now()).await.unwrap();
    let second = control.replace_token(&for_partner("north"), now()).await.unwrap();
    let tenants =
        control.replace_token(&TokenRequest { name: "nightly".into(), ..for_tenant("north", "desk") }, now()).await.unwrap();
    let south = control.replace_token(&for_partner("south"), now()).await.unwrap();
    check_refused(control.authenticate(&first.token, now()).await);
    for good in [second, tenants, south] {
        control.authenticate(&good.token, now()).await.unwrap();
    }
}

#[tokio::test]
async fn refuses_requests_that_make_no_sense_and_keeps_the_old_token() {
    let control = stage().await;
    let old = control.create_token(&for_tenant("south", "desk"), now()).await.unwrap();
    let past = TokenRequest { expires_at: Some(now()), ..for_tenant("south", "desk") };
    assert_eq!(control.replace_token(&past, now()).await.unwrap_err().kind(), Kind::Invalid);
    let nameless = TokenRequest { name: String::new(), ..for_partner("south") };
    assert_eq!(control.create_token(&nameless, now()).await.unwrap_err().kind(), Kind::Invalid);
    for request in [for_tenant("south", "gifts"), for_tenant("south", "nothing"), for_partner("nobody")] {
        assert_eq!(control.create_token(&request, now()).await.unwrap_err().kind(), Kind::Conflict);
    }
    control.authenticate(&old.token, now()).await.unwrap();
}

#[tokio::test]
async fn the_secret_is_neither_stored_nor_printed() {
    let control = stage().await;
    let issued = control.create_token(&for_partner("north"), now()).await.unwrap();
    let secret = &issued.token[20..];
    assert!(!format!("{issued:?}").contains(secret));
    let row: (String, String) = sqlx::query_as("SELECT id, secret_hash FROM tokens").fetch_one(&control.pool).await.unwrap();
    assert_eq!(row.0, issued.id);
    assert_ne!(row.1, secret);
}
