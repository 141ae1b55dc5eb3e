//! HTTP connections: how many there may be, how long a request's head may take, and how they end when the process does. Knows no routes.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::extract::Request;
use axum::response::Response;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

/// Limits on connections.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ConnectionLimits {
    /// Connections at once; more wait to be accepted.
    pub(crate) connections: usize,
    /// Time in which the head of a request must have come, in milliseconds.
    pub(crate) head_timeout_ms: u64,
    /// Time for which a client may take nothing of what is sent to it before it is let go, in milliseconds.
    pub(crate) write_timeout_ms: u64,
    /// Time that requests under way have when the process is asked to stop, in milliseconds.
    pub(crate) stop_timeout_ms: u64,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { connections: 10_000, head_timeout_ms: 10_000, write_timeout_ms: 60_000, stop_timeout_ms: 30_000 }
    }
}

/// How long to wait when the system has no room for a connection.
const NO_ROOM: Duration = Duration::from_millis(500);

/// Answers on `listener` until `stop`, then lets requests under way end.
pub(crate) async fn serve(listener: TcpListener, routes: Router, limits: &ConnectionLimits, stop: impl Future<Output = ()>) {
    // To look whether it is HTTP/2 waits for its first bytes for ever; browsers speak that over TLS alone.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_millis(limits.head_timeout_ms.max(1)));
    let builder = Arc::new(builder);
    let room = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepting = async {
            // The semaphore is never closed.
            let place = Arc::clone(&room).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepting => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(NO_ROOM).await;
                continue;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its small packets back");
        }
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(Duration::from_millis(limits.write_timeout_ms.max(1))));
        let watcher = graceful.watcher();
        let (builder, service) = (Arc::clone(&builder), TowerToHyperService::new(FromPeer { routes: routes.clone(), peer }));
        tokio::spawn(async move {
            let connection = builder.serve_connection(TokioIo::new(Box::pin(stream)), service);
            if let Err(error) = watcher.watch(connection.into_owned()).await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(Duration::from_millis(limits.stop_timeout_ms), graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were under way when the process stopped");
    }
}

/// The routes, as one connection asks them: each request says where it came from.
#[derive(Clone)]
struct FromPeer {
    routes: Router,
    peer: SocketAddr,
}

impl<B> Service<Request<B>> for FromPeer
where
    Router: Service<Request<B>, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = <Router as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.routes.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.routes.call(request)
    }
}

#[cfg(test)]
mod tests;
