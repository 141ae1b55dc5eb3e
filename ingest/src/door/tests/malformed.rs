//! Everything that is wrong and none of which may do harm.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::*;

const PATH: &str = "/ingest/pipe/quiet-key";

/// What a webhook sends is kept, whatever it is: a refusal would make the sender give up, and what is wrong shows where it lands.
#[tokio::test]
async fn bodies_are_kept_whatever_they_are() {
    let house = House::new(DoorLimits::default()).await;
    let nested = "[".repeat(200_000);
    let number = format!("{{\"n\":{}}}", "9".repeat(100_000));
    let bodies: [&[u8]; 9] = [
        b"",
        b"{",
        b"{\"a\":1,\"a\":2}",
        b"\xff\xfe\x00",
        nested.as_bytes(),
        number.as_bytes(),
        b"a=1&b=2",
        b"<xml/>",
        "{\"at\":\"9999-12-31T00:00:00Z\"}".as_bytes(),
    ];
    for (body, content_type) in bodies.iter().zip(["application/json", "application/x-www-form-urlencoded", ""].iter().cycle()) {
        let answer = house.post(PATH, &[("Content-Type", content_type)], body).await;
        assert_eq!(answer.status, 202, "{content_type}");
    }
    let kept: Vec<_> = house.kept("quiet").await.into_iter().map(|entry| entry.body).collect();
    assert!(kept.iter().eq(&bodies), "as they came, in order");
}

#[tokio::test]
async fn encodings_that_are_not_what_they_say() {
    let house = House::new(DoorLimits::default()).await;
    let packed = gzip(b"some text");
    for wrong in [&b"{}"[..], b"", &packed[..packed.len() - 1]] {
        let answer = house.post(PATH, &[("Content-Encoding", "gzip")], wrong).await;
        assert_eq!((answer.status, answer.problem().as_str()), (400, "urn:problem:malformed"));
    }
    for encoding in ["br", "zstd", "gzip, gzip", "\"", "compress"] {
        let answer = house.post(PATH, &[("Content-Encoding", encoding)], b"{}").await;
        assert_eq!((answer.status, answer.problem().as_str()), (415, "urn:problem:content-encoding"));
        assert_eq!(answer.header("accept-encoding"), Some("gzip"));
    }
    assert_eq!(house.kept("quiet").await.len(), 0);
}

#[tokio::test]
async fn requests_that_are_no_http() {
    let house = House::new(DoorLimits { body_timeout_ms: 300, ..DoorLimits::default() }).await;
    let head = format!("POST {PATH} HTTP/1.1\r\nhost: x\r\n");
    for (request, status) in [
        (format!("{head}content-length: -1\r\n\r\n"), "400"),
        (format!("{head}content-length: 1\r\ncontent-length: 2\r\n\r\nab"), "400"),
        (format!("{head}content-length: 99999999999999999999999\r\n\r\n"), "400"),
        (format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n"), "400"),
        (format!("{head}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n"), "400"),
        (format!("{head}x y: z\r\n\r\n"), "400"),
        ("nonsense\r\n\r\n".to_owned(), "400"),
        (format!("POST /ingest/pipe/{} HTTP/1.1\r\nhost: x\r\n\r\n", "k".repeat(100_000)), "4"),
    ] {
        let answer = String::from_utf8_lossy(&wire::raw(house.address, request.as_bytes()).await).into_owned();
        let told = answer.split(' ').nth(1).unwrap_or("nothing").to_owned();
        assert!(told.starts_with(status), "{told} to {}", &request[..request.len().min(120)]);
    }
    assert_eq!(house.post(PATH, &[], b"{}").await.status, 202, "the door lives");
    assert_eq!(house.kept("quiet").await.len(), 1);
}

/// Requests with any bytes changed, cut or added: some answer or none, and the door lives.
#[tokio::test(flavor = "multi_thread")]
async fn any_bytes() {
    let house = House::new(DoorLimits { body_timeout_ms: 50, ..DoorLimits::default() }).await;
    let event = br#"{"specversion":"1.0","id":"1","source":"/s","type":"orders","data":{"order_id":"7"}}"#;
    let gzipped = gzip(b"{}");
    let good = [
        wire::request(PATH, &[("Content-Encoding", "gzip")], &gzipped),
        wire::request("/ingest/cloudevents/quiet-key", &[("Content-Type", "application/cloudevents+json")], event),
        wire::request(
            "/v1/traces",
            &[("Content-Type", "application/x-protobuf"), ("Authorization", "Bearer quiet-key")],
            b"\x0a\x00",
        ),
    ];
    let mut runner = TestRunner::deterministic();
    let change = (0..3_usize, any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..4), any::<bool>());
    for _ in 0..400 {
        let (which, at, bytes, cut) = change.new_tree(&mut runner).unwrap().current();
        let mut request = good[which].clone();
        let at = at.index(request.len());
        if cut {
            request.truncate(at)
        } else {
            request.splice(at..(at + bytes.len()).min(request.len()), bytes).for_each(drop)
        }
        let stream = tokio::net::TcpStream::connect(house.address).await.unwrap();
        let (_from, mut to) = stream.into_split();
        let _ = tokio::io::AsyncWriteExt::write_all(&mut to, &request).await;
    }
    assert_eq!(house.post(PATH, &[], b"{}").await.status, 202, "the door lives");
}
