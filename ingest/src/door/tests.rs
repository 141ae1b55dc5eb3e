//! Tests of `door`.

mod contracts;
mod limits;
mod malformed;
mod totals;
mod wire;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use prometheus_client::registry::Registry;

use self::wire::Answer;
use super::{
    ControlTotal, ControlTotals, DoorLimits, DoorMeters, DoorState, NotKept, Registration, Registrations, Unreachable, router,
};
use crate::journal::{Entry, Journal, JournalError, JournalLimits, LocalJournal, Position, Waiting};
use crate::sources::cloudevents::CloudEvents;
use crate::sources::otlp::Otlp;
use crate::sources::signature::is_hex_hmac;
use crate::sources::{Decoded, Delivery, Setting, Source, Wrong};

/// A source that signs with HMAC-SHA256 in hex, as many do.
struct Pipe;

impl Source for Pipe {
    fn name(&self) -> &'static str {
        "pipe"
    }

    fn title(&self) -> &'static str {
        "Pipe"
    }

    fn about(&self) -> &'static str {
        "Tests."
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        delivery.headers.get("x-pipe-signature").is_some_and(|told| is_hex_hmac(told, secret, &[delivery.body]))
    }

    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        delivery.headers.get("x-pipe-id").map(str::to_owned)
    }

    fn decode(&self, _: &Delivery<'_>, _: &Setting) -> Result<Decoded, Wrong> {
        unreachable!("a webhook is not decoded at the door")
    }
}

fn source(name: &str) -> Option<&'static dyn Source> {
    match name {
        "pipe" => Some(&Pipe),
        "cloudevents" => Some(&CloudEvents),
        "otlp" => Some(&Otlp),
        _ => None,
    }
}

/// Tenants `quiet` and `loud` without secrets, `signed` with two, `bare` that lost its secrets; each with its name and `-key` as key.
#[derive(Default)]
struct Book {
    refused: Mutex<Vec<(String, &'static str)>>,
    totals: Mutex<Vec<(String, ControlTotal)>>,
    down: bool,
}

#[async_trait]
impl ControlTotals for Book {
    async fn keep(&self, registration: &Registration, totals: Vec<ControlTotal>, _: DateTime<Utc>) -> Result<usize, NotKept> {
        if let Some(index) = totals.iter().position(|total| total.table == "nonsense") {
            return Err(NotKept::Wrong { index, field: "table".to_owned(), reason: "there is no such table".to_owned() });
        }
        let count = totals.len();
        self.totals.lock().unwrap().extend(totals.into_iter().map(|total| (registration.tenant.clone(), total)));
        Ok(count)
    }
}

#[async_trait]
impl Registrations for Book {
    async fn find(&self, source: &str, key: &str) -> Result<Option<Registration>, Unreachable> {
        if self.down {
            return Err(Unreachable("no disk".to_owned()));
        }
        let Some(tenant) = key.strip_suffix("-key") else { return Ok(None) };
        let secrets: &[&[u8]] = if tenant == "signed" { &[b"old secret", b"new secret"] } else { &[] };
        let known = ["quiet", "loud", "signed", "bare"].contains(&tenant);
        Ok(known.then(|| Registration {
            tenant: tenant.to_owned(),
            source: source.to_owned(),
            setting: Setting { instance: "shop-1".to_owned(), zone: chrono_tz::UTC, currency: None },
            secrets: secrets.iter().map(|secret| secret.to_vec()).collect(),
            require_signature: tenant == "bare",
        }))
    }

    fn refused(&self, registration: &Registration, reason: &'static str) {
        self.refused.lock().unwrap().push((registration.tenant.clone(), reason));
    }
}

/// A journal that always answers the same.
struct Stuck(JournalError);

#[async_trait]
impl Journal for Stuck {
    fn name(&self) -> &str {
        "stuck"
    }
    async fn append(&self, _: &str, _: Entry) -> Result<Position, JournalError> {
        Err(self.0.clone())
    }
    async fn read(&self, _: &str, _: Position, _: usize, _: usize) -> Result<Vec<(Position, Entry)>, JournalError> {
        Err(self.0.clone())
    }
    async fn tenants(&self) -> Result<Vec<String>, JournalError> {
        Err(self.0.clone())
    }
    async fn forget(&self, _: &str, _: Position) -> Result<(), JournalError> {
        Err(self.0.clone())
    }
    async fn waiting(&self, _: &str) -> Result<Waiting, JournalError> {
        Err(self.0.clone())
    }
}

/// A door on a port of its own, and the journal behind it.
struct House {
    address: std::net::SocketAddr,
    journal: Arc<dyn Journal>,
    book: Arc<Book>,
    registry: Registry,
    _folder: tempfile::TempDir,
}

impl House {
    async fn new(limits: DoorLimits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(LocalJournal::open(folder.path(), &JournalLimits::default()).unwrap());
        Self::of(limits, journal, Book::default(), folder).await
    }

    async fn stuck(error: JournalError) -> Self {
        Self::of(DoorLimits::default(), Arc::new(Stuck(error)), Book::default(), tempfile::tempdir().unwrap()).await
    }

    async fn of(limits: DoorLimits, journal: Arc<dyn Journal>, book: Book, folder: tempfile::TempDir) -> Self {
        let (mut registry, book) = (Registry::default(), Arc::new(book));
        let state = DoorState {
            registrations: book.clone(),
            journal: journal.clone(),
            totals: book.clone(),
            limits,
            clock: || DateTime::from_timestamp_nanos(1_767_225_600_123_456_789),
            meters: DoorMeters::new(&mut registry),
            sources: source,
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router(state)).await });
        Self { address, journal, book, registry, _folder: folder }
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        wire::post(self.address, path, headers, body).await
    }

    async fn kept(&self, tenant: &str) -> Vec<Entry> {
        self.journal.read(tenant, 0, 10_000, usize::MAX).await.unwrap().into_iter().map(|(_, entry)| entry).collect()
    }

    fn metrics(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).unwrap();
        text
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn sign(secret: &[u8], body: &[u8]) -> String {
    use hmac::{KeyInit as _, Mac as _};
    let code = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap().chain_update(body).finalize();
    code.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_message_is_kept_as_it_came() {
    let house = House::new(DoorLimits::default()).await;
    let headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Pipe-Id", "d-1"),
        ("X-Pipe-Topic", "orders/create"),
        ("Authorization", "Bearer secret"),
        ("Cookie", "secret"),
        ("X-Forwarded-For", "192.0.2.7"),
    ];
    let body = b"{ \"id\":12345678901234567890,\"id\": 1.0 }\r\n";
    let answer = house.post("/ingest/pipe/quiet-key", &headers, body).await;
    assert_eq!((answer.status, answer.text()), (202, r#"{"delivery":"d-1","position":1}"#.to_owned()));
    let entry = &house.kept("quiet").await[0];
    assert_eq!(entry.body, body, "bytes as they were");
    assert_eq!((entry.source.as_str(), entry.delivery_id.as_deref()), ("pipe", Some("d-1")));
    assert_eq!(entry.setting.instance, "shop-1");
    assert_eq!(entry.received_at.timestamp_micros(), 1_767_225_600_123_456);
    let names: Vec<_> = entry.headers.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["content-type", "x-pipe-id", "x-pipe-topic"]);

    let answer = house.post("/ingest/pipe/quiet-key", &[], b"{}").await;
    assert_eq!(answer.json()["delivery"], "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    let metrics = house.metrics();
    assert!(metrics.contains("ingest_accepted_total{source=\"pipe\"} 2"), "{metrics}");
    assert!(metrics.contains("ingest_received_bytes_total{source=\"pipe\"} 43"), "{metrics}");
    assert!(metrics.contains("ingest_acknowledgement_seconds_count{source=\"pipe\"} 2"), "{metrics}");
}

#[tokio::test]
async fn gzip_is_taken_off() {
    let house = House::new(DoorLimits::default()).await;
    let answer = house.post("/ingest/pipe/quiet-key", &[("Content-Encoding", "gzip")], &gzip(b"{\"a\":1}")).await;
    assert_eq!(answer.status, 202);
    assert_eq!(house.kept("quiet").await[0].body, b"{\"a\":1}");
}

#[tokio::test]
async fn either_live_secret_signs_and_no_other() {
    let house = House::new(DoorLimits::default()).await;
    let post = |signature: String, body: &'static [u8]| {
        let house = &house;
        async move { house.post("/ingest/pipe/signed-key", &[("X-Pipe-Signature", &signature)], body).await }
    };
    for secret in [b"old secret", b"new secret"] {
        assert_eq!(post(sign(secret, b"{\"a\": 1}"), b"{\"a\": 1}").await.status, 202);
    }
    let packed = gzip(b"{}");
    let (signature, encoding) = (sign(b"new secret", &packed), ("Content-Encoding", "gzip"));
    let answer = house.post("/ingest/pipe/signed-key", &[("X-Pipe-Signature", &signature), encoding], &packed).await;
    assert_eq!(answer.status, 202, "the bytes as they are sent are what is signed");
    assert_eq!(house.kept("signed").await.len(), 3);

    for wrong in [sign(b"gone secret", b"{}"), sign(b"new secret", b"{\n}"), "zz".to_owned(), String::new()] {
        let answer = post(wrong, b"{}").await;
        assert_eq!((answer.status, answer.problem().as_str()), (401, "urn:problem:not-authentic"));
    }
    assert_eq!(house.post("/ingest/pipe/signed-key", &[], b"{}").await.status, 401, "no signature");
    let unpacked = sign(b"new secret", b"{}");
    let answer = house.post("/ingest/pipe/signed-key", &[("X-Pipe-Signature", &unpacked), encoding], &packed).await;
    assert_eq!(answer.status, 401, "signed after unpacking");
    assert_eq!(house.post("/ingest/pipe/bare-key", &[], b"{}").await.status, 401, "no secret is left");
    assert_eq!((house.kept("signed").await.len(), house.kept("bare").await.len()), (3, 0), "none of it is kept");
    let refused = house.book.refused.lock().unwrap();
    assert_eq!(refused.iter().filter(|of| **of == ("signed".to_owned(), "signature")).count(), 6);
    assert!(house.metrics().contains("ingest_refused_total{source=\"pipe\",reason=\"signature\"} 7"));
}

#[tokio::test]
async fn an_unknown_source_looks_like_an_unknown_key() {
    let house = House::new(DoorLimits::default()).await;
    let key = house.post("/ingest/pipe/nobody", &[], b"{}").await;
    let source = house.post("/ingest/nothing/quiet-key", &[], b"{}").await;
    let odd = house.post("/ingest/pipe/%ff%00", &[], b"{}").await;
    assert_eq!((key.status, key.problem().as_str()), (404, "urn:problem:not-found"));
    assert_eq!((&key.text(), key.status), (&source.text(), source.status));
    assert_eq!((&key.text(), key.status), (&odd.text(), odd.status));
    assert_eq!(key.header("content-type"), Some("application/problem+json"));
    let get = wire::send(house.address, b"GET /ingest/pipe/quiet-key HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert_eq!((get.status, get.header("allow"), get.problem().as_str()), (405, Some("POST"), "urn:problem:method"));
    assert_eq!(house.book.refused.lock().unwrap().len(), 0, "nobody known sent these");
    assert!(house.metrics().contains("ingest_refused_total{source=\"unknown\",reason=\"unknown_address\"} 1"));
}
