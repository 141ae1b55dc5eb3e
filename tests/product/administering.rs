//! Setting people, roles, tokens, grants and providers up by the command line: what it says, what it refuses, and what stands in the log.

use serde_json::Value;

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
