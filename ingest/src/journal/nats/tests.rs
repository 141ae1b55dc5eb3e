//! Against a real server: Debian's `nats-server`. Without one these tests fail and say what to install; they do not skip.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use super::super::tests::{bodies, entry, everything, keeps_the_contract, takes_a_thousand_at_once};
use super::super::{JournalKind, JournalLimits};
use super::*;

/// A server with a folder of its own; killed when dropped.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Server {
    fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        Self { child: start(&folder, port), folder, port }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn start_again(&mut self) {
        self.child = start(&self.folder, self.port);
    }

    fn setting(&self) -> NatsSetting {
        let url = format!("nats://127.0.0.1:{}", self.port);
        NatsSetting { url, stream: "lake".to_owned(), subject: "journal".to_owned(), replicas: 1, duplicate_window_s: 120 }
    }

    async fn journal(&self, limits: &JournalLimits) -> NatsJournal {
        let started = Instant::now();
        loop {
            match NatsJournal::open(&self.setting(), limits).await {
                Ok(journal) => return journal,
                Err(error) => assert!(started.elapsed() < Duration::from_secs(20), "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(folder: &tempfile::TempDir, port: u16) -> Child {
    let port = port.to_string();
    for program in ["nats-server", "/usr/sbin/nats-server", "/usr/local/bin/nats-server"] {
        let mut command = Command::new(program);
        command.args(["-js", "-a", "127.0.0.1", "-p", &port, "-sd"]).arg(folder.path());
        if let Ok(child) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
            return child;
        }
    }
    panic!("no nats-server here: install it (`apt-get install nats-server`), or leave out the feature `nats`");
}

fn limits() -> JournalLimits {
    JournalLimits { waiting_bytes: 256 << 20, append_timeout_ms: 2_000, ..JournalLimits::default() }
}

#[tokio::test]
async fn contract() {
    let server = Server::new();
    keeps_the_contract(&server.journal(&limits()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_at_once() {
    let server = Server::new();
    takes_a_thousand_at_once(Arc::new(server.journal(&limits()).await)).await;
}

#[tokio::test]
async fn two_nodes_share_one_stream() {
    let server = Server::new();
    let (one, two) = (server.journal(&limits()).await, server.journal(&limits()).await);
    let first = one.append("a", entry("one")).await.unwrap();
    let second = two.append("a", entry("two")).await.unwrap();
    assert!(second > first);
    assert_eq!(bodies(&everything(&one, "a", 10).await), ["one", "two"]);
}

#[tokio::test]
async fn the_same_delivery_is_taken_once() {
    let server = Server::new();
    let journal = server.journal(&limits()).await;
    let first = journal.append("a", entry("one")).await.unwrap();
    assert_eq!(journal.append("a", entry("one")).await.unwrap(), first, "a retry of the same delivery");
    assert!(journal.append("a", entry("other content")).await.unwrap() > first, "the same id with other content");
    journal.append("b", entry("one")).await.unwrap();
    let without_id = entry("two").with_delivery_id(None);
    journal.append("a", without_id.clone()).await.unwrap();
    let mut later = without_id;
    later.received_at += chrono::TimeDelta::microseconds(1);
    journal.append("a", later).await.unwrap();
    assert_eq!(bodies(&everything(&journal, "a", 2).await), ["one", "other content", "two", "two"]);
    assert_eq!(journal.waiting("b").await.unwrap().entries, 1);
}

#[tokio::test]
async fn the_server_dies_and_comes_back() {
    let mut server = Server::new();
    let journal = server.journal(&limits()).await;
    let mut last = 0;
    for round in 0..3 {
        for number in 0..20 {
            last = journal.append("a", entry(format!("{round} {number}"))).await.unwrap();
        }
        server.kill();
        let error = journal.append("a", entry("nobody there")).await.unwrap_err();
        assert_eq!(error.kind(), JournalKind::Unavailable, "{error}");
        server.start_again();
        let started = Instant::now();
        while journal.append("b", entry(format!("{round}"))).await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(20));
        }
    }
    let there = bodies(&everything(&journal, "a", 7).await);
    for (round, number) in (0..3).flat_map(|round| (0..20).map(move |number| (round, number))) {
        assert_eq!(there.iter().filter(|body| **body == format!("{round} {number}")).count(), 1);
    }
    journal.forget("a", u64::MAX - 1).await.unwrap();
    server.kill();
    server.start_again();
    let journal = server.journal(&limits()).await;
    assert!(journal.append("a", entry("on")).await.unwrap() > last, "positions never repeat");
}

#[tokio::test]
async fn limits_are_the_streams() {
    let server = Server::new();
    let limits = JournalLimits { tenant_waiting_entries: 3, waiting_bytes: 2_000_000, ..limits() };
    let journal = server.journal(&limits).await;
    for number in 0..3 {
        journal.append("loud", entry(format!("{number}"))).await.unwrap();
    }
    let error = journal.append("loud", entry("3")).await.unwrap_err();
    assert_eq!(error.kind(), JournalKind::Full);
    assert!(error.to_string().contains("3 may (`tenant_waiting_entries`)"), "{error}");
    journal.append("quiet", entry("0")).await.unwrap();
    let first = everything(&journal, "loud", 10).await[0].0;
    journal.forget("loud", first).await.unwrap();
    journal.append("loud", entry("3")).await.unwrap();
    let error = journal.append("huge", entry(vec![b'x'; 1 << 20])).await.unwrap_err();
    assert_eq!(error.kind(), JournalKind::TooLarge, "{error}");
    for number in 0..3 {
        let answer = journal.append("huge", entry(format!("{number} {}", "x".repeat(900_000)))).await;
        if number == 2 {
            assert_eq!(answer, Err(JournalError::Busy { setting: "waiting_bytes" }));
        }
    }
}

#[tokio::test]
async fn a_stream_that_could_lose_entries_is_refused() {
    let server = Server::new();
    let open = server.journal(&limits()).await;
    let lossy = Config { max_age: Duration::from_secs(60), ..Config::default() };
    let old = Config { max_bytes: 1_000, discard: DiscardPolicy::Old, ..Config::default() };
    for (name, config) in [("one", lossy), ("two", old)] {
        let config = Config { name: name.to_owned(), subjects: vec![format!("{name}.*")], ..config };
        open.context.create_stream(config).await.unwrap();
        let setting = NatsSetting { stream: name.to_owned(), ..server.setting() };
        let error = NatsJournal::open(&setting, &limits()).await.err().unwrap();
        assert!(error.to_string().contains("cannot carry the journal"), "{error}");
    }
}
