//! Tests of `local`.

mod faults;
mod killed;
mod model;

use std::sync::Arc;
use std::time::Duration;

use super::super::tests::{bodies, entry, everything, keeps_the_contract, takes_a_thousand_at_once};
use super::super::{Journal, JournalError, JournalKind, JournalLimits, Waiting};
use super::LocalJournal;

fn open(folder: &std::path::Path) -> LocalJournal {
    LocalJournal::open(folder, &JournalLimits::default()).unwrap()
}

#[tokio::test]
async fn contract() {
    let folder = tempfile::tempdir().unwrap();
    keeps_the_contract(&open(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_at_once() {
    let folder = tempfile::tempdir().unwrap();
    takes_a_thousand_at_once(Arc::new(open(folder.path()))).await;
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for body in ["one", "two", "three"] {
        journal.append("a", entry(body)).await.unwrap();
        journal.append("b", entry(body)).await.unwrap();
    }
    journal.forget("a", 1).await.unwrap();
    let (read, waiting) = (everything(&journal, "a", 10).await, journal.waiting("a").await.unwrap());
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(everything(&journal, "a", 10).await, read);
    assert_eq!(journal.waiting("a").await.unwrap(), waiting);
    assert_eq!(journal.tenants().await.unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn positions_never_repeat_even_when_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = 0;
    for round in 0..20 {
        let journal = open(folder.path());
        for _ in 0..=round % 3 {
            let position = journal.append("a", entry("x")).await.unwrap();
            assert!(position > last, "{position} after {last}");
            last = position;
        }
        journal.forget("a", last).await.unwrap();
        assert_eq!(journal.waiting("a").await.unwrap(), Waiting::default());
    }
}

#[tokio::test]
async fn two_processes_do_not_share_it() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let error = LocalJournal::open(folder.path(), &JournalLimits::default()).err().unwrap();
    assert!(error.to_string().contains("another process has it open"), "{error}");
    drop(journal);
    open(folder.path());
}

#[tokio::test]
async fn one_loud_tenant_is_refused_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let limits = JournalLimits { tenant_waiting_bytes: 10_000, ..JournalLimits::default() };
    let journal = LocalJournal::open(folder.path(), &limits).unwrap();
    let refused = loop {
        if let Err(error) = journal.append("loud", entry(vec![b'x'; 1_000])).await {
            break error;
        }
    };
    assert_eq!(refused.kind(), JournalKind::Full);
    assert!(refused.to_string().contains("10000 may (`tenant_waiting_bytes`)"), "{refused}");
    journal.append("quiet", entry(vec![b'x'; 1_000])).await.unwrap();
    let through = everything(&journal, "loud", 100).await.last().unwrap().0;
    journal.forget("loud", through).await.unwrap();
    journal.append("loud", entry(vec![b'x'; 1_000])).await.unwrap();
    let limits = JournalLimits { tenant_waiting_entries: 2, ..limits };
    drop(journal);
    let journal = LocalJournal::open(folder.path(), &limits).unwrap();
    journal.append("loud", entry("2")).await.unwrap();
    let refused = journal.append("loud", entry("3")).await.unwrap_err();
    assert!(refused.to_string().contains("2 may (`tenant_waiting_entries`)"), "{refused}");
}

#[tokio::test]
async fn too_large_is_said_of_the_entry_and_too_much_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let limits = JournalLimits { entry_bytes: 5_000, waiting_bytes: 8_000, ..JournalLimits::default() };
    let journal = LocalJournal::open(folder.path(), &limits).unwrap();
    let error = journal.append("a", entry(vec![0; 5_000])).await.unwrap_err();
    assert_eq!(error.kind(), JournalKind::TooLarge, "{error}");
    journal.append("a", entry(vec![0; 4_000])).await.unwrap();
    let error = journal.append("b", entry(vec![0; 4_000])).await.unwrap_err();
    assert_eq!(error, JournalError::Busy { setting: "waiting_bytes" });
}

/// A tenant that sends faster than the disk takes is told so; one that sends now and then finds room all the time.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_of_one_leaves_room_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let limits = JournalLimits { tenant_queue_entries: 16, queue_entries: 32, ..JournalLimits::default() };
    let journal = Arc::new(LocalJournal::open(folder.path(), &limits).unwrap());
    let loud = (0..4_000).map(|_| {
        let journal = journal.clone();
        tokio::spawn(async move { journal.append("loud", entry("x")).await })
    });
    let loud = tokio::spawn(futures::future::join_all(loud));
    for number in 0..50 {
        journal.append("quiet", entry(format!("{number}"))).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let answers: Vec<_> = loud.await.unwrap().into_iter().map(Result::unwrap).collect();
    let refused = answers.iter().filter(|answer| answer.is_err()).count();
    assert!(refused > 0 && refused < 4_000, "{refused}");
    assert_eq!(everything(&*journal, "loud", 1_000).await.len(), 4_000 - refused);
    assert_eq!(bodies(&everything(&*journal, "quiet", 1_000).await).len(), 50);
}

/// A queue that is emptied as it is filled takes no more space in the end than in the beginning.
#[tokio::test(flavor = "multi_thread")]
async fn space_is_won_back() {
    let folder = tempfile::tempdir().unwrap();
    let limits = JournalLimits { memtable_bytes: 1 << 20, reclaim_bytes: 4 << 20, ..JournalLimits::default() };
    let journal = LocalJournal::open(folder.path(), &limits).unwrap();
    let stay = journal.append("slow", entry("stays")).await.unwrap();
    for _ in 0..30 {
        // Each round leaves files behind, because its entries are forgotten only after they were flushed.
        let appends = (0..40).map(|number| journal.append("a", entry(format!("{number} {}", "x".repeat(50_000)))));
        let positions: Vec<_> = futures::future::join_all(appends).await.into_iter().map(Result::unwrap).collect();
        tokio::time::sleep(Duration::from_millis(10)).await;
        journal.forget("a", *positions.last().unwrap()).await.unwrap();
    }
    let files = std::fs::read_dir(folder.path().join("keyspaces")).unwrap().flat_map(|keyspace| {
        let tables = keyspace.unwrap().path().join("tables");
        std::fs::read_dir(tables).into_iter().flatten().map(|file| file.unwrap().metadata().unwrap().len()).collect::<Vec<_>>()
    });
    let bytes: u64 = files.sum();
    println!("{bytes} bytes on disk after 60 MB went through");
    assert!(bytes < 20 << 20, "{bytes}");
    assert_eq!(everything(&journal, "slow", 10).await[0].0, stay);
}

/// Files under `folder` that hold `text`; what the store removes meanwhile holds nothing.
fn files_with(folder: &std::path::Path, text: &str) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let holds = |path: &std::path::PathBuf| {
        std::fs::read(path).is_ok_and(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
    };
    let found = |path: std::path::PathBuf| if path.is_dir() { files_with(&path, text) } else { vec![path] };
    entries.flat_map(found).filter(holds).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn scrubbed_it_holds_no_byte_of_what_was_forgotten() {
    const SECRET: &str = "ann@example.com";
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for body in [SECRET, "stays", SECRET] {
        journal.append("a", entry(body)).await.unwrap();
    }
    journal.append("b", entry("stays too")).await.unwrap();
    journal.forget("a", 1).await.unwrap();
    assert!(!files_with(folder.path(), SECRET).is_empty(), "the search finds what is there");
    journal.scrub().await.unwrap();
    assert!(!files_with(folder.path(), SECRET).is_empty(), "the third waits");
    journal.forget("a", 3).await.unwrap();
    journal.append("a", entry("new")).await.unwrap();
    journal.scrub().await.unwrap();
    assert_eq!(files_with(folder.path(), SECRET), [""; 0].map(std::path::PathBuf::from));
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(bodies(&everything(&journal, "a", 10).await), ["new"]);
    assert_eq!(bodies(&everything(&journal, "b", 10).await), ["stays too"]);
    assert_eq!(journal.append("a", entry("later")).await.unwrap(), 5);
    assert_eq!(files_with(folder.path(), SECRET), [""; 0].map(std::path::PathBuf::from));
}
