//! A key that a sender repeats in every message, where it signs none: `Authorization: Bearer <key>` or `X-Api-Key: <key>`. The door also
//! takes one in the path. Knows no source.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Headers;

/// Whether a header bears `secret`; an empty secret is borne by none.
pub(crate) fn borne(headers: &Headers, secret: &[u8]) -> bool {
    let bearer = headers.get("authorization").and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    let told = bearer.or_else(|| headers.get("x-api-key"));
    told.is_some_and(|told| !secret.is_empty() && equal(told.as_bytes(), secret))
}

/// Compares codes of both, so that the time taken tells neither the length nor where they differ.
fn equal(told: &[u8], secret: &[u8]) -> bool {
    let code = |text: &[u8]| Hmac::<Sha256>::new_from_slice(secret).map(|code| code.chain_update(text));
    match (code(told), code(secret)) {
        (Ok(told), Ok(secret)) => told.verify(&secret.finalize().into_bytes()).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_key_is_taken() {
        let bearer = |value: &str| Headers::default().with("authorization", value);
        assert!(borne(&bearer("Bearer s3cret"), b"s3cret"));
        assert!(borne(&bearer("bearer s3cret"), b"s3cret"));
        assert!(borne(&Headers::default().with("X-Api-Key", "s3cret"), b"s3cret"));
        assert!(!borne(&bearer("Bearer s3cre"), b"s3cret"));
        assert!(!borne(&bearer("Basic s3cret"), b"s3cret"));
        assert!(!borne(&bearer("Bearer "), b""));
        assert!(!borne(&Headers::default(), b"s3cret"));
    }
}
