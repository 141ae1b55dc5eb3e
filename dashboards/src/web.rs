//! The embedded web app: its files by path, and its page for every other path, so that addresses of the app can be opened directly.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Files;

/// Hashed file names never change their content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// Serves whatever is no route of the API.
pub(crate) async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") || path.starts_with("ingest/") {
        return Problem::not_found(format!("no such address: /{path}")).into_response();
    }
    if let Some(file) = Files::get(path) {
        let kept = if path.starts_with("assets/") { FOR_EVER } else { ASK_AGAIN };
        return ([(header::CONTENT_TYPE, content_type(path)), (header::CACHE_CONTROL, kept)], file.data).into_response();
    }
    if path.starts_with("assets/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    match Files::get("index.html") {
        Some(page) => {
            ([(header::CONTENT_TYPE, content_type("index.html")), (header::CACHE_CONTROL, ASK_AGAIN)], page.data).into_response()
        }
        None => (StatusCode::NOT_FOUND, "The web app was not built into this program: run `make web` and build again.\n")
            .into_response(),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
