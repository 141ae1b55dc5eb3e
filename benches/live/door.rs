//! The door of a serving process, over the wire: single messages acknowledged a second, and how long until one is seen in a KPI.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};

const TENANT: &str = "acme";
/// Messages are sent for so long at each number of senders.
const SENDING: Duration = Duration::from_secs(8);
/// Bytes that fill a message up to about a kilobyte.
const FILLER: usize = 640;
/// Messages of which it is watched when they are seen.
const WATCHED: u64 = 120;
const CONFIG: &str = "
[door_limits]
tenant_requests_per_second = 10000000
tenant_burst_requests = 10000000
";

/// A serving process of its own; ended when dropped.
struct Serving {
    child: Child,
    address: String,
    path: String,
    token: String,
}

impl Serving {
    fn start(home: &Path) -> Self {
        std::fs::write(home.join("quarterdeck.toml"), CONFIG).unwrap();
        let run = |arguments: &[&str]| {
            let output = command(home).args(arguments).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        run(&["tenant", TENANT, "--name", TENANT, "--currency", "EUR", "--zone", "Europe/Berlin"]);
        let path = run(&["source", "add", "--tenant", TENANT, "--source", "cloudevents"]);
        let token = run(&["token", "create", "--tenant", TENANT, "--role", "executive", "--name", "bench"]);
        let mut serving = command(home);
        serving.arg("serve").env("QUARTERDECK_HTTP_LISTEN", "127.0.0.1:0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = serving.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, address, path, token }
    }

    /// CPU seconds of the process, user and system.
    fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields = stat.rsplit(')').next().unwrap().split_whitespace().collect::<Vec<_>>();
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }

    async fn tell(&self, client: &Client, id: &str) {
        let request =
            client.post(format!("{}{}", self.address, self.path)).header("content-type", "application/cloudevents+json");
        let answer = request.body(order(id)).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    async fn orders(&self, client: &Client) -> u64 {
        let url = format!("{}/api/v1/tenants/{TENANT}/kpis/orders/reading?period=all", self.address);
        let answer = client.get(url).bearer_auth(&self.token).send().await.unwrap();
        let reading: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        reading["n"].as_u64().unwrap_or_default()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
    command.arg("--home").arg(home);
    command
}

/// An order of about a kilobyte.
fn order(id: &str) -> String {
    let data = json!({"order_id": id, "kind": "order", "ordered_at": "2026-01-05T09:00:00Z", "net_value": "12.50", "currency": "EUR",
        "channel": "x".repeat(FILLER)});
    json!({"specversion": "1.0", "id": id, "source": "/bench", "type": "quarterdeck.orders", "time": "2026-01-05T10:00:00Z", "data": data})
        .to_string()
}

fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len() - 1;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an index")]
    let index = (last as f64 * share).round() as usize;
    sorted[index]
}

/// Senders that wait for each answer before they send again.
pub(crate) async fn acknowledgements() {
    println!("single messages of a kilobyte over HTTP, acknowledged once they are on disk; sender and server share the machine");
    for senders in [1_usize, 8, 64, 512] {
        let home = tempfile::tempdir().unwrap();
        let serving = std::sync::Arc::new(Serving::start(home.path()));
        let client = Client::new();
        let (cpu, started) = (serving.cpu_seconds(), Instant::now());
        let sender = |sender: usize| {
            let (serving, client) = (std::sync::Arc::clone(&serving), client.clone());
            tokio::spawn(async move {
                let mut taken = Vec::new();
                while started.elapsed() < SENDING {
                    let sent = Instant::now();
                    serving.tell(&client, &format!("{sender}-{}", taken.len())).await;
                    taken.push(sent.elapsed().as_secs_f64() * 1_000.0);
                }
                taken
            })
        };
        let senders_running = (0..senders).map(sender).collect::<Vec<_>>();
        let mut taken = Vec::new();
        for running in senders_running {
            taken.extend(running.await.unwrap());
        }
        let (wall, cpu) = (started.elapsed().as_secs_f64(), serving.cpu_seconds() - cpu);
        taken.sort_by(f64::total_cmp);
        let count = u32::try_from(taken.len()).unwrap();
        println!(
            "  {senders} senders: {:.0} a second, p50 {:.2} ms, p99 {:.2} ms; server {:.0} CPU us each, landings among them",
            f64::from(count) / wall,
            percentile(&taken, 0.5),
            percentile(&taken, 0.99),
            cpu * 1_000_000.0 / f64::from(count)
        );
    }
}

/// From the acknowledgement of a message until a KPI counts it.
pub(crate) async fn visibility() {
    let home = tempfile::tempdir().unwrap();
    let serving = Serving::start(home.path());
    let client = Client::new();
    let mut taken = Vec::new();
    for number in 0..WATCHED {
        serving.tell(&client, &format!("v{number}")).await;
        let acknowledged = Instant::now();
        while serving.orders(&client).await < number + 1 {
            assert!(acknowledged.elapsed() < Duration::from_secs(60), "message {number} is not seen");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        taken.push(acknowledged.elapsed().as_secs_f64());
        // Not in step with the landings.
        tokio::time::sleep(Duration::from_millis(number * 37 % 300)).await;
    }
    taken.sort_by(f64::total_cmp);
    println!(
        "from acknowledged to seen in a KPI, {WATCHED} messages: p50 {:.2} s, p90 {:.2} s, p99 {:.2} s, most {:.2} s",
        percentile(&taken, 0.5),
        percentile(&taken, 0.9),
        percentile(&taken, 0.99),
        percentile(&taken, 1.0)
    );
}
