//! Random texts, and hashes of texts, both written in hexadecimal. Does not know what a text opens, nor where a hash is kept.

use std::fmt::Write;

use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};

use crate::{ControlError, Result};

/// That many random bytes of the operating system.
pub(crate) fn random<const BYTES: usize>() -> Result<String> {
    let mut bytes = [0; BYTES];
    SysRng.try_fill_bytes(&mut bytes).map_err(ControlError::store("asking the system for a random secret"))?;
    Ok(hexadecimal(&bytes))
}

/// SHA-256. It guards a secret of 256 random bits as well as a slow hash would; it does not guard a password.
pub(crate) fn hash(text: &str) -> String {
    hexadecimal(&Sha256::digest(text))
}

/// Whether a text is what [`random`] writes for that many bytes.
pub(crate) fn is_hexadecimal(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
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
}
