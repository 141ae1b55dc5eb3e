//! Tokens through the store: who gets in, who does not, and that nobody learns why.

use super::*;
use crate::testing::staged_stores;
use crate::{Domains, Grant, Kind, RowFilter, TenantAccess};
use chrono::TimeDelta;

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

fn for_partner(partner: &str) -> TokenRequest {
    let scope = TokenScope::Partner { partner_id: partner.into() };
    TokenRequest::new("nightly", Role::Partner, scope)
}

fn for_tenant(partner: &str, tenant: &str) -> TokenRequest {
    let scope = TokenScope::Tenant { partner_id: partner.into(), tenant_id: tenant.into() };
    TokenRequest::new("Ada", Role::Executive, scope)
}

async fn seen(control: &Control, token: &str) -> Vec<String> {
    let identity = control.authenticate(token, now()).await.unwrap();
    identity.tenants.into_iter().map(|access| access.tenant_id).collect()
}

#[track_caller]
fn check_refused(outcome: Result<Identity>) {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (Kind::NotAuthentic, "the token is not valid"));
}

#[tokio::test]
async fn a_tenants_token_sees_that_tenant() {
    for control in staged_stores().await {
        let issued = control.create_token(&for_tenant("north", "gifts"), now()).await.unwrap();
        let identity = control.authenticate(&issued.token, now()).await.unwrap();
        let expected = Identity {
            subject: Subject { kind: SubjectKind::Token, id: issued.id },
            name: "Ada".into(),
            role: Role::Executive,
            partner_id: Some("north".into()),
            home: Place::Tenant("gifts".into()),
            widest: Place::Tenant("gifts".into()),
            locale: None,
            tenants: vec![TenantAccess {
                tenant_id: "gifts".into(),
                role: Role::Executive,
                domains: Domains::All,
                pii: false,
                row_filters: Vec::new(),
                limits: None,
            }],
        };
        assert_eq!(identity, expected);
    }
}

#[tokio::test]
async fn a_partners_token_sees_what_is_granted_at_the_time() {
    for control in staged_stores().await {
        let issued = control.create_token(&for_partner("north"), now()).await.unwrap();
        assert_eq!(seen(&control, &issued.token).await, ["desk", "gifts"]);
        control.remove_grant("north", "desk").await.unwrap();
        assert_eq!(seen(&control, &issued.token).await, ["gifts"]);
    }
}

#[tokio::test]
async fn a_tenants_token_ends_with_the_grant() {
    for control in staged_stores().await {
        let issued = control.create_token(&for_tenant("south", "desk"), now()).await.unwrap();
        control.authenticate(&issued.token, now()).await.unwrap();
        control.remove_grant("south", "desk").await.unwrap();
        check_refused(control.authenticate(&issued.token, now()).await);
    }
}

#[tokio::test]
async fn wrong_unknown_expired_and_revoked_look_the_same() {
    for control in staged_stores().await {
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
}

#[tokio::test]
async fn replacing_leaves_one_good_token_a_name_and_scope() {
    for control in staged_stores().await {
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
}

#[tokio::test]
async fn refuses_requests_that_make_no_sense_and_keeps_the_old_token() {
    for control in staged_stores().await {
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
}

#[tokio::test]
async fn the_secret_is_neither_stored_nor_printed() {
    for control in staged_stores().await {
        let issued = control.create_token(&for_partner("north"), now()).await.unwrap();
        let secret = &issued.token[20..];
        assert!(!format!("{issued:?}").contains(secret));
        let row: (String, String) = sqlx::query_as("SELECT id, secret_hash FROM tokens").fetch_one(&control.pool).await.unwrap();
        assert_eq!(row.0, issued.id);
        assert_ne!(row.1, secret);
    }
}

#[tokio::test]
async fn a_token_sees_what_both_it_and_the_grant_allow() {
    for control in staged_stores().await {
        let only = |names: &[&str]| Domains::Only(names.iter().map(|name| (*name).to_owned()).collect());
        let filter = RowFilter { table: "orders".into(), column: "shop".into(), values: ["1".to_owned()].into() };
        let grant = Grant { row_filters: vec![filter.clone()], ..Grant::new("north", "gifts", only(&["commerce", "service"])) };
        control.ensure_grant(&grant).await.unwrap();
        control.ensure_grant(&Grant { pii: false, ..Grant::new("north", "desk", Domains::All) }).await.unwrap();
        control.set_limits("desk", Some("small")).await.unwrap();
        let request = TokenRequest { domains: only(&["commerce", "finance"]), pii: true, ..for_partner("north") };
        let issued = control.create_token(&request, now()).await.unwrap();
        let identity = control.authenticate(&issued.token, now()).await.unwrap();
        let (desk, gifts) = (identity.tenant("desk").unwrap(), identity.tenant("gifts").unwrap());
        assert_eq!((&desk.domains, desk.pii, desk.limits.as_deref()), (&request.domains, false, Some("small")));
        assert_eq!((&gifts.domains, gifts.pii, gifts.limits.as_deref()), (&only(&["commerce"]), true, None));
        assert_eq!((desk.row_filters.len(), &gifts.row_filters), (0, &vec![filter]));

        control.ensure_grant(&Grant::new("north", "gifts", only(&["service"]))).await.unwrap();
        assert_eq!(seen(&control, &issued.token).await, ["desk"], "a tenant of which nothing is left is not seen");
    }
}

#[tokio::test]
async fn tokens_are_listed_with_their_use() {
    for control in staged_stores().await {
        let request = TokenRequest { created_by: Some("ada".into()), ..for_partner("north") };
        let issued = control.create_token(&request, now()).await.unwrap();
        let tenants = control.create_token(&for_tenant("north", "desk"), now() + TimeDelta::seconds(1)).await.unwrap();
        control.create_token(&for_partner("south"), now()).await.unwrap();
        let token = Token {
            id: issued.id.clone(),
            name: "nightly".into(),
            role: Role::Partner,
            scope: request.scope.clone(),
            domains: Domains::All,
            pii: false,
            created_by: Some("ada".into()),
            created_at: now(),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        assert_eq!(control.token(&issued.id).await.unwrap(), token);
        let ids = async |tenant: Option<&str>| {
            let tokens = control.tokens("north", tenant).await.unwrap();
            tokens.into_iter().map(|token| token.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(None).await, [issued.id.clone(), tenants.id.clone()]);
        assert_eq!(ids(Some("desk")).await, [tenants.id]);
        assert!(ids(Some("gifts")).await.is_empty());

        let used = async || control.token(&issued.id).await.unwrap().last_used_at;
        for (second, expected) in [(5, 5), (10, 5), (64, 5), (65, 65), (60, 65)] {
            control.authenticate(&issued.token, now() + TimeDelta::seconds(second)).await.unwrap();
            assert_eq!(used().await, Some(now() + TimeDelta::seconds(expected)), "{second}");
        }
        control.revoke_token(&issued.id, now()).await.unwrap();
        assert_eq!(control.token(&issued.id).await.unwrap().revoked_at, Some(now()));
        assert_eq!(control.token("unknown").await.unwrap_err().kind(), Kind::NotFound);
    }
}

#[tokio::test]
async fn many_who_replace_a_token_at_once_leave_one_good() {
    for store in staged_stores().await {
        let mut replacing = Vec::new();
        for node in store.nodes(4).await {
            replacing.push(tokio::spawn(async move { node.replace_token(&for_partner("north"), now()).await.unwrap() }));
        }
        for replaced in replacing {
            replaced.await.unwrap();
        }
        let live = store.tokens("north", None).await.unwrap().into_iter().filter(|token| token.revoked_at.is_none());
        assert_eq!(live.count(), 1);
        let secrets: i64 = sqlx::query_scalar("SELECT count(*) FROM scram_secrets").fetch_one(&store.pool).await.unwrap();
        assert_eq!(secrets, 1);
    }
}

#[tokio::test]
async fn a_name_leads_to_the_newest_token_of_the_partner_that_had_it_first() {
    for control in staged_stores().await {
        let at = |second| now() + TimeDelta::seconds(second);
        let make = async |request: TokenRequest, second| control.create_token(&request, at(second)).await.unwrap().id;
        let first = make(for_partner("north"), 1).await;
        let second = make(for_partner("north"), 2).await;
        let foreign = make(for_partner("south"), 3).await;
        let gifts = make(TokenRequest { name: "nightly".into(), ..for_tenant("north", "gifts") }, 4).await;
        let ending = TokenRequest { expires_at: Some(at(6)), ..for_partner("north") };
        let ending = make(ending, 5).await;
        let found = async |user: &str, tenant: &str, second| {
            control.token_by_user(user, tenant, at(second)).await.unwrap().map(|token| token.id)
        };
        assert_eq!(found("nightly", "desk", 5).await.as_ref(), Some(&ending));
        assert_eq!(found("nightly", "desk", 6).await.as_ref(), Some(&second));
        assert_eq!(found("nightly", "gifts", 6).await.as_ref(), Some(&gifts));
        for by_id in [&first, &foreign] {
            assert_eq!(found(by_id, "desk", 6).await.as_ref(), Some(by_id));
        }
        for id in [&first, &second] {
            control.revoke_token(id, at(7)).await.unwrap();
        }
        assert_eq!(found("nightly", "desk", 7).await.as_ref(), Some(&foreign));
        for (user, tenant) in [("nightly", "nothing"), ("Nightly", "desk"), (first.as_str(), "desk"), ("", "desk")] {
            assert_eq!(found(user, tenant, 7).await, None, "{user} {tenant}");
        }
    }
}
