//! Connections that misbehave, over real sockets.

#![allow(clippy::disallowed_methods, reason = "a test of time limits reads the clock")]

use std::net::SocketAddr;
use std::time::Instant;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;

const HEAD_TIMEOUT_MS: u64 = 300;
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(2 * HEAD_TIMEOUT_MS)).await;
    "slow"
}

/// A server with room for so many connections, and what stops it.
async fn server(connections: usize) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/", get(|| async { "here" })).route("/slow", get(slow));
    let limits =
        ConnectionLimits { connections, head_timeout_ms: HEAD_TIMEOUT_MS, stop_timeout_ms: 5_000, ..ConnectionLimits::default() };
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        serve(listener, routes, &limits, stopped).await;
    });
    (address, stop, serving)
}

/// What comes until the server closes the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    // A reset is an end as well.
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let _ = read.unwrap_or_else(|_| panic!("the server keeps the connection after `{answer}`"));
    answer
}

#[tokio::test]
async fn a_head_that_does_not_come_in_time_ends_its_connection() {
    let (address, _stop, _serving) = server(10).await;
    let beginnings: [&[u8]; 4] = [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n", b"PRI * HTTP/2.0\r\n"];
    for beginning in beginnings {
        let started = Instant::now();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(beginning).await.unwrap();
        let answer = rest(stream).await;
        assert!(!answer.contains("200 OK"), "{beginning:?}: {answer}");
        assert!(started.elapsed() < Duration::from_secs(5), "{beginning:?}: {:?}", started.elapsed());
    }
    // A byte now and then is no progress.
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let dripping = tokio::spawn(async move {
        for byte in b"GET / HTTP/1.1\r\nHost: a-host-with-a-name-that-does-not-end".iter().cycle() {
            if write.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), read.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "a dripping head is read for ever");
    dripping.abort();
}

#[tokio::test]
async fn an_answer_may_take_longer_than_a_head() {
    let (address, _stop, _serving) = server(10).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let answer = rest(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("slow"), "{answer}");
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_their_turn() {
    let (address, _stop, _serving) = server(1).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(REQUEST).await.unwrap();
    let mut byte = [0];
    first.read_exact(&mut byte).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    second.write_all(REQUEST).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(HEAD_TIMEOUT_MS / 3), second.read_exact(&mut byte)).await;
    assert!(early.is_err(), "the second has its turn while the first is there");
    drop(first);
    tokio::time::timeout(Duration::from_secs(5), second.read_exact(&mut byte)).await.expect("its turn comes").unwrap();
}

#[tokio::test]
async fn what_was_asked_is_answered_when_it_stops() {
    let (address, stop, serving) = server(10).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).unwrap();
    let answer = rest(stream).await;
    assert!(answer.ends_with("slow"), "{answer}");
    tokio::time::timeout(Duration::from_secs(5), serving).await.expect("it stops").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
