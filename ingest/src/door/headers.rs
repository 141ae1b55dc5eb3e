//! Which headers of a request are looked at, and which are kept with the message: those a source may need, never credentials, signatures or
//! where the sender sits.

use axum::http::HeaderMap;

use super::refusal::Refusal;
use crate::sources::Headers;

/// How names begin that are kept.
const KEPT: [&str; 5] = ["x-", "ce-", "webhook-", "shopify-", "content-type"];

/// How names begin that say where the sender sits, or how the request came here.
const WHERE: [&str; 6] = ["x-forwarded-", "x-real-", "x-client-", "x-original-", "x-envoy-", "x-request-start"];

/// What a name contains that stands before a credential or a signature.
const SECRET: [&str; 10] =
    ["authorization", "x-auth", "cookie", "token", "secret", "password", "signature", "hmac", "api-key", "quarterdeck-key"];

/// All headers as text, and the names of those that are no UTF-8 (their text is mended).
pub(super) fn all(headers: &HeaderMap, limit_bytes: usize) -> Result<(Headers, Vec<String>), Refusal> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > limit_bytes {
        return Err(Refusal::HeadersTooLarge);
    }
    let (mut texts, mut mended) = (Headers::default(), Vec::new());
    for name in headers.keys() {
        let values: Vec<_> = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        if headers.get_all(name).iter().any(|value| std::str::from_utf8(value.as_bytes()).is_err()) {
            mended.push(name.as_str().to_owned());
        }
        texts = texts.with(name.as_str(), values.join(", "));
    }
    Ok((texts, mended))
}

/// Those that are kept.
pub(super) fn kept(all: &Headers) -> Headers {
    all.iter().filter(|(name, _)| is_kept(name)).fold(Headers::default(), |kept, (name, value)| kept.with(name, value))
}

fn is_kept(name: &str) -> bool {
    let begins = |with: &&str| name.starts_with(*with);
    KEPT.iter().any(&begins) && !WHERE.iter().any(&begins) && !SECRET.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_whereabouts_are_not_kept() {
        for name in [
            "content-type",
            "x-shopify-topic",
            "x-shopify-event-id",
            "ce-id",
            "webhook-id",
            "webhook-timestamp",
            "x-ms-dynamics-entity-name",
            "x-quarterdeck-topic",
        ] {
            assert!(is_kept(name), "{name}");
        }
        for name in [
            "authorization",
            "cookie",
            "x-api-key",
            "x-n8n-api-key",
            "x-quarterdeck-key",
            "x-auth",
            "x-shopify-hmac-sha256",
            "webhook-signature",
            "stripe-signature",
            "x-zendesk-webhook-signature",
            "x-forwarded-for",
            "x-real-ip",
            "host",
            "content-length",
            "user-agent",
            "x-access-token",
        ] {
            assert!(!is_kept(name), "{name}");
        }
    }

    #[test]
    fn repeated_headers_are_joined_and_bad_text_is_mended() {
        let mut headers = HeaderMap::new();
        headers.append("x-a", "one".parse().unwrap());
        headers.append("x-a", "two".parse().unwrap());
        headers.append("ce-comment", axum::http::HeaderValue::from_bytes(b"\xff").unwrap());
        headers.append("ce-subject", axum::http::HeaderValue::from_bytes("€".as_bytes()).unwrap());
        let (texts, mended) = all(&headers, 1_000).unwrap();
        assert_eq!(texts.get("x-a"), Some("one, two"));
        assert_eq!(texts.get("ce-subject"), Some("€"));
        assert_eq!(mended, ["ce-comment"]);
        assert!(matches!(all(&headers, 10), Err(Refusal::HeadersTooLarge)));
    }
}
