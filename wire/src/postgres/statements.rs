//! Statements over the wire, simple and prepared: each looks at what has landed, waits for its place, and runs under its deadline and its
//! client's cancellation. The library plans, binds and encodes.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use datafusion::common::ParamValues;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion_postgres::hooks::HookClient;
use datafusion_postgres::pgwire::api::portal::{Format, Portal, PortalExecutionState};
use datafusion_postgres::pgwire::api::query::{ExtendedQueryHandler, SimpleQueryHandler};
use datafusion_postgres::pgwire::api::results::{DescribePortalResponse, FieldInfo, Response};
use datafusion_postgres::pgwire::api::stmt::{QueryParser, StoredStatement};
use datafusion_postgres::pgwire::api::store::{Entry, PortalStore};
use datafusion_postgres::pgwire::api::{ClientInfo, ClientPortalStore, ConnectionHandle, DEFAULT_NAME, Type};
use datafusion_postgres::pgwire::error::{PgWireError, PgWireResult};
use datafusion_postgres::pgwire::messages::PgWireBackendMessage;
use datafusion_postgres::pgwire::messages::extendedquery::Execute;
use datafusion_postgres::pgwire::messages::simplequery::Query;
use datafusion_postgres::{DfSessionService, Parser, QueryHook};
use futures::{FutureExt, Sink, Stream, StreamExt};

use super::as_wire;
use super::connection::Connection;
use super::phrases::understood;
use super::savepoints;
use super::settings::as_of;
use crate::reads;
use crate::running::Running;

/// Name under which the library keeps the timeout that a client has set, in milliseconds.
const TIMEOUT: &str = "statement_timeout_ms";

/// What the library keeps of a prepared statement.
type Prepared = <Parser as QueryParser>::Statement;

/// Answers the statements of one connection.
#[derive(Clone)]
pub(super) struct Statements {
    connection: Arc<Connection>,
    /// Tells types of prepared statements, for which no session is needed.
    types: Arc<Parser>,
}

impl Statements {
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        let types = DfSessionService::new_with_hooks(Arc::new(SessionContext::new()), Vec::new()).query_parser();
        Self { connection, types }
    }

    async fn service(&self, client: &(impl ClientInfo + ?Sized + Sync), sql: &str) -> PgWireResult<Arc<DfSessionService>> {
        self.connection.service(as_of(client), sql).await.map_err(|error| as_wire("ERROR", error))
    }

    async fn run(&self, client: &(impl ClientInfo + ?Sized + Sync)) -> PgWireResult<Running> {
        self.connection.run(timeout(client)).await.map_err(|error| as_wire("ERROR", error))
    }
}

/// The timeout that the client has set.
fn timeout(client: &(impl ClientInfo + ?Sized)) -> Option<Duration> {
    client.metadata().get(TIMEOUT).and_then(|text| text.parse().ok()).map(Duration::from_millis)
}

/// Awaits an answer under the deadline, and lets its rows flow under it.
async fn under<T>(running: &mut Running, answer: impl Future<Output = PgWireResult<T>>) -> PgWireResult<T> {
    let answered = running.step(answer).await.map_err(|error| as_wire("ERROR", error))?;
    if answered.is_err() {
        running.failed();
    }
    answered
}

/// Lets the rows of `response` flow under `running`, until the client cancels; other responses end it.
fn flowing(response: Response, mut running: Running, client: &(impl ClientInfo + ?Sized)) -> Response {
    if !matches!(response, Response::Query(_) | Response::CopyOut(_)) {
        running.done();
        return response;
    }
    // A statement of the same message may have set it.
    if let Some(most) = timeout(client) {
        running.within(most);
    }
    // The library listens for cancellation until there is an answer, and no longer.
    if let Some(handle) = client.session_extensions().get::<Arc<ConnectionHandle>>() {
        let cancelled = async move {
            let told = handle.start_query().await;
            // A sender that is gone cancels nothing.
            if told.await.is_err() {
                std::future::pending().await
            }
        };
        running.ends_with(cancelled.boxed());
    }
    match response {
        Response::Query(mut query) => {
            let rows = std::mem::replace(&mut query.data_rows, Box::pin(futures::stream::empty()));
            query.data_rows = Box::pin(counted(rows, running, |row| row.data.len()));
            Response::Query(query)
        }
        Response::CopyOut(mut copy) => {
            let rows = std::mem::replace(copy.data_stream(), Box::pin(futures::stream::empty()));
            *copy.data_stream() = Box::pin(counted(rows, running, |row| row.data.len()));
            Response::CopyOut(copy)
        }
        other => other,
    }
}

/// `rows` under `running`, each counted with its bytes; nothing follows an error.
fn counted<T: Send>(
    rows: impl Stream<Item = PgWireResult<T>> + Send + Unpin,
    running: Running,
    bytes: fn(&T) -> usize,
) -> impl Stream<Item = PgWireResult<T>> + Send {
    futures::stream::unfold(Some((rows, running)), move |flow| async move {
        let (mut rows, mut running) = flow?;
        match running.step(rows.next()).await {
            Ok(Some(Ok(row))) => {
                running.row(bytes(&row));
                Some((Ok(row), Some((rows, running))))
            }
            Ok(Some(Err(error))) => {
                running.failed();
                Some((Err(error), None))
            }
            Ok(None) => {
                running.done();
                None
            }
            Err(error) => Some((Err(as_wire("ERROR", error)), None)),
        }
    })
}

#[async_trait]
impl SimpleQueryHandler for Statements {
    async fn on_query<C>(&self, client: &mut C, query: Query) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        savepoints::forgive(client, &query.query);
        self._on_query(client, query).await
    }

    async fn do_query<C>(&self, client: &mut C, sql: &str) -> PgWireResult<Vec<Response>>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        self.connection.check_length(sql).map_err(|error| as_wire("ERROR", error))?;
        let service = self.service(client, sql).await?;
        let mut running = self.run(client).await?;
        client.session_extensions().insert(Arc::clone(&self.connection));
        let answered = under(&mut running, SimpleQueryHandler::do_query(service.as_ref(), client, &understood(sql))).await;
        running.tells(self.connection.take_shapes());
        let mut responses = answered?;
        // One message, one trace: it ends with the last of its answers.
        if let Some(last) = responses.pop() {
            responses.push(flowing(last, running, client));
        }
        Ok(responses)
    }
}

#[async_trait]
impl QueryParser for Statements {
    type Statement = Prepared;

    async fn parse_sql<C>(&self, client: &C, sql: &str, types: &[Option<Type>]) -> PgWireResult<Option<Prepared>>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        self.connection.check_length(sql).map_err(|error| as_wire("ERROR", error))?;
        let service = self.service(client, sql).await?;
        client.session_extensions().insert(Arc::clone(&self.connection));
        let mut running = self.run(client).await?;
        let parser = service.query_parser();
        let parsed = under(&mut running, parser.parse_sql(client, &understood(sql), types)).await;
        self.connection.take_shapes();
        running.forget();
        parsed
    }

    fn get_parameter_types(&self, statement: &Prepared) -> PgWireResult<Vec<Type>> {
        self.types.get_parameter_types(statement)
    }

    fn get_result_schema(&self, statement: &Prepared, format: Option<&Format>) -> PgWireResult<Vec<FieldInfo>> {
        self.types.get_result_schema(statement, format)
    }
}

#[async_trait]
impl ExtendedQueryHandler for Statements {
    type Statement = Prepared;
    type QueryParser = Self;

    fn query_parser(&self) -> Arc<Self> {
        Arc::new(self.clone())
    }

    async fn on_execute<C>(&self, client: &mut C, message: Execute) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let name = message.name.as_deref().unwrap_or(DEFAULT_NAME);
        if let Some(Entry::Value(portal)) = client.portal_store().get_portal(name) {
            savepoints::forgive(client, &portal.statement.statement.0);
        }
        self._on_execute(client, message).await
    }

    /// A cursor, and what is fetched from one, has the columns of the cursor's query; the library describes neither.
    async fn do_describe_portal<C>(&self, client: &mut C, target: &Portal<Prepared>) -> PgWireResult<DescribePortalResponse>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let fetched = match &target.statement.statement.1 {
            Some((Statement::Fetch { name, .. }, _)) => match client.portal_store().get_portal(&name.value) {
                Some(Entry::Value(cursor)) => columns_of(&cursor).await,
                _ => None,
            },
            _ => None,
        };
        let columns = match fetched {
            Some(columns) => Some(columns),
            None => columns_of(target).await,
        };
        let columns = match columns {
            Some(columns) => columns,
            None => self.get_result_schema(&target.statement.statement, Some(&target.result_column_format))?,
        };
        Ok(DescribePortalResponse::new(columns))
    }

    async fn do_query<C>(&self, client: &mut C, portal: &Portal<Prepared>, rows: usize) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let service = self.service(client, &portal.statement.statement.0).await?;
        let mut running = self.run(client).await?;
        if let (_, Some((statement, _))) = &portal.statement.statement {
            running.tells(reads::without_values(statement));
        }
        let answer = async {
            // Prepared an hour ago, asked now: planned again over what has landed since.
            let (sql, types) = (&portal.statement.statement.0, &portal.statement.parameter_types);
            let Some(planned) = service.query_parser().parse_sql(client, sql, types).await? else {
                return Ok(Response::EmptyQuery);
            };
            let mut fresh = Portal::default();
            fresh.name.clone_from(&portal.name);
            fresh.statement = Arc::new(StoredStatement::new(portal.statement.id.clone(), planned, types.clone()));
            fresh.parameter_format = portal.parameter_format.clone();
            fresh.parameters.clone_from(&portal.parameters);
            fresh.result_column_format = portal.result_column_format.clone();
            ExtendedQueryHandler::do_query(service.as_ref(), client, &fresh, rows).await
        };
        let response = under(&mut running, answer).await?;
        self.connection.take_shapes();
        Ok(flowing(response, running, client))
    }
}

/// The columns of rows that are under way.
async fn columns_of(portal: &Portal<Prepared>) -> Option<Vec<FieldInfo>> {
    match &*portal.state.lock().await {
        PortalExecutionState::Suspended(rows) => Some(rows.row_schema().as_ref().clone()),
        _ => None,
    }
}

/// Refuses what does not only read, before it is planned; and notes what is asked.
pub(super) struct ReadsOnly;

impl ReadsOnly {
    fn check(statement: &Statement, client: &(impl ClientInfo + ?Sized)) -> Option<PgWireError> {
        if let Some(connection) = client.session_extensions().get::<Arc<Connection>>() {
            connection.told(statement);
        }
        reads::check(statement).err().map(|error| as_wire("ERROR", error))
    }
}

#[async_trait]
impl QueryHook for ReadsOnly {
    async fn handle_simple_query(
        &self,
        statement: &Statement,
        _context: &SessionContext,
        client: &mut dyn HookClient,
    ) -> Option<PgWireResult<Response>> {
        Self::check(statement, client).map(Err)
    }

    async fn handle_extended_parse_query(
        &self,
        statement: &Statement,
        _context: &SessionContext,
        client: &(dyn ClientInfo + Send + Sync),
    ) -> Option<PgWireResult<LogicalPlan>> {
        Self::check(statement, client).map(Err)
    }

    async fn handle_extended_query(
        &self,
        _statement: &Statement,
        _plan: &LogicalPlan,
        _parameters: &ParamValues,
        _context: &SessionContext,
        _client: &mut dyn HookClient,
    ) -> Option<PgWireResult<Response>> {
        None
    }
}
