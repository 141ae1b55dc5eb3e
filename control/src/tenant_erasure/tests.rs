//! The end of a tenant through the store: nothing of it stays, nothing of others goes, and its id is nobody's again.

use std::net::{IpAddr, Ipv4Addr};

use chrono::{DateTime, NaiveDate, TimeDelta};
use sqlx::Row;

use super::*;
use crate::testing::{Fresh, staged_stores};
use crate::{
    Calendar, ControlTotal, Kind, Membership, Opening, PersonRequest, Place, RegistrationRequest, Role, SigningSecret, Target,
    Tenant, TokenRequest, TokenScope, WeeklyHours,
};

const PASSWORD: &str = "correct horse battery";

fn now() -> DateTime<Utc> {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn day() -> NaiveDate {
    now().date_naive()
}

/// Everything that a tenant can have; answers somebody's token.
async fn furnish(control: &Control, tenant: &str) -> String {
    let target =
        Target { tenant_id: tenant.into(), kpi: "backlog".into(), slice: None, effective_from: day(), value: "5".into() };
    control.ensure_target(&target).await.unwrap();
    let hours = WeeklyHours::monday_to_friday(Opening::ALL_DAY);
    let calendar = Calendar {
        tenant_id: tenant.into(),
        name: "support".into(),
        effective_from: day(),
        recorded_at: now(),
        zone: chrono_tz::UTC,
        hours,
        holidays: Default::default(),
    };
    control.record_calendar(&calendar).await.unwrap();
    control.keep_receipt(tenant, &format!("receipt-{tenant}"), "{}", now()).await.unwrap();
    let total = ControlTotal {
        tenant_id: tenant.into(),
        day: day(),
        source: "shopify".into(),
        instance: "shop".into(),
        table: "orders".into(),
        currency: None,
        count: 1,
        sum: None,
        posted_at: now(),
    };
    control.keep_control_totals(&[total]).await.unwrap();
    let registration = RegistrationRequest {
        tenant_id: tenant.into(),
        source: "shopify".into(),
        instance: "shop".into(),
        zone: chrono_tz::UTC,
        currency: None,
        require_signature: true,
        secret: Some(SigningSecret::new("a secret of the shop").unwrap()),
    };
    control.create_registration(&registration, now()).await.unwrap();
    let scope = TokenScope::Tenant { partner_id: "north".into(), tenant_id: tenant.into() };
    let token = control.create_token(&TokenRequest::new("tool", Role::Analyst, scope), now()).await.unwrap();
    control.create_token_session(&token.token, now()).await.unwrap();
    let request =
        PersonRequest { login: format!("eve-{tenant}"), name: "Eve".into(), home: Place::Tenant(tenant.into()), locale: None };
    let eve = control.create_person(&request, now()).await.unwrap();
    control.ensure_membership(&Membership::new(&eve.id, Place::Tenant(tenant.into()), Role::Executive)).await.unwrap();
    control.set_password(&eve.id, PASSWORD, now()).await.unwrap();
    control.create_session(&eve.id, None, now()).await.unwrap();
    let request =
        PersonRequest { login: format!("ada-{tenant}"), name: "Ada".into(), home: Place::Partner("north".into()), locale: None };
    let ada = control.create_person(&request, now()).await.unwrap();
    control.ensure_membership(&Membership::new(&ada.id, Place::Tenant(tenant.into()), Role::Operator)).await.unwrap();
    token.token
}

/// Rows that name the tenant, by table, wherever a table has a column for it.
async fn rows_of(control: &Fresh, tenant: &str) -> Vec<(String, i64)> {
    let tables = if control.location.starts_with("postgres") {
        "SELECT table_name::text FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1"
    } else {
        "SELECT m.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.name = 'tenant_id' ORDER BY 1"
    };
    let tables: Vec<String> =
        sqlx::query(tables).fetch_all(&control.pool).await.unwrap().iter().map(|row| row.get::<String, _>(0)).collect();
    assert!(tables.len() > 9, "{tables:?}");
    let mut rows = Vec::new();
    for table in tables.into_iter().filter(|table| table != "audit" && table != "tenant_erasures") {
        let sql = format!("SELECT count(*) FROM {table} WHERE tenant_id = $1");
        let count: (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant).fetch_one(&control.pool).await.unwrap();
        rows.push((table, count.0));
    }
    rows
}

#[tokio::test]
async fn nothing_of_it_stays_and_nothing_of_others_goes() {
    for control in staged_stores().await {
        let (gifts, desk) = (furnish(&control, "gifts").await, furnish(&control, "desk").await);
        let before = rows_of(&control, "gifts").await;
        assert!(before.iter().all(|(_, count)| *count > 0), "{before:?}");
        let others = rows_of(&control, "desk").await;

        let ended = control.begin_tenant_erasure("gifts", "the owner", "the contract has ended", now()).await.unwrap();
        assert_eq!(ended.gone.control_rows, 17, "{ended:?}");
        assert_eq!(ended.proven_at, None);
        assert!(rows_of(&control, "gifts").await.iter().all(|(_, count)| *count == 0));
        assert_eq!(rows_of(&control, "desk").await, others);
        for (table, expected) in
            [("scram_secrets", 2), ("passwords", 1), ("sessions", 1), ("token_sessions", 1), ("registration_secrets", 1)]
        {
            let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
            let left: (i64,) = sqlx::query_as(sql).fetch_one(&control.pool).await.unwrap();
            assert_eq!(left.0, expected, "{table} of the other tenant");
        }
        assert_eq!(control.authenticate(&gifts, now()).await.unwrap_err().kind(), Kind::NotAuthentic);
        control.authenticate(&desk, now()).await.unwrap();
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert!(control.sign_in("eve-gifts", PASSWORD, address, now()).await.is_err());
        control.sign_in("eve-desk", PASSWORD, address, now()).await.unwrap();
    }
}

#[tokio::test]
async fn its_id_is_nobodys_again() {
    for control in staged_stores().await {
        control.begin_tenant_erasure("gifts", "me", "ended", now()).await.unwrap();
        let again = control.ensure_tenant(&Tenant::new("gifts", "Gifts", "EUR", chrono_tz::UTC, "en")).await.unwrap_err();
        assert_eq!(again.kind(), Kind::Conflict, "{again}");
        assert!(again.to_string().contains("take another id"), "{again}");
        // Asked again it goes on, in the first words.
        let later = now() + TimeDelta::hours(1);
        let ended = control.begin_tenant_erasure("gifts", "another", "again", later).await.unwrap();
        assert_eq!((ended.asked_by.as_str(), ended.asked_at), ("me", now()));
        let unknown = control.begin_tenant_erasure("nobody", "me", "ended", now()).await.unwrap_err();
        assert_eq!(unknown.kind(), Kind::NotFound);
        for words in ["", " ", &"x".repeat(501)] {
            let refused = control.begin_tenant_erasure("desk", words, "ended", now()).await.unwrap_err();
            assert_eq!(refused.kind(), Kind::Invalid);
        }
    }
}

#[tokio::test]
async fn what_a_round_finds_is_added_and_only_an_empty_one_proves() {
    for control in staged_stores().await {
        let began = control.begin_tenant_erasure("gifts", "me", "ended", now()).await.unwrap();
        let found = Gone { files: 3, file_bytes: 4096, messages: 2, ..Gone::default() };
        let noted = control.note_tenant_erasure("gifts", found, true, now()).await.unwrap();
        assert_eq!(noted.gone, Gone { control_rows: began.gone.control_rows, ..found });
        assert_eq!(noted.proven_at, None);
        // Nothing, but it may still come.
        let noted = control.note_tenant_erasure("gifts", Gone::default(), false, now()).await.unwrap();
        assert_eq!(noted.proven_at, None);
        let noted = control.note_tenant_erasure("gifts", Gone::default(), true, now()).await.unwrap();
        assert_eq!(noted.proven_at, Some(now()));
        let later = now() + TimeDelta::days(1);
        let noted = control.note_tenant_erasure("gifts", Gone::default(), true, later).await.unwrap();
        assert_eq!(noted.proven_at, Some(now()));
        // What comes after all makes it unproven.
        let noted = control.note_tenant_erasure("gifts", Gone { files: 1, ..Gone::default() }, true, later).await.unwrap();
        assert_eq!((noted.proven_at, noted.gone.files), (None, 4));
        let unknown = control.note_tenant_erasure("desk", Gone::default(), true, now()).await.unwrap_err();
        assert_eq!(unknown.kind(), Kind::NotFound);
    }
}
