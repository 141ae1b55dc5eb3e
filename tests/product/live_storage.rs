//! Two serving processes over one lake on object storage, each with a journal of its own or with one in NATS JetStream between them: both
//! take what is told for one tenant at once, both land and settle, and no commit is lost.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::live_support::{Door, errors_of, home, landed, register};
use crate::support::{Home, checkout};

const TENANT: &str = "t";
/// What each process is told.
const EACH: u64 = 120;
/// Records that both tell.
const TICKETS: u64 = 7;
/// Senders of each process.
const POSTING: u64 = 3;
/// Answers that are asked for meanwhile and again at the end.
const ANSWERS: usize = 4;

/// A server of another project; killed when dropped.
struct Other {
    child: Child,
    address: String,
}

impl Other {
    /// Starts `program` by what `arguments` says of a free port, and waits until it answers there.
    fn start(program: &Path, folder: &Path, arguments: impl Fn(&str) -> Vec<String>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = std::fs::File::create(folder.join("other.log")).unwrap();
        let mut command = Command::new(program);
        command.args(arguments(&port.to_string())).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display()));
        let other = Self { child, address: format!("127.0.0.1:{port}") };
        let started = Instant::now();
        while TcpStream::connect(&other.address).is_err() {
            let log = || std::fs::read_to_string(folder.join("other.log")).unwrap();
            assert!(started.elapsed() < Duration::from_secs(60), "{} does not answer: {}", program.display(), log());
            std::thread::sleep(Duration::from_millis(20));
        }
        other
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An S3 with the bucket `lake`.
async fn object_storage(folder: &Path) -> Other {
    let script = Command::new(checkout().join("scripts/moto-server")).output().unwrap();
    let errors = String::from_utf8_lossy(&script.stderr).into_owned();
    assert!(script.status.success(), "the tests of object storage need moto: {errors}");
    let program = String::from_utf8(script.stdout).unwrap();
    let words = |port: &str| ["-H", "127.0.0.1", "-p", port].map(str::to_owned).to_vec();
    let other = Other::start(Path::new(program.trim()), folder, words);
    let made = Client::new().put(format!("http://{}/lake", other.address)).send().await.unwrap();
    assert!(made.status().is_success(), "{}", made.status());
    other
}

/// A JetStream that keeps its streams in `folder`.
fn jetstream(folder: &Path) -> Other {
    let places = ["/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"];
    let program = places.iter().map(Path::new).find(|place| place.exists());
    let program = program.expect("the tests of NATS JetStream need nats-server 2.9 or later: scripts/need nats-server (on Debian: sudo apt-get install nats-server)");
    let store = folder.join("jetstream").to_string_lossy().into_owned();
    Other::start(program, folder, |port| ["-js", "-sd", &store, "-a", "127.0.0.1", "-p", port].map(str::to_owned).to_vec())
}

/// A configuration of the lake on `storage`.
fn lake(storage: &Other) -> String {
    format!(
        "[lake]\nurl = \"s3://lake/one\"\noptions = {{ AWS_ENDPOINT_URL = \"http://{}\", AWS_ALLOW_HTTP = \"true\", AWS_REGION = \"us-east-1\", \
         AWS_ACCESS_KEY_ID = \"test\", AWS_SECRET_ACCESS_KEY = \"test\" }}\n\
         [landing]\ninterval_ms = 100\n[upkeep]\ninterval_ms = 500\nsettle_parts = 4\n",
        storage.address
    )
}

fn numbered(number: u64) -> Value {
    let at = chrono::DateTime::from_timestamp_millis(1_767_225_600_000 + i64::try_from(number).unwrap()).unwrap();
    let ticket = number % TICKETS;
    json!({"specversion": "1.0", "id": number.to_string(), "source": "/desk", "type": "quarterdeck.tickets", "time": at.to_rfc3339(),
        "data": {"ticket_id": ticket.to_string(), "opened_at": "2026-01-01T00:00:00Z", "update_count": number}})
}

/// Tells `door` its share from several senders while others go on; numbers of the two doors take turns.
fn tell(door: &Arc<Door>, path: &str, share: u64) -> JoinSet<()> {
    let mut telling = JoinSet::new();
    for sender in 0..POSTING {
        let (door, path) = (Arc::clone(door), path.to_owned());
        telling.spawn(async move {
            for number in (sender..EACH).step_by(usize::try_from(POSTING).unwrap()) {
                door.event(&path, &numbered(number * 2 + share)).await;
            }
        });
    }
    telling
}

/// Everything told is there once, the newest version of each record is current, and what was answered meanwhile is answered again.
async fn nothing_is_lost(home: &Home, answers: &[(String, Vec<Value>)]) {
    let told = usize::try_from(2 * EACH).unwrap();
    landed(home, TENANT, told).await;
    let positions = "SELECT count(*) FROM (SELECT journal, position FROM history.deliveries GROUP BY 1, 2 HAVING count(*) = 1)";
    assert_eq!(home.count(TENANT, positions), i64::try_from(told).unwrap(), "each message landed once");
    let versions = "SELECT count(*) AS versions, count(DISTINCT update_count) AS numbers FROM history.tickets";
    assert_eq!(home.sql(TENANT, versions), [json!({"versions": told, "numbers": told})]);
    let newest = home.sql(TENANT, "SELECT ticket_id, update_count FROM tickets ORDER BY ticket_id");
    let expected = (0..TICKETS).map(|ticket| {
        let number = (0..2 * EACH).rfind(|number| number % TICKETS == ticket).unwrap();
        json!({"ticket_id": ticket.to_string(), "update_count": number})
    });
    assert_eq!(newest, expected.collect::<Vec<_>>());
    for (at, rows) in answers {
        assert_eq!(&known(home, at), rows, "as known at {at}");
    }
    let errors = errors_of(home);
    assert!(!errors.contains("panicked") && !errors.contains("ERROR"), "{errors}");
}

/// What was known at `at`.
fn known(home: &Home, at: &str) -> Vec<Value> {
    let statement = "SELECT ticket_id, update_count FROM tickets ORDER BY ticket_id";
    let printed = home.succeed(&["sql", "--tenant", TENANT, "--as-of", at, "--format", "json", statement]);
    serde_json::from_str(&printed).unwrap()
}

/// Both are told at once; answers what was known meanwhile, as of the landings that it knew of.
async fn tell_both(home: &Home, doors: [&Arc<Door>; 2], path: &str) -> Vec<(String, Vec<Value>)> {
    let telling = [tell(doors[0], path, 0), tell(doors[1], path, 1)];
    let mut answers = Vec::new();
    while answers.len() < ANSWERS {
        let newest = home.sql(TENANT, "SELECT CAST(max(recorded_at) AS VARCHAR) AS at FROM batches");
        if let Some(at) = newest[0]["at"].as_str() {
            let at = at.replace(' ', "T");
            answers.push((at.clone(), known(home, &at)));
        }
    }
    for share in telling {
        share.join_all().await;
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_with_a_journal_each_over_one_lake_on_object_storage() {
    let folder = tempfile::tempdir().unwrap();
    let storage = object_storage(folder.path()).await;
    let home = home(&lake(&storage), &[TENANT]);
    let path = register(&home, TENANT, "cloudevents");
    let doors = ["north", "south"].map(|journal| Arc::new(Door::with_journal(&home, journal)));
    let answers = tell_both(&home, [&doors[0], &doors[1]], &path).await;
    nothing_is_lost(&home, &answers).await;
    assert_eq!(home.count(TENANT, "SELECT count(DISTINCT journal) FROM deliveries"), 2);
    drop(doors);
    home.succeed(&["upkeep"]);
    nothing_is_lost(&home, &answers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_with_one_journal_in_jetstream_over_one_lake_on_object_storage() {
    let folder = tempfile::tempdir().unwrap();
    let storage = object_storage(folder.path()).await;
    let nats_folder = tempfile::tempdir().unwrap();
    let nats = jetstream(nats_folder.path());
    let journal = format!("[journal.nats]\nurl = \"nats://{}\"\nstream = \"one\"\nsubject = \"one\"\n", nats.address);
    let home = home(&format!("{}{journal}", lake(&storage)), &[TENANT]);
    let path = register(&home, TENANT, "cloudevents");
    let [mut north, south] = ["north", "south"].map(|journal| Arc::new(Door::with_journal(&home, journal)));
    let answers = tell_both(&home, [&north, &south], &path).await;
    // What one took the other lands.
    Arc::get_mut(&mut north).unwrap().kill();
    nothing_is_lost(&home, &answers).await;
    assert_eq!(home.count(TENANT, "SELECT count(DISTINCT journal) FROM deliveries"), 1);
    drop(south);
    home.succeed(&["upkeep"]);
    nothing_is_lost(&home, &answers).await;
}
