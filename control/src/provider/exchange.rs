//! What is said between us and an identity provider, by the `openidconnect` crate: where it is, for what it is asked, and
//! whether its word is its own. The HTTP client is the caller's. Does not know people, nor where a sign-in under way is kept.

use std::future::Future;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse,
};

use super::IdentityProvider;
use crate::hexadecimal::{derived, hexadecimal};
use crate::{ControlError, Result};

/// How far a provider's clock may be off ours.
const CLOCK_LEEWAY_SECONDS: i64 = 60;

type ProviderClient = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Whom a provider means.
pub(super) struct Claimed {
    /// Its own name for them, which never changes.
    pub(super) subject: String,
    /// Their e-mail address, in small letters, if the provider has made sure that it is theirs.
    pub(super) email: Option<String>,
    /// What they are called.
    pub(super) name: Option<String>,
}

/// What only the browser that began a sign-in can give again: both are derived from its cookie, and stored nowhere.
struct Proofs {
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

impl Proofs {
    fn of(cookie: &str) -> Result<Self> {
        let text = |name| derived(cookie, name).map(|bytes| hexadecimal(&bytes));
        Ok(Self { nonce: Nonce::new(text("quarterdeck nonce")?), verifier: PkceCodeVerifier::new(text("quarterdeck pkce")?) })
    }
}

/// Where to send a browser.
pub(super) async fn authorization_url<H, F, E>(
    provider: &IdentityProvider,
    cookie: &str,
    state: String,
    http: &H,
) -> Result<String>
where
    H: Fn(HttpRequest) -> F + Sync,
    F: Future<Output = Result<HttpResponse, E>> + Send + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    let proofs = Proofs::of(cookie)?;
    let client = client(provider, http).await?;
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&proofs.verifier);
    let request =
        client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || CsrfToken::new(state), move || proofs.nonce);
    let request = request.add_scope(Scope::new("email".into())).add_scope(Scope::new("profile".into()));
    let (url, _, _) = request.set_pkce_challenge(challenge).url();
    Ok(url.into())
}

/// Whom a provider means by a code that a browser brought back.
pub(super) async fn claimed<H, F, E>(
    provider: &IdentityProvider,
    cookie: &str,
    code: String,
    http: &H,
    now: DateTime<Utc>,
) -> Result<Claimed>
where
    H: Fn(HttpRequest) -> F + Sync,
    F: Future<Output = Result<HttpResponse, E>> + Send + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    let proofs = Proofs::of(cookie)?;
    let client = client(provider, http).await?;
    let context = "asking the identity provider for an ID token";
    let request = client.exchange_code(AuthorizationCode::new(code)).map_err(failed(context))?;
    let answer = request.set_pkce_verifier(proofs.verifier).request_async(http).await.map_err(|error| match error {
        RequestTokenError::ServerResponse(response) => refused(format!("the provider says `{}`", response.error().as_ref())),
        other => failed(context)(other),
    })?;
    let token = answer.id_token().ok_or_else(|| refused("the provider gave no ID token"))?;
    let verifier = client.id_token_verifier().set_time_fn(move || now - TimeDelta::seconds(CLOCK_LEEWAY_SECONDS));
    let claims =
        token.claims(&verifier, &proofs.nonce).map_err(|error| refused(format!("its ID token does not count: {error}")))?;
    let is_verified = claims.email_verified().unwrap_or_default();
    Ok(Claimed {
        subject: claims.subject().as_str().to_owned(),
        email: claims.email().filter(|_| is_verified).map(|email| email.as_str().trim().to_lowercase()),
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned()),
    })
}

async fn client<H, F, E>(provider: &IdentityProvider, http: &H) -> Result<ProviderClient>
where
    H: Fn(HttpRequest) -> F + Sync,
    F: Future<Output = Result<HttpResponse, E>> + Send + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    let context = "reading what the identity provider says of itself";
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(failed(context))?;
    let metadata = CoreProviderMetadata::discover_async(issuer, http).await.map_err(failed(context))?;
    let secret = provider.client_secret.clone().map(ClientSecret::new);
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(provider.client_id.clone()), secret);
    Ok(client.set_redirect_uri(RedirectUrl::new(provider.redirect_url.clone()).map_err(failed(context))?))
}

fn refused(detail: impl Into<String>) -> ControlError {
    ControlError::ProviderRefused { detail: detail.into() }
}

/// The library's errors say what they were doing, and their sources why; neither repeats what was sent.
fn failed<E: std::error::Error>(context: &str) -> impl Fn(E) -> ControlError {
    move |error| {
        let why = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        ControlError::ProviderFailed { context: context.to_owned(), detail: format!("{error}{why}") }
    }
}
