//! The rows of a statement on their way out: a short answer whole, with its counts in the head; a longer one piece by piece while its rows
//! come, with its counts in the trailer. What breaks off is seen to break off. Knows no statement.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use chrono::SecondsFormat;
use http_body::Frame;
use quarterdeck_wire::encode::{Counts, Encoder, Format};
use quarterdeck_wire::{Answer, Give, Given, Gone, SqlError, WireLimits, given};

use crate::problem::Problem;

/// Rows of the answer; in the head of a short answer, else in the trailer.
const ROW_COUNT: HeaderName = HeaderName::from_static("x-row-count");
/// Whether the limit cut rows off; stands beside the count.
const TRUNCATED: HeaderName = HeaderName::from_static("x-truncated");
/// Most rows of the answer; always in the head.
const ROW_LIMIT: HeaderName = HeaderName::from_static("x-row-limit");
/// The newest landing that the answer knows of.
const KNOWLEDGE_TIME: HeaderName = HeaderName::from_static("x-knowledge-time");

/// An answer that is being written.
struct Writing {
    answer: Answer,
    encoder: Encoder,
    bytes: u64,
    most_bytes: u64,
}

/// Sends `answer` as `format`.
pub(crate) async fn send(answer: Answer, format: Format, row_limit: usize, limits: &WireLimits) -> Result<Response, Problem> {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(ROW_LIMIT, HeaderValue::from(row_limit));
    let knowledge_time = answer.knowledge_time().map(|instant| instant.to_rfc3339_opts(SecondsFormat::Micros, true));
    if let Some(Ok(instant)) = knowledge_time.as_deref().map(HeaderValue::from_str) {
        headers.insert(KNOWLEDGE_TIME, instant);
    }
    let encoder = Encoder::new(format, answer.schema(), answer.knowledge_time())?;
    let mut writing = Writing { answer, encoder, bytes: 0, most_bytes: limits.http_answer_bytes };
    let mut gathered = Vec::new();
    while gathered.len() <= limits.http_gathered_bytes {
        match writing.piece().await? {
            Some(piece) => gathered.extend_from_slice(&piece),
            None => {
                let (last, counts) = writing.end()?;
                gathered.extend_from_slice(&last);
                headers.extend(told(counts));
                *response.body_mut() = Body::from(gathered);
                return Ok(response);
            }
        }
    }
    headers.insert(header::TRAILER, HeaderValue::from_static("x-row-count, x-truncated"));
    let (give, pieces) = given(Duration::from_millis(limits.stalled_ms));
    tokio::spawn(flow(writing, gathered, give));
    *response.body_mut() = Body::new(AnswerBody { pieces, whole: false });
    Ok(response)
}

impl Writing {
    /// The next bytes, some of them empty; none when all rows have been written.
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, SqlError> {
        let Some(batch) = self.answer.next().await? else { return Ok(None) };
        self.encoder.write(&batch)?;
        let piece = self.encoder.take();
        self.count(&piece)?;
        Ok(Some(piece))
    }

    fn end(self) -> Result<(Vec<u8>, Counts), SqlError> {
        let counts = Counts { rows: self.answer.rows(), truncated: self.answer.truncated() };
        let sent = self.answer.sent();
        let last = self.encoder.finish(counts)?;
        sent.more(last.len());
        Ok((last, counts))
    }

    fn count(&mut self, piece: &[u8]) -> Result<(), SqlError> {
        self.answer.sent().more(piece.len());
        self.bytes += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if self.bytes > self.most_bytes {
            let message = format!("the answer is over the limit of {} bytes (http_answer_bytes)", self.most_bytes);
            return Err(SqlError::new("54000", message).with_hint("ask for fewer rows or columns"));
        }
        Ok(())
    }
}

fn told(counts: Counts) -> HeaderMap {
    let truncated = HeaderValue::from_static(if counts.truncated { "true" } else { "false" });
    HeaderMap::from_iter([(ROW_COUNT, HeaderValue::from(counts.rows)), (TRUNCATED, truncated)])
}

/// Writes until the end, or until nobody takes what is written.
async fn flow(mut writing: Writing, gathered: Vec<u8>, give: Give<Result<Frame<Bytes>, SqlError>>) {
    writing.answer.ends_with(Box::pin(give.away()));
    let flowed = async {
        let mut piece = gathered;
        loop {
            if !piece.is_empty() {
                give.give(Ok(Frame::data(piece.into()))).await?;
            }
            match writing.piece().await {
                Ok(Some(next)) => piece = next,
                Ok(None) => break,
                Err(error) => return give.give(Err(error)).await,
            }
        }
        match writing.end() {
            Ok((last, counts)) => {
                give.give(Ok(Frame::data(last.into()))).await?;
                give.give(Ok(Frame::trailers(told(counts)))).await
            }
            Err(error) => give.give(Err(error)).await,
        }
    };
    if flowed.await == Err(Gone::Stalled) {
        tracing::debug!("a client stopped reading its answer and was let go");
    }
}

/// Pieces that end with a trailer; without one they have broken off.
struct AnswerBody {
    pieces: Given<Result<Frame<Bytes>, SqlError>>,
    whole: bool,
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = SqlError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, SqlError>>> {
        let piece = std::task::ready!(self.pieces.poll_recv(context));
        match piece {
            Some(Ok(frame)) => {
                self.whole = frame.is_trailers();
                Poll::Ready(Some(Ok(frame)))
            }
            None if !self.whole => {
                self.whole = true;
                Poll::Ready(Some(Err(SqlError::new("57014", "the answer was not taken in time"))))
            }
            other => Poll::Ready(other),
        }
    }
}
