//! How credentials travel: a token as Bearer, or a browser's cookie, which scripts cannot read and no other site can send. Does not know
//! whether they are good.

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use quarterdeck_control::is_token_session;

/// What somebody shows.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A token as Bearer.
    Token(String),
    /// The cookie of a browser that was signed in by a token.
    TokenSession(String),
    /// A person's session.
    Session(String),
}

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Who is signed in. No other site's page can have it sent.
    Session,
    /// Who has gone to an identity provider, whose page sends them back with it.
    Provider,
}

impl Cookie {
    /// Its name; over HTTPS one that only this very host can have set, and only over HTTPS.
    fn name(self, is_https: bool) -> &'static str {
        match (self, is_https) {
            (Self::Session, false) => "quarterdeck_session",
            (Self::Session, true) => "__Host-quarterdeck_session",
            (Self::Provider, false) => "quarterdeck_sign_in",
            (Self::Provider, true) => "__Host-quarterdeck_sign_in",
        }
    }

    fn same_site(self) -> &'static str {
        match self {
            Self::Session => "Strict",
            Self::Provider => "Lax",
        }
    }

    /// What a browser sent.
    pub(crate) fn read(self, headers: &HeaderMap, is_https: bool) -> Option<&str> {
        let wanted = self.name(is_https);
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.flat_map(|cookies| cookies.split(';')).find_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == wanted && !value.is_empty()).then_some(value)
        })
    }

    /// For a browser to keep so many seconds.
    pub(crate) fn kept(self, value: &str, seconds: i64, is_https: bool) -> Option<HeaderValue> {
        let (name, same_site) = (self.name(is_https), self.same_site());
        let secure = if is_https { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={seconds}{secure}");
        HeaderValue::from_str(&cookie).ok()
    }

    /// For a browser to forget.
    pub(crate) fn forgotten(self, is_https: bool) -> Option<HeaderValue> {
        self.kept("", 0, is_https)
    }
}

impl Credential {
    /// What a request shows. A token as Bearer counts before a cookie.
    pub(crate) fn of(headers: &HeaderMap, is_https: bool) -> Option<Self> {
        let bearer =
            headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
        if let Some(token) = bearer {
            return Some(Self::Token(token.trim().to_owned()));
        }
        let cookie = Cookie::Session.read(headers, is_https)?.to_owned();
        Some(if is_token_session(&cookie) { Self::TokenSession(cookie) } else { Self::Session(cookie) })
    }

    /// The cookie that it came by, if any.
    pub(crate) fn into_cookie(self) -> Option<String> {
        match self {
            Self::Token(_) => None,
            Self::TokenSession(cookie) | Self::Session(cookie) => Some(cookie),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, cookie.parse().unwrap())])
    }

    #[test]
    fn over_https_only_a_cookie_that_this_host_set_counts() {
        let both = headers("quarterdeck_session=planted; __Host-quarterdeck_session=ours");
        assert_eq!(Cookie::Session.read(&both, true), Some("ours"));
        assert_eq!(Cookie::Session.read(&headers("quarterdeck_session=planted"), true), None);
        assert_eq!(Cookie::Session.read(&headers("other=1;quarterdeck_session=ours"), false), Some("ours"));
        let kept = Cookie::Session.kept("v", 60, true).unwrap();
        assert_eq!(kept, "__Host-quarterdeck_session=v; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure");
        assert!(!Cookie::Provider.kept("v", 60, false).unwrap().to_str().unwrap().contains("Secure"));
    }

    #[test]
    fn a_bearer_counts_before_a_cookie() {
        let cookie = format!("t{}", "0".repeat(64));
        let mut both = headers(&format!("quarterdeck_session={cookie}"));
        assert!(Credential::of(&both, false) == Some(Credential::TokenSession(cookie)));
        both.insert(AUTHORIZATION, "Bearer qd_2".parse().unwrap());
        assert!(Credential::of(&both, false) == Some(Credential::Token("qd_2".into())));
    }
}
