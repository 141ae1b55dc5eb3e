//! Signatures over the exact bytes of a message: HMAC-SHA256 in base64 or hex, Stripe's `t=,v1=`, Standard Webhooks. Every comparison takes
//! the same time wherever the texts differ; an empty secret signs nothing. Knows no source's headers but those of the two standards.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Delivery;

/// How far a signed time may lie from now, either way: the default of Stripe's and of Standard Webhooks' own libraries.
const TOLERANCE_SECONDS: i64 = 300;
/// How many signatures of one header are looked at; senders send one, or two while a secret is replaced.
const MOST_SIGNATURES: usize = 16;

/// Whether `signature` is the base64 of the HMAC-SHA256 of `parts`, one after another.
pub fn is_base64_hmac(signature: &str, secret: &[u8], parts: &[&[u8]]) -> bool {
    STANDARD.decode(signature.trim()).is_ok_and(|signature| is_hmac(&signature, secret, parts))
}

/// Whether `signature` is the HMAC-SHA256 of `parts` in hex.
pub fn is_hex_hmac(signature: &str, secret: &[u8], parts: &[&[u8]]) -> bool {
    bytes_of_hex(signature.trim()).is_some_and(|signature| is_hmac(&signature, secret, parts))
}

/// Whether `header` (`t=1677834000,v1=…,v1=…`) signs `body`, and was made within five minutes of `now`. Schemes other than `v1` are passed
/// over, as Stripe asks.
pub fn is_stripe_signature(header: &str, body: &[u8], secret: &[u8], now: DateTime<Utc>) -> bool {
    let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
    let Some((_, time)) = fields().find(|(name, _)| *name == "t") else { return false };
    let signatures = fields().filter(|(name, _)| *name == "v1").take(MOST_SIGNATURES);
    is_near(time, now) && any(signatures.map(|(_, signature)| is_hex_hmac(signature, secret, &[time.as_bytes(), b".", body])))
}

/// Whether `delivery` bears a `webhook-signature` list (`v1,… v1,…`) of which one signs id, time and body, made within five minutes of
/// `now`. A secret that starts with `whsec_` is the base64 of the key; any other is the key. Signatures by key pairs (`v1a`) are passed over.
pub fn is_standard_webhook(delivery: &Delivery<'_>, secret: &[u8], now: DateTime<Utc>) -> bool {
    let header = |name: &str| delivery.headers.get(name);
    let (Some(id), Some(time), Some(list)) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
    else {
        return false;
    };
    let key = match secret.strip_prefix(b"whsec_") {
        Some(encoded) => STANDARD.decode(encoded).unwrap_or_default(),
        None => secret.to_vec(),
    };
    let signed = [id.as_bytes(), b".", time.as_bytes(), b".", delivery.body];
    let signatures = list.split_ascii_whitespace().filter_map(|entry| entry.strip_prefix("v1,")).take(MOST_SIGNATURES);
    is_near(time, now) && any(signatures.map(|signature| is_base64_hmac(signature, &key, &signed)))
}

/// Whether one of them is true; looks at all of them.
fn any(mut truths: impl Iterator<Item = bool>) -> bool {
    truths.by_ref().fold(false, |found, truth| found | truth)
}

fn is_near(seconds: &str, now: DateTime<Utc>) -> bool {
    let at = seconds.parse::<i64>().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    at.is_some_and(|at| now.signed_duration_since(at).abs() <= TimeDelta::seconds(TOLERANCE_SECONDS))
}

fn is_hmac(signature: &[u8], secret: &[u8], parts: &[&[u8]]) -> bool {
    if secret.is_empty() {
        return false;
    }
    let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
    parts.iter().for_each(|part| hmac.update(part));
    hmac.verify_slice(signature).is_ok()
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// Signing, for tests: senders do it, not we.
#[cfg(test)]
pub(crate) fn hmac_of(secret: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    parts.iter().for_each(|part| hmac.update(part));
    hmac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests;
