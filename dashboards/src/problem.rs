//! Errors as RFC 9457 problems. The one place where an error's kind becomes an HTTP status, and where it is logged.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use quarterdeck_control::{ControlError, Kind as ControlKind};
use quarterdeck_engine::{EngineError, Kind};
use quarterdeck_wire::SqlError;
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response as Documented, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// Result of a handler.
pub(crate) type Answer<T> = Result<T, Problem>;

/// An RFC 9457 problem.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// A name for the sort of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The sort of problem in words.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What happened, and what to do about it.
    pub detail: String,
    /// Seconds until it is worth trying again; sent as a header.
    #[serde(skip)]
    #[schema(ignore)]
    retry_after_seconds: Option<u16>,
    /// Of a statement: the five characters of SQLSTATE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<&'static str>,
    /// Of a statement: what to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Of a statement: where in it, in characters from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
}

/// The problems that whoever signs in or sets things up can meet, as the document describes them.
pub(crate) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        let known = [
            ("400", "What was sent cannot be read, or is not good; the detail says what to send instead"),
            ("401", "Who asks is not known, or the login or password is not right"),
            ("403", "Who asks may not do this"),
            ("404", "There is no such thing, or not for whoever asks"),
            ("429", "Too many tries; Retry-After says when the next one counts"),
        ];
        let documented = |description: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            RefOr::T(ResponseBuilder::new().description(description).content(MEDIA_TYPE, content).build())
        };
        known.into_iter().map(|(status, description)| (status.to_owned(), documented(description))).collect()
    }
}

const MEDIA_TYPE: &str = "application/problem+json";

impl Problem {
    fn new(status: StatusCode, kind: &str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self {
            kind: format!("urn:problem:{kind}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            retry_after_seconds: None,
            sqlstate: None,
            hint: None,
            position: None,
        }
    }

    /// 401: who asks is not known.
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not-signed-in", "Sign in, or send a token as `Authorization: Bearer …`.")
    }

    /// 401: not this login with this password. Which of the two is wrong is not told.
    pub(crate) fn sign_in_refused() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign-in-refused", "The login or the password is not right.")
    }

    /// Whether it is that who asks is not known.
    pub(crate) fn is_unauthorized(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED.as_u16()
    }

    /// 403: who asks is known, and may not.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not-allowed", detail)
    }

    /// 405: nobody may do this here.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The address exists; this method does not, here.")
    }

    /// What was sent cannot be read; `status` says more.
    pub(crate) fn unreadable(status: StatusCode, detail: impl Into<String>) -> Self {
        let status = if status == StatusCode::UNPROCESSABLE_ENTITY { StatusCode::BAD_REQUEST } else { status };
        Self::new(status, "bad-request", detail)
    }

    /// 400: the question cannot be read.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// 404: there is no such thing, or it is not yours to see.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    /// 406: none of the formats that there are.
    pub(crate) fn not_acceptable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", detail)
    }

    /// A body that is too long, or is not what it says it is.
    pub(crate) fn body(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::new(status, "bad-request", detail)
    }

    /// 500: a fault of ours; what it was goes to the log, not to the asker.
    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %error, "request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong here; it has been logged.")
    }

    fn unavailable(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %error, "storage unavailable");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The records cannot be reached just now; try again shortly.")
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error.kind() {
            Kind::NotFound => Self::not_found(error.to_string()),
            Kind::Invalid => Self::bad_request(error.to_string()),
            Kind::Limit => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "limit", error.to_string()),
            Kind::Unavailable => Self::unavailable(&error),
            Kind::Internal => Self::internal(&error),
        }
    }
}

impl From<ControlError> for Problem {
    fn from(error: ControlError) -> Self {
        match error.kind() {
            ControlKind::NotFound => Self::not_found(error.to_string()),
            ControlKind::NotAuthentic => Self::unauthorized(),
            ControlKind::Conflict | ControlKind::Invalid => Self::bad_request(error.to_string()),
            ControlKind::NotAllowed => Self::forbidden(error.to_string()),
            ControlKind::TooMany => {
                let retry_after_seconds = match &error {
                    ControlError::TooManyAttempts { retry_after_seconds } => {
                        Some(u16::try_from(*retry_after_seconds).unwrap_or(u16::MAX))
                    }
                    _ => None,
                };
                let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", error.to_string());
                Self { retry_after_seconds, ..problem }
            }
            ControlKind::Unavailable => Self::unavailable(&error),
        }
    }
}

/// What a statement failed with, by the class of its SQLSTATE; faults of ours have been logged where they happened.
impl From<SqlError> for Problem {
    fn from(error: SqlError) -> Self {
        let (status, kind) = match error.code {
            "3D000" => (StatusCode::NOT_FOUND, "not-found"),
            "42501" => (StatusCode::FORBIDDEN, "not-allowed"),
            "53200" => (StatusCode::UNPROCESSABLE_ENTITY, "limit"),
            "53300" | "53400" => (StatusCode::TOO_MANY_REQUESTS, "limit"),
            "57014" => (StatusCode::GATEWAY_TIMEOUT, "timeout"),
            "58000" => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            "XX000" => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            code if code.starts_with("54") => (StatusCode::UNPROCESSABLE_ENTITY, "limit"),
            _ => (StatusCode::BAD_REQUEST, "statement"),
        };
        let position = error.position.and_then(|position| u32::try_from(position).ok());
        Self { sqlstate: Some(error.code), hint: error.hint, position, ..Self::new(status, kind, error.message) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
