//! Random texts, and hashes of texts, written in hexadecimal, and how they are compared. Does not know what a text opens, nor where a hash is kept.

use std::fmt::Write;
use std::hint::black_box;

use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};

use crate::{ControlError, Result};

/// That many random bytes of the operating system.
pub(crate) fn random<const BYTES: usize>() -> Result<String> {
    Ok(hexadecimal(&random_bytes::<BYTES>()?))
}

/// The same, not written.
pub(crate) fn random_bytes<const BYTES: usize>() -> Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    SysRng.try_fill_bytes(&mut bytes).map_err(ControlError::store("asking the system for a random secret"))?;
    Ok(bytes)
}

/// SHA-256. It guards a secret of 256 random bits as well as a slow hash would; it does not guard a password.
pub(crate) fn hash(text: &str) -> String {
    hexadecimal(&Sha256::digest(text))
}

/// HMAC-SHA-256: a text that only those who know the secret can make of another one.
pub(crate) fn derived(secret: &str, text: &str) -> Result<[u8; 32]> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(ControlError::store("deriving a secret"))?;
    Ok(mac.chain_update(text).finalize().into_bytes().into())
}

/// Whether two texts are the same, in a time that does not tell how much of them is.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let difference = one.bytes().zip(other.bytes()).fold(0, |all, (one, other)| black_box(all | (one ^ other)));
    one.len() == other.len() && difference == 0
}

/// Whether a text is what [`random`] writes for that many bytes.
pub(crate) fn is_hexadecimal(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Two digits a byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads what [`hexadecimal`] wrote.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks_exact(2);
    let whole = pairs.remainder().is_empty();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect::<Option<Vec<u8>>>().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_sha_256_of_the_text() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_random_text_is_of_the_form_and_never_the_same() {
        let texts: std::collections::BTreeSet<_> = (0..1000).map(|_| random::<32>().unwrap()).collect();
        assert_eq!(texts.len(), 1000);
        assert!(texts.iter().all(|text| is_hexadecimal(text, 32)));
    }

    #[test]
    fn the_form_is_lower_case_and_of_one_length() {
        assert!(is_hexadecimal("00ff", 2));
        for bad in ["", "00f", "00ff0", "00FF", "00fg", "00é"] {
            assert!(!is_hexadecimal(bad, 2), "{bad}");
        }
    }

    #[test]
    fn bytes_come_back() {
        assert_eq!(bytes(&hexadecimal(&[0, 1, 254, 255])), Some(vec![0, 1, 254, 255]));
        for bad in ["0", "0g", "000", "é"] {
            assert_eq!(bytes(bad), None, "{bad}");
        }
    }

    #[test]
    fn sameness_is_of_the_whole() {
        assert!(same("", "") && same("abc", "abc"));
        for (one, other) in [("abc", "abd"), ("abc", "ab"), ("", "a")] {
            assert!(!same(one, other));
        }
    }

    #[test]
    fn a_derived_secret_is_hmac_sha_256() {
        // RFC 4231, test case 2.
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hexadecimal(&derived("Jefe", "what do ya want for nothing?").unwrap()), expected);
    }
}
