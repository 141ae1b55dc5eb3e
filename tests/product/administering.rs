//! Setting people, roles, tokens, grants and providers up by the command line and over HTTP: what is said, what is refused, and what stands
//! in the log.

use serde_json::{Value, json};

use crate::door::{Door, Shown};
use crate::support::Home;

fn list(home: &Home, arguments: &[&str]) -> Vec<Value> {
    serde_json::from_str(&home.succeed(&[arguments, &["--format", "json"]].concat())).unwrap()
}

#[test]
fn people_and_their_roles() {
    let home = Home::new();
    home.succeed(&["tenant", "t"]);
    let create =
        ["person", "create", "--login", "Ada@Example.com", "--name", "Ada", "--place", "partner:own", "--role", "analyst"];
    let password = home.succeed(&create);
    assert_eq!(password.trim().len(), 32, "one line: the password");
    assert!(home.fail(&create).contains("stored already"));
    let elsewhere = ["person", "create", "--login", "b", "--name", "B", "--place", "partner:nobody"];
    assert!(home.fail(&elsewhere).contains("names something that is not stored"));
    assert_eq!(home.run(&["person", "create", "--login", "b", "--name", "B", "--place", "somewhere"]).status.code(), Some(2));

    home.succeed(&[
        "member",
        "add",
        "--person",
        "ada@example.com",
        "--place",
        "tenant:t",
        "--role",
        "operator",
        "--domain",
        "service",
    ]);
    let roles = list(&home, &["member", "list", "--person", "ada@example.com"]);
    assert_eq!(roles.len(), 2);
    assert_eq!((&roles[1]["place"], &roles[1]["domains"]), (&"tenant:t".into(), &"service".into()));
    home.succeed(&["member", "remove", "--person", "ada@example.com", "--place", "tenant:t"]);
    assert!(
        home.fail(&["member", "remove", "--person", "ada@example.com", "--place", "tenant:t"]).contains("no role in tenant:t")
    );

    let second = home.succeed(&["person", "reset-password", "ada@example.com"]);
    assert!(second.trim().len() == 32 && second != password);
    home.succeed(&["person", "disable", "ada@example.com"]);
    let people = list(&home, &["person", "list"]);
    assert_eq!(people[0]["login"], "ada@example.com");
    assert!(people[0]["disabled_at"].is_string());
    home.succeed(&["person", "enable", "ada@example.com"]);
    assert!(home.fail(&["person", "enable", "ada@example.com"]).contains("not disabled"));
    assert!(home.fail(&["person", "disable", "nobody"]).contains("no person named `nobody`"));

    let log = list(&home, &["audit", "list"]);
    let said = log.iter().rev().map(|entry| entry["action"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(said, ["person_change", "policy_change", "policy_change", "password_change", "person_change", "person_change"]);
    assert!(log.iter().all(|entry| entry["who"] == "service"));
    assert_eq!(list(&home, &["audit", "list", "--action", "password_change", "--limit", "1"]).len(), 1);
    let csv = home.succeed(&["person", "list", "--format", "csv"]);
    assert!(csv.starts_with("login,name,home,roles,"), "{csv}");
}

#[test]
fn grants_tokens_and_providers() {
    let home = Home::new();
    home.succeed(&["tenant", "t"]);
    home.succeed(&[
        "grant",
        "add",
        "--partner",
        "own",
        "--tenant",
        "t",
        "--domain",
        "commerce",
        "--only",
        "orders.country=France",
    ]);
    let grants = list(&home, &["grant", "list"]);
    assert_eq!((&grants[0]["domains"], &grants[0]["personal"]), (&"commerce".into(), &"no".into()));
    assert_eq!(grants[0]["only"], "orders.country=France");
    assert!(home.fail(&["grant", "add", "--partner", "nobody", "--tenant", "t"]).contains("nobody"));
    assert!(home.fail(&["grant", "add", "--partner", "own", "--tenant", "t", "--only", "France"]).contains("write it as"));

    let token = home.succeed(&["token", "create", "--tenant", "t", "--name", "nightly", "--expires", "2999-01-01T00:00:00Z"]);
    let id = token.trim().split('_').nth(1).unwrap().to_owned();
    let tokens = list(&home, &["token", "list"]);
    assert_eq!((&tokens[0]["id"], &tokens[0]["name"]), (&id.as_str().into(), &"nightly".into()));
    assert!(!home.succeed(&["token", "list"]).contains(token.trim()));
    home.succeed(&["token", "revoke", &id]);
    assert!(home.fail(&["token", "revoke", &id]).contains("revoked already"));
    assert!(home.fail(&["token", "revoke", "0123456789abcdef"]).contains("no token named"));
    assert!(home.fail(&["token", "create", "--partner", "nobody", "--name", "n"]).contains("no partner named `nobody`"));

    let secret = home.path().join("secret");
    std::fs::write(&secret, "hush\n").unwrap();
    let set = |more: &[&str]| {
        let set = ["provider", "set", "--partner", "own", "--issuer", "https://id.example", "--client-id", "us"];
        let more = ["--redirect-url", "https://us.example/sign-in/callback"].iter().chain(more);
        set.iter().chain(more).map(|argument| (*argument).to_owned()).collect::<Vec<_>>()
    };
    let run = |arguments: Vec<String>| home.succeed(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    run(set(&["--client-secret-file", secret.to_str().unwrap()]));
    run(set(&["--email-domain", "example.com", "--new-people", "executive"]));
    let shown = home.succeed(&["provider", "show", "--format", "json"]);
    assert!(shown.contains("\"stored\"") && shown.contains("executive") && !shown.contains("hush"), "{shown}");
    home.succeed(&["provider", "remove", "--partner", "own"]);
    assert!(home.fail(&["provider", "remove", "--partner", "own"]).contains("no identity provider"));
    home.succeed(&["grant", "remove", "--partner", "own", "--tenant", "t"]);
    assert!(home.fail(&["grant", "remove", "--partner", "own", "--tenant", "t"]).contains("not granted"));
}

#[test]
fn the_log_is_verified() {
    let home = Home::new();
    home.succeed(&["tenant", "t"]);
    for name in ["one", "two", "three"] {
        home.succeed(&["token", "create", "--tenant", "t", "--name", name]);
    }
    let found: Value = serde_json::from_str(&home.succeed(&["audit", "verify", "--format", "json"])).unwrap();
    assert_eq!((&found["sound_entries"], &found["broken_at"]), (&3.into(), &Value::Null));
    let end = found["end"].as_str().unwrap().to_owned();
    home.succeed(&["token", "create", "--tenant", "t", "--name", "four"]);
    home.succeed(&["audit", "verify", "--noted", &end]);
    let wrong = format!("3:{}", "0".repeat(64));
    let output = home.run(&["audit", "verify", "--noted", &wrong]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("entry 3 is not the one that was noted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_what_is_made_is_shown_once_and_the_log_is_read_in_pages() {
    let home = Home::new();
    home.succeed(&["tenant", "t"]);
    let door = Door::open(&home, &[]);
    let given = door.said("first start").unwrap().rsplit(' ').next().unwrap().to_owned();
    let root = door.first_sign_in("administrator", &given, "a much better password").await;
    let person = json!({
        "login": "ada", "name": "Ada", "home": "partner:own", "locale": "en-GB",
        "role": { "role": "analyst", "domains": ["commerce"], "personal": true },
    });
    let (status, made) = door.ask("POST", "/api/v1/admin/people", &root, Some(&person)).await;
    assert_eq!((status, &made["person"]["roles"][0]["domains"]), (201, &json!(["commerce"])), "{made}");
    let once = made["one_time_password"].as_str().unwrap().to_owned();
    let (_, people) = door.ask("GET", "/api/v1/admin/people", &root, None).await;
    assert_eq!(people["people"].as_array().unwrap().len(), 2);
    assert!(!people.to_string().contains(&once));
    let ada = door.first_sign_in("ada", &once, "another good password").await;
    let id = made["person"]["id"].as_str().unwrap();
    let (_, changed) = door.ask("POST", &format!("/api/v1/admin/people/{id}/disable"), &root, None).await;
    assert_eq!(changed, json!({ "changed": true }));
    assert_eq!(door.ask("GET", "/api/v1/me", &ada, None).await.0, 401);

    let token =
        json!({ "name": "nightly", "role": "executive", "partner": "own", "tenant": "t", "expires_at": "2999-01-01T00:00:00Z" });
    let (status, issued) = door.ask("POST", "/api/v1/admin/tokens", &root, Some(&token)).await;
    assert_eq!(status, 201);
    let bearer = Shown::Token(issued["token"].as_str().unwrap().to_owned());
    assert_eq!(door.ask("GET", "/api/v1/tenants", &bearer, None).await.1["tenants"][0]["id"], "t");
    let (_, tokens) = door.ask("GET", "/api/v1/admin/tokens", &root, None).await;
    assert_eq!(tokens["tokens"][0]["expires_at"], "2999-01-01T00:00:00Z");
    assert!(!tokens.to_string().contains(issued["token"].as_str().unwrap()));
    let path = format!("/api/v1/admin/tokens/{}", issued["id"].as_str().unwrap());
    for changed in [true, false] {
        assert_eq!(door.ask("DELETE", &path, &root, None).await.1, json!({ "changed": changed }));
    }
    assert_eq!(door.ask("GET", "/api/v1/tenants", &bearer, None).await.0, 401);

    let filter = json!({ "domains": ["commerce"], "personal": false, "row_filters": [
        { "table": "orders", "column": "country", "values": ["France"] },
    ] });
    assert_eq!(door.ask("PUT", "/api/v1/admin/grants/own/t", &root, Some(&filter)).await.0, 200);
    let (_, grants) = door.ask("GET", "/api/v1/admin/grants", &root, None).await;
    assert_eq!(grants["grants"][0]["row_filters"], filter["row_filters"]);
    for (wrong, detail) in [
        (json!({ "domains": [] }), "must name at least one"),
        (json!({ "domain": ["a"] }), "unknown field"),
        (json!({ "row_filters": [{ "table": "Orders!", "column": "c", "values": ["x"] }] }), "a-z"),
    ] {
        let (status, problem) = door.ask("PUT", "/api/v1/admin/grants/own/t", &root, Some(&wrong)).await;
        assert!(status == 400 && problem["detail"].as_str().unwrap().contains(detail), "{status} {problem}");
    }

    let (mut next, mut seqs) = (String::new(), Vec::new());
    loop {
        let (status, page) = door.ask("GET", &format!("/api/v1/admin/audit?limit=3&after={next}"), &root, None).await;
        assert_eq!(status, 200, "{page}");
        seqs.extend(page["entries"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()));
        let Some(more) = page["next"].as_str() else { break };
        next = more.to_owned();
    }
    let all = i64::try_from(seqs.len()).unwrap();
    assert_eq!(seqs, (1..=all).rev().collect::<Vec<_>>(), "each once, latest first");
    assert!(all >= 9, "{all}");
    let (_, page) = door.ask("GET", "/api/v1/admin/audit?action=token_created", &root, None).await;
    assert_eq!((page["entries"].as_array().unwrap().len(), &page["entries"][0]["who"]["name"]), (1, &json!("Administrator")));
    for wrong in ["after=yesterday", "action=dance", "limit=x", "tenants=t"] {
        assert_eq!(door.ask("GET", &format!("/api/v1/admin/audit?{wrong}"), &root, None).await.0, 400, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_as_a_file_leaves_a_trace() {
    let home = Home::new();
    let file = home.path().join("one.csv");
    let rows = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
        1,22423,STAND,2,2011-01-04 10:00:00,10.00,1,France\n2,22423,STAND,2,2011-01-04 10:00:00,10.00,2,Spain\n";
    std::fs::write(&file, rows).unwrap();
    home.load("t", "online_retail", &[file]);
    let token = home.succeed(&["token", "create", "--tenant", "t", "--role", "executive", "--name", "board"]);
    let door = Door::open(&home, &[]);
    let bearer = Shown::Token(token.trim().to_owned());
    let records = "/api/v1/tenants/t/kpis/net_sales/records?period=all";
    for question in ["", "&format=csv&where=country:Spain", "&format=arrow", "&format=csv&as_of=never"] {
        door.send("GET", &format!("{records}{question}"), &bearer, None).await;
    }
    let exports = list(&home, &["audit", "list", "--action", "export"]);
    let said = exports.iter().map(|one| (one["who"].as_str().unwrap(), &one["tenant"], &one["rows"])).collect::<Vec<_>>();
    let who = format!("board ({})", token.split('_').nth(1).unwrap());
    assert_eq!(said, [(who.as_str(), &json!("t"), &json!("2")), (who.as_str(), &json!("t"), &json!("1"))]);
    assert!(!json!(exports).to_string().contains("Spain"), "what it was narrowed by may name a person");
}
