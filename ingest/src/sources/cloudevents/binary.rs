//! Binary mode: attributes in `ce-*` headers, data in the body. Knows how header values are written, nothing of what they mean.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::super::json_object::{JsonText, excerpt};
use super::super::{Delivery, Headers, Wrong};
use super::event::{Event, Scalar};

/// The event of a message in binary mode.
pub(super) fn event<'a>(delivery: &Delivery<'a>) -> Result<Event<'a>, Wrong> {
    let mut event = attributes(delivery.headers)?;
    let is_json = event.datacontenttype.as_ref().is_none_or(|content_type| content_type.0.to_ascii_lowercase().contains("json"));
    if is_json && !delivery.body.is_empty() {
        let text = super::utf8(delivery.body)?;
        let data: &RawValue =
            serde_json::from_str(text).map_err(|error| Wrong::field("data", excerpt(text), format!("is no JSON: {error}")))?;
        event.data = Some(data);
    }
    Ok(event)
}

/// The event without its data.
pub(super) fn attributes(headers: &Headers) -> Result<Event<'_>, Wrong> {
    let text = |name: &str| Ok::<_, Wrong>(attribute(headers, name)?.map(JsonText));
    let extension = |name: &str| Ok::<_, Wrong>(attribute(headers, name)?.map(Scalar));
    Ok(Event {
        specversion: text("ce-specversion")?,
        id: text("ce-id")?,
        source: text("ce-source")?,
        kind: text("ce-type")?,
        time: text("ce-time")?,
        datacontenttype: headers.get("content-type").map(|value| JsonText(Cow::Borrowed(value))),
        data: None,
        data_base64: None,
        sequence: extension("ce-sequence")?,
        partial: extension("ce-partial")?,
        instance: extension("ce-instance")?,
    })
}

fn attribute<'a>(headers: &'a Headers, name: &str) -> Result<Option<Cow<'a, str>>, Wrong> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let decoded =
        decoded(value).ok_or_else(|| Wrong::field(name, excerpt(value), "is not UTF-8 once its percent signs are read"))?;
    Ok(Some(decoded))
}

/// `value` without quotes and after one round of percent-decoding; what needed no encoding, or was sent without it, stays as it is.
fn decoded(value: &str) -> Option<Cow<'_, str>> {
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    if quoted.is_none() && !value.contains('%') {
        return Some(Cow::Borrowed(value));
    }
    let unquoted = quoted.map_or(Cow::Borrowed(value), |inner| Cow::Owned(without_escapes(inner)));
    percent_decoded(unquoted.as_bytes()).map(Cow::Owned)
}

/// A backslash in a quoted string stands before the character that is meant.
fn without_escapes(quoted: &str) -> String {
    let mut escaped = false;
    let keep = |letter: &char| {
        escaped = *letter == '\\' && !escaped;
        !escaped
    };
    quoted.chars().filter(keep).collect()
}

/// A percent sign that does not start a code stays as it is.
fn percent_decoded(bytes: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let code =
            if *first == b'%' { after.split_at_checked(2).and_then(|(code, after)| Some((hex(code)?, after))) } else { None };
        let (byte, after) = code.unwrap_or((*first, after));
        decoded.push(byte);
        rest = after;
    }
    String::from_utf8(decoded).ok()
}

fn hex(code: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(code).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u8::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_round_of_decoding() {
        let shown = |value| decoded(value).map(Cow::into_owned);
        assert_eq!(shown("Euro%20%E2%82%AC%20%F0%9F%98%80").as_deref(), Some("Euro € 😀"));
        assert_eq!(shown("Euro € 😀").as_deref(), Some("Euro € 😀"));
        assert_eq!(shown("%2525").as_deref(), Some("%25"));
        assert_eq!(shown("100%").as_deref(), Some("100%"));
        assert_eq!(shown(r#""a \"b\" \\ %41""#).as_deref(), Some(r#"a "b" \ A"#));
        assert_eq!(shown("%C3%28"), None);
        assert_eq!(shown("\""), Some("\"".to_owned()));
    }
}
