//! Killed at random points under load, again and again on one home: whatever was acknowledged is there once, whatever was not is there once
//! or not at all, and the lake opens and reads after every kill.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::live_census::Census;
use crate::live_support::{Door, EVENTS, errors_of, home, register};
use crate::support::Home;

const TENANT: &str = "t";
const SEED: u64 = 20_261_122;
const ROUNDS: usize = 200;
/// After so many rounds everything is waited for and counted.
const COUNT_EVERY: usize = 20;
const POSTING: usize = 6;
/// Records that are told anew all the time, so that settling has something to do.
const TICKETS: u64 = 40;
/// Lands, settles and removes old files as often as it can, so that kills fall into each.
const RESTLESS: &str = "
[landing]
interval_ms = 50
[upkeep]
interval_ms = 100
settle_parts = 2
vacuum_interval_ms = 700
keep_files_ms = 20000
[door_limits]
tenant_requests_per_second = 1000000
tenant_burst_requests = 1000000
[engine_limits]
query_rows = 10000000
";

/// What the senders know.
#[derive(Default)]
struct Told {
    /// Number of the message by its position in the journal.
    acknowledged: HashMap<u64, u64>,
    /// Messages whose answer never came.
    unknown: HashSet<u64>,
}

/// A message that tells an event that no other tells, and the version of a ticket that it made.
fn message(number: u64) -> Vec<u8> {
    let at = chrono::DateTime::from_timestamp_millis(1_767_225_600_000 + i64::try_from(number).unwrap()).unwrap();
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let ticket = format!("T-{}", number % TICKETS);
    let event = |table: &str, data: Value| json!({"specversion": "1.0", "id": format!("{table}-{number}"), "source": "/desk", "type": format!("quarterdeck.{table}"), "time": at, "data": data});
    json!([
        event("ticket_events", json!({"event_id": number.to_string(), "ticket_id": ticket, "event_at": at, "kind": "updated"})),
        event("tickets", json!({"ticket_id": ticket, "opened_at": "2026-01-01T00:00:00Z", "update_count": number})),
    ])
    .to_string()
    .into_bytes()
}

/// Serves, posts from several connections, and kills a while after the first answer.
async fn round(home: &Home, path: &str, next: &Arc<AtomicU64>, delay: Duration, told: &mut Told) {
    let mut door = Door::open(home);
    let (address, answered) = (door.address.clone(), Arc::new(AtomicUsize::new(0)));
    let mut posting = JoinSet::new();
    for _ in 0..POSTING {
        let (url, next, answered) = (format!("{address}{path}"), Arc::clone(next), Arc::clone(&answered));
        posting.spawn(async move {
            let (client, mut acknowledged) = (reqwest::Client::new(), Vec::new());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let answer = client.post(&url).header("content-type", EVENTS).body(message(number)).send().await;
                let Ok(answer) = answer else { return (acknowledged, number) };
                let status = answer.status();
                let Ok(text) = answer.text().await else { return (acknowledged, number) };
                assert_eq!(status, 202, "{text}");
                let kept: Value = serde_json::from_str(&text).unwrap();
                acknowledged.push((kept["position"].as_u64().unwrap(), number));
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let started = Instant::now();
    while answered.load(Ordering::Relaxed) == 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "nothing is acknowledged: {}", errors_of(home));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(delay).await;
    door.kill();
    for (acknowledged, unknown) in posting.join_all().await {
        for (position, number) in acknowledged {
            let before = told.acknowledged.insert(position, number);
            assert_eq!(before, None, "position {position} was given twice");
        }
        told.unknown.insert(unknown);
    }
}

/// The lake opens and reads, and each message is seen with all that it tells; answers how many are.
fn reads(home: &Home) -> usize {
    let counts = "SELECT (SELECT count(*) FROM deliveries) AS deliveries, (SELECT count(*) FROM ticket_events) AS events,
        (SELECT count(*) FROM tickets) AS tickets, (SELECT count(*) FROM history.tickets) AS versions";
    let counts = home.sql(TENANT, counts).remove(0);
    let count = |name: &str| counts[name].as_u64().unwrap();
    let deliveries = count("deliveries");
    assert_eq!((count("events"), count("versions"), count("tickets")), (deliveries, deliveries, deliveries.min(TICKETS)));
    usize::try_from(deliveries).unwrap()
}

fn numbers(home: &Home, statement: &str) -> Vec<(u64, u64)> {
    let number = |value: &Value| value.as_u64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap());
    let rows = home.sql(TENANT, statement);
    rows.iter().map(|row| (number(&row["id"]), number(&row["value"]))).collect()
}

/// Everything acknowledged is there once, in all tables, and nothing that nobody told.
async fn count(home: &Home, told: &Told) {
    let door = Door::open(home);
    let started = Instant::now();
    loop {
        let positions = numbers(home, "SELECT position AS id, body_bytes AS value FROM history.deliveries");
        let found = positions.iter().map(|(position, _)| *position).collect::<HashSet<_>>();
        assert_eq!(found.len(), positions.len(), "a position landed twice");
        let missing = told.acknowledged.keys().filter(|position| !found.contains(position)).count();
        if missing == 0 {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{missing} acknowledged messages never land: {}", errors_of(home));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // What was not acknowledged waits as well, and may be all that does: several landings have time for it.
    tokio::time::sleep(Duration::from_millis(400)).await;
    drop(door);
    let positions = reads(home);
    let events = numbers(home, "SELECT event_id AS id, _version AS value FROM history.ticket_events");
    let found = events.iter().map(|(number, _)| *number).collect::<HashSet<_>>();
    assert_eq!(found.len(), events.len(), "an event landed twice");
    assert_eq!(found.len(), positions, "an event a message");
    assert!(told.acknowledged.values().all(|number| found.contains(number)), "an acknowledged message is not there");
    let acknowledged = told.acknowledged.values().copied().collect::<HashSet<_>>();
    assert!(found.iter().all(|number| acknowledged.contains(number) || told.unknown.contains(number)), "nobody told this");
    for (ticket, update_count) in numbers(home, "SELECT substr(ticket_id, 3) AS id, update_count AS value FROM tickets") {
        let newest = found.iter().filter(|number| *number % TICKETS == ticket).max();
        assert_eq!(Some(&update_count), newest, "the newest version of T-{ticket}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_points_under_load() {
    let started = Instant::now();
    let mut chance = ChaCha8Rng::seed_from_u64(SEED);
    let home = home(RESTLESS, &[TENANT]);
    let path = register(&home, TENANT, "cloudevents");
    let (next, mut told, mut census) = (Arc::new(AtomicU64::new(0)), Told::default(), Census::new(&home, TENANT));
    let (mut landings, mut settlings, mut seen) = (0, 0, 0);
    for number in 1..=ROUNDS {
        // The first landing and settling of a process take their time where the machine is busy: some live longer.
        let delay = if number % 4 == 0 { chance.random_range(400..=900) } else { chance.random_range(50..=400) };
        let delay = Duration::from_millis(delay);
        round(&home, &path, &next, delay, &mut told).await;
        let cut_off = census.take();
        landings += usize::from(cut_off.landing);
        settlings += usize::from(cut_off.settling);
        let reads = reads(&home);
        assert!(reads >= seen, "what was seen is gone after round {number} of seed {SEED}: {reads} of {seen}");
        seen = reads;
        if number % COUNT_EVERY == 0 || number == ROUNDS {
            count(&home, &told).await;
            eprintln!(
                "seed {SEED}: {number} kills, {landings} in a landing, {settlings} in a settling; {} acknowledged, {} unanswered, {:.0?}",
                told.acknowledged.len(),
                told.unknown.len(),
                started.elapsed()
            );
        }
    }
    assert!(landings > 0 && settlings > 0, "no kill fell into a landing, or none into a settling: choose other intervals");
    home.succeed(&["upkeep", "--vacuum", "0"]);
    count(&home, &told).await;
    assert!(!errors_of(&home).contains("panicked"), "{}", errors_of(&home));
}
