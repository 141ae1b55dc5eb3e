//! The door: HTTP by which sources tell. It finds out who sends, holds the limits, checks the signature, appends the message to the journal
//! as it came, and answers. It parses nothing but what two contracts ask for before the answer (CloudEvents, OTLP), and knows no table, no
//! lake and no clock of its own.

mod body;
mod contract;
mod control_totals;
mod gate;
mod headers;
mod judge;
mod limits;
mod meters;
mod otlp;
mod problem;
mod receive;
mod refusal;
mod registrations;
mod totals;
mod unpack;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::{DateTime, Utc};

use self::contract::{Contract, Signal};
use self::gate::Gate;
use self::receive::Call;
use self::refusal::Refusal;
use crate::journal::Journal;
use crate::sources::Source;

pub use self::control_totals::{ControlTotal, ControlTotals, NotKept, TotalSum};
pub use self::limits::DoorLimits;
pub use self::meters::DoorMeters;
pub use self::registrations::{Registration, Registrations, Unreachable};
pub use self::totals::control_totals_of;

/// What the door is made of.
pub struct DoorState {
    /// Who may send what for whom.
    pub registrations: Arc<dyn Registrations>,
    /// Where messages are kept.
    pub journal: Arc<dyn Journal>,
    /// Where control totals are kept.
    pub totals: Arc<dyn ControlTotals>,
    /// Its bounds.
    pub limits: DoorLimits,
    /// The time of arrival.
    pub clock: fn() -> DateTime<Utc>,
    /// What it counts.
    pub meters: DoorMeters,
    /// The sources by name: [`crate::sources::named`].
    pub sources: fn(&str) -> Option<&'static dyn Source>,
}

struct Door {
    state: DoorState,
    gate: Gate,
}

/// The routes of the door: `POST /ingest/{source}/{key}`, `POST /ingest/{source}/{key}/totals`, `POST /v1/traces`, `POST /v1/logs`.
///
/// The server around it bounds what comes before a request is whole: connections, and time and size of its head.
pub fn router(state: DoorState) -> Router {
    let door = Arc::new(Door { gate: Gate::new(&state.limits), state });
    Router::new()
        .route("/ingest/{source}/{key}", post(by_path).fallback(only_post))
        .route("/ingest/{source}/{key}/totals", post(totals_by_path).fallback(only_post))
        .route("/v1/traces", post(traces).fallback(only_post))
        .route("/v1/logs", post(logs).fallback(only_post))
        .with_state(door)
}

async fn by_path(
    State(door): State<Arc<Door>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path((source, key))) = path else { return Refusal::UnknownAddress.problem(&door.state.limits).into_response() };
    let contract = Contract::of(&source);
    answer(&door, Call::new(contract, source, Some(key), request)).await
}

async fn totals_by_path(
    State(door): State<Arc<Door>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path((source, key))) = path else { return Refusal::UnknownAddress.problem(&door.state.limits).into_response() };
    let known = (door.state.sources)(&source).map_or("unknown", Source::name);
    match totals::receive(&door, Call::new(Contract::Webhook, source, Some(key), request)).await {
        Ok(receipt) => receipt.into_response(),
        Err(refusal) => {
            door.state.meters.refused(known, refusal.reason());
            refusal.problem(&door.state.limits).into_response()
        }
    }
}

async fn traces(State(door): State<Arc<Door>>, request: Request) -> Response {
    answer(&door, Call::of_otlp(Signal::Traces, request)).await
}

async fn logs(State(door): State<Arc<Door>>, request: Request) -> Response {
    answer(&door, Call::of_otlp(Signal::Logs, request)).await
}

async fn only_post(State(door): State<Arc<Door>>) -> Response {
    Refusal::NotPost.problem(&door.state.limits).into_response()
}

/// Receives, counts, and answers as the contract asks.
async fn answer(door: &Arc<Door>, call: Call) -> Response {
    let started = Instant::now();
    let contract = call.contract;
    let source = (door.state.sources)(&call.source).map_or("unknown", Source::name);
    let outcome = receive::receive(door, call).await;
    let meters = &door.state.meters;
    match outcome {
        Ok(receipt) => {
            meters.accepted(source, receipt.bytes, started.elapsed());
            receipt.into_response()
        }
        Err(refusal) => {
            meters.refused(source, refusal.reason());
            contract.refused(refusal.problem(&door.state.limits))
        }
    }
}
