//! A real identity provider, `oidc-provider-mock` from PyPI: started, told whom it knows, and signed in at as a browser does.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use openidconnect::http;
use openidconnect::url::Url;

use super::*;

/// The client that a product would give: one request, no redirects.
pub(super) async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = client.execute(request.try_into()?).await?;
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    Ok(response.body(answer.bytes().await?.to_vec()).unwrap())
}

/// Stopped when dropped.
pub(super) struct Server {
    child: Child,
    pub(super) issuer: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub(super) async fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/oidc-provider");
        let found = Command::new(script).stderr(Stdio::inherit()).output().expect("scripts/oidc-provider cannot be run");
        assert!(found.status.success(), "there is no identity provider to test with: what to install stands above");
        let program = String::from_utf8(found.stdout).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program.trim());
        command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--require-nonce", "true"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = Self { child, issuer: format!("http://127.0.0.1:{port}") };
        let started = Instant::now();
        while reqwest::get(format!("{}/jwks", server.issuer)).await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(60), "the identity provider does not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    /// What the provider says of a subject.
    pub(super) async fn knows(&self, subject: &str, claims: serde_json::Value) {
        let request = http::Request::put(format!("{}/users/{subject}", self.issuer));
        let request = request.header("content-type", "application/json").body(claims.to_string().into_bytes()).unwrap();
        assert!(send(request).await.unwrap().status().is_success());
    }

    /// Signs in as a subject, as a browser does: what it brings back, `state` and `code`.
    pub(super) async fn sign_in(&self, url: &str, subject: &str) -> (String, String) {
        let request = http::Request::post(url).header("content-type", "application/x-www-form-urlencoded");
        let answer = send(request.body(format!("sub={subject}").into_bytes()).unwrap()).await.unwrap();
        let location = answer.headers().get("location").expect("the provider sends the browser back").to_str().unwrap();
        assert!(location.starts_with("https://us.example/signed-in?"), "{location}");
        let mut brought = query(location);
        (brought.remove("state").unwrap(), brought.remove("code").unwrap())
    }
}

pub(super) fn query(url: &str) -> BTreeMap<String, String> {
    Url::parse(url).unwrap().query_pairs().into_owned().collect()
}
