//! The routes, and what every request passes: time limit, body limit, compression, meters, security headers.

use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::routing::get;
use axum::{Json, Router, middleware};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access;
use crate::api::{admin, health, kpis, lists, pages, reading, receipts, records, series, session, slices, sql, tenants, who};
use crate::exports;
use crate::meters;
use crate::sign_in::{link, provider};
use crate::state::Dashboards;
use crate::web;

#[derive(OpenApi)]
#[openapi(info(
    title = "Operations API",
    description = "KPIs of a tenant, the records behind them, and the health of its data.",
    version = "1"
))]
struct Document;

/// Where the OpenAPI document stands.
const OPENAPI_PATH: &str = "/api/v1/openapi.json";

/// Arrow and Parquet are packed as they are.
const PACKED: NotForContentType = NotForContentType::const_new("application/vnd.apache");

/// What a page of ours may load: itself alone.
const CONTENT_SECURITY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/// The whole door.
pub fn router(state: Dashboards) -> Router {
    let (api, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(who::me))
        .routes(routes!(who::brand))
        .routes(routes!(session::ways))
        .routes(routes!(session::sign_in, session::sign_out))
        .routes(routes!(session::change_password))
        .routes(routes!(tenants::tenants))
        .routes(routes!(pages::list))
        .routes(routes!(pages::one))
        .routes(routes!(kpis::catalogue))
        .routes(routes!(kpis::one))
        .routes(routes!(reading::read))
        .routes(routes!(series::read))
        .routes(routes!(slices::read))
        .routes(routes!(records::read))
        .routes(routes!(receipts::one))
        .routes(routes!(lists::read))
        .routes(routes!(health::sources))
        .routes(routes!(health::quarantine))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(admin::places::list))
        .routes(routes!(admin::people::list, admin::people::create))
        .routes(routes!(admin::people::disable))
        .routes(routes!(admin::people::enable))
        .routes(routes!(admin::people::reset_password))
        .routes(routes!(admin::roles::give, admin::roles::take))
        .routes(routes!(admin::tokens::list, admin::tokens::create))
        .routes(routes!(admin::tokens::revoke))
        .routes(routes!(admin::grants::list))
        .routes(routes!(admin::grants::put, admin::grants::remove))
        .routes(routes!(admin::providers::list))
        .routes(routes!(admin::providers::put, admin::providers::remove))
        .routes(routes!(admin::audit::list))
        .route_layer(middleware::from_fn_with_state(state.clone(), exports::note))
        .route_layer(middleware::from_fn_with_state(state.clone(), access::gate))
        .split_for_parts();
    // Statements have a place, a deadline and a length of their own, by the analysts' limits.
    let (statements, of_statements) = OpenApiRouter::new().routes(routes!(sql::ask)).split_for_parts();
    let document = document.merge_from(of_statements);
    let statement_bytes = state.analysts.as_ref().map_or(0, |analysts| analysts.limits().http_request_bytes);
    let timeout = Duration::from_millis(state.limits.request_timeout_ms);
    let body_bytes = state.limits.request_body_bytes;
    api.route(OPENAPI_PATH, get(move || async move { Json(document) }))
        .route("/metrics", get(meters::metrics))
        .route("/sign-in", get(link::sign_in))
        .route("/sign-in/provider/{partner}", get(provider::begin))
        .route("/sign-in/callback", get(provider::finish))
        .fallback(web::serve)
        .layer(middleware::from_fn_with_state(state.clone(), meters::measure))
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, timeout))
        .merge(
            statements
                .route_layer(middleware::from_fn_with_state(state.clone(), access::gate))
                .layer(middleware::from_fn_with_state(state.clone(), meters::measure))
                .layer(DefaultBodyLimit::max(statement_bytes)),
        )
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(PACKED)))
        .layer(always(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::REFERRER_POLICY, "no-referrer"))
        .with_state(state)
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}
