//! Disks that are full, files that end within a write, damage.

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

/// The write-ahead file of a journal that was just closed.
fn write_ahead(folder: &Path) -> PathBuf {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jnl"));
    assert_eq!(files.len(), 1);
    files.remove(0)
}

/// Copies a journal's folder.
fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-rT").arg(from).arg(to).status().unwrap().success());
}

/// A journal with ten entries, each its own write; and where each write ends in the write-ahead file.
async fn ten(folder: &Path) -> Vec<u64> {
    let journal = open(folder);
    let mut ends = vec![];
    for number in 0..10 {
        journal.append("a", entry(format!("{number} {}", "x".repeat(9_000)))).await.unwrap();
        ends.push(used(&write_ahead(folder)));
    }
    ends
}

/// Bytes up to the last that is not zero.
fn used(path: &Path) -> u64 {
    std::fs::read(path).unwrap().iter().rposition(|byte| *byte != 0).map_or(0, |at| at as u64 + 1)
}

async fn survivors(folder: &Path) -> usize {
    let journal = open(folder);
    let count = everything(&journal, "a", 100).await.len();
    // What was lost was not acknowledged; what comes now is appended after what is there, and stays.
    let position = journal.append("a", entry("more")).await.unwrap();
    drop(journal);
    let all = everything(&open(folder), "a", 100).await;
    assert_eq!((all.len(), all.last().unwrap().0), (count + 1, position));
    count
}

#[tokio::test]
async fn a_write_that_ends_anywhere_loses_nothing_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let ends = ten(folder.path()).await;
    let (before, end) = (ends[8], ends[9]);
    for cut in (before..end).step_by(997).chain([before + 1, end - 13, end - 5, end - 1]) {
        let copied = tempfile::tempdir().unwrap();
        copy(folder.path(), copied.path());
        std::fs::OpenOptions::new().write(true).open(write_ahead(copied.path())).unwrap().set_len(cut).unwrap();
        assert_eq!(survivors(copied.path()).await, 9, "cut at {cut} of {before}..{end}");
    }
}

/// After a loss of power any page of the write that was under way may be missing.
#[tokio::test]
async fn a_write_with_a_hole_loses_nothing_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let ends = ten(folder.path()).await;
    let (before, end) = (ends[8], ends[9]);
    for hole in (before..end - 600).step_by(1_009) {
        let copied = tempfile::tempdir().unwrap();
        copy(folder.path(), copied.path());
        let file = std::fs::OpenOptions::new().write(true).open(write_ahead(copied.path())).unwrap();
        file.write_all_at(&[0; 512], hole).unwrap();
        assert_eq!(survivors(copied.path()).await, 9, "a hole at {hole} of {before}..{end}");
    }
}

#[tokio::test]
async fn damage_of_what_was_acknowledged_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let ends = ten(folder.path()).await;
    let path = write_ahead(folder.path());
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(b"y", ends[4] - 2_000).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = LocalJournal::open(folder.path(), &JournalLimits::default()).err().unwrap();
    assert!(error.to_string().contains("is damaged before its end"), "{error}");
    assert!(std::fs::read(&path).unwrap() == before, "nothing is cut off");
}

/// Unmounts when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={size}");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).status();
        if !mount.is_ok_and(|status| status.success()) {
            eprintln!("skipped: mounting a small disk needs root");
            return None;
        }
        Some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_passes() {
    let Some(disk) = SmallDisk::new("24m") else { return };
    let (folder, filler) = (disk.0.path().join("journal"), disk.0.path().join("filler"));
    std::fs::write(&filler, vec![1; 12 << 20]).unwrap();
    let limits = JournalLimits { memtable_bytes: 2 << 20, reopen_ms: 50, ..JournalLimits::default() };
    let journal = LocalJournal::open(&folder, &limits).unwrap();
    let (mut acknowledged, mut errors) = (vec![], vec![]);
    for number in 0..400 {
        match journal.append("a", entry(format!("{number} {}", "x".repeat(100_000)))).await {
            Ok(position) => acknowledged.push(position),
            Err(error) => errors.push(error),
        }
    }
    assert!(!acknowledged.is_empty() && errors.len() > 10, "{} {}", acknowledged.len(), errors.len());
    for error in &errors {
        assert_eq!(error.kind(), JournalKind::Unavailable, "{error}");
        assert!(matches!(error, JournalError::Unavailable { .. }), "may pass: {error}");
    }
    println!("{} fit; then: {}; and: {}", acknowledged.len(), errors[0], errors[errors.len() - 1]);

    std::fs::remove_file(&filler).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let position = journal.append("a", entry("there is room again")).await.unwrap();
    assert!(position > *acknowledged.last().unwrap());
    let positions = |entries: Vec<(u64, _)>| entries.into_iter().map(|(position, _)| position).collect::<Vec<_>>();
    let there = positions(everything(&journal, "a", 10).await);
    assert!(acknowledged.iter().all(|position| there.contains(position)), "all that was acknowledged");
    assert_eq!(journal.waiting("a").await.unwrap().entries, there.len() as u64);
    drop(journal);
    assert_eq!(positions(everything(&open(&folder), "a", 10).await), there);
}
