//! The gate before every call: who has not signed in gets no further than the handshake, whatever they send. Knows no command.

use std::convert::Infallible;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tonic::codegen::{BoxFuture, Service};
use tonic::metadata::MetadataMap;
use tonic::server::NamedService;

use super::callers;
use super::status::status;
use crate::analysts::Analysts;

/// The one call of those who are not known yet.
const HANDSHAKE: &str = "/Handshake";

/// A service behind the gate.
#[derive(Clone)]
pub(super) struct Gate<S> {
    service: S,
    analysts: Analysts,
}

impl<S> Gate<S> {
    pub(super) fn before(service: S, analysts: Analysts) -> Self {
        Self { service, analysts }
    }
}

impl<S: NamedService> NamedService for Gate<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<Request<Body>> for Gate<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Response<Body>, Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // The one that is ready answers; its copy is for the next call.
        let copy = self.service.clone();
        let (mut service, analysts) = (std::mem::replace(&mut self.service, copy), self.analysts.clone());
        Box::pin(async move {
            if !request.uri().path().ends_with(HANDSHAKE) {
                let headers = MetadataMap::from_headers(request.headers().clone());
                match callers::identify(&analysts, &headers).await {
                    Ok(identity) => request.extensions_mut().insert(identity),
                    Err(error) => return Ok(status(error).into_http()),
                };
            }
            service.call(request).await
        })
    }
}
