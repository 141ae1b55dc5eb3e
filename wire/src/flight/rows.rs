//! Rows as Flight's messages, encoded as they come; who does not take them is let go. Knows no command.

use std::pin::Pin;
use std::time::Duration;

use arrow_flight::FlightData;
use arrow_flight::encode::FlightDataEncoderBuilder;
use arrow_flight::error::FlightError;
use datafusion::arrow::array::RecordBatch;
use futures::{FutureExt, Stream, StreamExt, TryStreamExt, future, stream};
use tonic::Status;

use super::open::RunningStatement;
use super::status::status;
use crate::given::given;
use crate::sqlstate::{SqlError, code};
use crate::statement::Answer;

/// Messages on their way.
pub(super) type Messages = Pin<Box<dyn Stream<Item = Result<FlightData, Status>> + Send>>;

/// The one batch of a listing.
pub(super) fn listing(batch: RecordBatch) -> Messages {
    let rows = stream::once(future::ready(Ok(batch.clone())));
    FlightDataEncoderBuilder::new().with_schema(batch.schema()).build(rows).map_err(Status::from).boxed()
}

/// The rows of `answer`, until it is cancelled or nobody takes them for as long as `stalled`.
pub(super) fn flowing(mut answer: Answer, running: RunningStatement, stalled: Duration) -> Messages {
    // None is the end; without it the answer has broken off.
    let (give, pieces) = given::<Option<Result<FlightData, Status>>>(stalled);
    let (away, told) = (give.away(), std::sync::Arc::clone(&running.cancelled));
    let cancelled = async move { told.notified().await };
    answer.ends_with(future::select(away.boxed(), cancelled.boxed()).map(drop).boxed());
    let (schema, sent) = (answer.schema().clone(), answer.sent());
    let batches = stream::unfold(Some(answer), async |answer| {
        let mut answer = answer?;
        match answer.next().await {
            Ok(Some(batch)) => Some((Ok(batch), Some(answer))),
            Ok(None) => None,
            Err(error) => Some((Err(FlightError::Tonic(Box::new(status(error)))), None)),
        }
    });
    let mut messages = FlightDataEncoderBuilder::new().with_schema(schema).build(batches.boxed());
    tokio::spawn(async move {
        let _open = running;
        while let Some(message) = messages.next().await {
            if let Ok(message) = &message {
                sent.more(message.data_header.len() + message.data_body.len());
            }
            if give.give(Some(message.map_err(Status::from))).await.is_err() {
                tracing::debug!("a client went away or stopped reading, and was let go");
                return;
            }
        }
        let _ = give.give(None).await;
    });
    stream::unfold(Some(pieces), async |pieces| {
        let mut pieces = pieces?;
        match pieces.recv().await {
            Some(Some(message)) => {
                let more = message.is_ok().then_some(pieces);
                Some((message, more))
            }
            Some(None) => None,
            None => Some((Err(broken_off()), None)),
        }
    })
    .boxed()
}

fn broken_off() -> Status {
    status(SqlError::new(code::CANCELLED, "the answer was not taken in time"))
}
