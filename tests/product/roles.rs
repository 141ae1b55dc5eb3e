//! Each role against each endpoint of the HTTP API, as a person and as a token: one table of what is answered, all of it asked. A route that
//! the table does not name fails the test.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use quarterdeck_control::{Control, Domains, Given, NewPerson, PersonRequest, Place, Role, TokenRequest, TokenScope};
use serde_json::{Value, json};

use crate::door::{Door, Shown, control};
use crate::support::Home;

/// Who asks, in the order of the table's columns. `root` administers the installation, the other roles are the partner's, `other` is an
/// administrator of another tenant.
const COLUMNS: [&str; 8] = ["nobody", "executive", "analyst", "operator", "partner", "administrator", "root", "other"];

type Row = (&'static str, &'static str, &'static str, Value, [u16; 8]);

/// Method, route as the document has it, what to ask of it, what to send, and what each is answered. `{n}` is another number each time.
fn table() -> Vec<Row> {
    let none = || Value::Null;
    let seen = [401, 200, 200, 200, 200, 200, 200, 404];
    let sources = [401, 403, 403, 200, 200, 200, 200, 404];
    let listed = [401, 403, 403, 403, 403, 200, 200, 200];
    let unknown = [401, 403, 403, 403, 403, 404, 404, 404];
    let open = [200; 8];
    let role = json!({ "role": "analyst" });
    let person = json!({ "login": "new{n}", "name": "New", "home": "partner:own", "role": { "role": "analyst" } });
    let token = json!({ "name": "new", "role": "analyst", "partner": "own" });
    let provider = json!({
        "issuer": "https://id.example", "client_id": "us", "redirect_url": "https://us.example/sign-in/callback",
        "email_domains": ["example.com"],
    });
    vec![
        ("GET", "/health/live", "", none(), open),
        ("GET", "/health/ready", "", none(), open),
        ("GET", "/api/v1/brand", "", none(), open),
        ("GET", "/api/v1/sign-in", "", none(), open),
        ("POST", "/api/v1/session", "", json!({ "login": "nobody{n}", "password": "wrong" }), [401; 8]),
        ("POST", "/api/v1/password", "", json!({ "login": "nobody{n}", "password": "wrong", "new_password": "x" }), [401; 8]),
        ("GET", "/api/v1/me", "", none(), [401, 200, 200, 200, 200, 200, 200, 200]),
        ("GET", "/api/v1/tenants", "", none(), [401, 200, 200, 200, 200, 200, 200, 200]),
        ("GET", "/api/v1/tenants/{tenant}/pages", "", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/pages/{page}", "", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/kpis", "", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/kpis/{kpi}", "", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/kpis/{kpi}/reading", "?period=all", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/kpis/{kpi}/series", "?period=all&grain=year", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/kpis/{kpi}/slices", "?period=all&by=country", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/kpis/{kpi}/records", "?period=all", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/receipts/{receipt}", "", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/lists/{list}", "", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/health", "", none(), seen),
        ("GET", "/api/v1/tenants/{tenant}/quarantine", "", none(), sources),
        ("POST", "/api/v1/sql", "", json!({ "tenant": "t", "sql": "SELECT 1" }), [401, 403, 200, 403, 200, 200, 200, 404]),
        ("GET", "/api/v1/admin/places", "", none(), listed),
        ("GET", "/api/v1/admin/people", "", none(), listed),
        ("POST", "/api/v1/admin/people", "", person, [401, 403, 403, 403, 403, 201, 201, 403]),
        ("POST", "/api/v1/admin/people/{person}/disable", "", none(), unknown),
        ("POST", "/api/v1/admin/people/{person}/enable", "", none(), unknown),
        ("POST", "/api/v1/admin/people/{person}/reset-password", "", none(), unknown),
        ("PUT", "/api/v1/admin/people/{person}/roles/{place}", "", role, unknown),
        ("DELETE", "/api/v1/admin/people/{person}/roles/{place}", "", none(), unknown),
        ("GET", "/api/v1/admin/tokens", "", none(), listed),
        ("POST", "/api/v1/admin/tokens", "", token, [401, 403, 403, 403, 403, 201, 201, 403]),
        ("DELETE", "/api/v1/admin/tokens/{token}", "", none(), unknown),
        ("GET", "/api/v1/admin/grants", "", none(), listed),
        ("PUT", "/api/v1/admin/grants/{partner}/{tenant}", "", json!({}), [401, 403, 403, 403, 403, 403, 200, 403]),
        ("DELETE", "/api/v1/admin/grants/{partner}/{tenant}", "", none(), [401, 403, 403, 403, 403, 403, 404, 403]),
        ("GET", "/api/v1/admin/providers", "", none(), listed),
        ("PUT", "/api/v1/admin/providers/{partner}", "", provider, [401, 403, 403, 403, 403, 204, 204, 403]),
        ("DELETE", "/api/v1/admin/providers/{partner}", "", none(), [401, 403, 403, 403, 403, 204, 204, 403]),
        ("GET", "/api/v1/admin/audit", "", none(), listed),
        // Last, for it ends the session that asks.
        ("DELETE", "/api/v1/session", "", none(), [401, 204, 204, 204, 204, 204, 204, 204]),
    ]
}

#[expect(clippy::disallowed_methods, reason = "the program's clock is the real one")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Tenants `t`, with a record, and `other`, both of the partner `own`; somebody of each role.
async fn staged(home: &Home) -> Control {
    let rows = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
        1,22423,STAND,2,2011-01-04 10:00:00,10.00,1,France\n";
    let file = home.path().join("one.csv");
    std::fs::write(&file, rows).unwrap();
    home.load("t", "online_retail", &[file]);
    home.succeed(&["tenant", "other"]);
    control(home).await
}

/// A person in a place, signed in.
async fn person(door: &Door, store: &Control, name: &str, place: Place, role: Role) -> Shown {
    let request = PersonRequest { login: name.into(), name: name.into(), home: place, locale: None };
    let given = Given { role, domains: Domains::All, personal: false };
    let new = NewPerson { request, role: Some(given), password: true };
    let (_, password) = store.administration_by_owner(now()).create_person(&new).await.unwrap();
    door.first_sign_in(name, &password.unwrap(), "one password for all of them").await
}

async fn token(store: &Control, role: Role, tenant: Option<&str>) -> Shown {
    let partner_id = "own".to_owned();
    let scope = match tenant {
        Some(tenant) => TokenScope::Tenant { partner_id, tenant_id: tenant.into() },
        None => TokenScope::Partner { partner_id },
    };
    Shown::Token(store.create_token(&TokenRequest::new("test", role, scope), now()).await.unwrap().token)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_is_answered_as_the_table_says() {
    let home = Home::new();
    let store = staged(&home).await;
    let door = Door::open(&home, &[]);
    let root = person(&door, &store, "root", Place::Installation, Role::Administrator).await;
    let own = || Place::Partner("own".into());
    // Twice each: a person, and a token.
    let mut who = vec![(0, "nobody", Shown::Nothing), (6, "root", root.clone())];
    for (column, role) in Role::ALL.into_iter().enumerate() {
        who.push((column + 1, "a person", person(&door, &store, &format!("the-{role}"), own(), role).await));
        who.push((column + 1, "a token", token(&store, role, None).await));
    }
    who.push((7, "a person", person(&door, &store, "other", Place::Tenant("other".into()), Role::Administrator).await));
    who.push((7, "a token", token(&store, Role::Administrator, Some("other")).await));

    let (_, document) = door.ask("GET", "/api/v1/openapi.json", &Shown::Nothing, None).await;
    let documented = routes(&document);
    let table = table();
    let named = table.iter().map(|(method, route, ..)| format!("{method} {route}")).collect::<BTreeSet<_>>();
    assert_eq!(documented.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new(), "routes without expectations");
    assert_eq!(named.difference(&documented).collect::<Vec<_>>(), Vec::<&String>::new(), "expectations without a route");

    let (_, pages) = door.ask("GET", "/api/v1/tenants/t/pages", &root, None).await;
    let (_, reading) = door.ask("GET", "/api/v1/tenants/t/kpis/net_sales/reading?period=all", &root, None).await;
    let known = [
        ("{tenant}", "t"),
        ("{page}", pages["pages"][0]["id"].as_str().unwrap()),
        ("{kpi}", "net_sales"),
        ("{list}", "forecast_runs"),
        ("{receipt}", reading["receipt"].as_str().unwrap()),
        ("{person}", "no_such_person"),
        ("{place}", "partner:own"),
        ("{token}", "no_such_token"),
        ("{partner}", "own"),
    ];
    let mut wrong = Vec::new();
    let mut asked = 0;
    for (method, route, question, body, expected) in &table {
        let mut path = format!("{route}{question}");
        for (name, value) in known {
            // What is removed is not what the other rows stand on.
            let value = if *method == "DELETE" && name == "{tenant}" { "no_such_tenant" } else { value };
            path = path.replace(name, value);
        }
        for (column, what, shown) in &who {
            asked += 1;
            let text = body.to_string().replace("{n}", &asked.to_string());
            let sent = (!body.is_null()).then(|| serde_json::from_str::<Value>(&text).unwrap());
            let set_up = *method == "DELETE" && route.ends_with("providers/{partner}") && expected[*column] == 204;
            if set_up {
                let (_, _, _, provider, _) = table.iter().find(|row| (row.0, row.1) == ("PUT", *route)).unwrap();
                door.ask("PUT", &path, &root, Some(provider)).await;
            }
            // Without what shows that a page of ours sent it, nothing is changed.
            if let Shown::Cookie { pair, .. } = shown
                && *method != "GET"
                && expected[0] != expected[6]
            {
                let forged = Shown::Cookie { pair: pair.clone(), csrf: "forged".into() };
                let (status, _) = door.ask(method, &path, &forged, sent.as_ref()).await;
                if status != 403 {
                    wrong.push(format!("{method} {path} of {} ({what}) without CSRF token: {status}", COLUMNS[*column]));
                }
            }
            let (status, answer) = door.ask(method, &path, shown, sent.as_ref()).await;
            if status != expected[*column] {
                let who = COLUMNS[*column];
                wrong.push(format!("{method} {path} of {who} ({what}): {status}, not {}: {answer}", expected[*column]));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(asked >= 40 * 14, "{asked}");
}

/// Every `METHOD /route` of the document.
fn routes(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap().iter();
    let of = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect::<Vec<_>>();
        methods.into_iter().map(|method| format!("{method} {path}")).collect::<Vec<_>>()
    };
    paths.flat_map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_in_one_tenant_opens_no_other() {
    let home = Home::new();
    let store = staged(&home).await;
    let door = Door::open(&home, &[]);
    // An executive of the partner, and an operator in one of its tenants.
    let shown = person(&door, &store, "ada", Place::Partner("own".into()), Role::Executive).await;
    let ada = store.person_by_login("ada").await.unwrap().unwrap();
    let membership = quarterdeck_control::Membership::new(&ada.id, Place::Tenant("t".into()), Role::Operator);
    store.ensure_membership(&membership).await.unwrap();
    assert_eq!(door.ask("GET", "/api/v1/tenants/t/quarantine", &shown, None).await.0, 200);
    assert_eq!(door.ask("GET", "/api/v1/tenants/other/quarantine", &shown, None).await.0, 403);
    store.disable_person(&ada.id, now()).await.unwrap();
    assert_eq!(door.ask("GET", "/api/v1/tenants/t/pages", &shown, None).await.0, 401, "at once");
}
