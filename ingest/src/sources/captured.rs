//! Captured requests: a file of header lines, an empty line and the body, as `curl -i` shows them. Knows no source.

use super::Headers;

/// The headers and body of a file `*.http`; any other file is a body without headers but the topic that its name gives.
pub(crate) fn request<'a>(file_name: &str, bytes: &'a [u8]) -> (Headers, &'a [u8]) {
    if !file_name.ends_with(".http") {
        return (Headers::of_file(file_name), bytes);
    }
    let mut headers = Headers::default();
    let mut rest = bytes;
    loop {
        let (line, after) = first_line(rest);
        rest = after;
        if line.is_empty() {
            return (headers, rest);
        }
        if let Some((name, value)) = String::from_utf8_lossy(line).split_once(':') {
            headers = headers.with(name.trim(), value.trim());
        }
    }
}

fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let line = parts.next().unwrap_or_default();
    (line.strip_suffix(b"\r").unwrap_or(line), parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_then_body() {
        let (headers, body) = request("a.http", b"Ce-Id: 1\r\nce-type: a:b\r\n\r\n{\"a\":\n1}");
        assert_eq!((headers.get("ce-id"), headers.get("ce-type")), (Some("1"), Some("a:b")));
        assert_eq!(body, b"{\"a\":\n1}");
        assert_eq!(request("a.http", b"ce-id: 1").1, b"");
        assert_eq!(request("a.json", b"{}").1, b"{}");
    }
}
