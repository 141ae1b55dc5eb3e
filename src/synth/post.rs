//! Posts a company at the live door of ingest, at a given rate, as single CloudEvents or in batches. Knows URLs and answers, no records.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::company::Company;
use super::instant::Day;
use super::plan::Plan;
use super::table::System;

const SINGLE: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
/// Batches made ahead of the network.
const BATCHES_AHEAD: usize = 8;
/// How often a request is made again after an answer that says to come back, or none.
const MOST_ATTEMPTS: u32 = 8;
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A door: a URL with its key, for one system's messages or for all that no other door takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Door {
    system: Option<System>,
    url: String,
}

impl FromStr for Door {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (system, url) = match text.split_once('=') {
            Some((name, url)) if !name.contains('/') => {
                let system = System::ALL.into_iter().find(|system| system.name() == name);
                (Some(system.ok_or_else(|| format!("`{name}` is no system: shop, erp, warehouse, desk, automation"))?), url)
            }
            _ => (None, text),
        };
        if !url.starts_with("http://") {
            return Err(format!("`{url}` does not start with http://"));
        }
        Ok(Self { system, url: url.to_owned() })
    }
}

/// How to post.
#[derive(Debug, Clone)]
pub(super) struct Posting {
    pub(super) doors: Vec<Door>,
    /// Messages a second; as fast as it goes when none.
    pub(super) rate: Option<u32>,
    /// Messages in a request; 1 sends single events.
    pub(super) batch: usize,
    /// Requests under way at a time.
    pub(super) connections: usize,
    /// Where the truth goes, if anywhere.
    pub(super) truth: Option<PathBuf>,
}

/// What the door answered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Posted {
    pub(super) accepted: u64,
    /// Malformed messages that were refused, as they should be.
    pub(super) refused: u64,
}

/// One request to come.
struct Request {
    door: usize,
    body: Vec<u8>,
    messages: u64,
    is_malformed: bool,
}

/// Posts all that `plan` says; tells `progress` of each day.
pub(super) async fn post(plan: Plan, posting: Posting, progress: impl Fn(Day, usize) + Send + 'static) -> Result<Posted> {
    let (sender, mut requests) = mpsc::channel::<Request>(BATCHES_AHEAD);
    let (doors, batch) = (posting.doors.clone(), posting.batch);
    let truth = posting.truth.clone();
    let maker = tokio::task::spawn_blocking(move || make(plan, &doors, batch, truth.as_deref(), &sender, &progress));
    let client = Client::builder().timeout(Duration::from_secs(60)).build()?;
    let places = Arc::new(Semaphore::new(posting.connections));
    let mut under_way: JoinSet<Result<Posted>> = JoinSet::new();
    let mut posted = Posted::default();
    let mut tick = posting.rate.map(|rate| {
        let mut tick = interval(Duration::from_secs_f64(1.0 / f64::from(rate.max(1))));
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        tick
    });
    while let Some(request) = requests.recv().await {
        if let Some(tick) = &mut tick {
            for _ in 0..request.messages {
                tick.tick().await;
            }
        }
        let place = places.clone().acquire_owned().await?;
        let (client, url) = (client.clone(), posting.doors[request.door].url.clone());
        under_way.spawn(async move {
            let answer = send(&client, &url, request, batch).await;
            drop(place);
            answer
        });
        while let Some(answer) = under_way.try_join_next() {
            posted.add(answer??);
        }
    }
    while let Some(answer) = under_way.join_next().await {
        posted.add(answer??);
    }
    maker.await??;
    Ok(posted)
}

impl Posted {
    fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
    }
}

/// Makes the requests, in order of arrival; stops when nobody takes them any more.
fn make(
    plan: Plan,
    doors: &[Door],
    batch: usize,
    truth: Option<&std::path::Path>,
    sender: &mpsc::Sender<Request>,
    progress: &dyn Fn(Day, usize),
) -> Result<()> {
    let mut sheets = truth.map(super::files::Sheets::create).transpose()?;
    let mut company = Company::new(plan);
    let mut pending: Vec<Vec<u8>> = vec![Vec::new(); doors.len()];
    let mut counts = vec![0_u64; doors.len()];
    let mut turn = 0;
    while let Some(output) = company.next_day() {
        for (message, is_malformed) in output.arrivals.messages() {
            turn += 1;
            let Some(door) = door_of(doors, message, turn) else { continue };
            if is_malformed || batch <= 1 {
                let request = Request { door, body: message.to_vec(), messages: 1, is_malformed };
                if sender.blocking_send(request).is_err() {
                    return Ok(());
                }
                continue;
            }
            pending[door].push(if counts[door] == 0 { b'[' } else { b',' });
            pending[door].extend_from_slice(message);
            counts[door] += 1;
            if counts[door] >= batch as u64 && !flush(sender, door, &mut pending, &mut counts) {
                return Ok(());
            }
        }
        for door in 0..doors.len() {
            if counts[door] > 0 && !flush(sender, door, &mut pending, &mut counts) {
                return Ok(());
            }
        }
        if let Some(sheets) = &mut sheets {
            sheets.append(&output.truth)?;
        }
        progress(output.day, output.arrivals.len());
    }
    if let (Some(sheets), Some(folder)) = (sheets, truth) {
        sheets.finish(folder, &company)?;
    }
    Ok(())
}

fn flush(sender: &mpsc::Sender<Request>, door: usize, pending: &mut [Vec<u8>], counts: &mut [u64]) -> bool {
    let mut body = std::mem::take(&mut pending[door]);
    body.push(b']');
    let messages = std::mem::take(&mut counts[door]);
    sender.blocking_send(Request { door, body, messages, is_malformed: false }).is_ok()
}

/// The door of the message's system; else one of those for everything, in turn.
fn door_of(doors: &[Door], message: &[u8], turn: usize) -> Option<usize> {
    let named = doors.iter().position(|door| {
        door.system.is_some_and(|system| {
            let source = format!("\"source\":\"/synth/{}\"", system.name());
            message[..message.len().min(120)].windows(source.len()).any(|window| window == source.as_bytes())
        })
    });
    let open = doors.iter().enumerate().filter(|(_, door)| door.system.is_none()).map(|(index, _)| index).collect::<Vec<_>>();
    named.or_else(|| (!open.is_empty()).then(|| open[turn % open.len()]))
}

/// Sends one request, again when the door says to come back.
async fn send(client: &Client, url: &str, request: Request, batch: usize) -> Result<Posted> {
    let kind = if request.is_malformed || batch <= 1 { SINGLE } else { BATCH };
    let mut last = String::new();
    for attempt in 0..MOST_ATTEMPTS {
        let answer = client.post(url).header(CONTENT_TYPE, kind).body(request.body.clone()).send().await;
        let mut wait = Duration::from_millis(200 << attempt);
        match answer {
            Ok(answer) if answer.status().is_success() => return Ok(Posted { accepted: request.messages, refused: 0 }),
            Ok(answer) if comes_back(answer.status()) => {
                let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                wait = asked.map_or(wait, Duration::from_secs);
                last = answer.status().to_string();
            }
            Ok(answer) if request.is_malformed && answer.status().is_client_error() => {
                return Ok(Posted { accepted: 0, refused: request.messages });
            }
            Ok(answer) => bail!("{url} answered {}: {}", answer.status(), answer.text().await.unwrap_or_default()),
            Err(error) => last = error.to_string(),
        }
        sleep(wait.min(LONGEST_WAIT)).await;
    }
    Err(anyhow::anyhow!(last)).with_context(|| format!("{url} did not take a request in {MOST_ATTEMPTS} attempts"))
}

fn comes_back(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}
