//! Flight SQL's commands: each looks at who calls and hands on. What changes anything is refused. Knows no connection.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use arrow_flight::flight_service_server::FlightService;
use arrow_flight::sql::server::{FlightSqlService, PeekableFlightDataStream};
use arrow_flight::sql::{
    ActionCancelQueryRequest, ActionCancelQueryResult, ActionClosePreparedStatementRequest, ActionCreatePreparedStatementRequest,
    ActionCreatePreparedStatementResult, Any, CommandGetCatalogs, CommandGetCrossReference, CommandGetDbSchemas,
    CommandGetExportedKeys, CommandGetImportedKeys, CommandGetPrimaryKeys, CommandGetSqlInfo, CommandGetTableTypes,
    CommandGetTables, CommandGetXdbcTypeInfo, CommandPreparedStatementQuery, CommandPreparedStatementUpdate,
    CommandStatementIngest, CommandStatementQuery, CommandStatementSubstraitPlan, CommandStatementUpdate,
    DoPutPreparedStatementResult, ProstMessageExt, SqlInfo, TicketStatementQuery,
};
use arrow_flight::{
    Action, ActionType, CancelFlightInfoRequest, CancelFlightInfoResult, CancelStatus, FlightDescriptor, FlightEndpoint,
    FlightInfo, HandshakeRequest, HandshakeResponse, Ticket,
};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::Schema;
use futures::{Stream, stream};
use prost::Message;
use prost::bytes::Bytes;
use tonic::metadata::MetadataValue;
use tonic::{Request, Response, Status, Streaming};

use super::callers::{self, Caller};
use super::catalogue::{self, fault};
use super::open::OpenStatements;
use super::rows::{self, Messages};
use super::status::status;
use super::{known, statements};
use crate::analysts::{Analyst, Analysts};
use crate::sqlstate::{SqlError, code};

/// Name of the action that ends what a FlightInfo has begun.
const CANCEL: &str = "CancelFlightInfo";

/// Answers calls; cheap to clone.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) analysts: Analysts,
    pub(super) open: OpenStatements,
}

type Handshakes = Pin<Box<dyn Stream<Item = Result<HandshakeResponse, Status>> + Send>>;

impl Service {
    pub(super) fn new(analysts: Analysts) -> Self {
        let limits = &analysts.limits;
        let open = OpenStatements::new(limits.flight_open_statements, Duration::from_millis(limits.flight_open_ms));
        Self { analysts, open }
    }

    /// Forgets from now on what nobody uses, as long as the service lives.
    pub(super) fn sweep_from_now_on(&self) {
        self.open.sweep_every(Duration::from_millis(self.analysts.limits.flight_open_ms.clamp(1_000, 60_000)));
    }

    async fn analyst<T>(&self, request: &Request<T>) -> Result<Analyst, Status> {
        caller(request)?.open(&self.analysts).await.map_err(status)
    }

    fn cancel(&self, info: &FlightInfo, caller: &Caller) -> bool {
        let tickets = info.endpoint.iter().filter_map(|endpoint| endpoint.ticket.as_ref());
        let named = tickets.filter_map(|ticket| Any::decode(&*ticket.ticket).ok()?.unpack::<TicketStatementQuery>().ok()?);
        let handles = named.map(|ticket| ticket.statement_handle).collect::<Vec<_>>();
        let closed = handles.iter().map(|handle| self.open.close(handle, &caller.owner())).filter(|closed| *closed).count();
        closed > 0 && closed == handles.len()
    }
}

/// Where and by which ticket something is fetched.
pub(super) fn info(schema: &Schema, ticket: Any, asked: FlightDescriptor) -> Result<Response<FlightInfo>, Status> {
    let endpoint = FlightEndpoint::new().with_ticket(Ticket::new(ticket.encode_to_vec()));
    let info = FlightInfo::new().try_with_schema(schema).map_err(|error| status(fault(error.into())))?;
    Ok(Response::new(info.with_endpoint(endpoint).with_descriptor(asked)))
}

fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    Caller::of(request.extensions(), request.metadata()).map_err(status)
}

/// A listing of what does not depend on who calls.
fn told(batch: Result<RecordBatch, SqlError>) -> Result<Response<Messages>, Status> {
    Ok(Response::new(rows::listing(batch.map_err(status)?)))
}

/// Where a listing is fetched: the command is its own ticket, looked at anew when it is fetched.
fn listed(
    schema: &Schema,
    command: &impl ProstMessageExt,
    request: Request<FlightDescriptor>,
) -> Result<Response<FlightInfo>, Status> {
    info(schema, command.as_any(), request.into_inner())
}

fn reads_only(what: &str) -> Status {
    status(SqlError::new(code::READ_ONLY, format!("cannot execute {what} here: this door only reads")))
}

fn not_here(what: &str) -> Status {
    status(SqlError::new(code::NOT_SUPPORTED, format!("{what}: not supported here")))
}

fn empty(schema: Arc<Schema>) -> RecordBatch {
    RecordBatch::new_empty(schema)
}

#[tonic::async_trait]
impl FlightSqlService for Service {
    type FlightService = Self;

    async fn do_handshake(&self, request: Request<Streaming<HandshakeRequest>>) -> Result<Response<Handshakes>, Status> {
        let address = request.remote_addr().map(|address| address.ip());
        let (headers, _, _) = request.into_parts();
        let bearer = callers::sign_in(&self.analysts, &headers, address).await.map_err(status)?;
        let answer = HandshakeResponse { protocol_version: 0, payload: Bytes::from(bearer.clone()) };
        let mut response = Response::new(Box::pin(stream::iter([Ok(answer)])) as Handshakes);
        let value = MetadataValue::try_from(format!("Bearer {bearer}"));
        let value = value.map_err(|error| status(SqlError::new(code::INTERNAL, error.to_string())))?;
        response.metadata_mut().insert("authorization", value);
        Ok(response)
    }

    async fn get_flight_info_statement(
        &self,
        query: CommandStatementQuery,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let caller = caller(&request)?;
        let (schema, ticket) = statements::ask(self, caller, &query.query, Vec::new()).await.map_err(status)?;
        info(&schema, ticket.as_any(), request.into_inner())
    }

    async fn get_flight_info_prepared_statement(
        &self,
        query: CommandPreparedStatementQuery,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let caller = caller(&request)?;
        let asked = statements::ask_prepared(self, caller, &query.prepared_statement_handle).await;
        let (schema, ticket) = asked.map_err(status)?;
        info(&schema, ticket.as_any(), request.into_inner())
    }

    async fn do_get_statement(
        &self,
        ticket: TicketStatementQuery,
        request: Request<Ticket>,
    ) -> Result<Response<Messages>, Status> {
        let caller = caller(&request)?;
        statements::fetch(self, &caller, &ticket.statement_handle).await.map(Response::new).map_err(status)
    }

    /// Some clients take the command for the ticket.
    async fn do_get_prepared_statement(
        &self,
        query: CommandPreparedStatementQuery,
        request: Request<Ticket>,
    ) -> Result<Response<Messages>, Status> {
        let (asking, fetching) = (caller(&request)?, caller(&request)?);
        let (_, ticket) = statements::ask_prepared(self, asking, &query.prepared_statement_handle).await.map_err(status)?;
        statements::fetch(self, &fetching, &ticket.statement_handle).await.map(Response::new).map_err(status)
    }

    async fn do_action_create_prepared_statement(
        &self,
        query: ActionCreatePreparedStatementRequest,
        request: Request<Action>,
    ) -> Result<ActionCreatePreparedStatementResult, Status> {
        let caller = caller(&request)?;
        statements::prepare(self, caller, query.query).await.map_err(status)
    }

    async fn do_put_prepared_statement_query(
        &self,
        query: CommandPreparedStatementQuery,
        request: Request<PeekableFlightDataStream>,
    ) -> Result<DoPutPreparedStatementResult, Status> {
        let caller = caller(&request)?;
        let sent = request.into_inner();
        let handle = query.prepared_statement_handle;
        statements::bind(self, &caller, &handle, sent).await?;
        Ok(DoPutPreparedStatementResult { prepared_statement_handle: Some(handle) })
    }

    async fn do_action_close_prepared_statement(
        &self,
        query: ActionClosePreparedStatementRequest,
        request: Request<Action>,
    ) -> Result<(), Status> {
        let caller = caller(&request)?;
        self.open.close(&query.prepared_statement_handle, &caller.owner());
        Ok(())
    }

    async fn do_action_cancel_query(
        &self,
        query: ActionCancelQueryRequest,
        request: Request<Action>,
    ) -> Result<ActionCancelQueryResult, Status> {
        let caller = caller(&request)?;
        let info = FlightInfo::decode(&*query.info).map_err(|error| Status::invalid_argument(error.to_string()))?;
        let result = if self.cancel(&info, &caller) { CancelStatus::Cancelled } else { CancelStatus::NotCancellable };
        Ok(ActionCancelQueryResult { result: result as i32 })
    }

    async fn do_action_fallback(
        &self,
        request: Request<Action>,
    ) -> Result<Response<<Self as FlightService>::DoActionStream>, Status> {
        let caller = caller(&request)?;
        let action = request.into_inner();
        if action.r#type != CANCEL {
            return Err(not_here("the action"));
        }
        let asked =
            CancelFlightInfoRequest::decode(&*action.body).map_err(|error| Status::invalid_argument(error.to_string()))?;
        let cancelled = asked.info.is_some_and(|info| self.cancel(&info, &caller));
        let told = if cancelled { CancelStatus::Cancelled } else { CancelStatus::NotCancellable };
        let result = arrow_flight::Result::new(CancelFlightInfoResult::new(told).encode_to_vec());
        Ok(Response::new(Box::pin(stream::iter([Ok(result)]))))
    }

    async fn list_custom_actions(&self) -> Option<Vec<Result<ActionType, Status>>> {
        let description = "Ends a statement. Request: CancelFlightInfoRequest. Response: CancelFlightInfoResult".to_owned();
        Some(vec![Ok(ActionType { r#type: CANCEL.to_owned(), description })])
    }

    async fn get_flight_info_catalogs(
        &self,
        query: CommandGetCatalogs,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let schema = query.into_builder().schema();
        listed(&schema, &query, request)
    }

    async fn do_get_catalogs(&self, query: CommandGetCatalogs, request: Request<Ticket>) -> Result<Response<Messages>, Status> {
        let analyst = self.analyst(&request).await?;
        let mut listed = query.into_builder();
        listed.append(&analyst.tenant().id);
        Ok(Response::new(rows::listing(listed.build().map_err(|error| status(fault(error)))?)))
    }

    async fn get_flight_info_schemas(
        &self,
        query: CommandGetDbSchemas,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let schema = query.clone().into_builder().schema();
        listed(&schema, &query, request)
    }

    async fn do_get_schemas(&self, query: CommandGetDbSchemas, request: Request<Ticket>) -> Result<Response<Messages>, Status> {
        let analyst = self.analyst(&request).await?;
        Ok(Response::new(rows::listing(catalogue::schemas(&analyst, query).map_err(status)?)))
    }

    async fn get_flight_info_tables(
        &self,
        query: CommandGetTables,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let schema = query.clone().into_builder().schema();
        listed(&schema, &query, request)
    }

    async fn do_get_tables(&self, query: CommandGetTables, request: Request<Ticket>) -> Result<Response<Messages>, Status> {
        let analyst = self.analyst(&request).await?;
        let mut running = analyst.begin(callers::DOOR).await.map_err(status)?;
        let listed = running.step(catalogue::tables(&analyst, query)).await;
        running.forget();
        Ok(Response::new(rows::listing(listed.and_then(|listed| listed).map_err(status)?)))
    }

    async fn get_flight_info_table_types(
        &self,
        query: CommandGetTableTypes,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let schema = query.into_builder().schema();
        listed(&schema, &query, request)
    }

    async fn do_get_table_types(&self, query: CommandGetTableTypes, _: Request<Ticket>) -> Result<Response<Messages>, Status> {
        let mut listed = query.into_builder();
        listed.append(catalogue::TABLE);
        listed.append(catalogue::VIEW);
        told(listed.build().map_err(fault))
    }

    async fn get_flight_info_primary_keys(
        &self,
        query: CommandGetPrimaryKeys,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        listed(&catalogue::key_schema(), &query, request)
    }

    async fn do_get_primary_keys(
        &self,
        query: CommandGetPrimaryKeys,
        request: Request<Ticket>,
    ) -> Result<Response<Messages>, Status> {
        let analyst = self.analyst(&request).await?;
        Ok(Response::new(rows::listing(catalogue::keys(&analyst, &query).map_err(status)?)))
    }

    async fn get_flight_info_exported_keys(
        &self,
        query: CommandGetExportedKeys,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        listed(&catalogue::reference_schema(), &query, request)
    }

    async fn do_get_exported_keys(&self, _: CommandGetExportedKeys, _: Request<Ticket>) -> Result<Response<Messages>, Status> {
        told(Ok(empty(catalogue::reference_schema())))
    }

    async fn get_flight_info_imported_keys(
        &self,
        query: CommandGetImportedKeys,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        listed(&catalogue::reference_schema(), &query, request)
    }

    async fn do_get_imported_keys(&self, _: CommandGetImportedKeys, _: Request<Ticket>) -> Result<Response<Messages>, Status> {
        told(Ok(empty(catalogue::reference_schema())))
    }

    async fn get_flight_info_cross_reference(
        &self,
        query: CommandGetCrossReference,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        listed(&catalogue::reference_schema(), &query, request)
    }

    async fn do_get_cross_reference(
        &self,
        _: CommandGetCrossReference,
        _: Request<Ticket>,
    ) -> Result<Response<Messages>, Status> {
        told(Ok(empty(catalogue::reference_schema())))
    }

    async fn get_flight_info_sql_info(
        &self,
        query: CommandGetSqlInfo,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let abilities = known::abilities(self.analysts.limits.statement_timeout_ms).map_err(|error| status(fault(error)))?;
        listed(&abilities.schema(), &query, request)
    }

    async fn do_get_sql_info(&self, query: CommandGetSqlInfo, _: Request<Ticket>) -> Result<Response<Messages>, Status> {
        let abilities = known::abilities(self.analysts.limits.statement_timeout_ms);
        let batch = abilities.and_then(|abilities| query.into_builder(&abilities).build()).map_err(fault);
        told(batch)
    }

    async fn get_flight_info_xdbc_type_info(
        &self,
        query: CommandGetXdbcTypeInfo,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let types = known::types().map_err(|error| status(fault(error)))?;
        listed(&types.schema(), &query, request)
    }

    async fn do_get_xdbc_type_info(
        &self,
        query: CommandGetXdbcTypeInfo,
        _: Request<Ticket>,
    ) -> Result<Response<Messages>, Status> {
        let batch = known::types().and_then(|types| query.into_builder(&types).build()).map_err(fault);
        told(batch)
    }

    async fn do_put_statement_update(
        &self,
        _: CommandStatementUpdate,
        _: Request<PeekableFlightDataStream>,
    ) -> Result<i64, Status> {
        Err(reads_only("an update"))
    }

    async fn do_put_statement_ingest(
        &self,
        _: CommandStatementIngest,
        _: Request<PeekableFlightDataStream>,
    ) -> Result<i64, Status> {
        Err(reads_only("an ingest"))
    }

    async fn do_put_prepared_statement_update(
        &self,
        _: CommandPreparedStatementUpdate,
        _: Request<PeekableFlightDataStream>,
    ) -> Result<i64, Status> {
        Err(reads_only("an update"))
    }

    async fn do_put_substrait_plan(
        &self,
        _: CommandStatementSubstraitPlan,
        _: Request<PeekableFlightDataStream>,
    ) -> Result<i64, Status> {
        Err(not_here("Substrait"))
    }

    /// What the door can do is told by [`known`].
    async fn register_sql_info(&self, _: i32, _: &SqlInfo) {}
}
