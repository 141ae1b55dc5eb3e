//! One connection: who has signed in on it, their session, and the service that answers in it. Knows nothing of messages.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use datafusion::sql::sqlparser::ast::Statement;
use datafusion_postgres::DfSessionService;
use datafusion_postgres::hooks::cursor::CursorStatementHook;
use datafusion_postgres::hooks::set_show::SetShowHook;
use datafusion_postgres::hooks::transactions::TransactionStatementHook;
use quarterdeck_control::{AuditAction, AuditEntry, AuditWho, ControlError, ScramSecret, WireSignIn};

use super::catalogue;
use super::comments::Comments;
use super::copy::CopiesOut;
use super::savepoints::Savepoints;
use super::settings::OwnSettings;
use super::statements::ReadsOnly;
use crate::analysts::{Analyst, Analysts};
use crate::reads;
use crate::running::Running;
use crate::sqlstate::{SqlError, code};

/// One connection.
pub(super) struct Connection {
    analysts: Analysts,
    address: SocketAddr,
    refused: bool,
    sign_in: Mutex<Option<WireSignIn>>,
    open: tokio::sync::Mutex<Option<Open>>,
    /// What runs of the message under way, without values: for the audit log.
    shapes: Mutex<Vec<String>>,
}

/// What there is once somebody has signed in.
struct Open {
    analyst: Analyst,
    comments: Comments,
    service: Arc<DfSessionService>,
}

impl Connection {
    pub(super) fn new(analysts: Analysts, address: SocketAddr, refused: bool) -> Self {
        let (sign_in, open, shapes) = (Mutex::default(), tokio::sync::Mutex::default(), Mutex::default());
        Self { analysts, address, refused, sign_in, open, shapes }
    }

    /// What SCRAM checks the client's proof with.
    ///
    /// # Errors
    /// [`SqlError`] when there is no room, or there were too many attempts.
    pub(super) async fn begin_sign_in(&self, user: &str, database: &str) -> Result<ScramSecret, SqlError> {
        if self.refused {
            let limit = self.analysts.limits.connections;
            let message = format!("there are {limit} connections already (connections)");
            return Err(SqlError::new(code::NO_CONNECTION, message).with_hint("close some, or use a pool"));
        }
        let now = (self.analysts.clock)();
        match self.analysts.control.begin_wire_sign_in(user, database, self.address.ip(), now).await {
            Ok(sign_in) => {
                let secret = sign_in.secret.clone();
                *self.sign_in.lock().unwrap_or_else(PoisonError::into_inner) = Some(sign_in);
                Ok(secret)
            }
            Err(error @ ControlError::TooManyAttempts { .. }) => {
                self.refuse(database, "too many attempts").await;
                Err(SqlError::new("28000", error.to_string()))
            }
            Err(error) => {
                tracing::error!(%error, "a sign-in could not be looked up");
                Err(SqlError::new(code::UNAVAILABLE, "sign-in is not possible at the moment; try again"))
            }
        }
    }

    /// The proof was right: opens the session.
    ///
    /// # Errors
    /// [`SqlError`] when what was good has ended meanwhile, or may not ask in SQL.
    pub(super) async fn signed_in(&self, database: &str) -> Result<(), SqlError> {
        let sign_in = self.sign_in.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(sign_in) = sign_in else { return Err(SqlError::new(code::NOT_AUTHENTIC, "nobody has begun to sign in")) };
        let identity = self.analysts.control.finish_wire_sign_in(&sign_in, (self.analysts.clock)()).await;
        let Ok(identity) = identity else {
            self.refuse(database, "ended meanwhile").await;
            return Err(SqlError::new(code::NOT_AUTHENTIC, "password authentication failed"));
        };
        let who = AuditWho::from(&identity);
        let analyst = match self.analysts.open(identity, database).await {
            Ok(analyst) => analyst,
            Err(error) => {
                self.refuse(database, "may not ask in SQL").await;
                return Err(error);
            }
        };
        let comments = Comments::default();
        catalogue::register(analyst.session().context(), database, &comments)?;
        let hooks: Vec<Arc<dyn datafusion_postgres::QueryHook>> = vec![
            Arc::new(ReadsOnly),
            Arc::new(OwnSettings),
            Arc::new(Savepoints),
            Arc::new(CopiesOut),
            Arc::new(CursorStatementHook),
            Arc::new(SetShowHook),
            Arc::new(TransactionStatementHook),
        ];
        let service = DfSessionService::new_with_hooks(Arc::new(analyst.session().context().clone()), hooks);
        *self.open.lock().await = Some(Open { analyst, comments, service: Arc::new(service) });
        let entry = AuditEntry::new((self.analysts.clock)(), who, AuditAction::SignIn, Some(database)).with("door", "postgres");
        self.analysts.audit.note(entry).await;
        Ok(())
    }

    /// The proof was wrong: counts against guessing.
    pub(super) async fn wrong_proof(&self, database: &str) {
        let sign_in = self.sign_in.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sign_in) = sign_in
            && let Err(error) = self.analysts.control.refuse_wire_sign_in(&sign_in, (self.analysts.clock)()).await
        {
            tracing::error!(%error, "a wrong password could not be counted");
        }
        self.refuse(database, "wrong password").await;
    }

    /// Notes that somebody was not let in.
    pub(super) async fn refuse(&self, database: &str, why: &str) {
        let known = self.analysts.control.tenant(database).await.is_ok();
        let entry =
            AuditEntry::new((self.analysts.clock)(), AuditWho::Nobody, AuditAction::SignInRefused, known.then_some(database));
        self.analysts.audit.note(entry.with("door", "postgres").with("why", why)).await;
    }

    /// The service, over what has landed until now or was known at `as_of`, ready for `sql`.
    ///
    /// # Errors
    /// [`SqlError`] when nobody has signed in or storage does not answer.
    pub(super) async fn service(&self, as_of: Option<DateTime<Utc>>, sql: &str) -> Result<Arc<DfSessionService>, SqlError> {
        let mut open = self.open.lock().await;
        let open = open.as_mut().ok_or_else(|| SqlError::new(code::NOT_AUTHENTIC, "nobody has signed in"))?;
        open.analyst.look(as_of).await?;
        open.comments.learn(open.analyst.session(), sql).await.map_err(|error| SqlError::from(&error))?;
        Ok(Arc::clone(&open.service))
    }

    /// Looks at what has landed until now or was known at `as_of`.
    ///
    /// # Errors
    /// [`SqlError`] when storage does not answer.
    pub(super) async fn look(&self, as_of: Option<DateTime<Utc>>) -> Result<(), SqlError> {
        match self.open.lock().await.as_mut() {
            Some(open) => open.analyst.look(as_of).await,
            None => Ok(()),
        }
    }

    /// Refuses what is too long to be parsed.
    ///
    /// # Errors
    /// [`SqlError`] naming the limit.
    pub(super) fn check_length(&self, sql: &str) -> Result<(), SqlError> {
        reads::check_length(sql, &self.analysts.limits)
    }

    /// Notes a statement of the message under way.
    pub(super) fn told(&self, statement: &Statement) {
        self.shapes.lock().unwrap_or_else(PoisonError::into_inner).push(reads::without_values(statement));
    }

    /// A message begins to run: waits for a place.
    ///
    /// # Errors
    /// [`SqlError`] when none is free in time.
    pub(super) async fn run(&self, timeout: Option<Duration>) -> Result<Running, SqlError> {
        let open = self.open.lock().await;
        let analyst = &open.as_ref().ok_or_else(|| SqlError::new(code::NOT_AUTHENTIC, "nobody has signed in"))?.analyst;
        let (entry, tenant) = (analyst.entry(AuditAction::Query).with("door", "postgres"), analyst.tenant().id.clone());
        drop(open);
        let place = self.analysts.place(&tenant).await?;
        let most = Duration::from_millis(self.analysts.limits.statement_timeout_ms);
        let most = timeout.map_or(most, |asked| asked.min(most));
        Ok(Running::new(entry, self.analysts.audit.clone(), place, most))
    }

    /// The statements told since the last call, without values.
    pub(super) fn take_shapes(&self) -> String {
        std::mem::take(&mut *self.shapes.lock().unwrap_or_else(PoisonError::into_inner)).join("; ")
    }
}
