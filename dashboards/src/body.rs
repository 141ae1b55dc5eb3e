//! The body of a request as JSON; what cannot be read is a problem that says where.

use axum::Json;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use crate::problem::Problem;
use crate::state::Dashboards;

/// A body of JSON. Only `application/json` is taken, which no other site's form can send.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Dashboards> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Dashboards) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::unreadable(rejection.status(), rejection.body_text())),
        }
    }
}
