//! The form of ids that people choose: short, and safe in paths, URLs and SQL names. Does not know what the ids stand for.

use crate::{ControlError, Result};

const SLUG_MAX_BYTES: usize = 63;

/// Refuses an id that is not 1 to 63 characters of `a-z`, `0-9`, `_` and `-`; `what` names the sort of id in the error.
///
/// # Errors
/// [`ControlError::Invalid`], saying the form.
pub fn check_slug(what: &'static str, id: &str) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    if !id.is_empty() && id.len() <= SLUG_MAX_BYTES && id.bytes().all(allowed) {
        return Ok(());
    }
    Err(ControlError::invalid(what, id, "must be 1 to 63 characters of a-z, 0-9, _ and -"))
}

/// Refuses a name for people that is blank, too long, or holds control characters.
pub(crate) fn check_name(what: &'static str, name: &str) -> Result<()> {
    const NAME_MAX_CHARACTERS: usize = 200;
    if name.trim().is_empty() || name.chars().count() > NAME_MAX_CHARACTERS || name.chars().any(char::is_control) {
        return Err(ControlError::invalid(what, name, "must be 1 to 200 characters, on one line"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_is_safe_in_a_path_and_nothing_else() {
        for good in ["a", "online_retail", "x-1", "0", &"a".repeat(63)] {
            check_slug("tenant id", good).unwrap();
        }
        for bad in ["", "A", "a b", "a/b", "..", "a.b", "é", "a\0", &"a".repeat(64)] {
            let error = check_slug("tenant id", bad).unwrap_err();
            assert_eq!(error.kind(), crate::Kind::Invalid, "{bad:?}");
        }
    }

    #[test]
    fn a_name_is_one_line_of_text() {
        check_name("name", "Müller & Söhne").unwrap();
        for bad in ["", "  ", "two\nlines", &"x".repeat(201)] {
            check_name("name", bad).unwrap_err();
        }
    }
}
