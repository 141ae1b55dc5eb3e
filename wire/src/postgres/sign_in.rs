//! SCRAM-SHA-256 over the wire: the library's exchange, with secrets from the control store. Knows nothing of statements.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion_postgres::pgwire::api::auth::sasl::SASLAuthStartupHandler;
use datafusion_postgres::pgwire::api::auth::sasl::scram::ScramAuth;
use datafusion_postgres::pgwire::api::auth::{AuthSource, DefaultServerParameterProvider, LoginInfo, Password, StartupHandler};
use datafusion_postgres::pgwire::api::{ClientInfo, ConnectionManager, METADATA_DATABASE, METADATA_USER, PgWireConnectionState};
use datafusion_postgres::pgwire::error::{PgWireError, PgWireResult};
use datafusion_postgres::pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use futures::Sink;
use quarterdeck_control::SCRAM_ITERATIONS;

use super::as_wire;
use super::connection::Connection;
use crate::sqlstate::{SqlError, code};

/// Signs somebody in.
pub(super) struct SignInHandler {
    connection: Arc<Connection>,
    exchange: SASLAuthStartupHandler<DefaultServerParameterProvider>,
}

impl SignInHandler {
    pub(super) fn new(connection: Arc<Connection>, manager: Arc<ConnectionManager>) -> Self {
        let mut scram = ScramAuth::new(Arc::new(Secrets(Arc::clone(&connection))));
        scram.set_iterations(usize::try_from(SCRAM_ITERATIONS).unwrap_or(usize::MAX));
        let parameters = Arc::new(DefaultServerParameterProvider::default());
        // Without the certificate: with it, binding to the channel is offered on plain connections too, which clients then refuse.
        let exchange = SASLAuthStartupHandler::new(parameters).with_scram(scram).with_connection_manager(manager);
        Self { connection, exchange }
    }
}

#[async_trait]
impl StartupHandler for SignInHandler {
    async fn on_startup<C>(&self, client: &mut C, message: PgWireFrontendMessage) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let exchanged = self.exchange.on_startup(client, message).await;
        let database = client.metadata().get(METADATA_DATABASE).cloned().unwrap_or_default();
        match exchanged {
            Ok(()) if matches!(client.state(), PgWireConnectionState::ReadyForQuery) => {
                self.connection.signed_in(&database).await.map_err(|error| as_wire("FATAL", error))
            }
            Ok(()) => Ok(()),
            Err(PgWireError::InvalidPassword(_) | PgWireError::InvalidScramMessage(_)) => {
                self.connection.wrong_proof(&database).await;
                // In PostgreSQL's own words: tools look for them.
                let user = client.metadata().get(METADATA_USER).map_or("", String::as_str);
                let message = format!("password authentication failed for user \"{user}\"");
                Err(as_wire("FATAL", SqlError::new(code::NOT_AUTHENTIC, message)))
            }
            Err(error) => Err(error),
        }
    }
}

/// Secrets of those who may sign in.
struct Secrets(Arc<Connection>);

impl Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secrets")
    }
}

#[async_trait]
impl AuthSource for Secrets {
    async fn get_password(&self, login: &LoginInfo) -> PgWireResult<Password> {
        let user = login.user().ok_or(PgWireError::UserNameRequired)?;
        let database = login.database().unwrap_or(user);
        let secret = self.0.begin_sign_in(user, database).await.map_err(|error| as_wire("FATAL", error))?;
        Ok(Password::new(Some(secret.salt().to_vec()), secret.salted_password().to_vec()))
    }
}
