//! The PostgreSQL door over a real wire, by the clients that analysts bring: what they see, what is refused, what stops, and what is noted.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use quarterdeck_control::{AuditFilter, Control};
use serde_json::{Value, json};

use crate::support::{DEMO, Home, checkout};

const GIFTS: &str = "gift_wholesale";
const DESK: &str = "service_desk";
/// Never ends by itself.
const RUNAWAY: &str = "SELECT count(*) FROM order_lines a CROSS JOIN order_lines b CROSS JOIN order_lines c WHERE a.quantity + b.quantity <> c.quantity";

/// A server with both doors on ports of their own; killed when dropped.
struct Server {
    child: Child,
    http: String,
    port: String,
    /// Several servers look at one home: each has a journal of its own.
    _journal: tempfile::TempDir,
}

impl Server {
    fn start(home: &Home) -> Self {
        let journal = tempfile::tempdir().unwrap();
        let mut command = home.command(&["serve"]);
        command.env("QUARTERDECK_HTTP_LISTEN", "127.0.0.1:0").env("QUARTERDECK_POSTGRES_LISTEN", "127.0.0.1:0");
        command.env("QUARTERDECK_JOURNAL_FOLDER", journal.path());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = |before: &str| {
            let line = lines.next().unwrap().unwrap();
            line.strip_prefix(before).unwrap_or_else(|| panic!("{line}")).to_owned()
        };
        let http = next("listening on ");
        let port = next("listening on postgres://127.0.0.1:");
        Self { child, http, port, _journal: journal }
    }

    fn psql(&self, tenant: &str, user: &str, password: &str, statement: &str) -> Output {
        let mut command = Command::new("psql");
        command.args(["-X", "-A", "-t", "-h", "127.0.0.1", "-p", &self.port, "-U", user, "-d", tenant, "-c", statement]);
        command.env("PGPASSWORD", password).env("PGCONNECT_TIMEOUT", "20").output().expect("psql; run scripts/need psql")
    }

    /// What psql answers to a statement that must succeed.
    fn asks(&self, tenant: &str, user: &str, password: &str, statement: &str) -> String {
        let output = self.psql(tenant, user, password, statement);
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// What psql says of a statement, or a sign-in, that must be refused.
    fn refuses(&self, tenant: &str, user: &str, password: &str, statement: &str) -> String {
        let output = self.psql(tenant, user, password, statement);
        assert!(!output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn token(tenant: &str, role: &str, name: &str) -> String {
    DEMO.succeed(&["token", "create", "--tenant", tenant, "--role", role, "--name", name]).trim().to_owned()
}

#[test]
fn clients_ask_and_are_refused_by_code() {
    let server = Server::start(&DEMO);
    let password = token(GIFTS, "analyst", "clients");
    let python = Command::new(checkout().join("scripts/postgres-clients")).output().unwrap();
    let python = String::from_utf8(python.stdout).unwrap().trim().to_owned();
    let script = checkout().join("tests/clients/postgres.py");
    let output = Command::new(python).arg(script).args([&server.port, GIFTS, "clients", &password]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let steps = said.lines().map(|line| serde_json::from_str::<(String, Value)>(line).unwrap()).collect::<BTreeMap<_, _>>();
    let expected = [
        ("count", json!([[541_909, "9747747.9340"]])),
        ("text", json!([[461]])),
        ("whole", json!([[42]])),
        ("instant", json!([[4_477]])),
        ("decimal", json!([[13_548]])),
        ("truth and nothing", json!([[true, null]])),
        ("binary", json!([["536365", "2010-12-01 08:26:00+00:00", "139.1200", 7]])),
        ("masked", json!([[0, 0, 0]])),
        ("as of", json!([[[0]], [[25_900]]])),
        ("no instant", json!("22023")),
        ("insert", json!("25006")),
        ("create", json!("25006")),
        ("external", json!("42601")),
        ("copy", json!("25006")),
        ("engine setting", json!("42501")),
        ("into", json!("25006")),
        ("no table", json!("42P01")),
        ("no column", json!("42703")),
        ("no function", json!("42883")),
        ("no syntax", json!("42601")),
        ("by zero", json!("22012")),
        ("long", json!("54000")),
        ("deep", json!("54001")),
        ("timeout", json!("57014")),
        ("cancelled", json!("57014")),
        ("soon", json!(true)),
        ("afterwards", json!([[2]])),
        ("cursor", json!(25_900)),
        ("asyncpg", json!([["United Kingdom", 21_609]])),
    ];
    for (step, answer) in expected {
        assert_eq!(steps.get(step), Some(&answer), "{step}: {steps:#?}");
    }
}

#[test]
fn nobody_reaches_another_tenant() {
    let server = Server::start(&DEMO);
    let gifts = token(GIFTS, "analyst", "gifts only");
    assert_eq!(server.asks(GIFTS, "gifts only", &gifts, "SELECT current_database()"), GIFTS);
    for (tenant, user, password) in [
        (DESK, "gifts only", gifts.as_str()),
        (GIFTS, "gifts only", "wrong"),
        (GIFTS, "nobody", gifts.as_str()),
        ("no_such_tenant", "gifts only", gifts.as_str()),
    ] {
        let said = server.refuses(tenant, user, password, "SELECT 1");
        assert!(said.contains("password authentication failed"), "{tenant} {user}: {said}");
    }
    for statement in [
        "SELECT * FROM service_desk.public.tickets",
        "SELECT * FROM public.service_desk",
        "EXPLAIN SELECT * FROM service_desk.history.tickets",
        "SELECT * FROM '../service_desk/tickets'",
    ] {
        let said = server.refuses(GIFTS, "gifts only", &gifts, statement);
        assert!(!said.contains("tickets.") && !said.contains("lake"), "{statement}: {said}");
    }
    let seen = "SELECT count(*) FROM information_schema.tables WHERE table_catalog <> 'gift_wholesale'";
    assert_eq!(server.asks(GIFTS, "gifts only", &gifts, seen), "0");
    assert!(!server.asks(GIFTS, "gifts only", &gifts, "SELECT datname FROM pg_database").contains(DESK));

    let executive = token(GIFTS, "executive", "looks at pages");
    let said = server.refuses(GIFTS, "looks at pages", &executive, "SELECT 1");
    assert!(said.contains("your role does not ask in SQL"), "{said}");
}

#[test]
fn psql_finds_its_way() {
    let server = Server::start(&DEMO);
    let password = token(GIFTS, "analyst", "psql");
    for (command, holds) in [
        ("\\dt public.*", "order_lines"),
        ("\\d public.orders", "ordered_at"),
        ("\\l", GIFTS),
        ("\\dn", "history"),
        ("\\df", ""),
        ("SHOW server_version", ""),
        ("SELECT version()", "PostgreSQL"),
    ] {
        let said = server.asks(GIFTS, "psql", &password, command);
        assert!(said.contains(holds), "{command}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runaway_holds_up_nobody_and_leaves_its_trace() {
    let server = Server::start(&DEMO);
    let (gifts, desk) = (token(GIFTS, "analyst", "runaway"), token(DESK, "analyst", "neighbour"));
    let runaway = std::thread::scope(|scope| {
        let running =
            scope.spawn(|| server.refuses(GIFTS, "runaway", &gifts, &format!("SET statement_timeout = 4000; {RUNAWAY}")));
        std::thread::sleep(Duration::from_secs(1));
        let started = Instant::now();
        assert_eq!(server.asks(DESK, "neighbour", &desk, "SELECT count(*) FROM orders WHERE country = 'Secretland'"), "0");
        assert!(started.elapsed() < Duration::from_secs(15), "the neighbour waited {:?}", started.elapsed());
        running.join().unwrap()
    });
    assert!(runaway.contains("statement timeout"), "{runaway}");
    assert!(reqwest::get(format!("{}/health/live", server.http)).await.unwrap().status().is_success());

    let control = Control::open(DEMO.path().join("control.sqlite").to_str().unwrap()).await.unwrap();
    let filter = AuditFilter { tenant_id: Some(DESK.into()), ..AuditFilter::default() };
    let mut noted = String::new();
    for _ in 0..50 {
        noted = format!("{:?}", control.audit(&filter, 100).await.unwrap());
        if noted.contains("country = ?") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(noted.contains("country = ?") && noted.contains("SignIn"), "{noted}");
    assert!(!noted.contains("Secretland") && !noted.contains(&desk), "values and secrets are not noted");
    assert!(control.verify_audit(&[]).await.unwrap().broken.is_none());
}
