//! How identity providers are asked: one request at a time, no redirect followed, the answer bounded in time and size.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::http;
use quarterdeck_control::{HttpRequest, HttpResponse};
use quarterdeck_dashboards::ProviderClient;
use reqwest::Client;
use reqwest::redirect::Policy;

/// The longest that a provider may take for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest answer: a set of keys with its certificates is some ten thousand bytes.
const ANSWER_MAX_BYTES: usize = 1 << 20;

/// A client for identity providers.
pub(crate) fn new() -> Result<ProviderClient> {
    let client = Client::builder().redirect(Policy::none()).timeout(ANSWER_TIMEOUT).build()?;
    Ok(Arc::new(move |request| {
        let client = client.clone();
        Box::pin(async move { send(&client, request).await })
    }))
}

async fn send(client: &Client, request: HttpRequest) -> std::io::Result<HttpResponse> {
    let failed = |error: reqwest::Error| std::io::Error::other(error.without_url());
    let request = request.try_into().map_err(failed)?;
    let mut answer = client.execute(request).await.map_err(failed)?;
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > ANSWER_MAX_BYTES {
            return Err(std::io::Error::other(format!("the answer is longer than {ANSWER_MAX_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    response.body(body).map_err(std::io::Error::other)
}
