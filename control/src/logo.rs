//! Which SVG may stand as a logo on a page: drawings only, nothing that runs, loads or links. A partner's logo is shown to
//! its tenants' people, so it is checked when it is stored. Does not know how it is shown.

use crate::{ControlError, Result};

const LOGO_MAX_BYTES: usize = 64 * 1024;

const ELEMENTS: [&str; 20] = [
    "circle",
    "clippath",
    "defs",
    "desc",
    "ellipse",
    "g",
    "line",
    "lineargradient",
    "mask",
    "path",
    "polygon",
    "polyline",
    "radialgradient",
    "rect",
    "stop",
    "svg",
    "symbol",
    "text",
    "title",
    "tspan",
];

/// Refuses a logo that is not a plain drawing of at most 64 KiB.
///
/// # Errors
/// [`ControlError::Invalid`], naming what must go.
pub(crate) fn check_logo(svg: &str) -> Result<()> {
    match fault(svg) {
        Some(detail) => Err(ControlError::invalid("logo", svg.trim(), detail)),
        None => Ok(()),
    }
}

fn fault(svg: &str) -> Option<String> {
    if svg.len() > LOGO_MAX_BYTES {
        return Some(format!("is longer than {LOGO_MAX_BYTES} bytes"));
    }
    let lower = svg.trim().to_ascii_lowercase();
    if !lower.starts_with("<svg") || !lower.ends_with("</svg>") {
        return Some("must be one <svg>…</svg> element".into());
    }
    let foreign = element_names(&lower).find(|name| !ELEMENTS.contains(name));
    if let Some(name) = foreign {
        return Some(format!("may not hold <{name}>: draw with {}", ELEMENTS.join(", ")));
    }
    // `&#` could spell the others; `href` would link or load; `\` could spell `url(` in a style.
    for word in ["href", "javascript:", "data:", "@import", "&#", "\\"] {
        if lower.contains(word) {
            return Some(format!("may not hold `{word}`"));
        }
    }
    if lower
        .match_indices("url(")
        .any(|(at, word)| !lower[at + word.len()..].trim_start_matches(['"', '\'', ' ']).starts_with('#'))
    {
        return Some("may use url(…) only for its own parts: url(#name)".into());
    }
    has_event_handler(&lower).then(|| "may not hold event handlers (on…=)".into())
}

/// What follows each `<`, up to the end of the name; `!` and `?` come out as names too, and are in no list.
fn element_names(svg: &str) -> impl Iterator<Item = &str> {
    svg.split('<').skip(1).map(|rest| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(rest.len());
        &rest[..end]
    })
}

/// Whether an attribute, that is what stands before a `=`, begins with `on`.
fn has_event_handler(svg: &str) -> bool {
    svg.match_indices('=').any(|(at, _)| {
        let before = svg[..at].trim_end();
        let start = before.rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '/' | '<')).map_or(0, |at| at + 1);
        before[start..].starts_with("on")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_drawings() {
        for good in [
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z" fill="currentColor"/></svg>"#,
            "<svg viewBox=\"0 0 8 8\">\n<defs><linearGradient id=\"a\"><stop offset='1'/></linearGradient></defs>\n\
             <rect fill=\"url(#a)\" style=\"stroke:#fff\"/><text font-size='3'>One</text></svg>\n",
        ] {
            assert_eq!(fault(good), None);
        }
    }

    #[test]
    fn refuses_what_runs_loads_or_links() {
        for bad in [
            "<p>no</p>",
            "<svg><script>alert(1)</script></svg>",
            "<svg><SCRIPT >alert(1)</SCRIPT></svg>",
            "<svg onload=alert(1)></svg>",
            "<svg><rect fill='a'onclick = 'x()'/></svg>",
            "<svg/onload=alert(1)></svg>",
            "<svg><a href='javascript:x()'><path/></a></svg>",
            "<svg><image xlink:href='http://elsewhere/x.png'/></svg>",
            "<svg><foreignObject><p/></foreignObject></svg>",
            "<svg><rect style='fill:url(http://elsewhere/x)'/></svg>",
            "<svg><rect style='fill:\\75rl(http://elsewhere/x)'/></svg>",
            "<svg><style>@import 'x'</style></svg>",
            "<svg><animate attributeName='x'/></svg>",
            "<svg><!-- --></svg>",
            "<?xml version='1.0'?><svg></svg>",
            "<svg><text>&#106;</text></svg>",
            "<svg></svg><p>more</p>",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
        assert!(fault(&format!("<svg>{}</svg>", " ".repeat(LOGO_MAX_BYTES))).is_some());
    }
}
