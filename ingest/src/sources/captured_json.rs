//! Files of captured payloads: the body alone, whose topic the file's name gives, or `{"headers": {…}, "body": {…}}` as webhook testers keep
//! a delivery. The body is the text that stands there, so no signature fits it any more.

use super::json::Object;
use super::{Headers, Wrong};

/// The one delivery of a file.
pub(crate) fn deliveries<'a>(file_name: &str, bytes: &'a [u8]) -> Result<Vec<(Headers, &'a [u8])>, Wrong> {
    let file = Object::parse(bytes)?;
    let (Some(_), Some(body)) = (file.raw("headers"), file.raw("body")) else {
        return Ok(vec![(Headers::of_file(file_name), bytes)]);
    };
    let Some(told) = file.object("headers")? else { return Ok(Vec::new()) };
    let mut headers = Headers::of_file(file_name);
    for name in told.names() {
        if let Some(value) = told.text(name)? {
            headers = headers.with(name, value);
        }
    }
    Ok(vec![(headers, body.get().as_bytes())])
}
