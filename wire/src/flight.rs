//! The Flight SQL door: connections, TLS and their limits. Callers, what they have open, commands and catalogue have files of their own.

mod callers;
mod catalogue;
mod connections;
mod gate;
mod known;
mod open;
mod rows;
mod service;
mod statements;
mod status;

use std::time::Duration;

use arrow_flight::flight_service_server::FlightServiceServer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tonic::transport::Server;

use self::gate::Gate;
use self::service::Service;
use crate::analysts::Analysts;

/// Bytes of all headers of one request.
const HEADER_BYTES: u32 = 16 << 10;

/// Answers connections on `listener` until the task is ended.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, analysts: Analysts) {
    let limits = analysts.limits.clone();
    let stalled = Duration::from_millis(limits.stalled_ms);
    let service = Service::new(analysts.clone());
    service.sweep_from_now_on();
    let service = FlightServiceServer::new(service).max_decoding_message_size(limits.flight_message_bytes);
    let served = Server::builder()
        .timeout(Duration::from_millis(limits.flight_request_ms))
        .max_concurrent_streams(limits.flight_requests)
        .http2_max_header_list_size(HEADER_BYTES)
        // Who does not answer a ping in time is let go.
        .http2_keepalive_interval(Some(stalled))
        .http2_keepalive_timeout(Some(stalled))
        .add_service(Gate::before(service, analysts))
        .serve_with_incoming(connections::incoming(listener, tls, limits.connections))
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the Flight SQL door has ended");
    }
}
