//! What this door measures of itself, as OpenMetrics at `/metrics`.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::problem::{Answer, Problem};
use crate::state::Dashboards;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: String,
    /// The route's pattern, never the path: a tenant's name is no label.
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    method: String,
    route: String,
    status: u16,
}

/// The meters and their registry.
pub(crate) struct Meters {
    registry: Registry,
    requests: Family<Outcome, Counter>,
    durations: Family<Route, Histogram>,
}

/// Upper bounds of the duration buckets, in seconds.
const SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

impl Meters {
    /// Meters in `registry`.
    pub(crate) fn new(mut registry: Registry) -> Self {
        let requests = Family::default();
        let durations: Family<Route, Histogram> = Family::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register_with_unit("http_request_duration", "Time to answer", Unit::Seconds, durations.clone());
        Self { registry, requests, durations }
    }

    fn note(&self, method: String, route: String, status: u16, elapsed: Duration) {
        self.durations.get_or_create(&Route { method: method.clone(), route: route.clone() }).observe(elapsed.as_secs_f64());
        self.requests.get_or_create(&Outcome { method, route, status }).inc();
    }
}

/// Notes every request.
pub(crate) async fn measure(State(state): State<Dashboards>, request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "web".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().to_string();
    let response = next.run(request).await;
    let (status, elapsed) = (response.status().as_u16(), started.elapsed());
    tracing::debug!(http.method = %method, http.route = %route, http.status = status, elapsed_ms = elapsed.as_millis(), "answered");
    state.meters.note(method, route, status, elapsed);
    response
}

/// `GET /metrics`
pub(crate) async fn metrics(State(state): State<Dashboards>) -> Answer<Response> {
    let mut text = String::new();
    encode(&mut text, &state.meters.registry).map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}
