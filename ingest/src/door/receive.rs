//! The way of one message from its request to the journal: who sends, is there room, its bytes, is it authentic, keep it.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Door;
use super::contract::{Contract, Encoding, Signal};
use super::gate::Room;
use super::judge::{Judged, Message};
use super::refusal::Refusal;
use super::registrations::Registration;
use super::unpack::Packing;
use super::{body, headers};
use crate::journal::Position;
use crate::sources::Source;
use crate::sources::otlp::Response as Reply;

/// The name of the source that reads OTLP.
const OTLP: &str = "otlp";

/// The header by which a sender that cannot set `Authorization` gives its key.
const KEY: &str = "x-quarterdeck-key";

/// One request.
pub(super) struct Call {
    pub contract: Contract,
    pub source: String,
    pub key: Option<String>,
    headers: HeaderMap,
    body: Body,
}

/// What was kept.
pub(super) struct Receipt {
    /// The sender's own id of it, or the hash of its bytes.
    pub delivery: String,
    pub position: Position,
    /// Its size as it was sent.
    pub bytes: usize,
    /// What the contract answers.
    pub reply: Option<Reply>,
}

impl IntoResponse for Receipt {
    fn into_response(self) -> Response {
        if let Some(Reply { content_type, body }) = self.reply {
            return (StatusCode::OK, [(header::CONTENT_TYPE, content_type)], body).into_response();
        }
        let kept = serde_json::json!({ "delivery": self.delivery, "position": self.position });
        (StatusCode::ACCEPTED, Json(kept)).into_response()
    }
}

impl Call {
    pub(super) fn new(contract: Contract, source: String, key: Option<String>, request: Request) -> Self {
        let (parts, body) = request.into_parts();
        Self { contract, source, key, headers: parts.headers, body }
    }

    pub(super) fn of_otlp(signal: Signal, request: Request) -> Self {
        let text = |name| request.headers().get(name)?.to_str().ok();
        let bearer = text(header::AUTHORIZATION.as_str()).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
        });
        let key = bearer.or_else(|| text(KEY).map(str::to_owned));
        let contract = Contract::Otlp(signal, Encoding::of(text(header::CONTENT_TYPE.as_str())));
        Self::new(contract, OTLP.to_owned(), key, request)
    }
}

/// Receives one message; what it answers with is durable.
pub(super) async fn receive(door: &Arc<Door>, call: Call) -> Result<Receipt, Refusal> {
    let (source, registration) = sender(door, call.contract, &call.source, call.key.as_deref()).await?;
    let received = receive_from(door, call, source, registration.clone()).await;
    received.inspect_err(|refusal| door.state.registrations.refused(&registration, refusal.reason()))
}

/// Who sends. A source that is not there costs the same question as a key that is not.
pub(super) async fn sender(
    door: &Door,
    contract: Contract,
    source: &str,
    key: Option<&str>,
) -> Result<(&'static dyn Source, Registration), Refusal> {
    let on_standard_path = matches!(contract, Contract::Otlp(..));
    let unknown = || if on_standard_path { Refusal::NotSignedIn } else { Refusal::UnknownAddress };
    let key = key.ok_or_else(unknown)?;
    let found = door.state.registrations.find(source, key).await.map_err(Refusal::Registrations)?;
    (door.state.sources)(source).zip(found).ok_or_else(unknown)
}

async fn receive_from(
    door: &Arc<Door>,
    call: Call,
    source: &'static dyn Source,
    registration: Registration,
) -> Result<Receipt, Refusal> {
    let mut room = door.gate.enter(&registration.tenant)?;
    let tenant = registration.tenant.clone();
    let message = message(door, call, source, registration, &mut room).await?;
    let bytes = message.packed.len();
    let Judged { entry, reply } = judge(door, message).await?;
    let delivery = entry.delivery_id.clone().unwrap_or_else(|| entry.hash.clone());
    let position = door.state.journal.append(&tenant, entry).await.map_err(Refusal::Journal)?;
    Ok(Receipt { delivery, position, bytes, reply })
}

/// The whole message, within the limits; its bytes are held in `room`.
pub(super) async fn message(
    door: &Door,
    call: Call,
    source: &'static dyn Source,
    registration: Registration,
    room: &mut Room,
) -> Result<Message, Refusal> {
    let limits = &door.state.limits;
    let (headers, mended) = headers::all(&call.headers, limits.header_bytes)?;
    call.contract.takes(&headers, &mended)?;
    let packing = Packing::of(headers.get("content-encoding"))?;
    let declared = headers.get("content-length").and_then(|length| length.parse().ok());
    let packed = body::read(call.body, declared, limits, room).await?;
    Ok(Message {
        source,
        registration,
        contract: call.contract,
        headers,
        packing,
        packed,
        received_at: (door.state.clock)(),
        limits: limits.clone(),
    })
}

/// Judges at once what is small; what is packed, decoded or large has a thread of its own, so that it does not hold up others.
async fn judge(door: &Arc<Door>, message: Message) -> Result<Judged, Refusal> {
    let small = message.packed.len() <= door.state.limits.inline_bytes;
    if small && message.packing == Packing::None && !message.contract.decodes_first() {
        return message.judge();
    }
    let _turn = door.gate.judgement().await?;
    let judged = tokio::task::spawn_blocking(move || message.judge());
    judged.await.map_err(|error| Refusal::Fault { detail: error.to_string() })?
}
