//! Statements of analysts over HTTP.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use quarterdeck_wire::encode::Format;
use quarterdeck_wire::{Parameter, Question};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::answer_body;
use crate::auth::Asker;
use crate::problem::{Answer, Problem};
use crate::state::Dashboards;

/// A statement and what belongs to it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SqlRequest {
    /// The tenant that is asked of.
    pub tenant: String,
    /// One statement that reads.
    pub sql: String,
    /// Values for `$1`, `$2` and so on, or for each `?`: null, true or false, a number, or text, which may also hold an instant, a day or a
    /// decimal.
    #[serde(default)]
    #[schema(value_type = Vec<serde_json::Value>)]
    pub parameters: Vec<Box<RawValue>>,
    /// Knowledge time: answer as it was known then; now without.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<String>,
    /// Most rows of the answer, up to the limit `http_rows`, which also holds without.
    pub limit: Option<usize>,
}

/// An answer in JSON.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written row by row")]
pub(crate) struct SqlAnswer {
    /// The columns of `rows`.
    columns: Vec<SqlColumn>,
    /// The newest landing that the answer knows of.
    knowledge_time: Option<DateTime<Utc>>,
    /// One array a row.
    #[schema(value_type = Vec<Vec<serde_json::Value>>)]
    rows: Vec<()>,
    /// How many rows there are.
    row_count: u64,
    /// Whether the limit cut rows off.
    truncated: bool,
}

/// A column of an answer.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written row by row")]
pub(crate) struct SqlColumn {
    /// Its name.
    name: String,
    /// Its Arrow type.
    r#type: String,
    /// There and true where numbers are written as text, which loses no digit: 64-bit integers and decimals.
    as_text: Option<bool>,
}

/// Answers one statement that reads.
///
/// The format follows `Accept`: JSON unless told otherwise, an Arrow IPC stream, CSV (RFC 4180; no value is an empty field, empty text is
/// `""`), a JSON object a line, or Parquet. `x-row-limit` says how many rows there may be; `x-row-count` and `x-truncated` stand in the head
/// of a short answer and in the trailer of a longer one, for clients that send `TE: trailers`; JSON has both in its body and Parquet in its
/// footer. An answer that fails half way is broken off, never ended as if it were whole.
#[utoipa::path(
    post, path = "/api/v1/sql", tag = "sql", request_body = SqlRequest,
    responses(
        (status = 200, content(
            (SqlAnswer = "application/json"),
            (String = "application/vnd.apache.arrow.stream"),
            (String = "text/csv"),
            (String = "application/x-ndjson"),
            (String = "application/vnd.apache.parquet"),
        )),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 406, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = 504, body = Problem, content_type = "application/problem+json")
    )
)]
pub(crate) async fn ask(
    State(state): State<Dashboards>,
    asker: Asker,
    headers: HeaderMap,
    request: Result<Json<SqlRequest>, JsonRejection>,
) -> Answer<Response> {
    let analysts = state.analysts.as_ref().ok_or_else(|| Problem::not_found("no SQL is answered here"))?;
    let limits = analysts.limits();
    let Json(request) = request.map_err(|rejection| unreadable(&rejection, limits.http_request_bytes))?;
    let format = accepted(&headers)?;
    let rows = request.limit.unwrap_or(limits.http_rows).min(limits.http_rows);
    let question = Question {
        door: "http",
        sql: &request.sql,
        parameters: parameters(&request.parameters)?,
        as_of: request.as_of.as_deref().map(instant).transpose()?,
        rows: Some(rows),
    };
    let mut analyst = analysts.open(asker.identity, &request.tenant).await?;
    let answer = analyst.ask(question).await?;
    answer_body::send(answer, format, rows, limits).await
}

fn unreadable(rejection: &JsonRejection, most: usize) -> Problem {
    let detail = match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => format!("the request is over the limit of {most} bytes (http_request_bytes)"),
        _ => rejection.body_text(),
    };
    Problem::body(rejection.status(), detail)
}

fn instant(text: &str) -> Answer<DateTime<Utc>> {
    text.parse().map_err(|_| Problem::bad_request(format!("`as_of` is `{text}`: write an instant as 2011-12-09T12:30:00Z")))
}

fn parameters(values: &[Box<RawValue>]) -> Answer<Vec<Parameter>> {
    let read = |(index, text): (usize, &str)| {
        Ok(match serde_json::from_str(text) {
            Ok(serde_json::Value::Null) => Parameter::Null,
            Ok(serde_json::Value::Bool(truth)) => Parameter::Truth(truth),
            Ok(serde_json::Value::String(text)) => Parameter::Text(text),
            Ok(serde_json::Value::Number(number)) => {
                number.as_i64().map_or_else(|| Parameter::Number(text.to_owned()), Parameter::Whole)
            }
            _ => {
                let place = index + 1;
                return Err(Problem::bad_request(format!("parameter ${place} is neither null, a truth, a number nor text")));
            }
        })
    };
    values.iter().map(|value| value.get()).enumerate().map(read).collect()
}

/// The format that the client likes best; of several the first of [`Format::ALL`], unless it names them by itself.
fn accepted(headers: &HeaderMap) -> Answer<Format> {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = values.flat_map(|value| value.split(',')).filter_map(range).collect::<Vec<_>>();
    if ranges.is_empty() {
        return Ok(Format::Json);
    }
    // Stable: of equals the one named first.
    ranges.sort_by(|one, other| other.1.total_cmp(&one.1));
    let matching = |(range, _): &(String, f32)| {
        Format::ALL.into_iter().find(|format| match range.strip_suffix('*') {
            Some(start) => range == "*/*" || format.media_type().starts_with(start),
            None => range == format.media_type(),
        })
    };
    ranges.iter().find_map(matching).ok_or_else(|| {
        let all = Format::ALL.map(Format::media_type).join(", ");
        Problem::not_acceptable(format!("no format that `Accept` names; there is {all}"))
    })
}

/// A media range and how much it is liked; none that is not liked at all.
fn range(text: &str) -> Option<(String, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let liked = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |liked| liked.parse().unwrap_or(0.0));
    (liked > 0.0).then_some((name, liked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_the_one_that_is_liked_best() {
        let of = |accept: &str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            accepted(&headers).map_err(|problem| problem.status)
        };
        assert_eq!(of("*/*"), Ok(Format::Json));
        assert_eq!(of("text/csv"), Ok(Format::Csv));
        assert_eq!(of("text/*;q=0.5, application/vnd.apache.parquet"), Ok(Format::Parquet));
        assert_eq!(of("application/json;q=0.1, application/vnd.apache.arrow.stream"), Ok(Format::Arrow));
        assert_eq!(of("image/png"), Err(406));
        assert_eq!(accepted(&HeaderMap::new()).map_err(|problem| problem.status), Ok(Format::Json));
    }
}
