//! Reading a body: its exact bytes, no more than may be, within the time it may take.

use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;

use super::gate::Room;
use super::limits::DoorLimits;
use super::refusal::Refusal;

/// The body, of which `declared` bytes were announced; holds its bytes in `room`.
pub(super) async fn read(body: Body, declared: Option<u64>, limits: &DoorLimits, room: &mut Room) -> Result<Vec<u8>, Refusal> {
    if declared.is_some_and(|declared| declared > limits.body_bytes as u64) {
        return Err(too_large(limits));
    }
    let timeout = Duration::from_millis(limits.body_timeout_ms);
    tokio::time::timeout(timeout, collect(body, limits, room)).await.unwrap_or(Err(Refusal::TooSlow))
}

async fn collect(body: Body, limits: &DoorLimits, room: &mut Room) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Refusal::CutShort { detail: format!("The body ended early: {error}.") })?;
        if bytes.len() + chunk.len() > limits.body_bytes {
            return Err(too_large(limits));
        }
        room.grow(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn too_large(limits: &DoorLimits) -> Refusal {
    Refusal::TooLarge { limit: limits.body_bytes, setting: "body_bytes" }
}
