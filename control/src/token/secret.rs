//! The form of a token, `qd_<id>_<secret>`: making one, and telling whether a presented one is right. Does not know whose
//! token it is, nor where hashes are kept.

use crate::Result;
use crate::hexadecimal::{hash, is_hexadecimal, random, same};

const PREFIX: &str = "qd_";
pub(super) const ID_BYTES: usize = 8;
const SECRET_BYTES: usize = 32;

/// A new token. The secret is 256 random bits, so a plain SHA-256 guards it as well as a slow hash would.
pub(super) struct Secret {
    pub(super) id: String,
    secret: String,
}

impl Secret {
    pub(super) fn generate() -> Result<Self> {
        Ok(Self { id: random::<ID_BYTES>()?, secret: random::<SECRET_BYTES>()? })
    }

    pub(super) fn token(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret)
    }

    pub(super) fn hash(&self) -> String {
        hash(&self.secret)
    }
}

/// A token as somebody presents it: of the right form, nothing more.
pub(super) struct Presented<'t> {
    pub(super) id: &'t str,
    secret: &'t str,
}

impl<'t> Presented<'t> {
    pub(super) fn parse(token: &'t str) -> Option<Self> {
        let (id, secret) = token.strip_prefix(PREFIX)?.split_once('_')?;
        (is_hexadecimal(id, ID_BYTES) && is_hexadecimal(secret, SECRET_BYTES)).then_some(Self { id, secret })
    }

    /// Compares hashes in a time that does not tell how much of them is right.
    pub(super) fn matches(&self, secret_hash: &str) -> bool {
        same(&hash(self.secret), secret_hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_token_matches_its_own_hash_alone() {
        let (one, other) = (Secret::generate().unwrap(), Secret::generate().unwrap());
        let token = one.token();
        let presented = Presented::parse(&token).unwrap();
        assert_eq!(presented.id, one.id);
        assert!(presented.matches(&one.hash()));
        assert!(!presented.matches(&other.hash()));
        assert!(!presented.matches(""));
        assert!(!presented.matches(&one.hash()[..63]));
    }

    #[test]
    fn refuses_other_forms() {
        let good = Secret::generate().unwrap().token();
        assert_eq!(good.len(), 3 + 16 + 1 + 64);
        let bad = [
            String::new(),
            "qd_".into(),
            "qd__".into(),
            good[3..].to_owned(),
            good[..83].to_owned(),
            format!("{good}0"),
            good.to_uppercase(),
            good.replace('_', "-"),
            format!("{}é", &good[..82]),
        ];
        for token in bad {
            assert!(Presented::parse(&token).is_none(), "{token}");
        }
    }
}
