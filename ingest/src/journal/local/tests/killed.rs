//! The process dies at any point, again and again, under load: what it acknowledged is there, once.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;
use crate::journal::Position;

const ROUNDS: u64 = 60;
const SENDERS: usize = 32;
const TENANTS: usize = 4;

/// Not a test by itself: the process that dies. Its folder and round come by its standard input; it tells every acknowledged entry.
#[test]
#[ignore = "the child of `killed_under_load`"]
fn child() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let Some((round, folder)) = line.trim_end().split_once(' ') else { return };
    let (round, folder) = (round.to_owned(), PathBuf::from(folder));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let journal = Arc::new(open_small(&folder));
        let senders = (0..SENDERS).map(|sender| tokio::spawn(send_for_ever(journal.clone(), round.clone(), sender)));
        futures::future::join_all(senders).await;
    });
}

/// Entries of many sizes, and now and then a tenant forgets all but its newest hundred.
async fn send_for_ever(journal: Arc<LocalJournal>, round: String, sender: usize) {
    let tenant = format!("t{}", sender % TENANTS);
    for number in 0.. {
        let name = format!("{round}-{sender}-{number}");
        let body = format!("{name} {}", "x".repeat(number * 37 % 5_000));
        let position = journal.append(&tenant, entry(body)).await.unwrap();
        println!("acknowledged {tenant} {position} {name}");
        if number % 50 == 49 {
            let through = position.saturating_sub(100);
            println!("forgets {tenant} {through} -");
            journal.forget(&tenant, through).await.unwrap();
        }
    }
}

/// Small files, so that kills fall into flushes and compactions as well.
fn open_small(folder: &Path) -> LocalJournal {
    LocalJournal::open(folder, &JournalLimits { memtable_bytes: 256 << 10, ..JournalLimits::default() }).unwrap()
}

/// Runs a child on `folder` and kills it; answers the lines it told. In two of three rounds the delay counts from its first acknowledgement,
/// otherwise from its start, so that some kills fall into opening.
fn told_before_death(folder: &Path, round: u64) -> Vec<String> {
    let delay = Duration::from_millis(round * 7_919 % 230);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "journal::local::tests::killed::child", "--ignored", "--nocapture", "--test-threads=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{round} {}", folder.display()).unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (acknowledged, first) = std::sync::mpsc::channel();
    let note = move |line: &String| {
        if line.contains("acknowledged ") {
            let _ = acknowledged.send(());
        }
    };
    let reader = std::thread::spawn(move || lines.map_while(Result::ok).inspect(note).collect::<Vec<_>>());
    if !round.is_multiple_of(3) {
        first.recv_timeout(Duration::from_secs(30)).unwrap();
    }
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

/// What was acknowledged and may not be missing, by tenant and position.
#[derive(Default)]
struct Told {
    acknowledged: BTreeMap<(String, Position), String>,
    forgotten: BTreeMap<String, Position>,
}

impl Told {
    fn take(&mut self, line: &str) -> bool {
        // The harness prints before the first line of ours, without ending its own.
        let Some(at) = line.find("acknowledged ").or_else(|| line.find("forgets ")) else { return false };
        let [what, tenant, position, name] = line[at..].split(' ').collect::<Vec<_>>()[..] else { return false };
        let position: Position = position.parse().unwrap();
        if what == "forgets" {
            let through = self.forgotten.entry(tenant.to_owned()).or_default();
            *through = position.max(*through);
        } else {
            let before = self.acknowledged.insert((tenant.to_owned(), position), name.to_owned());
            assert_eq!(before, None, "position {position} of {tenant} was given twice");
        }
        true
    }

    async fn check(&self, journal: &LocalJournal) -> usize {
        let mut there = 0;
        for tenant in (0..TENANTS).map(|number| format!("t{number}")) {
            let forgotten = self.forgotten.get(&tenant).copied().unwrap_or(0);
            let mut names = std::collections::BTreeSet::new();
            let entries: BTreeMap<_, _> = everything(journal, &tenant, 1_000).await.into_iter().collect();
            for entry in entries.values() {
                let body = String::from_utf8(entry.body.clone()).unwrap();
                assert!(names.insert(body.split(' ').next().unwrap().to_owned()), "twice: {body}");
            }
            let expected = self.acknowledged.range((tenant.clone(), forgotten + 1)..=(tenant.clone(), u64::MAX));
            for ((_, position), name) in expected {
                let entry = entries.get(position).unwrap_or_else(|| panic!("{name} was acknowledged and is not there"));
                assert!(entry.body.starts_with(format!("{name} ").as_bytes()));
            }
            assert_eq!(journal.waiting(&tenant).await.unwrap().entries, entries.len() as u64);
            there += entries.len();
        }
        there
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load() {
    let folder = tempfile::tempdir().unwrap();
    let (mut told, mut busy) = (Told::default(), 0);
    for round in 0..ROUNDS {
        let lines = told_before_death(folder.path(), round);
        let count = lines.iter().filter(|line| told.take(line)).count();
        busy += u64::from(count > 0);
        let journal = open_small(folder.path());
        told.check(&journal).await;
    }
    println!("{} acknowledged in {busy} of {ROUNDS} rounds", told.acknowledged.len());
    assert!(busy >= ROUNDS * 2 / 3);
}
