//! What every journal must keep, whatever carries it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;

use super::{Entry, Journal, JournalError, Position, readable};
use crate::sources::{Headers, Setting};

/// An entry of `source` whose body is `body`.
pub(super) fn entry(body: impl Into<Vec<u8>>) -> Entry {
    let headers = Headers::default().with("content-type", "application/json").with("x-note", "naïve € \"quoted\"");
    let received_at = DateTime::from_timestamp_micros(1_767_225_600_123_456).unwrap();
    let setting = Setting { instance: "shop-1".to_owned(), zone: chrono_tz::Europe::Berlin, currency: Some("EUR".to_owned()) };
    Entry::new("shopify", headers, body.into(), received_at, setting).with_delivery_id(Some("d-1".to_owned()))
}

pub(super) fn bodies(entries: &[(Position, Entry)]) -> Vec<String> {
    entries.iter().map(|(_, entry)| String::from_utf8(entry.body.clone()).unwrap()).collect()
}

/// Everything of `tenant`, read `most` at a time.
pub(super) async fn everything(journal: &dyn Journal, tenant: &str, most: usize) -> Vec<(Position, Entry)> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let read = journal.read(tenant, after, most, usize::MAX).await.unwrap();
        let Some((last, _)) = read.last() else { return all };
        after = *last;
        all.extend(read);
    }
}

/// Appending, reading, forgetting; nothing of it depends on what carries the journal.
pub(super) async fn keeps_the_contract(journal: &dyn Journal) {
    assert_eq!(journal.tenants().await.unwrap(), Vec::<String>::new());
    assert_eq!(journal.read("a", 0, 10, 1_000).await.unwrap(), vec![]);
    assert_eq!(journal.waiting("a").await.unwrap(), super::Waiting::default());
    journal.forget("a", 0).await.unwrap();
    journal.forget("a", 17).await.unwrap();

    let mut positions = vec![];
    for body in ["one", "two", "three", ""] {
        positions.push(journal.append("a", entry(body)).await.unwrap());
    }
    let other = journal.append("a-b", entry("other")).await.unwrap();
    assert!(positions[0] > 0 && positions.is_sorted_by(|left, right| left < right), "{positions:?}");

    let read = journal.read("a", 0, 10, 1 << 20).await.unwrap();
    assert_eq!(read.iter().map(|(position, _)| *position).collect::<Vec<_>>(), positions);
    assert_eq!(read[0].1, entry("one"), "as it was appended, all of it");
    assert_eq!(bodies(&read), ["one", "two", "three", ""]);
    assert_eq!(journal.read("a-b", 0, 10, 1 << 20).await.unwrap(), vec![(other, entry("other"))]);
    assert_eq!(bodies(&journal.read("a", positions[0], 2, 1 << 20).await.unwrap()), ["two", "three"]);
    assert_eq!(bodies(&journal.read("a", 0, 10, 1).await.unwrap()), ["one"], "at least one, however large");
    assert_eq!(journal.read("a", positions[3], 10, 1 << 20).await.unwrap(), vec![]);
    assert_eq!(journal.tenants().await.unwrap(), ["a", "a-b"]);
    let waiting = journal.waiting("a").await.unwrap();
    assert_eq!(waiting.entries, 4);
    assert!((400..4_000).contains(&waiting.bytes), "{waiting:?}");

    journal.forget("a", positions[1]).await.unwrap();
    journal.forget("a", positions[1]).await.unwrap();
    assert_eq!(bodies(&journal.read("a", 0, 10, 1 << 20).await.unwrap()), ["three", ""]);
    assert_eq!(journal.waiting("a").await.unwrap().entries, 2);
    journal.forget("a", positions[3]).await.unwrap();
    assert_eq!(journal.waiting("a").await.unwrap(), super::Waiting::default());
    assert_eq!(journal.tenants().await.unwrap(), ["a-b"]);
    assert_eq!(journal.waiting("a-b").await.unwrap().entries, 1, "another tenant's entries stay");
    assert!(journal.append("a", entry("five")).await.unwrap() > positions[3], "positions go on");

    let huge = vec![b'x'; 300_000];
    let at = journal.append("huge", entry(huge.clone())).await.unwrap();
    journal.append("huge", entry("small")).await.unwrap();
    let read = journal.read("huge", 0, 10, 100_000).await.unwrap();
    assert_eq!((read.len(), read[0].0), (1, at));
    assert!(read[0].1.body == huge, "bytes as they were");
    for tenant in ["", "A", "a.b", "a/b", "a b", "*", ">", "a\0", "ä"] {
        assert!(matches!(journal.append(tenant, entry("x")).await, Err(JournalError::NotATenant { .. })), "{tenant:?}");
    }
}

/// A thousand at once from eight tenants: each answered, each there once, at the position that was answered.
pub(super) async fn takes_a_thousand_at_once(journal: Arc<dyn Journal>) {
    let appends = (0..1_000).map(|number| {
        let journal = journal.clone();
        tokio::spawn(async move {
            let tenant = format!("crowd-{}", number % 8);
            (tenant.clone(), journal.append(&tenant, entry(format!("body {number}"))).await.unwrap(), number)
        })
    });
    let mut answered = BTreeSet::new();
    for append in futures::future::join_all(appends).await {
        let (tenant, position, number) = append.unwrap();
        assert!(answered.insert((tenant, position, format!("body {number}"))));
    }
    let mut there = BTreeSet::new();
    for tenant in 0..8 {
        let tenant = format!("crowd-{tenant}");
        for (position, entry) in everything(&*journal, &tenant, 100).await {
            assert!(there.insert((tenant.clone(), position, String::from_utf8(entry.body).unwrap())), "twice");
        }
    }
    assert_eq!(there.len(), 1_000);
    assert!(answered == there);
}

#[test]
fn what_stands_before_an_unreadable_entry_is_read() {
    let corrupt = JournalError::Corrupt { tenant: "a".to_owned(), position: 2, detail: "short".to_owned() };
    let read = readable(vec![Ok((1, entry("one"))), Err(corrupt.clone()), Ok((3, entry("three")))].into_iter()).unwrap();
    assert_eq!(bodies(&read), ["one"]);
    assert_eq!(readable(vec![Err(corrupt.clone()), Ok((3, entry("three")))].into_iter()), Err(corrupt));
}
