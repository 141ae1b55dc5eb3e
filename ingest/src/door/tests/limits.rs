//! Each bound of the door and of the journal behind it, by its answer.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

const PATH: &str = "/ingest/pipe/quiet-key";

#[tokio::test]
async fn a_body_that_is_too_large() {
    let house = House::new(DoorLimits { body_bytes: 1_000, ..DoorLimits::default() }).await;
    assert_eq!(house.post(PATH, &[], &[b'x'; 1_000]).await.status, 202);
    let told = b"POST /ingest/pipe/quiet-key HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n";
    let answer = wire::send(house.address, told).await;
    assert_eq!((answer.status, answer.problem().as_str()), (413, "urn:problem:too-large"), "by what it announces");
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1_024));
    let head = "POST /ingest/pipe/quiet-key HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    let answer = wire::send(house.address, format!("{head}{chunk}").as_bytes()).await;
    assert_eq!((answer.status, answer.problem().as_str()), (413, "urn:problem:too-large"), "by what comes");
    assert_eq!(house.kept("quiet").await.len(), 1);
}

#[tokio::test]
async fn a_bomb() {
    let house = House::new(DoorLimits { unpacked_bytes: 4 << 20, ..DoorLimits::default() }).await;
    for bomb in [gzip(&vec![0; 5 << 20]), gzip(&vec![b'['; 3 << 20])] {
        let answer = house.post(PATH, &[("Content-Encoding", "gzip")], &bomb).await;
        assert_eq!((answer.status, answer.problem().as_str()), (413, "urn:problem:too-large"));
    }
    assert_eq!(house.kept("quiet").await.len(), 0);
}

#[tokio::test]
async fn a_sender_that_is_too_slow_or_goes_away() {
    let house = House::new(DoorLimits { body_timeout_ms: 200, ..DoorLimits::default() }).await;
    let half = b"POST /ingest/pipe/quiet-key HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf";
    let answer = wire::send(house.address, half).await;
    assert_eq!((answer.status, answer.problem().as_str()), (408, "urn:problem:too-slow"));
    assert_eq!(answer.header("connection"), Some("close"));

    let mut gone = tokio::net::TcpStream::connect(house.address).await.unwrap();
    gone.write_all(half).await.unwrap();
    drop(gone);
    let mut shut = tokio::net::TcpStream::connect(house.address).await.unwrap();
    shut.write_all(half).await.unwrap();
    shut.shutdown().await.unwrap();
    let mut answer = Vec::new();
    shut.read_to_end(&mut answer).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(house.kept("quiet").await.len(), 0, "half a message is none");
    assert_eq!(house.post(PATH, &[], b"{}").await.status, 202);
}

#[tokio::test]
async fn too_often_says_when_to_come_back() {
    let house = House::new(DoorLimits { tenant_requests_per_second: 1, tenant_burst_requests: 3, ..DoorLimits::default() }).await;
    for _ in 0..3 {
        assert_eq!(house.post(PATH, &[], b"{}").await.status, 202);
    }
    let answer = house.post(PATH, &[], b"{}").await;
    assert_eq!((answer.status, answer.problem().as_str()), (429, "urn:problem:rate"));
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    assert_eq!(house.post("/ingest/pipe/loud-key", &[], b"{}").await.status, 202, "each tenant has a rate of its own");
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(house.post(PATH, &[], b"{}").await.status, 202);
}

#[tokio::test]
async fn too_much_at_once_is_of_one_tenant() {
    let limits = DoorLimits { tenant_concurrent_requests: 2, tenant_buffered_bytes: 1_000, ..DoorLimits::default() };
    let house = House::new(limits).await;
    let half = format!("POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n{}", "x".repeat(600));
    let mut first = tokio::net::TcpStream::connect(house.address).await.unwrap();
    first.write_all(half.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let answer = house.post(PATH, &[], &[b'x'; 600]).await;
    assert_eq!((answer.status, answer.problem().as_str()), (429, "urn:problem:crowded"));
    assert!(answer.text().contains("tenant_buffered_bytes") && answer.header("retry-after").is_some());
    assert_eq!(house.post(PATH, &[], &[b'x'; 300]).await.status, 202, "a small one still fits");
    let mut second = tokio::net::TcpStream::connect(house.address).await.unwrap();
    second.write_all(&half.as_bytes()[..half.len() - 500]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let answer = house.post(PATH, &[], b"{}").await;
    assert!(answer.status == 429 && answer.text().contains("tenant_concurrent_requests"));
    assert_eq!(house.post("/ingest/pipe/loud-key", &[], &[b'x'; 600]).await.status, 202);
    drop((first, second));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(house.post(PATH, &[], &[b'x'; 900]).await.status, 202, "what was held is given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_loud_tenant_does_not_slow_another() {
    let limits = DoorLimits { tenant_requests_per_second: 20, tenant_burst_requests: 100, ..DoorLimits::default() };
    let house = Arc::new(House::new(limits).await);
    let loud = (0..16).map(|_| {
        let address = house.address;
        tokio::spawn(async move {
            let (mut kept, mut refused) = (0, 0);
            let started = Instant::now();
            while started.elapsed() < Duration::from_secs(2) {
                match wire::post(address, "/ingest/pipe/loud-key", &[], &[b'x'; 20_000]).await.status {
                    202 => kept += 1,
                    429 => refused += 1,
                    other => panic!("{other}"),
                }
            }
            (kept, refused)
        })
    });
    let loud: Vec<_> = loud.collect();
    let mut slowest = Duration::ZERO;
    for _ in 0..80 {
        let started = Instant::now();
        assert_eq!(house.post(PATH, &[], b"{}").await.status, 202, "the quiet tenant is never refused");
        slowest = slowest.max(started.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (mut kept, mut refused) = (0, 0);
    for sender in loud {
        let (of_kept, of_refused) = sender.await.unwrap();
        (kept, refused) = (kept + of_kept, refused + of_refused);
    }
    println!("loud: {kept} kept, {refused} refused; quiet: slowest {slowest:?}");
    assert!(refused > kept && slowest < Duration::from_secs(2), "{kept} {refused} {slowest:?}");
}

#[tokio::test]
async fn headers_that_are_too_large() {
    let house = House::new(DoorLimits::default()).await;
    let large = "x".repeat(40_000);
    let answer = house.post(PATH, &[("X-Large", &large)], b"{}").await;
    assert_eq!((answer.status, answer.problem().as_str()), (431, "urn:problem:headers-too-large"));
    let huge = "x".repeat(1 << 20);
    let answer = house.post(PATH, &[("X-Huge", &huge)], b"{}").await;
    assert_eq!(answer.status, 431, "by the server itself");
    let many: Vec<(String, &str)> = (0..500).map(|number| (format!("X-{number}"), "x")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(house.post(PATH, &many, b"{}").await.status, 431);
    assert_eq!(house.post(PATH, &[], b"{}").await.status, 202, "the door lives");
}

#[tokio::test]
async fn what_the_journal_says_is_passed_on() {
    let full =
        JournalError::Full { tenant: "quiet".to_owned(), waiting: 2, limit: 1, unit: "bytes", setting: "tenant_waiting_bytes" };
    for (error, status, kind) in [
        (full, 429, "urn:problem:full"),
        (JournalError::Busy { setting: "queue_entries" }, 429, "urn:problem:full"),
        (JournalError::TooLarge { bytes: 2, limit_bytes: 1 }, 413, "urn:problem:too-large"),
        (JournalError::Unavailable { detail: "no space left".to_owned() }, 503, "urn:problem:unavailable"),
        (JournalError::Closed { detail: "fsync failed".to_owned() }, 503, "urn:problem:unavailable"),
    ] {
        let house = House::stuck(error).await;
        let answer = house.post(PATH, &[], b"{}").await;
        assert_eq!((answer.status, answer.problem().as_str()), (status, kind));
        assert_eq!(answer.header("retry-after").is_some(), status != 413);
        assert!(status != 503 || !answer.text().contains("fsync") && !answer.text().contains("space"), "not for senders");
        assert_eq!(house.book.refused.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn registrations_that_cannot_be_asked() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(LocalJournal::open(folder.path(), &JournalLimits::default()).unwrap());
    let book = Book { down: true, ..Book::default() };
    let house = House::of(DoorLimits::default(), journal, book, folder).await;
    let answer = house.post(PATH, &[], b"{}").await;
    assert_eq!((answer.status, answer.problem().as_str()), (503, "urn:problem:unavailable"));
}
