//! Statements over Flight: planned when they are asked, so that their columns are known; run when they are fetched; prepared ones planned anew
//! each time. Knows no message's encoding.

use std::sync::Arc;
use std::time::Duration;

use arrow_flight::decode::FlightRecordBatchStream;
use arrow_flight::error::FlightError;
use arrow_flight::sql::server::PeekableFlightDataStream;
use arrow_flight::sql::{ActionCreatePreparedStatementResult, TicketStatementQuery};
use arrow_flight::{IpcMessage, SchemaAsIpc};
use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::ipc::writer::IpcWriteOptions;
use datafusion::common::ScalarValue;
use datafusion::error::DataFusionError;
use futures::TryStreamExt;
use prost::bytes::Bytes;
use tonic::Status;

use super::callers::{Caller, DOOR};
use super::open::{Asked, Prepared};
use super::rows::{self, Messages};
use super::service::Service;
use super::status::status;
use crate::parameters::Parameter;
use crate::plain;
use crate::sqlstate::{SqlError, code};

/// Plans a statement, and keeps it to be fetched by the ticket.
pub(super) async fn ask(
    service: &Service,
    caller: Caller,
    sql: &str,
    parameters: Vec<Parameter>,
) -> Result<(SchemaRef, TicketStatementQuery), SqlError> {
    let (owner, as_of) = (caller.owner(), caller.as_of);
    let mut analyst = caller.open(&service.analysts).await?;
    let (running, planned) = analyst.prepare(DOOR, sql, as_of).await?;
    // It is noted when it is fetched.
    running.forget();
    let schema = Arc::clone(planned.schema());
    let handle = service.open.ask(owner, Asked { analyst, planned, parameters })?;
    Ok((schema, TicketStatementQuery { statement_handle: handle.into() }))
}

/// Plans a prepared statement over what has landed by now.
pub(super) async fn ask_prepared(
    service: &Service,
    caller: Caller,
    handle: &[u8],
) -> Result<(SchemaRef, TicketStatementQuery), SqlError> {
    let prepared = service.open.prepared(handle, &caller.owner())?;
    let mut caller = caller;
    caller.as_of = prepared.as_of;
    ask(service, caller, &prepared.sql, prepared.parameters).await
}

/// Runs what was asked, and lets its rows flow.
pub(super) async fn fetch(service: &Service, caller: &Caller, handle: &[u8]) -> Result<Messages, SqlError> {
    let (asked, open) = service.open.run(handle, &caller.owner())?;
    let Asked { analyst, planned, parameters } = *asked;
    let mut running = analyst.begin(DOOR).await?;
    running.tells(planned.shape().to_owned());
    let answer = planned.run(running, &parameters, None).await?;
    Ok(rows::flowing(answer, open, Duration::from_millis(service.analysts.limits.stalled_ms)))
}

/// Keeps a statement to be asked again and again, and tells its columns and parameters as far as they are known.
pub(super) async fn prepare(
    service: &Service,
    caller: Caller,
    sql: String,
) -> Result<ActionCreatePreparedStatementResult, SqlError> {
    let (owner, as_of) = (caller.owner(), caller.as_of);
    let mut analyst = caller.open(&service.analysts).await?;
    let (running, planned) = analyst.prepare(DOOR, &sql, as_of).await?;
    running.forget();
    let types = planned.parameter_types()?;
    // What may be of any type is best sent as text.
    let parameter =
        |(index, asked): (usize, Option<DataType>)| Field::new(format!("${}", index + 1), asked.unwrap_or(DataType::Utf8), true);
    let parameters = Schema::new(types.into_iter().enumerate().map(parameter).collect::<Vec<_>>());
    let parameters = plain::schema(&parameters);
    let (dataset_schema, parameter_schema) = (encoded(planned.schema())?, encoded(&parameters)?);
    let handle = service.open.prepare(owner, Prepared { sql, as_of, parameters: Vec::new() })?;
    Ok(ActionCreatePreparedStatementResult { prepared_statement_handle: handle.into(), dataset_schema, parameter_schema })
}

/// Binds the one row of parameters that is sent.
pub(super) async fn bind(
    service: &Service,
    caller: &Caller,
    handle: &[u8],
    sent: PeekableFlightDataStream,
) -> Result<(), Status> {
    service.open.prepared(handle, &caller.owner()).map_err(status)?;
    let mut batches = FlightRecordBatchStream::new_from_flight_data(sent.map_err(|error| FlightError::Tonic(Box::new(error))));
    let mut row = None;
    while let Some(batch) = batches.try_next().await? {
        if batch.num_rows() > 1 || (batch.num_rows() == 1 && row.is_some()) {
            let error = SqlError::new(code::NOT_SUPPORTED, "a statement takes one row of parameters at a time");
            return Err(status(error.with_hint("bind and fetch once for each row")));
        }
        if batch.num_rows() == 1 {
            row = Some(values(&batch).map_err(status)?);
        }
    }
    service.open.bind(handle, &caller.owner(), row.unwrap_or_default()).map_err(status)
}

fn values(batch: &RecordBatch) -> Result<Vec<Parameter>, SqlError> {
    let value =
        |column: &ArrayRef| ScalarValue::try_from_array(column, 0).map(Parameter::Arrow).map_err(|error| SqlError::from(&error));
    batch.columns().iter().map(value).collect()
}

/// A schema as an IPC message.
fn encoded(schema: &Schema) -> Result<Bytes, SqlError> {
    let message = IpcMessage::try_from(SchemaAsIpc::new(schema, &IpcWriteOptions::default()));
    message.map(|message| message.0).map_err(|error| SqlError::from(&DataFusionError::from(error)))
}
