//! The PostgreSQL door: connections, TLS and their limits. Sign-in, statements and catalogue have files of their own.

mod catalogue;
mod comments;
mod connection;
mod copy;
mod current_schema;
mod phrases;
mod savepoints;
mod settings;
mod sign_in;
mod statements;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use datafusion_postgres::pgwire::api::auth::StartupHandler;
use datafusion_postgres::pgwire::api::cancel::{CancelHandler, DefaultCancelHandler};
use datafusion_postgres::pgwire::api::query::{ExtendedQueryHandler, SimpleQueryHandler};
use datafusion_postgres::pgwire::api::{ClientInfo, ConnectionManager, ErrorHandler, PgWireServerHandlers};
use datafusion_postgres::pgwire::error::{ErrorInfo, PgWireError};
use datafusion_postgres::pgwire::tokio::process_socket;
use serde::Deserialize;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use self::connection::Connection;
use self::sign_in::SignInHandler;
use self::statements::Statements;
use crate::analysts::Analysts;
use crate::sqlstate::{SqlError, code};

/// How long to wait when the system has no room for a connection.
const NO_ROOM: Duration = Duration::from_millis(500);
/// After how long a silent client is asked whether it is there, and how often.
const SILENCE: Duration = Duration::from_secs(60);
const ASKING: Duration = Duration::from_secs(10);

/// The certificate that the door shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsFiles {
    /// Certificates in PEM, the door's own first; none for connections that are not encrypted.
    pub certificate: Option<PathBuf>,
    /// Its private key in PEM.
    pub key: Option<PathBuf>,
}

/// What can be wrong with a certificate; the door does not open then.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One of the two files is not named.
    #[error("TLS needs both, a certificate and a key: name the {missing} as well")]
    Half {
        /// The one that is not named.
        missing: &'static str,
    },
    /// A file that is no PEM, or does not hold what it should.
    #[error("cannot read the TLS file {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A certificate and a key that do not belong together.
    #[error("the TLS certificate cannot be used: {0}")]
    Unusable(String),
}

impl TlsFiles {
    /// Reads the files; nothing when none is named.
    ///
    /// # Errors
    /// [`TlsError`] for anything that would leave connections unencrypted which should not be.
    pub fn acceptor(&self) -> Result<Option<TlsAcceptor>, TlsError> {
        let (certificate, key) = match (&self.certificate, &self.key) {
            (None, None) => return Ok(None),
            (Some(certificate), Some(key)) => (certificate, key),
            (Some(_), None) => return Err(TlsError::Half { missing: "key" }),
            (None, Some(_)) => return Err(TlsError::Half { missing: "certificate" }),
        };
        let failed =
            |path: &PathBuf, cause: &dyn std::fmt::Display| TlsError::File { path: path.clone(), cause: cause.to_string() };
        let chain = CertificateDer::pem_file_iter(certificate).map_err(|error| failed(certificate, &error))?;
        let chain = chain.collect::<Result<Vec<_>, _>>().map_err(|error| failed(certificate, &error))?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| failed(key, &error))?;
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Unusable(error.to_string()))?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(|error| TlsError::Unusable(error.to_string()))?;
        Ok(Some(TlsAcceptor::from(Arc::new(config))))
    }
}

/// Answers connections on `listener` until the task is ended.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, analysts: Analysts) {
    let room = Arc::new(Semaphore::new(analysts.limits.connections));
    let manager = Arc::new(ConnectionManager::new());
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(NO_ROOM).await;
                continue;
            }
        };
        let place = Arc::clone(&room).try_acquire_owned().ok();
        let (tls, analysts, manager) = (tls.clone(), analysts.clone(), Arc::clone(&manager));
        tokio::spawn(async move {
            let refused = place.is_none();
            answer(stream, tls, analysts, manager, refused).await;
            drop(place);
        });
    }
}

async fn answer(stream: TcpStream, tls: Option<TlsAcceptor>, analysts: Analysts, manager: Arc<ConnectionManager>, refused: bool) {
    let Ok(address) = stream.peer_addr() else { return };
    if let Err(error) = prepare(&stream, Duration::from_millis(analysts.limits.stalled_ms)) {
        tracing::debug!(%error, "a connection cannot be bounded");
    }
    let connection = Arc::new(Connection::new(analysts, address, refused));
    if let Err(error) = process_socket(stream, tls, Arc::new(Handlers { connection, manager })).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Has the system send what there is at once, and end the connection when its client takes nothing for as long as `stalled`, or is gone
/// without a word. The library keeps the stream to itself, so that this cannot be seen to here.
fn prepare(stream: &TcpStream, stalled: Duration) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENCE).with_interval(ASKING))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(stalled))?;
    #[cfg(not(target_os = "linux"))]
    let _ = stalled;
    Ok(())
}

/// The parts of one connection.
struct Handlers {
    connection: Arc<Connection>,
    manager: Arc<ConnectionManager>,
}

impl PgWireServerHandlers for Handlers {
    fn simple_query_handler(&self) -> Arc<impl SimpleQueryHandler> {
        Arc::new(Statements::new(Arc::clone(&self.connection)))
    }

    fn extended_query_handler(&self) -> Arc<impl ExtendedQueryHandler> {
        Arc::new(Statements::new(Arc::clone(&self.connection)))
    }

    fn startup_handler(&self) -> Arc<impl StartupHandler> {
        Arc::new(SignInHandler::new(Arc::clone(&self.connection), Arc::clone(&self.manager)))
    }

    fn error_handler(&self) -> Arc<impl ErrorHandler> {
        Arc::new(Errors)
    }

    fn cancel_handler(&self) -> Arc<impl CancelHandler> {
        Arc::new(DefaultCancelHandler::new(Arc::clone(&self.manager)))
    }
}

/// Gives errors their code, and keeps what is ours to know to ourselves.
struct Errors;

impl ErrorHandler for Errors {
    fn on_error<C>(&self, _client: &C, error: &mut PgWireError)
    where
        C: ClientInfo,
    {
        if let PgWireError::ApiError(cause) = error {
            let told = told(cause.as_ref());
            if told.code == code::INTERNAL {
                tracing::error!(error = %cause, "a statement failed by a fault of ours");
            }
            *error = as_wire("ERROR", told);
        }
    }
}

fn told(cause: &(dyn std::error::Error + 'static)) -> SqlError {
    use datafusion::error::DataFusionError;
    use datafusion::sql::sqlparser::parser::ParserError;
    if let Some(error) = cause.downcast_ref::<SqlError>() {
        return error.clone();
    }
    if let Some(error) = cause.downcast_ref::<DataFusionError>() {
        return SqlError::from(error);
    }
    if let Some(error) = cause.downcast_ref::<Box<DataFusionError>>() {
        return SqlError::from(error.as_ref());
    }
    if let Some(error) = cause.downcast_ref::<ParserError>() {
        return SqlError::of_parser(error);
    }
    SqlError::new(code::INTERNAL, cause.to_string())
}

/// An error as the protocol tells it.
fn as_wire(severity: &str, error: SqlError) -> PgWireError {
    let mut info = ErrorInfo::new(severity.to_owned(), error.code.to_owned(), error.message);
    info.hint = error.hint;
    info.position = error.position.map(|position| position.to_string());
    PgWireError::UserError(Box::new(info))
}
