//! Signing in over HTTP: at the first start, by password, by a link, by a real identity provider; and that guessing, other sites and late
//! or foreign browsers get nowhere.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_control::{
    AuditFilter, FirstSignIn, Given, IdentityProvider, Membership, NewPerson, PAIR_FREE_FAILURES, PersonRequest, Place, Role,
    TokenRequest, TokenScope,
};
use serde_json::json;

use crate::door::{Door, Shown, control, cookie, read, session};
use crate::support::{Home, checkout};

const CHOSEN: &str = "a much better password";

#[expect(clippy::disallowed_methods, reason = "the program's clock is the real one")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn header<'r>(response: &'r reqwest::Response, name: &str) -> &'r str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_says_once_how_to_sign_in() {
    let home = Home::new();
    let door = Door::open(&home, &[]);
    let line = door.said("first start").expect("it says how to sign in");
    let given = line.rsplit(' ').next().unwrap().to_owned();
    let (status, body) = read(door.signs_in("administrator", &given).await).await;
    assert_eq!((status, &body["password_must_change"]), (200, &json!(true)), "{body}");
    let unchanged = json!({ "login": "administrator", "password": given, "new_password": "short" });
    let (status, problem) = door.ask("POST", "/api/v1/password", &Shown::Nothing, Some(&unchanged)).await;
    assert_eq!(status, 400, "{problem}");
    let administrator = door.first_sign_in("Administrator", &given, CHOSEN).await;
    let (status, me) = door.ask("GET", "/api/v1/me", &administrator, None).await;
    assert_eq!((status, me["person"]["login"].as_str(), me["partner"].is_null()), (200, Some("administrator"), true), "{me}");
    assert!(me["person"]["permissions"].as_array().unwrap().contains(&json!("administration")), "{me}");
    assert_eq!(read(door.signs_in("administrator", &given).await).await.0, 401, "good once");
    assert!(!door.log().contains(&given) && !door.log().contains(CHOSEN), "no password gets into the log");
    drop(door);

    let again = Door::open(&home, &[]);
    again.said("listening on postgres").unwrap();
    assert!(!again.all_said().contains("first start"));
    let signed_in = again.signs_in("administrator", CHOSEN).await;
    assert!(header(&signed_in, "cache-control").contains("no-store"));
    let control = control(&home).await;
    let log = control.audit(&AuditFilter::default(), 100).await.unwrap();
    let actions = log.iter().rev().map(|record| record.entry.action.to_string()).collect::<Vec<_>>();
    assert_eq!(actions, ["password_change", "sign_in", "sign_in_refused", "sign_in"]);
    assert!(!format!("{log:?}").contains(&given));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_a_cookie_that_no_script_reads_and_ends_when_asked() {
    let home = Home::new();
    let door = Door::open(&home, &[]);
    let given = door.said("first start").unwrap().rsplit(' ').next().unwrap().to_owned();
    door.first_sign_in("administrator", &given, CHOSEN).await;

    let response = door.signs_in("administrator", CHOSEN).await;
    let set = header(&response, "set-cookie").to_owned();
    assert!(
        set.starts_with("quarterdeck_session=") && set.contains("HttpOnly; SameSite=Strict") && !set.contains("Secure"),
        "{set}"
    );
    let one = session(response).await;
    let two = session(door.signs_in("administrator", CHOSEN).await).await;
    let Shown::Cookie { pair, csrf } = &one else { unreachable!() };
    assert_eq!(door.ask("GET", "/api/v1/me", &one, None).await.1["csrf"], json!(csrf));
    let Shown::Cookie { csrf: foreign, .. } = &two else { unreachable!() };
    for wrong in ["", "0", foreign.as_str()] {
        let forged = Shown::Cookie { pair: pair.clone(), csrf: wrong.to_owned() };
        assert_eq!(door.ask("DELETE", "/api/v1/session", &forged, None).await.0, 403, "{wrong}");
    }
    let signed_out = door.send("DELETE", "/api/v1/session", &one, None).await;
    assert_eq!(signed_out.status(), 204);
    assert!(header(&signed_out, "set-cookie").contains("Max-Age=0"));
    assert_eq!(door.ask("GET", "/api/v1/me", &one, None).await.0, 401, "the cookie is worth nothing, whoever kept it");
    assert_eq!(door.ask("GET", "/api/v1/me", &two, None).await.0, 200);

    // Behind a proxy that speaks HTTPS.
    let secure = [("x-forwarded-proto", "https")];
    let body = json!({ "login": "administrator", "password": CHOSEN });
    let response = door.send_with("POST", "/api/v1/session", &Shown::Nothing, Some(&body), &secure).await;
    let set = header(&response, "set-cookie").to_owned();
    assert!(set.starts_with("__Host-quarterdeck_session=") && set.ends_with("; Secure") && set.contains("Path=/"), "{set}");
    let kept = session(response).await;
    assert_eq!(door.send_with("GET", "/api/v1/me", &kept, None, &secure).await.status(), 200);
    assert_eq!(door.ask("GET", "/api/v1/me", &kept, None).await.0, 401, "not over plain HTTP");

    let password = json!({ "login": "administrator", "password": CHOSEN, "new_password": "yet another password" });
    door.ask("POST", "/api/v1/password", &Shown::Nothing, Some(&password)).await;
    assert_eq!(door.ask("GET", "/api/v1/me", &two, None).await.0, 401, "a changed password ends other sessions");
    for wrong in [json!({}), json!({ "login": "a" }), json!([]), json!({ "login": "a", "password": "b", "more": 1 })] {
        assert_eq!(door.ask("POST", "/api/v1/session", &Shown::Nothing, Some(&wrong)).await.0, 400, "{wrong}");
    }
    let form = [("content-type", "text/plain")];
    let plain = door.send_with("POST", "/api/v1/session", &Shown::Nothing, None, &form).await;
    assert_eq!(plain.status(), 415, "what another site's form can send is not taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_held_up_and_tells_nothing() {
    let home = Home::new();
    home.succeed(&["tenant", "t"]);
    home.succeed(&["person", "create", "--login", "ada", "--name", "Ada", "--place", "partner:own", "--role", "executive"]);
    let door = Door::open(&home, &[("QUARTERDECK_HTTP_PROXIES", "1")]);
    let from = |address: &'static str| [("x-forwarded-for", address)];
    let guess = async |login: &str, address: &'static str| {
        let body = json!({ "login": login, "password": "a wrong password" });
        door.send_with("POST", "/api/v1/session", &Shown::Nothing, Some(&body), &from(address)).await
    };
    let known = read(guess("ada", "192.0.2.1").await).await;
    let unknown = read(guess("nobody", "192.0.2.1").await).await;
    assert_eq!(known, unknown);
    assert_eq!((known.0, known.1["type"].as_str()), (401, Some("urn:problem:sign-in-refused")));
    for _ in 0..PAIR_FREE_FAILURES {
        guess("ada", "192.0.2.1").await;
    }
    let held = guess("ada", "192.0.2.1").await;
    assert_eq!(held.status(), 429);
    let seconds: u64 = header(&held, "retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(guess("ada", "192.0.2.2").await.status(), 401, "from elsewhere she is not held up");
    assert_eq!(guess("ada", "198.51.100.7, 192.0.2.1").await.status(), 429, "what a client writes itself does not count");
}

/// A real provider; stopped when dropped.
struct Provider {
    child: Child,
    issuer: String,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Provider {
    async fn start() -> Self {
        let found = Command::new(checkout().join("scripts/oidc-provider")).stderr(Stdio::inherit()).output().unwrap();
        assert!(found.status.success(), "there is no identity provider to test with: what to install stands above");
        let program = String::from_utf8(found.stdout).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let mut command = Command::new(program.trim());
        command.args(["--host", "127.0.0.1", "--port", &port, "--require-nonce", "true"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let provider = Self { child, issuer: format!("http://127.0.0.1:{port}") };
        let started = Instant::now();
        while reqwest::get(format!("{}/jwks", provider.issuer)).await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(60), "the identity provider does not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        provider
    }

    async fn knows(&self, subject: &str, email: &str) {
        let claims = json!({ "email": email, "email_verified": true, "name": subject }).to_string();
        let client = reqwest::Client::new();
        let request = client.put(format!("{}/users/{subject}", self.issuer)).header("content-type", "application/json");
        assert!(request.body(claims).send().await.unwrap().status().is_success());
    }

    /// Where the provider sends a browser back to, after somebody has signed in there.
    async fn signs_in(&self, url: &str, subject: &str) -> String {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client.post(url).header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(format!("sub={subject}")).send().await.unwrap();
        header(&response, "location").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partners_people_come_by_its_identity_provider() {
    let home = Home::new();
    home.succeed(&["tenant", "t"]);
    let store = control(&home).await;
    let door = Door::open(&home, &[]);
    let provider = Provider::start().await;
    let setting = IdentityProvider {
        partner_id: "own".into(),
        issuer: provider.issuer.clone(),
        client_id: "us".into(),
        client_secret: Some("hush".into()),
        redirect_url: format!("{}/sign-in/callback", door.address),
        email_domains: ["example.com".to_owned()].into(),
        first_sign_in: FirstSignIn::KnownPeople,
    };
    store.ensure_identity_provider(&setting).await.unwrap();
    let (_, ways) = door.ask("GET", "/api/v1/sign-in", &Shown::Nothing, None).await;
    assert_eq!(ways, json!({ "providers": [{ "partner": "own", "name": "Own", "path": "/sign-in/provider/own" }] }));

    let request =
        PersonRequest { login: "ada@example.com".into(), name: "Ada".into(), home: Place::Partner("own".into()), locale: None };
    let given = Given { role: Role::Analyst, domains: quarterdeck_control::Domains::All, personal: false };
    let new = NewPerson { request, role: Some(given), password: false };
    let (ada, _) = store.administration_by_owner(now()).create_person(&new).await.unwrap();
    provider.knows("ada", "ada@example.com").await;
    provider.knows("eve", "eve@example.com").await;

    let begin = async |path: &str| {
        let response = door.send("GET", path, &Shown::Nothing, None).await;
        let set = header(&response, "set-cookie").to_owned();
        (header(&response, "location").to_owned(), set.split(';').next().unwrap().to_owned(), set)
    };
    let back = async |to: &str, pair: &str| {
        let path = to.strip_prefix(&door.address).unwrap_or_else(|| panic!("{to}"));
        let shown = Shown::Cookie { pair: pair.to_owned(), csrf: String::new() };
        door.send("GET", path, &shown, None).await
    };
    let (there, pair, set) = begin("/sign-in/provider/own?return_to=/t/t/executive").await;
    assert!(there.starts_with(&provider.issuer) && set.contains("HttpOnly; SameSite=Lax"), "{there} {set}");
    let to = provider.signs_in(&there, "ada").await;
    let response = back(&to, &pair).await;
    assert_eq!(header(&response, "location"), "/t/t/executive");
    let kept = Shown::Cookie { pair: cookie(&response).unwrap(), csrf: String::new() };
    let (status, me) = door.ask("GET", "/api/v1/me", &kept, None).await;
    assert_eq!((status, me["person"]["name"].as_str()), (200, Some("Ada")));

    let outcome = async |to: &str, pair: &str| {
        let response = back(to, pair).await;
        assert!(cookie(&response).is_none(), "nobody is signed in");
        header(&response, "location").to_owned()
    };
    assert_eq!(outcome(&to, &pair).await, "/?sign-in=too-late", "a state counts once");
    let (there, pair, _) = begin("/sign-in/provider/own").await;
    let to = provider.signs_in(&there, "ada").await;
    assert_eq!(outcome(&to, "other=1").await, "/?sign-in=too-late", "another browser");
    assert_eq!(outcome(&to, &pair).await, "/?sign-in=too-late", "and then it is used up");
    let (there, pair, _) = begin("/sign-in/provider/own").await;
    let to = provider.signs_in(&there, "eve").await;
    assert_eq!(outcome(&to, &pair).await, "/?sign-in=provider-refused", "nobody is known here by that address");
    let denied = format!("{}/sign-in/callback?error=access_denied&state=x", door.address);
    assert_eq!(outcome(&denied, &pair).await, "/?sign-in=cancelled");
    for path in ["/sign-in/provider/nobody", "/sign-in/provider/own?return_to=//elsewhere.example"] {
        assert_eq!(begin(path).await.0, "/?sign-in=no-provider", "{path}");
    }
    // A role taken away leaves nobody.
    store.remove_membership(&ada.id, &Place::Partner("own".into())).await.unwrap();
    let (there, pair, _) = begin("/sign-in/provider/own").await;
    let to = provider.signs_in(&there, "ada").await;
    assert_eq!(outcome(&to, &pair).await, "/?sign-in=provider-refused");
    store.ensure_membership(&Membership::new(&ada.id, Place::Partner("own".into()), Role::Analyst)).await.unwrap();
    drop(provider);
    assert_eq!(begin("/sign-in/provider/own").await.0, "/?sign-in=provider-unavailable");
    let log = format!("{:?}", store.audit(&AuditFilter::default(), 100).await.unwrap());
    assert!(!log.contains("eve") && !log.contains("example.com"), "an address is in no entry");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_date_is_forgotten_while_serving() {
    let home = Home::new();
    home.succeed(&["tenant", "t"]);
    let store = control(&home).await;
    let long_ago = now() - TimeDelta::days(100);
    let scope = TokenScope::Partner { partner_id: "own".into() };
    let token = store.create_token(&TokenRequest::new("link", Role::Partner, scope), long_ago).await.unwrap().token;
    let expired = async || store.create_token_session(&token, long_ago).await.unwrap();
    expired().await;
    assert_eq!(store.sweep(now()).await.unwrap(), 1, "there is something to forget");
    expired().await;
    let door = Door::open(&home, &[("QUARTERDECK_UPKEEP_SWEEP_INTERVAL_MS", "50")]);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !door.log().contains("swept") {
        assert!(Instant::now() < deadline, "nothing is swept");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(store.sweep(now()).await.unwrap(), 0);
}
