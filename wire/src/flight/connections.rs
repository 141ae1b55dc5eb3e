//! Connections as they come, encrypted where there is a certificate; so many at once. Knows no call.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::given::taken;

/// How long to wait when the system has no room for a connection.
const NO_ROOM: Duration = Duration::from_millis(500);
/// Time in which a connection must have been encrypted.
const ENCRYPTING: Duration = Duration::from_secs(10);
/// Protocol that gRPC's clients ask for.
const HTTP2: &[u8] = b"h2";

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<W: AsyncRead + AsyncWrite + Send + Unpin> Wire for W {}

/// A connection, which holds its place.
pub(super) struct Connection {
    wire: Box<dyn Wire>,
    remote: Option<SocketAddr>,
    _place: OwnedSemaphorePermit,
}

/// Connections on `listener`, at most `most` at once: others are closed.
pub(super) fn incoming(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    most: usize,
) -> impl Stream<Item = io::Result<Connection>> {
    let (ready, connections) = mpsc::channel(1);
    let tls = tls.map(|tls| speaking_http2(&tls));
    let room = Arc::new(Semaphore::new(most));
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = ready.closed() => return,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(NO_ROOM).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
                tracing::warn!(connections = most, "a connection to the Flight SQL door was closed: there are too many");
                continue;
            };
            let (ready, tls) = (ready.clone(), tls.clone());
            tokio::spawn(async move {
                match tokio::time::timeout(ENCRYPTING, open(stream, tls, place)).await {
                    Ok(Ok(connection)) => drop(ready.send(Ok(connection)).await),
                    Ok(Err(error)) => tracing::debug!(%error, "a connection ended early"),
                    Err(_) => tracing::debug!("a connection was not encrypted in time"),
                }
            });
        }
    });
    taken(connections)
}

async fn open(stream: TcpStream, tls: Option<TlsAcceptor>, place: OwnedSemaphorePermit) -> io::Result<Connection> {
    stream.set_nodelay(true)?;
    let remote = stream.peer_addr().ok();
    let wire: Box<dyn Wire> = match tls {
        Some(tls) => Box::new(tls.accept(stream).await?),
        None => Box::new(stream),
    };
    Ok(Connection { wire, remote, _place: place })
}

fn speaking_http2(tls: &TlsAcceptor) -> TlsAcceptor {
    let mut config = ServerConfig::clone(tls.config());
    config.alpn_protocols = vec![HTTP2.to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        TcpConnectInfo { local_addr: None, remote_addr: self.remote }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }
}
