//! The log through the store: what is added, by many at once, how it is read, and that no change of it goes unseen.

use super::*;
use crate::testing::{Fresh, fresh_stores, staged_stores};
use crate::{PersonRequest, Place, Role, TokenRequest, TokenScope};
use chrono::TimeDelta;

fn at(second: i64) -> DateTime<Utc> {
    "2026-11-22T08:00:00.5Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(second)
}

fn entry(second: i64, tenant: &str) -> AuditEntry {
    AuditEntry::new(at(second), AuditWho::Person("ada".into()), AuditAction::Query, Some(tenant)).with("second", second)
}

/// A log of `count` entries, one a second, of tenants a and b by turns.
async fn filled(control: &Control, count: i64) {
    let entries: Vec<AuditEntry> = (1..=count).map(|second| entry(second, if second % 2 == 0 { "b" } else { "a" })).collect();
    control.append_audit(&entries).await.unwrap();
}

async fn tamper(control: &Control, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&control.pool).await.unwrap();
}

fn seqs(records: &[AuditRecord]) -> Vec<i64> {
    records.iter().map(|record| record.seq).collect()
}

#[tokio::test]
async fn every_field_comes_back_and_names_are_todays() {
    for control in staged_stores().await {
        let request = PersonRequest { login: "ada".into(), name: "Ada".into(), home: Place::Installation, locale: None };
        let person = control.create_person(&request, at(0)).await.unwrap();
        let scope = TokenScope::Partner { partner_id: "north".into() };
        let token = control.create_token(&TokenRequest::new("nightly", Role::Analyst, scope), at(0)).await.unwrap();
        let full = AuditEntry {
            duration_us: Some(1234),
            rows: Some(5),
            bytes: Some(u64::MAX),
            ..AuditEntry::new(at(1), AuditWho::Person(person.id.clone()), AuditAction::Export, Some("gifts"))
                .with("text", "SELECT '…', \"x\0\"")
                .with("truncated", false)
        };
        let entries = [
            full.clone(),
            AuditEntry::new(at(2), AuditWho::Token(token.id), AuditAction::TokenCreated, None),
            AuditEntry::new(at(3), AuditWho::Service, AuditAction::Review, Some("desk")),
            AuditEntry::new(at(4), AuditWho::Nobody, AuditAction::SignInRefused, None),
        ];
        let head = control.append_audit(&entries).await.unwrap();
        control.change_person(&person.id, "Ada King", None).await.unwrap();
        let mut records = control.audit(&AuditFilter::default(), 10).await.unwrap();
        assert_eq!((head.seq, &head.hash), (4, &records[0].hash));
        assert_eq!(control.audit_head().await.unwrap(), head);
        records.reverse();
        assert_eq!(records[0].entry, AuditEntry { bytes: Some(i64::MAX as u64), ..full });
        let said: Vec<AuditEntry> = records.iter().skip(1).map(|record| record.entry.clone()).collect();
        assert_eq!(said, entries[1..]);
        let names: Vec<Option<&str>> = records.iter().map(|record| record.who_name.as_deref()).collect();
        assert_eq!(names, [Some("Ada King"), Some("nightly"), None, None]);
        assert_eq!(control.verify_audit(&[head]).await.unwrap().broken, None);
    }
}

#[tokio::test]
async fn is_read_by_tenant_time_action_and_person_in_pages() {
    for control in fresh_stores().await {
        filled(&control, 10).await;
        // A node whose clock is late, and one entry of another kind.
        let other = AuditEntry::new(at(4), AuditWho::Token("t".into()), AuditAction::SignIn, Some("a"));
        control.append_audit(&[other]).await.unwrap();
        let read = async |filter: AuditFilter| seqs(&control.audit(&filter, 100).await.unwrap());
        assert_eq!(read(AuditFilter::default()).await, [10, 9, 8, 7, 6, 5, 11, 4, 3, 2, 1]);
        let of = |tenant: &str| AuditFilter { tenant_id: Some(tenant.into()), ..AuditFilter::default() };
        assert_eq!(read(of("a")).await, [9, 7, 5, 11, 3, 1]);
        assert_eq!(read(AuditFilter { from: Some(at(3)), until: Some(at(6)), ..of("a") }).await, [5, 11, 3]);
        let action = Some(AuditAction::SignIn);
        assert_eq!(read(AuditFilter { action, ..AuditFilter::default() }).await, [11]);
        assert_eq!(read(AuditFilter { who_id: Some("ada".into()), from: Some(at(9)), ..AuditFilter::default() }).await, [10, 9]);
        assert!(read(of("' OR 1 = 1 --")).await.is_empty());

        let mut pages = Vec::new();
        let mut filter = of("a");
        loop {
            let page = control.audit(&filter, 4).await.unwrap();
            let Some(last) = page.last() else { break };
            filter.after = Some(last.place());
            pages.push(seqs(&page));
        }
        assert_eq!(pages, [vec![9, 7, 5, 11], vec![3, 1]]);
    }
}

#[tokio::test]
async fn every_change_is_found_and_named() {
    let cases: [(&'static str, i64, AuditBreak); 8] = [
        ("UPDATE audit SET detail = '{}' WHERE seq = 40", 40, AuditBreak::Altered),
        ("UPDATE audit SET tenant_id = NULL WHERE seq = 41", 41, AuditBreak::Altered),
        ("UPDATE audit SET row_count = 0 WHERE seq = 42", 42, AuditBreak::Altered),
        ("UPDATE audit SET hash = 'x', previous_hash = 'y' WHERE seq = 43", 43, AuditBreak::Altered),
        ("DELETE FROM audit WHERE seq = 44", 44, AuditBreak::Missing),
        ("DELETE FROM audit WHERE seq >= 45", 45, AuditBreak::Missing),
        ("DELETE FROM audit WHERE seq = 50; UPDATE audit_head SET seq = 49", 49, AuditBreak::Unlinked),
        ("UPDATE audit SET seq = 51 WHERE seq = 1", 1, AuditBreak::Missing),
    ];
    for (sql, seq, what) in cases {
        let control = Fresh::sqlite().await;
        filled(&control, 50).await;
        tamper(&control, sql).await;
        let found = control.verify_audit(&[]).await.unwrap();
        assert_eq!(found.broken, Some((seq, what)), "{sql}");
    }
}

#[tokio::test]
async fn a_chain_made_anew_is_found_by_what_was_noted() {
    for control in fresh_stores().await {
        filled(&control, 1500).await;
        let noted = control.audit_head().await.unwrap();
        filled(&control, 20).await;
        let sound = control.verify_audit(std::slice::from_ref(&noted)).await.unwrap();
        assert_eq!((sound.sound_rows, sound.broken), (1520, None));

        // The whole log again, with one entry less to hide: whole in itself.
        tamper(&control, "DELETE FROM audit; UPDATE audit_head SET seq = 0, hash = ''").await;
        filled(&control, 1499).await;
        assert_eq!(control.verify_audit(&[]).await.unwrap().broken, None);
        let found = control.verify_audit(std::slice::from_ref(&noted)).await.unwrap();
        assert_eq!(found.broken, Some((1500, AuditBreak::Missing)));
        control.append_audit(&[entry(9999, "a")]).await.unwrap();
        assert_eq!(control.verify_audit(&[noted]).await.unwrap().broken, Some((1500, AuditBreak::NotAsNoted)));
    }
}

#[tokio::test]
async fn an_empty_log_is_whole_and_nothing_adds_nothing() {
    for control in fresh_stores().await {
        let head = control.append_audit(&[]).await.unwrap();
        assert_eq!(head, AuditHead::BEGINNING);
        let found = control.verify_audit(&[]).await.unwrap();
        assert_eq!((found.sound_rows, found.broken, found.head), (0, None, head));
        assert!(control.audit(&AuditFilter::default(), 10).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_who_add_at_once_make_one_chain() {
    const WRITERS: i64 = 8;
    const BATCHES: i64 = 20;
    for store in fresh_stores().await {
        let nodes = store.nodes(4).await;
        let mut writers = Vec::new();
        for writer in 0..WRITERS {
            let node = nodes[usize::try_from(writer).unwrap() % nodes.len()].clone();
            writers.push(tokio::spawn(async move {
                for batch in 0..BATCHES {
                    let entries: Vec<AuditEntry> =
                        (0..=batch % 4).map(|part| entry(batch * 4 + part, &format!("t{writer}"))).collect();
                    node.append_audit(&entries).await.unwrap();
                }
            }));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        let each = u64::try_from(BATCHES / 4 * (1 + 2 + 3 + 4)).unwrap();
        let found = store.verify_audit(&[]).await.unwrap();
        assert_eq!((found.sound_rows, found.broken), (each * u64::try_from(WRITERS).unwrap(), None));
        for writer in 0..WRITERS {
            let filter = AuditFilter { tenant_id: Some(format!("t{writer}")), ..AuditFilter::default() };
            let records = store.audit(&filter, 1000).await.unwrap();
            assert_eq!(records.len() as u64, each);
            assert!(seqs(&records).is_sorted_by(|one, other| one > other), "each writer's own order stays");
        }
    }
}
