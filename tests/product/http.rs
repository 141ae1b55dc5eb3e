//! The HTTP door over a real port: credentials, scopes, encodings, problems, and what is seen after a load by another process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

use crate::support::{DEMO, Home};

/// A server on a port of its own; killed when dropped.
struct Server {
    child: Child,
    address: String,
    /// Several servers look at one home: each has a journal of its own.
    _journal: tempfile::TempDir,
}

impl Server {
    fn start(home: &Home) -> Self {
        let journal = tempfile::tempdir().unwrap();
        let mut command = home.command(&["serve"]);
        command.env("QUARTERDECK_HTTP_LISTEN", "127.0.0.1:0").env("QUARTERDECK_JOURNAL_FOLDER", journal.path());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, address, _journal: journal }
    }

    async fn get(&self, path: &str, token: &str) -> Response {
        Client::new().get(format!("{}{path}", self.address)).bearer_auth(token).send().await.unwrap()
    }

    async fn json(&self, path: &str, token: &str) -> Value {
        let response = self.get(path, token).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    async fn problem(&self, path: &str, token: &str) -> (u16, String) {
        let response = self.get(path, token).await;
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
        let status = response.status().as_u16();
        let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(problem["status"], status);
        (status, problem["detail"].as_str().unwrap().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn token(home: &Home, tenant: &str) -> String {
    home.succeed(&["token", "create", "--tenant", tenant, "--role", "executive", "--name", "test"]).trim().to_owned()
}

const READING: &str = "/api/v1/tenants/gift_wholesale/kpis/net_sales/reading";

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_made_by_hand_has_a_brand_to_be_seen_under() {
    let home = Home::new();
    home.succeed(&["tenant", "t", "--name", "By hand"]);
    let token = token(&home, "t");
    let server = Server::start(&home);
    let me = server.json("/api/v1/me", &token).await;
    assert!(!me.to_string().to_lowercase().contains("quarterdeck"), "{me}");
    assert_eq!(me["brand"]["name"], "Operations", "{me}");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_and_scopes() {
    let server = Server::start(&DEMO);
    let token = token(&DEMO, "gift_wholesale");
    for wrong in ["", "nonsense", "qd_0000000000000000_00", &format!("{token}0")] {
        assert_eq!(server.problem(READING, wrong).await.0, 401, "{wrong:?}");
    }
    let me = server.json("/api/v1/me", &token).await;
    assert_eq!(me["tenants"].as_array().unwrap().len(), 1);
    assert_eq!(me["brand"]["name"], "Meridian");

    let foreign = server.problem("/api/v1/tenants/service_desk/kpis", &token).await;
    let missing = server.problem("/api/v1/tenants/no_such_desk/kpis", &token).await;
    assert_eq!(foreign.0, 404);
    assert_eq!(foreign.1.replace("service_desk", "no_such_desk"), missing.1, "a tenant of others is as unknown as none");
    let mine = server.json(READING, &token).await;
    let receipt = mine["receipt"].as_str().unwrap();
    assert_eq!(server.json(&format!("/api/v1/tenants/gift_wholesale/receipts/{receipt}"), &token).await["kpi"], "net_sales");
    let other = self::token(&DEMO, "service_desk");
    assert_eq!(server.problem(&format!("/api/v1/tenants/service_desk/receipts/{receipt}"), &other).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_sets_a_cookie_that_scripts_cannot_read() {
    let server = Server::start(&DEMO);
    let token = token(&DEMO, "service_desk");
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let response = client.get(format!("{}/sign-in?token={token}", server.address)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let pair = cookie.split(';').next().unwrap().to_owned();
    assert!(!cookie.contains("qd_"), "the token is in no browser: {cookie}");
    let me = client.get(format!("{}/api/v1/me", server.address)).header("cookie", &pair).send().await.unwrap();
    assert_eq!(me.status(), StatusCode::OK);
    let me: Value = serde_json::from_str(&me.text().await.unwrap()).unwrap();
    let csrf = me["csrf"].as_str().unwrap();
    let out = client.delete(format!("{}/api/v1/session", server.address)).header("cookie", &pair).header("x-csrf-token", csrf);
    assert_eq!(out.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    let me = client.get(format!("{}/api/v1/me", server.address)).header("cookie", &pair).send().await.unwrap();
    assert_eq!(me.status(), StatusCode::UNAUTHORIZED, "signed out, whoever kept the cookie");
    let failed = client.get(format!("{}/sign-in?token=wrong", server.address)).send().await.unwrap();
    assert!(failed.headers().get("set-cookie").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_table_in_three_encodings() {
    let server = Server::start(&DEMO);
    let token = token(&DEMO, "gift_wholesale");
    let path = "/api/v1/tenants/gift_wholesale/kpis/net_sales";
    let slices = server.json(&format!("{path}/slices?by=country&period=all&limit=3"), &token).await;
    assert_eq!((slices["total"].as_i64(), slices["truncated"].as_bool()), (Some(38), Some(true)), "row caps are said");
    let csv = server.get(&format!("{path}/slices?by=country&period=all&limit=3&format=csv"), &token).await;
    assert_eq!((csv.headers()["x-truncated"].to_str().unwrap(), csv.headers()["x-total-rows"].to_str().unwrap()), ("true", "38"));
    let csv = csv.text().await.unwrap();
    assert!(csv.lines().nth(1).unwrap().starts_with("United Kingdom,8187806.364"), "{csv}");
    let arrow = server.get(&format!("{path}/records?from=2011-12-09&to=2011-12-10&format=arrow"), &token).await;
    let bytes = arrow.bytes().await.unwrap();
    let batches =
        arrow::ipc::reader::StreamReader::try_new(bytes.as_ref(), None).unwrap().map(Result::unwrap).collect::<Vec<_>>();
    let rows: usize = batches.iter().map(arrow::array::RecordBatch::num_rows).sum();
    let page = server.json(&format!("{path}/records?from=2011-12-09&to=2011-12-10&limit=5"), &token).await;
    assert_eq!(page["total"].as_u64(), Some(rows as u64));
    assert_eq!(page["rows"].as_array().unwrap().len(), 5);
    let reading = server.json(&format!("{path}/reading?from=2011-12-09&to=2011-12-10"), &token).await;
    assert_eq!(page["value"].to_string(), reading["value"].to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_name_the_thing_and_the_remedy() {
    let server = Server::start(&DEMO);
    let token = token(&DEMO, "gift_wholesale");
    let tenant = "/api/v1/tenants/gift_wholesale";
    for (path, status, expected) in [
        ("/kpis/net_sale/reading", 404, "net_sales"),
        ("/kpis/net_sales/reading?period=fortnight", 400, "month_to_date"),
        ("/kpis/net_sales/reading?from=2011-02-31", 400, "2011-02-31"),
        ("/kpis/net_sales/reading?from=2011-03-01&to=2011-02-01", 400, "no longer counts"),
        ("/kpis/net_sales/reading?period=today&from=2011-01-01", 400, "either"),
        ("/kpis/net_sales/reading?where=colour:red", 404, "country"),
        ("/kpis/net_sales/reading?where=country", 400, "colon"),
        ("/kpis/net_sales/reading?as_of=yesterday", 400, "as_of"),
        ("/kpis/net_sales/slices", 400, "country"),
        ("/kpis/net_sales/slices?by=country&limit=999999", 422, "slices"),
        ("/kpis/net_sales/series?grain=minute", 400, "hour"),
        ("/kpis/net_sales/series?grain=hour&period=all", 422, "series_points"),
        ("/kpis/net_sales/records?limit=x", 400, "limit"),
        ("/pages/nope", 404, "nope"),
        ("/receipts/nope", 404, "nope"),
        ("/kpis/net_sales/reading?country=France", 400, "country"),
        ("/nope", 404, "address"),
    ] {
        let (found, detail) = server.problem(&format!("{tenant}{path}"), &token).await;
        assert_eq!(found, status, "{path}: {detail}");
        assert!(detail.contains(expected), "{path}: {detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_show_what_the_tenant_has() {
    let server = Server::start(&DEMO);
    let token = token(&DEMO, "service_desk");
    let pages = server.json("/api/v1/tenants/service_desk/pages", &token).await;
    let ids = pages["pages"].as_array().unwrap().iter().map(|page| page["id"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(ids, ["executive", "operations", "forecast_scorecard", "data_health"]);
    let page = server.json("/api/v1/tenants/service_desk/pages/executive", &token).await;
    let tiles =
        page["sections"].as_array().unwrap().iter().flat_map(|section| section["tiles"].as_array().unwrap()).collect::<Vec<_>>();
    assert!(tiles.iter().any(|tile| *tile == "sla_attainment") && tiles.iter().all(|tile| *tile != "net_sales"));
    assert!(page["hidden"].as_array().unwrap().iter().any(|hidden| hidden["kpi"] == "net_sales"));
    for tile in tiles {
        let reading = server.json(&format!("/api/v1/tenants/service_desk/kpis/{}/reading", tile.as_str().unwrap()), &token).await;
        assert!(reading["trend"].as_array().unwrap().len() == 13, "{tile}");
    }
    let health = server.json("/api/v1/tenants/service_desk/health", &token).await;
    assert_eq!(health["sources"][0]["source"], "incident_log");
    assert_eq!(health["sources"][0]["rows"], 140_767);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_loads_is_seen() {
    let home = Home::new();
    let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    let file = home.path().join("one.csv");
    std::fs::write(&file, format!("{header}1,22423,STAND,2,2011-01-04 10:00:00,10.00,1,France\n")).unwrap();
    home.load("t", "online_retail", std::slice::from_ref(&file));
    let server = Server::start(&home);
    let token = token(&home, "t");
    let path = "/api/v1/tenants/t/kpis/net_sales/reading?period=all";
    assert_eq!(server.json(path, &token).await["value"].to_string(), "20");
    std::fs::write(&file, format!("{header}2,22423,STAND,1,2011-01-05 10:00:00,1.25,1,France\n")).unwrap();
    home.load("t", "online_retail", &[file]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while server.json(path, &token).await["value"].as_f64() != Some(21.25) {
        assert!(std::time::Instant::now() < deadline, "the new landing is not seen");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_metrics_and_document() {
    let server = Server::start(&DEMO);
    assert_eq!(server.get("/health/live", "").await.status(), StatusCode::OK);
    assert_eq!(server.get("/health/ready", "").await.status(), StatusCode::OK);
    let document: Value = serde_json::from_str(&server.get("/api/v1/openapi.json", "").await.text().await.unwrap()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"].as_object().unwrap().len() >= 16);
    let metrics = server.get("/metrics", "").await.text().await.unwrap();
    assert!(metrics.contains("http_requests_total") && metrics.contains("# EOF"), "{metrics}");
}
