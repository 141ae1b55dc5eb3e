//! Signatures that others made, one changed byte, rotated secrets, times out of bounds.

use super::*;
use crate::sources::Headers;

const BODY: &[u8] = br#"{"type":"contact.created","timestamp":"2022-11-03T20:26:10.344522Z","data":{"id":"1f81eb52-5198-4599-803e-771906343485"}}"#;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn standard(list: &str) -> Headers {
    let headers =
        Headers::default().with("webhook-id", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W").with("webhook-timestamp", "1674087231");
    headers.with("webhook-signature", list)
}

fn is_standard(headers: &Headers, body: &[u8], secret: &[u8], now: i64) -> bool {
    is_standard_webhook(&Delivery { headers, body, received_at: at(now) }, secret, at(now))
}

/// Secret, body and signature as the library `standardwebhooks` (Python) made them.
#[test]
fn what_the_standards_own_library_signed_is_authentic() {
    let secret = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let signature = "v1,ARw42xaAApl/nxRo+iPGYwSaMQaOwMo2eyH5JBRA+bQ=";
    let (signed, time) = (standard(signature), 1_674_087_231);
    assert!(is_standard(&signed, BODY, secret, time));
    assert!(is_standard(
        &standard(&format!(
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== v1,{} {signature}",
            "A".repeat(44)
        )),
        BODY,
        secret,
        time
    ));
    assert!(is_standard(&signed, BODY, secret, time + 300) && is_standard(&signed, BODY, secret, time - 300));
    assert!(!is_standard(&signed, BODY, secret, time + 301) && !is_standard(&signed, BODY, secret, time - 301));
    assert!(!is_standard(&signed, BODY, b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", time));
    assert!(!is_standard(&signed, BODY, b"whsec_", time) && !is_standard(&signed, BODY, b"", time));
    assert!(!is_standard(&signed.clone().with("webhook-id", "msg_other"), BODY, secret, time));
    assert!(!is_standard(&signed.clone().with("webhook-timestamp", "1674087232"), BODY, secret, time));
}

#[test]
fn one_changed_byte_is_noticed_wherever_it_stands() {
    let (secret, time) = (b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1_674_087_231);
    let headers = standard("v1,ARw42xaAApl/nxRo+iPGYwSaMQaOwMo2eyH5JBRA+bQ=");
    for place in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[place] ^= 1;
        assert!(!is_standard(&headers, &body, secret, time), "byte {place}");
    }
    let mut longer = BODY.to_vec();
    longer.push(b'\n');
    assert!(!is_standard(&headers, &longer, secret, time));
}

#[test]
fn a_secret_without_the_prefix_is_the_key() {
    let time = 1_674_087_231;
    let signed = hmac_of(b"plain", &[b"msg_2KWPBgLlAfxdpx2AI54pPJ85f4W.1674087231.", BODY]);
    assert!(is_standard(&standard(&format!("v1,{}", STANDARD.encode(signed))), BODY, b"plain", time));
}

#[test]
fn stripe_signs_time_and_body() {
    let (secret, time) = (b"whsec_test".as_slice(), 1_677_834_000);
    let signature = hex(&hmac_of(secret, &[b"1677834000.", BODY]));
    let header = format!("t=1677834000,v1={},v1={signature},v0=00", "0".repeat(64));
    assert!(is_stripe_signature(&header, BODY, secret, at(time)));
    assert!(
        is_stripe_signature(&header, BODY, secret, at(time + 300)) && !is_stripe_signature(&header, BODY, secret, at(time + 301))
    );
    assert!(!is_stripe_signature(&header.replace("t=1677834000", "t=1677834001"), BODY, secret, at(time)));
    assert!(!is_stripe_signature(&format!("t=1677834000,v0={signature}"), BODY, secret, at(time)), "only v1 counts");
    for header in
        ["", "t=,v1=", "t=1677834000", "v1=00", "t=9999999999999999999,v1=00", "t=1677834000,v1=0", "t=1677834000,v1=zz"]
    {
        assert!(!is_stripe_signature(header, BODY, secret, at(time)), "{header}");
    }
}

#[test]
fn base64_and_hex() {
    let signed = hmac_of(b"secret", &[BODY]);
    assert!(is_base64_hmac(&STANDARD.encode(&signed), b"secret", &[BODY]));
    assert!(is_hex_hmac(&hex(&signed), b"secret", &[BODY]) && is_hex_hmac(&hex(&signed).to_uppercase(), b"secret", &[BODY]));
    assert!(is_hex_hmac(&hex(&signed), b"secret", &[&BODY[..10], &BODY[10..]]), "parts are signed as one");
    assert!(!is_hex_hmac(&hex(&signed)[..62], b"secret", &[BODY]), "a part of a signature is none");
    assert!(!is_base64_hmac("", b"secret", &[BODY]) && !is_hex_hmac("", b"secret", &[BODY]));
}
