//! A server on a port of its own, as browsers and programs meet it: what it said when it started, and requests with a cookie or a token.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use quarterdeck_control::Control;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use crate::support::Home;

/// How somebody shows who they are.
#[derive(Clone)]
pub(crate) enum Shown {
    Nothing,
    Token(String),
    /// `name=value`, and what pages send along.
    Cookie {
        pair: String,
        csrf: String,
    },
}

/// Killed when dropped.
pub(crate) struct Door {
    child: Child,
    pub(crate) address: String,
    said: Arc<Mutex<Vec<String>>>,
    errors: std::path::PathBuf,
    client: Client,
    _journal: tempfile::TempDir,
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Door {
    pub(crate) fn open(home: &Home, settings: &[(&str, &str)]) -> Self {
        let journal = tempfile::tempdir().unwrap();
        let errors = journal.path().join("log");
        let mut command = home.command(&["serve"]);
        command.env("QUARTERDECK_HTTP_LISTEN", "127.0.0.1:0").env("QUARTERDECK_POSTGRES_LISTEN", "127.0.0.1:0");
        command.env("QUARTERDECK_JOURNAL_FOLDER", journal.path()).env("QUARTERDECK_LOG", "debug").envs(settings.iter().copied());
        command.stdout(Stdio::piped()).stderr(std::fs::File::create(&errors).unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let address = first.strip_prefix("listening on ").unwrap_or_else(|| panic!("{first}")).to_owned();
        let said = Arc::new(Mutex::new(vec![first]));
        let more = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                more.lock().unwrap().push(line);
            }
        });
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { child, address, said, errors, client, _journal: journal }
    }

    /// A line that it said, or will say soon.
    pub(crate) fn said(&self, part: &str) -> Option<String> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let found = self.said.lock().unwrap().iter().find(|line| line.contains(part)).cloned();
            if found.is_some() || Instant::now() > deadline {
                return found;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Everything that it said until now.
    pub(crate) fn all_said(&self) -> String {
        self.said.lock().unwrap().join("\n")
    }

    /// The process log.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.errors).unwrap()
    }

    pub(crate) async fn send(&self, method: &str, path: &str, shown: &Shown, body: Option<&Value>) -> Response {
        self.send_with(method, path, shown, body, &[]).await
    }

    pub(crate) async fn send_with(
        &self,
        method: &str,
        path: &str,
        shown: &Shown,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Response {
        let mut request = self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.address));
        request = match shown {
            Shown::Nothing => request,
            Shown::Token(token) => request.bearer_auth(token),
            Shown::Cookie { pair, csrf } => request.header("cookie", pair).header("x-csrf-token", csrf),
        };
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Status and body of an answer.
    pub(crate) async fn ask(&self, method: &str, path: &str, shown: &Shown, body: Option<&Value>) -> (u16, Value) {
        read(self.send(method, path, shown, body).await).await
    }

    pub(crate) async fn signs_in(&self, login: &str, password: &str) -> Response {
        self.send("POST", "/api/v1/session", &Shown::Nothing, Some(&json!({ "login": login, "password": password }))).await
    }

    /// Signs somebody in who was given a password to do so once.
    pub(crate) async fn first_sign_in(&self, login: &str, given: &str, chosen: &str) -> Shown {
        let body = json!({ "login": login, "password": given, "new_password": chosen });
        session(self.send("POST", "/api/v1/password", &Shown::Nothing, Some(&body)).await).await
    }
}

/// What a browser keeps of a right sign-in.
pub(crate) async fn session(response: Response) -> Shown {
    let pair = cookie(&response);
    let (status, body) = read(response).await;
    assert_eq!(status, 200, "{body}");
    Shown::Cookie { pair: pair.unwrap(), csrf: body["csrf"].as_str().unwrap().to_owned() }
}

/// The last cookie that was set, as `name=value`.
pub(crate) fn cookie(response: &Response) -> Option<String> {
    let all = response.headers().get_all("set-cookie").iter();
    let kept = all.map(|cookie| cookie.to_str().unwrap()).rfind(|cookie| !cookie.contains("Max-Age=0"));
    kept.map(|cookie| cookie.split(';').next().unwrap().to_owned())
}

pub(crate) async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) })
}

pub(crate) async fn control(home: &Home) -> Control {
    Control::open(home.path().join("control.sqlite").to_str().unwrap()).await.unwrap()
}
