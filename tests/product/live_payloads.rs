//! Payloads of other systems as they come to the door: the sample files of each source, read as its own captured files are.

use std::path::{Path, PathBuf};

use quarterdeck_ingest::sources::{self, Source};

use crate::live_support::Door;
use crate::support::checkout;

/// A message of a source, and where it goes.
#[derive(Clone)]
pub(crate) struct Message {
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Message {
    /// Posts it; anything but an acceptance ends the test.
    pub(crate) async fn post(&self, door: &Door) {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
        door.tell(&self.path, &headers, self.body.clone()).await;
    }
}

/// Every message in the sample files of `source`, as posted by the registration's `path`.
pub(crate) fn messages(source: &'static dyn Source, path: &str) -> Vec<Message> {
    let folder = checkout().join("data-samples/payloads").join(source.name());
    let messages = files(&folder).into_iter().flat_map(|file| of_file(source, path, &folder, &file)).collect::<Vec<_>>();
    assert!(!messages.is_empty(), "no samples of {}", source.name());
    messages
}

/// The messages in the one sample file `name`.
pub(crate) fn sample(source: &str, path: &str, name: &str) -> Vec<Message> {
    let folder = checkout().join("data-samples/payloads").join(source);
    of_file(sources::named(source).unwrap(), path, &folder, &folder.join(name))
}

fn of_file(source: &'static dyn Source, path: &str, folder: &Path, file: &Path) -> Vec<Message> {
    let name = file.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
    let bytes = std::fs::read(file).unwrap();
    let message = |(headers, body): (sources::Headers, &[u8])| {
        let mut headers = headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>();
        // The length and the host are those of this request.
        headers.retain(|(name, _)| !["content-length", "host", "content-encoding", "transfer-encoding"].contains(&name.as_str()));
        let (path, more) = address(source.name(), path, &name);
        headers.extend(more);
        Message { path, headers, body: body.to_vec() }
    };
    let base = file.file_name().unwrap().to_string_lossy().into_owned();
    source.deliveries_of_file(&base, &bytes).unwrap_or_default().into_iter().map(message).collect()
}

/// OTLP has paths of its own, and says its encoding; of others the path tells all.
fn address(source: &str, path: &str, file: &str) -> (String, Vec<(String, String)>) {
    if source != "otlp" {
        return (path.to_owned(), Vec::new());
    }
    let signal = if file.contains("trace") { "/v1/traces" } else { "/v1/logs" };
    let encoding = if file.ends_with(".bin") { "application/x-protobuf" } else { "application/json" };
    let key = path.rsplit('/').next().unwrap();
    let headers = [("content-type", encoding.to_owned()), ("authorization", format!("Bearer {key}"))];
    (signal.to_owned(), headers.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
