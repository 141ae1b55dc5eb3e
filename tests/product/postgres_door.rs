//! The PostgreSQL door over a real wire, by the clients that analysts bring: what they see, what is refused, what stops, and what is noted.

use std::collections::BTreeMap;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use quarterdeck_control::{AuditFilter, Control};
use serde_json::{Value, json};

use crate::serving::{DESK, GIFTS, RUNAWAY, Serving, token};
use crate::support::{DEMO, checkout};

impl Serving {
    /// What psql makes of a statement.
    pub(crate) fn psql(&self, tenant: &str, user: &str, password: &str, statement: &str) -> Output {
        let mut command = Command::new("psql");
        command.args(["-X", "-A", "-t", "-h", "127.0.0.1", "-p", &self.postgres, "-U", user, "-d", tenant, "-c", statement]);
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

#[test]
fn clients_ask_and_are_refused_by_code() {
    let server = Serving::start(&DEMO, &[]);
    let password = token(GIFTS, "analyst", "clients");
    let python = Command::new(checkout().join("scripts/postgres-clients")).output().unwrap();
    let python = String::from_utf8(python.stdout).unwrap().trim().to_owned();
    let script = checkout().join("tests/clients/postgres.py");
    let output = Command::new(python).arg(script).args([&server.postgres, GIFTS, "clients", &password]).output().unwrap();
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
        ("kpi as of", json!([[[null]], [[541_909]]])),
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
        ("copied text", json!("536365\t139.1200\t\\N\tUnited Kingdom\n536366\t22.2000\t\\N\tUnited Kingdom\n")),
        (
            "copied csv",
            json!("order_id,net_value,cancelled_at,country\n536365,139.1200,,United Kingdom\n536366,22.2000,,United Kingdom\n"),
        ),
        ("copied binary", json!([25_900, ["536365", "139.1200", 7]])),
        ("copied table", json!(25_900)),
        ("copied nothing", json!("42P01")),
        ("copied in", json!("25006")),
        ("savepoint", json!([[7]])),
        ("no transaction", json!("25P01")),
        ("tables", json!(["approvals", "batches"])),
        ("views", json!(true)),
        ("time by format", json!(3_462)),
        ("quarter hours", json!("2010-12-01 08:15:00+00:00")),
        ("search path", json!([true, 25_900])),
        ("numbers", json!(true)),
        ("reflected", json!([true, "TIMESTAMP", true, true, true])),
        ("reflected view", json!(["starts_at", "ends_at", "slice", "currency"])),
        ("about", json!("One order document as the source wrote it: the header of its lines.")),
        ("sqlalchemy", json!([["United Kingdom", 23_494]])),
        ("after a failure", json!([[1]])),
        ("asyncpg", json!([["United Kingdom", 21_609]])),
    ];
    for (step, answer) in expected {
        assert_eq!(steps.get(step), Some(&answer), "{step}: {steps:#?}");
    }
}

#[test]
fn nobody_reaches_another_tenant() {
    let server = Serving::start(&DEMO, &[]);
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
    let server = Serving::start(&DEMO, &[]);
    let password = token(GIFTS, "analyst", "psql");
    for (command, holds) in [
        ("\\dt public.*", "order_lines"),
        ("\\d public.orders", "ordered_at"),
        ("\\dt+ public.*", "One order document as the source wrote it"),
        ("\\d+ public.orders", "When the document was made"),
        ("\\d+ records.net_sales", "country"),
        (
            "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relname = 'orders' AND pg_table_is_visible(c.oid)",
            "public",
        ),
        ("\\dn+", "records"),
        ("\\du", ""),
        ("\\d kpi.net_sales", "starts_at"),
        ("\\dv kpi.*", "net_sales"),
        ("\\l", GIFTS),
        ("\\dn", "records"),
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
    let server = Serving::start(&DEMO, &[]);
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
    assert!(reqwest::get(format!("http://{}/health/live", server.http)).await.unwrap().status().is_success());

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

/// The same number by every way to it.
#[test]
fn kpis_are_tables_and_functions() {
    let server = Serving::start(&DEMO, &[]);
    let password = token(GIFTS, "analyst", "kpis");
    let asks = |sql: &str| server.asks(GIFTS, "kpis", &password, sql);
    let told = DEMO.kpi(GIFTS, "net_sales", &["--period", "all"]);
    let (value, n) = (told["value"].to_string(), told["n"].to_string());
    for sql in [
        "(SELECT sum(value) FROM kpi.net_sales)",
        "(SELECT sum(value) FROM kpi('net_sales', 'day'))",
        "(SELECT sum(value) FROM kpi('net_sales', 'month', 'country'))",
        "(SELECT sum(value) FROM records.net_sales)",
    ] {
        let found = asks(&format!("SELECT CAST({sql} AS DECIMAL(20, 3))"));
        assert_eq!(found.trim(), value, "{sql}");
    }
    assert_eq!(asks("SELECT sum(records) FROM kpi('net_sales', 'year')").trim(), n);
    assert_eq!(asks("SELECT count(*) FROM records.net_sales").trim(), n);
    let top = "SELECT country FROM kpi('net_sales', 'year', 'country', '2011-01-01', '2011-12-31') ORDER BY value DESC LIMIT 1";
    assert_eq!(asks(top).trim(), "United Kingdom");
    // A ratio is added up by its two numbers.
    let ratio = DEMO.kpi(GIFTS, "cancellation_rate", &["--period", "all"]);
    let found =
        asks("SELECT CAST(sum(numerator) AS BIGINT), CAST(sum(denominator) AS BIGINT) FROM kpi('cancellation_rate', 'month')");
    assert_eq!(found.trim(), format!("{}|{}", ratio["numerator"], ratio["denominator"]));

    for (sql, says) in [
        ("SELECT * FROM kpi('no_such', 'month')", "no KPI named"),
        ("SELECT * FROM kpi('net_sales', 'fortnight')", "no grain `fortnight`"),
        ("SELECT * FROM kpi('net_sales', 'month', 'moon')", "no dimension named `moon`"),
        ("SELECT * FROM kpi('net_sales')", "write kpi('net_sales', 'month')"),
        ("SELECT * FROM kpi('net_sales', 'hour')", "take a longer grain"),
        ("SELECT * FROM kpi('net_sales', CAST(random() AS TEXT))", "literal texts"),
        ("SELECT * FROM kpi.no_such", "not found"),
    ] {
        let said = server.refuses(GIFTS, "kpis", &password, sql);
        assert!(said.contains(says), "{sql}: {said}");
    }
    assert_eq!(asks("SELECT json_get_int('{\"a\": {\"b\": 7}}', 'a', 'b')").trim(), "7");
    assert_eq!(asks("SELECT '{\"a\": \"x\"}' ->> 'a'").trim(), "x");
}

#[test]
fn the_audit_log_is_read_by_those_who_may() {
    let server = Serving::start(&DEMO, &[]);
    let (own, all) = (token(GIFTS, "analyst", "reads own"), token(GIFTS, "administrator", "reads all"));
    server.asks(GIFTS, "reads own", &own, "SELECT 40 + 2 AS answer");
    // Entries are written in the background.
    let started = Instant::now();
    let mine = "SELECT count(*) FROM control.audit WHERE action = 'query' AND detail LIKE '%AS answer%'";
    while server.asks(GIFTS, "reads own", &own, mine) != "1" {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "{}",
            server.asks(GIFTS, "reads own", &own, "SELECT * FROM control.audit")
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(server.asks(GIFTS, "reads own", &own, "SELECT count(DISTINCT who_id) FROM control.audit"), "1");
    let others = "SELECT count(DISTINCT who_id) > 1, bool_and(who <> 'desk only') FROM control.audit WHERE who_kind = 'token'";
    let desk = token(DESK, "analyst", "desk only");
    server.asks(DESK, "desk only", &desk, "SELECT 1");
    assert_eq!(server.asks(GIFTS, "reads all", &all, others), "t|t");
    assert!(!server.asks(GIFTS, "reads all", &all, "SELECT detail FROM control.audit").contains("40 + 2"), "values are not kept");
    assert_eq!(server.asks(GIFTS, "reads own", &own, "SELECT tenant_id, currency FROM control.tenants"), format!("{GIFTS}|GBP"));
    assert!(server.refuses(GIFTS, "reads all", &all, "DELETE FROM control.audit").contains("only reads"));
}

#[test]
fn connections_are_encrypted_by_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str| {
        let (certificate, key) = (folder.path().join(format!("{name}.crt")), folder.path().join(format!("{name}.key")));
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
        command.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
        let made =
            command.arg("-keyout").arg(&key).arg("-out").arg(&certificate).output().expect("openssl; run scripts/need openssl");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        (certificate, key)
    };
    let ((certificate, key), (other, _)) = (made("door"), made("other"));
    let both = format!("{{ certificate = '{}', key = '{}' }}", certificate.display(), key.display());
    let settings = [("QUARTERDECK_POSTGRES_TLS", both.as_str())];
    let server = Serving::start(&DEMO, &settings);
    let password = token(GIFTS, "analyst", "encrypted");
    let ask = |more: &str| {
        let to = format!("host=localhost hostaddr=127.0.0.1 port={} user=encrypted dbname={GIFTS} {more}", server.postgres);
        let mut command = Command::new("psql");
        command.args(["-X", "-A", "-t", &to, "-c", "SELECT count(*) FROM orders"]).env("PGPASSWORD", &password);
        command.output().unwrap()
    };
    let root = certificate.display();
    let verified = ask(&format!("sslmode=verify-full sslrootcert={root}"));
    assert_eq!(String::from_utf8_lossy(&verified.stdout).trim(), "25900", "{}", String::from_utf8_lossy(&verified.stderr));
    // A client that trusts another certificate does not speak to us.
    assert!(!ask(&format!("sslmode=verify-full sslrootcert={}", other.display())).status.success());
    // Half of a pair is said before anybody is answered.
    let half = format!("{{ certificate = '{}' }}", certificate.display());
    let half = DEMO.command(&["serve"]).env("QUARTERDECK_POSTGRES_TLS", half).output().unwrap();
    let said = String::from_utf8_lossy(&half.stderr).into_owned();
    assert!(!half.status.success() && said.contains("name the key as well"), "{said}");
}

#[test]
fn jdbc_asks_and_is_refused_by_code() {
    let server = Serving::start(&DEMO, &[]);
    let password = token(GIFTS, "analyst", "jdbc");
    let driver = Command::new(checkout().join("scripts/jdbc-driver")).output().unwrap();
    let driver = String::from_utf8(driver.stdout).unwrap().trim().to_owned();
    let mut command = Command::new("java");
    command.args(["-cp", &driver]).arg(checkout().join("tests/clients/Jdbc.java"));
    let output = command.args([&server.postgres, GIFTS, "jdbc", &password]).output().expect("java; run scripts/need javac");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let expected = [
        "tables: order_lines orders ",
        "columns: timestamptz 1",
        "schemas: kpi",
        "keys: false",
        "other keys: false",
        "kinds of values: true",
        "schema: public kpi",
        "parameters: 225",
        "parameters: 225",
        "parameters: 225",
        "types: 139.1200 2010-12-01T08:26Z 7 null 536365",
        "nothing: null",
        "no table: 42P01",
        "read only: 25006",
        "fetched: 25900",
        "timeout: 57014",
        "afterwards: 2",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_setting_holds_from_the_next_statement_of_its_message() {
    let server = Serving::start(&DEMO, &[]);
    let password = token(GIFTS, "analyst", "settings");
    let both = "SET quarterdeck.as_of = '2000-01-01T00:00:00Z'; SELECT count(*) FROM orders; \
                SET quarterdeck.as_of = ''; SELECT count(*) FROM orders";
    assert_eq!(server.asks(GIFTS, "settings", &password, both), "SET\n0\nSET\n25900");
}

#[test]
fn who_stops_reading_is_let_go() {
    let settings = [("QUARTERDECK_WIRE_LIMITS_STALLED_MS", "1000"), ("QUARTERDECK_WIRE_LIMITS_TENANT_STATEMENTS", "1")];
    let server = Serving::start(&DEMO, &settings);
    let password = token(GIFTS, "analyst", "stalls");
    let address = ["-h", "127.0.0.1", "-p", &server.postgres, "-U", "stalls", "-d", GIFTS];
    let mut stalled = Command::new("psql")
        .args(["-X", "-c", "COPY (SELECT * FROM history.order_lines) TO STDOUT"])
        .args(address)
        .env("PGPASSWORD", &password)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(2_000));
    let started = Instant::now();
    assert_eq!(server.asks(GIFTS, "stalls", &password, "SELECT 1"), "1");
    assert!(started.elapsed() < Duration::from_secs(15), "the only place was held for {:?}", started.elapsed());
    let read = std::io::copy(&mut stalled.stdout.take().unwrap(), &mut std::io::sink()).unwrap();
    assert!(read > 0);
    assert!(!stalled.wait().unwrap().success(), "a part is not taken for the whole");
}
